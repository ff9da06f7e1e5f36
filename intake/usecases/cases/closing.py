"""What is closed: the archive, and the one privilege by which a closed case still changes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from intake.errors import AlreadyOpen, BadInput, NotNow
from intake.model.authority import Belonging, Verb, require
from intake.model.calendar import local_day
from intake.model.case import CASE_WORDS, Act, Case, Issue, Outcome
from intake.ports import Tools, Uow
from intake.usecases.cases.acting import OnCase, act_once, keep, require_seen
from intake.usecases.trail import leave_trail, notify


@dataclass(frozen=True, slots=True)
class AmendClosed(OnCase):
    """Put right what a closed case says. `why` is always needed; what is None stays as it was."""

    why: str = ""
    reason: str | None = None
    ground: str | None = None
    instead: str | None = None
    tracking: str | None = None
    taken_by: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class ReopenCase(OnCase):
    """A closed case is taken up again: the decision was wrong, or was never asked for."""

    why: str = ""


async def archive_case(cmd: OnCase, *, tools: Tools) -> Case:
    """归档: closed for good."""
    require(cmd.caller, Verb.ARCHIVE_CASE)
    async with tools.open_uow() as uow:
        return await act_once(
            uow, cmd.caller, cmd.key, "archive", cmd.case, lambda: _archive(uow, cmd, tools)
        )


async def amend_closed(cmd: AmendClosed, *, tools: Tools) -> Case:
    """更正: what a closed case says is put right; before and after stand in the trail, and the person is told."""
    require(cmd.caller, Verb.AMEND_CLOSED)
    async with tools.open_uow() as uow:
        return await act_once(uow, cmd.caller, cmd.key, "amend", cmd.case, lambda: _amend(uow, cmd, tools))


async def reopen_case(cmd: ReopenCase, *, tools: Tools) -> Case:
    """重新办理: a closed case goes back to who had it last; the person is told why."""
    require(cmd.caller, Verb.AMEND_CLOSED)
    async with tools.open_uow() as uow:
        return await act_once(uow, cmd.caller, cmd.key, "reopen", cmd.case, lambda: _reopen(uow, cmd, tools))


async def _archive(uow: Uow, cmd: OnCase, tools: Tools) -> Case:
    case = await uow.cases.get(cmd.case)
    require(cmd.caller, Verb.ARCHIVE_CASE, Belonging(hall=case.hall))
    require_seen(case, cmd.version)
    saved = await keep(uow, case.archive(), tools)
    await leave_trail(uow, saved, cmd.caller, "archive", tools.clock.now())
    return saved


async def _amend(uow: Uow, cmd: AmendClosed, tools: Tools) -> Case:
    case = await _privileged(uow, cmd, Act.AMEND)
    outcome, issue = _outcome(case, cmd), _issue(case, cmd)
    note = case.note if cmd.note is None else cmd.note
    amended = case.amended(outcome=outcome, issue=issue, note=note)
    changes = _changes(case, amended)
    if not changes:
        raise BadInput(field="why", why="没有改动任何内容，请写明要更正什么。")
    saved = await keep(uow, amended, tools)
    await leave_trail(
        uow,
        saved,
        cmd.caller,
        "amend",
        tools.clock.now(),
        words=f"{'、'.join(name for name, _, _ in changes)}；理由：{cmd.why.strip()}",
        facts={"why": cmd.why.strip()} | {name: f"{old} → {new}" for name, old, new in changes},
    )
    await notify(uow, saved, "case_amended", {"words": cmd.why.strip()})
    return saved


async def _reopen(uow: Uow, cmd: ReopenCase, tools: Tools) -> Case:
    now = tools.clock.now()
    case = await _privileged(uow, cmd, Act.REOPEN)
    other = await uow.cases.open_for(case.applicant, case.service_code)
    if other is not None:
        raise AlreadyOpen(
            service=other.service_name, number=other.number, state=CASE_WORDS[other.state], case=other.id
        )
    item = await uow.catalogue.version(case.service_code, case.item_version)
    reopened = case.reopened(item, await uow.places.calendar(), local_day(now))
    saved = await keep(uow, reopened, tools)
    facts = {"why": cmd.why.strip(), "from": case.state, "outcome": _said(case.outcome)}
    await leave_trail(uow, saved, cmd.caller, "reopen", now, words=cmd.why.strip(), facts=facts)
    await notify(uow, saved, "case_reopened", {"words": cmd.why.strip()})
    return saved


async def _privileged(uow: Uow, cmd: AmendClosed | ReopenCase, act: Act) -> Case:
    """The closed case, for who may change it and says why."""
    case = await uow.cases.get(cmd.case)
    require(cmd.caller, Verb.AMEND_CLOSED, Belonging(hall=case.hall))
    require_seen(case, cmd.version)
    if not case.may(act):
        raise NotNow(what=case.number, state=CASE_WORDS[case.state])
    if not cmd.why.strip():
        raise BadInput(field="why", why="已办结的办件不能随意改，请写明理由；改动会记入审计日志。")
    return case


def _outcome(case: Case, cmd: AmendClosed) -> Outcome | None:
    if cmd.reason is None and cmd.ground is None and cmd.instead is None:
        return case.outcome
    said = case.outcome
    if said is None:
        raise BadInput(field="reason", why="这件办件没有审批决定，没有可更正的原因和依据。")
    return replace(
        said,
        reason=said.reason if cmd.reason is None else cmd.reason,
        ground=said.ground if cmd.ground is None else cmd.ground,
        instead=said.instead if cmd.instead is None else cmd.instead,
    )


def _issue(case: Case, cmd: AmendClosed) -> Issue | None:
    if cmd.tracking is None and cmd.taken_by is None:
        return case.issue
    if case.issue is None:
        raise BadInput(field="tracking", why="这件办件没有出件，没有可更正的取件记录。")
    issue = case.issue if cmd.tracking is None else replace(case.issue, code=cmd.tracking)
    if cmd.taken_by is not None and issue.delivery is not None:
        return replace(issue, delivery=replace(issue.delivery, to=cmd.taken_by))
    return issue


def _changes(before: Case, after: Case) -> list[tuple[str, str, str]]:
    """What differs: its name, how it was and how it is."""
    names = ("审批决定", "出件和送达", "备注")
    was = (_said(before.outcome), _went(before.issue), before.note)
    now = (_said(after.outcome), _went(after.issue), after.note)
    return [(name, old, new) for name, old, new in zip(names, was, now, strict=True) if old != new]


def _said(outcome: Outcome | None) -> str:
    if outcome is None:
        return ""
    return "；".join(filter(None, (outcome.reason, outcome.ground, outcome.instead))) or "准予办理"


def _went(issue: Issue | None) -> str:
    if issue is None:
        return ""
    taken_by = issue.delivery.to if issue.delivery else ""
    return "；".join(filter(None, (issue.way, issue.carrier, issue.code, taken_by)))
