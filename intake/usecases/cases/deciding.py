"""后台分类审批, 统一窗口出件 and 好差评: the department decides, the window issues, the person judges."""

from __future__ import annotations

from dataclasses import dataclass

from intake.errors import BadInput, WrongCode
from intake.model.authority import Belonging, Verb, require
from intake.model.case import Case, Evaluation, Issue, Outcome
from intake.model.ids import CaseId, IntentKey
from intake.model.people import Caller
from intake.ports import Tools, Uow
from intake.usecases.cases.reception import require_seen
from intake.usecases.intents import once
from intake.usecases.trail import leave_trail, notify

ISSUE_WAYS = ("窗口领取", "邮寄", "送上门")
GRADES = {5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意"}
_CODE_DIGITS = 6


@dataclass(frozen=True, slots=True)
class DecideCase:
    """The department's word; a refusal needs its reason, its legal ground and the way that does work."""

    caller: Caller
    case: CaseId
    version: int
    granted: bool
    reason: str = ""
    ground: str = ""
    instead: str = ""


@dataclass(frozen=True, slots=True)
class IssueCase:
    """How the result reaches the person; by mail, `tracking` is the courier's number."""

    caller: Caller
    case: CaseId
    version: int
    way: str = "窗口领取"
    tracking: str = ""


@dataclass(frozen=True, slots=True)
class DeliverCase:
    """The result changes hands, against the collection code when it is collected."""

    caller: Caller
    case: CaseId
    version: int
    code: str = ""


@dataclass(frozen=True, slots=True)
class EvaluateCase:
    """One of five grades, and words if the person has any."""

    caller: Caller
    case: CaseId
    grade: int
    words: str = ""
    key: IntentKey | None = None


@dataclass(frozen=True, slots=True)
class WithdrawCase:
    """The person does not want it any more."""

    caller: Caller
    case: CaseId
    why: str = ""
    key: IntentKey | None = None


async def decide_case(cmd: DecideCase, *, tools: Tools) -> Case:
    """审批: grant, or decline in writing with reason, ground and a way on."""
    now = tools.clock.now()
    if not cmd.granted and not (cmd.reason.strip() and cmd.ground.strip() and cmd.instead.strip()):
        raise BadInput(field="instead", why="不予通过时，请写明原因、依据和群众接下来怎么办。")
    async with tools.open_uow() as uow:
        case = await uow.cases.get(cmd.case)
        require(cmd.caller, Verb.DECIDE_CASE, Belonging(department=case.department))
        require_seen(case, cmd.version)
        outcome = Outcome(cmd.granted, cmd.reason, cmd.ground, cmd.instead, cmd.caller.code, now)
        saved = await uow.cases.save(case.decide(outcome))
        await leave_trail(
            uow, saved, cmd.caller, "decide", now, words="准予办理" if cmd.granted else cmd.reason
        )
        told = {"reason": cmd.reason, "ground": cmd.ground, "instead": cmd.instead}
        await notify(uow, saved, "case_granted" if cmd.granted else "case_declined", told)
        await uow.commit()
    return saved


async def issue_case(cmd: IssueCase, *, tools: Tools) -> Case:
    """出件: one window for every department's results, at any hall."""
    now = tools.clock.now()
    if cmd.way not in ISSUE_WAYS:
        raise BadInput(field="way", why=f"出件方式请选：{'、'.join(ISSUE_WAYS)}。")
    async with tools.open_uow() as uow:
        case = await uow.cases.get(cmd.case)
        require(cmd.caller, Verb.ISSUE_CASE)
        require_seen(case, cmd.version)
        here = cmd.caller.account.hall
        moved = case.transfer(here) if here is not None and here != case.hall else case
        code = cmd.tracking if cmd.way == "邮寄" else tools.ids.code(_CODE_DIGITS)
        saved = await uow.cases.save(moved.issued(Issue(cmd.way, code, cmd.caller.code, now)))
        await leave_trail(uow, saved, cmd.caller, "issue", now, words=cmd.way)
        await notify(uow, saved, "case_issued", {"way": cmd.way, "code": code})
        await uow.commit()
    return saved


async def deliver_case(cmd: DeliverCase, *, tools: Tools) -> Case:
    """送达: hand the result over and ask how it was."""
    now = tools.clock.now()
    async with tools.open_uow() as uow:
        case = await uow.cases.get(cmd.case)
        require(cmd.caller, Verb.ISSUE_CASE)
        require_seen(case, cmd.version)
        if case.issue is not None and case.issue.way == "窗口领取" and cmd.code != case.issue.code:
            raise WrongCode
        saved = await uow.cases.save(case.deliver())
        await leave_trail(uow, saved, cmd.caller, "deliver", now)
        await notify(uow, saved, "please_evaluate", {})
        await uow.commit()
    return saved


async def evaluate_case(cmd: EvaluateCase, *, tools: Tools) -> Case:
    """好差评: the person's own judgement, once."""
    if cmd.grade not in GRADES:
        raise BadInput(field="grade", why="请选一个评价：非常满意、满意、基本满意、不满意、非常不满意。")
    async with tools.open_uow() as uow:
        return await once(
            uow,
            cmd.caller,
            cmd.key,
            "evaluate",
            act=lambda: _evaluate(uow, cmd, tools),
            again=lambda found: uow.cases.get(CaseId(found)),
            name=lambda done: done.id,
        )


async def withdraw_case(cmd: WithdrawCase, *, tools: Tools) -> Case:
    """撤回: allowed until the case is accepted."""
    async with tools.open_uow() as uow:
        return await once(
            uow,
            cmd.caller,
            cmd.key,
            "withdraw",
            act=lambda: _withdraw(uow, cmd, tools),
            again=lambda found: uow.cases.get(CaseId(found)),
            name=lambda done: done.id,
        )


async def _evaluate(uow: Uow, cmd: EvaluateCase, tools: Tools) -> Case:
    now = tools.clock.now()
    case = await uow.cases.get(cmd.case)
    require(cmd.caller, Verb.EVALUATE_CASE, Belonging(case.applicant, case.opened_by))
    saved = await uow.cases.save(case.evaluate(Evaluation(cmd.grade, cmd.words, now)))
    await leave_trail(uow, saved, cmd.caller, "evaluate", now, words=GRADES[cmd.grade])
    return saved


async def _withdraw(uow: Uow, cmd: WithdrawCase, tools: Tools) -> Case:
    now = tools.clock.now()
    case = await uow.cases.get(cmd.case)
    require(cmd.caller, Verb.WITHDRAW_CASE, Belonging(case.applicant, case.opened_by))
    saved = await uow.cases.save(case.withdraw(cmd.why))
    await leave_trail(uow, saved, cmd.caller, "withdraw", now, words=cmd.why)
    return saved
