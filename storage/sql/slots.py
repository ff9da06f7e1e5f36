"""号源 as rows: the last place goes to one person because one statement both looks and takes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.errors import NotFound
from intake.model.booking import Slot
from intake.model.catalogue import CounterGroup
from intake.model.ids import HallCode, SlotId
from intake.model.places import OfferKind, OpenTime
from storage.sql.rows import Values, as_noun, as_row, insert_into, one
from storage.sql.tables import slots


class SqlSlots:
    """The places to book in one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def open(self, times: Sequence[OpenTime]) -> int:
        if not times:
            return 0
        known = await self._known(min(t.start for t in times), max(t.start for t in times))
        rows = {row["id"]: row for row in map(_row, times) if row["id"] not in known}
        if not rows:
            return 0
        statement = insert_into(self.connection, slots).on_conflict_do_nothing().returning(slots.c.id)
        return len((await self.connection.execute(statement, list(rows.values()))).all())

    async def get(self, slot: SlotId) -> Slot:
        row = await one(self.connection, slots, slots.c.id == slot)
        if row is None:
            raise NotFound(what="号源")
        return as_noun(Slot, row)

    async def claim(self, slot: SlotId, *, online: bool) -> Slot | None:
        taken, capacity = _quota(online=online)
        statement = (
            update(slots)
            .where(slots.c.id == slot, slots.c[taken] < slots.c[capacity])
            .values({taken: slots.c[taken] + 1})
            .returning(slots)
        )
        row = (await self.connection.execute(statement)).mappings().first()
        return None if row is None else as_noun(Slot, row)

    async def release(self, slot: SlotId, *, online: bool) -> None:
        taken, _ = _quota(online=online)
        given_back = update(slots).where(slots.c.id == slot, slots.c[taken] > 0)
        await self.connection.execute(given_back.values({taken: slots.c[taken] - 1}))

    async def free(
        self,
        *,
        group: CounterGroup,
        now: datetime,
        after: datetime,
        before: datetime | None = None,
        halls: Collection[HallCode] | None = None,
        kinds: Collection[OfferKind] | None = None,
        limit: int = 200,
    ) -> tuple[Slot, ...]:
        statement = select(slots).where(
            slots.c.group == group,
            slots.c.start >= after,
            slots.c.book_before > now,
            slots.c.online_taken < slots.c.online_capacity,
        )
        if before is not None:
            statement = statement.where(slots.c.start < before)
        if halls is not None:
            statement = statement.where(slots.c.hall.in_(sorted(halls)))
        if kinds is not None:
            statement = statement.where(slots.c.kind.in_(sorted(kinds)))
        soonest = statement.order_by(slots.c.start, slots.c.hall, slots.c.id).limit(limit)
        return tuple(as_noun(Slot, row) for row in (await self.connection.execute(soonest)).mappings())

    async def _known(self, first: datetime, last: datetime) -> set[SlotId]:
        statement = select(slots.c.id).where(slots.c.start.between(first, last))
        return set((await self.connection.execute(statement)).scalars())


def _quota(*, online: bool) -> tuple[str, str]:
    return ("online_taken", "online_capacity") if online else ("counter_taken", "counter_capacity")


def _row(time: OpenTime) -> Values:
    """The id says hall, group, kind and start (UTC): opening the same time twice is the same row."""
    start = time.start.astimezone(UTC)
    place = SlotId(f"{time.hall}.{time.group.value}.{time.kind.value}.{start:%Y%m%dT%H%MZ}")
    return {**as_row(time), "id": place, "book_before": start - timedelta(hours=time.notice_hours)}
