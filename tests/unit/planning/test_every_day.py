"""Any day at all: what a plan promises, whatever is asked of it."""

from itertools import permutations, product

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake.model.ids import AccountCode, AppointmentId
from intake.model.visits import Pause, Reason, Shift, Spot, Visit, promise
from planning.routes import plan_day
from planning.timetable import timetable
from planning.travel import RoadTravel
from tests.unit.planning.roads import CAMERA, SEAL, at, between, faults, order_of

ROADS = RoadTravel(road_factor=1.5, km_per_hour=40)
SPOTS = [Spot(f"p{n}", 29.0 + n % 4 * 0.05, 120.4 + n // 4 * 0.07) for n in range(12)]
CLERKS = [AccountCode(name) for name in ("li", "wu", "he")]
any_skills = st.frozensets(st.sampled_from([SEAL, CAMERA]), max_size=1)


@st.composite
def any_visits(draw, most=6, *, pins=True):
    """A handful of visits, some with narrow windows, some pinned."""
    visits = []
    for number in range(draw(st.integers(1, most))):
        start = draw(st.integers(0, 420))
        window = between(start, start + draw(st.sampled_from([0, 30, 120, 480])))
        visits.append(
            Visit(
                AppointmentId(f"v{number}"),
                draw(st.sampled_from(SPOTS)),
                window,
                draw(st.integers(0, 60)),
                draw(any_skills),
                promised=draw(st.booleans()),
                pinned_to=draw(st.none() | st.sampled_from(CLERKS)) if pins else None,
                pinned_at=draw(st.none() | st.none() | st.integers(1, 3)) if pins else None,
            )
        )
    return visits


@st.composite
def any_staff(draw, most=3):
    """Up to three clerks, some with a pause, from different halls."""
    shifts = []
    for clerk in CLERKS[: draw(st.integers(1, most))]:
        start = draw(st.integers(0, 120))
        end = start + draw(st.integers(120, 480))
        earliest = draw(st.integers(start, end - 90))
        pause = Pause(between(earliest, min(earliest + 60, end - 30)), 30) if draw(st.booleans()) else None
        shifts.append(
            Shift(clerk, draw(st.sampled_from(SPOTS[:2])), between(start, end), draw(any_skills), pause)
        )
    return shifts


slowly = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@slowly
@given(any_visits(), any_staff())
def test_everybody_is_visited_once_as_promised_or_named_with_a_reason(visits, staff):
    """Windows, skills, shifts, pauses and pins hold in every plan; nobody is forgotten."""
    plan = plan_day(visits, staff, ROADS, seconds=0.05)

    assert faults(plan, visits, staff, ROADS) == []
    assert Reason.NOT_SOLVED not in {left.reason for left in plan.left_out}


@slowly
@given(any_visits(4, pins=False), any_staff(2))
def test_a_short_day_is_as_good_as_trying_everything(visits, staff):
    """No plan visits more people, firm ones first, and none that visits as many drives less."""
    plan = plan_day(visits, staff, ROADS, seconds=0.1)

    assert worth(plan.routes, visits) == best_worth(visits, staff)


@slowly
@given(any_visits(5), any_staff(2), any_visits(1, pins=False), st.integers(0, 4))
def test_who_was_promised_a_time_keeps_it_whatever_is_added_or_called_off(visits, staff, added, gone):
    """The plan is made anew; those who stay are visited in the window they were told."""
    asked = promise(visits, first := plan_day(visits, staff, ROADS, seconds=0.05))
    placed = {name for names in order_of(first).values() for name in names}
    # A position counted from a stop that is gone is nobody's promise.
    staying = [v for n, v in enumerate(asked) if n != gone and v.id in placed and v.pinned_at is None]
    (new,) = (Visit(AppointmentId("new"), v.place, v.window, v.minutes, v.skills) for v in added)

    again = plan_day([*staying, new], staff, ROADS, seconds=0.05, before=first)

    assert faults(again, [*staying, new], staff, ROADS) == []
    assert {v.id for v in staying} <= {name for names in order_of(again).values() for name in names}


def worth(routes, visits):
    """How good routes are: firm visits kept, others kept, little driving."""
    placed = {stop.visit for route in routes for stop in route.stops}
    firm = sum(v.firm for v in visits if v.id in placed)
    return firm, len(placed), -sum(route.travel_minutes for route in routes)


def best_worth(visits, staff):
    """The best there is, by trying every clerk for every visit in every order."""
    return max(worth(routes, visits) for routes in every_day(visits, staff))


def every_day(visits, staff):
    """All routes that can be driven."""
    for choice in product([None, *staff], repeat=len(visits)):
        shares = [
            (shift, [v for v, chosen in zip(visits, choice, strict=True) if chosen is shift])
            for shift in staff
        ]
        if all(shift.can(v) for shift, share in shares for v in share):
            best = [shortest(shift, share) for shift, share in shares if share]
            if all(best):
                yield best


def shortest(shift, share):
    """The least driving for one clerk, or None when it cannot be done in any order."""
    routes = (timetable(shift, order, ROADS) for order in permutations(share))
    return min((route for route in routes if route), key=lambda route: route.travel_minutes, default=None)


def test_the_inspector_sees_a_fault():
    """The checks above are not ones that cannot fail."""
    visits, staff = (
        [Visit(AppointmentId("a"), SPOTS[5], between(100, 130), 20)],
        [Shift(CLERKS[0], SPOTS[0], between(0, 300))],
    )
    plan = plan_day(visits, staff, ROADS, seconds=0.05)
    later = [Visit(AppointmentId("a"), SPOTS[11], between(200, 230), 25, frozenset({SEAL}), pinned_at=2)]

    told = faults(plan, [*later, Visit(AppointmentId("b"), SPOTS[1], between(0, 9), 5)], staff, ROADS)

    assert any("not everybody once" in fault for fault in told)
    for fault in [
        "outside the window",
        "too short",
        "skill missing",
        "another position",
        "nobody drives that fast",
    ]:
        assert any(fault in line for line in told), fault
    assert at(0) < plan.routes[0].depart
