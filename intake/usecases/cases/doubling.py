"""Two helpers, one matter (重复办理提醒): whoever begins what somebody else has begun is told, and so is the other."""

from __future__ import annotations

from intake.model.case import Case
from intake.model.ids import CaseId, IntentKey
from intake.model.leaving import Outgoing, Topic
from intake.model.people import Account, Caller
from intake.ports import Tools, Uow

_VERB = "warn_of_double"


async def warn_of_others(uow: Uow, caller: Caller, draft: Case) -> None:
    """Tell everybody who keeps a draft for the same person and item of each other, once each pair.

    Not a refusal: the elder's child may have better papers than the proxy. The first to hand in wins, by an index.
    """
    for other in await uow.cases.drafts_for(draft.applicant, draft.service_code):
        holder = await uow.people.account(other.opened_by)
        if holder is not None and holder.code != caller.code:
            await _warn_both(uow, caller, holder, draft, other)


async def warn_of_attempt(caller: Caller, open_case: CaseId, tools: Tools) -> None:
    """Somebody else's case for the matter is under way: its opener hears that another helper wanted to begin it too.

    In a unit of work of its own, for the attempt itself was refused and undone.
    """
    async with tools.open_uow() as uow:
        case = await uow.cases.get(open_case)
        holder = await uow.people.account(case.opened_by)
        if holder is None or holder.code == caller.code:
            return
        await _warn_both(uow, caller, holder, case, case)
        await uow.commit()


async def _warn_both(uow: Uow, caller: Caller, holder: Account, mine: Case, theirs: Case) -> None:
    pair = ":".join(sorted((caller.code, holder.code)))
    key = IntentKey(f"double:{mine.applicant}:{mine.service_code}:{pair}:{theirs.id}")
    if await uow.intents.begin(holder.code, key, _VERB) is not None:
        return
    await uow.intents.finish(holder.code, key, theirs.id)
    for to, other, case in ((caller.account, holder, mine), (holder, caller.account, theirs)):
        told = {
            "service": case.service_name,
            "applicant": case.applicant_name,
            "other": other.name,
            "phone": other.phone,
            "number": theirs.number,
            "case": case.id,
        }
        await uow.leaving.send(Outgoing(Topic.NOTICE, f"case:{case.id}", "case_doubled", to.code, told))
