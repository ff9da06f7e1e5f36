"""后台分类审批、统一窗口出件、好差评."""

from __future__ import annotations

from typing import Any

import pytest

from intake.errors import BadInput, NotAllowed, NotFound, NotNow, Stale, WrongCode
from intake.model.case import CaseState
from intake.usecases.cases.deciding import DecideCase, DeliverCase, EvaluateCase, IssueCase, WithdrawCase
from tests.desks import ANWEN, COUNTY
from tests.journeys import accepted, decided, delivered, in_review, issued, received, submitted


async def test_a_granted_case_is_told_to_the_person(county):
    """审批通过, with the case's number."""
    case = await decided(county)

    (told,) = await county.told("case_granted")
    assert case.state is CaseState.DECIDED
    assert case.reviewer == "approver-civil_affairs-1"
    assert told.facts["number"] == case.number


@pytest.mark.parametrize("missing", ["reason", "ground", "instead"])
async def test_declining_needs_reason_ground_and_a_way_on(county, missing):
    """A department's no is never bare either."""
    case, approver = await in_review(county), await county.caller("approver-civil_affairs-1")
    said: dict[str, Any] = {
        "reason": "未满八十周岁",
        "ground": "办法第五条",
        "instead": "满八十周岁后再来",
        missing: " ",
    }

    with pytest.raises(BadInput):
        await county.desk.cases.decide(DecideCase(approver, case.id, case.version, granted=False, **said))


async def test_who_is_declined_reads_why_on_what_ground_and_what_now(county):
    """All three, as the approver wrote them."""
    case, approver = await in_review(county), await county.caller("approver-civil_affairs-1")
    said: dict[str, Any] = {"reason": "未满八十周岁", "ground": "办法第五条", "instead": "满八十周岁后再来"}

    await county.desk.cases.decide(DecideCase(approver, case.id, case.version, granted=False, **said))

    (told,) = await county.told("case_declined")
    assert said.items() <= told.facts.items()


async def test_another_departments_approver_does_not_know_the_case(county):
    """Only their own cases exist for them, in the list and by id."""
    case, stranger = await in_review(county), await county.caller("approver-police-1")

    with pytest.raises(NotFound):
        await county.desk.cases.decide(DecideCase(stranger, case.id, case.version, granted=True))

    assert await county.desk.cases.of_department(stranger) == ()
    own = await county.desk.cases.of_department(await county.caller("approver-civil_affairs-1"))
    assert [one.id for one in own] == [case.id]


async def test_two_approvers_who_press_together_decide_once(county):
    """The second sees that somebody was faster."""
    case, approver = await in_review(county), await county.caller("approver-civil_affairs-1")
    cmd = DecideCase(approver, case.id, case.version, granted=True)
    await county.desk.cases.decide(cmd)

    with pytest.raises(Stale):
        await county.desk.cases.decide(cmd)


async def test_a_result_goes_out_at_whichever_window_the_person_stands(county):
    """统一窗口出件: received in Anwen, issued in the county hall, with a code to collect it."""
    case, clerk = await decided(county), await county.caller("clerk-county-1")
    assert case.hall == ANWEN

    out = await county.desk.cases.issue(IssueCase(clerk, case.id, case.version))

    (told,) = await county.told("case_issued")
    assert out.issue is not None
    assert (out.state, out.hall) == (CaseState.ISSUED, COUNTY)
    assert (len(out.issue.code), out.issue.code.isdecimal()) == (6, True)
    assert told.facts["code"] == out.issue.code


async def test_a_way_of_issuing_that_does_not_exist_is_refused(county):
    """The three that do are named."""
    case, clerk = await decided(county), await county.caller("clerk-anwen-1")

    with pytest.raises(BadInput) as refused:
        await county.desk.cases.issue(IssueCase(clerk, case.id, case.version, way="信鸽"))

    assert "邮寄" in refused.value.title


async def test_a_result_is_handed_over_only_against_its_code(county):
    """A wrong code gives nothing away; the right one asks how it was."""
    case, clerk = await issued(county), await county.caller("clerk-anwen-1")
    assert case.issue is not None
    wrong = f"{(int(case.issue.code) + 1) % 1_000_000:06d}"

    with pytest.raises(WrongCode):
        await county.desk.cases.deliver(DeliverCase(clerk, case.id, case.version, wrong))
    done = await county.desk.cases.deliver(DeliverCase(clerk, case.id, case.version, case.issue.code))

    assert done.state is CaseState.DELIVERED
    assert [told.to for told in await county.told("please_evaluate")] == ["citizen-1"]


async def test_what_goes_by_mail_carries_the_couriers_number_and_needs_no_code(county):
    """The person can follow it; the courier asks for nothing."""
    case, clerk = await decided(county), await county.caller("clerk-anwen-1")
    sent = await county.desk.cases.issue(IssueCase(clerk, case.id, case.version, "邮寄", "EMS0001"))

    done = await county.desk.cases.deliver(DeliverCase(clerk, sent.id, sent.version))

    assert (done.state, done.issue.code) == (CaseState.DELIVERED, "EMS0001")


async def test_a_finished_case_is_judged_once_by_the_person(county):
    """五级评价, in the person's words; not twice, and not by a neighbour."""
    case, citizen = await delivered(county), await county.caller("citizen-1")
    stranger = await county.caller("citizen-2")

    with pytest.raises(NotFound):
        await county.desk.cases.evaluate(EvaluateCase(stranger, case.id, 1))
    judged = await county.desk.cases.evaluate(EvaluateCase(citizen, case.id, 2, "等了太久"))
    with pytest.raises(NotNow):
        await county.desk.cases.evaluate(EvaluateCase(citizen, case.id, 5))

    assert judged.state is CaseState.EVALUATED
    assert judged.evaluation is not None
    assert (judged.evaluation.grade, judged.evaluation.words) == (2, "等了太久")


@pytest.mark.parametrize("grade", [0, 6, -1])
async def test_there_are_five_grades(county, grade):
    """非常满意 to 非常不满意."""
    case, citizen = await delivered(county), await county.caller("citizen-1")

    with pytest.raises(BadInput):
        await county.desk.cases.evaluate(EvaluateCase(citizen, case.id, grade))


async def test_the_county_never_judges_itself(county):
    """Neither the clerk nor the approver nor the director gives the grade."""
    case = await delivered(county)

    for who in ("clerk-anwen-1", "approver-civil_affairs-1", "director-anwen"):
        with pytest.raises(NotAllowed):
            await county.desk.cases.evaluate(EvaluateCase(await county.caller(who), case.id, 5))


@pytest.mark.parametrize("come_so_far", [submitted, received])
async def test_a_person_may_withdraw_until_the_case_is_accepted(county, come_so_far):
    """And may begin anew afterwards."""
    case, citizen = await come_so_far(county), await county.caller("citizen-1")

    gone = await county.desk.cases.withdraw(WithdrawCase(citizen, case.id, "先不办了"))

    assert (gone.state, gone.note) == (CaseState.WITHDRAWN, "先不办了")
    assert (await submitted(county)).number != case.number


async def test_an_accepted_case_is_not_withdrawn(county):
    """From there the county has promised a day; the refusal says how things stand."""
    case, citizen = await accepted(county), await county.caller("citizen-1")

    with pytest.raises(NotNow) as refused:
        await county.desk.cases.withdraw(WithdrawCase(citizen, case.id))

    assert "已受理" in refused.value.title
