"""问一句: what people ask in between is answered from what the county knows, and the thing at hand goes on."""

from __future__ import annotations

import pytest

from tests.dialogue.talks import booked_allowance, talk_as


async def considering(county, words="我要办高龄津贴"):
    """Somebody who looks at one item."""
    me = await talk_as(county, "citizen-1")
    await me.say(words)
    return me


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("要带什么", "银行卡"),
        ("要钱吗", "费用：不收费"),
        ("多久能办好", "10个工作日"),
        ("在哪里办", "安文街道便民服务中心"),
        ("电话多少", "0579-"),
        ("能上门办吗", "上门"),
        ("儿子代办可以吗", "代办"),
        ("网上能办吗", "拍照交材料"),
        ("什么条件", "条件："),
        ("可以邮寄吗", "办好后"),
        ("要带什么，要多少钱", "不收费"),
    ],
)
async def test_a_question_about_the_matter_at_hand_is_answered_and_it_goes_on(county, asked, answer):
    """The seventh question of somebody who wants to be sure before they set out."""
    me = await considering(county)

    assert answer in await me.say(asked)

    assert me.state == "considering_item"
    assert "预约办理" in me.offered
    assert await county.audited("question.ask") == []


async def test_a_question_in_the_middle_of_booking_is_answered_and_the_halls_are_offered_again(county):
    """Whoever asks when the hall opens still wants to go there."""
    me = await considering(county)
    await me.press("预约办理")

    told = await me.say("安文周六上班吗")

    assert "安文街道便民服务中心开门时间" in told
    assert "11月28日（星期六）：09:00–11:30（综合窗口）" in told
    assert me.state == "choosing_hall"
    assert "您想去哪里办" in told


async def test_a_hall_is_asked_for_without_any_matter(county):
    """When it opens, where it is and its telephone, before anything is said of a matter."""
    me = await talk_as(county, "citizen-1")

    told = await me.say("新渥几点上班，电话多少")

    assert "新渥街道便民服务中心开门时间" in told
    assert "08:30–11:30、14:00–17:00" in told
    assert "新渥街道便民服务中心电话：" in told
    assert me.state == "idle"


async def test_what_to_bring_is_told_of_what_is_booked(county):
    """“要带什么” on the evening before."""
    me = await booked_allowance(county)
    await me.say("重新开始")

    assert "“高龄津贴申领”要带" in await me.say("要带什么材料")


async def test_what_is_paid_in_is_no_fee(county):
    """“不收费” alone would be a strange word about what an insurance costs."""
    me = await considering(county, "新农合怎么交")

    assert "该缴的保费、税款另算" in await me.say("今年多少钱一个人")

    me = await considering(county, "我要办高龄津贴")
    assert "能领多少" in await me.say("多少钱")


async def test_without_any_matter_the_question_is_which(county):
    """Never an answer about something nobody meant."""
    me = await talk_as(county, "citizen-1")

    assert "您想问哪件事" in await me.say("要带什么材料")


async def test_a_common_question_gets_its_written_answer_and_then_the_item(county):
    """The answer stands first, for it was asked; how to do it stands below."""
    me = await talk_as(county, "citizen-1")
    await me.say("死亡注销户口")

    told = await me.say("老人在家里过世，没有医院证明怎么办")

    assert "死亡医学证明" in told
    assert me.state == "considering_item"


async def test_a_paper_that_is_held_already_is_named_as_not_to_be_brought(county):
    """People look for the death certificate in the list; silence would send them to look for it at home."""
    me = await talk_as(county, "citizen-1")

    told = await me.say("死亡注销户口")

    assert "不用带：死亡医学证明" in told


@pytest.mark.parametrize(("said", "state"), [("给我妈办", "for_whom"), ("我自己办", "choosing_hall")])
async def test_for_whom_may_be_said_before_it_is_asked(county, said, state):
    """“给我妈办” on the item's card begins with her."""
    me = await considering(county)

    await me.say(said)

    assert me.state == state
    assert ("身份证号码" in me.heard) == (state == "for_whom")


@pytest.mark.parametrize(
    ("said", "part"), [("是我妈", "身份证号码"), ("我自己", "您想去哪里办"), ("家里老人", "身份证号码")]
)
async def test_for_whom_is_answered_in_words(county, said, part):
    """Nobody has to find the button."""
    me = await considering(county, "我妈七十了，想办老年优待证")
    await me.press("预约办理")

    assert part in await me.say(said)


async def test_a_day_said_early_is_read_back_and_kept_until_the_place_is_chosen(county):
    """“明天下午” before the hall: read back as a date, and only that afternoon is offered."""
    me = await considering(county)

    assert "11月24日（星期二）下午，您想去哪里办" in await me.say("明天下午能约吗")
    told = await me.press("安文街道")

    assert "11月24日（星期二）下午，安文街道便民服务中心这些时间有空位" in told
    offered = [label for label in me.offered if label.startswith("11月")]
    assert offered
    assert all(label.startswith("11月24日（星期二）1") for label in offered)


async def test_the_nearest_hall_and_the_soonest_time_need_no_button(county):
    """最近的, then 最早的: kept for them and read back."""
    me = await considering(county)
    await me.press("预约办理")

    assert "安文街道便民服务中心这些时间有空位" in await me.say("最近的就行")
    first = next(iter(me.offered))

    told = await me.say("最早的")
    assert f"给您留好了：{first[:16]}" in told
    assert "安文街道便民服务中心\n" in told
    assert "安文街道便民服务中心\n" in await me.say("好的")


async def test_no_time_that_suits_leads_to_later_ones(county):
    """都不行 is not a new matter."""
    me = await considering(county)
    await me.press("预约办理")
    await me.press("安文街道")
    before = set(me.offered)

    await me.say("都不行")

    assert me.state == "choosing_slot"
    assert set(me.offered) != before


@pytest.mark.parametrize("said", ["算了", "不办了", "下次再说", "取消"])
@pytest.mark.parametrize("steps", [(), ("预约办理",), ("预约办理", "安文街道")])
async def test_who_gives_up_is_let_go_and_nothing_is_opened(county, said, steps):
    """算了 puts the thing down; no clerk is sent after somebody who changed their mind."""
    me = await considering(county)
    for step in steps:
        await me.press(step)

    await me.say(said)

    assert me.state == "idle"
    assert await county.audited("question.ask") == []


async def test_who_gives_up_with_a_place_kept_lets_it_go(county):
    """The place is free again at once, not in ten minutes."""
    me = await considering(county)
    await me.press("预约办理")
    await me.press("安文街道")
    await me.say("最早的")

    assert "不留了" in await me.say("算了")

    assert me.state == "idle"
    assert await county.desk.places.my_holds(me.caller) == ()


async def test_who_wants_a_person_is_asked_what_about_once(county):
    """A clerk who calls back should know why."""
    me = await talk_as(county, "citizen-1")

    assert "什么事" in await me.say("我要投诉")
    assert await county.audited("question.ask") == []
    told = await me.say("安文窗口昨天下午两点没人")

    assert "已经转给" in told
    assert "拿不准" not in told
    assert me.state == "idle"
    (question,) = await county.desk.questions.mine(me.caller)
    assert question.text == "安文窗口昨天下午两点没人"


async def test_a_part_of_a_label_is_pressing_it_but_never_gives_something_up(county):
    """同意 is 本人同意; 取消 alone cancels nothing that is booked."""
    me = await booked_allowance(county)
    await me.say("我的办件")
    (appointment,) = await county.desk.places.my_appointments(me.caller)

    await me.say("取消")

    (still,) = await county.desk.places.my_appointments(me.caller)
    assert still.id == appointment.id


async def test_another_time_is_asked_for_right_after_booking(county):
    """换个时间 moves what was just booked; nothing is booked twice."""
    me = await booked_allowance(county)

    assert "改到哪个时间" in await me.say("换个时间")

    assert me.state == "moving"


async def test_another_matter_said_at_a_question_is_taken_up(county):
    """Whoever thinks of something else is not held at “这件事给谁办”."""
    me = await considering(county, "我妈七十了，想办老年优待证")
    await me.press("预约办理")

    assert "高龄津贴申领" in await me.say("我要办高龄津贴")


async def test_what_is_not_understood_at_a_question_is_said_and_a_person_offered(county):
    """Never the same question twice without a word why."""
    me = await considering(county, "我妈七十了，想办老年优待证")
    await me.press("预约办理")

    told = await me.say("嗯那个啥来着")

    assert "没听明白" in told
    assert "这件事给谁办" in told
    assert any("转给工作人员" in choice["label"] for reply in me.replies for choice in reply["choices"])


async def test_who_reports_a_death_is_the_applicant(county):
    """“我爸走了”: nobody is asked for the ID number of the dead as of somebody who has to agree."""
    me = await considering(county, "我爸上个月走了，要去死亡注销户口")

    assert "您想去哪里办" in await me.press("预约办理")
