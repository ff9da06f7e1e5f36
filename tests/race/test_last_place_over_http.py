"""最后一个号: twenty people press 预约 together, over HTTP, in two server processes."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.services.servers import ServerProcesses

NAIVE = (sys.executable, "-m", "tests.race.naive_server", "serve")
ROOT = Path(__file__).resolve().parents[2]
ITEM, HALL = "MZ10", "yaochuan"
PEOPLE = [f"person-{n}" for n in range(1, 21)]


@dataclass(frozen=True, slots=True)
class Phone:
    """One person's phone, signed in at one of the servers."""

    session: aiohttp.ClientSession
    url: str
    token: str

    async def book(self, slot: str) -> tuple[int, dict[str, Any]]:
        """Press 预约."""
        headers = {"Authorization": f"Bearer {self.token}"}
        body = {"slot_id": slot, "service_code": ITEM}
        async with self.session.post(f"{self.url}/api/v1/appointments", json=body, headers=headers) as answer:
            return answer.status, await answer.json(content_type=None)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """One client for all phones; loopback only."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(60)) as client:
        yield client


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str | None:
    """The embedded store, or a fresh PostgreSQL database."""
    if request.param == "sqlite":
        return None
    url: str = request.getfixturevalue("postgres_database").url
    return url


async def sign_in(session: aiohttp.ClientSession, url: str, who: str) -> Phone:
    """The phone of a demo identity."""
    async with session.post(f"{url}/api/v1/auth/demo", json={"identity": who}) as answer:
        assert answer.status == 201
        return Phone(session, url, (await answer.json())["token"])


async def free_slot(session: aiohttp.ClientSession, url: str, slot: str | None = None) -> dict[str, Any]:
    """The slot as the public list shows it, or the last one there; a full one is not listed and reads as none left."""
    async with session.get(
        f"{url}/api/v1/slots", params={"item": ITEM, "hall": HALL, "limit": "500"}
    ) as answer:
        slots = (await answer.json())["slots"]
    return next((s for s in slots if s["id"] == slot), slots[-1] if slot is None else {"id": slot, "left": 0})


async def one_place_left(session: aiohttp.ClientSession, url: str) -> str:
    """Book a far slot until one place is left."""
    slot = await free_slot(session, url)
    for n in range(1, slot["left"]):
        elder = await sign_in(session, url, f"elder-{n}")
        assert (await elder.book(slot["id"]))[0] == 201
    return str(slot["id"])


async def press_together(
    session: aiohttp.ClientSession, urls: Sequence[str], slot: str
) -> list[tuple[int, dict[str, Any]]]:
    """Everybody signs in first, alternately at the servers, then all press at once."""
    phones = [await sign_in(session, urls[n % len(urls)], who) for n, who in enumerate(PEOPLE)]
    return list(await asyncio.gather(*(phone.book(slot) for phone in phones)))


async def test_the_last_place_goes_to_exactly_one_person(
    session: aiohttp.ClientSession, server_processes: ServerProcesses, database: str | None
) -> None:
    """One is booked; nineteen hear 已约满 with the nearest free places."""
    first, second = server_processes.start(2, database_url=database)
    slot = await one_place_left(session, first.url)

    answers = await press_together(session, [first.url, second.url], slot)

    assert Counter(status for status, _ in answers) == {201: 1, 409: 19}
    refusals = [said for status, said in answers if status == 409]
    assert {said["code"] for said in refusals} == {"slot_full"}
    assert all("已约满" in said["title"] and len(said["alternatives"]) == 3 for said in refusals)
    assert (await free_slot(session, second.url, slot))["left"] == 0


async def test_the_naive_server_books_the_last_place_twice(
    session: aiohttp.ClientSession, server_processes: ServerProcesses, database: str | None
) -> None:
    """The failing twin: without the one statement, the same press overbooks; so the race above can fail."""
    (careful,) = server_processes.start(1, database_url=database)
    slot = await one_place_left(session, careful.url)
    server_processes.stop_all()
    server_processes.command = NAIVE
    naive = server_processes.start(2, database_url=database, settings={"PYTHONPATH": str(ROOT)})

    answers = await press_together(session, [server.url for server in naive], slot)

    assert sum(status == 201 for status, _ in answers) > 1
