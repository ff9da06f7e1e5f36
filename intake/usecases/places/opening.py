"""Opening places (放号): weekly rules, dated exceptions and the calendar become slot rows, ahead of time."""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from intake.model.calendar import SHANGHAI, DayKind, WorkingCalendar, local_day
from intake.model.catalogue import CounterGroup
from intake.model.hours import Hours
from intake.model.places import (
    CapacityPer,
    Hall,
    HoursException,
    HoursPattern,
    OfferKind,
    OpenTime,
    Period,
    slot_at,
)
from intake.ports import Tools, Uow
from intake.usecases.intents import taking_turns

# 调休: a make-up working day has the hours of a Monday, so that it never counts as the week's Saturday duty.
_MONDAY = 1


async def open_slots(*, tools: Tools) -> int:
    """Make the rows of the coming days exist; what exists is not touched here. Returns how many were new."""
    async with tools.open_view() as view:
        hours = Hours(*await view.places.hours())
        calendar, halls = await view.places.calendar(), await view.places.halls()
    now, days = tools.clock.now(), tools.rules.horizon_days
    # A county's month is a second's work: neither on the loop that answers everybody, nor while anybody waits to write.
    times = [
        time for hall in halls for time in await to_thread(times_ahead, hall, hours, calendar, now, days)
    ]

    async def act(uow: Uow) -> int:
        opened = await uow.slots.open(times)
        await uow.commit()
        return opened

    return await taking_turns(tools, act)


def last_day(tools: Tools) -> date:
    """The last day of which places are open by now: the horizon moves on with every midnight."""
    return local_day(tools.clock.now()) + timedelta(days=tools.rules.horizon_days)


def times_ahead(
    hall: Hall, hours: Hours, calendar: WorkingCalendar, now: datetime, horizon_days: int
) -> list[OpenTime]:
    """The places one hall opens from today to the horizon."""
    today = local_day(now)
    return [
        time
        for ahead in range(horizon_days + 1)
        for time in times_of(today + timedelta(days=ahead), hall, hours.patterns, hours.exceptions, calendar)
    ]


def times_of(
    day: date,
    hall: Hall,
    patterns: Sequence[HoursPattern],
    exceptions: Sequence[HoursException],
    calendar: WorkingCalendar,
) -> list[OpenTime]:
    """The places one hall opens on one day."""
    return [
        _time(pattern, hall, group, stretch, _instant(day, period.start))
        for pattern, group, periods in _open(day, hall, patterns, exceptions, calendar)
        for period in periods
        for stretch in _stretches(day, period, pattern)
    ]


def open_periods(
    day: date,
    hall: Hall,
    patterns: Sequence[HoursPattern],
    exceptions: Sequence[HoursException],
    calendar: WorkingCalendar,
) -> Iterator[tuple[OfferKind, CounterGroup, tuple[Period, ...]]]:
    """When each counter group of a hall is open on one day, offer by offer."""
    for pattern, group, periods in _open(day, hall, patterns, exceptions, calendar):
        yield pattern.kind, group, periods


def _open(
    day: date,
    hall: Hall,
    patterns: Sequence[HoursPattern],
    exceptions: Sequence[HoursException],
    calendar: WorkingCalendar,
) -> Iterator[tuple[HoursPattern, CounterGroup, tuple[Period, ...]]]:
    exception = next((e for e in exceptions if e.hall == hall.code and e.day == day), None)
    weekday = weekday_of(day, calendar)
    for pattern in patterns:
        if _applies(pattern, day, hall, calendar):
            periods = _periods(pattern, exception)
            for group in _groups(pattern, hall):
                if pattern.in_force(day, hall.code, group, weekday):
                    yield pattern, group, periods


def _applies(pattern: HoursPattern, day: date, hall: Hall, calendar: WorkingCalendar) -> bool:
    """A make-up Saturday has a Monday's hours; a holiday or a local closure keeps only what says so."""
    if pattern.hall not in {None, hall.code} or not pattern.valid_from <= day <= (
        pattern.valid_to or date.max
    ):
        return False
    if pattern.kind is OfferKind.KIOSK and not hall.kiosks:
        return False
    special = calendar.days.get(day)
    if special is not None and special.kind is not DayKind.MAKEUP and not pattern.on_holidays:
        return False
    return weekday_of(day, calendar) in pattern.weekdays


def weekday_of(day: date, calendar: WorkingCalendar) -> int:
    """The day whose hours hold: 1 (Monday) to 7, a make-up day being a Monday."""
    special = calendar.days.get(day)
    made_up = special is not None and special.kind is DayKind.MAKEUP
    return _MONDAY if made_up else day.isoweekday()


def _periods(pattern: HoursPattern, exception: HoursException | None) -> tuple[Period, ...]:
    """A dated exception replaces the reserved hours; other offers rest that day, but for the kiosks."""
    if exception is None or pattern.kind is OfferKind.KIOSK:
        return pattern.periods
    return exception.periods if pattern.kind is OfferKind.RESERVED else ()


def _groups(pattern: HoursPattern, hall: Hall) -> list[CounterGroup]:
    if pattern.group is None:
        return sorted(hall.groups())
    return [pattern.group] if pattern.group in hall.groups() else []


def _instant(day: date, at: time) -> datetime:
    """A local time of a day; 24:00 is the next day's beginning."""
    if at == time.max:
        return datetime.combine(day + timedelta(days=1), time.min, SHANGHAI)
    return datetime.combine(day, at, SHANGHAI)


def _stretches(day: date, period: Period, pattern: HoursPattern) -> Iterator[tuple[datetime, datetime]]:
    start, end = _instant(day, period.start), _instant(day, period.end)
    step = timedelta(minutes=pattern.slot_minutes)
    while start + step <= end:
        yield start, start + step
        start += step


def _time(
    pattern: HoursPattern,
    hall: Hall,
    group: CounterGroup,
    stretch: tuple[datetime, datetime],
    opens: datetime,
) -> OpenTime:
    """One place; a session that somebody opens, or only for enough people, closes for booking before its first place."""
    times = {
        CapacityPer.COUNTER: sum(counter.group is group for counter in hall.counters),
        CapacityPer.GROUP: 1,
        CapacityPer.KIOSK: len(hall.kiosks),
    }[pattern.capacity_per]
    start, end = stretch
    return OpenTime(
        hall=hall.code,
        group=group,
        kind=pattern.kind,
        start=start,
        end=end,
        online_capacity=pattern.online_capacity * times,
        counter_capacity=pattern.counter_capacity * times,
        notice_hours=pattern.notice_hours,
        green_capacity=pattern.green_capacity,
        green_until_hours=pattern.green_until_hours,
        book_before=opens - timedelta(hours=pattern.notice_hours) if pattern.in_sessions else None,
        helper=any(
            _instant(local_day(start), p.start) <= start < _instant(local_day(start), p.end)
            for p in pattern.helper_periods
        ),
        session=slot_at(hall.code, group, pattern.kind, opens) if pattern.in_sessions else "",
        min_bookings=pattern.min_bookings,
    )
