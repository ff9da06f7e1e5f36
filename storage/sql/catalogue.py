"""事项清单 as rows: one document per version, and the items in force kept parsed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import ColumnElement, RowMapping, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.errors import UnknownService
from intake.model.catalogue import Bundle, ServiceItem
from intake.model.ids import ServiceCode
from storage.sql.columns import adapter
from storage.sql.rows import Values, insert_into, one
from storage.sql.tables import bundles, item_versions, revisions

_SUBJECT = "catalogue"
_STAMP = {"version", "valid_from", "valid_to"}


@dataclass(slots=True)
class ItemsInForce:
    """The items of one revision on one day, parsed; shared by every unit of work of a process."""

    revision: int = -1
    day: date = date.min
    items: tuple[ServiceItem, ...] = ()
    by_code: dict[ServiceCode, ServiceItem] = field(default_factory=dict)

    def hold(self, revision: int, day: date, items: tuple[ServiceItem, ...]) -> None:
        """Keep these instead of what was kept."""
        self.revision, self.day, self.items = revision, day, items
        self.by_code = {item.code: item for item in items}


class SqlCatalogue:
    """The catalogue in one unit of work."""

    def __init__(self, connection: AsyncConnection, in_force: ItemsInForce) -> None:
        self.connection = connection
        self._in_force = in_force
        self._changed = False

    async def current(self, code: ServiceCode, on: date) -> ServiceItem:
        if await self._kept(on) is not None:
            return _known(self._in_force.by_code.get(code))
        return _known(_item(await one(self.connection, item_versions, item_versions.c.code == code, _on(on))))

    async def version(self, code: ServiceCode, version: int) -> ServiceItem:
        kept = self._in_force.by_code.get(code)
        if kept is not None and kept.version == version and not self._changed:
            return kept
        same = (item_versions.c.code == code, item_versions.c.version == version)
        return _known(_item(await one(self.connection, item_versions, *same)))

    async def all_current(self, on: date) -> tuple[ServiceItem, ...]:
        kept = await self._kept(on)
        if kept is not None:
            return kept
        revision = await self.revision()
        statement = select(item_versions).where(_on(on)).order_by(item_versions.c.code)
        rows = (await self.connection.execute(statement)).mappings().all()
        items = tuple(_read(row) for row in rows)
        # What this very transaction changed may yet be undone; its revision number would then come again with
        # another content.
        if not self._changed:
            self._in_force.hold(revision, on, items)
        return items

    async def revision(self) -> int:
        statement = select(revisions.c.value).where(revisions.c.subject == _SUBJECT)
        return (await self.connection.execute(statement)).scalar() or 0

    async def replace(self, items: Sequence[ServiceItem], on: date) -> int:
        await self._next_revision()
        self._changed = True
        open_columns = (
            item_versions.c.code,
            item_versions.c.version,
            item_versions.c.valid_from,
            item_versions.c.digest,
        )
        statement = select(*open_columns).where(item_versions.c.valid_to.is_(None))
        rows = (await self.connection.execute(statement)).mappings().all()
        last = {ServiceCode(row["code"]): row for row in rows}
        new = [row for item in items if (row := _successor(item, last.get(item.code), on)) is not None]
        for row in new:
            await self._close(row["code"], row["valid_from"])
        if new:
            await self.connection.execute(item_versions.insert(), new)
        return len(new)

    async def bundles(self) -> tuple[Bundle, ...]:
        rows = await self.connection.execute(select(bundles.c.document).order_by(bundles.c.place))
        return tuple(rows.scalars())

    async def put_bundles(self, changed: Sequence[Bundle]) -> None:
        await self.connection.execute(bundles.delete())
        rows = [{"place": place, "document": bundle} for place, bundle in enumerate(changed)]
        if rows:
            await self.connection.execute(bundles.insert(), rows)

    async def grow(self) -> int:
        await self._next_revision()
        self._changed = True
        return await self.revision()

    async def _kept(self, on: date) -> tuple[ServiceItem, ...] | None:
        kept = self._in_force
        if self._changed or kept.day != on or await self.revision() != kept.revision:
            return None
        return kept.items

    async def _close(self, code: str, on: date) -> None:
        last = (item_versions.c.code == code) & item_versions.c.valid_to.is_(None)
        await self.connection.execute(update(item_versions).where(last).values(valid_to=on))

    async def _next_revision(self) -> None:
        """Also the lock under which imports follow each other: its row stays ours until the end."""
        insert = insert_into(self.connection, revisions).values(subject=_SUBJECT, value=1)
        later = insert.on_conflict_do_update(
            index_elements=["subject"], set_={"value": revisions.c.value + 1}
        )
        await self.connection.execute(later)


def _on(day: date) -> ColumnElement[bool]:
    open_ended = or_(item_versions.c.valid_to.is_(None), item_versions.c.valid_to > day)
    return (item_versions.c.valid_from <= day) & open_ended


def _successor(item: ServiceItem, last: RowMapping | None, on: date) -> Values | None:
    """The row of the next version, or None when the last one says the same.

    A version replaced on the day it began was never in force, but it stays: cases opened that morning refer to it.
    """
    digest = _digest(item)
    if last is not None and last["digest"] == digest:
        return None
    version = 1 if last is None else last["version"] + 1
    begins = on if last is None else max(on, last["valid_from"])
    stamped = replace(item, version=version, valid_from=begins, valid_to=None)
    return {
        "code": item.code,
        "version": version,
        "valid_from": begins,
        "valid_to": None,
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


def _known(item: ServiceItem | None) -> ServiceItem:
    if item is None:
        raise UnknownService
    return item
