"""The audit chain (审计链): every entry is sealed with all before it, so that a changed, missing or added one shows.

Sealing is a step of its own, a moment after the entries: chained while they are written, all verbs of the county
would stand in one line. What was written within that moment is protected by the tables' triggers alone.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from enum import Enum
from typing import Any

from sqlalchemy import RowMapping, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.crypto import Purpose, SealBroken
from storage.sql.store import Store
from storage.sql.tables import audit_entries, audit_seals

_LOCK = 3_307_270_002
_AT_ONCE = 1_000
# Entries become visible in another order than they are numbered in. No transaction is open for as long as it takes
# to write this many others; the look back past the last seal finds the late ones without reading the whole trail.
_LOOK_BACK = 10_000
_NOTHING_BEFORE = b"\0" * 32


@dataclass(frozen=True, slots=True)
class Head:
    """链头: how many entries are sealed and the last seal. Noted elsewhere, it shows a trail that was cut short."""

    links: int
    seal: str


@dataclass(frozen=True, slots=True)
class Break:
    """断点: a place where the chain is broken, the entry it is about, why, and the row as it reads now."""

    link: int
    entry: int | None
    why: str
    row: str = ""

    def __str__(self) -> str:
        """The place, the reason and the row in one line."""
        entry = f"的记录（编号{self.entry}）" if self.entry is not None else ""
        return f"第{self.link}环{entry}{self.why}" + (f"，现为：{self.row}" if self.row else "")


@dataclass(frozen=True, slots=True)
class Verified:
    """核验结果: the head as it is, how many entries wait for their seal, and every place where the chain is broken."""

    head: Head
    unsealed: int
    faults: tuple[Break, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing was changed, taken away or added."""
        return not self.faults


class AuditChain:
    """The chain over a store's audit trail."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._secrets: dict[str, bytes] = {}

    async def seal(self) -> int:
        """Seal what is not sealed yet; several processes may ask at once. Returns how many were sealed."""
        sealed = 0
        while fresh := await self._seal_some():
            sealed += fresh
        return sealed

    async def head(self) -> Head:
        """The last seal as it stands, unchecked."""
        statement = (
            select(audit_seals.c.link, audit_seals.c.seal).order_by(audit_seals.c.link.desc()).limit(1)
        )
        async with self._store.reading() as connection:
            last = (await connection.execute(statement)).first()
        return Head(0, _NOTHING_BEFORE.hex()) if last is None else Head(last.link, last.seal.hex())

    async def verify(self, noted: Sequence[Head] = ()) -> Verified:
        """Read the whole chain; every head noted earlier must still be part of it."""
        faults: list[Break] = []
        before, links = _NOTHING_BEFORE, 0
        missing = {head.links: head.seal for head in noted if head.links}
        async with self._store.reading() as connection:
            async for link in _chain(connection):
                fault = self._fault(link, links + 1, before)
                faults += [fault] if fault else []
                before, links = link.seal, link.number
                if missing.get(links) == before.hex():
                    del missing[links]
            waiting, slipped_in = await _unsealed(connection)
        faults += [Break(links, entry, "从未封印：是事后补进去的") for entry in slipped_in]
        faults += [
            Break(at, None, "不是先前记下的链头：有记录被截去或整条链被重做") for at in sorted(missing)
        ]
        return Verified(Head(links, before.hex()), waiting, tuple(faults))

    def _fault(self, link: _Link, expected: int, before: bytes) -> Break | None:
        if link.number != expected:
            return Break(expected, None, f"起缺少{link.number - expected}环")
        match link.row:
            case None:
                return Break(link.number, link.entry, "被删除")
            case _Unreadable.ROW:
                return Break(link.number, link.entry, "读不出来，内容已被改坏")
            case row if not self._matches(link, row, before):
                return Break(link.number, link.entry, "与封印不符", _told(row))
        return None

    def _matches(self, link: _Link, row: RowMapping, before: bytes) -> bool:
        try:
            seal = _seal(self._secret(link.key), before, {**row, "link": link.number})
        except SealBroken:
            return False
        return hmac.compare_digest(seal, link.seal)

    def _secret(self, name: str) -> bytes:
        """The audit key under a master; raises `SealBroken` where that is not held. To derive it costs as much as to seal."""
        if name not in self._secrets:
            self._secrets[name] = self._store.keys.derived(name, Purpose.AUDIT)
        return self._secrets[name]

    async def _seal_some(self) -> int:
        key = self._store.keys.current
        secret = self._secret(key)
        async with self._store.writing() as connection:
            if connection.dialect.name == "postgresql":
                await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            link, before, rows = await _to_seal(connection)
            sealed = []
            for link_of_row, row in enumerate(rows, start=link + 1):
                before = _seal(secret, before, {**row, "link": link_of_row})
                sealed.append({"link": link_of_row, "entry": row["place"], "key": key, "seal": before})
            if sealed:
                await connection.execute(audit_seals.insert(), sealed)
            await connection.commit()
        return len(sealed)


class _Unreadable(Enum):
    """What stands for a row that is there and cannot be read."""

    ROW = "row"


@dataclass(frozen=True, slots=True)
class _Link:
    number: int
    entry: int
    key: str
    seal: bytes
    row: RowMapping | _Unreadable | None


async def _chain(connection: AsyncConnection) -> AsyncIterator[_Link]:
    last = 0
    while True:
        statement = select(audit_seals).where(audit_seals.c.link > last).order_by(audit_seals.c.link)
        seals = (await connection.execute(statement.limit(_AT_ONCE))).mappings().all()
        rows = await _entries(connection, [seal["entry"] for seal in seals])
        for seal in seals:
            number, entry = seal["link"], seal["entry"]
            yield _Link(number, entry, seal["key"], seal["seal"], rows.get(entry))
        if len(seals) < _AT_ONCE:
            return
        last = seals[-1]["link"]


async def _entries(connection: AsyncConnection, places: Sequence[int]) -> dict[int, RowMapping | _Unreadable]:
    """The entries by their numbers. Whoever tampers may leave a row that is no entry any more: it must not hide
    itself by making the whole batch unreadable, so then they are read one by one.
    """
    if not places:
        return {}
    try:
        statement = select(audit_entries).where(audit_entries.c.place.in_(places))
        rows = (await connection.execute(statement)).mappings().all()
    except (ValueError, TypeError, LookupError):
        if len(places) == 1:
            return {places[0]: _Unreadable.ROW}
        halves = places[: len(places) // 2], places[len(places) // 2 :]
        return {**await _entries(connection, halves[0]), **await _entries(connection, halves[1])}
    return {row["place"]: row for row in rows}


async def _unsealed(connection: AsyncConnection) -> tuple[int, list[int]]:
    """How many entries wait for their seal, and the numbers of those that no sealing will ever look at."""
    sealed = select(audit_seals.c.entry).where(audit_seals.c.entry == audit_entries.c.place)
    statement = select(audit_entries.c.place).where(~sealed.exists()).order_by(audit_entries.c.place)
    places = list((await connection.execute(statement)).scalars())
    highest = (await connection.execute(select(func.max(audit_seals.c.entry)))).scalar() or 0
    slipped_in = [place for place in places if place <= highest - _LOOK_BACK]
    return len(places) - len(slipped_in), slipped_in


def _told(row: RowMapping) -> str:
    return f"{row['act']} · {row['by']} · {row['at']:%Y-%m-%d %H:%M:%S}"


async def _to_seal(connection: AsyncConnection) -> tuple[int, bytes, Sequence[RowMapping]]:
    last = (
        await connection.execute(select(audit_seals).order_by(audit_seals.c.link.desc()).limit(1))
    ).mappings()
    head = last.first()
    highest = (await connection.execute(select(func.max(audit_seals.c.entry)))).scalar() or 0
    sealed = select(audit_seals.c.entry).where(audit_seals.c.entry == audit_entries.c.place)
    fresh = select(audit_entries).where(audit_entries.c.place > highest - _LOOK_BACK, ~sealed.exists())
    rows = (await connection.execute(fresh.order_by(audit_entries.c.place).limit(_AT_ONCE))).mappings().all()
    return (0, _NOTHING_BEFORE, rows) if head is None else (head["link"], head["seal"], rows)


def _seal(secret: bytes, before: bytes, row: Mapping[str, Any]) -> bytes:
    """HMAC-SHA256 over the seal before and the entry's own words; without the key nobody can make the chain anew."""
    content = [
        row["link"],
        row["place"],
        row["act"],
        row["by"],
        row["door"],
        row["at"].astimezone(UTC).isoformat(timespec="microseconds"),
        row["person"],
        row["case"],
        row["facts"],
    ]
    told = json.dumps(content, ensure_ascii=False, sort_keys=True).encode()
    return hmac.digest(secret, before + told, hashlib.sha256)
