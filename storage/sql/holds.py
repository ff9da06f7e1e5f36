"""留号 as rows: a hold counts while its expiry lies ahead, and is turned into an appointment once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.errors import NotFound, Stale
from intake.model.booking import Hold, HoldState
from intake.model.ids import AccountCode, AppointmentId, HoldId, PersonId, ServiceCode, SlotId
from storage.sql.rows import add_once, as_noun, as_row, one
from storage.sql.tables import held_places, holds

_LATEST = 50


class SqlHolds:
    """The places held in one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def add(self, hold: Hold) -> None:
        if not await add_once(self.connection, holds, as_row(hold)):
            raise Stale(what="留号")
        rows = [
            {"hold": hold.id, "slot": slot, "pool": hold.pool, "expires_at": hold.expires_at}
            for slot in hold.run
        ]
        await self.connection.execute(held_places.insert(), rows)

    async def get(self, hold: HoldId) -> Hold:
        row = await one(self.connection, holds, holds.c.id == hold)
        if row is None:
            raise NotFound
        return as_noun(Hold, row)

    async def of_matter(self, person: PersonId, service: ServiceCode) -> Hold | None:
        same = (holds.c.person == person, holds.c.service_code == service)
        row = await one(self.connection, holds, *same, holds.c.state == HoldState.HELD)
        return None if row is None else as_noun(Hold, row)

    async def of_person(self, person: PersonId, now: datetime) -> tuple[Hold, ...]:
        statement = select(holds).where(
            holds.c.person == person, holds.c.state == HoldState.HELD, holds.c.expires_at > now
        )
        rows = (await self.connection.execute(statement.order_by(holds.c.start).limit(_LATEST))).mappings()
        return tuple(as_noun(Hold, row) for row in rows)

    async def held_by(self, account: AccountCode, now: datetime) -> tuple[Hold, ...]:
        statement = select(holds).where(
            holds.c.held_by == account, holds.c.state == HoldState.HELD, holds.c.expires_at > now
        )
        rows = (await self.connection.execute(statement.order_by(holds.c.start).limit(_LATEST))).mappings()
        return tuple(as_noun(Hold, row) for row in rows)

    async def end(
        self, hold: Hold, state: HoldState, now: datetime, appointment: AppointmentId | None = None
    ) -> bool:
        # One statement looks and ends: of two clicks at once, or of a click and the expiry, one is told it was late.
        mine = (holds.c.id == hold.id, holds.c.state == HoldState.HELD)
        in_time = (holds.c.expires_at > now,) if state is HoldState.CONFIRMED else ()
        became = {"appointment": appointment} if appointment else {}
        ended = update(holds).where(*mine, *in_time).values(state=state, **became)
        if (await self.connection.execute(ended)).rowcount != 1:
            return False
        await self.connection.execute(delete(held_places).where(held_places.c.hold == hold.id))
        return True

    async def on(self, slots: Collection[SlotId], now: datetime) -> tuple[Hold, ...]:
        there = select(held_places.c.hold).where(
            held_places.c.slot.in_(sorted(slots)), held_places.c.expires_at > now
        )
        live = select(holds).where(holds.c.id.in_(there), holds.c.state == HoldState.HELD)
        rows = (await self.connection.execute(live.order_by(holds.c.held_at, holds.c.id))).mappings()
        return tuple(as_noun(Hold, row) for row in rows)

    async def expired(self, now: datetime, limit: int) -> tuple[Hold, ...]:
        statement = (
            select(holds)
            .where(holds.c.state == HoldState.HELD, holds.c.expires_at <= now)
            .order_by(holds.c.expires_at)
            .limit(limit)
        )
        return tuple(as_noun(Hold, row) for row in (await self.connection.execute(statement)).mappings())
