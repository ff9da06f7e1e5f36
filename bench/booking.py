"""Bookings a second, end to end over HTTP: on one hot slot and on 200 slots, for 1, 16, 64 and 256 callers, on both stores.

Every booking is another person's: their session, their limits, their appointment, trail and news. In the same run, by the
same client: the disk's flushes a second, a bare aiohttp handler that books nothing, and our own server with a commit for
each booking. BENCH_DATABASE_URL names an empty PostgreSQL database; BENCH_SECONDS how long each figure is taken;
BENCH_APPOINTMENTS how many bookings the larger store of the availability measurement holds.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from statistics import median

import aiohttp
from sqlalchemy import insert

from intake.model.catalogue import CounterGroup
from intake.model.places import OfferKind
from intake.ports import Foreseen, Uow
from storage.sql import tables
from storage.sql.store import Store
from tests.race.crowds import HALL, ITEM, gather_crowd, press
from tests.services.postgres import running_postgres
from tests.services.postgres_binaries import find_binaries
from tests.services.servers import ServerProcesses, server_processes_in

CALLERS = (1, 16, 64, 256)
SECONDS = float(os.environ.get("BENCH_SECONDS", "3"))
PEOPLE = int(os.environ.get("BENCH_PEOPLE", "60000"))
APPOINTMENTS = int(os.environ.get("BENCH_APPOINTMENTS", "1000000"))
SPREAD = 200
_ROOT = {"PYTHONPATH": str(Path(__file__).resolve().parents[1])}
_BARE = (sys.executable, "-m", "bench.http", "bare")
_OURS = (sys.executable, "-m", "bench.booking", "serve")
_NAIVE = (sys.executable, "-m", "bench.booking", "serve-naive")


@dataclass(frozen=True, slots=True)
class Figure:
    """Requests a second, and how long half of them and 95 of 100 took at most, in milliseconds."""

    per_second: float
    half: float
    most: float


class Crowd:
    """People who have not booked yet; each is asked once."""

    def __init__(self) -> None:
        self._next = itertools.count()

    def comes(self) -> int:
        """The next of them."""
        number = next(self._next)
        if number >= PEOPLE:
            raise RuntimeError("BENCH_PEOPLE are too few for this machine")
        return number


def flushes(folder: Path, seconds: float = 1.0) -> float:
    """How often a second the disk takes a small write for good."""
    descriptor = os.open(folder / "flushes", os.O_CREAT | os.O_WRONLY)
    begun, count = time.perf_counter(), 0
    while time.perf_counter() - begun < seconds:
        os.pwrite(descriptor, b"x" * 4096, 0)
        os.fdatasync(descriptor)
        count += 1
    os.close(descriptor)
    return count / (time.perf_counter() - begun)


async def prepare(url: str, state: Path) -> list[str]:
    """The county with the crowd, and slots that have room for all of them."""
    return await gather_crowd(url, state, people=PEOPLE, slots=SPREAD, places=10**6)


async def measure(url: str, callers: int, slots: Sequence[str], crowd: Crowd | None) -> Figure:
    """Callers press as fast as the answers come; without a crowd they ask the bare handler."""
    waits: list[float] = []
    connector = aiohttp.TCPConnector(limit=callers)
    async with aiohttp.ClientSession(url, connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as http:
        begun = time.perf_counter()

        async def come_and_press(_: int) -> None:
            while time.perf_counter() - begun < SECONDS:
                asked = time.perf_counter()
                await _book(http, crowd.comes(), slots) if crowd else await _nothing(http)
                waits.append((time.perf_counter() - asked) * 1000)

        await asyncio.gather(*map(come_and_press, range(callers)))
        lasted = time.perf_counter() - begun
    waits.sort()
    return Figure(len(waits) / lasted, median(waits), waits[int(len(waits) * 0.95)])


async def _book(http: aiohttp.ClientSession, person: int, slots: Sequence[str]) -> None:
    status, said = await press(http, "", person, slots[person % len(slots)])
    if status != HTTPStatus.CREATED:
        raise RuntimeError(f"{status} {said}")


async def _nothing(http: aiohttp.ClientSession) -> None:
    async with http.post("/bare", json={"text": "我妈七十了，想办老年优待证"}) as answer:
        await answer.read()


async def compare(name: str, url: str, folder: Path) -> None:
    """All figures of one store."""
    state = folder / name
    spread, crowd = await prepare(url, state), Crowd()
    hot = spread[:1]
    with server_processes_in(state) as servers:
        servers.settings = {
            **_ROOT,
            "JIUJINBAN_DEMO": "0",
            "JIUJINBAN_DATABASE_URL": url,
            "JIUJINBAN_STATE": str(state),
        }
        bare = {callers: await measure(_start(servers, _BARE), callers, hot, None) for callers in CALLERS}
        servers.stop_all()
        ours = _start(servers, _OURS)
        await measure(ours, 16, hot, crowd)
        figures = {(c, len(s)): await measure(ours, c, s, crowd) for s in (hot, spread) for c in CALLERS}
        servers.stop_all()
        naive = _start(servers, _NAIVE)
        alone = {callers: await measure(naive, callers, hot, crowd) for callers in CALLERS}
    print(f"-- {name}; the disk takes {flushes(folder):.0f} fdatasync/s")
    print(
        f"  {'callers':>8}{'slots':>7}{'bookings/s':>12}{'p50 ms':>9}{'p95 ms':>9}{'x alone':>9}{'of bare':>9}"
    )
    for (callers, slots), f in figures.items():
        ratio = f.per_second / alone[callers].per_second
        share = f.per_second / bare[callers].per_second
        print(
            f"  {callers:>8}{slots:>7}{f.per_second:>12.0f}{f.half:>9.1f}{f.most:>9.1f}{ratio:>9.1f}{share:>9.2f}"
        )
    for callers in CALLERS:
        a, b = alone[callers], bare[callers]
        print(
            f"  {callers:>8} callers: a commit each {a.per_second:.0f}/s, a bare handler {b.per_second:.0f}/s"
        )


def _start(servers: ServerProcesses, command: Sequence[str]) -> str:
    servers.command = command
    (started,) = servers.start(1)
    return started.url


async def availability(url: str, folder: Path) -> None:
    """Free places as the public list shows them, in a store of a thousand bookings and in one of very many."""
    state = folder / "availability"
    await prepare(url, state)
    with server_processes_in(state) as servers:
        servers.settings = {**_ROOT, "JIUJINBAN_DEMO": "0", "JIUJINBAN_STATE": str(state)}
        asked = _start(servers, _OURS)
        for first, last in ((0, 1_000), (1_000, APPOINTMENTS)):
            await _fill(url, state, first, last)
            print(f"  {last:>9,} bookings: free places in {await _looks(asked):.1f} ms (half of 60)")


async def _fill(url: str, state: Path, first: int, last: int) -> None:
    from storage.crypto import load_keys  # noqa: PLC0415 (only here)

    store = Store.open(url, load_keys(state / "keys.json"))
    now = datetime.now(UTC)
    for begin in range(first, last, 10_000):
        rows = [
            {
                "id": f"a{n}", "number": f"YY{n}", "slot": f"slot{n % SPREAD}", "hall": HALL,
                "group": CounterGroup.COMPREHENSIVE, "kind": OfferKind.RESERVED,
                "start": now - timedelta(minutes=n), "end": now, "person": f"x{n}", "booked_by": f"x{n}",
                "service_code": ITEM, "service_name": ITEM, "case": None, "state": "kept", "version": 1,
                "booked_at": now, "run": (), "pool": "online", "moves": 0, "minutes": 0, "forgiven": "",
            }
            for n in range(begin, min(begin + 10_000, last))
        ]  # fmt: skip
        async with store.writing() as connection:
            await connection.execute(insert(tables.appointments), rows)
            await connection.commit()
    await store.close()


async def _looks(url: str) -> float:
    costs = []
    async with aiohttp.ClientSession(url) as http:
        for _ in range(60):
            begun = time.perf_counter()
            async with http.get(
                "/api/v1/slots", params={"item": ITEM, "hall": HALL, "limit": "100"}
            ) as answer:
                await answer.read()
            costs.append((time.perf_counter() - begun) * 1000)
    return median(costs)


@asynccontextmanager
async def _stores(folder: Path) -> AsyncIterator[list[tuple[str, str]]]:
    stores = [("sqlite", f"sqlite:///{folder / 'booking.db'}")]
    given = os.environ.get("BENCH_DATABASE_URL")
    if given:
        yield [*stores, ("postgresql", given)]
        return
    with running_postgres(find_binaries(), durable=True) as server:
        yield [*stores, ("postgresql", (await server.create_database()).url)]


async def _all() -> None:
    chosen = sys.argv[1:]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with _stores(folder) as stores:
            for store, url in stores:
                if not chosen or store in chosen:
                    await compare(store, url, folder)
        if not chosen or "availability" in chosen:
            print("-- availability, SQLite")
            await availability(f"sqlite:///{folder / 'availability.db'}", folder)
        shutil.rmtree(folder, ignore_errors=True)


class _Nobody:
    """Nobody waits together: each act in a transaction of its own."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def __call__(self, _: Foreseen, act: Callable[[Uow], Awaitable[object]]) -> object:
        """Alone."""
        async with self._store.open_uow() as uow:
            return await act(uow)

    async def close(self) -> None:
        """Nothing is left to do."""


def _serve(*, naive: bool) -> None:
    """`jiujinban serve` as it is; the naive twin commits every booking by itself."""
    from jiujinban import wiring  # noqa: PLC0415 (only the server's process)
    from jiujinban.cli import app  # noqa: PLC0415 (likewise)

    if naive:
        wiring.SqlTogether = _Nobody  # type: ignore[attr-defined,assignment]  # no coalescer
    sys.argv = ["jiujinban", "serve"]
    app()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve"]:
            _serve(naive=False)
        case ["serve-naive"]:
            _serve(naive=True)
        case _:
            asyncio.run(_all())
