"""Help wanted (代办申请): somebody asks the village's proxy, and somebody with a name has it at every moment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from intake.errors import NotNow
from intake.model.ids import AccountCode, HallCode, HelpId, PersonId, ServiceCode, VillageCode
from intake.model.owning import Owner


class HelpState(StrEnum):
    """代办申请状态."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    FORWARDED = "forwarded"
    RETURNED = "returned"
    ADVISED = "advised"
    DONE = "done"


HELP_WORDS = {
    HelpState.ASKED: "等代办员接单",
    HelpState.ACCEPTED: "代办员正在办",
    HelpState.FORWARDED: "已转便民服务中心",
    HelpState.RETURNED: "已退回，请看怎么办",
    HelpState.ADVISED: "已答复",
    HelpState.DONE: "已办好",
}
WAITING = frozenset({HelpState.ASKED, HelpState.ACCEPTED, HelpState.FORWARDED})


@dataclass(frozen=True, slots=True)
class HelpRequest:
    """代办申请: a person's words, who helps, and the day by which something must have happened."""

    id: HelpId
    number: str
    person: PersonId
    person_name: str
    asker: AccountCode
    village: VillageCode | None
    hall: HallCode
    service_code: ServiceCode | None
    service_name: str
    text: str
    owner: AccountCode
    owner_name: str
    due_on: date
    state: HelpState
    asked_at: datetime
    answer: str = ""
    case_number: str = ""
    reopened: int = 0
    version: int = 1

    @property
    def waiting(self) -> bool:
        """Whether somebody still owes the person something."""
        return self.state in WAITING

    def overdue(self, today: date) -> bool:
        """Whether the day has gone by."""
        return self.waiting and today > self.due_on

    def accepted(self, by: Owner, due_on: date) -> HelpRequest:
        """接单: the helper will do it, by a day."""
        self._require(HelpState.ASKED, HelpState.FORWARDED)
        state = HelpState.ACCEPTED
        return replace(self, state=state, owner=by.code, owner_name=by.name, due_on=due_on)

    def forwarded(self, to: Owner, due_on: date) -> HelpRequest:
        """转中心: the hall's first-responsible clerk has it from now on."""
        self._require(HelpState.ASKED, HelpState.ACCEPTED)
        state = HelpState.FORWARDED
        return replace(self, state=state, owner=to.code, owner_name=to.name, due_on=due_on)

    def advised(self, answer: str) -> HelpRequest:
        """答复: told how to do it oneself, online or nearby."""
        self._require(*WAITING)
        return replace(self, state=HelpState.ADVISED, answer=answer)

    def returned(self, answer: str) -> HelpRequest:
        """退回: not this way, but: the reason and what works instead, in one text."""
        self._require(*WAITING)
        return replace(self, state=HelpState.RETURNED, answer=answer)

    def done(self, case_number: str, answer: str) -> HelpRequest:
        """办好: with the number of the case it became, where it became one."""
        self._require(HelpState.ACCEPTED, HelpState.FORWARDED)
        return replace(self, state=HelpState.DONE, case_number=case_number, answer=answer)

    def opened_again(self, to: Owner, due_on: date) -> HelpRequest:
        """还要帮忙, by the asker: then the hall helps, and not the one who gave it back."""
        self._require(HelpState.RETURNED, HelpState.ADVISED, HelpState.DONE)
        state, again = HelpState.FORWARDED, self.reopened + 1
        return replace(self, state=state, owner=to.code, owner_name=to.name, due_on=due_on, reopened=again)

    def _require(self, *states: HelpState) -> None:
        if self.state not in states:
            raise NotNow(what=f"代办申请{self.number}", state=HELP_WORDS[self.state])
