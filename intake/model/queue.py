"""The queue (排队叫号): who waits in a hall, in what order, and at which counter they are served."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from intake.errors import NotNow
from intake.model.catalogue import CounterGroup
from intake.model.ids import (
    AccountCode,
    AppointmentId,
    CaseId,
    CounterCode,
    HallCode,
    PersonId,
    ServiceCode,
    TicketId,
)


class TicketState(StrEnum):
    """排队状态."""

    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    PARKED = "parked"
    MISSED = "missed"
    DONE = "done"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Precedence:
    """优先规则: minutes of waiting credited to those booked and on time, and to the green channel.

    A credit cannot starve anybody: nobody who came later than the credits together goes first.
    """

    booked_minutes: int = 30
    green_minutes: int = 20
    grace_minutes: int = 10

    def order_at(self, now: datetime, *, booked_start: datetime | None, green: bool) -> datetime:
        """The instant by which the waiting are ordered, earliest first."""
        credit = self.green_minutes if green else 0
        if booked_start is not None and now <= booked_start + timedelta(minutes=self.grace_minutes):
            credit += self.booked_minutes
        return now - timedelta(minutes=credit)


@dataclass(frozen=True, slots=True)
class Ticket:
    """排队号: one visit to a hall on one day, from the number taken to the person gone."""

    id: TicketId
    number: str
    hall: HallCode
    group: CounterGroup
    day: date
    person: PersonId | None
    holder: str
    service_code: ServiceCode | None
    service_name: str
    appointment: AppointmentId | None
    booked_for: datetime | None
    case: CaseId | None
    green: str
    state: TicketState
    order_at: datetime
    taken_at: datetime
    since: datetime
    counter: CounterCode | None = None
    clerk: AccountCode | None = None
    calls: int = 0
    called_at: datetime | None = None
    returns: int = 0
    booked_credit: int = 0
    green_credit: int = 0
    version: int = 1

    def serve(self) -> Ticket:
        """The person stands at the counter."""
        return self._to(TicketState.SERVING, frozenset({TicketState.CALLED}))

    def recall(self, limit: int) -> Ticket:
        """Called once more, up to the hall's limit; after that the number is missed (过号)."""
        if self.calls >= limit:
            return self._to(TicketState.MISSED, frozenset({TicketState.CALLED}))
        return replace(self._to(TicketState.CALLED, frozenset({TicketState.CALLED})), calls=self.calls + 1)

    def miss(self) -> Ticket:
        """Called and not there."""
        return self._to(TicketState.MISSED, frozenset({TicketState.CALLED}))

    def park(self) -> Ticket:
        """Set aside while the person fetches or fills in something."""
        return self._to(TicketState.PARKED, frozenset({TicketState.CALLED, TicketState.SERVING}))

    def come_back(self) -> Ticket:
        """Back in line in the old place, by an explicit act only."""
        waiting = self._to(TicketState.WAITING, frozenset({TicketState.PARKED, TicketState.MISSED}))
        return replace(waiting, counter=None, clerk=None, calls=0)

    def finish(self) -> Ticket:
        """Served to the end."""
        return self._to(TicketState.DONE, frozenset({TicketState.SERVING}))

    def _to(self, state: TicketState, allowed: frozenset[TicketState]) -> Ticket:
        if self.state not in allowed:
            raise NotNow(what=f"{self.number}号", state=TICKET_WORDS[self.state])
        return replace(self, state=state)


TICKET_WORDS = {
    TicketState.WAITING: "等候",
    TicketState.CALLED: "已叫号",
    TicketState.SERVING: "办理中",
    TicketState.PARKED: "暂离",
    TicketState.MISSED: "过号",
    TicketState.DONE: "已办完",
    TicketState.LEFT: "已离开",
}
