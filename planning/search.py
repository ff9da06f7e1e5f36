"""The search (路线搜索): one day put to OR-Tools' routing solver. The only module that speaks to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ortools.constraint_solver import pywrapcp
from ortools.constraint_solver.routing_enums_pb2 import FirstSolutionStrategy, LocalSearchMetaheuristic
from ortools.constraint_solver.routing_ils_pb2 import IteratedLocalSearchParameters
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


# How strongly guided local search is driven out of a valley it has found.
_RESTLESSNESS = 0.2
# Ruin and recreate: strings of about so many homes in all are taken off neighbouring routes and put back one by one. What
# makes the day worse by some minutes is kept at first, and less and less of it later (simulated annealing).
_TAKEN_OFF, _LONGEST_STRING, _LEFT_STANDING = 10, 10, 0.5
_MINUTES_WORSE_FIRST, _MINUTES_WORSE_LAST = 20.0, 0.2

# Off by default. Without them the search stays for good in valleys 7% above the best day; with them it leaves most.
_BOLD_MOVES = (
    "use_cross_exchange",
    "use_relocate_neighbors",
    "use_global_cheapest_insertion_expensive_chain_lns",
    "use_local_cheapest_insertion_expensive_chain_lns",
    "use_global_cheapest_insertion_close_nodes_lns",
    "use_local_cheapest_insertion_close_nodes_lns",
)


@dataclass(frozen=True, slots=True)
class Found:
    """A day that was found: who goes where in which order, by the order of the staff, and what it costs the solver."""

    cost: int
    orders: Sequence[Sequence[Visit]]


class Search:
    """One day as the solver sees it: places are numbers, the homes first, and times are minutes after `dawn`.

    One object searches once. The bases come last because ruin and recreate draws where it begins from the lowest numbers:
    with the bases there it never began at the last homes, and on a day with nobody else it looked for one without an end.
    """

    def __init__(self, visits: Sequence[Visit], staff: Sequence[Shift], travel: Travel) -> None:
        self._visits, self._staff, self._travel = visits, staff, travel
        self._dawn = min(shift.window.start for shift in staff)
        self._dusk = self._minute(max(shift.window.end for shift in staff))
        # Clerks of one base share its node: the solver then knows that it may exchange them.
        self._bases = list(dict.fromkeys(shift.base for shift in staff))
        starts = [len(visits) + self._bases.index(shift.base) for shift in staff]
        self._nodes = pywrapcp.RoutingIndexManager(len(self._bases) + len(visits), len(staff), starts, starts)
        self._model = pywrapcp.RoutingModel(self._nodes)
        self._drive()
        self._keep_times()
        self._keep_positions()
        self._let_go()

    def wander(self, seconds: float) -> Found | None:
        """Search the whole country from scratch by ruin and recreate; None when there was no time for any plan."""
        terms = self._terms(seconds)
        terms.local_search_metaheuristic = LocalSearchMetaheuristic.GREEDY_DESCENT
        terms.use_iterated_local_search = True
        _ruin_and_recreate(terms.iterated_local_search_parameters)
        self._model.CloseModelWithParameters(terms)
        return self._found(self._model.SolveWithIteratedLocalSearch(terms))

    def polish(self, orders: Sequence[Sequence[Visit]], seconds: float) -> Found | None:
        """Search on from orders if they can be kept, else from scratch, by guided local search; never worse than they."""
        terms = self._terms(seconds)
        self._model.CloseModelWithParameters(terms)
        nodes = {visit.id: number for number, visit in enumerate(self._visits)}
        routes = [[nodes[visit.id] for visit in order] for order in orders]
        known = self._model.ReadAssignmentFromRoutes(routes, _IGNORE_INACTIVE) if routes else None
        if known is None:
            return self._found(self._model.SolveWithParameters(terms))
        better = self._model.SolveFromAssignmentWithParameters(known, terms)
        return self._found(better if better and better.ObjectiveValue() < known.ObjectiveValue() else known)

    def _terms(self, seconds: float) -> RoutingSearchParameters:
        terms = pywrapcp.DefaultRoutingSearchParameters()
        terms.first_solution_strategy = FirstSolutionStrategy.LOCAL_CHEAPEST_INSERTION
        terms.local_search_metaheuristic = LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
        terms.guided_local_search_lambda_coefficient = _RESTLESSNESS
        for move in _BOLD_MOVES:
            setattr(terms.local_search_operators, move, BOOL_TRUE)
        terms.time_limit.FromMilliseconds(max(_SHORTEST, round(seconds * 1000)))
        return terms

    def _drive(self) -> None:
        places = [*(visit.place for visit in self._visits), *self._bases]
        minutes = [[self._travel.minutes(origin, goal) for goal in places] for origin in places]
        work = [*(visit.minutes for visit in self._visits), *(0 for _ in self._bases)]
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

    def _found(self, plan: pywrapcp.Assignment | None) -> Found | None:
        if plan is None:
            return None
        return Found(int(plan.ObjectiveValue()), [self._order(n, plan) for n in range(len(self._staff))])

    def _order(self, number: int, found: pywrapcp.Assignment) -> list[Visit]:
        order = []
        index = found.Value(self._model.NextVar(self._model.Start(number)))
        while not self._model.IsEnd(index):
            order.append(self._visits[self._nodes.IndexToNode(index)])
            index = found.Value(self._model.NextVar(index))
        return order

    def _indexed(self) -> list[tuple[int, Visit]]:
        return [(self._nodes.NodeToIndex(n), visit) for n, visit in enumerate(self._visits)]

    def _minute(self, instant: datetime) -> int:
        return (instant - self._dawn) // _MINUTE


def _ruin_and_recreate(terms: IteratedLocalSearchParameters) -> None:
    """Slack induction by string removals (Christiaens and Vanden Berghe, 2020), as OR-Tools has it."""
    ruin = terms.ruin_recreate_parameters.ruin_strategies.add().sisr
    ruin.avg_num_removed_visits, ruin.max_removed_sequence_size = _TAKEN_OFF, _LONGEST_STRING
    ruin.bypass_factor = _LEFT_STANDING
    # Local search after every step was tried: a tenth of the steps, and now and then a valley 5% above the best day.
    terms.improve_perturbed_solution = False
    kept = terms.reference_solution_acceptance_strategy.simulated_annealing
    kept.initial_temperature = _MINUTES_WORSE_FIRST * _FINE
    kept.final_temperature = _MINUTES_WORSE_LAST * _FINE
