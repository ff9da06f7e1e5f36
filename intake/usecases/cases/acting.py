"""What every act on a case has in common: one key is one act, and the next day a rule looks is written with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from intake.errors import Stale
from intake.model.calendar import WorkingCalendar, local_day
from intake.model.case import Act, Case, CaseState
from intake.model.ids import CaseId, HallCode, IntentKey
from intake.model.pace import next_look
from intake.model.people import Caller
from intake.ports import Tools, Uow
from intake.usecases.intents import once
from intake.usecases.people.authorising import require_may_receive
from intake.usecases.trail import leave_trail


@dataclass(frozen=True, slots=True)
class OnCase:
    """A clerk's act on the case as they saw it: `version` is what their page showed, `key` names the act for a retry."""

    caller: Caller
    case: CaseId
    version: int
    key: IntentKey | None = None


def require_seen(case: Case, version: int) -> None:
    """Pass while the case still is what the caller's page showed; else `Stale`.

    Asked after the authority, for the refusal tells the case's number and version.
    """
    if case.version != version:
        raise Stale(what=f"办件{case.number}", version=case.version)


async def act_once(
    uow: Uow,
    caller: Caller,
    key: IntentKey | None,
    verb: str,
    case: CaseId,
    act: Callable[[], Awaitable[Case]],
) -> Case:
    """Do the act and commit, or bring the case when the same key did it before: a lost answer is heard again.

    The key holds for this verb on this case; used for another one it is refused, not answered with something else.
    """
    return await once(
        uow,
        caller,
        key,
        f"{verb}:{case}",
        act=act,
        again=lambda found: uow.cases.get(CaseId(found)),
        name=lambda done: done.id,
    )


async def keep(uow: Uow, case: Case, tools: Tools) -> Case:
    """Save the case with the day on which a rule has to look at it next."""
    # Most acts set no day that counts working days; reading the calendar for them would slow every photograph.
    counted = case.state is CaseState.CORRECTION_ASKED or bool(case.owing())
    calendar = await uow.places.calendar() if counted else WorkingCalendar()
    look = next_look(case, calendar, tools.rules.pace, local_day(tools.clock.now()))
    return await uow.cases.save(replace(case, look_on=look))


async def require_clerk(uow: Uow, caller: Caller, case: Case, tools: Tools) -> None:
    """Pass for reception, at the kind of counter the item goes to, trained and authorised for it."""
    item = await uow.catalogue.version(case.service_code, case.item_version)
    await require_may_receive(uow, caller, item, tools.clock.now())


async def carried_here(uow: Uow, case: Case, caller: Caller, tools: Tools) -> Case:
    """全城通办: the case follows to the hall where it is gone on with, and its history says so."""
    here = caller.account.hall
    if here is None or here == case.hall or not case.may(Act.TRANSFER):
        return case
    return await carried(uow, case, caller, here, "", tools)


async def carried(uow: Uow, case: Case, caller: Caller, hall: HallCode, why: str, tools: Tools) -> Case:
    """The case at another hall, told in its history, with both halls' pages moved."""
    before, after = await uow.places.hall(case.hall), await uow.places.hall(hall)
    moved = case.transfer(after.code)
    words = f"由{before.name}转到{after.name}" + (f"：{why}" if why else "")
    facts = {"from": before.code, "to": after.code}
    await leave_trail(uow, moved, caller, "transfer", tools.clock.now(), words=words, facts=facts)
    await uow.leaving.beat(before.code)
    return moved
