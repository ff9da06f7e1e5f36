"""The queue as rows: two clerks who press at once get two people."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.errors import NotFound, Stale
from intake.model.catalogue import CounterGroup
from intake.model.ids import AccountCode, AppointmentId, CounterCode, HallCode, PersonId, TicketId
from intake.model.lines import MOST_OVERTAKEN
from intake.model.queue import OVER, Ticket, TicketState
from storage.sql.rows import add_once, as_noun, as_row, one, write_version
from storage.sql.tables import halls, tickets


def _in_line(most_overtaken: int) -> tuple[ColumnElement[Any], ...]:
    """The order of calling: who has let enough later comers pass, by arrival; then everybody by their credit."""
    later = tickets.alias("later")
    passed = (
        select(func.count())
        .where(
            later.c.hall == tickets.c.hall,
            later.c.day == tickets.c.day,
            later.c.group == tickets.c.group,
            later.c.called_at >= tickets.c.since,
            later.c.taken_at > tickets.c.taken_at,
        )
        .correlate(tickets)
        .scalar_subquery()
    )
    enough = passed >= most_overtaken
    due = case((enough, tickets.c.taken_at), else_=tickets.c.order_at)
    return case((enough, 0), else_=1), due, tickets.c.taken_at, tickets.c.id


class SqlTickets:
    """The halls' numbers in one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def add(self, ticket: Ticket) -> None:
        if not await add_once(self.connection, tickets, as_row(ticket)):
            raise Stale(what=f"{ticket.number}号")

    async def get(self, ticket: TicketId) -> Ticket:
        row = await one(self.connection, tickets, tickets.c.id == ticket)
        if row is None:
            raise NotFound
        return as_noun(Ticket, row)

    async def of_appointment(self, appointment: AppointmentId) -> Ticket | None:
        row = await one(self.connection, tickets, tickets.c.appointment == appointment)
        return None if row is None else as_noun(Ticket, row)

    async def call_next(
        self,
        hall: HallCode,
        day: date,
        groups: Collection[CounterGroup],
        counter: CounterCode,
        clerk: AccountCode,
        *,
        most_overtaken: int = MOST_OVERTAKEN,
    ) -> Ticket | None:
        await self._alone_with_line(hall)
        waiting = tickets.c.state == TicketState.WAITING
        here = (tickets.c.hall == hall, tickets.c.day == day, tickets.c.group.in_(sorted(groups)), waiting)
        # SKIP LOCKED: who is being called elsewhere in this very moment is not waited for, the next in line comes.
        # SQLite has one writer at a time and leaves the clause out.
        first = (
            select(tickets.c.id)
            .where(*here)
            .order_by(*_in_line(most_overtaken))
            .limit(1)
            .with_for_update(skip_locked=True, of=tickets)
        )
        called = {
            "state": TicketState.CALLED,
            "counter": counter,
            "clerk": clerk,
            "calls": 1,
            "version": tickets.c.version + 1,
        }
        statement = (
            update(tickets)
            .where(tickets.c.id == first.scalar_subquery(), waiting)
            .values(called)
            .returning(tickets)
        )
        row = (await self.connection.execute(statement)).mappings().first()
        return None if row is None else as_noun(Ticket, row)

    async def today(
        self, hall: HallCode, day: date, *, most_overtaken: int = MOST_OVERTAKEN
    ) -> tuple[Ticket, ...]:
        here = select(tickets).where(tickets.c.hall == hall, tickets.c.day == day)
        statement = here.order_by(*_in_line(most_overtaken))
        return tuple(as_noun(Ticket, row) for row in (await self.connection.execute(statement)).mappings())

    async def of_person(self, person: PersonId, day: date) -> tuple[Ticket, ...]:
        theirs = select(tickets).where(tickets.c.person == person, tickets.c.day == day)
        rows = await self.connection.execute(theirs.order_by(tickets.c.taken_at.desc(), tickets.c.id))
        return tuple(as_noun(Ticket, row) for row in rows.mappings())

    async def left_open(self, since: date, before: date, limit: int) -> tuple[Ticket, ...]:
        of_those_days = (tickets.c.day >= since, tickets.c.day < before, tickets.c.state.not_in(sorted(OVER)))
        # By hall, because the index of the lines begins with it.
        of_any_hall = tickets.c.hall.in_(select(halls.c.code))
        oldest = select(tickets).where(of_any_hall, *of_those_days).order_by(tickets.c.day, tickets.c.id)
        rows = (await self.connection.execute(oldest.limit(limit))).mappings()
        return tuple(as_noun(Ticket, row) for row in rows)

    async def save(self, ticket: Ticket) -> Ticket:
        await write_version(self.connection, tickets, as_row(ticket), what=f"{ticket.number}号")
        return replace(ticket, version=ticket.version + 1)

    async def _alone_with_line(self, hall: HallCode) -> None:
        """Two calls of one hall count one after the other who was overtaken; SQLite's writers take turns anyway.

        Without it two counters could each let the last later comer pass whom a person has to suffer.
        """
        if self.connection.dialect.name == "postgresql":
            await self.connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"line:{hall}"))))
