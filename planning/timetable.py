"""The timetable (时刻表) of one clerk's day, given the order of the stops: pure, and without a solver."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from intake.model.visits import Pause, Route, Shift, Stop, Visit, Window
from planning.travel import Travel


def timetable(shift: Shift, visits: Sequence[Visit], travel: Travel) -> Route | None:
    """The earliest times at which the clerk can make these visits (at least one) in this order, or None.

    The pause is taken where it delays the day least: before leaving, on the road, at a door, or back at the base. The
    clerk leaves the base no earlier than the first visit needs.
    """
    gaps = range(len(visits) + 1) if shift.pause else [-1]
    days = (_day(shift, visits, travel, gap) for gap in gaps)
    return min((day for day in days if day), key=_lateness, default=None)


def could_make(shift: Shift, visit: Visit, travel: Travel) -> bool:
    """Whether the clerk could make the visit with nothing else to do that day."""
    return shift.can(visit) and timetable(shift, [visit], travel) is not None


@dataclass(frozen=True, slots=True)
class _Leg:
    """A drive: when it ends, from when the clerk can work, and the pause taken on the way or at the door."""

    arrive: datetime
    free: datetime
    pause: Window | None


def _day(shift: Shift, visits: Sequence[Visit], travel: Travel, gap: int) -> Route | None:
    """One day with the pause before stop number `gap`, or after the last; -1 is a day without one."""
    now, here, driven, pause = shift.window.start, shift.base, 0, None
    stops: list[Stop] = []
    for number, visit in enumerate(visits):
        minutes = travel.minutes(here, visit.place)
        leg = _drive(now, minutes, shift.pause if number == gap else None)
        if leg is None or max(leg.free, visit.window.start) > visit.window.end:
            return None
        begin = max(leg.free, visit.window.start)
        now, here, driven = begin + timedelta(minutes=visit.minutes), visit.place, driven + minutes
        pause = pause or leg.pause
        stops.append(Stop(visit.id, leg.arrive, begin, now))
    home = travel.minutes(here, shift.base)
    last = _drive_home(now, home, shift.pause if gap == len(visits) else None)
    if last is None or last.arrive > shift.window.end:
        return None
    out = travel.minutes(shift.base, visits[0].place)
    route = Route(
        shift.clerk, shift.window.start, tuple(stops), last.arrive, pause or last.pause, driven + home
    )
    return _leave_late(route, shift, out, paused=gap == 0)


def _drive(now: datetime, minutes: int, pause: Pause | None) -> _Leg | None:
    """A drive that begins now, with the pause as early as it may begin; None when it is too late for it."""
    arrive = now + timedelta(minutes=minutes)
    if pause is None:
        return _Leg(arrive, arrive, None)
    start = max(now, pause.window.start)
    if start > pause.window.end:
        return None
    taken = Window(start, start + timedelta(minutes=pause.minutes))
    if start < arrive:
        arrive += timedelta(minutes=pause.minutes)
    return _Leg(arrive, max(arrive, taken.end), taken)


def _drive_home(now: datetime, minutes: int, pause: Pause | None) -> _Leg | None:
    """As `_drive`, but who can be back in time for the pause takes it there."""
    arrive = now + timedelta(minutes=minutes)
    if pause is None or arrive > pause.window.end:
        return _drive(now, minutes, pause)
    start = max(arrive, pause.window.start)
    return _Leg(arrive, arrive, Window(start, start + timedelta(minutes=pause.minutes)))


def _leave_late(route: Route, shift: Shift, minutes: int, *, paused: bool) -> Route:
    """The same day without waiting at the first door."""
    first, *others = route.stops
    depart = first.begin - timedelta(minutes=minutes)
    if not paused or shift.pause is None:
        return replace(route, depart=depart, stops=(replace(first, arrive=first.begin), *others))
    start = max(shift.window.start, shift.pause.window.start)
    taken = Window(start, start + timedelta(minutes=shift.pause.minutes))
    if taken.end <= depart:
        return replace(route, depart=depart, pause=taken, stops=(replace(first, arrive=first.begin), *others))
    depart -= timedelta(minutes=shift.pause.minutes)
    leg = _drive(depart, minutes, shift.pause)
    if leg is None:
        raise AssertionError("a pause that could be taken earlier can be taken on a later drive out")
    return replace(route, depart=depart, pause=leg.pause, stops=(replace(first, arrive=leg.arrive), *others))


def _lateness(route: Route) -> tuple[datetime, int]:
    waited = sum(((stop.begin - stop.arrive) for stop in route.stops), timedelta())
    return route.back, int(waited.total_seconds())
