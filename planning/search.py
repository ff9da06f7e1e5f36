"""The search (路线搜索): one day put to OR-Tools' routing solver. The only module that speaks to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ortools.constraint_solver import pywrapcp
from ortools.constraint_solver.routing_enums_pb2 import FirstSolutionStrategy, LocalSearchMetaheuristic
from ortools.constraint_solver.routing_parameters_pb2 import RoutingSearchParameters
from ortools.util.optional_boolean_pb2 import BOOL_TRUE

from intake.model.visits import Shift, Visit
from planning.timetable import could_make
from planning.travel import Travel

_MINUTE = timedelta(minutes=1)
_SHORTEST = 30  # milliseconds; less and a busy machine may find no plan at all
# Costs in hundredths of a minute: the search weighs arcs by fractions of their cost, and of 10 there are few.
_FINE = 100
_NOBODY = -1
# What OR-Tools' unnamed flags mean, in the order they are used below.
_IGNORE_INACTIVE, _FROM_ZERO, _FROM_ANY, _OPTIONAL = True, True, False, True


@dataclass(frozen=True, slots=True)
class Attempt:
    """A way to begin, and how strongly the search is driven out of a valley it has found."""

    strategy: FirstSolutionStrategy.Value
    restlessness: float


# Two ways, because each alone was seen to end 5 to 17% above the other on some days; docs/adr has the figures.
ATTEMPTS = (
    Attempt(FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION, 0.4),
    Attempt(FirstSolutionStrategy.LOCAL_CHEAPEST_INSERTION, 0.2),
)

# Off by default. Without them the search stays for good in valleys 7% above the best day; with them it leaves most.
_BOLD_MOVES = (
    "use_cross_exchange",
    "use_relocate_neighbors",
    "use_global_cheapest_insertion_expensive_chain_lns",
    "use_local_cheapest_insertion_expensive_chain_lns",
    "use_global_cheapest_insertion_close_nodes_lns",
    "use_local_cheapest_insertion_close_nodes_lns",
)


class Search:
    """One day as the solver sees it: places are numbers, the bases first, and times are minutes after `dawn`."""

    def __init__(
        self, visits: Sequence[Visit], staff: Sequence[Shift], travel: Travel, attempt: Attempt
    ) -> None:
        self._visits, self._staff, self._travel, self._attempt = visits, staff, travel, attempt
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

    def start(self, seconds: float, orders: Sequence[Sequence[Visit]] = ()) -> pywrapcp.Assignment | None:
        """Search from scratch, or from the orders given if they can be kept; None when there was no time for any plan."""
        terms = self._terms(seconds)
        self._model.CloseModelWithParameters(terms)
        nodes = {visit.id: number for number, visit in enumerate(self._visits, start=len(self._bases))}
        routes = [[nodes[visit.id] for visit in order] for order in orders]
        known = self._model.ReadAssignmentFromRoutes(routes, _IGNORE_INACTIVE) if routes else None
        return self._model.SolveWithParameters(terms) if known is None else self.polish(known, seconds)

    def polish(self, found: pywrapcp.Assignment, seconds: float) -> pywrapcp.Assignment:
        """Search on from a plan, unburdened by what was tried on the way to it; never worse than the plan."""
        better = self._model.SolveFromAssignmentWithParameters(found, self._terms(seconds))
        return better if better and better.ObjectiveValue() < found.ObjectiveValue() else found

    def orders(self, found: pywrapcp.Assignment) -> list[tuple[Shift, list[Visit]]]:
        """Who goes where in which order, those who stay at the base included."""
        return [(shift, self._order(number, found)) for number, shift in enumerate(self._staff)]

    def _terms(self, seconds: float) -> RoutingSearchParameters:
        terms = pywrapcp.DefaultRoutingSearchParameters()
        terms.first_solution_strategy = self._attempt.strategy
        terms.local_search_metaheuristic = LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
        terms.guided_local_search_lambda_coefficient = self._attempt.restlessness
        for move in _BOLD_MOVES:
            setattr(terms.local_search_operators, move, BOOL_TRUE)
        terms.time_limit.FromMilliseconds(max(_SHORTEST, round(seconds * 1000)))
        return terms

    def _drive(self) -> None:
        places = [*self._bases, *(visit.place for visit in self._visits)]
        minutes = [[self._travel.minutes(origin, goal) for goal in places] for origin in places]
        work = [*(0 for _ in self._bases), *(visit.minutes for visit in self._visits)]
        cost = [[_FINE * drive for drive in row] for row in minutes]
        self._model.SetArcCostEvaluatorOfAllVehicles(self._model.RegisterTransitMatrix(cost))
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
        pause = self._model.solver().FixedDurationIntervalVar(
            start, end, shift.pause.minutes, not _OPTIONAL, "pause"
        )
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
                # The last position is beyond every route: a visit that wants a later one can only be left out.
                position.CumulVar(index).SetValue(min(visit.pinned_at, most))

    def _let_go(self) -> None:
        """Leaving a visit out costs more than all driving, and a firm one more than all that are not."""
        loose = _FINE * (sum(self._minute(shift.window.end) for shift in self._staff) + 1)
        firm = loose * (len(self._visits) + 1)
        for index, visit in self._indexed():
            self._model.AddDisjunction([index], firm if visit.firm else loose)

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
