"""没有死胡同: what is put to the director is settled by a day, what lapses is looked after, what is owed is remembered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from intake.desk import Desk
from intake.errors import (
    BadInput,
    MaterialsLacking,
    NoExtension,
    NotAllowed,
    NotFound,
    NotNow,
    NotOfferedHere,
    NotToBePromised,
    StillOwed,
    TooManyRounds,
)
from intake.model.calendar import DueDay
from intake.model.case import CaseState, EscalationCause, Verdict
from intake.model.ids import CaseId, PersonId, ServiceCode
from intake.model.pace import Lapse, Pace
from intake.usecases.cases.acting import OnCase
from intake.usecases.cases.deciding import DecideCase, ExtendCase, IssueCase
from intake.usecases.cases.drafting import AddPage, SubmitCase
from intake.usecases.cases.escalating import EscalateCase, SettleCase, Settlement
from intake.usecases.cases.moving import TransferCase
from intake.usecases.cases.reception import AcceptCase, AskCorrection, Resupply, SupplyLater
from tests.desks import ANWEN, COUNTY, ELDER_CARD, JIANSHAN, MARRIAGE
from tests.journeys import (
    accepted,
    clerks,
    corrected,
    correction_asked,
    decided,
    drafted,
    in_review,
    issued,
    received,
    submitted,
)

PERMIT = ServiceCode("WJ02")
ELSEWHERE: dict[str, Any] = {
    "reason": "材料始终不齐",
    "ground": "办事指南",
    "instead": "备齐后随时再来，由安文中心帮您准备",
}
DONE_LONG_AGO: dict[str, Any] = {
    "state": CaseState.DECIDED,
    "submitted_at": datetime(2026, 1, 5, tzinfo=UTC),
    "due": DueDay(date(2026, 2, 2), provisional=False),
}
FAULT = {"m1": (Verdict.WRONG, "")}


async def acts(county, case):
    """What happened to a case, in order."""
    async with county.store.open_view() as view:
        return [event.act for event in await view.cases.history(case.id)]


async def look(county, case):
    """The case as it is."""
    async with county.store.open_view() as view:
        return await view.cases.get(case.id)


async def after_three_rounds(county):
    """A case of which three corrections were asked and answered."""
    case, clerk = await received(county), await county.caller("clerk-anwen-1")
    for _ in range(3):
        asked = await county.desk.cases.ask_correction(AskCorrection(clerk, case.id, case.version, FAULT))
        case = await corrected(county, asked)
    return case, clerk


async def test_what_the_rounds_cannot_settle_the_director_does(county):
    """Refused a fourth round, the clerk asks; the director sees it with its day and allows one more, to the same clerk."""
    case, clerk = await after_three_rounds(county)
    director = await county.caller("director-anwen")
    with pytest.raises(TooManyRounds):
        await county.desk.cases.ask_correction(AskCorrection(clerk, case.id, case.version, FAULT))

    asked = await county.desk.cases.escalate(EscalateCase(clerk, case.id, case.version, words="照片还是不清"))
    (waiting,) = await county.desk.cases.escalated(director)
    settled = await county.desk.cases.settle(
        SettleCase(director, waiting.id, waiting.version, way=Settlement.ANOTHER_ROUND)
    )
    again = await county.desk.cases.ask_correction(AskCorrection(clerk, settled.id, settled.version, FAULT))

    assert asked.escalation is not None
    assert (asked.escalation.cause, asked.escalation.due_on) == (EscalationCause.ROUNDS, date(2026, 11, 25))
    assert [told.to for told in await county.told("escalation_asked")] == ["director-anwen"]
    assert [told.to for told in await county.told("escalation_settled")] == ["clerk-anwen-1"]
    assert (settled.state, settled.receiver, again.rounds) == (CaseState.RECEIVED, "clerk-anwen-1", 4)
    assert await county.desk.cases.escalated(director) == ()


async def test_the_director_sends_nobody_away_without_a_way_on(county):
    """The same three words that reception owes, and the person reads them."""
    case, clerk = await received(county), await county.caller("clerk-anwen-1")
    director = await county.caller("director-anwen")
    asked = await county.desk.cases.escalate(EscalateCase(clerk, case.id, case.version, words="不属于本县"))
    sent = SettleCase(director, asked.id, asked.version, way=Settlement.REDIRECT, **ELSEWHERE)

    with pytest.raises(BadInput):
        await county.desk.cases.settle(replace(sent, ground=" "))
    with pytest.raises(BadInput):
        await county.desk.cases.settle(replace(sent, way=Settlement.MORE_TIME))
    done = await county.desk.cases.settle(sent)

    (told,) = await county.told("case_redirected")
    assert done.state is CaseState.REDIRECTED
    assert ELSEWHERE.items() <= told.facts.items()


async def test_only_the_halls_director_or_the_countys_supervisor_settles(county):
    """Not whoever asked, not another hall's director."""
    case, clerk = await received(county), await county.caller("clerk-anwen-1")
    asked = await county.desk.cases.escalate(EscalateCase(clerk, case.id, case.version, words="拿不准"))

    for who, refusal in (("clerk-anwen-1", NotAllowed), ("director-county", NotFound)):
        with pytest.raises(refusal):
            await county.desk.cases.settle(SettleCase(await county.caller(who), asked.id, asked.version))
    supervisor = await county.caller("supervisor")
    assert [c.id for c in await county.desk.cases.escalated(supervisor)] == [asked.id]
    on = await county.desk.cases.settle(SettleCase(supervisor, asked.id, asked.version))

    assert on.state is CaseState.RECEIVED


async def test_a_correction_is_called_to_mind_and_then_put_to_the_director(county):
    """Two days before its day a reminder; after it the director decides, and the person may still answer meanwhile."""
    asked = await correction_asked(county)
    county.clock.forward(days=9)
    assert await county.desk.cases.tend() == ()
    county.clock.forward(days=1)
    reminded = [tended.act for tended in await county.desk.cases.tend()]
    county.clock.forward(days=5)
    lapsed = [tended.act for tended in await county.desk.cases.tend()]
    assert await county.desk.cases.tend() == ()

    waiting = await look(county, asked)
    late = await corrected(county, waiting)

    assert (reminded, lapsed) == (["remind_correction"], ["escalate"])
    assert waiting.escalation is not None
    assert (waiting.state, waiting.escalation.cause) == (CaseState.ESCALATED, EscalationCause.LAPSED)
    assert [told.to for told in await county.told("correction_lapsed")] == ["citizen-1"]
    assert (late.state, late.escalation, late.receiver) == (CaseState.RECEIVED, None, "clerk-anwen-1")


async def test_more_time_begins_a_new_reminder(county):
    """The director gives another five working days; the person is told which."""
    asked, director = await correction_asked(county), await county.caller("director-anwen")
    county.clock.forward(days=21)
    await county.desk.cases.tend()
    waiting = await look(county, asked)

    longer = await county.desk.cases.settle(
        SettleCase(director, waiting.id, waiting.version, way=Settlement.MORE_TIME, days=5)
    )

    assert longer.correction is not None
    assert (longer.state, longer.correction.due_on) == (CaseState.CORRECTION_ASKED, date(2026, 12, 21))
    assert longer.look_on == date(2026, 12, 17)
    (told,) = await county.told("correction_longer")
    assert told.facts["due"] == "12月21日（星期一）"


async def test_a_county_may_close_what_lapsed_with_the_way_on(county):
    """By its rule; never with a bare no, and the person may begin anew."""
    asked = await correction_asked(county)
    tools = county.desk.cases.tools
    closing = replace(tools.rules, pace=Pace(correction_lapse=Lapse.CLOSE))
    county.clock.forward(days=21)

    (tended,) = await Desk(replace(tools, rules=closing)).cases.tend()

    closed = await look(county, asked)
    assert (tended.act, closed.state) == ("lapse", CaseState.REDIRECTED)
    assert closed.outcome is not None
    assert "0579" in closed.outcome.instead
    assert len(await county.told("case_redirected")) == 1
    assert (await submitted(county)).number != asked.number


async def test_a_director_who_waits_too_long_is_reminded_once(county):
    """The day passes; one notice, not one an hour."""
    case, clerk = await received(county), await county.caller("clerk-anwen-1")
    await county.desk.cases.escalate(EscalateCase(clerk, case.id, case.version, words="拿不准"))
    county.clock.forward(days=3)

    rounds = [[t.act for t in await county.desk.cases.tend()] for _ in range(2)]

    assert rounds == [["remind_director"], []]
    assert [told.to for told in await county.told("escalation_overdue")] == ["director-anwen"]


async def test_each_material_has_its_own_last_day_and_all_are_told_at_once(county):
    """A photograph in three working days, a paper from another office in twelve."""
    case, clerk = await received(county), await county.caller("clerk-anwen-1")
    faults = {"m1": (Verdict.UNREADABLE, ""), "m2": (Verdict.MISSING, ""), "m3": (Verdict.ACCEPTED, "")}
    cmd = AskCorrection(clerk, case.id, case.version, faults, days={"m1": 3, "m2": 12})

    asked = await county.desk.cases.ask_correction(cmd)

    days = [material.correct_by for material in asked.materials[:2]]
    assert days == [date(2026, 11, 26), date(2026, 12, 9)]
    assert asked.correction is not None
    assert asked.correction.due_on == date(2026, 12, 9)
    (told,) = await county.told("correction_asked")
    assert "11月26日" in told.facts["words"]
    assert [m.key for m in asked.to_correct()] == ["m1", "m2"]


@pytest.mark.parametrize("days", [0, 31])
async def test_a_time_nobody_could_keep_or_remember_is_refused(county, days):
    """Within the county's bounds."""
    case, clerk = await received(county), await county.caller("clerk-anwen-1")

    with pytest.raises(BadInput):
        await county.desk.cases.ask_correction(
            AskCorrection(clerk, case.id, case.version, FAULT, days={"m1": days})
        )


async def test_a_clerk_takes_the_missing_paper_at_the_counter(county):
    """The person came with the paper itself; the clerk's name stands for having seen it, the person's would not do."""
    asked, clerk = await correction_asked(county), await county.caller("clerk-anwen-1")
    citizen, paper = await county.caller("citizen-1"), frozenset({"m1"})

    with pytest.raises(NotAllowed):
        await county.desk.cases.resupply(Resupply(citizen, asked.id, on_paper=paper))
    back = await county.desk.cases.resupply(Resupply(clerk, asked.id, on_paper=paper))

    assert (back.state, back.materials[0].verdict) == (CaseState.RECEIVED, Verdict.ACCEPTED)
    assert "窗口已核对" in (await county.desk.cases.show(clerk, back.number)).history[-1].words


async def test_acceptance_on_a_promise_is_told_tracked_reminded_and_kept(county):
    """容缺后补: the form follows by a day; the result waits for it, and opens with it."""
    case, clerk = await received(county), await county.caller("clerk-anwen-1")
    cmd = AcceptCase(clerk, case.id, case.version, later=frozenset({"m3"}))
    approver = await county.caller("approver-civil_affairs-1")

    on_word = await county.desk.cases.accept(cmd)
    handed = await county.desk.cases.hand_over(OnCase(clerk, on_word.id, on_word.version))
    county.clock.forward(days=6)
    reminded = [tended.act for tended in await county.desk.cases.tend()]
    handed = await look(county, handed)
    decided_case = await county.desk.cases.decide(_grant(approver, handed))
    with pytest.raises(StillOwed) as refused:
        await county.desk.cases.issue(IssueCase(clerk, decided_case.id, decided_case.version))
    citizen = await county.caller("citizen-1")
    laid = await county.desk.cases.add_page(AddPage(citizen, decided_case.id, b"form", "m3"))
    out = await county.desk.cases.issue(IssueCase(clerk, laid.case.id, laid.case.version))

    assert on_word.owing()[0].promise is not None
    assert on_word.owing()[0].promise.due_on == date(2026, 11, 30)
    assert reminded == ["remind_later"]
    assert "申请表" in refused.value.title
    assert "申请表" in (await county.told("case_accepted"))[0].facts["later"]
    assert (out.state, out.owing()) == (CaseState.ISSUED, ())


def _grant(approver, case):
    """The department's yes."""
    return DecideCase(approver, case.id, case.version, granted=True)


async def test_what_must_be_there_cannot_be_promised_and_a_clerk_names_what_was_seen(county):
    """An identity card is seen or photographed; the history says whose eyes saw it."""
    citizen, draft = await county.caller("citizen-1"), await drafted(county)
    case = await county.desk.cases.submit(SubmitCase(citizen, draft.id, bring_later=True))
    clerk = await county.caller("clerk-anwen-1")
    case = await county.desk.cases.receive(OnCase(clerk, case.id, case.version))
    seen = AcceptCase(clerk, case.id, case.version, on_paper=frozenset({"m1", "m2"}), later=frozenset({"m3"}))

    with pytest.raises(NotToBePromised):
        await county.desk.cases.accept(replace(seen, later=frozenset({"m1", "m3"})))
    with pytest.raises(MaterialsLacking) as lacking:
        await county.desk.cases.accept(replace(seen, on_paper=frozenset({"m1"})))
    done = await county.desk.cases.accept(seen)

    assert "银行卡" in lacking.value.title
    assert [m.verdict for m in done.materials[:2]] == [Verdict.ACCEPTED, Verdict.ACCEPTED]
    history = (await county.desk.cases.show(clerk, done.number)).history
    assert history[-1].words.startswith("窗口已核对原件：居民身份证、银行卡")


async def test_what_a_department_already_holds_is_never_asked_for(county):
    """户口簿 is shared: it stands in no case's list."""
    draft = await drafted(county, item=ELDER_CARD)

    assert "居民户口簿" not in [material.name for material in draft.materials]


async def test_a_promised_paper_brought_to_the_counter_is_taken_once(county):
    """后补收讫; what is not owed cannot be taken."""
    case, clerk = await received(county), await county.caller("clerk-anwen-1")
    on_word = await county.desk.cases.accept(
        AcceptCase(clerk, case.id, case.version, later=frozenset({"m3"}))
    )

    with pytest.raises(BadInput):
        await county.desk.cases.supply_later(
            SupplyLater(clerk, on_word.id, on_word.version, on_paper=frozenset({"m1"}))
        )
    taken = await county.desk.cases.supply_later(
        SupplyLater(clerk, on_word.id, on_word.version, on_paper=frozenset({"m3"}))
    )

    assert taken.owing() == ()


async def test_a_limit_is_made_longer_only_where_the_law_knows_it_once_and_with_the_reason(county):
    """行政许可法第四十二条: ten working days, told to the person; an allowance has no such law."""
    director, approver = await county.caller("director-anwen"), await county.caller("approver-health-1")
    allowance = await in_review(county)
    with pytest.raises(NoExtension):
        await county.desk.cases.extend(
            ExtendCase(director, allowance.id, allowance.version, reason="忙", days=5)
        )
    permit = await permit_in_review(county)
    longer = ExtendCase(director, permit.id, permit.version, reason="要到省里核验", days=10)

    with pytest.raises(NotAllowed):
        await county.desk.cases.extend(replace(longer, caller=approver))
    with pytest.raises(BadInput):
        await county.desk.cases.extend(replace(longer, days=11))
    with pytest.raises(BadInput):
        await county.desk.cases.extend(replace(longer, reason=" "))
    done = await county.desk.cases.extend(longer)
    with pytest.raises(NoExtension):
        await county.desk.cases.extend(replace(longer, version=done.version))

    assert permit.due is not None
    assert done.due is not None
    assert (permit.due.day, done.due.day) == (date(2026, 12, 7), date(2026, 12, 21))
    (told,) = await county.told("case_extended")
    assert told.facts["ground"].endswith("第四十二条")


async def permit_in_review(county):
    """An administrative permit on its department's table."""
    citizen, draft = await county.caller("citizen-2"), await drafted(county, "citizen-2", PERMIT)
    case = await county.desk.cases.submit(SubmitCase(citizen, draft.id, bring_later=True))
    for verb in (county.desk.cases.receive, county.desk.cases.accept, county.desk.cases.hand_over):
        case = await verb(await clerks(county, case))
    return case


async def test_a_case_is_carried_by_word_to_a_hall_that_takes_it(county):
    """全城通办: where it went and why stands in its history; a hall that does not take the item is not sent it."""
    case, clerk = await submitted(county), await county.caller("clerk-anwen-1")
    cmd = TransferCase(clerk, case.id, case.version, hall=JIANSHAN, why="群众要求在尖山办")

    with pytest.raises(BadInput):
        await county.desk.cases.transfer(replace(cmd, hall=ANWEN))
    moved = await county.desk.cases.transfer(cmd)

    history = (await county.desk.cases.show(clerk, moved.number)).history
    assert (moved.hall, moved.opened_hall, moved.state) == (JIANSHAN, ANWEN, CaseState.SUBMITTED)
    assert history[-1].words.endswith("群众要求在尖山办")
    assert [event.act for event in history[:-1]] == ["open", "add_page", "add_page", "submit"]
    assert len(await county.told("case_transferred")) == 1


async def test_a_case_is_not_carried_where_its_item_is_not_taken(county):
    """The refusal names the hall that does."""
    citizen, clerk = await county.caller("citizen-1"), await county.caller("clerk-county-1")
    draft = await drafted(county, "citizen-1", MARRIAGE, COUNTY)
    case = await county.desk.cases.submit(SubmitCase(citizen, draft.id, bring_later=True))

    with pytest.raises(NotOfferedHere):
        await county.desk.cases.transfer(TransferCase(clerk, case.id, case.version, hall=ANWEN))


async def test_a_case_under_review_is_not_carried_about(county):
    """It lies on the department's table, not in a hall."""
    case, director = await in_review(county), await county.caller("director-anwen")

    with pytest.raises(NotNow):
        await county.desk.cases.transfer(TransferCase(director, case.id, case.version, hall=JIANSHAN))


async def test_received_and_gone_on_with_elsewhere_the_history_says_both(county):
    """Received in Jianshan, accepted in Anwen: two transfers, and each hall's list was moved."""
    case = await submitted(county)
    case = await county.desk.cases.receive(await clerks(county, case, "clerk-jianshan-1"))
    case = await county.desk.cases.accept(await clerks(county, case, "clerk-anwen-1"))

    assert (await acts(county, case))[-4:] == ["transfer", "receive", "transfer", "accept"]
    assert case.hall == ANWEN


async def test_a_result_nobody_fetches_is_called_to_mind_once(county):
    """After fifteen days, with the code and the address."""
    await issued(county)
    county.clock.forward(days=15)

    rounds = [[t.act for t in await county.desk.cases.tend()] for _ in range(2)]

    assert rounds == [["remind_collection"], []]
    (told,) = await county.told("collect_reminder")
    assert told.facts["code"]


async def test_lists_begin_with_what_is_over_its_limit(county):
    """Red, then yellow, then the rest, what is decided last; and a standing clock is in no hurry."""
    first = await decided_elsewhere(county)
    late, approver = await in_review(county), await county.caller("approver-civil_affairs-1")
    county.clock.forward(days=20)
    fresh = await submitted(county, "citizen-3")
    for verb in (county.desk.cases.receive, county.desk.cases.accept, county.desk.cases.hand_over):
        fresh = await verb(await clerks(county, fresh))

    listed = await county.desk.cases.of_department(approver)

    assert [case.id for case in listed] == [late.id, fresh.id, first.id]


async def test_results_nobody_fetches_crowd_out_nothing(county):
    """Two hundred that are done and older: what waits for somebody to act is in the list all the same."""
    waiting, approver = await in_review(county), await county.caller("approver-civil_affairs-1")
    async with county.store.open_uow() as uow:
        for number in range(200):
            told_apart: dict[str, Any] = {"id": CaseId(f"old-{number}"), "number": f"BJ-old-{number}"}
            done = replace(waiting, **told_apart, applicant=PersonId(f"old-{number}"), **DONE_LONG_AGO)
            await uow.cases.add(done)
        await uow.commit()
    fresh = await submitted(county, "citizen-3")

    assert waiting.id in {case.id for case in await county.desk.cases.of_department(approver)}
    clerk = await county.caller("clerk-anwen-1")
    assert fresh.id in {case.id for case in await county.desk.cases.at_hall(clerk, fresh.hall)}


async def decided_elsewhere(county):
    """Somebody else's case, decided in time: it hurries no more."""
    case = await submitted(county, "citizen-2")
    for verb in (county.desk.cases.receive, county.desk.cases.accept, county.desk.cases.hand_over):
        case = await verb(await clerks(county, case))
    return await county.desk.cases.decide(_grant(await county.caller("approver-civil_affairs-1"), case))


@pytest.mark.parametrize("come_so_far", [accepted, decided])
async def test_no_rule_looks_at_what_waits_for_people(county, come_so_far):
    """A day is written where a rule has something to do on it, and nowhere else."""
    assert (await come_so_far(county)).look_on is None
