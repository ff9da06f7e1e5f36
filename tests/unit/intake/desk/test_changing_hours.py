"""调整开放时间: seen first, then done; whoever loses a place is held another one, told, and their answer is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from intake.errors import BadInput, NotAllowed, NotFound
from intake.model.booking import AppointmentState, HoldPurpose
from intake.model.calendar import SHANGHAI, local_day
from intake.model.hours import Answer, Closure, NewHours
from intake.model.ids import ServiceCode
from intake.model.places import CapacityPer, HoursPattern, OfferKind, Period
from intake.usecases.places.booking import (
    BookAppointment,
    CancelAppointment,
    ConfirmHold,
    FindSlots,
    MoveAppointment,
)
from intake.usecases.places.hours import ChangeHours
from tests.desks import ALLOWANCE, ANWEN, person_of

HERE = frozenset({ANWEN})
TUESDAY = date(2026, 11, 24)
WHY = "停电检修"


async def free_on(county, day, kinds=None):
    """The free places of a day."""
    start = datetime.combine(day, time.min, SHANGHAI)
    wish = FindSlots(ALLOWANCE, HERE, start, start + timedelta(days=1), kinds, 500)
    return await county.desk.places.find_slots(wish)


async def booked_on(county, day, who="citizen-1", kinds=None, number=0):
    """A place of a day."""
    caller = await county.caller(who)
    slot = (await free_on(county, day, kinds))[number]
    return await county.desk.places.book(BookAppointment(caller, person_of(caller), ALLOWANCE, slot.id))


async def closing(county, who="director-anwen", day=TUESDAY, periods=(), reason=WHY):
    """The director's word about a day."""
    return ChangeHours(await county.caller(who), ANWEN, Closure(day, day, periods), reason)


async def my_first(county, who="citizen-1"):
    """Somebody's first appointment."""
    return (await county.desk.places.my_appointments(await county.caller(who)))[0]


async def test_a_closure_is_seen_before_it_is_done(county):
    """Who is touched and where they could go; nothing has changed yet."""
    appointment = await booked_on(county, TUESDAY)

    preview = await county.desk.places.preview_hours(await closing(county))

    assert [one.appointment for one in preview.affected] == [appointment]
    instead = preview.affected[0].instead
    assert instead is not None
    assert local_day(instead.start) != TUESDAY
    assert preview.closes > 0
    assert await my_first(county) == appointment


async def test_nobody_is_left_silently_on_a_closed_day(county):
    """Another place is held for a day, and the person is told of it, with the reason."""
    await booked_on(county, TUESDAY)

    change = await county.desk.places.change_hours(await closing(county))

    citizen = await county.caller("citizen-1")
    (held,) = await county.desk.places.my_holds(citizen)
    (told,) = await county.told("appointment_displaced_held")
    assert change.affected == 1
    assert (await my_first(county)).state is AppointmentState.DISPLACED
    assert held.purpose is HoldPurpose.ALTERNATIVE
    assert local_day(held.start) != TUESDAY
    assert (told.facts["reason"], told.facts["hold"]) == (WHY, held.id)
    assert {slot.kind for slot in await free_on(county, TUESDAY)} == set()


@pytest.mark.parametrize("answer", [Answer.ACCEPTED, Answer.MOVED, Answer.CANCELLED])
async def test_each_answer_is_kept(county, answer):
    """Yes to the held place, another one, or none: the director sees which."""
    appointment = await booked_on(county, TUESDAY)
    await county.desk.places.change_hours(await closing(county))
    citizen = await county.caller("citizen-1")
    (held,) = await county.desk.places.my_holds(citizen)

    if answer is Answer.ACCEPTED:
        done = await county.desk.places.confirm(ConfirmHold(citizen, held.id))
        again = await county.desk.places.confirm(ConfirmHold(citizen, held.id))
        assert (done.number, done.start, again) == (appointment.number, held.start, done)
    elif answer is Answer.MOVED:
        other = (await free_on(county, date(2026, 11, 26)))[0]
        done = await county.desk.places.move(MoveAppointment(citizen, appointment.id, other.id))
        assert (done.number, done.start, done.moves) == (appointment.number, other.start, 0)
    else:
        await county.desk.places.cancel(CancelAppointment(citizen, appointment.id))

    hours = await county.desk.places.hours_of(await county.caller("director-anwen"), ANWEN)
    assert [one.answer for one in hours.displaced] == [answer]
    assert await county.desk.places.my_holds(citizen) == ()


async def test_who_does_not_answer_keeps_the_right_to_choose_until_the_old_time(county):
    """The held place goes after a day; after the old time the booking is closed, and it is written down so."""
    later = TUESDAY + timedelta(days=3)
    await booked_on(county, later)
    await county.desk.places.change_hours(await closing(county, day=later))
    county.clock.forward(hours=25)
    assert await county.desk.places.my_holds(await county.caller("citizen-1")) == ()
    assert (await my_first(county)).state is AppointmentState.DISPLACED

    county.clock.forward(days=4)
    await county.desk.places.settle_hours()

    assert (await my_first(county)).state is AppointmentState.CANCELLED
    hours = await county.desk.places.hours_of(await county.caller("director-anwen"), ANWEN)
    assert [one.answer for one in hours.displaced] == [Answer.NONE]


async def test_a_half_day_keeps_its_bookings_in_the_open_half(county):
    """Open in the morning: those of the morning stay, those of the afternoon are moved."""
    morning = await booked_on(county, TUESDAY, kinds=frozenset({OfferKind.RESERVED}))
    await booked_on(county, TUESDAY, "citizen-2", number=-1)

    await county.desk.places.change_hours(await closing(county, periods=(Period(time(8, 30), time(11, 30)),)))

    assert (await my_first(county)) == morning
    assert (await my_first(county, "citizen-2")).state is AppointmentState.DISPLACED


async def test_everybody_has_a_place_of_their_own(county):
    """Twelve people of one closed day: twelve held places, none twice."""
    for number in range(1, 13):
        await booked_on(county, TUESDAY, f"person-{number}", number=number % 4)

    await county.desk.places.change_hours(await closing(county))

    held = [
        (await county.desk.places.my_holds(await county.caller(f"person-{number}")))[0]
        for number in range(1, 13)
    ]
    assert len(held) == 12
    async with county.store.open_view() as view:
        for slot in await view.slots.read({hold.slot for hold in held}, county.clock.now()):
            assert slot.online_left >= 0
            assert slot.green_taken + slot.green_held <= slot.green_capacity


async def test_new_hours_of_one_hall_leave_the_others_alone(county):
    """From Wednesday the hall opens at ten; before, and elsewhere, it is as it was."""
    director = await county.caller("director-anwen")
    pattern = HoursPattern(
        hall=ANWEN,
        group=None,
        kind=OfferKind.RESERVED,
        valid_from=date(2026, 11, 25),
        valid_to=None,
        weekdays=frozenset({1, 2, 3, 4, 5}),
        periods=(Period(time(10), time(12)),),
        slot_minutes=30,
        online_capacity=1,
        counter_capacity=1,
        capacity_per=CapacityPer.COUNTER,
        on_holidays=False,
        notice_hours=1,
    )
    await booked_on(county, date(2026, 11, 26), kinds=frozenset({OfferKind.RESERVED}))

    await county.desk.places.change_hours(ChangeHours(director, ANWEN, NewHours(pattern), "冬季作息"))

    reserved = frozenset({OfferKind.RESERVED})
    before, after = [await free_on(county, date(2026, 11, day), reserved) for day in (24, 26)]
    elsewhere = await county.desk.places.find_slots(
        FindSlots(ALLOWANCE, None, before[0].start, before[0].start + timedelta(days=3), reserved, 500)
    )
    assert [slot.start.astimezone(SHANGHAI).hour for slot in after] == [10, 10, 11, 11]
    assert before[0].start.astimezone(SHANGHAI).hour == 8
    assert {slot.start.astimezone(SHANGHAI).hour for slot in elsewhere if slot.hall != ANWEN} > {8, 9}
    assert (await my_first(county)).state is AppointmentState.DISPLACED
    hours = await county.desk.places.hours_of(director, ANWEN)
    assert [(c.reason, c.made_by, c.affected) for c in hours.changes] == [("冬季作息", director.code, 1)]


async def test_a_reopened_day_can_be_booked_again(county):
    """The current is back sooner: the director opens the day."""
    await county.desk.places.change_hours(await closing(county))
    assert await free_on(county, TUESDAY) == ()

    await county.desk.places.change_hours(await closing(county, periods=(Period(time(9), time(10)),)))

    assert {slot.start.astimezone(SHANGHAI).hour for slot in await free_on(county, TUESDAY)} == {9}


async def test_hours_are_the_directors_own(county):
    """Neither a clerk's nor another hall's director's; and never without a reason or in the past."""
    with pytest.raises(NotAllowed):
        await county.desk.places.change_hours(await closing(county, "clerk-anwen-1"))
    with pytest.raises(NotFound):
        await county.desk.places.change_hours(await closing(county, "director-jianshan"))
    with pytest.raises(BadInput):
        await county.desk.places.change_hours(await closing(county, reason=" "))
    with pytest.raises(BadInput):
        await county.desk.places.preview_hours(await closing(county, day=date(2026, 11, 1)))


WEDNESDAY = date(2026, 11, 25)
EVENING = frozenset({OfferKind.AFTER_HOURS})


async def test_an_evening_for_which_too_few_booked_does_not_open(county):
    """Two are needed; one has booked. At the deadline that one is held another place and told why."""
    await booked_on(county, WEDNESDAY, kinds=EVENING)
    county.clock.forward(days=1, hours=8, minutes=31)

    await county.desk.places.settle_hours()

    (told,) = await county.told("appointment_displaced_held")
    assert "不到2位" in told.facts["reason"]
    assert (await my_first(county)).state is AppointmentState.DISPLACED
    assert await county.desk.places.settle_hours() == 0
    openers = await county.told("session_rests")
    assert "director-anwen" in {word.to for word in openers}
    assert ("1", "2") in {(word.facts["booked"], word.facts["least"]) for word in openers}
    assert len({(word.to, word.stream) for word in openers}) == len(openers)


async def test_an_evening_for_which_enough_booked_opens(county):
    """And stays open, although one of the two cancels afterwards."""
    await booked_on(county, WEDNESDAY, kinds=EVENING)
    second = await booked_on(county, WEDNESDAY, "citizen-2", EVENING, number=1)
    county.clock.forward(days=1, hours=8, minutes=31)
    await county.desk.places.settle_hours()

    await county.desk.places.cancel(CancelAppointment(await county.caller("citizen-2"), second.id))
    await county.desk.places.settle_hours()

    mine = await my_first(county)
    assert mine.state is AppointmentState.BOOKED
    assert await county.told("appointment_displaced_held") == []
    opening = [word for word in await county.told("session_opens") if word.to == "director-anwen"]
    (word,) = opening
    assert (word.facts["opener"], word.facts["booked"]) == ("当周值班主任", "2")
    assert {mine.number, second.number} == set(word.facts["numbers"].split("、"))


async def test_a_home_visit_goes_only_where_the_rule_says(county):
    """An item for the counter stays there, and staff go to the villages their hall serves."""
    item = next(i for i in await county.desk.catalogue.all() if i.home_visit)
    elder = await county.caller("elder-1")
    wish = FindSlots(ServiceCode(item.code), kinds=frozenset({OfferKind.HOME_VISIT}), person=person_of(elder))
    slots = await county.desk.places.find_slots(replace(wish, limit=500))

    assert {slot.kind for slot in slots} == {OfferKind.HOME_VISIT}
    home = await county.desk.places.home_hall(elder)
    assert home.code in {slot.hall for slot in slots}
    there = next(slot for slot in slots if slot.hall == home.code)
    visit = await county.desk.places.book(BookAppointment(elder, person_of(elder), item.code, there.id))
    assert (visit.village is not None, visit.minutes) == (True, item.minutes)


async def test_hours_changed_by_an_import_drop_nobody(county):
    """The county's new file has no evenings any more: who had booked one is held another place, and it is written down."""
    await booked_on(county, WEDNESDAY, kinds=EVENING)
    async with county.store.open_uow() as uow:
        patterns, exceptions = await uow.places.hours()
        kept = [pattern for pattern in patterns if pattern.kind is not OfferKind.AFTER_HOURS]
        await uow.places.put_hours(kept, exceptions)
        await uow.commit()

    assert await county.desk.places.line_up_slots() == 1
    assert await county.desk.places.line_up_slots() == 0

    assert (await my_first(county)).state is AppointmentState.DISPLACED
    assert len(await county.told("appointment_displaced_held")) == 1
    hours = await county.desk.places.hours_of(await county.caller("director-anwen"), ANWEN)
    assert [(change.made_by_name, change.affected) for change in hours.changes] == [("按规则", 1)]
