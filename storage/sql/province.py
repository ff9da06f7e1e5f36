"""上报记录 as rows: written when the platform has taken a case, kept up when it is asked how far it is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.model.ids import CaseId
from intake.model.province import ProvinceRecord
from storage.sql.rows import as_noun, as_row, insert_into, one
from storage.sql.tables import province_records


class SqlProvince:
    """What the province has, in one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def handed(self, record: ProvinceRecord) -> None:
        row = {**as_row(record), "ask_after": record.asked_at or record.handed_at}
        await self.connection.execute(
            insert_into(self.connection, province_records).values(row).on_conflict_do_nothing()
        )

    async def of_case(self, case: CaseId) -> ProvinceRecord | None:
        row = await one(self.connection, province_records, province_records.c.case == case)
        return None if row is None else as_noun(ProvinceRecord, row)

    async def to_ask(self, before: datetime, limit: int) -> tuple[ProvinceRecord, ...]:
        open_ones = (province_records.c.closed.is_(False), province_records.c.ask_after < before)
        statement = (
            select(province_records).where(*open_ones).order_by(province_records.c.ask_after).limit(limit)
        )
        rows = (await self.connection.execute(statement)).mappings()
        return tuple(as_noun(ProvinceRecord, row) for row in rows)

    async def heard(self, record: ProvinceRecord) -> None:
        row = {**as_row(record), "ask_after": record.asked_at or record.handed_at}
        mine = province_records.c.case == record.case
        await self.connection.execute(update(province_records).where(mine).values(row))
