"""改时间、留号、候补 in a conversation: dates are read back with their weekday before anything counts."""

from __future__ import annotations

from datetime import date

import pytest

from intake.model.booking import AppointmentState
from intake.model.hours import Closure
from intake.usecases.places.booking import BookAppointment, FindSlots
from intake.usecases.places.hours import ChangeHours
from intake.usecases.queue.arriving import TakeNumber
from intake.usecases.queue.calling import CallNext
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
    assert "约好了：11月24日（星期二）15:00 安文街道便民服务中心" in await me.say("好的")


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


@pytest.mark.parametrize(
    ("said", "read_back"),
    [
        ("大后天", "11月26日（星期四），"),
        ("下周三上午", "12月2日（星期三）上午，"),
        ("月底前", "11月23日（星期一）到11月30日（星期一），"),
        ("三天内", "11月23日（星期一）到11月26日（星期四），"),
        ("26号以后", "11月26日（星期四）到12月9日（星期三），"),
        ("下周三上午九点", "给您留好了：12月2日（星期三）09:00"),
        ("最早什么时候", "给您留好了：11月23日（星期一）10:30"),
    ],
)
async def test_every_way_to_name_a_day_is_read_back(county, said, read_back):
    """With its weekday, before anything counts."""
    me = await choosing_a_time(county)

    assert (await me.say(said)).startswith(read_back)


async def test_a_day_that_only_the_village_knows_is_asked_for(county):
    """“赶集那天” stands in no calendar: no guess, and the question stays, at the hall, at the time and at a move."""
    me = await talk_as(county, "citizen-1")
    await me.say("我要办高龄津贴")
    await me.press("预约办理")
    assert "“赶集那天”我这里约不了" in await me.say("赶集那天")
    await me.press("安文")
    assert "请说今天以后的日期" in await me.say("赶集那天")
    await me.say("26号")
    await me.press("11月26日")

    assert "请说今天以后的日期" in await me.say("改到赶集那天")

    assert "11月28日（星期六）上午，改到哪个时间" in await me.say("28号上午")


async def test_a_time_said_with_the_wish_to_move_is_heard(county):
    """“改到明天下午” in one breath, from wherever one stands; the number stays."""
    me = await booked_allowance(county)

    assert "11月24日（星期二）下午，改到哪个时间" in await me.say("改到明天下午")
    assert "改好了：11月24日（星期二）14:00" in await me.say("第一个")
    assert "11月27日（星期五）下午，改到哪个时间" in await me.say("把高龄津贴的预约推迟到周五下午")
    assert "原来的预约不变" in await me.say("算了")


async def test_to_the_soonest_is_a_time_too(county):
    """“改到最早的”: the soonest place is listed first, and “最早的” takes it."""
    me = await booked_allowance(county)
    await me.say("改到周五")
    await me.say("第一个")

    await me.say("改到最早的")

    assert next(iter(me.offered)).startswith("11月23日（星期一）10:30")
    assert "改好了：11月23日（星期一）10:30" in await me.say("最早的")


@pytest.mark.parametrize("said", ["取消", "不去了", "把预约取消掉", "把高龄津贴的预约取消"])
async def test_what_would_be_given_back_is_read_back_first(county, said):
    """However it is said; words alone give nothing up, the button does."""
    me = await booked_allowance(county)

    assert "您约的是11月23日（星期一）10:30" in await me.say(said)
    assert "您约的是" in await me.say("确定")
    assert "原来的预约不变" in await me.say("不用了")
    await me.say(said)
    assert "已取消" in await me.press("取消这个预约")
    assert "没有在办的事" in await me.say(said)


async def test_who_looks_for_another_time_may_give_it_up_instead(county):
    """取消 in the middle of moving means the appointment, and is read back."""
    me = await booked_allowance(county)
    await me.say("改到周三下午")
    assert me.state == "moving"

    assert "您约的是11月23日（星期一）10:30" in await me.say("把预约取消")
    assert "已取消" in await me.press("取消这个预约")


async def test_anywhere_means_the_soonest_by_time_and_way(county):
    """Halls, machines and visits together, each with why it stands there, the nearest among equals first."""
    me = await talk_as(county, "citizen-1")
    await me.say("我要办老年优待证")
    await me.press("预约办理")

    await me.press("哪里最早都行")

    hints = [choice["hint"] for reply in me.replies for choice in reply["choices"]]
    assert "自助机，有人在旁边帮忙" in hints[0]
    assert "离您最近" in hints[0]
    assert sum("自助机" in hint for hint in hints) == 2
    assert "约好了：11月23日（星期一）" in await me.press(next(iter(me.offered)))


async def test_how_long_one_still_waits_is_told_with_its_error(county):
    """Before there is a number, with a number, when it is called, and in the middle of something, which goes on."""
    me = await talk_as(county, "citizen-1")
    assert "没有在排队" in await me.say("排队还要多久")
    clerk = await county.caller("clerk-anwen-1")
    await county.desk.queue.take_number(TakeNumber(clerk, ANWEN, ALLOWANCE, holder="前面的人"))
    mine = await county.desk.queue.take_number(TakeNumber(clerk, ANWEN, ALLOWANCE, person_of(me.caller)))
    assert f"{mine.number}号：前面还有1人" in await me.say("还要等多久")
    await me.say("我要办老年证")
    heard = await me.say("轮到我了吗")
    assert f"{mine.number}号" in heard
    assert me.state == "considering_item"
    counter = next(h for h in await county.desk.places.halls() if h.code == ANWEN).counters[0]
    for _ in range(2):
        called = await county.desk.queue.call_next(CallNext(clerk, ANWEN, counter.code))

    assert called.number == mine.number
    assert f"已经叫到，请到{counter.name}" in await me.say("叫到几号了")


async def test_who_is_booked_and_not_yet_there_hears_the_time(county):
    """A place in no line yet: the appointment is read back."""
    me = await booked_allowance(county)

    assert "您约的是11月23日（星期一）10:30" in await me.say("前面还有几个人")


async def test_closed_full_and_too_far_ahead_are_three_answers(county):
    """On a Sunday nobody is told to stand in line for a door that stays shut; a day not open yet can be waited for."""
    me = await choosing_a_time(county)

    assert "11月29日（星期日）安文街道便民服务中心不开门" in await me.say("周日")
    assert "有空位通知我" not in me.offered
    assert "1月15日（星期五）的号还没有放出来，现在最远可以约到12月7日（星期一）" in await me.say("腊月初八")

    assert "您排第1位" in await me.press("有空位通知我")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("上午", "11月28日（星期六）上午"),
        ("9点", "给您留好了：11月28日（星期六）09:00"),
        ("十点前", "11月28日（星期六）10:00以前"),
        ("上午不行", "11月28日（星期六），除了上午"),
    ],
)
async def test_an_hour_said_after_a_day_is_of_that_day(county, said, told):
    """“9点” of a Saturday is never a Tuesday."""
    me = await choosing_a_time(county)
    await me.say("周六")

    assert told in await me.say(said)


async def test_later_than_a_day_that_was_asked_for_is_after_it(county):
    """看更晚的时间 does not go back to this week."""
    me = await choosing_a_time(county)
    await me.say("下周三")

    await me.press("看更晚的时间")

    offered = [label for label in me.offered if label.startswith("1")]
    assert offered
    assert all(label >= "12月2日" for label in offered)


async def test_noon_that_does_not_suit_is_not_offered(county):
    """“中午他睡觉别来” is kept for the days that are asked for after it."""
    me = await choosing_a_time(county)

    await me.say("中午他睡觉别来")
    for_friday = await me.say("周五")

    assert "11月27日（星期五），除了中午" in for_friday
    assert not any(" 12:" in label or "）12:" in label or "）13:" in label for label in me.offered)


async def test_a_day_that_is_over_is_not_taken_for_one_to_come(county):
    """“上个星期五” is no Friday to book."""
    me = await choosing_a_time(county)

    assert "“上个星期五”我这里约不了" in await me.say("上个星期五")
    assert "“2月30号”我这里约不了" in await me.say("2月30号")
    assert me.state == "choosing_slot"


async def test_a_day_too_far_ahead_is_said_to_be_so_where_no_hall_is_chosen(county):
    """Nothing is full yet that is not open."""
    me = await talk_as(county, "citizen-1")
    await me.say("我要办高龄津贴")
    await me.press("预约办理")

    assert "还没有放出来" in await me.say("3月5号")


async def test_an_hour_at_the_question_where_is_kept_with_its_day(county):
    """周六 at the item, 上午 at the halls."""
    me = await talk_as(county, "citizen-1")
    await me.say("我要办高龄津贴")
    await me.say("周六吧")
    await me.say("上午")

    assert "11月28日（星期六）上午" in me.heard


async def test_another_hour_instead_of_the_kept_one_is_on_its_day(county):
    """“上午” to a place kept for a Wednesday afternoon is that morning."""
    me = await choosing_a_time(county)
    await me.say("下周三下午三点")

    assert "12月2日（星期三）上午" in await me.say("上午")


async def test_what_comes_between_is_told_with_the_new_day(county):
    """A wedding is no reason not to hear the day behind it."""
    me = await choosing_a_time(county)
    await me.say("明天下午三点")

    assert "12月2日（星期三）" in await me.say("哎呀那天我要去喝喜酒，改到下周三")


async def test_moved_to_the_afternoon_is_on_the_day_that_is_booked(county):
    """改到下午 does not make it tomorrow."""
    me = await choosing_a_time(county)
    await me.say("下周三上午九点")
    await me.say("好")

    assert "12月2日（星期三）下午" in await me.say("改到下午")
    assert "12月3日（星期四）下午" in await me.say("下周四下午")
    assert "12月3日（星期四）上午" in await me.say("上午呢")


async def test_a_day_said_right_after_booking_moves_it(county):
    """26号 is not “没听明白”."""
    me = await booked_allowance(county)

    assert "原来约的是" in await me.say("26号")
    assert me.state == "moving"


async def test_of_several_the_one_booked_a_moment_ago_is_given_back(county):
    """Nobody is shown a list to find what was just said."""
    me = await booked_allowance(county)
    await me.say("我要办老年优待证")
    await me.press("预约办理")
    await me.say("第一个")
    await me.say("第二个")

    assert "“老年人优待证办理”。确定要取消" in await me.say("算了不去了取消吧")


async def test_yes_to_several_new_times_is_asked_which(county):
    """好 to a list moves nothing, and is not called unintelligible."""
    me = await booked_allowance(county)
    await me.say("改到明天下午")

    assert "请先选一个时间" in await me.say("好")
    assert me.state == "moving"


async def test_an_hour_to_come_after_is_no_putting_off(county):
    """“晚上七点以后来” does not put the matter down."""
    me = await choosing_a_time(county)

    assert "先不办了" not in await me.say("晚上七点以后来行吗")
    assert me.state in {"choosing_slot", "held"}
