"""好差评 in the conversation: one press for good, a reason asked for bad, and each case once."""

from __future__ import annotations

import pytest

from bot.replies import render_notice
from intake.model.case import CaseState
from intake.model.leaving import Notice
from tests.dialogue.talks import talk_as
from tests.journeys import delivered, issued


async def judged(county):
    """The evaluation as it is stored."""
    (case,) = await county.desk.cases.mine(await county.caller("citizen-1"))
    return case.evaluation


async def test_the_notice_itself_can_be_pressed(county):
    """“请评一评这次服务” comes with the five grades below it."""
    await delivered(county)
    (told,) = await county.told("please_evaluate")
    notice = Notice(1, told.to, told.kind, told.facts, county.clock.now())
    offered = {choice.label: choice.value for choice in render_notice(notice).choices}
    me = await talk_as(county, "citizen-1")

    assert list(offered) == ["非常满意", "满意", "基本满意", "不满意", "非常不满意"]
    assert "谢谢您的评价：非常满意" in await me.pick(offered["非常满意"])
    assert (await judged(county)).grade == 5


@pytest.mark.parametrize(("said", "kept"), [("排了两个小时的队", "排了两个小时的队"), (None, "")])
async def test_a_low_grade_is_asked_for_its_reason_and_taken_without_one(county, said, kept):
    """Whoever wants to say nothing is not made to."""
    case = await delivered(county)
    me = await talk_as(county, "citizen-1")

    told = await me.pick(f"evaluate:{case.id}:1")
    assert "哪里让您不满意" in told
    assert await judged(county) is None
    await (me.say(said) if said else me.press("不说了，直接提交"))

    evaluation = await judged(county)
    assert (evaluation.grade, evaluation.words, evaluation.bad) == (1, kept, True)


async def test_a_case_is_judged_once_and_the_second_press_is_told_so(county):
    """The first grade stands."""
    case = await delivered(county)
    me = await talk_as(county, "citizen-1")
    await me.pick(f"evaluate:{case.id}:2")
    await me.say("太慢")

    assert "不能做这一步" in await me.pick(f"evaluate:{case.id}:5")
    assert (await judged(county)).grade == 2


@pytest.mark.parametrize("grade", ["0", "6", "", "五", "99999999999999999999"])
async def test_a_grade_that_does_not_exist_offers_those_that_do(county, grade):
    """Whatever a page sends."""
    case = await delivered(county)
    me = await talk_as(county, "citizen-1")

    await me.pick(f"evaluate:{case.id}:{grade}")

    assert len(me.offered) == 5
    assert await judged(county) is None


async def test_the_collection_code_is_told_to_the_person_and_to_nobody_of_the_county(county):
    """It is the person's proof; a clerk must be shown it."""
    case = await issued(county)
    assert case.issue is not None

    told = {
        who: await (await talk_as(county, who)).pick(f"case:{case.id}")
        for who in ("citizen-1", "clerk-anwen-1")
    }

    assert case.issue.code in told["citizen-1"]
    assert case.number in told["clerk-anwen-1"]
    assert case.issue.code not in told["clerk-anwen-1"]


async def test_a_grade_given_before_the_result_is_fetched_closes_the_case_with_the_hand_over(county):
    """Judged at 可取件: nobody is asked again at the counter."""
    case = await issued(county)
    me = await talk_as(county, "citizen-1")

    await me.pick(f"evaluate:{case.id}:4")

    (kept,) = await county.desk.cases.mine(me.caller)
    assert (kept.state, kept.evaluation.grade) == (CaseState.ISSUED, 4)
