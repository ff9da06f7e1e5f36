"""待确认导入 as rows: a checked file with its report, both packed, for a report on fifty thousand items is long."""

from __future__ import annotations

import asyncio
import zlib
from dataclasses import replace
from datetime import datetime

from sqlalchemy import RowMapping, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.errors import NotFound
from intake.model.exchange import CatalogueContent, ImportReport, ImportState, WaitingImport
from intake.model.ids import ImportId
from storage.sql.columns import adapter
from storage.sql.rows import Values, as_noun, as_row, portions, write_version
from storage.sql.tables import catalogue_imports as imports

_SHOWN = tuple(column for column in imports.c if column.name != "content")
_ITEMS_A_LINE = 50


class SqlImports:
    """Checked files in one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def packed(self, content: CatalogueContent) -> bytes:
        return await asyncio.to_thread(_packed, content)

    async def add(self, waiting: WaitingImport, packed: bytes) -> None:
        await self.connection.execute(imports.insert().values({**_row(waiting), "content": packed}))

    async def get(self, waiting: ImportId) -> WaitingImport:
        statement = select(*_SHOWN).where(imports.c.id == waiting)
        row = (await self.connection.execute(statement)).mappings().first()
        if row is None:
            raise NotFound
        return await asyncio.to_thread(_waiting, row)

    async def content(self, waiting: ImportId) -> CatalogueContent:
        statement = select(imports.c.content).where(imports.c.id == waiting)
        packed = (await self.connection.execute(statement)).scalar_one()
        return await asyncio.to_thread(_unpacked, packed)

    async def recent(self, limit: int = 20) -> tuple[WaitingImport, ...]:
        statement = select(*_SHOWN).order_by(imports.c.at.desc(), imports.c.id.desc()).limit(limit)
        rows = (await self.connection.execute(statement)).mappings().all()
        return tuple([await asyncio.to_thread(_waiting, row) for row in rows])

    async def save(self, waiting: WaitingImport) -> WaitingImport:
        row = {**_row(waiting), "content": b""}
        await write_version(self.connection, imports, row, what=f"“{waiting.file}”的导入")
        return replace(waiting, version=waiting.version + 1)

    async def forget(self, before: datetime) -> None:
        never = imports.c.state.in_([ImportState.CHECKED, ImportState.FAULTY, ImportState.DROPPED])
        await self.connection.execute(delete(imports).where(never, imports.c.at < before))


def _packed(content: CatalogueContent) -> bytes:
    """A line for every so many items, the bundles in a line of their own.

    One document of five thousand items is read in one step of half a second, and in whatever thread that is, it keeps
    Python's lock: everybody else stands still.
    """
    some = portions(content.items, _ITEMS_A_LINE)
    parts = [CatalogueContent(bundles=content.bundles), *(CatalogueContent(tuple(items)) for items in some)]
    return zlib.compress(b"\n".join(map(adapter(CatalogueContent).dump_json, parts)), 1)


def _unpacked(packed: bytes) -> CatalogueContent:
    read = adapter(CatalogueContent).validate_json
    parts: list[CatalogueContent] = [read(line) for line in zlib.decompress(packed).split(b"\n")]
    return CatalogueContent(
        tuple(item for part in parts for item in part.items),
        tuple(bundle for part in parts for bundle in part.bundles),
    )


def _row(waiting: WaitingImport) -> Values:
    report = adapter(ImportReport).dump_json(waiting.report)
    return {**as_row(waiting), "report": zlib.compress(report, 1)}


def _waiting(row: RowMapping) -> WaitingImport:
    report = adapter(ImportReport).validate_json(zlib.decompress(row["report"]))
    return as_noun(WaitingImport, {**row, "report": report})
