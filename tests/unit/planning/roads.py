"""A small county to drive through, and an inspector who believes nothing a plan says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from intake.model.ids import AccountCode, AppointmentId
from intake.model.visits import Pause, Plan, Route, Shift, Skill, Spot, Stop, Visit, Window
from planning.travel import RoadTravel, Travel

DAWN = datetime(2026, 11, 30, 0, 0, tzinfo=UTC)  # 8 o'clock in the county
HALL = Spot("hall", 29.05, 120.45)
NEAR, FAR, NORTH = Spot("near", 29.06, 120.46), Spot("far", 29.05, 120.70), Spot("north", 29.15, 120.45)
ROADS = RoadTravel()
SEAL, CAMERA = Skill("seal"), Skill("camera")


def at(minute: int) -> datetime:
    """So many minutes after 8 o'clock."""
    return DAWN + timedelta(minutes=minute)


def between(start: int, end: int) -> Window:
    """A window in minutes after 8 o'clock."""
    return Window(at(start), at(end))


def visit(
    name: str, place: Spot = NEAR, window: Window | None = None, minutes: int = 20, **more: object
) -> Visit:
    """A home visit, at any time of the day unless a window is given."""
    return Visit(AppointmentId(name), place, window or between(0, 540), minutes, **more)  # type: ignore[arg-type]  # a scene names only what it is about


def shift(name: str, window: Window | None = None, *skills: Skill, pause: Pause | None = None) -> Shift:
    """A day from the hall, nine hours unless a window is given."""
    return Shift(AccountCode(name), HALL, window or between(0, 540), frozenset(skills), pause)


def order_of(plan: Plan) -> dict[str, list[str]]:
    """Who goes where, by name."""
    return {route.clerk: [stop.visit for stop in route.stops] for route in plan.routes}


def left_out(plan: Plan) -> dict[str, str]:
    """Who is visited by nobody, and why."""
    return {left.visit: left.reason.value for left in plan.left_out}


def faults(plan: Plan, visits: Sequence[Visit], staff: Sequence[Shift], travel: Travel) -> list[str]:
    """Everything in the plan that could not be driven or breaks somebody's word; [] is a plan one can hand out."""
    named = [stop.visit for route in plan.routes for stop in route.stops] + [
        left.visit for left in plan.left_out
    ]
    told = [] if Counter(named) == Counter(visit.id for visit in visits) else [f"not everybody once: {named}"]
    clerks = {shift.clerk: shift for shift in staff}
    if len({route.clerk for route in plan.routes}) < len(plan.routes):
        told.append("a clerk has two routes")
    known = {visit.id: visit for visit in visits}
    for route in plan.routes:
        told += _route_faults(route, clerks[route.clerk], known, travel)
    return told


def _route_faults(route: Route, day: Shift, known: dict[AppointmentId, Visit], travel: Travel) -> list[str]:
    told = []
    if not day.window.start <= route.depart <= route.back <= day.window.end:
        told.append("outside the shift")
    told += _pause_faults(route, day)
    now, here, driven = route.depart, day.base, 0
    for number, stop in enumerate(route.stops, start=1):
        wanted = known[stop.visit]
        told += [f"{stop.visit}: {fault}" for fault in _stop_faults(stop, wanted, day, number)]
        minutes = travel.minutes(here, wanted.place)
        if stop.arrive - now < timedelta(minutes=minutes) + _overlap(route.pause, now, stop.arrive):
            told.append(f"{stop.visit}: nobody drives that fast")
        now, here, driven = stop.leave, wanted.place, driven + minutes
    minutes = travel.minutes(here, day.base)
    if route.back - now < timedelta(minutes=minutes) + _overlap(route.pause, now, route.back):
        told.append("nobody drives home that fast")
    if route.travel_minutes != driven + minutes:
        told.append("the driving is added up wrongly")
    return told


def _stop_faults(stop: Stop, wanted: Visit, day: Shift, number: int) -> list[str]:
    checks = {
        "outside the window": wanted.window.start <= stop.begin <= wanted.window.end,
        "begins before arriving": stop.arrive <= stop.begin,
        "too short": stop.leave - stop.begin == timedelta(minutes=wanted.minutes),
        "skill missing": wanted.skills <= day.skills,
        "somebody else was named": wanted.pinned_to in {None, day.clerk},
        "another position was named": wanted.pinned_at in {None, number},
    }
    return [fault for fault, kept in checks.items() if not kept]


def _pause_faults(route: Route, day: Shift) -> list[str]:
    if day.pause is None:
        return ["a pause nobody asked for"] if route.pause else []
    taken = route.pause
    if taken is None or taken.end - taken.start != timedelta(minutes=day.pause.minutes):
        return ["no pause of the right length"]
    told = []
    if not day.pause.window.start <= taken.start <= day.pause.window.end:
        told.append("the pause is at the wrong time")
    if any(_overlap(taken, stop.begin, stop.leave) for stop in route.stops):
        told.append("works through the pause")
    return told


def _overlap(pause: Window | None, start: datetime, end: datetime) -> timedelta:
    if pause is None:
        return timedelta()
    return max(timedelta(), min(end, pause.end) - max(start, pause.start))
