"""候补 as rows: one line per hall in the order people joined; nobody stands in it twice for one thing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.errors import NotFound
from intake.model.booking import Slot
from intake.model.ids import AccountCode, HoldId, PersonId, ServiceCode, WaitingId
from intake.model.waiting import AT_THE_COUNTER, Waiting, WaitingState
from storage.sql.rows import add_once, as_noun, as_row, one
from storage.sql.tables import waiting

_LIVE = (WaitingState.WAITING, WaitingState.OFFERED)
_LATEST = 50


class SqlWaitings:
    """The lines of the halls in one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def add(self, entry: Waiting) -> bool:
        return await add_once(self.connection, waiting, as_row(entry))

    async def get(self, entry: WaitingId) -> Waiting:
        row = await one(self.connection, waiting, waiting.c.id == entry)
        if row is None:
            raise NotFound
        return as_noun(Waiting, row)

    async def live_for(self, person: PersonId, service: ServiceCode) -> Waiting | None:
        same = (waiting.c.person == person, waiting.c.service_code == service)
        return await self._one(*same, waiting.c.state.in_(_LIVE))

    async def offered(self, hold: HoldId, person: PersonId) -> Waiting | None:
        return await self._one(
            waiting.c.person == person, waiting.c.state == WaitingState.OFFERED, waiting.c.hold == hold
        )

    async def of_people(self, people: Collection[PersonId], joined_by: AccountCode) -> tuple[Waiting, ...]:
        whose = or_(waiting.c.person.in_(sorted(people)), waiting.c.joined_by == joined_by)
        return await self._all(whose, waiting.c.state.in_(_LIVE), limit=_LATEST)

    async def next_for(self, slot: Slot, limit: int) -> tuple[Waiting, ...]:
        usual = waiting.c.kind.is_(None) if slot.kind in AT_THE_COUNTER else waiting.c.kind == slot.kind
        suiting = and_(waiting.c.after <= slot.start, waiting.c.before > slot.start)
        there = (waiting.c.hall == slot.hall, waiting.c.group == slot.group)
        wanted = or_(waiting.c.kind == slot.kind, usual)
        return await self._all(waiting.c.state == WaitingState.WAITING, *there, suiting, wanted, limit=limit)

    async def in_line(self, limit: int) -> tuple[Waiting, ...]:
        return await self._all(waiting.c.state == WaitingState.WAITING, limit=limit)

    async def unanswered(self, now: datetime, limit: int) -> tuple[Waiting, ...]:
        late = waiting.c.answer_by <= now
        return await self._all(waiting.c.state == WaitingState.OFFERED, late, limit=limit)

    async def before(self, entry: Waiting) -> int:
        ahead = select(func.count()).where(
            waiting.c.state == WaitingState.WAITING,
            waiting.c.hall == entry.hall,
            waiting.c.group == entry.group,
            waiting.c.after < entry.before,
            waiting.c.before > entry.after,
            or_(
                waiting.c.joined_at < entry.joined_at,
                and_(waiting.c.joined_at == entry.joined_at, waiting.c.id < entry.id),
            ),
        )
        return int((await self.connection.execute(ahead)).scalar_one())

    async def save(self, entry: Waiting) -> Waiting | None:
        now_is = (waiting.c.id == entry.id) & (waiting.c.version == entry.version)
        written = update(waiting).where(now_is).values({**as_row(entry), "version": entry.version + 1})
        changed = (await self.connection.execute(written)).rowcount == 1
        return replace(entry, version=entry.version + 1) if changed else None

    async def _one(self, *where: ColumnElement[bool]) -> Waiting | None:
        row = await one(self.connection, waiting, *where)
        return None if row is None else as_noun(Waiting, row)

    async def _all(self, *where: ColumnElement[bool], limit: int) -> tuple[Waiting, ...]:
        in_order = select(waiting).where(*where).order_by(waiting.c.joined_at, waiting.c.id).limit(limit)
        return tuple(as_noun(Waiting, row) for row in (await self.connection.execute(in_order)).mappings())
