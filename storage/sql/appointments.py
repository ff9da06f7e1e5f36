"""预约 as rows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.errors import AlreadyBooked, NotFound, Stale
from intake.model.booking import Appointment, AppointmentState, BookingRules
from intake.model.calendar import local_text
from intake.model.granting import Standing
from intake.model.ids import AccountCode, AppointmentId, HallCode, PersonId, ServiceCode, SlotId
from storage.sql.kept import Kept, Revisions
from storage.sql.places import SqlPlaces
from storage.sql.prepared import through
from storage.sql.rows import add_once, as_noun, as_row, one, write_version
from storage.sql.standing import LIVE, Ask, standings
from storage.sql.tables import appointments, reminders
from storage.sql.tables import slots as slot_rows

_LATEST = 200
_LONGEST_RUN = timedelta(hours=12)


class SqlAppointments:
    """The appointments in one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def add(self, appointment: Appointment) -> None:
        if await add_once(self.connection, appointments, as_row(appointment)):
            return
        live = await self.live_for(appointment.person, appointment.service_code)
        if live is None:
            raise Stale(what=f"预约{appointment.number}")
        hall = await SqlPlaces(self.connection, Kept(), Revisions(self.connection)).hall(live.hall)
        raise AlreadyBooked(
            service=live.service_name,
            when=local_text(live.start),
            hall=hall.name,
            number=live.number,
            appointment=live.id,
        )

    async def get(self, appointment: AppointmentId) -> Appointment:
        found = await self._one(appointments.c.id == appointment)
        if found is None:
            raise NotFound
        return found

    async def by_number(self, number: str) -> Appointment | None:
        return await self._one(appointments.c.number == number)

    async def live_for(self, person: PersonId, service: ServiceCode) -> Appointment | None:
        same = (appointments.c.person == person, appointments.c.service_code == service)
        return await self._one(*same, appointments.c.state.in_(LIVE))

    async def of_person(self, person: PersonId) -> tuple[Appointment, ...]:
        return await self._latest(appointments.c.person == person)

    async def booked_by(self, account: AccountCode) -> tuple[Appointment, ...]:
        return await self._latest(appointments.c.booked_by == account)

    async def at_hall(self, hall: HallCode, start: datetime, end: datetime) -> tuple[Appointment, ...]:
        there = (appointments.c.hall == hall, appointments.c.start >= start, appointments.c.start < end)
        statement = select(appointments).where(*there).order_by(appointments.c.start, appointments.c.id)
        return tuple(
            as_noun(Appointment, row) for row in (await self.connection.execute(statement)).mappings()
        )

    async def standing(
        self,
        person: PersonId,
        booker: AccountCode,
        service: ServiceCode,
        *,
        circle: Collection[PersonId],
        now: datetime,
        rules: BookingRules,
    ) -> Standing:
        ask = Ask(person, booker, service, frozenset(circle))
        return (await through(self.connection, lambda run: standings(run, [ask], now, rules)))[ask]

    async def taking(self, slots: Collection[SlotId]) -> tuple[Appointment, ...]:
        # A run begins at most seven slots before the one it still takes: those that begin there are looked at, too.
        if not slots:
            return ()
        starts = await self.connection.execute(
            select(
                func.min(slot_rows.c.start), func.max(slot_rows.c.start), func.max(slot_rows.c.hall)
            ).where(slot_rows.c.id.in_(sorted(slots)))
        )
        first, last, hall = starts.one()
        if first is None:
            return ()
        statement = select(appointments).where(
            appointments.c.hall == hall,
            appointments.c.start > first - _LONGEST_RUN,
            appointments.c.start <= last,
            appointments.c.state == AppointmentState.BOOKED,
        )
        in_order = statement.order_by(appointments.c.booked_at, appointments.c.id)
        rows = (await self.connection.execute(in_order)).mappings()
        wanted = set(slots)
        return tuple(a for a in (as_noun(Appointment, row) for row in rows) if wanted.intersection(a.slots))

    async def overdue(self, before: datetime, limit: int) -> tuple[Appointment, ...]:
        statement = (
            select(appointments)
            .where(appointments.c.state == AppointmentState.BOOKED, appointments.c.start <= before)
            .order_by(appointments.c.start)
            .limit(limit)
        )
        rows = (await self.connection.execute(statement)).mappings()
        return tuple(as_noun(Appointment, row) for row in rows)

    async def save(self, appointment: Appointment) -> Appointment:
        await write_version(
            self.connection, appointments, as_row(appointment), what=f"预约{appointment.number}"
        )
        return replace(appointment, version=appointment.version + 1)

    async def to_remind(self, now: datetime, minutes: int, limit: int = 200) -> tuple[Appointment, ...]:
        lead = timedelta(minutes=minutes)
        given = select(reminders.c.appointment).where(
            reminders.c.appointment == appointments.c.id,
            reminders.c.minutes == minutes,
            reminders.c.start == appointments.c.start,
        )
        statement = select(appointments).where(
            appointments.c.state == AppointmentState.BOOKED,
            appointments.c.start > now,
            appointments.c.start <= now + lead,
            ~given.exists(),
        )
        rows = (
            await self.connection.execute(statement.order_by(appointments.c.start, appointments.c.id))
        ).mappings()
        coming = (as_noun(Appointment, row) for row in rows)
        # Who books an hour ahead needs no word that it is tomorrow.
        return tuple(a for a in coming if a.booked_at <= a.start - lead)[:limit]

    async def remind(self, appointment: Appointment, minutes: int) -> bool:
        row = {"appointment": appointment.id, "minutes": minutes, "start": appointment.start}
        return await add_once(self.connection, reminders, row)

    async def _one(self, *where: ColumnElement[bool]) -> Appointment | None:
        row = await one(self.connection, appointments, *where)
        return None if row is None else as_noun(Appointment, row)

    async def _latest(self, whose: ColumnElement[bool]) -> tuple[Appointment, ...]:
        latest = (appointments.c.start.desc(), appointments.c.id.desc())
        statement = select(appointments).where(whose).order_by(*latest).limit(_LATEST)
        rows = (await self.connection.execute(statement)).mappings().all()
        return tuple(as_noun(Appointment, row) for row in reversed(rows))
