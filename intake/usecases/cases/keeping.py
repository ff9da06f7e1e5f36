"""Retention (保管期限): photographs of drafts nobody came back to and of cases long closed are erased, with proof.

The case itself stays, and so does what was said of each material: only what shows a person's papers goes.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from intake.errors import Stale
from intake.model.case import Case, CaseEvent, CaseState
from intake.model.ids import AccountCode, CaseId, Digest
from intake.model.leaving import AuditEntry
from intake.model.people import Door
from intake.ports import Retention, Tools

# Nobody's account: the act is the rule's, and the rule stands beside it in the audit trail.
BY_RULE = AccountCode("retention")
_BY_RULE_NAME = "保管期限"
_AT_ONCE = 100
_S = CaseState
_CLOSED = frozenset({_S.DELIVERED, _S.EVALUATED, _S.ARCHIVED, _S.WITHDRAWN, _S.REDIRECTED})


@dataclass(frozen=True, slots=True)
class _Rule:
    name: str
    states: Collection[CaseState]
    days: int


@dataclass(frozen=True, slots=True)
class ErasedPhotographs:
    """到期删除: the photographs of one case, by which rule, and how many."""

    case: CaseId
    number: str
    rule: str
    photographs: int


async def erase_photographs(*, tools: Tools, dry_run: bool = False) -> tuple[ErasedPhotographs, ...]:
    """Erase what the rules no longer keep; returns what was erased, or with `dry_run` what would be."""
    erased: list[ErasedPhotographs] = []
    for rule in _rules(tools.rules.retention):
        after: CaseId | None = None
        while cases := await _resting(rule, after, tools):
            for case in cases:
                done = _due(case, rule) if dry_run else await _erase(case, rule, tools)
                erased += [done] if done else []
            after = cases[-1].id
    return tuple(erased)


def _rules(kept: Retention) -> tuple[_Rule, ...]:
    return (
        _Rule("draft_photographs_days", frozenset({_S.DRAFT}), kept.draft_photographs_days),
        _Rule("closed_case_photographs_days", _CLOSED, kept.closed_case_photographs_days),
    )


async def _resting(rule: _Rule, after: CaseId | None, tools: Tools) -> tuple[Case, ...]:
    since = tools.clock.now() - timedelta(days=rule.days)
    async with tools.open_view() as view:
        return await view.cases.at_rest(rule.states, since, after, _AT_ONCE)


def _due(case: Case, rule: _Rule) -> ErasedPhotographs:
    return ErasedPhotographs(case.id, case.number, rule.name, len(_photographs(case)))


async def _erase(case: Case, rule: _Rule, tools: Tools) -> ErasedPhotographs | None:
    """One case in one unit of work; None when somebody touched it meanwhile: then it is not at rest."""
    now = tools.clock.now()
    facts = {rule.name: str(rule.days), "photographs": " ".join(_photographs(case))}
    proof = AuditEntry(
        "case.erase_photographs", BY_RULE, Door.COMMAND_LINE, now, case.applicant, case.id, facts
    )
    try:
        async with tools.open_uow() as uow:
            saved = await uow.cases.save(case.without_photographs())
            await uow.cases.tell(_event(saved, len(_photographs(case)), rule, now))
            await uow.leaving.audit(proof)
            await uow.commit()
    except Stale:
        return None
    return _due(case, rule)


def _event(case: Case, photographs: int, rule: _Rule, now: datetime) -> CaseEvent:
    words = f"照片已保管满{rule.days}天，按规定删除{photographs}张。"
    return CaseEvent(
        case.id, "erase_photographs", case.state, BY_RULE, _BY_RULE_NAME, Door.COMMAND_LINE, now, words
    )


def _photographs(case: Case) -> list[Digest]:
    return [page.digest for material in case.materials for page in material.pages]
