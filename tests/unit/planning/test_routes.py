"""Days of home visits: who goes where, who keeps whose word, and who is told why not."""

import pickle

import pytest

from intake.model.visits import REASON_WORDS, Pause, Reason, promise
from planning.routes import plan_day
from planning.travel import TableTravel
from tests.unit.planning.roads import (
    CAMERA,
    FAR,
    HALL,
    NEAR,
    NORTH,
    ROADS,
    SEAL,
    at,
    between,
    faults,
    left_out,
    order_of,
    shift,
    visit,
)

QUICK = 0.2


def planned(visits, staff, travel=ROADS, before=None):
    """A plan that an inspector has found no fault with."""
    plan = plan_day(visits, staff, travel, seconds=QUICK, before=before)
    assert faults(plan, visits, staff, travel) == []
    return plan


def test_neighbours_are_visited_on_one_trip():
    """Two in the north and one in the east by one clerk: the north is not driven to twice."""
    visits = [visit("a", NORTH), visit("b", FAR), visit("c", NORTH)]

    plan = planned(visits, [shift("li")])

    assert order_of(plan)["li"] in (["a", "c", "b"], ["c", "a", "b"], ["b", "a", "c"], ["b", "c", "a"])


def test_a_window_decides_the_order():
    """Who asked for the morning is visited in the morning."""
    plan = planned(
        [visit("noon", window=between(240, 270)), visit("morning", window=between(60, 90))], [shift("li")]
    )

    assert order_of(plan) == {"li": ["morning", "noon"]}


def test_only_who_has_the_skill_is_sent():
    """The seal travels with one clerk only."""
    plan = planned([visit("a", skills=frozenset({SEAL}))], [shift("li"), shift("wu", None, SEAL)])

    assert order_of(plan) == {"wu": ["a"]}


def test_the_clerk_pauses_within_the_hour_set_for_it_and_never_at_work():
    """A full day: the visits move around the pause."""
    visits = [visit(f"v{n}", NORTH, minutes=40) for n in range(9)]

    plan = planned(visits, [shift("li", pause=Pause(between(210, 270), 45))])

    assert len(order_of(plan)["li"]) == 9


def test_nobody_leaves_the_hall_earlier_than_needed():
    """The first visit is at eleven: the clerk does not wait at the door from nine."""
    (route,) = planned([visit("a", NORTH, between(180, 180))], [shift("li")]).routes

    assert route.stops[0].arrive == route.stops[0].begin == at(180)


def test_a_pinned_visit_goes_to_whom_the_desk_named():
    """Although a colleague passes the door."""
    visits = [visit("a", FAR, pinned_to="li"), visit("b", FAR, pinned_to="wu")]

    plan = planned(visits, [shift("li"), shift("wu")])

    assert order_of(plan) == {"li": ["a"], "wu": ["b"]}


@pytest.mark.parametrize("position", [1, 2, 3])
def test_a_pinned_position_is_kept(position):
    """The desk says first, second or third."""
    visits = [visit("a", NORTH, pinned_at=position), visit("b", FAR), visit("c")]

    plan = planned(visits, [shift("li")])

    assert order_of(plan)["li"].index("a") == position - 1


def test_two_pins_swapped_swap_the_two_visits():
    """What a clerk does with two clicks."""
    first = [visit("a", NORTH, pinned_at=1), visit("b", FAR, pinned_at=2)]
    swapped = [visit("a", NORTH, pinned_at=2), visit("b", FAR, pinned_at=1)]

    assert order_of(planned(first, [shift("li")])) == {"li": ["a", "b"]}
    assert order_of(planned(swapped, [shift("li")])) == {"li": ["b", "a"]}


@pytest.mark.parametrize(
    ("reason", "a_visit", "staff"),
    [
        (Reason.NOBODY_ON_DUTY, visit("a"), []),
        (Reason.PINNED_TO_ABSENT, visit("a", pinned_to="wu"), [shift("li")]),
        (Reason.SKILL_MISSING, visit("a", skills=frozenset({SEAL, CAMERA})), [shift("li", None, SEAL)]),
        (Reason.OUT_OF_REACH, visit("a", FAR, between(0, 10)), [shift("li")]),
        (Reason.OUT_OF_REACH, visit("a", FAR, between(530, 540)), [shift("li")]),
        (Reason.POSITION_TAKEN, visit("a", pinned_at=2), [shift("li")]),
        (Reason.POSITION_TAKEN, visit("a", pinned_at=99), [shift("li")]),
        (Reason.DAY_FULL, visit("a", minutes=60), [shift("li", between(0, 80))]),
    ],
)
def test_who_cannot_be_visited_is_named_with_the_reason(reason, a_visit, staff):
    """Nobody drops out silently, and every reason has a way on."""
    rival = [visit("rival", minutes=60, pinned_to="li")] if reason is Reason.DAY_FULL else []

    plan = planned([a_visit, *rival], staff)

    assert left_out(plan) == {"a": reason.value}
    assert plan.left_out[0].words == REASON_WORDS[reason]


def test_every_reason_has_its_words():
    """A reason and a next step, for the clerk at the desk."""
    assert set(REASON_WORDS) == set(Reason)
    assert all(words.count("。") == 2 for words in REASON_WORDS.values())


def test_a_promise_goes_before_whoever_asks_later():
    """One hour of a clerk is left; the promised visit has it, though two short ones would fit."""
    visits = [visit("told", minutes=50, promised=True), visit("b", minutes=20), visit("c", minutes=20)]

    plan = planned(visits, [shift("li", between(0, 70))])

    assert "told" in order_of(plan)["li"]


def test_adding_a_visit_moves_no_promised_window():
    """Five people were told their time; a sixth is fitted in around them."""
    staff = [shift("li", pause=Pause(between(210, 270), 45)), shift("wu")]
    asked = [visit(f"v{n}", (NEAR, FAR, NORTH)[n % 3]) for n in range(5)]
    first = planned(asked, staff)
    told = promise(asked, first)
    assert all(v.promised and v.window.end - v.window.start <= at(30) - at(0) for v in told)

    again = planned([*told, visit("new", NORTH)], staff, before=first)

    assert left_out(again) == {}


def test_a_visit_called_off_leaves_the_others_where_they_were_promised():
    """The rest of the day stands."""
    asked = [visit(f"v{n}", (NEAR, FAR, NORTH)[n % 3]) for n in range(5)]
    first = planned(asked, [shift("li")])
    told = promise(asked, first)

    again = planned(told[1:], [shift("li")], before=first)

    assert left_out(again) == {}


def test_a_colleague_who_falls_ill_is_named_as_the_reason():
    """Those pinned to her are told why; the others are taken over as far as they can."""
    staff = [shift("li"), shift("wu")]
    visits = [visit("a", pinned_to="wu"), visit("b", FAR)]
    first = planned(visits, staff)

    again = planned(visits, [shift("li")], before=first)

    assert left_out(again) == {"a": "pinned_to_absent"}
    assert order_of(again) == {"li": ["b"]}


def test_a_one_way_road_counts_both_ways():
    """An imported table may say that the way back takes longer; the shift ends before that way does."""
    roads = TableTravel({("hall", "near"): 20, ("near", "hall"): 50})

    plan = planned([visit("a", minutes=20)], [shift("li", between(0, 80))], roads)

    assert left_out(plan) == {"a": "out_of_reach"}


def test_somebody_at_the_hall_itself_is_no_journey():
    """A visit next door costs no driving."""
    plan = planned([visit("a", HALL)], [shift("li")])

    assert plan.travel_minutes == 0


def test_one_name_for_two_visits_is_refused():
    """They could not be told apart in the plan."""
    with pytest.raises(ValueError, match="named twice: a"):
        plan_day([visit("a"), visit("a")], [shift("li")], ROADS, seconds=QUICK)


def test_a_plan_travels_between_processes():
    """The server asks a worker for it."""
    visits, staff = (
        [visit("a", skills=frozenset({SEAL}))],
        [shift("li", None, SEAL, pause=Pause(between(60, 90), 30))],
    )

    plan = planned(*pickle.loads(pickle.dumps((visits, staff))))  # noqa: S301 (our own bytes)

    assert pickle.loads(pickle.dumps(plan)) == plan  # noqa: S301 (our own bytes)


def test_an_empty_day_is_an_empty_plan():
    """Nobody asked."""
    assert planned([], [shift("li")]).routes == ()
