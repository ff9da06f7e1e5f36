"""Dead letters (死信) at the terminal: what could not be delivered, why, and sending it once more."""

from __future__ import annotations

import re
from collections.abc import Sequence

from intake.model.calendar import SHANGHAI
from intake.model.leaving import AuditEntry
from intake.model.people import mask_name
from intake.ports import Clock
from jiujinban.importing import OPERATOR
from storage.sql.leaving import LaidAside
from storage.sql.store import Store

# An ID or telephone number in a receiver's complaint; our own numbers begin with letters.
_NUMBER = re.compile(r"(?<![A-Za-z0-9])\d{7,17}[\dXx]")
_ENDS = 3


async def dead_letters(store: Store) -> list[dict[str, str]]:
    """Every message that was laid aside, oldest first, fit to be shown: no names, no numbers of people."""
    async with store.open_view() as view:
        return [_shown(letter) for letter in await view.leaving.laid_aside()]


async def send_again(store: Store, clock: Clock, numbers: Sequence[int]) -> list[int]:
    """Make dead letters due once more, all or none; returns those that are no dead letters."""
    async with store.open_uow() as uow:
        unknown = [number for number in numbers if not await uow.leaving.send_again(number)]
        if unknown:
            return unknown
        for number in numbers:
            facts = {"message": str(number)}
            entry = AuditEntry("outbox.send_again", OPERATOR.code, OPERATOR.door, clock.now(), facts=facts)
            await uow.leaving.audit(entry)
        await uow.commit()
    return []


def masked(text: str) -> str:
    """A text without the middle of any long number."""
    return _NUMBER.sub(lambda found: f"{found[0][:_ENDS]}****{found[0][-2:]}", text)


def _shown(letter: LaidAside) -> dict[str, str]:
    message = letter.message
    return {
        "id": str(message.id),
        "topic": message.topic,
        "kind": message.kind,
        "number": message.facts.get("number", ""),
        "applicant": mask_name(message.facts.get("applicant", "")),
        "at": f"{letter.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
        "why": masked(letter.why),
    }


def as_line(letter: dict[str, str]) -> str:
    """One dead letter in one line."""
    about = "　".join(filter(None, (letter["number"], letter["applicant"])))
    return f"{letter['id']}　{letter['topic']}/{letter['kind']}　{about}　{letter['at']}　{letter['why']}"
