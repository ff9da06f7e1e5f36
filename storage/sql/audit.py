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
from typing import Any

from sqlalchemy import RowMapping, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.crypto import KeyRing, Purpose
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
class Verified:
    """核验结果: the head as it is, how many entries wait for their seal, and every place where the chain is broken."""

    head: Head
    unsealed: int
    faults: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing was changed, taken away or added."""
        return not self.faults


class AuditChain:
    """The chain over a store's audit trail."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def seal(self) -> int:
        """Seal what is not sealed yet; several processes may ask at once. Returns how many were sealed."""
        sealed = 0
        while fresh := await self._seal_some():
            sealed += fresh
        return sealed

    async def verify(self, noted: Head | None = None) -> Verified:
        """Read the whole chain; a head noted earlier must still be part of it."""
        faults: list[str] = []
        before, links = _NOTHING_BEFORE, 0
        found_noted = noted is None or noted.links == 0
        async for row in self._chain():
            links += 1
            fault = self._fault(row, links, before)
            if fault:
                faults.append(fault)
            before, links = row["seal"], row["link"]
            found_noted |= noted is not None and (links, before.hex()) == (noted.links, noted.seal)
        if not found_noted:
            faults.append("先前记下的链头不在链上：有记录被截去或整条链被重做")
        return Verified(Head(links, before.hex()), await self._unsealed(), tuple(faults))

    def _fault(self, row: RowMapping, expected: int, before: bytes) -> str:
        if row["link"] != expected:
            return f"第{expected}环起缺少{row['link'] - expected}环"
        if row["place"] is None:
            return f"第{row['link']}环的记录（编号{row['entry']}）被删除"
        if not hmac.compare_digest(_seal(self._store.keys, row["key"], before, dict(row)), row["seal"]):
            return f"第{row['link']}环的记录（编号{row['place']}）与封印不符"
        return ""

    async def _chain(self) -> AsyncIterator[RowMapping]:
        joined = audit_seals.outerjoin(audit_entries, audit_entries.c.place == audit_seals.c.entry)
        last = 0
        async with self._store.reading() as connection:
            while True:
                statement = select(audit_seals, audit_entries).select_from(joined)
                some = statement.where(audit_seals.c.link > last).order_by(audit_seals.c.link).limit(_AT_ONCE)
                rows = (await connection.execute(some)).mappings().all()
                for row in rows:
                    yield row
                if len(rows) < _AT_ONCE:
                    return
                last = rows[-1]["link"]

    async def _seal_some(self) -> int:
        keys = self._store.keys
        async with self._store.writing() as connection:
            if connection.dialect.name == "postgresql":
                await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            link, before, rows = await _to_seal(connection)
            sealed = []
            for link_of_row, row in enumerate(rows, start=link + 1):
                before = _seal(keys, keys.current, before, {**row, "link": link_of_row})
                sealed.append(
                    {"link": link_of_row, "entry": row["place"], "key": keys.current, "seal": before}
                )
            if sealed:
                await connection.execute(audit_seals.insert(), sealed)
            await connection.commit()
        return len(sealed)

    async def _unsealed(self) -> int:
        sealed = select(audit_seals.c.entry).where(audit_seals.c.entry == audit_entries.c.place)
        statement = select(func.count()).select_from(audit_entries).where(~sealed.exists())
        async with self._store.reading() as connection:
            return int((await connection.execute(statement)).scalar_one())


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


def _seal(keys: KeyRing, key: str, before: bytes, row: Mapping[str, Any]) -> bytes:
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
    return hmac.new(keys.derived(key, Purpose.AUDIT), before + told, hashlib.sha256).digest()
