"""Routes (上门路线): which clerk goes to which homes in which order, and why some visits cannot be made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from intake.model.visits import LeftOut, Plan, Reason, Route, Shift, Visit
from planning.search import Search
from planning.timetable import could_make, timetable
from planning.travel import Travel

_SECONDS_PER_PAIR = 0.005
_WIDE = 0.6  # of the time to search from scratch; the rest polishes what was found, and the plan so far


def plan_day(
    visits: Sequence[Visit],
    staff: Sequence[Shift],
    travel: Travel,
    *,
    seconds: float,
    before: Plan | None = None,
) -> Plan:
    """The day with the most visits and, among those, the least driving that was found within `seconds` (fewer than
    given for a short day: 20 visits take two seconds at most).

    Windows, skills, shifts, pauses and pins are never broken: a visit that cannot be placed is left out with its
    reason, one that is firm (promised or pinned) only when the firm ones cannot all be kept. `before` is the plan so
    far: the search starts from it, so that a visit that is added never costs a firm one its place. Two visits of one
    id, or two shifts of one clerk, raise `ValueError`.

    It blocks, and the solver keeps Python's lock all the while: call it in a worker process. The arguments and the
    plan can be pickled.
    """
    _require_distinct([visit.id for visit in visits])
    _require_distinct([shift.clerk for shift in staff])
    hopeless = {visit.id: reason for visit in visits if (reason := _hopeless(visit, staff, travel))}
    possible = [visit for visit in visits if visit.id not in hopeless]
    # Guided local search never says that it is done. A short day is settled long before this.
    enough = _SECONDS_PER_PAIR * len(possible) ** 2
    routes = _best_routes(possible, staff, travel, min(seconds, enough), before) if possible else ()
    placed = {stop.visit for route in routes or () for stop in route.stops}
    unplaced = {v.id: _crowded(v, solved=routes is not None) for v in possible if v.id not in placed}
    reasons = hopeless | unplaced
    left_out = tuple(LeftOut(visit.id, reasons[visit.id]) for visit in visits if visit.id in reasons)
    return Plan(routes or (), left_out)


def _best_routes(
    visits: Sequence[Visit], staff: Sequence[Shift], travel: Travel, seconds: float, before: Plan | None
) -> tuple[Route, ...] | None:
    """The better of a day sought from scratch and the plan so far, polished."""
    found = Search(visits, staff, travel).wander(seconds * _WIDE)
    begun = [found.orders] if found else []
    begun += [_orders(before, visits, staff, travel)] if before else []
    rest = seconds * (1 - _WIDE) / max(1, len(begun))
    plans = [Search(visits, staff, travel).polish(orders, rest) for orders in begun or [()]]
    best = min((plan for plan in plans if plan), key=lambda plan: plan.cost, default=None)
    if best is None:
        return None
    day = zip(staff, best.orders, strict=True)
    return tuple(_certain(shift, order, travel) for shift, order in day if order)


def _orders(
    before: Plan, visits: Sequence[Visit], staff: Sequence[Shift], travel: Travel
) -> list[Sequence[Visit]]:
    """Who goes where in the plan so far, without what is gone from it or can no longer be kept."""
    known = {visit.id: visit for visit in visits}
    planned = {
        route.clerk: [known[s.visit] for s in route.stops if s.visit in known] for route in before.routes
    }
    orders = [(shift, planned.get(shift.clerk, [])) for shift in staff]
    return [order if order and _kept(shift, order, travel) else () for shift, order in orders]


def _kept(shift: Shift, order: Sequence[Visit], travel: Travel) -> bool:
    return all(map(shift.can, order)) and timetable(shift, order, travel) is not None


def _hopeless(visit: Visit, staff: Sequence[Shift], travel: Travel) -> Reason | None:
    """Why nobody could make this visit even with nothing else to do."""
    if not staff:
        return Reason.NOBODY_ON_DUTY
    named = [shift for shift in staff if visit.pinned_to in {None, shift.clerk}]
    if not named:
        return Reason.PINNED_TO_ABSENT
    able = [shift for shift in named if shift.can(visit)]
    if not able:
        return Reason.SKILL_MISSING
    reached = any(could_make(shift, visit, travel) for shift in able)
    return None if reached else Reason.OUT_OF_REACH


def _crowded(visit: Visit, *, solved: bool) -> Reason:
    """Why a visit that somebody could make was not placed."""
    if not solved:
        return Reason.NOT_SOLVED
    return Reason.DAY_FULL if visit.pinned_at is None else Reason.POSITION_TAKEN


def _require_distinct(names: Sequence[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise ValueError(f"named twice: {', '.join(twice)}")


def _certain(shift: Shift, order: Sequence[Visit], travel: Travel) -> Route:
    """The times of an order the solver found; they come from our own timetable, which thereby checks the solver."""
    route = timetable(shift, order, travel)
    if route is None:
        raise AssertionError(
            f"the solver gave {shift.clerk} an order that cannot be kept: {[v.id for v in order]}"
        )
    return route
