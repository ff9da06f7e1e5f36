"""号源 as rows. Whoever wants a place locks the slots in the order of their ids, then reads, then decides, then takes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import lru_cache

from sqlalchemy import (
    ColumnElement,
    Integer,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    false,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.errors import NotFound
from intake.model.booking import AppointmentState, Pool, Slot
from intake.model.catalogue import CounterGroup
from intake.model.ids import HallCode, SlotId
from intake.model.places import OfferKind, OpenTime
from intake.model.waiting import AT_THE_COUNTER, WaitingState
from storage.sql.columns import Instant
from storage.sql.prepared import Prepared, among, given, one_of, through
from storage.sql.rows import Values, as_nouns, as_row, insert_into
from storage.sql.tables import appointments, held_places, session_words, slots, waiting

_SHAPE = (
    "end",
    "online_capacity",
    "counter_capacity",
    "green_capacity",
    "closed",
    "helper",
    "session",
    "min_bookings",
    "notice_hours",
    "book_before",
    "green_until",
)


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

    async def get(self, slot: SlotId, now: datetime) -> Slot:
        found = await self._read(_with_counts(now).where(slots.c.id == slot))
        if not found:
            raise NotFound(what="号源")
        return found[0]

    async def lock(self, wanted: Collection[SlotId]) -> None:
        # The order of the ids is the order of all who lock, so that none waits for one who waits for it.
        statement = select(slots.c.id).where(slots.c.id.in_(sorted(wanted))).order_by(slots.c.id)
        await self.connection.execute(statement.with_for_update())

    async def read(self, wanted: Collection[SlotId], now: datetime) -> tuple[Slot, ...]:
        # Not one statement with the lock: on PostgreSQL a statement that waited for a lock still counts the holds it
        # saw before it waited.
        those = slots.c.id.in_(sorted(wanted))
        return await self._read(_with_counts(now).where(those).order_by(slots.c.start, slots.c.id))

    async def take(self, run: Collection[SlotId], pool: Pool, now: datetime) -> bool:
        taken, capacity = slots.c[f"{pool.value}_taken"], slots.c[f"{pool.value}_capacity"]
        room = and_(taken + held_of(pool, now) < capacity, slots.c.closed.is_(False))
        statement = update(slots).where(slots.c.id.in_(sorted(run)), room).values({taken: taken + 1})
        return (await self.connection.execute(statement)).rowcount == len(run)

    async def give_back(self, run: Collection[SlotId], pool: Pool) -> None:
        taken = slots.c[f"{pool.value}_taken"]
        given_back = update(slots).where(slots.c.id.in_(sorted(run)), taken > 0)
        await self.connection.execute(given_back.values({taken: taken - 1}))

    async def planned(self, hall: HallCode, after: datetime, before: datetime) -> tuple[Slot, ...]:
        bare = (literal(0).label(f"{pool.value}_held") for pool in Pool)
        statement = select(slots, *bare, literal(0).label("waiting")).where(
            slots.c.hall == hall, slots.c.start > after, slots.c.start < before
        )
        return await self._read(statement.order_by(slots.c.start, slots.c.id))

    async def reshape(self, shaped: Collection[Slot]) -> None:
        rows = [{f"to_{name}": getattr(slot, name) for name in ("id", *_SHAPE)} for slot in shaped]
        if rows:
            values = {slots.c[name]: bindparam(f"to_{name}", type_=slots.c[name].type) for name in _SHAPE}
            by_id = update(slots).where(slots.c.id == bindparam("to_id")).values(values)
            await self.connection.execute(by_id, sorted(rows, key=lambda row: str(row["to_id"])))

    async def sessions_due(self, now: datetime) -> tuple[str, ...]:
        statement = (
            select(slots.c.session)
            .where(
                slots.c.session != "",
                slots.c.min_bookings > 1,
                slots.c.book_before <= now,
                slots.c.start > now,
            )
            .distinct()
            .order_by(slots.c.session)
        )
        return tuple((await self.connection.execute(statement)).scalars())

    async def of_session(self, session: str) -> tuple[SlotId, ...]:
        statement = select(slots.c.id).where(slots.c.session == session).order_by(slots.c.id)
        return tuple((await self.connection.execute(statement)).scalars())

    async def sessions_turned(self, now: datetime) -> tuple[str, ...]:
        booked = and_(appointments.c.slot == slots.c.id, appointments.c.state == AppointmentState.BOOKED)
        told = func.coalesce(session_words.c.opens, false())
        statement = (
            select(slots.c.session)
            .outerjoin(appointments, booked)
            .outerjoin(session_words, session_words.c.session == slots.c.session)
            .where(slots.c.session != "", slots.c.start > now)
            .group_by(slots.c.session, session_words.c.opens)
            .having((func.count(appointments.c.id) >= func.max(slots.c.min_bookings)) != told)
            .order_by(slots.c.session)
        )
        return tuple((await self.connection.execute(statement)).scalars())

    async def told_session(self, session: str, *, opens: bool) -> None:
        insert = insert_into(self.connection, session_words).values(session=session, opens=opens)
        again = insert.on_conflict_do_update(index_elements=["session"], set_={"opens": opens})
        await self.connection.execute(again)

    async def free(
        self,
        *,
        at: Collection[tuple[HallCode, CounterGroup]],
        now: datetime,
        after: datetime,
        before: datetime | None = None,
        kinds: Collection[OfferKind] | None = None,
        pools: Collection[Pool] = (Pool.ONLINE,),
        green: bool = False,
        limit: int = 200,
    ) -> tuple[Slot, ...]:
        if not at:
            return ()
        groups = tuple(_groups(at))
        only = next(iter(at))[0] if len(at) == 1 else None
        ends, its_kinds = before is not None, kinds is not None
        asked = _free(groups, tuple(pools), green=green, ends=ends, kinds=its_kinds, one=only is not None)
        values = {"now": now, "after": after, "before": before, "limit": limit, "kinds": sorted(kinds or ())}
        halls = {_halls_of(group): sorted(hall for hall, its in at if its is group) for group in groups}
        rows = await through(self.connection, lambda run: run(asked, {**values, **halls, "hall": only}))
        return as_nouns(Slot, asked.columns, rows)

    async def soonest(
        self,
        *,
        at: Collection[tuple[HallCode, CounterGroup]],
        now: datetime,
        kinds: Collection[OfferKind],
        pools: Collection[Pool],
        green: bool,
        each: int,
    ) -> tuple[Slot, ...]:
        if not at:
            return ()
        turn = (
            func.row_number()
            .over(
                partition_by=(slots.c.hall, slots.c.kind, slots.c.min_bookings > 1),
                order_by=(slots.c.start, slots.c.id),
            )
            .label("turn")
        )
        open_ones = select(slots.c.id, turn).where(
            or_(*(_at(group, [hall for hall, its in at if its is group]) for group in _groups(at))),
            slots.c.start >= now,
            slots.c.book_before > now,
            slots.c.closed.is_(False),
            slots.c.kind.in_(sorted(kinds)),
            _some_left(pools, now, green=green),
        )
        ranked = open_ones.subquery()
        first = select(ranked.c.id).where(ranked.c.turn <= each)
        statement = _with_counts(now).where(slots.c.id.in_(first))
        return await self._read(statement.order_by(slots.c.start, slots.c.hall, slots.c.id))

    async def _read(self, statement: Select[tuple[object, ...]]) -> tuple[Slot, ...]:
        result = await self.connection.execute(statement)
        return as_nouns(Slot, result.keys(), result)

    async def _known(self, first: datetime, last: datetime) -> set[SlotId]:
        statement = select(slots.c.id).where(slots.c.start.between(first, last))
        return set((await self.connection.execute(statement)).scalars())


@lru_cache(maxsize=256)
def _free(
    groups: tuple[CounterGroup, ...],
    pools: tuple[Pool, ...],
    *,
    green: bool,
    ends: bool,
    kinds: bool,
    one: bool,
) -> Prepared:
    """What is free at some halls of each group: one statement for each shape of the question, of which a county asks few.

    `one` hall is asked for by name: of a list SQLite does not know how short it is, and walks through all the group's halls.
    """
    now, start = bindparam("now", None, type_=Instant()), slots.c.start
    hall = slots.c.hall
    halls = [hall == given("hall", hall) if one else among(hall, _halls_of(group)) for group in groups]
    some = [and_(slots.c.group == group, there) for group, there in zip(groups, halls, strict=True)]
    where = [or_(*some), start >= given("after", start), slots.c.book_before > now, slots.c.closed.is_(False)]
    if ends:
        where.append(start < given("before", start))
    if kinds:
        where.append(among(slots.c.kind, "kinds"))
    statement = _with_counts(now).where(*where, _some_left(pools, now, green=green))
    limit = bindparam("limit", None, type_=Integer())
    return Prepared(statement.order_by(start, slots.c.hall, slots.c.id).limit(limit))


def _halls_of(group: CounterGroup) -> str:
    return f"halls_of_{group}"


def _groups(at: Collection[tuple[HallCode, CounterGroup]]) -> list[CounterGroup]:
    return sorted({group for _, group in at})


def _at(group: CounterGroup, halls: Collection[HallCode]) -> ColumnElement[bool]:
    return and_(slots.c.group == group, slots.c.hall.in_(sorted(halls)))


def with_waiting() -> Select[tuple[object, ...]]:
    """A slot with who waits for it, for whoever counts what is held of it by themselves."""
    return select(slots, _waiting().label("waiting"))


def _with_counts(now: datetime | ColumnElement[datetime]) -> Select[tuple[object, ...]]:
    """A slot with what is held of it at an instant and who waits for it: what is shown and what is enforced."""
    held = (held_of(pool, now).label(f"{pool.value}_held") for pool in Pool)
    return select(slots, *held, _waiting().label("waiting"))


def held_of(pool: Pool, now: datetime | ColumnElement[datetime]) -> ScalarSelect[int]:
    """How many places of a pool are held: by the timestamp alone, whatever a chore has or has not tidied."""
    return (
        select(func.count())
        .where(held_places.c.slot == slots.c.id, held_places.c.pool == pool, held_places.c.expires_at > now)
        .correlate(slots)
        .scalar_subquery()
    )


def _waiting() -> ScalarSelect[int]:
    """How many people in line one place of the slot would suit. Who needs several in a row does not keep back one."""
    usual = and_(waiting.c.kind.is_(None), one_of(slots.c.kind, sorted(AT_THE_COUNTER)))
    return (
        select(func.count())
        .where(
            one_of(waiting.c.state, [WaitingState.WAITING]),
            waiting.c.hall == slots.c.hall,
            waiting.c.group == slots.c.group,
            waiting.c.after <= slots.c.start,
            waiting.c.before > slots.c.start,
            waiting.c.places == 1,
            or_(waiting.c.kind == slots.c.kind, usual),
        )
        .correlate(slots)
        .scalar_subquery()
    )


def _some_left(
    pools: Collection[Pool], now: datetime | ColumnElement[datetime], *, green: bool
) -> ColumnElement[bool]:
    """A first sieve for lists; who may have which place of a run is decided by `granting`."""
    return or_(*(_pool_left(pool, now, green=green) for pool in pools))


def _pool_left(pool: Pool, now: datetime | ColumnElement[datetime], *, green: bool) -> ColumnElement[bool]:
    left = slots.c[f"{pool.value}_taken"] + held_of(pool, now) < slots.c[f"{pool.value}_capacity"]
    return left if pool is not Pool.GREEN or green else and_(left, slots.c.green_until <= now)


def _row(time: OpenTime) -> Values:
    """The id says hall, group, kind and start (UTC): opening the same time twice is the same row."""
    row = as_row(time)
    del row["green_until_hours"]
    return {**row, "id": time.slot, "book_before": time.last_call, "green_until": time.green_until}
