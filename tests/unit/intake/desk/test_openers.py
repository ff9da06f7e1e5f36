"""开门人: whoever opens an evening hears in time that it opens, that it does not after all, and who comes."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from intake.errors import SlotPast
from intake.model.booking import AppointmentState
from intake.model.calendar import SHANGHAI, local_day
from intake.model.hours import Closure, NewHours
from intake.model.places import OfferKind, Period
from intake.usecases.places.booking import BookAppointment, CancelAppointment, FindSlots
from intake.usecases.places.hours import ChangeHours
from tests.desks import ALLOWANCE, ANWEN, COUNTY, person_of

WEDNESDAY = date(2026, 11, 25)
TO_THE_DEADLINE = {"days": 1, "hours": 8, "minutes": 30}


async def evening(county, hall=ANWEN):
    """The places of Wednesday evening."""
    start = datetime.combine(WEDNESDAY, time.min, SHANGHAI)
    evenings = frozenset({OfferKind.AFTER_HOURS})
    wish = FindSlots(ALLOWANCE, frozenset({hall}), start, start + timedelta(days=1), evenings, 50)
    return await county.desk.places.find_slots(wish)


async def books(county, who, hall=ANWEN, number=0):
    """Somebody takes one of them."""
    caller, slot = await county.caller(who), (await evening(county, hall))[number]
    return await county.desk.places.book(BookAppointment(caller, person_of(caller), ALLOWANCE, slot.id))


async def cancels(county, who, booking):
    """And gives it back."""
    await county.desk.places.cancel(CancelAppointment(await county.caller(who), booking.id))


async def heard(county, who="director-anwen"):
    """What an opener has been told so far, after one more round of the chore."""
    await county.desk.places.settle_hours()
    kinds = ("enough", "short", "empty", "opens", "rests")
    words = [word for kind in kinds for word in await county.told(f"session_{kind}") if word.to == who]
    return [(word.kind, word.facts["booked"]) for word in sorted(words, key=lambda word: word.id)]


async def ruled(county, **changes):
    """The evenings by another rule."""
    async with county.store.open_uow() as uow:
        patterns, exceptions = await uow.places.hours()
        changed = [replace(p, **changes) if p.kind is OfferKind.AFTER_HOURS else p for p in patterns]
        await uow.places.put_hours(changed, exceptions)
        await uow.commit()
    await county.desk.places.line_up_slots()


async def test_where_one_is_enough_the_first_booking_calls_the_opener(county):
    """At the next round, long before the evening, and once; a second visitor is no news."""
    await books(county, "citizen-1", COUNTY)
    assert await heard(county, "director-county") == [("session_enough", "1")]

    await books(county, "citizen-2", COUNTY, number=1)

    assert await heard(county, "director-county") == [("session_enough", "1")]


async def test_the_opener_hears_when_enough_have_booked_and_at_the_deadline_who_comes(county):
    """Two are needed: nothing at the first, the word at the second, the list when no more can book."""
    first = await books(county, "citizen-1")
    assert await heard(county) == []
    second = await books(county, "citizen-2", number=1)
    assert await heard(county) == [("session_enough", "2")]

    county.clock.forward(**TO_THE_DEADLINE)

    assert await heard(county) == [("session_enough", "2"), ("session_opens", "2")]
    (word,) = [word for word in await county.told("session_opens") if word.to == "director-anwen"]
    assert {first.number, second.number} == set(word.facts["numbers"].split("、"))


async def test_the_opener_hears_each_time_that_it_turns(county):
    """Enough, one gives back, enough again: three words, and none in between."""
    await books(county, "citizen-1")
    second = await books(county, "citizen-2", number=1)
    await heard(county)
    await cancels(county, "citizen-2", second)
    assert (await heard(county))[-1] == ("session_short", "1")

    await books(county, "citizen-3", number=2)

    assert [kind for kind, _ in await heard(county)] == ["session_enough", "session_short", "session_enough"]


async def test_nobody_opens_for_nobody(county):
    """It was to open, and after the deadline all who had booked gave back."""
    booked = [await books(county, f"citizen-{n}", number=n) for n in (1, 2)]
    county.clock.forward(**TO_THE_DEADLINE)
    await heard(county)
    for n, booking in enumerate(booked, start=1):
        await cancels(county, f"citizen-{n}", booking)

    assert (await heard(county))[-1] == ("session_empty", "0")


async def test_two_workers_tell_once(county):
    """The same round on two servers at the same moment."""
    await books(county, "citizen-1", COUNTY)

    await asyncio.gather(*(county.desk.places.settle_hours() for _ in range(4)))

    assert await heard(county, "director-county") == [("session_enough", "1")]


async def test_whoever_opens_has_the_notice_for_the_whole_evening(county):
    """A day before half past five: the place at seven cannot be booked any more, either, though it is 25 hours away."""
    last = (await evening(county, COUNTY))[-1]
    county.clock.forward(**TO_THE_DEADLINE)
    caller = await county.caller("citizen-1")

    with pytest.raises(SlotPast):
        await county.desk.places.book(BookAppointment(caller, person_of(caller), ALLOWANCE, last.id))
    assert await evening(county, COUNTY) == ()


async def test_the_person_the_rule_names_is_told_and_nobody_else(county):
    """A hall writes down who opens: that clerk, a day before."""
    await ruled(county, opened_by="clerk-anwen-1")
    booking = await books(county, "citizen-1")
    await books(county, "citizen-2", number=1)
    county.clock.forward(**TO_THE_DEADLINE)

    assert await heard(county) == []

    assert [kind for kind, _ in await heard(county, "clerk-anwen-1")] == ["session_opens"]
    assert booking.start - county.clock.now() > timedelta(hours=23)


async def test_a_closed_evening_that_opens_again_can_be_booked(county):
    """One is enough there: the director shuts the day, and thinks better of it."""
    await ruled(county, min_bookings=1)
    director = await county.caller("director-anwen")
    await county.desk.places.change_hours(ChangeHours(director, ANWEN, Closure(WEDNESDAY, WEDNESDAY), "停电"))
    assert await evening(county) == ()
    async with county.store.open_uow() as uow:
        patterns, exceptions = await uow.places.hours()
        await uow.places.put_hours(patterns, [e for e in exceptions if e.day != WEDNESDAY])
        await uow.commit()

    await county.desk.places.line_up_slots()

    assert await evening(county)


async def test_a_longer_notice_holds_for_places_that_are_open_already(county):
    """New hours with three days' notice: Wednesday evening is too near, and whoever has it keeps it."""
    mine = await books(county, "citizen-1")
    director = await county.caller("director-anwen")
    async with county.store.open_view() as view:
        patterns, _ = await view.places.hours()
    rule = next(p for p in patterns if p.kind is OfferKind.AFTER_HOURS and p.hall == ANWEN)
    longer = replace(
        rule,
        valid_from=local_day(county.clock.now()),
        periods=(Period(time(17, 30), time(19, 30)),),
        notice_hours=72,
    )

    await county.desk.places.change_hours(ChangeHours(director, ANWEN, NewHours(longer), "要早作准备"))

    assert await evening(county) == ()
    (kept,) = await county.desk.places.my_appointments(await county.caller("citizen-1"))
    assert (kept.id, kept.state) == (mine.id, AppointmentState.BOOKED)
