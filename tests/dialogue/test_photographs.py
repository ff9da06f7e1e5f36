"""拍照交材料: each photograph finds its place, a bad one is told at once, and a correction is one press away."""

from __future__ import annotations

import pytest

from intake.model.case import CaseState, Verdict
from intake.usecases.cases.drafting import OpenDraft, SubmitCase
from intake.usecases.cases.reception import AskCorrection
from tests.desks import ANWEN, person_of
from tests.dialogue.talks import Talk, booked_allowance, confirming_allowance, handed_in_allowance, talk_as
from tests.journeys import clerks, drafted


async def collecting(county) -> Talk:
    """A citizen who is asked for the identity card."""
    me = await booked_allowance(county)
    await me.press("现在拍照交材料")
    return me


async def laid(county):
    """How many photographs lie under the identity card and under the bank card of the draft."""
    identity, bank, *_ = (await drafted(county)).materials
    return len(identity.pages), len(bank.pages)


async def test_a_photograph_of_another_paper_goes_where_it_belongs_and_the_asked_one_is_asked_again(county):
    """“这张看着是银行卡，已经放到……里了”, then the identity card again."""
    me = await collecting(county)

    told = await me.photograph("bank_card")

    assert "这张看着是银行卡或社会保障卡" in told
    assert "请拍：居民身份证" in told
    assert await laid(county) == (0, 1)


async def test_an_unreadable_photograph_is_told_at_once_with_what_to_do(county):
    """Now, while the card is still in the hand; not in three days."""
    me = await collecting(county)

    told = await me.photograph("id_card blurred")

    assert "请对着亮光重拍" in told
    assert set(me.offered) == {"重拍一张", "就用这张", "就交这些"}
    assert "请拍：银行卡" in await me.photograph("id_card")


async def test_a_doubtful_photograph_may_stand_if_the_person_says_so(county):
    """The clerk decides in the end; nobody is kept in a loop."""
    me = await collecting(county)
    await me.photograph("id_card blurred")

    assert "请拍：银行卡" in await me.press("就用这张")


async def test_what_is_no_photograph_is_refused_and_asked_for_again(county):
    """The place in the list is not lost."""
    me = await collecting(county)

    told = await me.photograph("")

    assert "这个文件不是照片" in told
    assert "请再发一张" in told
    assert "请拍：银行卡" in await me.photograph("id_card")


async def test_a_paper_one_has_not_is_passed_over_and_named_in_the_end(county):
    """It can be brought to the counter."""
    me = await collecting(county)
    await me.press("这张没有，先跳过")
    await me.photograph("bank_card")

    told = await me.press("就交这些")

    assert "还缺：居民身份证，请到窗口时带来" in told
    assert "办件编号" in await me.press("确认提交")


async def test_before_handing_in_one_may_add_photographs_or_leave_it_for_later(county):
    """Both lead back to where one was."""
    me = await collecting(county)
    await me.press("就交这些")

    assert "请拍：居民身份证" in await me.press("再补照片")
    await me.press("就交这些")
    assert "给您存着" in await me.press("以后再交")
    assert (await drafted(county)).state is CaseState.DRAFT


async def test_a_photograph_sent_while_confirming_is_taken_along(county):
    """People remember the other side of the card last."""
    me = await confirming_allowance(county)

    assert "收到居民身份证" in await me.photograph("id_card")
    assert await laid(county) == (2, 1)


@pytest.mark.parametrize("after", ["", "我要办高龄津贴"])
async def test_a_photograph_before_its_time_is_not_lost_in_silence(county, after):
    """The person is told what comes first."""
    me = await talk_as(county, "citizen-1")
    if after:
        await me.say(after)

    assert "照片" in await me.photograph("id_card")
    assert await county.audited("case.add_page") == []


async def test_a_photograph_sent_right_after_booking_begins_the_collecting(county):
    """Whoever sends one wants to hand it in."""
    me = await booked_allowance(county)

    assert "请拍：居民身份证" in await me.photograph("id_card")


async def corrected(county, me: Talk):
    """The clerk finds the identity card unreadable."""
    (case,) = await county.desk.cases.mine(me.caller)
    taken = await county.desk.cases.receive(await clerks(county, case))
    clerk, fault = await county.caller("clerk-anwen-1"), {"m1": (Verdict.UNREADABLE, "反光，看不清号码")}
    return await county.desk.cases.ask_correction(AskCorrection(clerk, taken.id, taken.version, fault))


async def test_a_correction_asks_for_exactly_what_was_wrong_and_returns_to_the_clerk(county):
    """One photograph, one press, and the same clerk goes on with it."""
    me = await handed_in_allowance(county)
    asked = await corrected(county, me)

    await me.say("我的办件")
    assert "请补正材料" in await me.press("查看")
    told = await me.press("补交材料")
    assert "请重新拍：居民身份证" in told
    assert "反光，看不清号码" in told
    told = await me.photograph("id_card")
    assert "请核对" in told
    assert "补正材料已经交上去了" in await me.press("确认提交")

    (case,) = await county.desk.cases.mine(me.caller)
    assert (case.state, case.number, case.rounds) == (CaseState.RECEIVED, asked.number, 1)
    assert len(case.materials[0].pages) == 2


async def test_an_item_whose_papers_all_are_held_already_goes_straight_to_the_confirmation(county):
    """Nothing is asked of the family that a department knows."""
    me = await talk_as(county, "citizen-1")
    await me.pick("item:JY01")
    await me.press("预约办理")
    await me.say("第一个")
    await me.say("第一个")

    told = await me.press("现在拍照交材料")

    assert "确认提交吗" in told
    assert "办件编号" in await me.press("确认提交")


async def test_a_case_opened_meanwhile_at_the_counter_is_not_opened_a_second_time(county):
    """The person pressed 确认 while the clerk had already taken it in."""
    me = await confirming_allowance(county)
    clerk = await county.caller("clerk-anwen-1")
    service = (await drafted(county)).service_code
    other = await county.desk.cases.open_draft(OpenDraft(clerk, person_of(me.caller), service, ANWEN))
    taken = await county.desk.cases.submit(SubmitCase(clerk, other.id, bring_later=True))

    assert taken.number in await me.press("确认提交")
