"""Recording abilities (能力记录): what each kiosk says that it takes to its end, beside what it is set up for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from intake.errors import BadInput
from intake.model.authority import Belonging, Verb, require
from intake.model.calendar import local_day
from intake.model.ids import AccountCode, ServiceCode
from intake.model.kiosk import KioskItem, KioskList, kiosk_items
from intake.model.people import Caller
from intake.ports import Tools, Uow
from intake.usecases.trail import audit


@dataclass(frozen=True, slots=True)
class KioskSetup:
    """一台自助机: what it is set up for, and which entries of its list name no item of the catalogue."""

    device: AccountCode
    items: tuple[KioskItem, ...]
    wrong_entries: tuple[str, ...]


async def report_abilities(
    caller: Caller, services: Sequence[ServiceCode], release: str, *, tools: Tools
) -> int:
    """A kiosk says which items it takes to their end, which the adaptation rate counts; returns how many changed."""
    require(caller, Verb.REPORT_ABILITIES)
    now = tools.clock.now()
    today = local_day(now)
    async with tools.open_uow() as uow:
        known = {item.code for item in await uow.catalogue.all_current(today)}
        unknown = [code for code in services if code not in known]
        if unknown or not release.strip():
            raise BadInput(
                field="services", why=f"事项清单里没有{unknown[0]}。" if unknown else "请写明软件版本。"
            )
        changed = await uow.kiosks.record(caller.code, frozenset(services), today, release.strip())
        await audit(uow, caller, "kiosk.capable", now, items=str(len(services)), changed=str(changed))
        await uow.commit()
    return changed


async def own_setup(caller: Caller, *, tools: Tools) -> KioskSetup:
    """What the machine itself is set up for."""
    require(caller, Verb.SERVE_AT_KIOSK, Belonging(hall=caller.account.hall))
    async with tools.open_view() as view:
        setup = await _list_of(view, caller)
        return KioskSetup(caller.code, (), ()) if setup is None else await _set_up(view, setup, tools)


async def item_here(uow: Uow, caller: Caller, code: str, tools: Tools) -> KioskItem | None:
    """One item as this machine is set up for it now."""
    setup = await _list_of(uow, caller)
    if setup is None:
        return None
    found = (await _set_up(uow, setup, tools)).items
    return next((one for one in found if one.service_code == code), None)


async def _list_of(view: Uow, caller: Caller) -> KioskList | None:
    return next((one for one in await view.kiosks.lists() if one.device == caller.code), None)


async def _set_up(view: Uow, setup: KioskList, tools: Tools) -> KioskSetup:
    items = await view.catalogue.all_current(local_day(tools.clock.now()))
    found, wrong = kiosk_items(setup, await view.places.hall(setup.hall), items)
    return KioskSetup(setup.device, found, wrong)
