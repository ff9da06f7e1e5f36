"""提请主任: what nobody at the counter or in the department may settle is put to the director, who settles it by a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from intake.errors import BadInput
from intake.model.authority import Belonging, Verb, require
from intake.model.calendar import day_text, local_day
from intake.model.case import Case, CaseState, Escalation, EscalationCause, Outcome
from intake.model.catalogue import TimeLimit
from intake.model.ids import AccountCode, HallCode
from intake.model.people import Caller, Role
from intake.ports import Tools, Uow
from intake.usecases.cases.acting import OnCase, act_once, keep, require_seen
from intake.usecases.cases.reception import require_judge, require_reviewer
from intake.usecases.trail import leave_trail, notify, tell


class Settlement(StrEnum):
    """主任决定: how an escalated case goes on. None of them ends in nothing."""

    ANOTHER_ROUND = "another_round"
    MORE_TIME = "more_time"
    GO_ON = "go_on"
    REDIRECT = "redirect"


SETTLEMENT_WORDS = {
    Settlement.ANOTHER_ROUND: "同意再补正一次",
    Settlement.MORE_TIME: "延长补正时间",
    Settlement.GO_ON: "按现有材料继续办",
    Settlement.REDIRECT: "指明其他办法",
}


@dataclass(frozen=True, slots=True)
class EscalateCase(OnCase):
    """Whoever judges the case asks the director, and says what the matter is."""

    words: str = ""


@dataclass(frozen=True, slots=True)
class SettleCase(OnCase):
    """The director's decision; sending the person elsewhere needs reason, ground and the way that does work."""

    way: Settlement = Settlement.GO_ON
    words: str = ""
    days: int | None = None
    reason: str = ""
    ground: str = ""
    instead: str = ""


async def escalate_case(cmd: EscalateCase, *, tools: Tools) -> Case:
    """提请主任: the case waits for the director's decision, with a day by which it is made."""
    require_judge(cmd.caller)
    if not cmd.words.strip():
        raise BadInput(field="words", why="请写明要主任决定什么。")
    async with tools.open_uow() as uow:
        return await act_once(
            uow, cmd.caller, cmd.key, "escalate", cmd.case, lambda: _escalate(uow, cmd, tools)
        )


async def settle_case(cmd: SettleCase, *, tools: Tools) -> Case:
    """主任决定: one more round, more time, on with what there is, or another way; the person is told."""
    require(cmd.caller, Verb.SETTLE_CASE)
    async with tools.open_uow() as uow:
        return await act_once(uow, cmd.caller, cmd.key, "settle", cmd.case, lambda: _settle(uow, cmd, tools))


async def escalated_cases(caller: Caller, *, tools: Tools) -> tuple[Case, ...]:
    """待主任决定: what waits for the caller's decision, the earliest due first; the county's supervisor sees every hall's."""
    require(caller, Verb.SETTLE_CASE)
    async with tools.open_view() as view:
        own = caller.account.hall
        halls = [own] if own is not None else [hall.code for hall in await view.places.halls()]
        waiting = [case for hall in halls for case in await view.cases.at_hall(hall, {CaseState.ESCALATED})]
    return tuple(sorted(waiting, key=_due))


async def deciders_of(uow: Uow, hall: HallCode) -> tuple[AccountCode, ...]:
    """Who settles what a hall escalates: its director, or the county's supervisors where it has none."""
    directors = [d.code for d in await uow.people.accounts(role=Role.DIRECTOR) if d.hall == hall and d.active]
    supervisors = await uow.people.accounts(role=Role.SUPERVISOR)
    return tuple(directors) or tuple(s.code for s in supervisors if s.active)


async def escalation_now(
    uow: Uow, case: Case, cause: EscalationCause, words: str, by: AccountCode, tools: Tools
) -> Escalation:
    """An escalation made now, due in the county's working days."""
    now = tools.clock.now()
    limit = TimeLimit(tools.rules.pace.escalation_working_days)
    due_on = (await uow.places.calendar()).due(local_day(now), limit).day
    return Escalation(cause, words, by, now, due_on, case.state)


async def tell_deciders(uow: Uow, case: Case, kind: str) -> None:
    """One notice for each who may settle the case."""
    if case.escalation is None:
        return
    facts = {"words": case.escalation.words, "due": day_text(case.escalation.due_on)}
    for decider in await deciders_of(uow, case.hall):
        await tell(uow, case, decider, kind, facts)


async def _escalate(uow: Uow, cmd: EscalateCase, tools: Tools) -> Case:
    case = await uow.cases.get(cmd.case)
    await require_reviewer(uow, cmd.caller, case, tools)
    require_seen(case, cmd.version)
    used_up = case.rounds >= tools.rules.correction_rounds + case.extra_rounds
    cause = EscalationCause.ROUNDS if used_up else EscalationCause.STUCK
    escalation = await escalation_now(uow, case, cause, cmd.words.strip(), cmd.caller.code, tools)
    saved = await keep(uow, case.escalate(escalation), tools)
    await leave_trail(uow, saved, cmd.caller, "escalate", tools.clock.now(), words=cmd.words.strip())
    await tell_deciders(uow, saved, "escalation_asked")
    await notify(uow, saved, "case_escalated", {"due": day_text(escalation.due_on)})
    return saved


async def _settle(uow: Uow, cmd: SettleCase, tools: Tools) -> Case:
    now = tools.clock.now()
    case = await uow.cases.get(cmd.case)
    require(cmd.caller, Verb.SETTLE_CASE, Belonging(hall=case.hall))
    require_seen(case, cmd.version)
    asker = case.correction.asked_by if case.correction else case.escalation.by if case.escalation else None
    saved = await keep(uow, await _settled(uow, case, cmd, tools), tools)
    said = SETTLEMENT_WORDS[cmd.way]
    words = f"{said}：{cmd.words.strip() or cmd.instead.strip()}".rstrip("：")
    await leave_trail(uow, saved, cmd.caller, "settle", now, words=words, facts={"way": cmd.way})
    await notify(uow, saved, *_told(saved, cmd, said))
    if asker is not None and await uow.people.account(asker) is not None:
        await tell(uow, saved, asker, "escalation_settled", {"words": words})
    return saved


async def _settled(uow: Uow, case: Case, cmd: SettleCase, tools: Tools) -> Case:
    calendar, today = await uow.places.calendar(), local_day(tools.clock.now())
    match cmd.way:
        case Settlement.ANOTHER_ROUND if case.correction is None:
            return case.another_round()
        case Settlement.ANOTHER_ROUND | Settlement.MORE_TIME:
            if case.correction is None:
                raise BadInput(field="way", why="这件没有等补正的材料，请选再补正一次、继续办或指明办法。")
            return case.more_time(calendar.due(today, TimeLimit(_days(cmd, tools))).day)
        case Settlement.GO_ON:
            return case.go_on(calendar, today)
        case Settlement.REDIRECT:
            return case.settle_elsewhere(_outcome(cmd, tools.clock.now()))


def _days(cmd: SettleCase, tools: Tools) -> int:
    days = tools.rules.correction_working_days if cmd.days is None else cmd.days
    most = tools.rules.pace.correction_most_working_days
    if not 1 <= days <= most:
        raise BadInput(field="days", why=f"补正时间请填1到{most}个工作日。")
    return days


def _outcome(cmd: SettleCase, at: datetime) -> Outcome:
    return Outcome(
        granted=False,
        reason=cmd.reason,
        ground=cmd.ground,
        instead=cmd.instead,
        decided_by=cmd.caller.code,
        decided_at=at,
    )


def _told(case: Case, cmd: SettleCase, said: str) -> tuple[str, dict[str, str]]:
    if cmd.way is Settlement.REDIRECT:
        return "case_redirected", {"reason": cmd.reason, "ground": cmd.ground, "instead": cmd.instead}
    if case.correction is not None:
        return "correction_longer", {"due": day_text(case.correction.due_on)}
    return "case_settled", {"words": said}


def _due(case: Case) -> date:
    return case.escalation.due_on if case.escalation else date.max
