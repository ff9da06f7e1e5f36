"""Dead letters (死信) at the terminal."""

from __future__ import annotations

from intake.model.calendar import SHANGHAI
from intake.usecases.questions.undelivered import Undelivered


def as_values(letter: Undelivered) -> dict[str, str]:
    """One dead letter as JSON values."""
    return {
        "id": str(letter.id),
        "topic": letter.topic,
        "kind": letter.kind,
        "number": letter.number,
        "applicant": letter.applicant,
        "at": f"{letter.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
        "why": letter.why,
    }


def as_line(letter: Undelivered) -> str:
    """One dead letter in one line."""
    told = as_values(letter)
    about = "　".join(filter(None, (told["number"], told["applicant"])))
    return f"{told['id']}　{told['topic']}/{told['kind']}　{about}　{told['at']}　{told['why']}"
