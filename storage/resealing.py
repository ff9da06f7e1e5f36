"""Sealing anew (换密): what earlier keys sealed comes under the current one, in small steps that may stop anywhere.

Nothing keeps count of how far it came: what is under the current key is passed over, so doing it again goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import RowMapping, Table, bindparam, select, tuple_, update

from intake.model.ids import Digest
from storage.blobs import SealedBlobs
from storage.crypto import Purpose, SealBroken, Sealer
from storage.sql.bindings import about_outside
from storage.sql.conversations import about_answer, about_heard, about_state
from storage.sql.store import Store
from storage.sql.tables import accounts, bindings, conversations, exchanges, laid_pages, people

_ROWS_AT_ONCE = 500
_PHOTOGRAPHS_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """密文列: a column of sealed text, and the place each of its seals is bound to."""

    table: Table
    name: str
    purpose: Purpose
    about: Callable[[RowMapping], str]

    def __str__(self) -> str:
        """The column as an operator reads it."""
        return f"{self.table.name}.{self.name}"


SEALED: Sequence[SealedColumn] = (
    SealedColumn(people, "id_number_sealed", Purpose.FIELDS, lambda row: f"person.id_number:{row['id']}"),
    SealedColumn(people, "phone_sealed", Purpose.FIELDS, lambda row: f"person.phone:{row['id']}"),
    SealedColumn(people, "address_sealed", Purpose.FIELDS, lambda row: f"person.address:{row['id']}"),
    SealedColumn(accounts, "phone_sealed", Purpose.FIELDS, lambda row: f"account.phone:{row['code']}"),
    SealedColumn(
        bindings, "outside_sealed", Purpose.FIELDS, lambda row: about_outside(row["account"], row["door"])
    ),
    SealedColumn(laid_pages, "facts_sealed", Purpose.FIELDS, lambda row: f"laid_page.facts:{row['id']}"),
    SealedColumn(
        conversations, "state_sealed", Purpose.CONVERSATIONS, lambda row: about_state(row["account"])
    ),
    SealedColumn(
        exchanges,
        "heard_sealed",
        Purpose.CONVERSATIONS,
        lambda row: about_heard(row["account"], row["message_id"]),
    ),
    SealedColumn(
        exchanges,
        "answer_sealed",
        Purpose.CONVERSATIONS,
        lambda row: about_answer(row["account"], row["message_id"]),
    ),
)


@dataclass(slots=True)
class Resealed:
    """换密结果: how many seals were made anew, by what they are, and what could not be opened at all."""

    done: dict[str, int] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)


async def reseal(store: Store, blobs: SealedBlobs, *, rows_at_once: int = _ROWS_AT_ONCE) -> Resealed:
    """Bring every seal under the current key of the store's ring; may be broken off and run again at any time."""
    result = Resealed()
    for column in SEALED:
        result.done[str(column)] = await ColumnWalk(store, column, result.unreadable).reseal(rows_at_once)
    result.done["photographs"] = await _reseal_photographs(blobs, result.unreadable)
    return result


class ColumnWalk:
    """One column on its way to the current key."""

    def __init__(self, store: Store, column: SealedColumn, unreadable: list[str]) -> None:
        self._store = store
        self._column = column
        self._unreadable = unreadable
        self._sealer = Sealer(store.keys, column.purpose)
        self._keys = list(column.table.primary_key)

    async def reseal(self, rows_at_once: int) -> int:
        """Walk the table by its key; returns how many were sealed anew."""
        done, last = 0, None
        while rows := await self.after(last, rows_at_once):
            done += await self.write([change for row in rows for change in self.change(row)])
            last = [rows[-1][key.name] for key in self._keys]
        return done

    async def after(self, last: Sequence[Any] | None, limit: int) -> Sequence[RowMapping]:
        statement = select(self._column.table).order_by(*self._keys).limit(limit)
        if last is not None:
            statement = statement.where(tuple_(*self._keys) > tuple_(*last))
        async with self._store.reading() as connection:
            return (await connection.execute(statement)).mappings().all()

    def change(self, row: RowMapping) -> list[dict[str, Any]]:
        """The old and the new seal of a row, or nothing when it is well or cannot be opened."""
        old, about = row[self._column.name], self._column.about(row)
        try:
            new = self._sealer.resealed_text(old, about)
        except (SealBroken, ValueError) as fault:
            self._unreadable.append(f"{self._column} {about.partition(':')[2]}：{fault}")
            return []
        same = {f"key_{key.name}": row[key.name] for key in self._keys}
        return [] if new is None else [{**same, "old": old, "new": new}]

    async def write(self, changes: Sequence[dict[str, Any]]) -> int:
        """Only where the old seal still stands: what somebody has changed meanwhile is theirs, and newer."""
        if not changes:
            return 0
        column = self._column.table.c[self._column.name]
        same = [key == bindparam(f"key_{key.name}") for key in self._keys]
        statement = update(self._column.table).where(*same, column == bindparam("old"))
        async with self._store.writing() as connection:
            await connection.execute(statement.values({column: bindparam("new")}), changes)
            await connection.commit()
        return len(changes)


async def _reseal_photographs(blobs: SealedBlobs, unreadable: list[str]) -> int:
    some, done = asyncio.Semaphore(_PHOTOGRAPHS_AT_ONCE), 0
    async for batch in blobs.each():
        done += sum(
            await asyncio.gather(
                *(_reseal_photograph(blobs, kept.digest, some, unreadable) for kept in batch)
            )
        )
    return done


async def _reseal_photograph(
    blobs: SealedBlobs, digest: Digest, some: asyncio.Semaphore, unreadable: list[str]
) -> bool:
    async with some:
        try:
            return await blobs.reseal(digest)
        except SealBroken as fault:
            unreadable.append(f"photographs {digest}：{fault}")
            return False
