"""Routes (上门路线): which clerk goes to which homes in which order, by OR-Tools' routing solver."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from ortools.constraint_solver import pywrapcp
from ortools.constraint_solver.routing_enums_pb2 import FirstSolutionStrategy, LocalSearchMetaheuristic

from planning.day import LeftOut, Plan, Reason, Route, Shift, Visit, Window
from planning.timetable import timetable
from planning.travel import Travel

_MINUTE = timedelta(minutes=1)
_MUST = False  # OR-Tools: "optional"
_FROM_ZERO = True  # OR-Tools: "fix_start_cumul_to_zero"
_FROM_ANY = False
_NOBODY = -1
_SECONDS_PER_PAIR = 0.005
_RESTLESSNESS = 0.3  # their 0.1 stayed in a valley 3% above the best of RC208's first fifty; see the ADR
_FORGIVING = True  # OR-Tools: "ignore_inactive_indices"


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
    routes = _Search(possible, staff, travel).routes(seconds, before) if possible else ()
    placed = {stop.visit for route in routes or () for stop in route.stops}
    unplaced = {v.id: _crowded(v, solved=routes is not None) for v in possible if v.id not in placed}
    reasons = hopeless | unplaced
    left_out = tuple(LeftOut(visit.id, reasons[visit.id]) for visit in visits if visit.id in reasons)
    return Plan(routes or (), left_out)


def promise(visits: Sequence[Visit], plan: Plan, *, leeway: int = 15) -> tuple[Visit, ...]:
    """The visits with what a plan allows the desk to tell people: a window of `leeway` minutes to either side of the
    planned beginning, within what they had asked for. Visits left out, and those already promised, stay as they are.
    """
    begins = {stop.visit: stop.begin for route in plan.routes for stop in route.stops}
    return tuple(
        visit
        if visit.promised or visit.id not in begins
        else _told(visit, begins[visit.id], leeway * _MINUTE)
        for visit in visits
    )


def _told(visit: Visit, begin: datetime, leeway: timedelta) -> Visit:
    window = Window(max(visit.window.start, begin - leeway), min(visit.window.end, begin + leeway))
    return replace(visit, window=window, promised=True)


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


class _Search:
    """One day as the solver sees it: places are numbers, the bases first, and times are minutes after `dawn`."""

    def __init__(self, visits: Sequence[Visit], staff: Sequence[Shift], travel: Travel) -> None:
        self._visits, self._staff, self._travel = visits, staff, travel
        self._dawn = min(shift.window.start for shift in staff)
        self._dusk = self._minute(max(shift.window.end for shift in staff))
        # Clerks of one base share its node: the solver then knows that it may exchange them.
        self._bases = list(dict.fromkeys(shift.base for shift in staff))
        homes = [self._bases.index(shift.base) for shift in staff]
        self._nodes = pywrapcp.RoutingIndexManager(len(self._bases) + len(visits), len(staff), homes, homes)
        self._model = pywrapcp.RoutingModel(self._nodes)
        self._drive()
        self._keep_times()
        self._keep_positions()
        self._let_go()

    def routes(self, seconds: float, before: Plan | None) -> tuple[Route, ...] | None:
        """The best routes found; None when the time was too short for any."""
        search = pywrapcp.DefaultRoutingSearchParameters()
        search.first_solution_strategy = FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
        search.local_search_metaheuristic = LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
        search.guided_local_search_lambda_coefficient = _RESTLESSNESS
        # Guided local search never says that it is done. A short day is settled long before this.
        enough = _SECONDS_PER_PAIR * len(self._visits) ** 2
        search.time_limit.FromMilliseconds(max(10, round(min(seconds, enough) * 1000)))
        self._model.CloseModelWithParameters(search)
        start = self._model.ReadAssignmentFromRoutes(self._orders(before), _FORGIVING) if before else None
        if start is None:
            found = self._model.SolveWithParameters(search)
        else:
            found = self._model.SolveFromAssignmentWithParameters(start, search)
        return None if found is None else self._read(found)

    def _drive(self) -> None:
        places = [*self._bases, *(visit.place for visit in self._visits)]
        minutes = [[self._travel.minutes(origin, goal) for goal in places] for origin in places]
        work = [*(0 for _ in self._bases), *(visit.minutes for visit in self._visits)]
        self._model.SetArcCostEvaluatorOfAllVehicles(self._model.RegisterTransitMatrix(minutes))
        timed = [[work[origin] + drive for drive in row] for origin, row in enumerate(minutes)]
        transit = self._model.RegisterTransitMatrix(timed)
        self._model.AddDimension(transit, self._dusk, self._dusk, _FROM_ANY, "time")
        self._work = work

    def _keep_times(self) -> None:
        time = self._model.GetDimensionOrDie("time")
        for number, shift in enumerate(self._staff):
            start, end = self._minute(shift.window.start), self._minute(shift.window.end)
            time.CumulVar(self._model.Start(number)).SetRange(start, end)
            time.CumulVar(self._model.End(number)).SetRange(start, end)
            self._keep_pause(number, shift, time)
        for index, visit in self._indexed():
            earliest, latest = self._minute(visit.window.start), self._minute(visit.window.end)
            time.CumulVar(index).SetRange(max(0, earliest), min(latest, self._dusk))
            able = [n for n, shift in enumerate(self._staff) if could_make(shift, visit, self._travel)]
            if len(able) < len(self._staff):
                self._model.VehicleVar(index).SetValues([_NOBODY, *able])

    def _keep_pause(self, number: int, shift: Shift, time: pywrapcp.RoutingDimension) -> None:
        if shift.pause is None:
            return
        start, end = self._minute(shift.pause.window.start), self._minute(shift.pause.window.end)
        pause = self._model.solver().FixedDurationIntervalVar(start, end, shift.pause.minutes, _MUST, "pause")
        work = [self._work[self._nodes.IndexToNode(index)] for index in range(self._model.Size())]
        time.SetBreakIntervalsOfVehicle([pause], number, work)

    def _keep_positions(self) -> None:
        if all(visit.pinned_at is None for visit in self._visits):
            return
        step = self._model.RegisterUnaryTransitVector([1] * self._nodes.GetNumberOfNodes())
        most = len(self._visits) + 1
        self._model.AddDimension(step, 0, most, _FROM_ZERO, "position")
        position = self._model.GetDimensionOrDie("position")
        for index, visit in self._indexed():
            if visit.pinned_at is not None:
                position.CumulVar(index).SetValue(visit.pinned_at)

    def _let_go(self) -> None:
        """Leaving a visit out costs more than all driving, and a firm one more than all that are not."""
        loose = sum(self._minute(shift.window.end) for shift in self._staff) + 1
        firm = loose * (len(self._visits) + 1)
        for index, visit in self._indexed():
            self._model.AddDisjunction([index], firm if visit.firm else loose)

    def _orders(self, before: Plan) -> list[list[int]]:
        """The plan so far as the solver wants it: the nodes of each clerk who is still on duty, without who left."""
        nodes = {visit.id: number for number, visit in enumerate(self._visits, start=len(self._bases))}
        planned = {
            route.clerk: [nodes[s.visit] for s in route.stops if s.visit in nodes] for route in before.routes
        }
        return [planned.get(shift.clerk, []) for shift in self._staff]

    def _read(self, found: pywrapcp.Assignment) -> tuple[Route, ...]:
        orders = ((shift, self._order(number, found)) for number, shift in enumerate(self._staff))
        return tuple(_certain(shift, order, self._travel) for shift, order in orders if order)

    def _order(self, number: int, found: pywrapcp.Assignment) -> list[Visit]:
        order, first = [], len(self._bases)
        index = found.Value(self._model.NextVar(self._model.Start(number)))
        while not self._model.IsEnd(index):
            order.append(self._visits[self._nodes.IndexToNode(index) - first])
            index = found.Value(self._model.NextVar(index))
        return order

    def _indexed(self) -> list[tuple[int, Visit]]:
        first = len(self._bases)
        return [(self._nodes.NodeToIndex(first + n), visit) for n, visit in enumerate(self._visits)]

    def _minute(self, instant: datetime) -> int:
        return (instant - self._dawn) // _MINUTE


def could_make(shift: Shift, visit: Visit, travel: Travel) -> bool:
    """Whether the clerk could make the visit with nothing else to do that day."""
    return shift.can(visit) and timetable(shift, [visit], travel) is not None


def _certain(shift: Shift, order: Sequence[Visit], travel: Travel) -> Route:
    """The times of an order the solver found; they come from our own timetable, which thereby checks the solver."""
    route = timetable(shift, order, travel)
    if route is None:
        raise AssertionError(
            f"the solver gave {shift.clerk} an order that cannot be kept: {[v.id for v in order]}"
        )
    return route
