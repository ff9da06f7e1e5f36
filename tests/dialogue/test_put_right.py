"""改口: somebody changes their mind or corrects what was understood, and nothing else they said is lost."""

from __future__ import annotations

import pytest

from tests.dialogue.talks import booked_allowance, talk_as


async def at_halls(county, words="我要办高龄津贴"):
    """Somebody who is asked in which hall."""
    me = await talk_as(county, "citizen-1")
    await me.say(words)
    await me.press("预约办理")
    assert me.state == "choosing_hall", me.heard
    return me


async def at_times(county):
    """The same at the times of one hall."""
    me = await at_halls(county)
    await me.press("安文街道")
    return me


async def holding(county):
    """The same with a place kept for them."""
    me = await at_times(county)
    await me.say("明天上午九点")
    assert me.state == "held", me.heard
    return me


@pytest.mark.parametrize("come_so_far", [at_halls, at_times, holding])
@pytest.mark.parametrize("said", ["不是我，是我妈", "搞错了，是我妈不是我", "给我妈办"])
async def test_the_applicant_is_put_right_wherever_it_is_noticed(county, come_so_far, said):
    """“不是我，是我妈” asks for her number; it is no matter of her nationality."""
    me = await come_so_far(county)

    assert "这位家人的身份证号码" in await me.say(said)

    assert me.state == "for_whom"
    assert await county.desk.places.my_holds(me.caller) == ()


async def test_another_day_instead_of_the_kept_one_lets_that_go(county):
    """“不对，我说的是后天上午”: the place of tomorrow is free again at once."""
    me = await holding(county)

    told = await me.say("不对，我说的是后天上午")

    assert "11月25日（星期三）上午，安文街道便民服务中心这些时间有空位" in told
    assert await county.desk.places.my_holds(me.caller) == ()


async def test_another_hall_instead_of_the_kept_place(county):
    """“去尖山吧” with a place kept in 安文."""
    me = await holding(county)

    assert "尖山镇便民服务中心这些时间有空位" in await me.say("还是去尖山吧")


@pytest.mark.parametrize("said", ["换个地方，去尖山办", "去尖山吧", "不在安文，在尖山"])
async def test_another_hall_is_taken_up_among_the_times_of_one(county, said):
    """Nobody has to begin anew for another place."""
    me = await at_times(county)

    assert "尖山镇便民服务中心这些时间有空位" in await me.say(said)

    assert me.state == "choosing_slot"


async def test_the_right_day_stands_behind_the_wrong_one(county):
    """“不是周六，是周五”: the first day named is not the one that is meant."""
    me = await at_times(county)

    assert "11月27日（星期五）" in await me.say("不是周六，是周五")


async def test_another_item_is_named_in_one_breath_with_the_no(county):
    """“不是这个，我要办的是老年证” is found, not guessed from its no."""
    me = await talk_as(county, "citizen-1")
    await me.say("我要办高龄津贴")

    assert "老年人优待证办理" in await me.say("不是这个，我要办的是老年证")


async def test_what_is_booked_for_one_is_not_quietly_made_anothers(county):
    """The place stays until its owner gives it back."""
    me = await booked_allowance(county)

    told = await me.say("给我妈办的")

    assert "给您自己约的" in told
    assert any(label.startswith("取消这个预约") for label in me.offered)
    assert len(await county.desk.places.my_appointments(me.caller)) == 1


@pytest.mark.parametrize(
    ("said", "state"), [("上一步", "choosing_hall"), ("返回", "choosing_hall"), ("换个地方", "choosing_hall")]
)
async def test_one_step_back_is_the_question_before(county, said, state):
    """上一步 at the times asks for the hall again; 返回 is no wish for the return of an insurance fee."""
    me = await at_times(county)

    await me.say(said)

    assert me.state == state
    assert "安文街道便民服务中心" in me.offered


@pytest.mark.parametrize("said", ["都太远了", "还有别的地方吗"])
async def test_who_finds_every_hall_too_far_is_shown_all_of_them(county, said):
    """The four nearest were not enough."""
    me = await at_halls(county)

    await me.say(said)

    assert me.state == "choosing_hall"
    assert "尖山镇便民服务中心" in me.offered


@pytest.mark.parametrize(
    ("said", "first"), [("太早了", "11月24日"), ("这些时间我都没空", "11月24日"), ("早一点的", "11月23日")]
)
async def test_too_early_and_earlier_are_told_apart(county, said, first):
    """太早了 looks further, 早一点 does not."""
    me = await at_times(county)

    await me.say(said)

    assert next(iter(me.offered)).startswith(first)


@pytest.mark.parametrize(
    ("said", "told"),
    [("不是我是我妈", "这位家人的身份证号码"), ("去县里办", "县365行政服务中心这些时间有空位")],
)
async def test_dictated_words_without_a_pause_are_heard(county, said, told):
    """A phone that writes down what is said puts no comma."""
    me = await at_halls(county)

    assert told in await me.say(said)


@pytest.mark.parametrize("said", ["能不能上门来办", "上门办", "请人上门来办"])
async def test_a_home_visit_is_booked_from_the_question_where(county, said):
    """The times at which the nearest hall comes, and nothing but these."""
    me = await at_halls(county)

    told = await me.say(said)

    assert me.state == "choosing_slot"
    assert "安文街道便民服务中心" in told
    times = [label for label in me.offered if label.startswith(("11月", "12月"))]
    assert times
    assert all("上门服务" in label for label in times)


async def test_no_home_visit_is_offered_for_what_needs_the_counter(county):
    """结婚登记 is nothing that is done at home."""
    me = await at_halls(county, "我要办结婚登记")

    assert not any("上门" in label for label in me.offered)


async def test_two_steps_back_is_the_item(county):
    """From the times to the halls to the card, with everything to press again."""
    me = await at_times(county)
    await me.say("上一步")

    assert "高龄津贴申领" in await me.say("上一步")

    assert "预约办理" in me.offered


async def test_a_step_back_from_a_kept_place_frees_it(county):
    """The times again, and nobody is kept out meanwhile."""
    me = await holding(county)

    await me.say("返回上一步")

    assert me.state == "choosing_slot"
    assert await county.desk.places.my_holds(me.caller) == ()


async def test_a_step_back_undoes_no_booking(county):
    """What is booked is given back by its button only."""
    me = await booked_allowance(county)

    assert "已经约好了" in await me.say("上一步")

    assert any(label.startswith("取消这个预约") for label in me.offered)
    assert len(await county.desk.places.my_appointments(me.caller)) == 1


@pytest.mark.parametrize("said", ["临时有事去不了了", "能不能早一点", "改成周六行吗"])
async def test_who_cannot_come_is_shown_another_time(county, said):
    """However it is said."""
    me = await booked_allowance(county)

    told = await me.say(said)

    assert me.state in {"which", "moving"}
    assert "高龄津贴申领" in told


async def test_who_was_asked_about_cancelling_may_move_instead(county):
    """“改到后天吧” after “确定要取消的话” moves it, and is no question for a clerk."""
    me = await booked_allowance(county)
    await me.say("临时有事去不了了")

    assert "11月25日（星期三），改到哪个时间" in await me.say("改到后天吧")

    assert await county.audited("question.ask") == []
