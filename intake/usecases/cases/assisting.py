"""Assisted sessions (体验区帮办): a helper begins on a hall tablet, the person goes on with their own phone.

The code is single-use and short-lived. Who claims it gets the draft with its pages; the tablet has nothing of it left.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from intake.errors import BadInput, HandoverOver, NotFound
from intake.model.authority import Belonging, Verb, require
from intake.model.calendar import local_day
from intake.model.case import Case, CaseState
from intake.model.handover import LASTS, Handover
from intake.model.ids import CaseId, HandoverId, ServiceCode
from intake.model.leaving import AuditEntry
from intake.model.people import Caller
from intake.ports import Tools, Uow
from intake.usecases.cases.drafting import OpenDraft, draft_in, require_offered
from intake.usecases.intents import taking_turns
from intake.usecases.people.mandates import require_may_act
from intake.usecases.people.signing import hash_token
from intake.usecases.trail import leave_trail


@dataclass(frozen=True, slots=True)
class OfferHandover:
    """The helper asks for a code: for an item, or for the draft they began for the person with it."""

    caller: Caller
    service_code: ServiceCode
    case: CaseId | None = None


@dataclass(frozen=True, slots=True)
class Offered:
    """转办码: the handover and its token, told this once."""

    handover: Handover
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ClaimHandover:
    """A phone has read the code."""

    caller: Caller
    token: str = field(repr=False)


async def offer_handover(cmd: OfferHandover, *, tools: Tools) -> Offered:
    """A fresh code for the tablet's screen; whatever codes this tablet showed before are void."""
    now, hall = tools.clock.now(), cmd.caller.account.hall
    require(cmd.caller, Verb.ASSIST, Belonging(hall=hall))
    if hall is None:
        raise BadInput(field="hall", why="这台平板没有登记在任何便民服务中心。")
    token = tools.ids.token()
    async with tools.open_uow() as uow:
        item = await uow.catalogue.current(cmd.service_code, local_day(now))
        await require_offered(uow, item, await uow.places.hall(hall))
        if cmd.case is not None:
            await _own_draft(uow, cmd)
        await uow.handovers.void(cmd.caller.code)
        handover = Handover(
            HandoverId(tools.ids.new()),
            hash_token(token),
            item.code,
            item.name,
            hall,
            cmd.case,
            cmd.caller.code,
            now,
            now + LASTS,
        )
        await uow.handovers.add(handover)
        await _audit(uow, cmd.caller, "offer", handover, tools)
        await uow.commit()
    return Offered(handover, token)


async def claim_handover(cmd: ClaimHandover, *, tools: Tools) -> Case:
    """The matter is the caller's from here; the same phone asking again hears the same, any other that it is over.

    A phone whose owner may not act for the draft's person changes nothing: the code still waits for the right one.
    """
    return await taking_turns(tools, lambda uow: _claim(uow, cmd, tools))


async def handover_claimed(caller: Caller, handover: HandoverId, *, tools: Tools) -> bool:
    """Whether the phone has it, so that the tablet can forget the person."""
    require(caller, Verb.ASSIST, Belonging(hall=caller.account.hall))
    async with tools.open_view() as view:
        found = await view.handovers.get(handover)
    if found is None or found.made_by != caller.code:
        raise NotFound
    return found.claimed_by is not None


async def _claim(uow: Uow, cmd: ClaimHandover, tools: Tools) -> Case:
    now = tools.clock.now()
    claimed = await uow.handovers.claim(hash_token(cmd.token), cmd.caller.code, now)
    if claimed is None:
        return await _claimed_before(uow, cmd)
    case = await _taken_over(uow, cmd.caller, claimed, tools)
    await uow.handovers.led_to(claimed.id, case.id)
    await leave_trail(uow, case, cmd.caller, "take_over", now, words="接着在自己的手机上办")
    await _audit(uow, cmd.caller, "claim", claimed, tools)
    await uow.commit()
    return case


async def _claimed_before(uow: Uow, cmd: ClaimHandover) -> Case:
    known = await uow.handovers.by_token(hash_token(cmd.token))
    if known is None or known.claimed_by != cmd.caller.code or known.case is None:
        raise HandoverOver
    return await uow.cases.get(known.case)


async def _taken_over(uow: Uow, caller: Caller, claimed: Handover, tools: Tools) -> Case:
    if claimed.case is None:
        person = caller.account.person
        if person is None:
            raise BadInput(field="person", why="请先说是替谁办，再扫码。")
        wanted = OpenDraft(caller, person, claimed.service_code, claimed.hall)
        return await draft_in(uow, wanted, tools=tools)
    case = await uow.cases.get(claimed.case)
    person_of = await uow.people.person(case.applicant)
    today = local_day(tools.clock.now())
    await require_may_act(uow, caller, Verb.OPEN_CASE, person_of, case.service_code, today)
    if case.state is not CaseState.DRAFT:
        raise HandoverOver
    kept = await uow.cases.draft_of(case.applicant, case.service_code, caller.code)
    if kept is None:
        return await uow.cases.save(replace(case, opened_by=caller.code))
    return await _merged(uow, case, kept)


async def _merged(uow: Uow, handed: Case, kept: Case) -> Case:
    """The phone has a draft of the same matter: the tablet's pages go into it, and the tablet's draft is no more."""
    await uow.cases.save(handed.without_photographs().withdraw("并入本人手机上的同一件事"))
    for material in handed.materials:
        for page in material.pages:
            kept = kept.with_page(material.key, page)
    return await uow.cases.save(kept)


async def _own_draft(uow: Uow, cmd: OfferHandover) -> None:
    """Only what the helper began on this tablet, and only while it is a draft."""
    case = await uow.cases.get(CaseId(cmd.case or ""))
    mine = case.opened_by == cmd.caller.code and case.service_code == cmd.service_code
    if not mine or case.state is not CaseState.DRAFT:
        raise NotFound


async def _audit(uow: Uow, caller: Caller, act: str, handover: Handover, tools: Tools) -> None:
    facts = {"handover": handover.id, "helper": handover.made_by, "service": handover.service_code}
    entry = AuditEntry(
        f"handover.{act}",
        caller.code,
        caller.door,
        tools.clock.now(),
        person=caller.account.person,
        case=handover.case,
        facts=facts,
    )
    await uow.leaving.audit(entry)
