"""前台综合受理: receive, ask for corrections, accept, hand to the department, and never decide."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from intake.errors import BadInput, NotAllowed, NotFound, NotNow, Stale, TooManyRounds
from intake.model.case import CaseState, Correction, Verdict
from intake.model.ids import AccountCode
from intake.model.leaving import Topic
from intake.usecases.cases.deciding import DecideCase
from intake.usecases.cases.drafting import AddPage
from intake.usecases.cases.reception import AskCorrection, Redirect, Resupply
from tests.desks import ANWEN, COUNTY
from tests.journeys import accepted, clerks, corrected, correction_asked, in_review, received, submitted

MONDAY, TODAY = date(2026, 11, 30), date(2026, 11, 23)


async def test_a_case_is_received_wherever_the_person_stands(county):
    """全城通办: submitted for Anwen, received at the county hall, its history intact."""
    case = await submitted(county)
    assert case.hall == ANWEN

    taken = await county.desk.cases.receive(await clerks(county, case, "clerk-county-1"))

    assert (taken.state, taken.hall, taken.opened_hall) == (CaseState.RECEIVED, COUNTY, ANWEN)
    assert taken.receiver == "clerk-county-1"


async def test_a_stale_page_never_overwrites(county):
    """Two clerks had the case open; the second is told, and what the first did stands."""
    case = await submitted(county)
    seen = await clerks(county, case, "clerk-anwen-2")
    first = await county.desk.cases.receive(await clerks(county, case, "clerk-anwen-1"))

    with pytest.raises(Stale) as refused:
        await county.desk.cases.receive(seen)

    assert refused.value.facts["version"] == str(first.version)
    shown = await county.desk.cases.show(seen.caller, case.number)
    assert shown.case == first


@pytest.mark.parametrize(
    ("who", "refusal"), [("citizen-2", NotAllowed), ("supervisor", NotAllowed), ("clerk-anwen-3", NotFound)]
)
async def test_whether_a_page_is_stale_is_told_only_to_those_who_may_act(county, who, refusal):
    """Somebody who guesses an id learns neither the number nor the version. clerk-anwen-3 sits at the police counter."""
    case = await submitted(county)
    guessed = replace(await clerks(county, case, who), version=99)

    for verb in (county.desk.cases.receive, county.desk.cases.accept, county.desk.cases.hand_over):
        with pytest.raises(refusal) as refused:
            await verb(guessed)
        assert case.number not in refused.value.title


async def test_acceptance_starts_the_promised_days_the_day_after(county):
    """Accepted on Monday with ten working days promised: the Monday after next."""
    case = await accepted(county)

    assert case.due is not None
    assert case.legal_due is not None
    assert (case.due.day, case.legal_due.day) == (date(2026, 12, 7), date(2026, 12, 21))
    (told, *_) = await county.told("case_accepted")
    assert told.facts["due"] == "12月7日（星期一）"
    assert told.facts["number"] == case.number


async def test_an_accepted_case_leaves_for_the_province_in_the_same_breath(county):
    """一网通办: the outbox holds it, with the person's notice in one stream so that their order stays."""
    case = await accepted(county)

    to_person, to_province = await county.told("case_accepted")

    assert (to_person.topic, to_person.to) == (Topic.NOTICE, "citizen-1")
    assert (to_province.topic, to_province.to) == (Topic.PROVINCE, None)
    assert to_person.stream == to_province.stream
    assert to_province.facts["number"] == case.number


async def test_every_fault_is_told_at_once_in_the_persons_words(county):
    """一次性告知: which material, what is wrong with it, and until when."""
    case = await received(county)
    faults = {"m1": (Verdict.UNREADABLE, "太暗了"), "m2": (Verdict.MISSING, "")}
    clerk = await county.caller("clerk-anwen-1")

    asked = await county.desk.cases.ask_correction(AskCorrection(clerk, case.id, case.version, faults))

    (told,) = await county.told("correction_asked")
    assert asked.state is CaseState.CORRECTION_ASKED
    assert told.facts["words"] == f"{case.materials[0].name}：太暗了；{case.materials[1].name}：缺少，请补上"
    assert told.facts["due"] == "12月7日（星期一）"


@pytest.mark.parametrize(
    ("by", "back_in"),
    [("clerk-anwen-1", CaseState.RECEIVED), ("approver-civil_affairs-1", CaseState.IN_REVIEW)],
)
async def test_a_completed_correction_returns_to_who_asked(county, by, back_in):
    """Not to the end of the line, and not to the other half of the house."""
    asked = await correction_asked(county, by)
    citizen = await county.caller("citizen-1")

    await county.desk.cases.add_page(AddPage(citizen, asked.id, b"id_card"))
    answered = await county.desk.cases.resupply(Resupply(citizen, asked.id))

    assert answered.state is back_in
    assert answered.correction is None


async def test_the_clock_stands_still_while_the_person_corrects(county):
    """A week at the photographer's costs the department nothing."""
    asked = await correction_asked(county, "approver-civil_affairs-1")
    county.clock.forward(days=7)

    answered = await corrected(county, asked)

    assert asked.due is not None
    assert answered.due is not None
    assert (asked.due.day, answered.due.day) == (date(2026, 12, 7), date(2026, 12, 14))


async def test_after_the_last_round_the_director_is_named(county):
    """Three corrections are enough; then somebody with a name decides how to go on."""
    case = await received(county)
    clerk, director = await county.caller("clerk-anwen-1"), await county.caller("director-anwen")
    fault = {"m1": (Verdict.WRONG, "")}
    for _ in range(3):
        asked = await county.desk.cases.ask_correction(AskCorrection(clerk, case.id, case.version, fault))
        case = await corrected(county, asked)

    with pytest.raises(TooManyRounds) as refused:
        await county.desk.cases.ask_correction(AskCorrection(clerk, case.id, case.version, fault))

    assert director.account.name in refused.value.next_step


@pytest.mark.parametrize("faults", [{}, {"m99": (Verdict.WRONG, "")}], ids=["nothing", "unknown material"])
async def test_a_correction_says_what_is_wrong(county, faults):
    """“请补正” alone helps nobody."""
    case, clerk = await received(county), await county.caller("clerk-anwen-1")

    with pytest.raises(BadInput):
        await county.desk.cases.ask_correction(AskCorrection(clerk, case.id, case.version, faults))


@pytest.mark.parametrize("missing", ["reason", "ground", "instead"])
async def test_reception_never_says_a_bare_no(county, missing):
    """无否决权: reason, legal ground and the way that does work, or nothing is sent away."""
    case, clerk = await received(county), await county.caller("clerk-anwen-1")
    said: dict[str, Any] = {
        "reason": "户口不在本县",
        "ground": "条例第三条",
        "instead": "请到户籍地办理",
        missing: "  ",
    }

    with pytest.raises(BadInput) as refused:
        await county.desk.cases.redirect(Redirect(clerk, case.id, case.version, **said))

    assert refused.value.next_step
    shown = await county.desk.cases.show(clerk, case.number)
    assert shown.case.state is CaseState.RECEIVED


async def test_who_is_sent_elsewhere_reads_why_and_where(county):
    """The three of them reach the person as they were written."""
    case, clerk = await received(county), await county.caller("clerk-anwen-1")
    said: dict[str, Any] = {
        "reason": "户口不在本县",
        "ground": "条例第三条",
        "instead": "请到东阳市社会福利中心办理",
    }

    sent = await county.desk.cases.redirect(Redirect(clerk, case.id, case.version, **said))

    (told,) = await county.told("case_redirected")
    assert sent.state is CaseState.REDIRECTED
    assert said.items() <= told.facts.items()


async def test_reception_never_decides(county):
    """后台分类审批: what a clerk may not do is told with whose task it is."""
    case, clerk = await in_review(county), await county.caller("clerk-anwen-1")

    with pytest.raises(NotAllowed) as refused:
        await county.desk.cases.decide(DecideCase(clerk, case.id, case.version, granted=True))

    assert "部门审批人员" in refused.value.next_step


async def test_the_department_never_receives(county):
    """Not even a case that will be its own."""
    case = await submitted(county)

    with pytest.raises(NotAllowed):
        await county.desk.cases.receive(await clerks(county, case, "approver-civil_affairs-1"))


async def test_a_case_in_review_is_corrected_by_its_department_alone(county):
    """Reception has handed it over; another department has never heard of it."""
    case, fault = await in_review(county), {"m1": (Verdict.WRONG, "")}

    for who, refusal in (("clerk-anwen-1", NotAllowed), ("approver-police-1", NotFound)):
        caller = await county.caller(who)
        with pytest.raises(refusal):
            await county.desk.cases.ask_correction(AskCorrection(caller, case.id, case.version, fault))


@pytest.mark.parametrize("who", ["citizen-2", "proxy-1", "proxy-3"])
async def test_nobody_else_answers_a_correction(county, who):
    """proxy-3 is of the citizen's own village, and was not asked to help."""
    asked = await correction_asked(county)

    with pytest.raises(NotFound):
        await county.desk.cases.resupply(Resupply(await county.caller(who), asked.id))


async def test_a_step_out_of_turn_says_in_which_state_the_case_is(county):
    """Not received yet, so it cannot be accepted."""
    case = await submitted(county)

    with pytest.raises(NotNow) as refused:
        await county.desk.cases.accept(await clerks(county, case))

    assert "已提交" in refused.value.title
    assert case.number in refused.value.title


async def test_a_correction_remembers_the_day_and_the_asker(county):
    """What the clock needs to give the days back."""
    asked = await correction_asked(county)

    assert asked.correction == Correction(
        "", AccountCode("clerk-anwen-1"), TODAY, date(2026, 12, 7), CaseState.RECEIVED
    )
