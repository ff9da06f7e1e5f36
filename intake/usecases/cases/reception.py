"""Reception (前台综合受理): receive, ask for corrections, accept, hand to the department. It never decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from intake.errors import BadInput, MaterialsLacking, NotToBePromised, TooManyRounds
from intake.model.authority import TABLE, Belonging, Verb, require
from intake.model.calendar import WorkingCalendar, day_text, local_day
from intake.model.case import FAULTS, Case, CaseMaterial, CaseState, Correction, Outcome, Promise, Verdict
from intake.model.catalogue import Need, TimeLimit
from intake.model.ids import CaseId, HallCode, IntentKey
from intake.model.leaving import Outgoing, Topic
from intake.model.people import Caller, Role
from intake.ports import Tools, Uow
from intake.usecases.cases.acting import OnCase, act_once, carried_here, keep, require_clerk, require_seen
from intake.usecases.cases.drafting import own_case
from intake.usecases.intents import taking_turns
from intake.usecases.trail import leave_trail, notify, tell

__all__ = ["AcceptCase", "AskCorrection", "OnCase", "Redirect", "Resupply", "SupplyLater"]


@dataclass(frozen=True, slots=True)
class AcceptCase(OnCase):
    """Accept; what has no photograph was either seen on paper or is promised for later (容缺后补).

    Said of neither, whatever is necessary counts as seen by the clerk, whose name stands for it in the history. Once
    either is named, everything has to be.
    """

    on_paper: frozenset[str] | None = None
    later: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class AskCorrection:
    """Everything that is wrong, per material, at once (一次性告知); `days` are working days for single materials."""

    caller: Caller
    case: CaseId
    version: int
    materials: Mapping[str, tuple[Verdict, str]]
    remark: str = ""
    key: IntentKey | None = None
    days: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Resupply:
    """The person has sent what was asked for; at a counter, `on_paper` names what the clerk has in hand."""

    caller: Caller
    case: CaseId
    key: IntentKey | None = None
    on_paper: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SupplyLater(OnCase):
    """What was promised at acceptance was brought to the counter."""

    on_paper: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Redirect:
    """Not here, but: the reason, the legal ground and the way that does work."""

    caller: Caller
    case: CaseId
    version: int
    reason: str
    ground: str
    instead: str
    key: IntentKey | None = None


async def receive_case(cmd: OnCase, *, tools: Tools) -> Case:
    """收件: take the case in hand, at whichever hall the person stands (全城通办)."""
    require(cmd.caller, Verb.RECEIVE_CASE)
    async with tools.open_uow() as uow:
        return await act_once(
            uow, cmd.caller, cmd.key, "receive", cmd.case, lambda: _receive(uow, cmd, tools)
        )


async def accept_case(cmd: OnCase, *, tools: Tools) -> Case:
    """受理: the materials are right, or promised; the promised days begin to run."""
    require(cmd.caller, Verb.RECEIVE_CASE)
    said = cmd if isinstance(cmd, AcceptCase) else AcceptCase(cmd.caller, cmd.case, cmd.version, cmd.key)
    async with tools.open_uow() as uow:
        return await act_once(uow, cmd.caller, cmd.key, "accept", cmd.case, lambda: _accept(uow, said, tools))


async def ask_correction(cmd: AskCorrection, *, tools: Tools) -> Case:
    """补正: tell every fault at once and stop the clock; the rules cap the rounds."""
    require_judge(cmd.caller)
    async with tools.open_uow() as uow:
        return await act_once(
            uow, cmd.caller, cmd.key, "ask_correction", cmd.case, lambda: _ask(uow, cmd, tools)
        )


async def resupply_case(cmd: Resupply, *, tools: Tools) -> Case:
    """补正完成: back to whoever asked; the clock runs on. What is still open is named instead."""
    require(cmd.caller, Verb.OPEN_CASE)
    return await taking_turns(
        tools,
        lambda uow: act_once(
            uow, cmd.caller, cmd.key, "resupply", cmd.case, lambda: _resupply(uow, cmd, tools)
        ),
    )


async def supply_later(cmd: SupplyLater, *, tools: Tools) -> Case:
    """后补收讫: the clerk has in hand what was promised at acceptance."""
    require(cmd.caller, Verb.RECEIVE_CASE)
    async with tools.open_uow() as uow:
        return await act_once(uow, cmd.caller, cmd.key, "supply", cmd.case, lambda: _supply(uow, cmd, tools))


async def hand_over_case(cmd: OnCase, *, tools: Tools) -> Case:
    """转部门审批: reception has done its part."""
    require(cmd.caller, Verb.RECEIVE_CASE)
    async with tools.open_uow() as uow:
        return await act_once(
            uow, cmd.caller, cmd.key, "hand_over", cmd.case, lambda: _hand_over(uow, cmd, tools)
        )


async def redirect_case(cmd: Redirect, *, tools: Tools) -> Case:
    """不在此办: written to the person with reason, ground and the way on; without all three it is refused."""
    require(cmd.caller, Verb.RECEIVE_CASE)
    async with tools.open_uow() as uow:
        return await act_once(
            uow, cmd.caller, cmd.key, "redirect", cmd.case, lambda: _redirect(uow, cmd, tools)
        )


def require_judge(caller: Caller) -> None:
    """Pass for who judges cases at some stage; who judges this one now is asked of the case."""
    if caller.role not in TABLE[Verb.DECIDE_CASE]:
        require(caller, Verb.RECEIVE_CASE)


async def require_reviewer(uow: Uow, caller: Caller, case: Case, tools: Tools) -> None:
    """Pass for whoever judges the case now: reception before acceptance, afterwards the department."""
    if caller.role in TABLE[Verb.DECIDE_CASE]:
        require(caller, Verb.DECIDE_CASE, Belonging(department=case.department))
    if case.state is CaseState.IN_REVIEW:
        require(caller, Verb.DECIDE_CASE, Belonging(department=case.department))
    else:
        await require_clerk(uow, caller, case, tools)


async def director_of(uow: Uow, hall: HallCode) -> str:
    """The name of a hall's director, or of the county's where there is none."""
    directors = await uow.people.accounts(role=Role.DIRECTOR)
    own = next((d.name for d in directors if d.hall == hall), "")
    return own or next((d.name for d in directors), "")


async def _receive(uow: Uow, cmd: OnCase, tools: Tools) -> Case:
    case = await uow.cases.get(cmd.case)
    await require_clerk(uow, cmd.caller, case, tools)
    require_seen(case, cmd.version)
    here = await carried_here(uow, case, cmd.caller, tools)
    saved = await keep(uow, here.receive(cmd.caller.code), tools)
    await leave_trail(uow, saved, cmd.caller, "receive", tools.clock.now())
    return saved


async def _accept(uow: Uow, cmd: AcceptCase, tools: Tools) -> Case:
    now = tools.clock.now()
    case = await uow.cases.get(cmd.case)
    await require_clerk(uow, cmd.caller, case, tools)
    require_seen(case, cmd.version)
    item = await uow.catalogue.version(case.service_code, case.item_version)
    calendar = await uow.places.calendar()
    on_paper, later = _without_photograph(case, cmd)
    due_on = calendar.due(local_day(now), TimeLimit(tools.rules.pace.later_working_days)).day
    here = await carried_here(uow, case, cmd.caller, tools)
    accepted = here.accept(
        item,
        calendar,
        now,
        local_day(now),
        on_paper=on_paper,
        promised={key: Promise(now, due_on) for key in later},
    )
    saved = await keep(uow, accepted, tools)
    await leave_trail(uow, saved, cmd.caller, "accept", now, words=_vouched(saved, on_paper, later, due_on))
    due = day_text(saved.due.day) if saved.due else ""
    await notify(uow, saved, "case_accepted", {"due": due, "later": _promised(saved, due_on)})
    await uow.leaving.send(_to_province(saved))
    return saved


def _without_photograph(case: Case, cmd: AcceptCase) -> tuple[frozenset[str], frozenset[str]]:
    """What the clerk has seen on paper, and what follows; raises the refusal for what is neither."""
    may_follow = frozenset(m.key for m in case.materials if m.need is Need.LATER and not m.pages)
    necessary = frozenset(m.key for m in case.lacking())
    unasked = frozenset(m.key for m in case.materials if m.need is Need.LATER and m.when)
    if cmd.on_paper is None and cmd.later is None:
        return necessary, frozenset()
    on_paper, later = cmd.on_paper or frozenset(), cmd.later or frozenset()
    _require_known(case, on_paper | later)
    if not later <= may_follow:
        raise NotToBePromised(materials=_names(case, later - may_follow))
    open_still = (necessary | (may_follow - unasked)) - on_paper - later
    if open_still:
        raise MaterialsLacking(materials=_names(case, open_still))
    return on_paper, later


async def _ask(uow: Uow, cmd: AskCorrection, tools: Tools) -> Case:
    now = tools.clock.now()
    case = await uow.cases.get(cmd.case)
    await require_reviewer(uow, cmd.caller, case, tools)
    require_seen(case, cmd.version)
    if case.rounds >= tools.rules.correction_rounds + case.extra_rounds:
        raise TooManyRounds(rounds=case.rounds, who=await director_of(uow, case.hall))
    _require_faults(case, cmd)
    calendar = await uow.places.calendar()
    days = {key: _correct_by(cmd, key, calendar, local_day(now), tools) for key in _faulty(cmd)}
    usual = calendar.due(local_day(now), TimeLimit(tools.rules.correction_working_days)).day
    due_on = max(days.values(), default=usual)
    correction = Correction(cmd.remark, cmd.caller.code, local_day(now), due_on, case.state)
    saved = await keep(uow, case.ask_correction(cmd.materials, correction, days), tools)
    words = "；".join(_fault(saved, key, due_on) for key in _faulty(cmd)) or cmd.remark
    await leave_trail(uow, saved, cmd.caller, "ask_correction", now, words=words)
    await notify(uow, saved, "correction_asked", {"words": words, "due": day_text(due_on)})
    return saved


def _require_faults(case: Case, cmd: AskCorrection) -> None:
    said = {verdict for verdict, _ in cmd.materials.values()}
    nothing = not _faulty(cmd) and not cmd.remark
    if nothing or Verdict.PENDING in said or any(case.material(key) is None for key in cmd.materials):
        raise BadInput(field="materials", why="请至少说明一样材料哪里不对。")


def _faulty(cmd: AskCorrection) -> list[str]:
    return [key for key, (verdict, _) in cmd.materials.items() if verdict in FAULTS]


def _correct_by(cmd: AskCorrection, key: str, calendar: WorkingCalendar, today: date, tools: Tools) -> date:
    """The last day for one material: its own days where the clerk gave some, else the county's."""
    days = cmd.days.get(key, tools.rules.correction_working_days)
    most = tools.rules.pace.correction_most_working_days
    if not 1 <= days <= most:
        raise BadInput(field="days", why=f"补正时间请填1到{most}个工作日。")
    return calendar.due(today, TimeLimit(days)).day


async def _resupply(uow: Uow, cmd: Resupply, tools: Tools) -> Case:
    now = tools.clock.now()
    case = await own_case(uow, cmd.caller, cmd.case, tools)
    asker = case.correction.asked_by if case.correction else None
    if cmd.on_paper:
        await require_clerk(uow, cmd.caller, case, tools)
        _require_known(case, cmd.on_paper)
        case = case.supplied_on_paper(cmd.on_paper, now)
    answered = case.resupply(await uow.places.calendar(), local_day(now))
    saved = await keep(uow, answered, tools)
    words = f"窗口已核对：{_names(saved, cmd.on_paper)}" if cmd.on_paper else ""
    await leave_trail(uow, saved, cmd.caller, "resupply", now, words=words)
    if asker is not None:
        await tell(uow, saved, asker, "correction_answered", {})
    return saved


async def _supply(uow: Uow, cmd: SupplyLater, tools: Tools) -> Case:
    now = tools.clock.now()
    case = await uow.cases.get(cmd.case)
    await require_clerk(uow, cmd.caller, case, tools)
    require_seen(case, cmd.version)
    owed = frozenset(m.key for m in case.owing())
    if not cmd.on_paper or not cmd.on_paper <= owed:
        raise BadInput(field="on_paper", why="请选受理时容缺、现在已带来的材料。")
    saved = await keep(uow, case.supplied_on_paper(cmd.on_paper, now), tools)
    await leave_trail(uow, saved, cmd.caller, "supply", now, words=_names(saved, cmd.on_paper))
    return saved


async def _hand_over(uow: Uow, cmd: OnCase, tools: Tools) -> Case:
    case = await uow.cases.get(cmd.case)
    await require_clerk(uow, cmd.caller, case, tools)
    require_seen(case, cmd.version)
    saved = await keep(uow, case.hand_over(), tools)
    await leave_trail(uow, saved, cmd.caller, "hand_over", tools.clock.now())
    return saved


async def _redirect(uow: Uow, cmd: Redirect, tools: Tools) -> Case:
    now = tools.clock.now()
    case = await uow.cases.get(cmd.case)
    await require_clerk(uow, cmd.caller, case, tools)
    require_seen(case, cmd.version)
    outcome = Outcome(
        granted=False,
        reason=cmd.reason,
        ground=cmd.ground,
        instead=cmd.instead,
        decided_by=cmd.caller.code,
        decided_at=now,
    )
    saved = await keep(uow, case.redirect(outcome), tools)
    await leave_trail(uow, saved, cmd.caller, "redirect", now, words=cmd.instead)
    await notify(
        uow,
        saved,
        "case_redirected",
        {"reason": cmd.reason, "ground": cmd.ground, "instead": cmd.instead},
    )
    return saved


def _require_known(case: Case, keys: frozenset[str]) -> None:
    if any(case.material(key) is None for key in keys):
        raise BadInput(field="materials", why="这件办件没有这样材料，请按材料清单选。")


def _names(case: Case, keys: frozenset[str]) -> str:
    return "、".join(m.name for m in case.materials if m.key in keys)


def _vouched(case: Case, on_paper: frozenset[str], later: frozenset[str], due_on: date) -> str:
    seen = f"窗口已核对原件：{_names(case, on_paper)}" if on_paper else ""
    follows = f"容缺后补：{_names(case, later)}，{day_text(due_on)}前" if later else ""
    return "；".join(words for words in (seen, follows) if words)


def _promised(case: Case, due_on: date) -> str:
    owed = "、".join(m.name for m in case.owing())
    return f"{owed}请在{day_text(due_on)}前补上，不影响先办。" if owed else ""


def _fault(case: Case, key: str, due_on: date) -> str:
    material = case.material(key)
    if material is None:
        return ""
    return (
        f"{material.name}：{material.remark or _VERDICT_WORDS[material.verdict]}{_own_day(material, due_on)}"
    )


def _own_day(material: CaseMaterial, due_on: date) -> str:
    """A material's own last day, where it is not the last of all."""
    if material.correct_by is None or material.correct_by == due_on:
        return ""
    return f"（{day_text(material.correct_by)}前）"


def _to_province(case: Case) -> Outgoing:
    facts = {"number": case.number, "service": case.service_code, "hall": case.hall}
    return Outgoing(Topic.PROVINCE, f"case:{case.id}", "case_accepted", None, facts)


_VERDICT_WORDS = {
    Verdict.PENDING: "待核对",
    Verdict.ACCEPTED: "合格",
    Verdict.UNREADABLE: "看不清，请重拍",
    Verdict.WRONG: "不是这样材料，请换一张",
    Verdict.MISSING: "缺少，请补上",
}
