"""By whose word somebody acts (授权): one question, asked wherever a thing is done in another's name."""

from __future__ import annotations

from datetime import date

from intake.errors import MandateNeeded
from intake.model.authority import Belonging, Verb, require
from intake.model.ids import ServiceCode
from intake.model.people import Caller, Mandate, Person, Role
from intake.ports import Uow

_UNDER_MANDATE = frozenset({Role.PROXY, Role.CITIZEN})


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
