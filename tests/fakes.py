"""Stand-ins for the workshops: each keeps its port's promises in memory, and can be told what to do next."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from intake.errors import NotFound, PhotoRefused
from intake.model.case import PageFacts
from intake.model.ids import AccountCode, Digest
from intake.model.visits import Plan, Shift, Visit
from intake.ports import Exchange, ReadPhoto, Roads
from planning.routes import plan_day
from planning.travel import RoadTravel, TableTravel

MONDAY_MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""09:00 in the county on 2026-11-23: an ordinary working week lies ahead."""


class SetClock:
    """A clock that stands until it is told to go on."""

    def __init__(self, now: datetime = MONDAY_MORNING) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def forward(self, **span: float) -> None:
        """Let time pass: `forward(days=2, hours=3)`."""
        self._now += timedelta(**span)


class ScriptedReader:
    """A reading room that sees what stands on the photograph: `b"id_card"`, or `b"id_card blurred"`.

    Whatever else it is given is refused, as a file that is no photograph is.
    """

    async def read(self, content: bytes, *, expected_kind: str | None) -> ReadPhoto:
        del expected_kind
        if not re.fullmatch(rb"[a-z_]+( [a-z]+)?", content):
            raise PhotoRefused(why="这个文件不是照片。", how="请重新拍一张。")
        kind, _, fault = content.decode().partition(" ")
        advice = "请对着亮光重拍。" if fault else ""
        return ReadPhoto(content, PageFacts(kind, 0.95, fault or "good", fault, advice, {}))


class RoutesAtOnce:
    """The route table without its worker process, in little time."""

    async def plan(
        self, visits: Sequence[Visit], crew: Sequence[Shift], roads: Roads, before: Plan | None
    ) -> Plan:
        """What the real one finds in a moment."""
        travel = TableTravel(roads.minutes, RoadTravel(roads.road_factor, roads.km_per_hour))
        return plan_day(visits, crew, travel, seconds=0.2, before=before)


class MemoryBlobs:
    """Photographs in memory."""

    def __init__(self) -> None:
        self.kept: dict[Digest, bytes] = {}

    async def put(self, content: bytes) -> Digest:
        digest = Digest(hashlib.sha256(content).hexdigest())
        self.kept[digest] = content
        return digest

    async def get(self, digest: Digest) -> bytes:
        if digest not in self.kept:
            raise NotFound(what="照片")
        return self.kept[digest]


class PowerCut(Exception):
    """The process died at this very moment."""


@dataclass
class _Kept:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    state: str | None = None
    exchanges: list[Exchange] = field(default_factory=list)


class MemoryConversations:
    """Conversations in memory, one at a time per account; `die_before_saving` fails so many saves first."""

    def __init__(self) -> None:
        self.die_before_saving = 0
        self._kept: defaultdict[AccountCode, _Kept] = defaultdict(_Kept)

    @asynccontextmanager
    async def hold(self, account: AccountCode, message_id: str = "") -> AsyncIterator[_Held]:
        del message_id
        kept = self._kept[account]
        async with kept.lock:
            yield _Held(self, kept)

    async def history(self, account: AccountCode, after: int, limit: int) -> tuple[Exchange, ...]:
        return tuple(told for told in self._kept[account].exchanges if told.number > after)[:limit]

    async def lasts(self, accounts: Collection[AccountCode]) -> dict[AccountCode, int]:
        return {
            account: max((told.number for told in self._kept[account].exchanges), default=0)
            for account in accounts
        }

    async def forget(self, before: datetime, *, dry_run: bool = False) -> int:
        old = [(kept, told) for kept in self._kept.values() for told in kept.exchanges if told.at < before]
        for kept, told in old if not dry_run else ():
            kept.exchanges.remove(told)
            kept.state = kept.state if kept.exchanges else None
        return len(old)


@dataclass(frozen=True, slots=True)
class _Held:
    conversations: MemoryConversations
    kept: _Kept

    async def load(self) -> str | None:
        return self.kept.state

    async def answered(self, message_id: str) -> str | None:
        return next((told.answer for told in self.kept.exchanges if told.message_id == message_id), None)

    async def save(self, state: str, message_id: str, heard: str, answer: str) -> None:
        if self.conversations.die_before_saving:
            self.conversations.die_before_saving -= 1
            raise PowerCut
        self.kept.state = state
        number = len(self.kept.exchanges) + 1
        self.kept.exchanges.append(Exchange(number, message_id, heard, answer, MONDAY_MORNING))
