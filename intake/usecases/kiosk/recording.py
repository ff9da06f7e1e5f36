"""Recording abilities (能力记录): what each kiosk can search, start and finish, from its list and the catalogue in force."""

from __future__ import annotations

from dataclasses import dataclass, replace

from intake.model.authority import Belonging, Verb, require
from intake.model.calendar import local_day
from intake.model.ids import AccountCode
from intake.model.kiosk import Ability, KioskList, abilities
from intake.model.people import Caller
from intake.ports import Tools, Uow


@dataclass(frozen=True, slots=True)
class KioskRecords:
    """一台自助机: its records, and which entries of its list name no item of the catalogue."""

    device: AccountCode
    abilities: tuple[Ability, ...]
    wrong_entries: tuple[str, ...]


async def record_abilities(*, tools: Tools) -> int:
    """Bring the records up to the catalogue and the machines' lists; returns how many changed."""
    async with tools.open_view() as view:
        if await view.kiosks.recorded_for() == await view.catalogue.revision():
            return 0
    async with tools.open_uow() as uow:
        changed = 0
        for setup in await uow.kiosks.lists():
            changed += await uow.kiosks.record((await _records(uow, setup, tools)).abilities)
        await uow.kiosks.note_recorded_for(await uow.catalogue.revision())
        await uow.commit()
    return changed


async def own_abilities(caller: Caller, *, tools: Tools) -> KioskRecords:
    """What the machine itself can do, and what its list has wrong."""
    require(caller, Verb.SERVE_AT_KIOSK, Belonging(hall=caller.account.hall))
    async with tools.open_view() as view:
        setup = next((one for one in await view.kiosks.lists() if one.device == caller.code), None)
        if setup is None:
            return KioskRecords(caller.code, (), ())
        return await _records(view, setup, tools)


async def all_abilities(*, tools: Tools) -> tuple[Ability, ...]:
    """Every machine's records, as the adaptation rate counts them."""
    async with tools.open_view() as view:
        return await view.kiosks.abilities()


async def ability_of(uow: Uow, caller: Caller, code: str, tools: Tools) -> Ability | None:
    """What this machine can do of one item now."""
    setup = next((one for one in await uow.kiosks.lists() if one.device == caller.code), None)
    if setup is None:
        return None
    found = (await _records(uow, setup, tools)).abilities
    return next((one for one in found if one.service_code == code), None)


async def _records(view: Uow, setup: KioskList, tools: Tools) -> KioskRecords:
    now = tools.clock.now()
    items = await view.catalogue.all_current(local_day(now))
    hall = await view.places.hall(setup.hall)
    found, wrong = abilities(setup, hall, items, now)
    since = {one.service_code: one for one in await view.kiosks.abilities(setup.device)}
    return KioskRecords(setup.device, tuple(_since(one, since.get(one.service_code)) for one in found), wrong)


def _since(now: Ability, before: Ability | None) -> Ability:
    """A record that says what it said keeps the instant it began to."""
    same = before is not None and replace(now, recorded_at=before.recorded_at) == before
    return before if same and before is not None else now
