"""全城通办: a case is carried on at another hall, by an explicit word as well as by being received there."""

from __future__ import annotations

from dataclasses import dataclass, field

from intake.errors import BadInput, NotNow
from intake.model.authority import Belonging, Verb, require
from intake.model.case import CASE_WORDS, Act, Case, CaseState
from intake.model.ids import HallCode
from intake.ports import Tools, Uow
from intake.usecases.cases.acting import OnCase, act_once, carried, keep, require_seen
from intake.usecases.cases.drafting import require_offered
from intake.usecases.trail import notify


@dataclass(frozen=True, slots=True)
class TransferCase(OnCase):
    """To which hall, and why."""

    hall: HallCode = field(kw_only=True)
    why: str = ""


async def transfer_case(cmd: TransferCase, *, tools: Tools) -> Case:
    """转到其他中心: only to one that takes the item; the person is told where it is now."""
    require(cmd.caller, Verb.TRANSFER_CASE)
    async with tools.open_uow() as uow:
        return await act_once(
            uow, cmd.caller, cmd.key, f"transfer:{cmd.hall}", cmd.case, lambda: _transfer(uow, cmd, tools)
        )


async def _transfer(uow: Uow, cmd: TransferCase, tools: Tools) -> Case:
    case = await uow.cases.get(cmd.case)
    item = await uow.catalogue.version(case.service_code, case.item_version)
    require(cmd.caller, Verb.TRANSFER_CASE, Belonging(hall=case.hall, group=item.counter_group))
    require_seen(case, cmd.version)
    if not case.may(Act.TRANSFER):
        raise NotNow(what=case.number, state=CASE_WORDS[case.state])
    if cmd.hall == case.hall:
        raise BadInput(field="hall", why="办件已经在这个中心了，请选另一个。")
    hall = await uow.places.hall(cmd.hall)
    if case.state is not CaseState.DECIDED:
        # A decided result is handed out anywhere; until then the hall must be one that takes the item.
        await require_offered(uow, item, hall)
    saved = await keep(uow, await carried(uow, case, cmd.caller, hall.code, cmd.why.strip(), tools), tools)
    await notify(uow, saved, "case_transferred", {"words": cmd.why.strip()})
    return saved
