"""抢号: hundreds press for the places of one slot, at several servers, one of which is killed in the middle of it.

Whoever's line breaks asks again under the same key at a server that still answers, until it is known what they got.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import aiohttp
from sqlalchemy import select

from intake.model.booking import AppointmentState
from storage.sql.store import Store
from storage.sql.tables import appointments, intents, outbox, slots
from tests.race.crowds import press
from tests.services.servers import ServerProcess

BROKEN = (aiohttp.ClientError, ConnectionError, TimeoutError)


@dataclass
class Rush:
    """Who was told what, while servers answer and one of them dies."""

    slot: str
    up: list[ServerProcess]
    booked: dict[int, str] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    broken: int = 0
    lasted: float = 0.0
    _asked: Counter[str] = field(default_factory=Counter)
    _first: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, people: Iterable[int], *, kill: bool) -> None:
        """Everybody presses at once."""
        connector = aiohttp.TCPConnector(limit=0)
        timeout = aiohttp.ClientTimeout(120)
        async with aiohttp.ClientSession(
            connector=connector, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()
        ) as http:
            begun = time.perf_counter()
            killing = asyncio.create_task(self._kill_the_busiest()) if kill else None
            await asyncio.gather(*(self._wants_a_place(http, person) for person in people))
            if killing:
                await killing
            self.lasted = time.perf_counter() - begun

    async def _kill_the_busiest(self) -> None:
        """As soon as the first knows what they got, the server at which most still wait for an answer."""
        await self._first.wait()
        victim = max(self.up, key=lambda server: self._asked[server.url])
        self.up.remove(victim)
        victim.process.kill()

    async def _wants_a_place(self, http: aiohttp.ClientSession, person: int) -> None:
        while True:
            server = self.up[person % len(self.up)].url
            self._asked[server] += 1
            try:
                status, said = await press(http, server, person, self.slot)
            except BROKEN:
                self.broken += 1
                # The dead server is off the list; with none dead this would never end.
                if self.broken > len(self.up) * 10_000:
                    raise
                await asyncio.sleep(0)
                continue
            finally:
                self._asked[server] -= 1
            self._note(person, status, said)
            self._first.set()
            return

    def _note(self, person: int, status: int, said: dict[str, Any]) -> None:
        if status == HTTPStatus.CREATED:
            self.booked[person] = str(said["id"])
        elif status == HTTPStatus.CONFLICT:
            self.refused[said["code"]] += 1
        else:
            self.faults.append(f"{status} {said}")


@dataclass(frozen=True, slots=True)
class Books:
    """What the store says about one slot when all is over."""

    taken: int
    booked: dict[int, str]
    told: Counter[str]
    finished: frozenset[str]

    @classmethod
    async def of(cls, store: Store, slot: str) -> Books:
        """Its count, its bookings, the news and the keys that belong to them."""
        async with store.reading() as connection:
            taken = await connection.scalar(select(slots.c.online_taken).where(slots.c.id == slot))
            live = (appointments.c.slot == slot, appointments.c.state == AppointmentState.BOOKED)
            rows = (
                await connection.execute(select(appointments.c.person, appointments.c.id).where(*live))
            ).all()
            streams = (await connection.execute(select(outbox.c.stream))).scalars()
            results = (await connection.execute(select(intents.c.result))).scalars()
            return cls(
                int(taken or 0),
                {int(person.removeprefix("b")): found for person, found in rows},
                Counter(stream.partition(":")[2] for stream in streams),
                frozenset(result for result in results if result),
            )

    def faults(self, rush: Rush, *, places: int, people: Sequence[int]) -> list[str]:
        """In what the store and the answers differ from: as many booked as there were places, each of them told so."""
        checks = {
            f"{len(self.booked)} booked": len(self.booked) == places,
            f"{self.taken} counted": self.taken == places,
            "somebody was told of a place that is not theirs, or has one and was not told": self.booked
            == rush.booked,
            f"{rush.refused} refused": rush.refused == {"slot_full": len(people) - places},
            "news": all(self.told[one] == 1 for one in self.booked.values()),
            "keys": self.finished >= set(self.booked.values()),
            f"{rush.faults[:3]}": not rush.faults,
        }
        return [fault for fault, holds in checks.items() if not holds]
