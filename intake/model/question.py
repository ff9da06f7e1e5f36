"""Questions (首问责任): what nobody could answer at once, owned by a named clerk until it is answered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from intake.errors import NotNow
from intake.model.ids import AccountCode, HallCode, PersonId, QuestionId
from intake.model.owning import Owner


class QuestionState(StrEnum):
    """咨询状态."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


QUESTION_WORDS = {
    QuestionState.OPEN: "等待答复",
    QuestionState.ANSWERED: "已答复",
    QuestionState.CLOSED: "已办结",
}


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
    answered_by: AccountCode | None = None
    reopened: int = 0
    grade: int | None = None
    grade_words: str = ""
    version: int = 1

    def answered(self, words: str, by: AccountCode, at: datetime) -> Question:
        """答复, by whoever of the hall knows it; the owner stays who it is."""
        self._require(QuestionState.OPEN)
        return replace(self, state=QuestionState.ANSWERED, answer=words, answered_at=at, answered_by=by)

    def handed_over(self, to: Owner) -> Question:
        """转交: somebody else owns it from now on, and the day stays: a question must not grow younger on its way."""
        self._require(QuestionState.OPEN)
        return replace(self, owner=to.code, owner_name=to.name)

    def opened_again(self, due_on: date) -> Question:
        """重新打开, by the asker: the answer did not help."""
        self._require(QuestionState.ANSWERED, QuestionState.CLOSED)
        return replace(self, state=QuestionState.OPEN, due_on=due_on, reopened=self.reopened + 1)

    def closed(self, grade: int, words: str) -> Question:
        """办结评价, by the asker, once for each answer."""
        self._require(QuestionState.ANSWERED)
        return replace(self, state=QuestionState.CLOSED, grade=grade, grade_words=words)

    def overdue(self, today: date) -> bool:
        """Whether the day has gone by without an answer."""
        return self.state is QuestionState.OPEN and today > self.due_on

    def _require(self, *states: QuestionState) -> None:
        if self.state not in states:
            raise NotNow(what=f"咨询{self.number}", state=QUESTION_WORDS[self.state])
