"""What runs in a race over the catalogue: keepers who put a checked file in force, all having seen that it may be.

The naive ones write what their page showed, without asking whether the catalogue still is what it was compared with.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count

from sqlalchemy import select

from intake.errors import Refusal
from intake.model.ids import ImportId
from intake.ports import Uow
from intake.usecases.catalogue.importing import apply_import
from jiujinban.importing import OPERATOR
from storage.sql import tables
from storage.sql.store import Store
from tests.contract.nouns import TODAY
from tests.desks import plain_desk
from tests.race.runners import Look

_turns = count()
# What the losers were told: the code of the refusal and what it says to do next.
told: list[tuple[str, str]] = []


async def apply(store: Store, all_have_looked: Look) -> str | None:
    """Press 确认导入 on one of the files that wait, in turns."""
    mine = await _my_file(store)

    @asynccontextmanager
    async def open_together() -> AsyncIterator[Uow]:
        await all_have_looked()
        async with store.open_uow() as uow:
            yield uow

    tools = replace(plain_desk(store).catalogue.tools, open_uow=open_together)
    try:
        await apply_import(OPERATOR, mine, tools=tools)
    except Refusal as refusal:
        told.append((refusal.code, refusal.next_step))
        return None
    return mine


async def apply_naively(store: Store, all_have_looked: Look) -> str | None:
    """Look whether the file still waits, then write what is in it."""
    mine = await _my_file(store)
    async with store.open_view() as view:
        (await view.imports.get(mine)).applied()
        content = await view.imports.content(mine)
    await all_have_looked()
    async with store.open_uow() as uow:
        await uow.catalogue.replace(content.items, TODAY)
        await uow.commit()
    return mine


async def _my_file(store: Store) -> ImportId:
    async with store.open_view() as view:
        found = select(tables.catalogue_imports.c.id).order_by(tables.catalogue_imports.c.file)
        waiting = (await view.catalogue.connection.execute(found)).scalars().all()
    return ImportId(waiting[next(_turns) % len(waiting)])
