"""Reception (前台综合受理): receive, ask for corrections, accept, hand to the department. It never decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from intake.errors import BadInput, Stale, TooManyRounds
from intake.model.authority import Belonging, Verb, require
from intake.model.calendar import day_text, local_day
from intake.model.case import Case, CaseState, Correction, Outcome, Verdict
from intake.model.catalogue import TimeLimit
from intake.model.ids import CaseId, HallCode, IntentKey
from intake.model.leaving import Outgoing, Topic
from intake.model.people import Caller, Role
from intake.ports import Tools, Uow
from intake.usecases.cases.drafting import own_case
from intake.usecases.intents import once
from intake.usecases.trail import leave_trail, notify


@dataclass(frozen=True, slots=True)
class OnCase:
    """A clerk's act on the case as they saw it: `version` is what their page showed."""

    caller: Caller
    case: CaseId
    version: int


@dataclass(frozen=True, slots=True)
class AskCorrection:
    """Everything that is wrong, per material, at once (一次性告知)."""

    caller: Caller
    case: CaseId
    version: int
    materials: Mapping[str, tuple[Verdict, str]]
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Resupply:
    """The person has sent what was asked for."""

    caller: Caller
    case: CaseId
    key: IntentKey | None = None


@dataclass(frozen=True, slots=True)
class Redirect:
    """Not here, but: the reason, the legal ground and the way that does work."""

    caller: Caller
    case: CaseId
    version: int
    reason: str
    ground: str
    instead: str


def require_seen(case: Case, version: int) -> None:
    """Pass while the case still is what the caller's page showed; else `Stale`.

    Asked after the authority, for the refusal tells the case's number and version.
    """
    if case.version != version:
        raise Stale(what=f"办件{case.number}", version=case.version)


async def receive_case(cmd: OnCase, *, tools: Tools) -> Case:
    """收件: take the case in hand, at whichever hall the person stands (全城通办)."""
    now = tools.clock.now()
    async with tools.open_uow() as uow:
        case = await uow.cases.get(cmd.case)
        await _require_clerk(uow, cmd.caller, case)
        require_seen(case, cmd.version)
        here = cmd.caller.account.hall
        moved = case.transfer(here) if here is not None and here != case.hall else case
        saved = await uow.cases.save(moved.receive(cmd.caller.code))
        await leave_trail(uow, saved, cmd.caller, "receive", now)
        await uow.commit()
    return saved


async def accept_case(cmd: OnCase, *, tools: Tools) -> Case:
    """受理: the materials are right; the promised days begin to run."""
    now = tools.clock.now()
    async with tools.open_uow() as uow:
        case = await uow.cases.get(cmd.case)
        await _require_clerk(uow, cmd.caller, case)
        require_seen(case, cmd.version)
        item = await uow.catalogue.version(case.service_code, case.item_version)
        accepted = case.accept(item, await uow.places.calendar(), now, local_day(now))
        saved = await uow.cases.save(accepted)
        due = day_text(saved.due.day) if saved.due else ""
        await leave_trail(uow, saved, cmd.caller, "accept", now)
        await notify(uow, saved, "case_accepted", {"due": due})
        await uow.leaving.send(_to_province(saved))
        await uow.commit()
    return saved


async def ask_correction(cmd: AskCorrection, *, tools: Tools) -> Case:
    """补正: tell every fault at once and stop the clock; the rules cap the rounds."""
    now = tools.clock.now()
    async with tools.open_uow() as uow:
        case = await uow.cases.get(cmd.case)
        await _require_reviewer(uow, cmd.caller, case)
        require_seen(case, cmd.version)
        if case.rounds >= tools.rules.correction_rounds:
            raise TooManyRounds(rounds=case.rounds, who=await _director_of(uow, case.hall))
        unknown = [key for key in cmd.materials if case.material(key) is None]
        if unknown or not (cmd.materials or cmd.remark):
            raise BadInput(field="materials", why="请至少说明一样材料哪里不对。")
        calendar = await uow.places.calendar()
        limit = TimeLimit(tools.rules.correction_working_days)
        correction = Correction(
            cmd.remark, cmd.caller.code, local_day(now), calendar.due(local_day(now), limit).day, case.state
        )
        saved = await uow.cases.save(case.ask_correction(cmd.materials, correction))
        words = "；".join(_fault(saved, key) for key in cmd.materials) or cmd.remark
        await leave_trail(uow, saved, cmd.caller, "ask_correction", now, words=words)
        await notify(uow, saved, "correction_asked", {"words": words, "due": day_text(correction.due_on)})
        await uow.commit()
    return saved


async def resupply_case(cmd: Resupply, *, tools: Tools) -> Case:
    """补正完成: back to whoever asked; the clock runs on."""
    async with tools.open_uow() as uow:
        return await once(
            uow,
            cmd.caller,
            cmd.key,
            "resupply",
            act=lambda: _resupply(uow, cmd, tools),
            again=lambda found: uow.cases.get(CaseId(found)),
            name=lambda done: done.id,
        )


async def hand_over_case(cmd: OnCase, *, tools: Tools) -> Case:
    """转部门审批: reception has done its part."""
    now = tools.clock.now()
    async with tools.open_uow() as uow:
        case = await uow.cases.get(cmd.case)
        await _require_clerk(uow, cmd.caller, case)
        require_seen(case, cmd.version)
        saved = await uow.cases.save(case.hand_over())
        await leave_trail(uow, saved, cmd.caller, "hand_over", now)
        await uow.commit()
    return saved


async def redirect_case(cmd: Redirect, *, tools: Tools) -> Case:
    """不在此办: written to the person with reason, ground and the way on; without all three it is refused."""
    now = tools.clock.now()
    if not (cmd.reason.strip() and cmd.ground.strip() and cmd.instead.strip()):
        raise BadInput(field="instead", why="不能只说不行：请写明原因、依据和可行的办法。")
    async with tools.open_uow() as uow:
        case = await uow.cases.get(cmd.case)
        await _require_clerk(uow, cmd.caller, case)
        require_seen(case, cmd.version)
        outcome = Outcome(
            granted=False,
            reason=cmd.reason,
            ground=cmd.ground,
            instead=cmd.instead,
            decided_by=cmd.caller.code,
            decided_at=now,
        )
        saved = await uow.cases.save(case.redirect(outcome))
        await leave_trail(uow, saved, cmd.caller, "redirect", now, words=cmd.instead)
        await notify(
            uow,
            saved,
            "case_redirected",
            {"reason": cmd.reason, "ground": cmd.ground, "instead": cmd.instead},
        )
        await uow.commit()
    return saved


async def _resupply(uow: Uow, cmd: Resupply, tools: Tools) -> Case:
    now = tools.clock.now()
    case = await own_case(uow, cmd.caller, cmd.case)
    saved = await uow.cases.save(case.resupply(await uow.places.calendar(), local_day(now)))
    await leave_trail(uow, saved, cmd.caller, "resupply", now)
    return saved


async def _require_clerk(uow: Uow, caller: Caller, case: Case) -> None:
    item = await uow.catalogue.version(case.service_code, case.item_version)
    require(caller, Verb.RECEIVE_CASE, Belonging(group=item.counter_group))


async def _require_reviewer(uow: Uow, caller: Caller, case: Case) -> None:
    if case.state is CaseState.IN_REVIEW:
        require(caller, Verb.DECIDE_CASE, Belonging(department=case.department))
    else:
        await _require_clerk(uow, caller, case)


async def _director_of(uow: Uow, hall: HallCode) -> str:
    directors = await uow.people.accounts(role=Role.DIRECTOR)
    return next((d.name for d in directors if d.hall == hall), "")


def _fault(case: Case, key: str) -> str:
    material = case.material(key)
    if material is None:
        return ""
    return f"{material.name}：{material.remark or _VERDICT_WORDS[material.verdict]}"


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
