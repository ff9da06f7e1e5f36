"""Opening times as the public reads them: when a hall is open on the coming days, and for what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from intake.model.calendar import WorkingCalendar
from intake.model.catalogue import CounterGroup
from intake.model.hours import Hours
from intake.model.ids import HallCode
from intake.model.places import Hall, OfferKind, Period
from intake.ports import Tools
from intake.usecases.places.opening import open_periods

_MOST_DAYS = 31


@dataclass(frozen=True, slots=True)
class OpenSpan:
    """开放时间: the periods of one kind of offer; `groups` is empty where every counter of the hall is open."""

    kind: OfferKind
    periods: tuple[Period, ...]
    groups: frozenset[CounterGroup]


@dataclass(frozen=True, slots=True)
class OpenDay:
    """某日开放: what a hall opens on one day, regular hours first; nothing means closed, `reason` says why if known."""

    day: date
    spans: tuple[OpenSpan, ...]
    reason: str = ""


async def open_days(hall_code: HallCode, first: date, count: int, *, tools: Tools) -> tuple[OpenDay, ...]:
    """`count` days (at most 31) from the first; raises `NotFound` for a hall nobody knows."""
    async with tools.open_view() as view:
        hall = await view.places.hall(hall_code)
        hours = Hours(*await view.places.hours())
        calendar = await view.places.calendar()
    days = (first + timedelta(days=ahead) for ahead in range(min(count, _MOST_DAYS)))
    return tuple(open_day(day, hall, hours, calendar) for day in days)


def open_day(day: date, hall: Hall, hours: Hours, calendar: WorkingCalendar) -> OpenDay:
    """What the rules, the exceptions and the calendar open on one day."""
    found: dict[tuple[OfferKind, tuple[Period, ...]], set[CounterGroup]] = {}
    for kind, group, periods in open_periods(day, hall, hours.patterns, hours.exceptions, calendar):
        if kind not in _NOT_HOURS and periods:
            found.setdefault((kind, periods), set()).add(group)
    everybody = hall.groups()
    spans = [
        OpenSpan(kind, periods, frozenset() if groups >= everybody else frozenset(groups))
        for (kind, periods), groups in found.items()
    ]
    exception = next((e for e in hours.exceptions if e.hall == hall.code and e.day == day), None)
    special = calendar.days.get(day)
    reason = exception.reason if exception else special.name if special else ""
    return OpenDay(day, tuple(sorted(spans, key=_first_regular)), reason)


# A visit at home and a machine that never closes are offers, not hours of the house.
_NOT_HOURS = frozenset({OfferKind.HOME_VISIT, OfferKind.KIOSK, OfferKind.VOLUNTEER})


def _first_regular(span: OpenSpan) -> tuple[bool, bool, str, Period]:
    return (span.kind is not OfferKind.RESERVED, bool(span.groups), span.kind.value, span.periods[0])
