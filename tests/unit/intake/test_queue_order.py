"""排队: who goes first, what a credit may do and may not, and the life of a number."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.errors import NotNow
from intake.model.catalogue import CounterGroup
from intake.model.queue import Precedence, Ticket, TicketState
from tests.contract.nouns import NOW, ticket

RULES = Precedence(booked_minutes=30, green_minutes=20, grace_minutes=10)
MOST = timedelta(minutes=50)
MINUTES = st.integers(0, 600).map(lambda minutes: NOW + timedelta(minutes=minutes))
BOOKED = st.none() | MINUTES
PRECEDENCES = st.builds(Precedence, st.integers(0, 120), st.integers(0, 120), st.integers(0, 60))


@given(PRECEDENCES, MINUTES, BOOKED, st.booleans(), BOOKED, st.booleans())
def test_nobody_is_overtaken_by_somebody_who_came_later_than_the_credits_together(
    precedence, came, booked, green, booked_other, green_other
):
    """However many with credits keep coming, a walk-in's wait is bounded: a credit never starves."""
    together = timedelta(minutes=precedence.booked_minutes + precedence.green_minutes)
    late = came + together + timedelta(seconds=1)

    mine = precedence.order_at(came, booked_start=booked, green=green)
    other = precedence.order_at(late, booked_start=booked_other, green=green_other)

    assert mine < other


@given(MINUTES, MINUTES, BOOKED, st.booleans())
def test_among_equals_who_came_first_goes_first(one, other, booked, green):
    """The same ground and the same booking: only the waiting counts."""
    first, second = sorted([one, other])
    if booked is not None and first <= booked + timedelta(minutes=10) < second:
        return  # the second is late for the place, so they are no equals

    before = RULES.order_at(first, booked_start=booked, green=green)

    assert before <= RULES.order_at(second, booked_start=booked, green=green)


@given(MINUTES, BOOKED, st.booleans())
def test_a_ground_never_sends_anybody_back(came, booked, green):
    """Being booked or old never makes the wait longer."""
    order = RULES.order_at(came, booked_start=booked, green=green)

    assert came - MOST <= order <= RULES.order_at(came, booked_start=None, green=False)


@pytest.mark.parametrize(("minutes_late", "credit"), [(-60, 30), (0, 30), (10, 30), (11, 0), (120, 0)])
def test_the_credit_of_a_booking_ends_with_the_grace(minutes_late, credit):
    """Ten minutes late is still on time; eleven is a walk-in."""
    came = NOW + timedelta(minutes=minutes_late)

    assert came - RULES.order_at(came, booked_start=NOW, green=False) == timedelta(minutes=credit)


def test_booked_elder_booked_elder_and_walk_in_who_came_together_go_in_that_order():
    """The order a hall's wall explains: 预约加绿色通道, 预约, 绿色通道, 现场."""
    orders = [
        RULES.order_at(NOW, booked_start=NOW, green=True),
        RULES.order_at(NOW, booked_start=NOW, green=False),
        RULES.order_at(NOW, booked_start=None, green=True),
        RULES.order_at(NOW, booked_start=None, green=False),
    ]

    assert orders == sorted(orders)
    assert len(set(orders)) == len(orders)


ACTS = {
    "serve": Ticket.serve,
    "recall": lambda one: one.recall(3),
    "miss": Ticket.miss,
    "park": Ticket.park,
    "come_back": lambda one: one.come_back(2, within=MOST, now=NOW),
    "finish": Ticket.finish,
    "forward": lambda one: one.forward(CounterGroup.POLICE),
    "leave": Ticket.leave,
    "amend": lambda one: one.amend(holder="老王", service=None, case=None),
}
POSSIBLE = {
    TicketState.WAITING: {"forward", "leave", "amend"},
    TicketState.CALLED: {"serve", "recall", "miss", "park", "forward", "leave", "amend"},
    TicketState.SERVING: {"park", "finish", "forward", "leave", "amend"},
    TicketState.PARKED: {"come_back", "forward", "leave", "amend"},
    TicketState.MISSED: {"come_back", "leave", "amend"},
    TicketState.DONE: set[str](),
    TicketState.LEFT: set[str](),
    TicketState.UNSERVED: set[str](),
}


@pytest.mark.parametrize("state", TicketState)
def test_a_number_admits_only_the_acts_of_its_state(state):
    """Nobody finishes a person who was never called, and a finished number is over."""
    one = ticket(state=state, calls=1)

    possible = {name for name, act in ACTS.items() if _happens(act, one)}

    assert possible == POSSIBLE[state]


def _happens(act, one):
    try:
        act(one)
    except NotNow:
        return False
    return True


def test_after_the_last_call_the_number_is_missed():
    """Called three times and not there: 过号, and the next one may be called."""
    called = ticket(state=TicketState.CALLED, calls=1)

    second = called.recall(3)
    third = second.recall(3)
    fourth = third.recall(3)

    assert [(t.state, t.calls) for t in (second, third)] == [(TicketState.CALLED, 2), (TicketState.CALLED, 3)]
    assert fourth.state is TicketState.MISSED


def test_who_comes_back_stands_in_the_old_place_at_no_counter():
    """The wait is not lost, and no counter still holds the number."""
    missed = ticket(state=TicketState.MISSED, calls=3, counter="county-1", clerk="clerk-1")

    back = missed.come_back(2, within=MOST, now=NOW)

    assert (back.state, back.order_at, back.taken_at) == (
        TicketState.WAITING,
        missed.order_at,
        missed.taken_at,
    )
    assert (back.counter, back.clerk, back.calls) == (None, None, 0)
