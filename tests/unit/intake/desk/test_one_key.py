"""一次点击一件事: an answer that was lost is heard again under its key, for every act on a case at every door."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from intake.errors import KeyReused, Stale
from intake.model.case import CaseState, Verdict
from intake.model.ids import IntentKey
from intake.usecases.cases.acting import OnCase
from intake.usecases.cases.closing import AmendClosed, ReopenCase
from intake.usecases.cases.deciding import DecideCase, DeliverCase, EvaluateCase, IssueCase, WithdrawCase
from intake.usecases.cases.drafting import AddPage, DropPage, OpenDraft, SubmitCase
from intake.usecases.cases.escalating import EscalateCase, SettleCase
from intake.usecases.cases.moving import TransferCase
from intake.usecases.cases.reception import AcceptCase, AskCorrection, Redirect, Resupply, SupplyLater
from tests.desks import ALLOWANCE, ANWEN, JIANSHAN, person_of
from tests.journeys import clerks, submitted

ONE, THREE = IntentKey("press-1"), ("理由", "依据", "办法")


async def twice(verb: Any, cmd: Any) -> Any:
    """Press, lose the answer, press again: the version is the old one by then."""
    first = await verb(cmd)
    again = await verb(cmd)
    assert again == first
    return first


async def test_every_step_from_the_draft_to_the_archive_is_done_once(county):
    """Each press comes twice, with the version that was true before it; the history knows it once."""
    desk, key = county.desk.cases, iter(IntentKey(f"key-{n}") for n in range(99))
    citizen, clerk = await county.caller("citizen-1"), await county.caller("clerk-anwen-1")
    approver, director = (
        await county.caller("approver-civil_affairs-1"),
        await county.caller("director-anwen"),
    )

    case = await twice(
        desk.open_draft, OpenDraft(citizen, person_of(citizen), ALLOWANCE, ANWEN, key=next(key))
    )
    for kind, material in (("id_card", "m1"), ("bank_card", "m2"), ("form", "m1")):
        added = await twice(desk.add_page, AddPage(citizen, case.id, kind.encode(), material, key=next(key)))
    await twice(desk.drop_page, DropPage(citizen, case.id, added.page.id, key=next(key)))
    case = await twice(desk.submit, SubmitCase(citizen, case.id, key=next(key)))
    case = await twice(desk.transfer, TransferCase(clerk, case.id, case.version, next(key), hall=JIANSHAN))
    case = await twice(desk.receive, OnCase(clerk, case.id, case.version, next(key)))
    case = await twice(desk.escalate, EscalateCase(clerk, case.id, case.version, next(key), "拿不准"))
    case = await twice(desk.settle, SettleCase(director, case.id, case.version, next(key)))
    fault = {"m1": (Verdict.UNREADABLE, "太暗")}
    case = await twice(desk.ask_correction, AskCorrection(clerk, case.id, case.version, fault, key=next(key)))
    await desk.add_page(AddPage(citizen, case.id, b"id_card", "m1"))
    case = await twice(desk.resupply, Resupply(citizen, case.id, key=next(key)))
    promise = AcceptCase(clerk, case.id, case.version, next(key), later=frozenset({"m3"}))
    case = await twice(desk.accept, promise)
    brought = SupplyLater(clerk, case.id, case.version, next(key), on_paper=frozenset({"m3"}))
    case = await twice(desk.supply_later, brought)
    case = await twice(desk.hand_over, OnCase(clerk, case.id, case.version, next(key)))
    case = await twice(desk.decide, DecideCase(approver, case.id, case.version, granted=True, key=next(key)))
    case = await twice(desk.issue, IssueCase(clerk, case.id, case.version, key=next(key)))
    code = case.issue.code
    case = await twice(desk.deliver, DeliverCase(clerk, case.id, case.version, code, key=next(key)))
    case = await twice(desk.evaluate, EvaluateCase(citizen, case.id, 5, key=next(key)))
    amend = AmendClosed(director, case.id, case.version, next(key), why="写错了", note="更正")
    case = await twice(desk.amend_closed, amend)
    case = await twice(desk.archive, OnCase(director, case.id, case.version, next(key)))
    case = await twice(desk.reopen, ReopenCase(director, case.id, case.version, next(key), why="判错了"))

    history = (await desk.show(citizen, case.number)).history
    told = Counter(event.act for event in history)
    assert told.pop("add_page") == 4
    assert told.pop("transfer") == 2  # by word, and by being received in the next hall
    assert set(told.values()) == {1}
    assert case.state is CaseState.IN_REVIEW


async def test_what_ends_a_case_is_done_once_as_well(county):
    """Sent elsewhere, and withdrawn."""
    desk, clerk = county.desk.cases, await county.caller("clerk-anwen-1")
    case, citizen = await submitted(county), await county.caller("citizen-1")

    await twice(desk.redirect, Redirect(clerk, case.id, case.version, *THREE, key=ONE))
    other = await submitted(county)
    gone = await twice(desk.withdraw, WithdrawCase(citizen, other.id, key=ONE))

    assert gone.state is CaseState.WITHDRAWN
    assert len(await county.told("case_redirected")) == 1


async def test_without_its_key_the_second_press_is_told_that_the_page_is_old(county):
    """Only a key says that two presses are one."""
    case = await submitted(county)
    pressed = await clerks(county, case)
    await county.desk.cases.receive(pressed)

    with pytest.raises(Stale):
        await county.desk.cases.receive(pressed)


async def test_a_key_is_no_answer_for_another_case_nor_for_another_act(county):
    """Mixed up by a broken page, it is refused; nothing is answered with somebody else's case."""
    one, other = await submitted(county), await submitted(county, "citizen-2")
    pressed = replace(await clerks(county, one), key=ONE)
    received = await county.desk.cases.receive(pressed)

    with pytest.raises(KeyReused):
        await county.desk.cases.receive(replace(await clerks(county, other), key=ONE))
    with pytest.raises(KeyReused):
        await county.desk.cases.accept(replace(await clerks(county, received), key=ONE))

    assert (await county.desk.cases.show(pressed.caller, other.number)).case.state is CaseState.SUBMITTED
