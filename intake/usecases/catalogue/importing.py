"""Importing the catalogue: the whole file is read and judged before one row of it counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from intake.model.authority import Verb, require
from intake.model.calendar import local_day
from intake.model.catalogue import ServiceItem
from intake.model.people import Caller
from intake.ports import Tools
from intake.usecases.trail import audit


@dataclass(frozen=True, slots=True)
class ImportCatalogue:
    """Put these items in force from today; items not named stay as they are."""

    caller: Caller
    items: Sequence[ServiceItem]


async def import_catalogue(cmd: ImportCatalogue, *, tools: Tools) -> int:
    """All or nothing; returns how many items are new or differ from the version in force."""
    require(cmd.caller, Verb.IMPORT)
    now = tools.clock.now()
    async with tools.open_uow() as uow:
        changed = await uow.catalogue.replace(cmd.items, local_day(now))
        await audit(uow, cmd.caller, "catalogue.import", now, rows=str(len(cmd.items)), changed=str(changed))
        await uow.commit()
    return changed
