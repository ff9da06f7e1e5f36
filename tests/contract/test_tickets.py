"""排队叫号: the first in line is called, once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from intake.errors import NotFound, Stale
from intake.model.catalogue import CounterGroup
from intake.model.ids import AccountCode, AppointmentId, CounterCode, HallCode, TicketId
from intake.model.queue import Ticket, TicketState
from storage.sql.store import Store
from storage.sql.uow import SqlUow
from tests.contract.nouns import NOW, TODAY, hall, ticket

HALL, COUNTER, CLERK = HallCode("county"), CounterCode("county-1"), AccountCode("clerk-1")
GROUPS = {CounterGroup.COMPREHENSIVE}


async def call(uow: SqlUow) -> Ticket | None:
    """The counter is free."""
    return await uow.tickets.call_next(HALL, TODAY, GROUPS, COUNTER, CLERK)


async def test_the_first_in_line_is_called(store: Store) -> None:
    """The order is the instant they are due, then the instant they came."""
    minute = timedelta(minutes=1)
    last = ticket(order_at=NOW + minute)
    second = ticket(order_at=NOW, taken_at=NOW + minute)
    first = ticket(order_at=NOW, taken_at=NOW)
    async with store.open_uow() as uow:
        for one in (last, second, first):
            await uow.tickets.add(one)
        assert await uow.tickets.today(HALL, TODAY) == (first, second, last)
        called = [await call(uow), await call(uow), await call(uow), await call(uow)]

    assert [one and one.id for one in called] == [first.id, second.id, last.id, None]
    assert called[0] == replace(
        first, state=TicketState.CALLED, counter=COUNTER, clerk=CLERK, calls=1, version=2
    )


async def test_only_who_waits_here_today_for_this_group_is_called(store: Store) -> None:
    """Not another hall's, another day's or another group's, nor who is parked."""
    async with store.open_uow() as uow:
        for one in (
            ticket(hall="anwen"),
            ticket(day=TODAY - timedelta(days=1)),
            ticket(group=CounterGroup.POLICE),
            ticket(state=TicketState.PARKED),
        ):
            await uow.tickets.add(one)
        assert await call(uow) is None


async def test_an_appointment_gives_one_number(store: Store) -> None:
    """Checking in at the kiosk and at the counter in the same second."""
    first = ticket(appointment=AppointmentId("a-1"), booked_for=NOW)
    async with store.open_uow() as uow:
        await uow.tickets.add(first)
        with pytest.raises(Stale):
            await uow.tickets.add(ticket(appointment=AppointmentId("a-1")))
        assert await uow.tickets.of_appointment(AppointmentId("a-1")) == first
        assert await uow.tickets.of_appointment(AppointmentId("a-2")) is None


async def test_a_number_is_called_aloud_for_one_person_only(store: Store) -> None:
    """The same number twice in one hall on one day cannot be."""
    async with store.open_uow() as uow:
        await uow.tickets.add(ticket(number="A001"))
        await uow.tickets.add(ticket(number="A001", hall="anwen"))
        with pytest.raises(Stale):
            await uow.tickets.add(ticket(number="A001"))


async def test_a_stale_change_is_refused(store: Store) -> None:
    """The clerk parks a number that another counter has just finished."""
    waiting = ticket()
    async with store.open_uow() as uow:
        await uow.tickets.add(waiting)
        saved = await uow.tickets.save(replace(waiting, state=TicketState.DONE))
        assert await uow.tickets.get(waiting.id) == saved
        with pytest.raises(Stale):
            await uow.tickets.save(replace(waiting, state=TicketState.PARKED))


async def test_an_unknown_number_is_not_found(store: Store) -> None:
    """An id nobody has."""
    async with store.open_view() as view:
        with pytest.raises(NotFound):
            await view.tickets.get(TicketId("nothing"))


async def test_numbers_left_open_are_found_by_their_day(store: Store) -> None:
    """Of earlier days and not closed, the oldest first; today's are still open."""
    day = timedelta(days=1)
    older, old = ticket(day=TODAY - 2 * day), ticket(day=TODAY - day, state=TicketState.SERVING)
    others = (
        ticket(),
        ticket(day=TODAY - 9 * day),
        *(ticket(day=TODAY - day, state=state) for state in (TicketState.DONE, TicketState.UNSERVED)),
    )
    async with store.open_uow() as uow:
        await uow.places.put_halls([hall()])
        for one in (old, older, *others):
            await uow.tickets.add(one)

        assert await uow.tickets.left_open(TODAY - 7 * day, TODAY, 10) == (older, old)
        assert await uow.tickets.left_open(TODAY - 7 * day, TODAY, 1) == (older,)
