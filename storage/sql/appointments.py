"""预约 as rows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.errors import AlreadyBooked, NotFound, Stale
from intake.model.booking import Appointment, AppointmentState, BookingRules, HoldState
from intake.model.calendar import SHANGHAI, local_day, local_text
from intake.model.granting import Standing
from intake.model.ids import AccountCode, AppointmentId, HallCode, PersonId, ServiceCode, SlotId
from intake.model.waiting import AT_THE_COUNTER
from storage.sql.places import SqlPlaces
from storage.sql.rows import add_once, as_noun, as_row, one, write_version
from storage.sql.tables import appointments, holds, reminders
from storage.sql.tables import slots as slot_rows

_LATEST = 200
_LONGEST_RUN = timedelta(hours=12)
_LIVE = (AppointmentState.BOOKED, AppointmentState.DISPLACED)
_CAME = (AppointmentState.CHECKED_IN, AppointmentState.KEPT)


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
        hall = await SqlPlaces(self.connection).hall(live.hall)
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
            raise NotFound(what="预约")
        return found

    async def by_number(self, number: str) -> Appointment | None:
        return await self._one(appointments.c.number == number)

    async def live_for(self, person: PersonId, service: ServiceCode) -> Appointment | None:
        same = (appointments.c.person == person, appointments.c.service_code == service)
        return await self._one(*same, appointments.c.state.in_(_LIVE))

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
        day = _day_start(now)
        mine, theirs = appointments.c.person == person, appointments.c.booked_by == booker
        other = (holds.c.person == person, holds.c.service_code != service, holds.c.state == HoldState.HELD)
        held = select(func.count()).select_from(holds).where(*other, holds.c.expires_at > now)
        counts = select(
            _count(mine, *_ahead(now)) + held.scalar_subquery(),
            _count(mine, appointments.c.start >= day, appointments.c.booked_at >= day),
            _count(theirs, *_ahead(now)),
            _count(theirs, appointments.c.start >= day, appointments.c.booked_at >= day),
        )
        live, made, booker_live, booker_made = (await self.connection.execute(counts)).one()
        return Standing(
            live,
            made,
            booker_live,
            booker_made,
            await self._absences(person, now, rules),
            await self._given_back(booker, {person, *circle}, now, rules),
        )

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

    async def _absences(self, person: PersonId, now: datetime, rules: BookingRules) -> tuple[datetime, ...]:
        """Right by the clock: a visit whose time is over counts, whether or not a chore has written it down."""
        since = now - timedelta(days=rules.no_show_window_days)
        mine = (appointments.c.person == person, appointments.c.start >= since)
        came = select(func.max(appointments.c.start)).where(*mine, appointments.c.state.in_(_CAME))
        last = (await self.connection.execute(came)).scalar() or since
        over = now - timedelta(minutes=rules.no_show_after_minutes)
        stayed_away = or_(
            appointments.c.state == AppointmentState.NO_SHOW,
            and_(
                appointments.c.state == AppointmentState.BOOKED,
                appointments.c.start <= over,
                appointments.c.kind.in_(sorted(AT_THE_COUNTER)),
            ),
        )
        starts = select(appointments.c.start).where(
            *mine, stayed_away, appointments.c.start > last, appointments.c.forgiven == ""
        )
        return tuple((await self.connection.execute(starts.order_by(appointments.c.start))).scalars())

    async def _given_back(
        self, booker: AccountCode, circle: Collection[PersonId], now: datetime, rules: BookingRules
    ) -> tuple[tuple[SlotId, datetime], ...]:
        rest = timedelta(minutes=rules.cool_down_minutes)
        lately = (
            appointments.c.start > now,
            appointments.c.state == AppointmentState.CANCELLED,
            appointments.c.ended_at > now - rest,
        )
        whose = (appointments.c.booked_by == booker, appointments.c.person.in_(sorted(circle)))
        walks = (
            select(appointments.c.run, appointments.c.slot, appointments.c.ended_at).where(one, *lately)
            for one in whose
        )
        rows = [row for walk in walks for row in (await self.connection.execute(walk)).all()]
        return tuple((slot, ended + rest) for run, first, ended in rows for slot in (run or (first,)))

    async def _one(self, *where: ColumnElement[bool]) -> Appointment | None:
        row = await one(self.connection, appointments, *where)
        return None if row is None else as_noun(Appointment, row)

    async def _latest(self, whose: ColumnElement[bool]) -> tuple[Appointment, ...]:
        latest = (appointments.c.start.desc(), appointments.c.id.desc())
        statement = select(appointments).where(whose).order_by(*latest).limit(_LATEST)
        rows = (await self.connection.execute(statement)).mappings().all()
        return tuple(as_noun(Appointment, row) for row in reversed(rows))


def _ahead(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return appointments.c.start > now, appointments.c.state.in_(_LIVE)


def _count(*where: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).select_from(appointments).where(*where).scalar_subquery()


def _day_start(now: datetime) -> datetime:
    return datetime.combine(local_day(now), time.min, SHANGHAI)
