"""号源: places exist once, are taken once, and come back when given back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from intake.errors import NotFound
from intake.model.booking import AppointmentState, Pool, Slot
from intake.model.catalogue import CounterGroup
from intake.model.ids import HallCode, PersonId, SlotId
from intake.model.places import OfferKind
from storage.sql.store import Store
from tests.contract.nouns import NOW, appointment, open_time

GROUP = CounterGroup.COMPREHENSIVE
HERE = {(HallCode("county"), GROUP)}


async def the_slot(store: Store, **changes: object) -> Slot:
    """One open slot."""
    async with store.open_uow() as uow:
        await uow.slots.open([open_time(**changes)])
        await uow.commit()
    async with store.open_view() as view:
        (slot,) = await view.slots.free(at=HERE, now=NOW, after=NOW)
    return slot


async def test_opening_again_adds_only_what_is_new(store: Store) -> None:
    """The nightly run never gives a taken place away a second time."""
    slot = await the_slot(store)
    async with store.open_uow() as uow:
        await uow.slots.take([slot.id], Pool.ONLINE, NOW)
        later = open_time(start=slot.start + timedelta(hours=1), end=slot.end + timedelta(hours=1))
        assert await uow.slots.open([open_time(online_capacity=50), later]) == 1
        assert await uow.slots.open([]) == 0
        found = await uow.slots.get(slot.id, NOW)

    assert (found.online_taken, found.online_capacity) == (1, 2)


async def test_the_same_time_named_twice_is_one_place(store: Store) -> None:
    """A general rule and a hall's own rule open the same half hour."""
    async with store.open_uow() as uow:
        assert await uow.slots.open([open_time(), open_time()]) == 1


async def test_thousands_of_places_open_at_once(store: Store) -> None:
    """A fortnight of a whole county."""
    times = [
        open_time(hall=HallCode(f"hall-{number % 15}"), start=NOW + timedelta(minutes=30 * number))
        for number in range(5_000)
    ]
    async with store.open_uow() as uow:
        assert await uow.slots.open(times) == 5_000


async def test_a_claim_takes_one_place_and_the_last_one_ends_it(store: Store) -> None:
    """Two places, three people."""
    slot = await the_slot(store)
    async with store.open_uow() as uow:
        took = [await uow.slots.take([slot.id], Pool.ONLINE, NOW) for _ in range(3)]
        after = await uow.slots.get(slot.id, NOW)

    assert took == [True, True, False]
    assert (after.online_taken, after.online_left) == (2, 0)


async def test_the_two_quotas_do_not_touch(store: Store) -> None:
    """Those who book from home leave the places for those who come."""
    slot = await the_slot(store, online_capacity=1)
    async with store.open_uow() as uow:
        assert await uow.slots.take([slot.id], Pool.ONLINE, NOW)
        assert not await uow.slots.take([slot.id], Pool.ONLINE, NOW)
        assert await uow.slots.take([slot.id], Pool.COUNTER, NOW)
        claimed = await uow.slots.get(slot.id, NOW)
        assert (claimed.counter_taken, claimed.online_taken) == (1, 1)
        assert not await uow.slots.take([slot.id], Pool.COUNTER, NOW)


async def test_a_place_given_back_can_be_taken_again(store: Store) -> None:
    """And giving back more than was taken makes no places out of nothing."""
    slot = await the_slot(store, online_capacity=1)
    async with store.open_uow() as uow:
        await uow.slots.take([slot.id], Pool.ONLINE, NOW)
        await uow.slots.give_back([slot.id], Pool.ONLINE)
        await uow.slots.give_back([slot.id], Pool.ONLINE)
        assert await uow.slots.take([slot.id], Pool.ONLINE, NOW)
        assert not await uow.slots.take([slot.id], Pool.ONLINE, NOW)


async def test_free_places_are_listed_soonest_first(store: Store) -> None:
    """Only of the asked group, halls and kinds, after and before the asked instants, up to a number."""
    day = timedelta(days=1)
    async with store.open_uow() as uow:
        await uow.slots.open(
            [
                open_time(start=NOW + 3 * day, end=NOW + 3 * day),
                open_time(start=NOW + 2 * day, end=NOW + 2 * day, hall=HallCode("anwen")),
                open_time(start=NOW + 1 * day, end=NOW + 1 * day, kind=OfferKind.STAGGERED),
                open_time(start=NOW - 1 * day, end=NOW - 1 * day),
                open_time(start=NOW + 1 * day, end=NOW + 1 * day, group=CounterGroup.POLICE),
            ]
        )
        free, both = uow.slots.free, {*HERE, (HallCode("anwen"), GROUP)}
        starts = [(slot.start - NOW).days for slot in await free(now=NOW, at=both, after=NOW)]
        assert starts == [1, 2, 3]
        assert len(await free(now=NOW, at=both, after=NOW, before=NOW + 3 * day)) == 2
        anwen = {(HallCode("anwen"), GROUP)}
        assert [s.hall for s in await free(now=NOW, at=anwen, after=NOW)] == ["anwen"]
        assert len(await free(now=NOW, at=set(), after=NOW)) == 0
        assert len(await free(now=NOW, at=both, after=NOW, kinds={OfferKind.STAGGERED})) == 1
        assert len(await free(now=NOW, at=both, after=NOW, limit=2)) == 2
        police = {(HallCode("county"), CounterGroup.POLICE)}
        assert [s.group for s in await free(now=NOW, at=police, after=NOW)] == [CounterGroup.POLICE]


async def test_a_full_place_is_not_offered(store: Store) -> None:
    """Nobody is shown what they cannot have."""
    slot = await the_slot(store, online_capacity=1)
    async with store.open_uow() as uow:
        await uow.slots.take([slot.id], Pool.ONLINE, NOW)
        assert await uow.slots.free(at=HERE, now=NOW, after=NOW) == ()


async def test_an_offer_that_needs_notice_is_not_shown_too_late(store: Store) -> None:
    """A home visit tomorrow morning that needs two days' notice."""
    async with store.open_uow() as uow:
        await uow.slots.open([open_time(notice_hours=48)])
        assert await uow.slots.free(at=HERE, now=NOW, after=NOW) == ()
        assert (
            len(await uow.slots.free(at=HERE, now=NOW - timedelta(days=2), after=NOW - timedelta(days=2)))
            == 1
        )


async def test_instants_come_back_aware(store: Store) -> None:
    """A time without its zone is an eight-hour mistake."""
    slot = await the_slot(store)
    assert slot.start == open_time().start
    assert slot.start.utcoffset() == timedelta(0)


async def test_an_unknown_slot_is_not_found(store: Store) -> None:
    """A link from last year."""
    async with store.open_view() as view:
        with pytest.raises(NotFound):
            await view.slots.get(SlotId("nothing"), NOW)


async def test_a_session_turns_when_enough_have_booked_and_when_they_no_longer_do(store: Store) -> None:
    """Each turn until it is written down that whoever opens knows; what has begun turns no more."""
    session, start = "session", NOW + timedelta(days=1)
    slot = await the_slot(store, session=session, min_bookings=2, start=start, end=start)
    async with store.open_uow() as uow:
        turned = uow.slots.sessions_turned
        first, second = (appointment(slot=slot.id, person=PersonId(f"p-{n}")) for n in range(2))
        await uow.appointments.add(first)
        assert await turned(NOW) == ()
        await uow.appointments.add(second)
        assert await turned(NOW) == (session,)
        assert await turned(start) == ()
        await uow.slots.told_session(session, opens=True)
        assert await turned(NOW) == ()
        await uow.appointments.save(replace(first, state=AppointmentState.CANCELLED))
        assert await turned(NOW) == (session,)
        await uow.slots.told_session(session, opens=False)
        assert await turned(NOW) == ()
