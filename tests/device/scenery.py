"""What the scenes at the counter are built from: a reader on a wire without a port, a clock, a gateway."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TypeVar
from uuid import UUID

from device_bridge.agent.counter import Letter, Post
from device_bridge.agent.duty import Clockwork
from device_bridge.agent.simulator.reader import SimulatedReader
from device_bridge.agent.uplink import Fate
from device_bridge.wire import Accepted

Answer = TypeVar("Answer")

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
POST = Post(hall="330727101", counter="A01")


class WiredLink:
    """A line straight into a simulated reader; silence is instant."""

    def __init__(self, reader: SimulatedReader) -> None:
        self.reader = reader
        self.plugged = True
        self.openings = 0
        self.requests: list[bytes] = []

    async def open(self) -> None:
        self.openings += 1
        if not self.plugged:
            raise OSError

    async def exchange(
        self, request: bytes, hear: Callable[[bytes], Answer | None], *, within: float
    ) -> Answer:
        assert within > 0
        if not self.plugged:
            raise OSError
        self.requests.append(request)
        answer = hear(self.reader.hear(request))
        if answer is None:
            raise TimeoutError
        return answer

    async def close(self) -> None:
        pass


class Prompter:
    """A sleep in which the next thing of the scene happens; when the play is over, it sleeps for ever."""

    def __init__(self, *acts: Callable[[], object]) -> None:
        self._acts = deque(acts)
        self.slept: list[float] = []
        self.over = asyncio.Event()

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)
        if not self._acts:
            self.over.set()
            await asyncio.Event().wait()
        self._acts.popleft()()
        await asyncio.sleep(0)


def nothing() -> None:
    """An act in which nothing happens."""


@dataclass
class Clerk:
    """Whoever reads the console: remembers every sentence by its key."""

    heard: list[str] = field(default_factory=list)
    facts: list[dict[str, str]] = field(default_factory=list)

    def __call__(self, key: str, **facts: str) -> None:
        self.heard.append(key)
        self.facts.append(facts)


class HandClock:
    """Time moves when told to; ids count up."""

    def __init__(self) -> None:
        self.now = NOON
        self._ids = count(1)

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    @property
    def clockwork(self) -> Clockwork:
        return Clockwork(now=lambda: self.now, new_id=self.new_id)

    def new_id(self) -> UUID:
        return UUID(int=next(self._ids))


class ScriptedGateway:
    """Answers letters from a list, then accepts everything; remembers what it was sent."""

    def __init__(self, fates: Iterable[Fate] = ()) -> None:
        self._fates = deque(fates)
        self.letters: list[Letter] = []

    async def post(self, letter: Letter) -> Fate:
        self.letters.append(letter)
        return self._fates.popleft() if self._fates else Accepted(say="好")
