"""送达和办结: into whose hands a result came, and by whose privilege a closed case still changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intake.errors import (
    AlreadyOpen,
    BadInput,
    CodeLocked,
    NotAllowed,
    NotFound,
    NotNow,
    WrongCode,
    WrongIdentity,
)
from intake.model.case import Case, CaseState
from intake.usecases.cases.acting import OnCase
from intake.usecases.cases.closing import AmendClosed, ReopenCase
from intake.usecases.cases.deciding import DecideCase, DeliverCase, EvaluateCase, IssueCase, WithdrawCase
from intake.usecases.cases.reception import Redirect
from tests.desks import ELDER_CARD
from tests.journeys import clerks, decided, delivered, issued, submitted

NUMBER = "330000198105160127"


def code_of(case: Case) -> str:
    """The collection code of a result that went out."""
    assert case.issue is not None
    return case.issue.code


async def wrong(county, case, times: int) -> list[type[Exception]]:
    """So many wrong codes; what each was answered with."""
    clerk, answers = await county.caller("clerk-anwen-1"), list[type[Exception]]()
    for _ in range(times):
        with pytest.raises((WrongCode, CodeLocked)) as refused:
            await county.desk.cases.deliver(DeliverCase(clerk, case.id, case.version, "000-00"))
        answers.append(refused.type)
    return answers


async def test_a_code_can_be_guessed_five_times_and_then_only_the_card_opens(county):
    """Whoever tries stands in the trail; the right code comes too late, the right identity card never."""
    case, clerk = await issued(county), await county.caller("clerk-anwen-1")
    by_code = DeliverCase(clerk, case.id, case.version, code_of(case))

    assert await wrong(county, case, 5) == [WrongCode] * 4 + [CodeLocked]
    with pytest.raises(CodeLocked):
        await county.desk.cases.deliver(by_code)
    with pytest.raises(WrongIdentity):
        await county.desk.cases.deliver(replace(by_code, id_number="330000195601010011"))
    done = await county.desk.cases.deliver(replace(by_code, code="", id_number=NUMBER))

    assert (done.state, done.issue.delivery.against) == (CaseState.DELIVERED, "身份证")
    assert len(await county.audited("case.wrong_code")) == 5
    assert not any(NUMBER in str(entry) for entry in await county.audited("case.deliver"))


async def test_after_some_wrong_codes_the_right_one_still_opens(county):
    """A slip of the finger costs nothing; the refusal says how many are left."""
    case, clerk = await issued(county), await county.caller("clerk-anwen-1")
    with pytest.raises(WrongCode) as refused:
        await county.desk.cases.deliver(DeliverCase(clerk, case.id, case.version, "12"))

    done = await county.desk.cases.deliver(DeliverCase(clerk, case.id, case.version, code_of(case)))

    assert "还可以试4次" in refused.value.next_step
    assert done.issue.delivery.to == "金秀萍"
    assert done.issue.delivery.relation == "本人"


async def test_somebody_else_who_fetches_it_is_named_with_what_they_are_to_the_person(county):
    """代领: “女儿” stands beside the name, or it is not handed out."""
    case, clerk = await issued(county), await county.caller("clerk-anwen-1")
    cmd = DeliverCase(clerk, case.id, case.version, code_of(case), to="王芳")

    with pytest.raises(BadInput):
        await county.desk.cases.deliver(cmd)
    done = await county.desk.cases.deliver(replace(cmd, relation="女儿"))

    history = (await county.desk.cases.show(clerk, done.number)).history
    assert history[-1].words == "王芳（女儿）签收，凭取件码"


async def test_by_mail_carrier_and_number_are_told_and_who_signed_is_written_down(county):
    """Without a number nobody could follow it."""
    case, clerk = await decided(county), await county.caller("clerk-anwen-1")
    with pytest.raises(BadInput):
        await county.desk.cases.issue(IssueCase(clerk, case.id, case.version, "邮寄"))
    sent = await county.desk.cases.issue(
        IssueCase(clerk, case.id, case.version, "邮寄", "SF100200300", carrier="顺丰速运")
    )
    done = await county.desk.cases.deliver(
        DeliverCase(clerk, sent.id, sent.version, to="李大爷", relation="邻居")
    )

    (told,) = await county.told("case_issued")
    assert (told.facts["way"], told.facts["code"]) == ("顺丰速运邮寄", "SF100200300")
    assert (done.issue.delivery.to, done.issue.delivery.against) == ("李大爷", "快递签收")


async def test_brought_to_the_door_it_is_written_down_who_took_it(county):
    """送上门, with the code or against a signature."""
    case, clerk = await decided(county), await county.caller("clerk-anwen-1")
    sent = await county.desk.cases.issue(IssueCase(clerk, case.id, case.version, "送上门"))
    done = await county.desk.cases.deliver(DeliverCase(clerk, sent.id, sent.version))

    assert (done.issue.delivery.to, done.issue.delivery.against) == ("金秀萍", "上门签收")


async def test_an_immediate_item_ends_on_the_spot(county):
    """即办件: due today, and the person goes with the result in hand and is asked how it was."""
    case = await submitted(county, item=ELDER_CARD)
    for verb in (county.desk.cases.receive, county.desk.cases.accept, county.desk.cases.hand_over):
        case = await verb(await clerks(county, case))
    approver, clerk = await county.caller("approver-civil_affairs-1"), await county.caller("clerk-anwen-1")
    granted = await county.desk.cases.decide(DecideCase(approver, case.id, case.version, granted=True))
    done = await county.desk.cases.issue(IssueCase(clerk, granted.id, granted.version, "当场交付"))

    assert case.due is not None
    assert case.due.day == county.desk.today
    assert (done.state, done.issue.delivery.against) == (CaseState.DELIVERED, "当场交付")
    assert len(await county.told("please_evaluate")) == 1


async def test_a_closed_case_is_put_right_by_the_director_alone_with_the_reason_on_record(county):
    """Before and after stand in the audit trail, and the person is told."""
    case, director = await delivered(county), await county.caller("director-anwen")
    cmd = AmendClosed(director, case.id, case.version, why="代领人写错了", taken_by="金大明")

    for who, refusal in (
        ("clerk-anwen-1", NotAllowed),
        ("approver-civil_affairs-1", NotAllowed),
        ("director-county", NotFound),
    ):
        with pytest.raises(refusal):
            await county.desk.cases.amend_closed(replace(cmd, caller=await county.caller(who)))
    with pytest.raises(BadInput):
        await county.desk.cases.amend_closed(replace(cmd, why=" "))
    amended = await county.desk.cases.amend_closed(cmd)

    (entry,) = await county.audited("case.amend")
    assert (amended.state, amended.issue.delivery.to) == (CaseState.DELIVERED, "金大明")
    assert (
        "金秀萍 → " in entry.facts["出件和送达"].replace("；", " ") or "金秀萍" in entry.facts["出件和送达"]
    )
    assert entry.facts["why"] == "代领人写错了"
    assert len(await county.told("case_amended")) == 1


async def test_an_amendment_never_makes_a_bare_no(county):
    """The ground of a refusal may be corrected, and not be wiped out."""
    case, clerk = await submitted(county), await county.caller("clerk-anwen-1")
    sent = await county.desk.cases.redirect(Redirect(clerk, case.id, case.version, "理由", "旧办法", "办法"))
    director = await county.caller("director-anwen")

    with pytest.raises(BadInput):
        await county.desk.cases.amend_closed(
            AmendClosed(director, sent.id, sent.version, why="写错", ground=" ")
        )
    with pytest.raises(BadInput):
        await county.desk.cases.amend_closed(AmendClosed(director, sent.id, sent.version, why="没改什么"))
    done = await county.desk.cases.amend_closed(
        AmendClosed(director, sent.id, sent.version, why="引错了条文", ground="新办法第三条")
    )

    assert done.outcome.ground == "新办法第三条"


async def test_what_is_not_closed_is_not_amended(county):
    """There the ordinary verbs are."""
    case, director = await issued(county), await county.caller("director-anwen")

    with pytest.raises(NotNow):
        await county.desk.cases.amend_closed(
            AmendClosed(director, case.id, case.version, why="改一改", note="x")
        )


async def test_a_wrong_decision_is_taken_up_again_with_its_days_anew(county):
    """Back on the department's table; what was decided before stands in the trail."""
    case, director = await delivered(county), await county.caller("director-anwen")

    again = await county.desk.cases.reopen(ReopenCase(director, case.id, case.version, why="姓名印错"))

    assert (again.state, again.outcome, again.issue) == (CaseState.IN_REVIEW, None, None)
    assert again.due == case.due
    assert (await county.audited("case.reopen"))[0].facts["from"] == "delivered"


async def test_a_case_is_not_reopened_beside_another_open_one(county):
    """One matter of one person is open once, also for the director."""
    case, citizen = await submitted(county), await county.caller("citizen-1")
    gone = await county.desk.cases.withdraw(WithdrawCase(citizen, case.id))
    other, director = await submitted(county), await county.caller("director-anwen")

    with pytest.raises(AlreadyOpen) as refused:
        await county.desk.cases.reopen(ReopenCase(director, gone.id, gone.version, why="又要办"))

    assert other.number in refused.value.title


async def test_a_closed_case_is_archived_by_hand_or_by_the_rule_after_its_days(county):
    """Thirty days after anything last happened to it; an evaluation in between begins them anew."""
    case, citizen = await delivered(county), await county.caller("citizen-1")
    county.clock.forward(days=20)
    await county.desk.cases.evaluate(EvaluateCase(citizen, case.id, 5))
    county.clock.forward(days=20)
    early = await county.desk.cases.tend()
    county.clock.forward(days=10)
    (tended,) = await county.desk.cases.tend()

    shown = (await county.desk.cases.show(citizen, case.number)).case
    assert early == ()
    assert (tended.act, shown.state, shown.look_on) == ("archive", CaseState.ARCHIVED, None)


async def test_the_archive_is_opened_by_the_hall_that_closed_the_case(county):
    """Not from another hall, and not before the result is in hand."""
    case = await issued(county)
    with pytest.raises(NotNow):
        await county.desk.cases.archive(await clerks(county, case))
    done = await county.desk.cases.deliver(
        DeliverCase(await county.caller("clerk-anwen-1"), case.id, case.version, code_of(case))
    )
    with pytest.raises(NotFound):
        await county.desk.cases.archive(await clerks(county, done, "clerk-jianshan-1"))

    kept = await county.desk.cases.archive(
        OnCase(await county.caller("director-anwen"), done.id, done.version)
    )

    assert kept.state is CaseState.ARCHIVED
