"""群众的一路: from somebody's own words to a case number, and back to it later."""

from __future__ import annotations

import pytest

from intake.model.case import CaseState
from tests.desks import ALLOWANCE, ANWEN, ELDER_CARD, person_of
from tests.dialogue.talks import booked_allowance, handed_in_allowance, talk_as
from tests.journeys import booked, submitted


async def test_from_own_words_to_a_case_number_and_back_to_it(county):
    """The whole path as one person walks it, with nothing but what the screen offers."""
    me = await talk_as(county, "citizen-1")

    told = await me.say("我要办高龄津贴")
    for part in ("高龄津贴申领", "居民身份证", "银行卡", "安文街道便民服务中心", "不收费", "10个工作日"):
        assert part in told
    assert "您想去哪里办" in await me.press("预约办理")
    assert "安文街道便民服务中心这些时间有空位" in await me.press("安文街道")
    assert "约好了：11月23日（星期一）10:30" in await me.press("11月23日（星期一）10:30")
    assert "请拍：居民身份证" in await me.press("现在拍照交材料")
    assert "请拍：银行卡" in await me.photograph("id_card")
    await me.photograph("bank_card")
    told = await me.press("就交这些")
    assert "居民身份证：1张" in told
    assert "还缺" not in told
    assert "办件编号 BJ2026112300001" in await me.press("确认提交")

    assert "已提交，等待窗口收件" in await me.say("我的办件")
    (case,) = await county.desk.cases.mine(me.caller)
    assert (case.state, case.hall, case.applicant) == (CaseState.SUBMITTED, ANWEN, person_of(me.caller))
    (appointment,) = await county.desk.places.my_appointments(me.caller)
    assert appointment.case == case.id


async def test_for_an_old_mother_the_daughter_gives_her_word_and_both_stand_on_the_case(county):
    """“我妈七十了”: whose matter it is is asked, by number and name together, and the mother's consent is recorded."""
    me = await talk_as(county, "citizen-1")

    assert "老年人优待证办理" in await me.say("我妈七十了，想办老年优待证")
    assert "这件事给谁办" in await me.press("预约办理")
    assert "身份证号码" in await me.press("家人")
    assert "姓名" in await me.say("330000195006300127")
    assert "对不上" in await me.say("张三")
    await me.say("330000195006300127")
    assert "楼淑芬本人同意由您代办" in await me.say("楼淑芬")
    assert "授权已记录" in await me.press("本人同意")
    await me.say("安文街道")
    assert "老年人优待证办理 楼淑芬" in await me.say("第一个")
    await me.press("现在拍照交材料")
    await me.press("就交这些")
    assert "申请人：楼淑芬" in (told := me.heard)
    assert "还缺：居民身份证" in told
    await me.press("确认提交")

    (case,) = await county.desk.cases.mine(me.caller)
    assert (case.applicant_name, case.proxy_name) == ("楼淑芬", me.caller.account.name)
    assert {told.to for told in await county.told("case_submitted")} == {"citizen-1", "elder-1"}


async def test_when_the_mother_does_not_agree_nothing_is_done_and_another_way_is_named(county):
    """No mandate, no case, no bare no."""
    me = await talk_as(county, "citizen-1")
    await me.say("我妈七十了，想办老年优待证")
    await me.press("预约办理")
    await me.press("家人")
    await me.say("330000195006300127")
    await me.say("楼淑芬")

    assert "上门" in await me.press("本人不同意")

    assert await county.audited("mandate.give") == []
    assert me.state == "idle"


async def test_one_of_a_few_is_chosen_by_pressing_it(county):
    """“办证” could be many: the likeliest are offered, and the guide of the chosen one is told."""
    me = await talk_as(county, "citizen-1")

    await me.say("办证")
    first, *others = me.offered

    assert len(others) in range(1, 6)
    assert others[-1] == "都不是，请工作人员帮我"
    assert first in await me.press(first)
    assert me.state == "considering_item"


@pytest.mark.parametrize(
    ("answer", "item"),
    [("丢了", "居民身份证补领"), ("到期了", "居民身份证换领"), ("头一回", "居民身份证首次申领")],
)
async def test_an_answer_to_the_question_joins_the_words_before_it(county, answer, item):
    """Asked 您是丢了要补，还是到期要换, people say 丢了 and not the whole wish again."""
    me = await talk_as(county, "citizen-1")
    asked = await me.say("身份证")
    assert "丢了要补" in asked

    told = await me.say(answer)

    assert me.state == "considering_item", told
    assert item in told


async def test_another_wish_after_a_question_is_a_wish_of_its_own(county):
    """Who thinks of something else is not held to the first words."""
    me = await talk_as(county, "citizen-1")
    await me.say("身份证")

    told = await me.say("我要办高龄津贴")

    assert me.state == "considering_item"
    assert "高龄津贴申领" in told
    assert "身份证，" not in told


async def test_none_of_the_few_goes_to_a_person_with_the_words_that_were_said(county):
    """都不是 is no dead end: the clerk reads what was meant."""
    me = await talk_as(county, "citizen-1")
    await me.say("办证")

    await me.press("都不是")

    (question,) = await county.desk.questions.mine(me.caller)
    assert question.text == "办证"
    assert question.owner_name in me.heard


async def test_what_the_catalogue_does_not_hold_is_passed_on_with_a_name_and_a_day(county):
    """Never a no: who answers, by when, and under which number it can be asked for."""
    me = await talk_as(county, "citizen-1")

    told = await me.say("想租一辆飞船去月球上班")

    (question,) = await county.desk.questions.mine(me.caller)
    for part in (question.owner_name, "11月24日（星期二）", question.number):
        assert part in told
    assert question.text == "想租一辆飞船去月球上班"


async def test_a_sound_is_not_passed_on_as_a_question(county):
    """“嗯” costs no clerk a working day; the person is helped to say more."""
    me = await talk_as(county, "citizen-1")

    assert "您想办什么事" in await me.say("嗯")
    assert await county.desk.questions.mine(me.caller) == ()


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("周六上午", {"11月28日（星期六）"}),
        ("明天下午", {"11月24日（星期二）"}),
        ("11月27号", {"11月27日（星期五）"}),
    ],
)
async def test_a_day_can_be_said_instead_of_pressed(county, said, days):
    """Read back as a date with its weekday, and only places of that day are offered."""
    me = await talk_as(county, "citizen-1")
    await me.say("我要办高龄津贴")
    await me.press("预约办理")
    await me.press("安文街道")

    await me.say(said)

    places = [label for label in me.offered if label != "看更晚的时间"]
    assert places
    assert {label.partition("）")[0] + "）" for label in places} == days


async def test_a_day_without_a_place_offers_ways_on(county):
    """Sunday is closed: the soonest place, or another hall; nobody waits for a door that stays shut."""
    me = await talk_as(county, "citizen-1")
    await me.say("我要办高龄津贴")
    await me.press("预约办理")
    await me.press("安文街道")

    assert "11月29日（星期日）上午安文街道便民服务中心不开门" in await me.say("星期天上午")

    assert set(me.offered) == {"看最早的空位", "看看别的服务中心"}
    await me.press("看看别的服务中心")
    assert any("新渥街道" in label or "县365" in label for label in me.offered)


async def test_later_times_are_later(county):
    """Pressing it twice goes on, and does not begin again."""
    me = await talk_as(county, "citizen-1")
    await me.say("我要办高龄津贴")
    await me.press("预约办理")
    await me.press("安文街道")
    pages = [set(me.offered.values())]

    for _ in range(2):
        await me.press("看更晚的时间")
        pages.append(set(me.offered.values()))

    slots = [sorted(page - {"later"}) for page in pages]
    assert all(slots)
    assert not set(slots[0]) & set(slots[1])
    assert not set(slots[1]) & set(slots[2])


async def test_who_loses_the_last_place_presses_one_of_the_nearest(county):
    """The place went while the person was thinking; what is offered instead works at once."""
    me = await talk_as(county, "citizen-1")
    await me.say("我要办高龄津贴")
    await me.press("预约办理")
    await me.press("安文街道")
    wished = next(iter(me.offered))
    for who in ("person-1", "person-2"):
        await booked(county, who)

    assert "已约满" in await me.press(wished)
    nearest = next(iter(me.offered))
    assert f"约好了：{nearest.partition(' ')[0]}" in await me.press(nearest)


async def test_who_has_a_place_already_goes_on_with_it_or_gives_it_back(county):
    """“您已经约好了”, and the two things one may want then."""
    appointment = await booked(county)
    me = await talk_as(county, "citizen-1")
    await me.say("我要办高龄津贴")
    await me.press("预约办理")
    await me.say("第一个")

    assert appointment.number in await me.say("第二个")
    assert "请拍：居民身份证" in await me.press("接着交材料")

    await me.say("我的办件")
    assert "已取消" in await me.press("取消预约")


async def test_who_has_an_open_case_for_the_matter_hears_its_number(county):
    """No second form for the same thing, even after the place was booked."""
    case = await submitted(county)
    me = await booked_allowance(county)

    assert case.number in await me.press("现在拍照交材料")


async def test_an_interrupted_draft_goes_on_where_it_stopped(county):
    """The phone rang. Next day a new place is booked, the identity card is there, and the bank card is asked for."""
    me = await booked_allowance(county)
    await me.press("现在拍照交材料")
    await me.photograph("id_card")
    assert "给您存着" in await me.say("医保卡丢了怎么办")
    county.clock.forward(days=1)

    await me.say("我要办高龄津贴")
    await me.press("预约办理")
    await me.say("第一个")
    await me.say("第一个")

    assert "请拍：银行卡" in await me.press("现在拍照交材料")


async def test_who_only_books_is_told_to_bring_the_papers(county):
    """No case is opened behind their back."""
    me = await booked_allowance(county)

    assert "带上材料" in await me.press("到窗口再交")
    assert await county.desk.cases.mine(me.caller) == ()


@pytest.mark.parametrize("said", ["重新开始", "我的办件"])
async def test_one_can_always_begin_anew_or_see_ones_cases(county, said):
    """From the middle of anything, without learning a command first."""
    me = await booked_allowance(county)

    await me.say(said)

    assert me.state == "idle"
    assert me.heard


async def test_the_case_tells_its_state_its_day_and_how_to_go_on(county):
    """From “我的办件”, one press away."""
    me = await handed_in_allowance(county)
    await me.say("我的办件")

    told = await me.press("查看")

    assert "已提交，等待窗口收件" in told
    assert "BJ2026112300001" in told


async def test_the_wrong_item_leads_to_the_next_likely_ones(county):
    """“不是这个” is no dead end either, and looking alone has changed nothing."""
    me = await talk_as(county, "citizen-1")
    await me.say("我要办高龄津贴")

    await me.press("不是这个")

    assert ALLOWANCE not in {value.removeprefix("item:") for value in me.offered.values()}
    assert "都不是，请工作人员帮我" in me.offered
    assert await county.desk.places.my_appointments(me.caller) == ()


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        ("我要改约", "原来约的是"),
        ("取消预约", "您约的是"),
        ("帮我改到下周三", "12月2日（星期三），改到哪个时间"),
    ],
)
async def test_who_wants_another_time_or_none_is_asked_about_the_one_that_is_booked(county, said, answered):
    """No matter is looked for in words about an appointment."""
    me = await booked_allowance(county)
    await me.say("重新开始")

    heard = await me.say(said)

    assert "高龄津贴申领" in heard
    assert answered in heard


@pytest.mark.parametrize("said", ["我要改约", "取消预约"])
async def test_of_several_appointments_each_stands_there_with_its_buttons(county, said):
    """Which one is meant is for the person to say."""
    me = await booked_allowance(county)
    await booked(county, "citizen-1", ELDER_CARD)

    await me.say("算了")
    heard = await me.say(said)

    assert heard.count("预约：") == 2
    assert sum(value.startswith("cancel_appointment:") for value in me.offered.values()) == 2


async def test_a_complaint_in_the_middle_of_something_reaches_a_person(county):
    """Whoever has had enough is not asked for a paper once more."""
    me = await booked_allowance(county)

    assert "已经转给" in await me.say("你们态度太差了")

    assert me.state == "idle"
