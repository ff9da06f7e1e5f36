"""Service periods (服务时段): what every visit's time went on, written once when it is over and never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from intake.model.calendar import SHANGHAI
from intake.model.catalogue import CounterGroup
from intake.model.ids import AccountCode, CounterCode, HallCode, ServiceCode, TicketId
from intake.model.queue import Ticket, TicketState


@dataclass(frozen=True, slots=True)
class ServicePeriod:
    """服务时段: one stretch of a visit in one state, from its first to its last instant.

    `place` orders a visit's periods. `ended_as` is the state that followed, so what was missed after a call can be
    told from what was served. It names no person: figures need none.
    """

    ticket: TicketId
    place: int
    hall: HallCode
    group: CounterGroup
    day: date
    service_code: ServiceCode | None
    kind: TicketState
    ended_as: TicketState
    start: datetime
    end: datetime
    counter: CounterCode | None
    clerk: AccountCode | None

    @property
    def seconds(self) -> int:
        """How long it was; a clock that was set back counts as nothing."""
        return max(0, round((self.end - self.start).total_seconds()))

    @property
    def hour(self) -> int:
        """The hour of the county's day in which it began."""
        return self.start.astimezone(SHANGHAI).hour


def period_between(before: Ticket, after: Ticket, now: datetime) -> ServicePeriod:
    """The period that ends because `before` becomes `after`; whoever ended it stands on it."""
    return ServicePeriod(
        ticket=before.id,
        place=before.version,
        hall=before.hall,
        group=before.group,
        day=before.day,
        service_code=before.service_code,
        kind=before.state,
        ended_as=after.state,
        start=before.since,
        end=now,
        counter=before.counter or after.counter,
        clerk=before.clerk or after.clerk,
    )
