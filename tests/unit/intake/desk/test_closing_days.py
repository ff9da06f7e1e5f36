"""日终: no number is open after its day, whoever looks first: the person, the clerk or the chore."""

from __future__ import annotations

import pytest

from intake.errors import NotNow
from intake.model.booking import AppointmentState
from intake.model.queue import TicketState
from intake.usecases.queue.arriving import CheckIn
from intake.usecases.queue.calling import TicketAct
from tests.desks import ALLOWANCE
from tests.journeys import booked
from tests.unit.intake.desk.test_queueing import call, change, walk_in


async def state_of(county, ticket):
    """A number as it is stored."""
    async with county.store.open_view() as view:
        return (await view.tickets.get(ticket.id)).state


async def an_evening(county):
    """Somebody in each state when the hall closes: waiting, called, missed, parked, at a counter, and done."""
    tickets = {
        name: await walk_in(county, name) for name in ("done", "serving", "parked", "missed", "called")
    }
    for name in ("done", "serving", "parked", "missed"):
        called = await call(county)
        assert called.holder == name
        if name == "missed":
            await change(county, called, TicketAct.MISS)
        elif name == "parked":
            await change(county, called, TicketAct.PARK)
        else:
            served = await change(county, called, TicketAct.SERVE)
            if name == "done":
                await change(county, served, TicketAct.FINISH)
    await call(county)
    return {**tickets, "waiting": await walk_in(county, person="citizen-1", item=ALLOWANCE)}


async def test_after_the_day_no_number_is_open(county):
    """Who waited was not reached; who was away is gone; who stood at a counter was served; what was closed stays."""
    tickets = await an_evening(county)
    assert await county.desk.queue.close_days() == 0
    county.clock.forward(days=1)

    assert await county.desk.queue.close_days() == 5
    assert await county.desk.queue.close_days() == 0

    assert {name: await state_of(county, each) for name, each in tickets.items()} == {
        "done": TicketState.DONE,
        "serving": TicketState.DONE,
        "parked": TicketState.LEFT,
        "missed": TicketState.LEFT,
        "called": TicketState.LEFT,
        "waiting": TicketState.UNSERVED,
    }
    assert len(await county.audited("queue.close_day")) == 5


async def test_who_was_not_reached_is_told_what_to_do(county):
    """The number, the hall, its telephone and the way on, once; nobody else is written to."""
    await an_evening(county)
    county.clock.forward(days=1)

    await county.desk.queue.close_days()
    await county.desk.queue.close_days()

    (told,) = await county.told("ticket_unserved")
    assert told.to == "citizen-1"
    assert told.facts["ticket"] == "A006"
    assert told.facts["day"].startswith("11月23日")
    assert told.facts["phone"]


@pytest.mark.parametrize("act", [TicketAct.COME_BACK, TicketAct.LEAVE])
async def test_yesterdays_number_is_over_before_any_chore_has_run(county, act):
    """By the calendar alone: the press of an old page hears what has become of the number."""
    waiting = (await an_evening(county))["waiting"]
    county.clock.forward(days=1)

    with pytest.raises(NotNow) as refused:
        await change(county, waiting, act, who="citizen-1")

    assert "当天没有轮到" in refused.value.title


async def test_yesterdays_code_shows_a_number_that_is_over(county):
    """The machine reads the code once more the next morning."""
    appointment, citizen = await booked(county), await county.caller("citizen-1")
    county.clock.forward(hours=1)
    await county.desk.queue.check_in(CheckIn(citizen, appointment.number))
    county.clock.forward(days=1)

    again = await county.desk.queue.check_in(CheckIn(citizen, appointment.number))

    assert again.state is TicketState.UNSERVED


async def test_who_was_served_without_the_last_press_has_kept_the_appointment(county):
    """The clerk forgot 办完: the person is neither absent nor told to come again."""
    appointment = await booked(county)
    county.clock.forward(hours=1)
    await county.desk.queue.check_in(CheckIn(await county.caller("citizen-1"), appointment.number))
    await change(county, await call(county), TicketAct.SERVE)
    county.clock.forward(days=1)

    await county.desk.queue.close_days()

    async with county.store.open_view() as view:
        assert (await view.appointments.get(appointment.id)).state is AppointmentState.KEPT
    assert await county.told("ticket_unserved") == []


async def test_a_night_counts_as_no_wait_and_no_service(county):
    """Only the unserved wait is written down, as what it was; the measured pace and the averages are left alone."""
    tickets = await an_evening(county)
    async with county.store.open_view() as view:
        before = await view.lines.measured(tickets["done"].hall, tickets["done"].day)
    county.clock.forward(days=1)

    await county.desk.queue.close_days()

    async with county.store.open_view() as view:
        assert await view.lines.measured(tickets["done"].hall, tickets["done"].day) == before
        (period,) = await view.lines.periods_of(tickets["waiting"].id)
        assert (period.kind, period.ended_as) == (TicketState.WAITING, TicketState.UNSERVED)
        spent = [period.kind for period in await view.lines.periods_of(tickets["called"].id)]
        assert spent == [TicketState.WAITING]
