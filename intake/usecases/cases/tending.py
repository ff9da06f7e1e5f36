"""按时料理: what a rule does on its day without anybody asking: remind, escalate, close with a way on, archive.

Each case is one unit of work. A case that somebody else has changed meanwhile is left for the next round.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from intake.errors import Stale
from intake.model.calendar import WorkingCalendar, day_text, local_day
from intake.model.case import CLOSED_STATES, Case, CaseState, EscalationCause, Outcome
from intake.model.ids import AccountCode, CaseId
from intake.model.pace import Lapse, working_days_before
from intake.model.people import Account, Caller, Door, Role
from intake.ports import Tools, Uow
from intake.usecases.cases.acting import keep
from intake.usecases.cases.escalating import escalation_now, tell_deciders
from intake.usecases.trail import leave_trail, notify

# Nobody's account: the act is the rule's.
BY_RULE = AccountCode("rule")
_RULE = Caller(Account(BY_RULE, "按规定自动办理", Role.OPERATOR), Door.COMMAND_LINE)
_AT_ONCE = 100
_LAPSE_GROUND = "本事项办事指南所列申请材料要求"
_LAPSE_INSTEAD = "材料备齐后可随时重新提交，交过的照片还在；需要帮忙请打{phone}，由{hall}跟到底。"


@dataclass(frozen=True, slots=True)
class Tended:
    """料理结果: which case, and what was done."""

    case: Case
    act: str


async def tend_cases(*, tools: Tools) -> tuple[Tended, ...]:
    """Do what is due on every case whose day has come; returns what was done."""
    today = local_day(tools.clock.now())
    done: list[Tended] = []
    passed: set[CaseId] = set()
    # What was passed and is still due was changed by somebody meanwhile: it waits for the next round, and is not in the way.
    still_due = 0
    while True:
        async with tools.open_view() as view:
            due = await view.cases.to_look_at(today, _AT_ONCE + still_due)
        fresh = [case for case in due if case.id not in passed]
        still_due = len(due) - len(fresh)
        if not fresh:
            return tuple(done)
        for case in fresh:
            tended = await _tend(case, today, tools)
            passed.add(case.id)
            done += [tended] if tended else []


async def _tend(seen: Case, today: date, tools: Tools) -> Tended | None:
    try:
        async with tools.open_uow() as uow:
            act = await _act(uow, seen, today, tools)
            await uow.commit()
    except Stale:
        return None
    return Tended(seen, act) if act else None


async def _act(  # noqa: PLR0911 (a table of what falls due, one line each)
    uow: Uow, case: Case, today: date, tools: Tools
) -> str:
    """What is due on the case, or nothing but the day of the next look."""
    calendar = await uow.places.calendar()
    match case.state:
        case CaseState.CORRECTION_ASKED if case.correction is not None and today > case.correction.due_on:
            return await _lapse(uow, case, tools)
        case CaseState.CORRECTION_ASKED if _correction_soon(case, today, calendar, tools):
            return await _remind_correction(uow, case, tools)
        case CaseState.ESCALATED if case.escalation is not None and today > case.escalation.due_on:
            return await _remind_director(uow, case, tools)
        case CaseState.ISSUED if _waits(case, today, tools):
            return await _remind_collection(uow, case, tools)
        case state if state in CLOSED_STATES and state is not CaseState.ARCHIVED:
            return await _archive(uow, case, today, tools)
        case _ if _later_soon(case, today, calendar, tools):
            return await _remind_later(uow, case, tools)
    await keep(uow, case, tools)
    return ""


async def _remind_correction(uow: Uow, case: Case, tools: Tools) -> str:
    if case.correction is None:
        return ""
    told = replace(case, correction=replace(case.correction, reminded=True))
    names = "、".join(m.name for m in case.to_correct()) or case.correction.remark
    facts = {"words": names, "due": day_text(case.correction.due_on)}
    return await _done(uow, told, "remind_correction", "correction_reminder", facts, tools)


async def _lapse(uow: Uow, case: Case, tools: Tools) -> str:
    """补正逾期: put to the director, or closed with the reason, the ground and the way on; never left lying."""
    missing = "、".join(m.name for m in case.to_correct()) or (
        case.correction.remark if case.correction else ""
    )
    words = f"补正期满，还没有补：{missing}"
    if tools.rules.pace.correction_lapse is Lapse.CLOSE:
        hall = await uow.places.hall(case.hall)
        instead = _LAPSE_INSTEAD.format(phone=hall.phone, hall=hall.name)
        outcome = Outcome(
            granted=False,
            reason=words,
            ground=_LAPSE_GROUND,
            instead=instead,
            decided_by=BY_RULE,
            decided_at=tools.clock.now(),
        )
        facts = {"reason": words, "ground": _LAPSE_GROUND, "instead": instead}
        return await _done(uow, case.lapse(outcome), "lapse", "case_redirected", facts, tools, words=words)
    escalation = await escalation_now(uow, case, EscalationCause.LAPSED, words, BY_RULE, tools)
    escalated = case.escalate(escalation)
    facts = {"words": missing, "due": day_text(escalation.due_on)}
    act = await _done(uow, escalated, "escalate", "correction_lapsed", facts, tools, words=words)
    await tell_deciders(uow, escalated, "escalation_asked")
    return act


async def _remind_director(uow: Uow, case: Case, tools: Tools) -> str:
    if case.escalation is None:
        return ""
    told = replace(case, escalation=replace(case.escalation, reminded=True))
    saved = await keep(uow, told, tools)
    await leave_trail(uow, saved, _RULE, "remind_director", tools.clock.now())
    await tell_deciders(uow, saved, "escalation_overdue")
    return "remind_director"


async def _remind_collection(uow: Uow, case: Case, tools: Tools) -> str:
    if case.issue is None:
        return ""
    told = replace(case, issue=replace(case.issue, reminded=True))
    return await _done(
        uow,
        told,
        "remind_collection",
        "collect_reminder",
        {"way": case.issue.way, "code": case.issue.code},
        tools,
    )


async def _remind_later(uow: Uow, case: Case, tools: Tools) -> str:
    reminded = tuple(
        replace(m, promise=replace(m.promise, reminded=True)) if m.owed and m.promise else m
        for m in case.materials
    )
    due_on = min(m.promise.due_on for m in case.owing() if m.promise)
    facts = {"words": "、".join(m.name for m in case.owing()), "due": day_text(due_on)}
    return await _done(uow, replace(case, materials=reminded), "remind_later", "later_reminder", facts, tools)


async def _archive(uow: Uow, case: Case, today: date, tools: Tools) -> str:
    last = (await uow.cases.history(case.id))[-1:]
    quiet_from = local_day(last[0].at) if last else local_day(case.opened_at)
    day = quiet_from + timedelta(days=tools.rules.pace.archive_days)
    if today < day:
        await uow.cases.save(replace(case, look_on=day))
        return ""
    saved = await keep(uow, case.archive(), tools)
    await leave_trail(uow, saved, _RULE, "archive", tools.clock.now())
    return "archive"


async def _done(
    uow: Uow, case: Case, act: str, kind: str, facts: dict[str, str], tools: Tools, *, words: str = ""
) -> str:
    """Save, leave the trail, tell the person."""
    saved = await keep(uow, case, tools)
    await leave_trail(uow, saved, _RULE, act, tools.clock.now(), words=words or facts.get("words", ""))
    await notify(uow, saved, kind, facts)
    return act


def _correction_soon(case: Case, today: date, calendar: WorkingCalendar, tools: Tools) -> bool:
    if case.correction is None or case.correction.reminded:
        return False
    days = tools.rules.pace.correction_reminder_working_days
    return today >= working_days_before(case.correction.due_on, days, calendar)


def _later_soon(case: Case, today: date, calendar: WorkingCalendar, tools: Tools) -> bool:
    days = tools.rules.pace.later_reminder_working_days
    promises = [m.promise for m in case.owing() if m.promise is not None and not m.promise.reminded]
    return any(today >= working_days_before(p.due_on, days, calendar) for p in promises)


def _waits(case: Case, today: date, tools: Tools) -> bool:
    if case.issue is None or case.issue.reminded:
        return False
    return (today - local_day(case.issue.issued_at)).days >= tools.rules.pace.collection_reminder_days
