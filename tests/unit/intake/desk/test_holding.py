"""留号: a place kept for a while, confirmed once, moved as one act, and given back."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from intake.errors import (
    AlreadyBooked,
    BookedOut,
    CoolingDown,
    HoldOver,
    MovedEnough,
    NotFound,
    Paused,
    SlotFull,
)
from intake.model.booking import AppointmentState, HoldState
from intake.model.ids import HallCode, IntentKey
from intake.usecases.places.booking import (
    BookAppointment,
    CancelAppointment,
    ConfirmHold,
    FindSlots,
    HoldPlace,
    MoveAppointment,
    ReleaseHold,
)
from tests.desks import ALLOWANCE, ANWEN, ELDER_CARD, person_of

HERE = frozenset({ANWEN})


async def free(county, item=ALLOWANCE, limit=10):
    """The free places at the hall."""
    return await county.desk.places.find_slots(FindSlots(item, HERE, limit=limit))


async def hold(county, slot, who="citizen-1", item=ALLOWANCE, key=None):
    """A place held for one's own matter."""
    caller = await county.caller(who)
    return await county.desk.places.hold(HoldPlace(caller, person_of(caller), item, slot.id, key=key))


async def confirm(county, held, who="citizen-1"):
    """Yes to it."""
    return await county.desk.places.confirm(ConfirmHold(await county.caller(who), held.id))


async def book(county, slot, who="citizen-1", item=ALLOWANCE):
    """A place taken at once."""
    caller = await county.caller(who)
    return await county.desk.places.book(BookAppointment(caller, person_of(caller), item, slot.id))


async def test_a_held_place_is_one_less_for_everybody_else(county):
    """And becomes the appointment when it is confirmed, with nothing counted twice."""
    slot = (await free(county))[0]

    held = await hold(county, slot)
    meanwhile = (await free(county))[0]
    appointment = await confirm(county, held)

    assert meanwhile.online_left == slot.online_left - 1
    assert (await free(county))[0].online_left == slot.online_left - 1
    assert (appointment.start, appointment.state) == (slot.start, AppointmentState.BOOKED)


@pytest.mark.parametrize(("seconds", "in_time"), [(-1, True), (0, False), (1, False)])
async def test_a_hold_lasts_to_the_second_before_its_expiry(county, seconds, in_time):
    """At its expiry it is over: what counts is the clock, no chore has run."""
    held = await hold(county, (await free(county))[0])
    county.clock.forward(minutes=10, seconds=seconds)

    if in_time:
        assert (await confirm(county, held)).start == held.start
        return
    with pytest.raises(HoldOver) as refused:
        await confirm(county, held)
    assert refused.value.alternatives
    assert "10分" not in refused.value.title
    assert await county.desk.places.my_appointments(await county.caller("citizen-1")) == ()


async def test_a_hold_that_is_over_is_not_counted(county):
    """Somebody else has the place, without a chore in between."""
    slot = (await free(county))[0]
    for number in range(slot.online_left):
        await hold(county, slot, f"person-{number + 1}")
    with pytest.raises(SlotFull):
        await book(county, slot)

    county.clock.forward(minutes=10)

    assert (await book(county, slot)).start == slot.start


async def test_ones_own_hold_does_not_stand_in_ones_way(county):
    """The last place, held by oneself, can be held again and booked."""
    slot = (await free(county))[0]
    for number in range(slot.online_left - 1):
        await book(county, slot, f"person-{number + 1}")

    held, again = await hold(county, slot), await hold(county, slot)
    appointment = await book(county, slot)

    assert held == again
    assert appointment.start == slot.start


async def test_a_second_click_on_confirm_shows_the_appointment(county):
    """“约好了” twice, one place, one number."""
    held = await hold(county, (await free(county))[0])

    assert await confirm(county, held) == await confirm(county, held)


async def test_of_ten_clicks_on_confirm_one_appointment_comes(county):
    """However nervous the finger."""
    slot = (await free(county))[0]
    held = await hold(county, slot)

    done = await asyncio.gather(*(confirm(county, held) for _ in range(10)))

    assert len({appointment.id for appointment in done}) == 1
    assert (await free(county))[0].online_left == slot.online_left - 1


async def test_holding_another_place_lets_the_first_go(county):
    """Nobody holds two places for one thing."""
    first, second = (await free(county))[:2]
    await hold(county, first)

    await hold(county, second)

    assert [slot.online_left for slot in (await free(county))[:2]] == [
        first.online_left,
        second.online_left - 1,
    ]
    assert len(await county.desk.places.my_holds(await county.caller("citizen-1"))) == 1


async def test_a_released_hold_is_free_at_once_and_cannot_be_confirmed(county):
    """Releasing twice changes nothing more."""
    slot = (await free(county))[0]
    held, citizen = await hold(county, slot), await county.caller("citizen-1")

    released = await county.desk.places.release(ReleaseHold(citizen, held.id))
    await county.desk.places.release(ReleaseHold(citizen, held.id))

    assert released.state is HoldState.RELEASED
    assert (await free(county))[0].online_left == slot.online_left
    with pytest.raises(HoldOver):
        await confirm(county, held)


async def test_a_hold_is_its_persons_alone(county):
    """A neighbour who knows its id hears that there is none."""
    held = await hold(county, (await free(county))[0])

    with pytest.raises(NotFound):
        await confirm(county, held, "citizen-2")


async def test_what_is_booked_is_not_held_again(county):
    """One place for one thing."""
    slots = await free(county)
    await book(county, slots[0])

    with pytest.raises(AlreadyBooked):
        await hold(county, slots[1])


async def test_a_repeated_hold_is_one_hold(county):
    """One key, one hold, whatever the network did."""
    slot, key = (await free(county))[0], IntentKey("h")

    assert await hold(county, slot, key=key) == await hold(county, slot, key=key)


async def test_a_long_matter_takes_slots_in_a_row(county):
    """Forty minutes are two half hours; the second is no longer whole for anybody else."""
    slots = await free(county, limit=6)
    item = next(i for i in await county.desk.catalogue.all() if i.minutes == 40)
    long = (await county.desk.places.find_slots(FindSlots(item.code, limit=1)))[0]

    caller = await county.caller("citizen-1")
    taken = await county.desk.places.book(BookAppointment(caller, person_of(caller), item.code, long.id))

    assert len(taken.run) == 2
    assert taken.end - taken.start == timedelta(minutes=60)
    assert slots[0].start + timedelta(minutes=30) == slots[1].start


async def test_the_last_slot_before_a_break_does_not_begin_a_long_matter(county):
    """Nobody is booked into the lunch break: after each place that is offered another one follows at once."""
    item = next(i for i in await county.desk.catalogue.all() if i.minutes == 40)
    there = frozenset({HallCode("county")})

    long = await county.desk.places.find_slots(FindSlots(item.code, there, limit=50))
    short = await county.desk.places.find_slots(FindSlots(ALLOWANCE, there, limit=200))

    begun = {(slot.kind, slot.start) for slot in short}
    assert all((slot.kind, slot.end) in begun for slot in long)
    assert {(slot.kind, slot.start) for slot in short[:20]} - {(slot.kind, slot.start) for slot in long}


async def move(county, appointment, slot, who="citizen-1"):
    """Another time."""
    caller = await county.caller(who)
    return await county.desk.places.move(MoveAppointment(caller, appointment.id, slot.id))


async def test_a_move_is_one_act(county):
    """The new place is taken, the old one is free, and the number stays."""
    first, second = (await free(county))[:2]
    appointment = await book(county, first)

    moved = await move(county, appointment, second)

    assert (moved.number, moved.start, moved.moves) == (appointment.number, second.start, 1)
    assert [slot.online_left for slot in (await free(county))[:2]] == [
        first.online_left,
        second.online_left - 1,
    ]
    assert [told.facts["when"] for told in await county.told("appointment_move")]


async def test_a_move_to_a_full_place_keeps_the_old_one(county):
    """Nobody loses what they had by asking for something better."""
    first, second = (await free(county))[:2]
    appointment = await book(county, first)
    for number in range(second.online_left):
        await book(county, second, f"person-{number + 1}")

    with pytest.raises(SlotFull):
        await move(county, appointment, second)

    kept = (await county.desk.places.my_appointments(await county.caller("citizen-1")))[0]
    assert kept == appointment


async def test_a_move_to_where_one_is_changes_nothing(county):
    """A second click on the same time."""
    slot = (await free(county))[0]
    appointment = await book(county, slot)

    assert await move(county, appointment, slot) == appointment


async def test_an_appointment_is_moved_a_few_times_only(county):
    """Three times by the rules; then it is kept or cancelled."""
    slots = await free(county)
    appointment = await book(county, slots[0])
    for slot in slots[1:4]:
        appointment = await move(county, appointment, slot)

    with pytest.raises(MovedEnough):
        await move(county, appointment, slots[4])


async def test_who_gives_a_place_back_cannot_take_it_again_at_once(county):
    """Neither for oneself nor for somebody else; others can, and after a while so can they."""
    slot = (await free(county))[3]
    appointment = await book(county, slot)
    citizen = await county.caller("citizen-1")
    await county.desk.places.cancel(CancelAppointment(citizen, appointment.id))

    with pytest.raises(CoolingDown):
        await book(county, slot)
    assert (await book(county, slot, "citizen-2")).start == slot.start
    county.clock.forward(minutes=30)
    assert (await book(county, slot)).start == slot.start


async def test_a_person_makes_two_bookings_a_day(county):
    """And has three at most; a clerk at the desk may make one more."""
    slots, codes = await free(county), [i.code for i in await county.desk.catalogue.all() if i.minutes <= 10]
    item = ELDER_CARD
    await book(county, slots[0])
    await book(county, slots[1], item=item)
    third = next(c for c in codes if c not in {ALLOWANCE, item})
    there = (await county.desk.places.find_slots(FindSlots(third, limit=1)))[0]

    with pytest.raises(BookedOut):
        await book(county, there, item=third)

    clerk, citizen = await county.caller("clerk-anwen-1"), await county.caller("citizen-1")
    at_desk = BookAppointment(clerk, person_of(citizen), third, there.id)
    assert (await county.desk.places.book(at_desk)).pool.value == "counter"


async def test_who_stays_away_three_times_books_at_the_counter_for_a_week(county):
    """Nothing was swept: the clock alone says that a visit was not kept. Afterwards it is forgiven."""
    for _ in range(3):
        slot = (await free(county))[0]
        await book(county, slot, "citizen-1")
        county.clock.forward(days=1)
        await county.desk.places.open_slots()

    with pytest.raises(Paused) as refused:
        await book(county, (await free(county))[0], "citizen-1")
    assert "窗口" in refused.value.next_step
    county.clock.forward(days=7)
    await county.desk.places.open_slots()
    assert await book(county, (await free(county))[0], "citizen-1")


async def test_an_elder_is_not_paused(county):
    """The county forgives the green channel: 0 as its limit pauses nobody."""
    for _ in range(4):
        await book(county, (await free(county))[0], "elder-1")
        county.clock.forward(days=1)
        await county.desk.places.open_slots()

    assert await book(county, (await free(county))[0], "elder-1")


def test_rules_are_the_countys(county):
    """A county that sets other numbers gets other limits."""
    rules = county.desk.places.tools.rules
    assert replace(rules.booking, hold_minutes=5) != rules.booking
