"""The queue (排队叫号): who waits in a hall, in what order, and at which counter they are served."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from intake.errors import BadInput, NotNow, ReturnedTooLate, ReturnedTooOften
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

# On the slip of somebody who gave no name.
NAMELESS = "现场群众"


class TicketState(StrEnum):
    """排队状态."""

    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    PARKED = "parked"
    MISSED = "missed"
    DONE = "done"
    LEFT = "left"
    UNSERVED = "unserved"


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
        return now - timedelta(minutes=sum(self.credits(now, booked_start=booked_start, green=green)))

    def credits(self, now: datetime, *, booked_start: datetime | None, green: bool) -> tuple[int, int]:
        """Minutes for being booked and on time, and for the green channel."""
        on_time = booked_start is not None and now <= booked_start + timedelta(minutes=self.grace_minutes)
        return self.booked_minutes if on_time else 0, self.green_minutes if green else 0


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

    def come_back(self, limit: int, *, within: timedelta, now: datetime) -> Ticket:
        """Back in line in the old place, by an explicit act only; after a missed call at most so often and so late."""
        waiting = self._to(TicketState.WAITING, frozenset({TicketState.PARKED, TicketState.MISSED}))
        returns = self.returns + (self.state is TicketState.MISSED)
        if returns > limit:
            raise ReturnedTooOften(number=self.number, limit=limit)
        if self.state is TicketState.MISSED and now - self.since > within:
            raise ReturnedTooLate(number=self.number, minutes=int(within.total_seconds() // 60))
        return replace(waiting, counter=None, clerk=None, calls=0, returns=returns)

    def forward(self, group: CounterGroup) -> Ticket:
        """In line for another group of counters, with the same number and the credit of the time already waited."""
        if group is self.group:
            raise BadInput(field="group", why=f"{self.number}号已经在这一类窗口排队。")
        waiting = self._to(TicketState.WAITING, _HERE)
        return replace(waiting, group=group, counter=None, clerk=None, calls=0)

    def leave(self) -> Ticket:
        """Gone without having been served to the end."""
        return self._to(TicketState.LEFT, _HERE | {TicketState.MISSED})

    def amend(self, *, holder: str, service: tuple[ServiceCode, str] | None, case: CaseId | None) -> Ticket:
        """Another name or matter on the slip; the place in line stays what it was, whatever is written."""
        code, name = service or (self.service_code, self.service_name)
        written = self._to(self.state, _HERE | {TicketState.MISSED})
        return replace(written, holder=holder, service_code=code, service_name=name, case=case)

    def finish(self) -> Ticket:
        """Served to the end."""
        return self._to(TicketState.DONE, frozenset({TicketState.SERVING}))

    def as_of(self, today: date) -> Ticket:
        """The number by the calendar alone: a day that is over leaves none open, whatever has been written down.

        Who still waited was not reached; who was called or had stepped aside and did not come is gone; who stood at a
        counter was served, for nobody stays there overnight.
        """
        return self if self.day >= today else replace(self, state=_AT_DAYS_END.get(self.state, self.state))

    def _to(self, state: TicketState, allowed: frozenset[TicketState]) -> Ticket:
        if self.state not in allowed:
            raise NotNow(what=f"{self.number}号", state=TICKET_WORDS[self.state])
        return replace(self, state=state)


OVER = frozenset({TicketState.DONE, TicketState.LEFT, TicketState.UNSERVED})
_HERE = frozenset({TicketState.WAITING, TicketState.CALLED, TicketState.SERVING, TicketState.PARKED})

TICKET_WORDS = {
    TicketState.WAITING: "等候",
    TicketState.CALLED: "已叫号",
    TicketState.SERVING: "办理中",
    TicketState.PARKED: "暂离",
    TicketState.MISSED: "过号",
    TicketState.DONE: "已办完",
    TicketState.LEFT: "已离开",
    TicketState.UNSERVED: "当天没有轮到",
}
_AT_DAYS_END = {
    TicketState.WAITING: TicketState.UNSERVED,
    TicketState.CALLED: TicketState.LEFT,
    TicketState.MISSED: TicketState.LEFT,
    TicketState.PARKED: TicketState.LEFT,
    TicketState.SERVING: TicketState.DONE,
}
