"""By whose word somebody acts (授权): one question, asked wherever a thing is done in another's name; and taking it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from intake.errors import MandateNeeded, NotFound, NotNow, UnknownService
from intake.model.authority import Belonging, Verb, require
from intake.model.calendar import local_day
from intake.model.case import Case
from intake.model.ids import AccountCode, MandateId, PersonId, ServiceCode
from intake.model.leaving import AuditEntry, Outgoing, Topic
from intake.model.people import Caller, Mandate, Person, Role
from intake.ports import Tools, Uow
from intake.usecases.owning import written

_UNDER_MANDATE = frozenset({Role.PROXY, Role.CITIZEN})


@dataclass(frozen=True, slots=True)
class RevokeMandate:
    """The person takes their word back, or the helper gives it back; a clerk writes down what the person said."""

    caller: Caller
    mandate: MandateId
    why: str = ""


@dataclass(frozen=True, slots=True)
class GivenMandate:
    """授权一览: a mandate with the names of both sides and of its items."""

    mandate: Mandate
    person_name: str
    holder_name: str
    services: tuple[str, ...]
    in_force: bool


async def require_may_act(
    uow: Uow, caller: Caller, verb: Verb, person: Person, service: ServiceCode, on: date
) -> Mandate | None:
    """Pass when the caller may do the verb for the person: for oneself, by office, or under a mandate for this item.

    Returns the mandate; raises `MandateNeeded` where only one is lacking.
    """
    if caller.role not in _UNDER_MANDATE or caller.account.person == person.id:
        require(caller, verb, Belonging(person=person.id, village=caller.account.village))
        return None
    given = await uow.people.mandates(person.id, caller.code)
    mandate = next((m for m in given if m.covers(person.id, service, caller.code, on)), None)
    if mandate is None:
        raise MandateNeeded(person=person.id, service=service)
    require(caller, verb, Belonging(person=person.id, opened_by=caller.code, village=person.village))
    return mandate


async def require_still_trusted(uow: Uow, caller: Caller, case: Case, on: date) -> None:
    """Pass unless the case was opened under a word that was taken back or has run out since, with none in its place."""
    acts_for_another = caller.role in _UNDER_MANDATE and caller.account.person != case.applicant
    if case.mandate is None or not acts_for_another:
        return
    given = await uow.people.mandates(case.applicant, caller.code)
    if not any(m.covers(case.applicant, case.service_code, caller.code, on) for m in given):
        raise MandateNeeded(person=case.applicant, service=case.service_code)


async def revoke_mandate(cmd: RevokeMandate, *, tools: Tools) -> Mandate:
    """撤销授权: from now on the helper may do nothing more under it, and both sides are told; twice is no error."""
    require(cmd.caller, Verb.REVOKE_MANDATE)
    now = tools.clock.now()
    async with tools.open_uow() as uow:
        mandate = await uow.people.mandate(cmd.mandate)
        require(cmd.caller, Verb.REVOKE_MANDATE, Belonging(mandate.person, mandate.proxy))
        if mandate.revoked_at is not None:
            return mandate
        if not mandate.in_force(local_day(now)):
            raise NotNow(what="这份授权委托", state="已到期")
        why = _why(cmd, mandate)
        if await uow.people.revoke_mandate(mandate.id, cmd.caller.code, why, now):
            await _tell_both(uow, mandate, why)
            facts = {"mandate": mandate.id, "proxy": mandate.proxy, "why": why}
            who = (cmd.caller.code, cmd.caller.door)
            await uow.leaving.audit(AuditEntry("mandate.revoke", *who, now, mandate.person, facts=facts))
        await uow.commit()
        return await uow.people.mandate(cmd.mandate)


async def my_mandates(caller: Caller, *, tools: Tools) -> tuple[GivenMandate, ...]:
    """我的授权: what the caller allowed others, and what others allowed the caller, newest first."""
    require(caller, Verb.SEE_MANDATES)
    async with tools.open_view() as view:
        held = await view.people.held_by(caller.code)
        given = await view.people.given_by(caller.account.person) if caller.account.person else ()
        both = {mandate.id: mandate for mandate in (*held, *given)}
        newest = sorted(both.values(), key=lambda m: m.given_at, reverse=True)
        return tuple([await _named(view, mandate, tools) for mandate in newest])


async def mandates_of(caller: Caller, person: PersonId, *, tools: Tools) -> tuple[GivenMandate, ...]:
    """某人给出的授权, for the person themself, or for a clerk whom the person asks at the counter."""
    require(caller, Verb.SEE_MANDATES, Belonging(person=person))
    async with tools.open_view() as view:
        given = await view.people.given_by(person)
        return tuple([await _named(view, mandate, tools) for mandate in given])


async def see_evidence(caller: Caller, mandate_id: MandateId, *, tools: Tools) -> bytes:
    """看授权照片: decrypted for one look that is audited."""
    require(caller, Verb.SEE_MANDATES)
    now = tools.clock.now()
    async with tools.open_uow() as uow:
        mandate = await uow.people.mandate(mandate_id)
        require(caller, Verb.SEE_MANDATES, Belonging(mandate.person, mandate.proxy))
        if mandate.evidence is None:
            raise NotFound
        facts = {"mandate": mandate.id}
        await uow.leaving.audit(
            AuditEntry("mandate.evidence_seen", caller.code, caller.door, now, mandate.person, facts=facts)
        )
        await uow.commit()
    return await tools.blobs.get(mandate.evidence)


def _why(cmd: RevokeMandate, mandate: Mandate) -> str:
    """By office one writes down what the person said; for one's own word nobody needs a reason."""
    own = cmd.caller.account.person == mandate.person or cmd.caller.code == mandate.proxy
    if own:
        return cmd.why.strip() or ("代办员交回" if cmd.caller.code == mandate.proxy else "本人撤销")
    return written(cmd.why, "why", "请写明本人是怎么说的，例如“本人到窗口说不再委托”。")


async def _tell_both(uow: Uow, mandate: Mandate, why: str) -> None:
    person = await uow.people.person(mandate.person)
    own = await uow.people.account_of(mandate.person)
    told = {"applicant": person.name, "why": why}
    for receiver in sorted({mandate.proxy, *([own.code] if own else [])}):
        await uow.leaving.send(
            Outgoing(Topic.NOTICE, f"mandate:{mandate.id}", "mandate_revoked", receiver, told)
        )


async def _named(view: Uow, mandate: Mandate, tools: Tools) -> GivenMandate:
    today = local_day(tools.clock.now())
    person = await view.people.person(mandate.person)
    holder = await view.people.account(mandate.proxy)
    names = [await _service_name(view, code, today) for code in mandate.scope]
    name = holder.name if holder else AccountCode(mandate.proxy)
    return GivenMandate(mandate, person.name, name, tuple(names), mandate.in_force(today))


async def _service_name(view: Uow, code: ServiceCode, today: date) -> str:
    try:
        return (await view.catalogue.current(code, today)).name
    except UnknownService:
        return code
