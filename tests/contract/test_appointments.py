"""预约: one live one per person and item, and nobody overwrites a change they have not seen."""

from dataclasses import replace
from datetime import timedelta

import pytest

from intake.errors import AlreadyBooked, NotFound, Stale
from intake.model.booking import AppointmentState
from intake.model.ids import AccountCode, AppointmentId, HallCode
from storage.sql.store import Store
from tests.contract.nouns import NOW, appointment, hall


async def test_an_appointment_comes_back_whole(store: Store) -> None:
    """By id and by the number on the screen."""
    booked = appointment()
    async with store.open_uow() as uow:
        await uow.appointments.add(booked)
        await uow.commit()

    async with store.open_view() as view:
        assert await view.appointments.get(booked.id) == booked
        assert await view.appointments.by_number(booked.number) == booked
        assert await view.appointments.by_number("YY0") is None
        assert await view.appointments.live_for(booked.person, booked.service_code) == booked
        with pytest.raises(NotFound):
            await view.appointments.get(AppointmentId("nothing"))


async def test_a_second_live_one_is_refused_with_the_first(store: Store) -> None:
    """The refusal says where and when, so the person can keep or cancel it."""
    first = appointment()
    async with store.open_uow() as uow:
        await uow.places.put_halls([hall()])
        await uow.appointments.add(first)
        with pytest.raises(AlreadyBooked) as refused:
            await uow.appointments.add(appointment(person=first.person))

    assert refused.value.facts["number"] == first.number
    assert refused.value.facts["hall"] == "县365行政服务中心"


async def test_a_cancelled_one_makes_room(store: Store) -> None:
    """Who gave a place back may book again."""
    first = appointment()
    async with store.open_uow() as uow:
        await uow.appointments.add(first)
        await uow.appointments.save(replace(first, state=AppointmentState.CANCELLED))
        second = appointment(person=first.person)
        await uow.appointments.add(second)
        assert await uow.appointments.live_for(first.person, first.service_code) == second


async def test_a_stale_change_is_refused(store: Store) -> None:
    """Two browser windows: the one that looked earlier does not win by saving later."""
    booked = appointment()
    async with store.open_uow() as uow:
        await uow.appointments.add(booked)
        saved = await uow.appointments.save(replace(booked, state=AppointmentState.CHECKED_IN))
        assert saved.version == 2
        assert await uow.appointments.get(booked.id) == saved
        with pytest.raises(Stale):
            await uow.appointments.save(replace(booked, state=AppointmentState.CANCELLED))


async def test_lists_are_in_order_of_time(store: Store) -> None:
    """A person's own, what somebody booked for others, and a hall's day."""
    day = timedelta(days=1)
    later = appointment(start=NOW + 2 * day, service_code="MZ02")
    sooner = appointment(start=NOW + day, person=later.person)
    elsewhere = appointment(start=NOW + day, hall="anwen", booked_by="proxy-1")
    async with store.open_uow() as uow:
        for one in (later, sooner, elsewhere):
            await uow.appointments.add(one)
        found = uow.appointments
        assert await found.of_person(later.person) == (sooner, later)
        assert await found.booked_by(AccountCode("proxy-1")) == (elsewhere,)
        assert await found.at_hall(HallCode("county"), NOW, NOW + 3 * day) == (sooner, later)
        assert await found.at_hall(HallCode("county"), NOW, later.start) == (sooner,)
        assert await found.at_hall(HallCode("anwen"), NOW, NOW + 3 * day) == (elsewhere,)
