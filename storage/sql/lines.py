"""The halls' lines as rows: what every visit's time went on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.model.ids import HallCode, TicketId
from intake.model.periods import ServicePeriod
from storage.sql.rows import as_noun, as_row
from storage.sql.tables import service_periods


class SqlLines:
    """The halls' lines in one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def close(self, period: ServicePeriod) -> None:
        row = {**as_row(period), "seconds": period.seconds, "hour": period.hour}
        await self.connection.execute(service_periods.insert().values(row))

    async def periods_of(self, ticket: TicketId) -> tuple[ServicePeriod, ...]:
        mine = select(service_periods).where(service_periods.c.ticket == ticket)
        rows = await self.connection.execute(mine.order_by(service_periods.c.place))
        return tuple(as_noun(ServicePeriod, row) for row in rows.mappings())

    async def periods_at(self, hall: HallCode, first: date, last: date) -> Sequence[ServicePeriod]:
        c = service_periods.c
        here = select(service_periods).where(c.hall == hall, c.day.between(first, last))
        rows = await self.connection.execute(here.order_by(c.day, c.ticket, c.place))
        return [as_noun(ServicePeriod, row) for row in rows.mappings()]
