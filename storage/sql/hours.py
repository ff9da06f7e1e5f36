"""开放时间变更 as rows: who changed what, and what each person it touched answered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.errors import NotFound
from intake.model.booking import Hold
from intake.model.hours import Answer, Displacement, HoursChange
from intake.model.ids import AppointmentId, ChangeId, HallCode
from storage.sql.rows import Values, as_noun, as_row, one, put
from storage.sql.tables import displacements, hours_changes


class SqlHours:
    """The history of the hours in one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def add_change(self, change: HoursChange) -> None:
        await self.connection.execute(hours_changes.insert(), [as_row(change)])

    async def change(self, change: ChangeId) -> HoursChange:
        row = await one(self.connection, hours_changes, hours_changes.c.id == change)
        if row is None:
            raise NotFound(what="开放时间变更")
        return as_noun(HoursChange, row)

    async def changes(self, hall: HallCode, limit: int) -> tuple[HoursChange, ...]:
        made = select(hours_changes).where(hours_changes.c.hall == hall)
        newest = made.order_by(hours_changes.c.made_at.desc(), hours_changes.c.id.desc()).limit(limit)
        return tuple(as_noun(HoursChange, row) for row in (await self.connection.execute(newest)).mappings())

    async def add_displacement(self, displacement: Displacement) -> None:
        await put(self.connection, displacements, [as_row(displacement)])

    async def untold(self, limit: int) -> tuple[Displacement, ...]:
        return await self._oldest(displacements.c.told_at.is_(None), limit=limit)

    async def unanswered(self, now: datetime, limit: int) -> tuple[Displacement, ...]:
        late = displacements.c.was_start <= now
        return await self._oldest(displacements.c.answer == Answer.PENDING, late, limit=limit)

    async def displaced(self, hall: HallCode, limit: int) -> tuple[Displacement, ...]:
        there = select(displacements).where(displacements.c.hall == hall)
        newest = there.order_by(displacements.c.made_at.desc(), displacements.c.was_start).limit(limit)
        return tuple(as_noun(Displacement, row) for row in (await self.connection.execute(newest)).mappings())

    async def told(self, appointment: AppointmentId, hold: Hold | None, now: datetime) -> bool:
        offered: Values = {"hold": hold.id, "offered_start": hold.start} if hold else {"hold": None}
        nobody_yet = (displacements.c.appointment == appointment, displacements.c.told_at.is_(None))
        told = update(displacements).where(*nobody_yet).values({"told_at": now, **offered})
        return (await self.connection.execute(told)).rowcount == 1

    async def look_again(self, appointment: AppointmentId) -> None:
        await self._write(appointment, {"told_at": None, "hold": None, "offered_start": None})

    async def answer(self, appointment: AppointmentId, answer: Answer, now: datetime) -> None:
        await self._write(appointment, {"answer": answer, "answered_at": now})

    async def _write(self, appointment: AppointmentId, values: Values) -> None:
        that = displacements.c.appointment == appointment
        await self.connection.execute(update(displacements).where(that).values(values))

    async def _oldest(self, *where: ColumnElement[bool], limit: int) -> tuple[Displacement, ...]:
        in_order = select(displacements).where(*where).order_by(displacements.c.made_at).limit(limit)
        rows = (await self.connection.execute(in_order)).mappings()
        return tuple(as_noun(Displacement, row) for row in rows)
