"""后台分类审批, 统一窗口出件 and 好差评: the department decides, the window issues, the person judges."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field

from intake.errors import BadInput, CodeLocked, NoExtension, NotNow, WrongCode, WrongIdentity
from intake.model.authority import Belonging, Verb, require
from intake.model.calendar import day_text, local_day
from intake.model.case import CASE_WORDS, Act, Case, Delivery, Evaluation, Extension, Issue, Outcome
from intake.model.catalogue import TimeLimit
from intake.model.grades import GRADES
from intake.model.ids import CaseId, IntentKey
from intake.model.people import Caller, IdNumber
from intake.ports import Tools, Uow
from intake.usecases.cases.acting import OnCase, act_once, carried_here, keep, require_seen
from intake.usecases.intents import taking_turns
from intake.usecases.people.authorising import require_may_decide
from intake.usecases.people.mandates import require_still_trusted
from intake.usecases.questions.following import open_follow_up_of_case
from intake.usecases.trail import leave_trail, notify

AT_WINDOW, BY_MAIL, TO_THE_DOOR, ON_THE_SPOT = "窗口领取", "邮寄", "送上门", "当场交付"
ISSUE_WAYS = (AT_WINDOW, BY_MAIL, TO_THE_DOOR, ON_THE_SPOT)
_CODE_DIGITS = 6
_HIMSELF = "本人"
_USUAL_CARRIER = "中国邮政"


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
    key: IntentKey | None = None


@dataclass(frozen=True, slots=True)
class IssueCase:
    """How the result reaches the person; by mail, `tracking` is the courier's number."""

    caller: Caller
    case: CaseId
    version: int
    way: str = AT_WINDOW
    tracking: str = ""
    key: IntentKey | None = None
    carrier: str = ""


@dataclass(frozen=True, slots=True)
class DeliverCase:
    """The result changes hands: against the collection code, or the applicant's ID number where the code is lost.

    `to` is who took it, `relation` what they are to the applicant; nobody named is the applicant.
    """

    caller: Caller
    case: CaseId
    version: int
    code: str = ""
    key: IntentKey | None = None
    id_number: str = field(default="", repr=False)
    to: str = ""
    relation: str = ""


@dataclass(frozen=True, slots=True)
class ExtendCase(OnCase):
    """The limit is made longer, as far as the law of the item goes; the reason is written to the person."""

    reason: str = ""
    days: int = 0


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
    require(cmd.caller, Verb.DECIDE_CASE)
    async with tools.open_uow() as uow:
        return await act_once(uow, cmd.caller, cmd.key, "decide", cmd.case, lambda: _decide(uow, cmd, tools))


async def extend_case(cmd: ExtendCase, *, tools: Tools) -> Case:
    """延长期限: once, with its reason, where the law of the item knows a longer limit."""
    require(cmd.caller, Verb.EXTEND_CASE)
    async with tools.open_uow() as uow:
        return await act_once(uow, cmd.caller, cmd.key, "extend", cmd.case, lambda: _extend(uow, cmd, tools))


async def issue_case(cmd: IssueCase, *, tools: Tools) -> Case:
    """出件: one window for every department's results, at any hall."""
    require(cmd.caller, Verb.ISSUE_CASE)
    if cmd.way not in ISSUE_WAYS:
        raise BadInput(field="way", why=f"出件方式请选：{'、'.join(ISSUE_WAYS)}。")
    async with tools.open_uow() as uow:
        return await act_once(uow, cmd.caller, cmd.key, "issue", cmd.case, lambda: _issue(uow, cmd, tools))


async def deliver_case(cmd: DeliverCase, *, tools: Tools) -> Case:
    """送达: hand the result over, write down to whom, and ask how it was. A wrong code is counted."""
    require(cmd.caller, Verb.ISSUE_CASE)
    try:
        async with tools.open_uow() as uow:
            return await act_once(
                uow, cmd.caller, cmd.key, "deliver", cmd.case, lambda: _deliver(uow, cmd, tools)
            )
    except WrongCode:
        # The act is undone with its key; that somebody tried stays, or the code could be guessed in peace.
        raise await _tried_in_vain(cmd, tools) from None


async def evaluate_case(cmd: EvaluateCase, *, tools: Tools) -> Case:
    """好差评: the person's own judgement, once."""
    require(cmd.caller, Verb.EVALUATE_CASE)
    if cmd.grade not in GRADES:
        raise BadInput(field="grade", why="请选一个评价：非常满意、满意、基本满意、不满意、非常不满意。")
    return await taking_turns(
        tools,
        lambda uow: act_once(
            uow, cmd.caller, cmd.key, "evaluate", cmd.case, lambda: _evaluate(uow, cmd, tools)
        ),
    )


async def withdraw_case(cmd: WithdrawCase, *, tools: Tools) -> Case:
    """撤回: allowed until the case is accepted."""
    require(cmd.caller, Verb.WITHDRAW_CASE)
    return await taking_turns(
        tools,
        lambda uow: act_once(
            uow, cmd.caller, cmd.key, "withdraw", cmd.case, lambda: _withdraw(uow, cmd, tools)
        ),
    )


async def _decide(uow: Uow, cmd: DecideCase, tools: Tools) -> Case:
    now = tools.clock.now()
    case = await uow.cases.get(cmd.case)
    require(cmd.caller, Verb.DECIDE_CASE, Belonging(department=case.department))
    require_seen(case, cmd.version)
    await require_may_decide(uow, cmd.caller, case, now)
    outcome = Outcome(cmd.granted, cmd.reason, cmd.ground, cmd.instead, cmd.caller.code, now)
    saved = await keep(uow, case.decide(outcome), tools)
    words = "准予办理" if cmd.granted else cmd.reason
    await leave_trail(uow, saved, cmd.caller, "decide", now, words=words)
    told = {"reason": cmd.reason, "ground": cmd.ground, "instead": cmd.instead}
    await notify(uow, saved, "case_granted" if cmd.granted else "case_declined", told)
    return saved


async def _extend(uow: Uow, cmd: ExtendCase, tools: Tools) -> Case:
    now = tools.clock.now()
    case = await uow.cases.get(cmd.case)
    require(cmd.caller, Verb.EXTEND_CASE, Belonging(hall=case.hall))
    require_seen(case, cmd.version)
    if not case.may(Act.EXTEND):
        raise NotNow(what=case.number, state=CASE_WORDS[case.state])
    extension = await _allowed(uow, case, cmd, tools)
    saved = await keep(uow, case.extend(extension, await uow.places.calendar()), tools)
    due = day_text(saved.due.day) if saved.due else ""
    words = f"延长{extension.limit.days}个工作日，到{due}：{cmd.reason}"
    await leave_trail(uow, saved, cmd.caller, "extend", now, words=words)
    await notify(uow, saved, "case_extended", {"due": due, "reason": cmd.reason, "ground": extension.ground})
    return saved


async def _allowed(uow: Uow, case: Case, cmd: ExtendCase, tools: Tools) -> Extension:
    """The extension as the item's law allows it; raises `NoExtension` or `BadInput`."""
    item = await uow.catalogue.version(case.service_code, case.item_version)
    law = tools.rules.pace.extensions.get(item.task_type)
    due = day_text(case.due.day) if case.due else ""
    if law is None:
        raise NoExtension(service=case.service_name, due=due, why=f"{item.task_type}没有可以延长的法律依据")
    if case.extension is not None:
        raise NoExtension(service=case.service_name, due=due, why="已经延长过一次")
    if not 1 <= cmd.days <= law.days:
        raise BadInput(field="days", why=f"延长的天数请填1到{law.days}个工作日（{law.ground}）。")
    if not cmd.reason.strip():
        raise BadInput(field="reason", why="请写明延长的理由，会书面告知群众。")
    return Extension(TimeLimit(cmd.days), cmd.reason, law.ground, cmd.caller.code, tools.clock.now())


async def _issue(uow: Uow, cmd: IssueCase, tools: Tools) -> Case:
    now = tools.clock.now()
    case = await uow.cases.get(cmd.case)
    require(cmd.caller, Verb.ISSUE_CASE)
    require_seen(case, cmd.version)
    by_mail = cmd.way == BY_MAIL
    if by_mail and not cmd.tracking.strip():
        raise BadInput(field="tracking", why="邮寄请填快递单号，群众好查。")
    here = await carried_here(uow, case, cmd.caller, tools)
    code = cmd.tracking.strip() if by_mail else "" if cmd.way == ON_THE_SPOT else tools.ids.code(_CODE_DIGITS)
    carrier = (cmd.carrier.strip() or _USUAL_CARRIER) if by_mail else ""
    issued = here.issued(Issue(cmd.way, code, cmd.caller.code, now, carrier))
    if cmd.way == ON_THE_SPOT:
        return await _on_the_spot(uow, issued, cmd, tools)
    saved = await keep(uow, issued, tools)
    await leave_trail(uow, saved, cmd.caller, "issue", now, words=f"{cmd.way} {carrier}".strip())
    await notify(uow, saved, "case_issued", {"way": f"{carrier}{cmd.way}", "code": code})
    return saved


async def _on_the_spot(uow: Uow, issued: Case, cmd: IssueCase, tools: Tools) -> Case:
    """即办件: the person stands at the window, and goes with the result in hand."""
    now = tools.clock.now()
    await leave_trail(uow, issued, cmd.caller, "issue", now, words=cmd.way)
    delivery = Delivery(issued.applicant_name, _HIMSELF, ON_THE_SPOT, cmd.caller.code, now)
    saved = await keep(uow, issued.deliver(delivery), tools)
    await leave_trail(uow, saved, cmd.caller, "deliver", now, words=_taken_by(delivery))
    await notify(uow, saved, "please_evaluate", {})
    return saved


async def _deliver(uow: Uow, cmd: DeliverCase, tools: Tools) -> Case:
    now = tools.clock.now()
    case = await uow.cases.get(cmd.case)
    require(cmd.caller, Verb.ISSUE_CASE)
    require_seen(case, cmd.version)
    if not case.may(Act.DELIVER) or case.issue is None:
        raise NotNow(what=case.number, state=CASE_WORDS[case.state])
    against = await _shown(uow, case, case.issue, cmd, tools)
    who = (cmd.to.strip() or case.applicant_name, cmd.relation.strip() or _HIMSELF)
    if who[0] != case.applicant_name and who[1] == _HIMSELF:
        raise BadInput(field="relation", why="由别人代领的，请写明代领人与申请人是什么关系。")
    delivery = Delivery(*who, against, cmd.caller.code, now)
    saved = await keep(uow, case.deliver(delivery), tools)
    await leave_trail(uow, saved, cmd.caller, "deliver", now, words=_taken_by(delivery))
    await notify(uow, saved, "please_evaluate", {})
    return saved


async def _shown(uow: Uow, case: Case, issue: Issue, cmd: DeliverCase, tools: Tools) -> str:
    """What was shown for the result; raises when it is not the applicant's."""
    if cmd.id_number:
        person = await uow.people.person(case.applicant)
        shown = IdNumber.parse(cmd.id_number)
        if shown is None or not hmac.compare_digest(shown.value, person.id_number.value):
            raise WrongIdentity
        return "身份证"
    if issue.way == BY_MAIL:
        return "快递签收"
    if issue.way == TO_THE_DOOR and not cmd.code:
        return "上门签收"
    if await uow.cases.tried(case.id) >= tools.rules.pace.collection_tries:
        raise CodeLocked
    if not hmac.compare_digest(cmd.code.strip().encode(), issue.code.encode()):
        raise WrongCode
    return "取件码"


async def _tried_in_vain(cmd: DeliverCase, tools: Tools) -> CodeLocked | WrongCode:
    async with tools.open_uow() as uow:
        tries = await uow.cases.count_try(cmd.case)
        case = await uow.cases.get(cmd.case)
        facts = {"tries": str(tries)}
        await leave_trail(
            uow, case, cmd.caller, "wrong_code", tools.clock.now(), words=f"第{tries}次", facts=facts
        )
        await uow.commit()
    left = tools.rules.pace.collection_tries - tries
    return WrongCode(left=left) if left > 0 else CodeLocked()


def _taken_by(delivery: Delivery) -> str:
    return f"{delivery.to}（{delivery.relation}）签收，凭{delivery.against}"


async def _evaluate(uow: Uow, cmd: EvaluateCase, tools: Tools) -> Case:
    now = tools.clock.now()
    case = await uow.cases.get(cmd.case)
    require(cmd.caller, Verb.EVALUATE_CASE, Belonging(case.applicant, case.opened_by))
    saved = await keep(uow, case.evaluate(Evaluation(cmd.grade, cmd.words, now, cmd.caller.code)), tools)
    await leave_trail(uow, saved, cmd.caller, "evaluate", now, words=GRADES[cmd.grade])
    await open_follow_up_of_case(uow, cmd.caller, saved, tools)
    return saved


async def _withdraw(uow: Uow, cmd: WithdrawCase, tools: Tools) -> Case:
    now = tools.clock.now()
    case = await uow.cases.get(cmd.case)
    require(cmd.caller, Verb.WITHDRAW_CASE, Belonging(case.applicant, case.opened_by))
    await require_still_trusted(uow, cmd.caller, case, local_day(now))
    saved = await keep(uow, case.withdraw(cmd.why), tools)
    await leave_trail(uow, saved, cmd.caller, "withdraw", now, words=cmd.why)
    return saved
