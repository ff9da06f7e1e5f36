"""The county as rows: halls, villages, departments, hours and the calendar."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Table, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.errors import NotFound
from intake.model.calendar import CalendarDay, WorkingCalendar
from intake.model.catalogue import HallLevel
from intake.model.ids import HallCode, VillageCode
from intake.model.places import Department, Hall, HoursException, HoursPattern, Village
from intake.ports import Rules
from storage.sql import tables
from storage.sql.kept import Kept, KeptReads, Revisions
from storage.sql.rows import Values, as_noun, as_row, put

_RANKS = {HallLevel.COUNTY: 0, HallLevel.TOWNSHIP: 1, HallLevel.VILLAGE: 2}


class SqlPlaces:
    """The county in one unit of work."""

    def __init__(self, connection: AsyncConnection, kept: Kept, revisions: Revisions) -> None:
        self.connection = connection
        self._kept = KeptReads(connection, kept, revisions)

    async def halls(self) -> tuple[Hall, ...]:
        return await self._kept.get("halls", self._halls)

    async def _halls(self) -> tuple[Hall, ...]:
        statement = select(tables.halls.c.document).order_by(tables.halls.c.rank, tables.halls.c.code)
        return tuple((await self.connection.execute(statement)).scalars())

    async def hall(self, code: HallCode) -> Hall:
        found = next((hall for hall in await self.halls() if hall.code == code), None)
        if found is None:
            raise NotFound(what="便民服务中心")
        return found

    async def villages(self) -> tuple[Village, ...]:
        return await self._kept.get("villages", self._villages)

    async def _villages(self) -> tuple[Village, ...]:
        rows = await self.connection.execute(select(tables.villages).order_by(tables.villages.c.code))
        return tuple(as_noun(Village, row) for row in rows.mappings())

    async def village(self, code: VillageCode) -> Village:
        found = next((village for village in await self.villages() if village.code == code), None)
        if found is None:
            raise NotFound(what="村（社区）")
        return found

    async def hours(self) -> tuple[tuple[HoursPattern, ...], tuple[HoursException, ...]]:
        patterns = select(tables.hours_patterns.c.document).order_by(tables.hours_patterns.c.place)
        exceptions = select(tables.hours_exceptions.c.document).order_by(tables.hours_exceptions.c.place)
        return (
            tuple((await self.connection.execute(patterns)).scalars()),
            tuple((await self.connection.execute(exceptions)).scalars()),
        )

    async def calendar(self) -> WorkingCalendar:
        return await self._kept.get("calendar", self._calendar)

    async def _calendar(self) -> WorkingCalendar:
        days = (await self.connection.execute(select(tables.calendar_days))).mappings().all()
        years = (await self.connection.execute(select(tables.announced_years.c.year))).scalars().all()
        return WorkingCalendar({row["day"]: as_noun(CalendarDay, row) for row in days}, frozenset(years))

    async def departments(self) -> tuple[Department, ...]:
        rows = await self.connection.execute(select(tables.departments).order_by(tables.departments.c.code))
        return tuple(as_noun(Department, row) for row in rows.mappings())

    async def rules(self) -> Rules:
        return await self._kept.get("rules", self._rules)

    async def _rules(self) -> Rules:
        rules: Rules | None = (await self.connection.execute(select(tables.county_rules.c.document))).scalar()
        return rules or Rules()

    async def put_halls(self, halls: Sequence[Hall]) -> None:
        rows = [{"code": hall.code, "rank": _RANKS[hall.level], "document": hall} for hall in halls]
        await self._kept.change()
        await put(self.connection, tables.halls, rows)

    async def put_villages(self, villages: Sequence[Village]) -> None:
        await self._kept.change()
        await put(self.connection, tables.villages, [as_row(village) for village in villages])

    async def put_hours(self, patterns: Sequence[HoursPattern], exceptions: Sequence[HoursException]) -> None:
        await self._replace(tables.hours_patterns, _numbered(patterns))
        await self._replace(tables.hours_exceptions, _numbered(exceptions))

    async def put_departments(self, departments: Sequence[Department]) -> None:
        await put(self.connection, tables.departments, [as_row(department) for department in departments])

    async def put_rules(self, rules: Rules) -> None:
        await self._kept.change()
        await put(self.connection, tables.county_rules, _numbered([rules]))

    async def put_calendar(self, days: Sequence[CalendarDay], announced: Collection[int]) -> None:
        await self._kept.change()
        await self._replace(tables.calendar_days, [as_row(day) for day in days])
        await self._replace(tables.announced_years, [{"year": year} for year in sorted(announced)])

    async def _replace(self, table: Table, rows: Sequence[Values]) -> None:
        await self.connection.execute(delete(table))
        if rows:
            await self.connection.execute(table.insert(), rows)


def _numbered(documents: Sequence[object]) -> list[Values]:
    return [{"place": place, "document": document} for place, document in enumerate(documents)]
