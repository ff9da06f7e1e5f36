"""预约: find a place, take it, give it back."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from intake.errors import AlreadyBooked, MandateNeeded, NotFound, NotNow, NotOfferedHere, SlotFull, SlotPast
from intake.model.booking import AppointmentState
from intake.model.calendar import SHANGHAI, local_day
from intake.model.catalogue import CounterGroup
from intake.model.ids import AppointmentId, IntentKey, SlotId
from intake.model.places import OfferKind
from intake.usecases.people.representing import RecordMandate
from intake.usecases.places.booking import BookAppointment, CancelAppointment, FindSlots
from tests.desks import ALLOWANCE, ANWEN, COUNTY, ELDER_CARD, JIANSHAN, MARRIAGE, NEW_ID_CARD, person_of
from tests.journeys import booked, take_soonest

HERE = frozenset({ANWEN})


async def soonest(county, item=ALLOWANCE, halls=HERE):
    """The soonest free place."""
    return (await county.desk.places.find_slots(FindSlots(item, halls, limit=1)))[0]


async def take(county, who, slot, item=ALLOWANCE, key=None):
    """Take a place for one's own matter."""
    caller = await county.caller(who)
    return await county.desk.places.book(BookAppointment(caller, person_of(caller), item, slot, key=key))


async def test_places_are_offered_soonest_first_and_only_while_they_can_be_booked(county):
    """At nine in the morning the ten o'clock place needs an hour's notice: the first is half past ten."""
    slots = await county.desk.places.find_slots(FindSlots(ALLOWANCE, HERE))

    starts = [slot.start for slot in slots]
    assert starts == sorted(starts)
    assert starts[0] == datetime(2026, 11, 23, 10, 30, tzinfo=SHANGHAI)
    assert all(slot.online_left for slot in slots)


async def test_places_are_offered_only_where_the_item_is_taken_and_at_its_counters(county):
    """结婚登记 only at the county hall; 身份证补领 at police counters, and the comprehensive ones where there are none."""
    marriage = await county.desk.places.find_slots(FindSlots(MARRIAGE))
    police = await county.desk.places.find_slots(FindSlots(NEW_ID_CARD, HERE))

    assert {slot.hall for slot in marriage} == {COUNTY}
    assert {slot.group for slot in police} == {CounterGroup.POLICE}


async def test_what_is_no_counter_is_offered_only_when_it_is_asked_for(county):
    """“什么时候有空” means the hall, not the machine at night and not a visit at home."""
    asked = {OfferKind.KIOSK, OfferKind.HOME_VISIT}

    usual = await county.desk.places.find_slots(FindSlots(ALLOWANCE, HERE, limit=500))
    by_name = await county.desk.places.find_slots(
        FindSlots(ALLOWANCE, frozenset({COUNTY}), kinds=frozenset({OfferKind.KIOSK}), limit=500)
    )

    assert not asked & {slot.kind for slot in usual}
    assert {slot.kind for slot in by_name} == {OfferKind.KIOSK}


async def test_a_span_of_days_holds_only_its_days(county):
    """“周六”: nothing of Friday, nothing of Sunday."""
    saturday = datetime(2026, 11, 28, tzinfo=SHANGHAI)

    slots = await county.desk.places.find_slots(
        FindSlots(ALLOWANCE, HERE, after=saturday, before=saturday + timedelta(days=1))
    )

    assert {local_day(slot.start) for slot in slots} == {saturday.date()}


async def test_a_place_taken_is_one_place_less_and_given_back_it_is_free_again(county):
    """In the same breath, for the next who looks."""
    slot = await soonest(county)
    citizen = await county.caller("citizen-1")

    appointment = await take(county, "citizen-1", slot.id)
    meanwhile = await soonest(county)
    gone = await county.desk.places.cancel(CancelAppointment(citizen, appointment.id))

    assert (meanwhile.id, meanwhile.online_left) == (slot.id, slot.online_left - 1)
    assert (await soonest(county)).online_left == slot.online_left
    assert gone.state is AppointmentState.CANCELLED
    assert [
        told.kind for kind in ("book", "cancel") for told in await county.told(f"appointment_{kind}")
    ] == [
        "appointment_book",
        "appointment_cancel",
    ]


async def fill(county, slot):
    """Take every place of a slot, for people of the reference county."""
    for number in range(slot.online_left):
        await take(county, f"person-{number + 1}", slot.id)


async def test_who_comes_too_late_hears_the_nearest_free_places(county):
    """“已约满”, then the same hall around the wished hour, then the neighbours."""
    slot = await soonest(county)
    await fill(county, slot)

    with pytest.raises(SlotFull) as refused:
        await take(county, "citizen-1", slot.id)

    near = [SlotId(value) for _, value in refused.value.alternatives]
    halls = {hall.code: hall.name for hall in await county.desk.places.halls()}
    free = {one.id: one for one in await county.desk.places.find_slots(FindSlots(ALLOWANCE, limit=500))}
    assert [free[one].hall for one in near[:2]] == [ANWEN, ANWEN]
    assert free[near[2]].hall != ANWEN
    assert all(abs(free[one].start - slot.start) <= timedelta(hours=4) for one in near)
    assert all(halls[free[one].hall] in label for label, one in refused.value.alternatives)
    assert refused.value.title == "11月23日（星期一）10:30已约满。"


async def test_of_twenty_who_press_together_one_gets_the_last_place(county):
    """Nineteen hear 已约满, nobody hears a fault, and the slot holds exactly what it can."""
    slot = await soonest(county)
    for number in range(slot.online_left - 1):
        await take(county, f"elder-{number + 1}", slot.id)

    presses = (take(county, f"person-{number}", slot.id) for number in range(1, 21))
    answers = await asyncio.gather(*presses, return_exceptions=True)

    won = [answer for answer in answers if not isinstance(answer, BaseException)]
    assert len(won) == 1
    assert {type(answer) for answer in answers} - {type(won[0])} == {SlotFull}


async def test_a_place_whose_notice_can_no_longer_be_given_is_past(county):
    """The hall needs an hour to prepare."""
    slot = await soonest(county)
    county.clock.forward(hours=1)

    with pytest.raises(SlotPast):
        await take(county, "citizen-1", slot.id)


async def test_a_second_place_for_the_same_matter_is_refused_with_the_first(county):
    """When, where and under which number; another matter may be booked."""
    first = await booked(county)

    with pytest.raises(AlreadyBooked) as refused:
        await booked(county)

    assert first.number in refused.value.title
    assert "11月23日（星期一）10:30" in refused.value.title
    assert (await booked(county, item=ELDER_CARD)).number != first.number


async def test_a_place_at_counters_that_do_not_take_the_matter_is_not_found(county):
    """The police counter's places are not spent on an allowance."""
    police = await soonest(county, NEW_ID_CARD)

    with pytest.raises(NotFound):
        await take(county, "citizen-1", police.id)

    assert (await soonest(county, NEW_ID_CARD)).online_left == police.online_left


async def test_a_place_at_a_hall_that_does_not_take_the_item_is_refused(county):
    """And the hall that does is named."""
    slot = await soonest(county, ALLOWANCE)

    with pytest.raises(NotOfferedHere):
        await take(county, "citizen-1", slot.id, MARRIAGE)


async def test_pressing_twice_takes_one_place(county):
    """One key, one place, one number, whatever the network did."""
    slot = await soonest(county)

    one = await take(county, "citizen-1", slot.id, key=IntentKey("k"))
    other = await take(county, "citizen-1", slot.id, key=IntentKey("k"))

    assert one == other
    assert (await soonest(county)).online_left == slot.online_left - 1


async def test_a_place_is_given_back_by_its_person_or_by_its_hall(county):
    """Not by a neighbour, and not by another hall's clerk; those hear that there is none."""
    appointment = await booked(county)

    for who in ("citizen-2", "proxy-1", "clerk-county-1"):
        with pytest.raises(NotFound):
            await county.desk.places.cancel(CancelAppointment(await county.caller(who), appointment.id))
    clerk = await county.caller("clerk-anwen-1")
    await county.desk.places.cancel(CancelAppointment(clerk, appointment.id))
    with pytest.raises(NotNow):
        await county.desk.places.cancel(CancelAppointment(clerk, appointment.id))
    with pytest.raises(NotFound):
        await county.desk.places.cancel(CancelAppointment(clerk, AppointmentId("nothing")))


async def test_giving_back_twice_under_one_key_gives_back_once(county):
    """A repeated press hears that it is done, and frees no second place."""
    appointment, citizen = await booked(county), await county.caller("citizen-1")
    cmd = CancelAppointment(citizen, appointment.id, IntentKey("back"))
    before = (await soonest(county)).online_left

    one, other = await county.desk.places.cancel(cmd), await county.desk.places.cancel(cmd)

    assert one == other
    assert (await soonest(county)).online_left == before + 1


async def test_a_proxy_books_only_under_the_elders_word_for_this_matter(county):
    """And then both the elder and the proxy find the appointment among theirs."""
    proxy, elder = await county.caller("proxy-1"), await county.caller("elder-1")
    slot = await soonest(county, halls=frozenset({JIANSHAN}))
    cmd = BookAppointment(proxy, person_of(elder), ALLOWANCE, slot.id)

    with pytest.raises(MandateNeeded):
        await county.desk.places.book(cmd)
    await county.desk.people.record_mandate(RecordMandate(proxy, person_of(elder), ALLOWANCE, "本人同意"))
    appointment = await county.desk.places.book(cmd)

    for caller in (proxy, elder):
        assert await county.desk.places.my_appointments(caller) == (appointment,)
    assert {told.to for told in await county.told("appointment_book")} == {"proxy-1", "elder-1"}


async def test_a_hall_sees_its_own_day(county):
    """In order of time; another hall's day is not theirs to see."""
    await take_soonest(county, await county.caller("citizen-2"), ELDER_CARD, ANWEN)
    appointment = await booked(county)
    clerk, day = await county.caller("clerk-anwen-1"), local_day(county.clock.now())

    today = await county.desk.places.appointments_at(clerk, ANWEN, day)

    assert appointment in today
    assert len(today) == 2
    assert await county.desk.places.appointments_at(clerk, ANWEN, day + timedelta(days=1)) == ()
    with pytest.raises(NotFound):
        await county.desk.places.appointments_at(clerk, COUNTY, day)


async def test_opening_places_again_changes_nothing(county):
    """The hourly chore finds its work done, and what is taken stays taken."""
    before = await soonest(county)
    await take(county, "citizen-1", before.id)

    assert await county.desk.places.open_slots() == 0
    assert (await soonest(county)).online_left == before.online_left - 1


async def test_every_day_the_horizon_moves_on_by_a_day(county):
    """Tomorrow one more day can be booked, and it is a working day's places."""
    last = await county.desk.places.find_slots(FindSlots(ALLOWANCE, HERE, limit=500))
    county.clock.forward(days=1)

    assert await county.desk.places.open_slots() > 0
    now_last = await county.desk.places.find_slots(FindSlots(ALLOWANCE, HERE, limit=500))
    assert local_day(now_last[-1].start) > local_day(last[-1].start)
