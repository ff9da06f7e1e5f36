"""Follow-ups (差评回访): a bad grade is work with an owner and a day, until somebody who was not judged has closed it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from intake.errors import JudgedThemselves, NotContacted, NotNow
from intake.model.ids import AccountCode, CaseId, FollowUpId, HallCode, PersonId, QuestionId
from intake.model.owning import Owner


class FollowUpState(StrEnum):
    """回访状态."""

    OPEN = "open"
    CONTACTED = "contacted"
    CLOSED = "closed"


FOLLOW_UP_WORDS = {
    FollowUpState.OPEN: "等待联系",
    FollowUpState.CONTACTED: "已联系，整改中",
    FollowUpState.CLOSED: "已办结",
}


@dataclass(frozen=True, slots=True)
class FollowUp:
    """差评件: one bad grade of a case or an answer, who was judged by it, and what was done about it.

    `contact_by` and `due_on` are the last days for the first call and for the closing act.
    """

    id: FollowUpId
    number: str
    case: CaseId | None
    question: QuestionId | None
    about: str
    service_name: str
    hall: HallCode
    person: PersonId | None
    grader: AccountCode
    grade: int
    words: str
    judged: frozenset[AccountCode]
    owner: AccountCode
    owner_name: str
    contact_by: date
    due_on: date
    state: FollowUpState
    opened_at: datetime
    contacted_at: datetime | None = None
    finding: str = ""
    remedy: str = ""
    closed_by: AccountCode | None = None
    closed_at: datetime | None = None
    second_grade: int | None = None
    second_words: str = ""
    version: int = 1

    @property
    def open(self) -> bool:
        """Whether the county still owes the person something."""
        return self.state is not FollowUpState.CLOSED

    def overdue(self, today: date) -> bool:
        """Whether the day of the next thing to do has gone by."""
        return self.open and today > (self.due_on if self.contacted_at else self.contact_by)

    def contacted(self, by: AccountCode, at: datetime) -> FollowUp:
        """联系: the person was called or visited; what was said stands in the steps."""
        self._require_open()
        self._require_not_judged(by)
        return replace(self, state=FollowUpState.CONTACTED, contacted_at=self.contacted_at or at)

    def handed_over(self, to: Owner) -> FollowUp:
        """转交: only to somebody the grade did not judge; both days stay."""
        self._require_open()
        self._require_not_judged(to.code)
        return replace(self, owner=to.code, owner_name=to.name)

    def closed(self, by: AccountCode, finding: str, remedy: str, at: datetime) -> FollowUp:
        """办结: what was found and what was done, never before the person was heard."""
        self._require_open()
        self._require_not_judged(by)
        if self.contacted_at is None:
            raise NotContacted(number=self.number)
        return replace(
            self, state=FollowUpState.CLOSED, finding=finding, remedy=remedy, closed_by=by, closed_at=at
        )

    def judged_again(self, grade: int, words: str) -> FollowUp:
        """再次评价, once, by the person and after the closing; the first grade stays beside it."""
        if self.state is not FollowUpState.CLOSED or self.second_grade is not None:
            words = "已再次评价" if self.second_grade else FOLLOW_UP_WORDS[self.state]
            raise NotNow(what=f"回访{self.number}", state=words)
        return replace(self, second_grade=grade, second_words=words)

    def _require_open(self) -> None:
        if not self.open:
            raise NotNow(what=f"回访{self.number}", state=FOLLOW_UP_WORDS[self.state])

    def _require_not_judged(self, code: AccountCode) -> None:
        if code in self.judged:
            raise JudgedThemselves(number=self.number)
