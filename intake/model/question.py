"""Questions (首问责任): what nobody could answer at once, owned by a named clerk until it is answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from intake.model.ids import AccountCode, HallCode, PersonId, QuestionId


class QuestionState(StrEnum):
    """咨询状态."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Question:
    """咨询件: a person's words, the clerk who is first responsible, and the day an answer is due."""

    id: QuestionId
    number: str
    text: str
    asker: AccountCode
    person: PersonId | None
    hall: HallCode
    owner: AccountCode
    owner_name: str
    due_on: date
    state: QuestionState
    asked_at: datetime
    answer: str = ""
    answered_at: datetime | None = None
    version: int = 1
