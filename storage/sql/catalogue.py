"""事项清单 as rows: one document per version, and the items in force kept parsed."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import ColumnElement, RowMapping, bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.errors import UnknownService
from intake.model.catalogue import Bundle, ServiceItem
from intake.model.ids import ServiceCode
from storage.sql.columns import adapter
from storage.sql.kept import Revisions
from storage.sql.rows import Values, insert_into, one, portions
from storage.sql.tables import bundles, item_versions, revisions

_ROWS_AT_ONCE, _SHORT_ROWS_AT_ONCE, _CODES_AT_ONCE = 100, 1_000, 500
_SUBJECT = "catalogue"
_DAYS_KEPT, _LONG = 8, 5_000
_STAMP = {"version", "valid_from", "valid_to"}


@dataclass(frozen=True, slots=True)
class DayInForce:
    """The items of one day, parsed."""

    items: tuple[ServiceItem, ...]
    by_code: dict[ServiceCode, ServiceItem]


@dataclass(slots=True)
class ItemsInForce:
    """The items of one revision on the days last asked for, parsed; shared by every unit of work of a process.

    Several days, for figures of past months are asked for beside the day's work; of a very long catalogue only one.
    """

    revision: int = -1
    days: dict[date, DayInForce] = field(default_factory=dict)
    bundles: tuple[Bundle, ...] | None = None
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Of those who find a day not kept, one reads it and the others wait: after an import that is everybody at once."""

    def begin(self, revision: int) -> None:
        """Forget what was kept of another revision."""
        if revision != self.revision:
            self.revision, self.days, self.bundles = revision, {}, None

    def hold(self, revision: int, day: date, items: tuple[ServiceItem, ...]) -> None:
        """Keep these, and forget what was kept of another revision or longest ago."""
        self.begin(revision)
        self.days.pop(day, None)
        self.days[day] = DayInForce(items, {item.code: item for item in items})
        while len(self.days) > (_DAYS_KEPT if len(items) < _LONG else 1):
            del self.days[next(iter(self.days))]

    def minutes_of(self, code: ServiceCode) -> int:
        """How long the item takes as it was read last, 0 where it was not: only to foresee by, for it may have changed."""
        item = next((day.by_code.get(code) for day in reversed(self.days.values())), None)
        return 0 if item is None else item.minutes

    def kept(self, code: ServiceCode, version: int) -> ServiceItem | None:
        """That version, if it stands on a day that is kept."""
        found = (day.by_code.get(code) for day in self.days.values())
        return next((item for item in found if item is not None and item.version == version), None)


class SqlCatalogue:
    """The catalogue in one unit of work."""

    def __init__(self, connection: AsyncConnection, in_force: ItemsInForce, revisions: Revisions) -> None:
        self.connection = connection
        self._in_force = in_force
        self._revisions = revisions
        self._changed = False

    async def current(self, code: ServiceCode, on: date) -> ServiceItem:
        kept = await self._kept(on)
        if kept is not None:
            return known_item(kept.by_code.get(code))
        return known_item(
            _item(await one(self.connection, item_versions, item_versions.c.code == code, _on(on)))
        )

    async def version(self, code: ServiceCode, version: int) -> ServiceItem:
        kept = self._in_force.kept(code, version)
        if kept is not None and not self._changed:
            return kept
        same = (item_versions.c.code == code, item_versions.c.version == version)
        return known_item(_item(await one(self.connection, item_versions, *same)))

    async def all_current(self, on: date) -> tuple[ServiceItem, ...]:
        # What this very transaction changed may yet be undone; its revision number would then come again with
        # another content.
        if self._changed:
            return await self._read_day(on)
        async with self._in_force.reading:
            kept = await self._kept(on)
            if kept is not None:
                return kept.items
            revision, items = await self.revision(), await self._read_day(on)
            self._in_force.hold(revision, on, items)
        return items

    async def _read_day(self, on: date) -> tuple[ServiceItem, ...]:
        statement = select(item_versions).where(_on(on)).order_by(item_versions.c.code)
        read: list[ServiceItem] = []
        # In portions: between two of them everybody else gets a turn, however long the catalogue is.
        async with self.connection.stream(statement) as rows:
            async for some in rows.mappings().partitions(_ROWS_AT_ONCE):
                read += map(_read, some)
        return tuple(read)

    async def codes(self, on: date) -> frozenset[ServiceCode]:
        return frozenset(await self.connection.scalars(select(item_versions.c.code).where(_on(on))))

    async def revision(self) -> int:
        statement = select(revisions.c.value).where(revisions.c.subject == _SUBJECT)
        return (await self.connection.execute(statement)).scalar() or 0

    async def digests(self, items: Sequence[ServiceItem]) -> Mapping[ServiceCode, str]:
        return await asyncio.to_thread(lambda: {item.code: _digest(item) for item in items})

    async def replace(
        self, items: Sequence[ServiceItem], on: date, digests: Mapping[ServiceCode, str] | None = None
    ) -> int:
        digests = digests or await self.digests(items)
        await self.lock()
        standing = await self._standing({item.code for item in items}, on)
        new = [item for item in items if standing.get(item.code, _NONE).digest != digests[item.code]]
        # In portions: whoever asks something while five thousand items come in is answered in between.
        for some in portions(new, _ROWS_AT_ONCE):
            await self._begin_revision()
            await self._close([standing[item.code] for item in some if item.code in standing], on)
            rows = [_successor(item, standing.get(item.code, _NONE), digests[item.code], on) for item in some]
            await self.connection.execute(item_versions.insert(), rows)
        return len(new)

    async def withdraw(self, codes: Sequence[ServiceCode], on: date) -> int:
        if not codes:
            return 0
        await self.lock()
        gone = never = 0
        for some in portions(list(codes), _CODES_AT_ONCE):
            mine = item_versions.c.code.in_(some)
            in_force = update(item_versions).where(mine, _on(on)).values(valid_to=on)
            gone += (await self.connection.execute(in_force)).rowcount
            waiting = mine & (item_versions.c.valid_from > on) & _not_empty()
            emptied = update(item_versions).where(waiting).values(valid_to=item_versions.c.valid_from)
            never += (await self.connection.execute(emptied)).rowcount
        if gone or never:
            await self._begin_revision()
        return gone

    async def beginnings(self, after: date) -> Mapping[ServiceCode, tuple[date, ...]]:
        waiting = (item_versions.c.valid_from > after) & _not_empty()
        statement = select(item_versions.c.code, item_versions.c.valid_from).where(waiting)
        found: dict[ServiceCode, tuple[date, ...]] = {}
        for code, begins in await self.connection.execute(statement.order_by(item_versions.c.valid_from)):
            found[code] = (*found.get(code, ()), begins)
        return found

    async def stamp(self) -> str:
        columns = (item_versions.c.code, item_versions.c.version, item_versions.c.valid_from)
        statement = select(*columns, item_versions.c.valid_to).order_by(*columns[:2])
        digest = hashlib.sha256()
        async with self.connection.stream(statement) as rows:
            async for some in rows.partitions(_SHORT_ROWS_AT_ONCE):
                for row in some:
                    digest.update(repr(tuple(row)).encode())
        return digest.hexdigest()[:32]

    async def bundles(self) -> tuple[Bundle, ...]:
        if self._changed:
            return await self._read_bundles()
        kept, revision = self._in_force, await self._revisions.of(_SUBJECT)
        kept.begin(revision)
        if kept.bundles is None:
            found = await self._read_bundles()
            if kept.revision != revision:
                return found
            kept.bundles = found
        return kept.bundles

    async def _read_bundles(self) -> tuple[Bundle, ...]:
        rows = await self.connection.execute(select(bundles.c.document).order_by(bundles.c.place))
        return tuple(rows.scalars())

    async def put_bundles(self, wanted: Sequence[Bundle]) -> bool:
        await self.lock()
        if tuple(wanted) == await self._read_bundles():
            return False
        await self._begin_revision()
        await self.connection.execute(bundles.delete())
        rows = [{"place": place, "document": bundle} for place, bundle in enumerate(wanted)]
        if rows:
            await self.connection.execute(bundles.insert(), rows)
        return True

    async def lock(self) -> None:
        await self._add_to_revision(0)

    async def grow(self) -> int:
        await self._begin_revision()
        return await self.revision()

    async def _kept(self, on: date) -> DayInForce | None:
        kept = self._in_force
        if self._changed or on not in kept.days:
            return None
        return kept.days.get(on) if await self._revisions.of(_SUBJECT) == kept.revision else None

    async def _standing(self, codes: Collection[ServiceCode], on: date) -> dict[ServiceCode, _Standing]:
        """What stands of some items: their last number, the version in force on a day, and when the next begins."""
        columns = (item_versions.c.code, item_versions.c.version, item_versions.c.valid_from)
        statement = select(*columns, item_versions.c.valid_to, item_versions.c.digest)
        if len(codes) <= _CODES_AT_ONCE:
            statement = statement.where(item_versions.c.code.in_(sorted(codes)))
        found: dict[ServiceCode, _Standing] = {}
        async with self.connection.stream(statement) as rows:
            async for some in rows.mappings().partitions(_SHORT_ROWS_AT_ONCE):
                for row in some:
                    found[row["code"]] = found.get(row["code"], _NONE).with_version(row, on)
        return found

    async def _close(self, standing: Sequence[_Standing], on: date) -> None:
        """The versions that were in force end on the day; the row is found by its whole key."""
        ended = [{"of": row.code, "number": row.version} for row in standing if row.version]
        if ended:
            mine = (item_versions.c.code == bindparam("of")) & (
                item_versions.c.version == bindparam("number")
            )
            await self.connection.execute(update(item_versions).where(mine).values(valid_to=on), ended)

    async def _begin_revision(self) -> None:
        """From here on the catalogue is another; one unit of work makes one revision, however much it changes."""
        if not self._changed:
            self._changed = True
            await self._add_to_revision(1)

    async def _add_to_revision(self, more: int) -> None:
        """Whoever writes the row, even as it was, keeps it until the end: the lock under which imports follow each other."""
        insert = insert_into(self.connection, revisions).values(subject=_SUBJECT, value=more)
        later = insert.on_conflict_do_update(
            index_elements=["subject"], set_={"value": revisions.c.value + more}
        )
        await self.connection.execute(later)


def _on(day: date) -> ColumnElement[bool]:
    open_ended = or_(item_versions.c.valid_to.is_(None), item_versions.c.valid_to > day)
    return (item_versions.c.valid_from <= day) & open_ended


def _not_empty() -> ColumnElement[bool]:
    """Versions that are or will be in force on at least one day."""
    return or_(item_versions.c.valid_to.is_(None), item_versions.c.valid_to > item_versions.c.valid_from)


@dataclass(frozen=True, slots=True)
class _Standing:
    """The versions of one item, as far as a new one must know them; version 0: none is in force."""

    code: str = ""
    last: int = 0
    version: int = 0
    ends: date | None = None
    digest: str = ""
    next_begins: date | None = None

    def with_version(self, row: RowMapping, on: date) -> _Standing:
        known = replace(self, code=row["code"], last=max(self.last, row["version"]))
        begins, ends = row["valid_from"], row["valid_to"]
        if ends is not None and (ends <= on or ends == begins):
            return known
        if begins > on:
            soonest = begins if self.next_begins is None else min(begins, self.next_begins)
            return replace(known, next_begins=soonest)
        return replace(known, version=row["version"], ends=ends, digest=row["digest"])


_NONE = _Standing()


def _successor(item: ServiceItem, standing: _Standing, digest: str, on: date) -> Values:
    """The row of the next version.

    A version replaced on the day it began was never in force, but it stays: cases opened that morning refer to it. One
    that waits for a later day keeps its day; the new one ends where that begins.
    """
    ends = standing.ends if standing.version else standing.next_begins
    stamped = replace(item, version=standing.last + 1, valid_from=on, valid_to=None)
    return {
        "code": item.code,
        "version": stamped.version,
        "valid_from": on,
        "valid_to": ends,
        "digest": digest,
        "document": stamped,
    }


def _digest(item: ServiceItem) -> str:
    content: Values = adapter(ServiceItem).dump_python(item, mode="json", exclude=_STAMP)
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _read(row: RowMapping) -> ServiceItem:
    item: ServiceItem = row["document"]
    return item if row["valid_to"] is None else replace(item, valid_to=row["valid_to"])


def _item(row: RowMapping | None) -> ServiceItem | None:
    return None if row is None else _read(row)


def known_item(item: ServiceItem | None) -> ServiceItem:
    """The item that was found; raises `UnknownService` where none was."""
    if item is None:
        raise UnknownService
    return item
