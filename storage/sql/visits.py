"""上门服务 as rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.errors import Stale
from intake.model.booking import AppointmentState
from intake.model.calendar import local_day
from intake.model.ids import AppointmentId, HallCode
from intake.model.places import OfferKind
from intake.model.visits import VisitDay, VisitOrder
from storage.sql.rows import add_once, as_noun, as_row, one, put
from storage.sql.tables import appointments, road_minutes, visit_days, visit_orders


class SqlVisits:
    """The home visits in one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def day(self, hall: HallCode, day: date) -> VisitDay:
        row = await one(self.connection, visit_days, visit_days.c.hall == hall, visit_days.c.day == day)
        return VisitDay(hall, day) if row is None else as_noun(VisitDay, row)

    async def save_day(self, day: VisitDay) -> VisitDay:
        saved = replace(day, version=day.version + 1)
        if not (await self._insert(saved) if day.version == 0 else await self._update(saved, day.version)):
            raise Stale(what=f"{day.day}的上门安排")
        return saved

    async def orders(self, appointments: Collection[AppointmentId]) -> tuple[VisitOrder, ...]:
        statement = select(visit_orders).where(visit_orders.c.appointment.in_(sorted(appointments)))
        rows = await self.connection.execute(statement)
        return tuple(as_noun(VisitOrder, row) for row in rows.mappings())

    async def put_orders(self, orders: Sequence[VisitOrder]) -> None:
        await put(self.connection, visit_orders, [as_row(order) for order in orders])

    async def road_minutes(self) -> dict[tuple[str, str], int]:
        rows = await self.connection.execute(select(road_minutes))
        return {(row.origin, row.goal): row.minutes for row in rows}

    async def put_road_minutes(self, minutes: Mapping[tuple[str, str], int]) -> None:
        await self.connection.execute(delete(road_minutes))
        rows = [{"origin": o, "goal": g, "minutes": lasting} for (o, g), lasting in minutes.items()]
        if rows:
            await self.connection.execute(road_minutes.insert(), rows)

    async def days_ahead(self, start: datetime, end: datetime) -> tuple[tuple[HallCode, date], ...]:
        statement = select(appointments.c.hall, appointments.c.start).where(
            appointments.c.state == AppointmentState.BOOKED,
            appointments.c.start >= start,
            appointments.c.start < end,
            appointments.c.kind == OfferKind.HOME_VISIT,
        )
        rows = await self.connection.execute(statement)
        return tuple(sorted({(row.hall, local_day(row.start)) for row in rows}))

    async def _insert(self, day: VisitDay) -> bool:
        return await add_once(self.connection, visit_days, as_row(day))

    async def _update(self, day: VisitDay, version: int) -> bool:
        was = (
            (visit_days.c.hall == day.hall)
            & (visit_days.c.day == day.day)
            & (visit_days.c.version == version)
        )
        statement = update(visit_days).where(was).values(as_row(day))
        return (await self.connection.execute(statement)).rowcount == 1
