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
from storage.sql.rows import Values, as_noun, as_row, write_version
from storage.sql.tables import catalogue_imports as imports

_SHOWN = tuple(column for column in imports.c if column.name != "content")


class SqlImports:
    """Checked files in one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def add(self, waiting: WaitingImport, content: CatalogueContent) -> None:
        row = {**_row(waiting), "content": await asyncio.to_thread(_packed, content)}
        await self.connection.execute(imports.insert().values(row))

    async def get(self, waiting: ImportId) -> WaitingImport:
        statement = select(*_SHOWN).where(imports.c.id == waiting)
        row = (await self.connection.execute(statement)).mappings().first()
        if row is None:
            raise NotFound
        return _waiting(row)

    async def content(self, waiting: ImportId) -> CatalogueContent:
        statement = select(imports.c.content).where(imports.c.id == waiting)
        packed = (await self.connection.execute(statement)).scalar_one()
        return await asyncio.to_thread(_unpacked, packed)

    async def recent(self, limit: int = 20) -> tuple[WaitingImport, ...]:
        statement = select(*_SHOWN).order_by(imports.c.at.desc(), imports.c.id.desc()).limit(limit)
        return tuple(map(_waiting, (await self.connection.execute(statement)).mappings()))

    async def save(self, waiting: WaitingImport) -> WaitingImport:
        row = {**_row(waiting), "content": b""}
        await write_version(self.connection, imports, row, what=f"“{waiting.file}”的导入")
        return replace(waiting, version=waiting.version + 1)

    async def forget(self, before: datetime) -> None:
        never = imports.c.state.in_([ImportState.CHECKED, ImportState.FAULTY, ImportState.DROPPED])
        await self.connection.execute(delete(imports).where(never, imports.c.at < before))


def _packed(content: CatalogueContent) -> bytes:
    return zlib.compress(adapter(CatalogueContent).dump_json(content), 1)


def _unpacked(packed: bytes) -> CatalogueContent:
    read: CatalogueContent = adapter(CatalogueContent).validate_json(zlib.decompress(packed))
    return read


def _row(waiting: WaitingImport) -> Values:
    report = adapter(ImportReport).dump_json(waiting.report)
    return {**as_row(waiting), "report": zlib.compress(report, 1)}


def _waiting(row: RowMapping) -> WaitingImport:
    report = adapter(ImportReport).validate_json(zlib.decompress(row["report"]))
    return as_noun(WaitingImport, {**row, "report": report})
