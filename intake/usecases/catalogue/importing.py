"""Importing the catalogue: the whole file is read and judged before one row of it counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from intake.errors import BadInput
from intake.model.authority import Verb, require
from intake.model.calendar import local_day
from intake.model.catalogue import Bundle, ServiceItem
from intake.model.people import Caller
from intake.ports import Tools, Uow
from intake.usecases.trail import audit


@dataclass(frozen=True, slots=True)
class ImportCatalogue:
    """Put these items in force from today; items not named stay as they are, and so do the bundles if none is given."""

    caller: Caller
    items: Sequence[ServiceItem]
    bundles: Sequence[Bundle] = ()


async def import_catalogue(cmd: ImportCatalogue, *, tools: Tools) -> int:
    """All or nothing; returns how many items are new or differ from the version in force."""
    require(cmd.caller, Verb.IMPORT)
    now = tools.clock.now()
    async with tools.open_uow() as uow:
        changed = await uow.catalogue.replace(cmd.items, local_day(now))
        if cmd.bundles:
            await _put_bundles(uow, cmd.bundles, local_day(now))
        await audit(uow, cmd.caller, "catalogue.import", now, rows=str(len(cmd.items)), changed=str(changed))
        await uow.commit()
    return changed


async def _put_bundles(uow: Uow, bundles: Sequence[Bundle], day: date) -> None:
    """Replace the bundles; one that names an item nobody can apply for is refused with the whole import."""
    known = {item.code for item in await uow.catalogue.all_current(day)}
    for bundle in bundles:
        missing = [code for code in bundle.items if code not in known]
        if missing:
            raise BadInput(field="bundles", why=f"“{bundle.name}”里的事项{missing[0]}不在事项清单里。")
    await uow.catalogue.put_bundles(bundles)
