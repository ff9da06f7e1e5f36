"""改时间、留号、候补 in a conversation: dates are read back with their weekday before anything counts."""

from __future__ import annotations

from datetime import date

from intake.model.booking import AppointmentState
from intake.model.hours import Closure
from intake.usecases.places.booking import BookAppointment, FindSlots
from intake.usecases.places.hours import ChangeHours
from tests.desks import ALLOWANCE, ANWEN, person_of
from tests.dialogue.talks import booked_allowance, talk_as


async def choosing_a_time(county, who="citizen-1"):
    """A citizen at the nearest hall, asked for a time."""
    me = await talk_as(county, who)
    await me.say("我要办高龄津贴")
    await me.press("预约办理")
    await me.say("第一个")
    return me


async def test_a_day_said_is_read_back_as_a_date_with_its_weekday(county):
    """“明天下午” could be misheard; 11月24日（星期二） cannot."""
    me = await choosing_a_time(county)

    assert "11月24日（星期二）" in await me.say("明天下午")


async def test_a_time_said_is_kept_and_confirmed(county):
    """The place is held while the person thinks; yes takes it."""
    me = await choosing_a_time(county)

    heard = await me.say("明天下午三点")
    assert "11月24日（星期二）15:00" in heard
    assert me.state == "held"
    assert "约好了：11月24日（星期二）15:00" in await me.say("好的")


async def test_no_to_a_kept_place_looks_again(county):
    """And the place is free for the next."""
    me = await choosing_a_time(county)
    await me.say("明天下午三点")

    await me.press("换个时间")

    assert me.state == "choosing_slot"
    assert await county.desk.places.my_holds(me.caller) == ()


async def test_an_appointment_is_moved_in_the_chat(county):
    """From the list of what is under way; the number stays."""
    me = await booked_allowance(county)
    await me.say("我的办件")
    await me.press("改时间")

    heard = await me.say("周五上午")
    assert "原来约的是" in heard
    assert "改好了：11月27日（星期五）" in await me.say("第一个")
    (appointment,) = await county.desk.places.my_appointments(me.caller)
    assert appointment.moves == 1


async def test_who_finds_a_day_full_stands_in_line_and_is_told_the_position(county):
    """And when somebody gives a place back, the offer can be taken in the chat."""
    day = date(2026, 11, 28)
    slots = [
        slot
        for slot in await county.desk.places.find_slots(FindSlots(ALLOWANCE, frozenset({ANWEN}), limit=500))
        if slot.start.date() == day
    ]
    taken, others = [], iter(range(1, 40))
    for slot in slots:
        for _ in range(slot.online_left):
            other = await county.caller(f"person-{next(others)}")
            taken.append(
                (
                    other,
                    await county.desk.places.book(
                        BookAppointment(other, person_of(other), ALLOWANCE, slot.id)
                    ),
                )
            )
    me = await choosing_a_time(county)
    assert "11月28日（星期六）没有空位" in await me.say("周六")

    assert "您排第1位" in await me.press("有空位通知我")
    other, given_up = taken[0]
    theirs = await talk_as(county, other.code)
    await theirs.pick(f"cancel_appointment:{given_up.id}")
    (offer,) = await county.told("line_offer")
    assert "约好了：11月28日（星期六）" in await me.pick(f"confirm_hold:{offer.facts['hold']}")


async def test_who_loses_a_place_answers_in_the_chat(county):
    """The hall closes; the held place is taken with one press."""
    me = await booked_allowance(county)
    (mine,) = await county.desk.places.my_appointments(me.caller)
    director = await county.caller("director-anwen")
    day = mine.start.date()
    await county.desk.places.change_hours(ChangeHours(director, ANWEN, Closure(day, day), "停电"))
    (told,) = await county.told("appointment_displaced_held")

    await me.pick(f"confirm_hold:{told.facts['hold']}")

    (now_is,) = await county.desk.places.my_appointments(me.caller)
    assert (now_is.number, now_is.state) == (mine.number, AppointmentState.BOOKED)
    assert "约好了" in me.heard
