"""Bookings a second, end to end over HTTP: on one hot slot and on 200 slots, for 1, 16, 64 and 256 callers, on both stores.

Every booking is another person's: their session, their limits, their appointment, trail and news. In the same run, by the
same client, which costs next to nothing and is a process of its own: the disk's flushes a second, a bare aiohttp handler
that books nothing, and our own server with a commit for each booking. On a machine that has other work the rates fall and
the server's CPU for a booking, delivery of its news included, stays comparable. BENCH_DATABASE_URL names an empty PostgreSQL database; BENCH_SECONDS how long each figure is taken;
BENCH_APPOINTMENTS how many bookings the larger store of the availability measurement holds.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import aiohttp
from sqlalchemy import insert

from bench._callers import Errand, press
from intake.model.catalogue import CounterGroup
from intake.model.places import OfferKind
from intake.ports import Foreseen, Uow
from storage.sql import tables
from storage.sql.store import Store
from tests.race.crowds import HALL, ITEM, gather_crowd
from tests.services.postgres import running_postgres
from tests.services.postgres_binaries import find_binaries
from tests.services.servers import ServerProcess, ServerProcesses, server_processes_in

CALLERS = (1, 16, 64, 256)
SECONDS = float(os.environ.get("BENCH_SECONDS", "3"))
PEOPLE = int(os.environ.get("BENCH_PEOPLE", "60000"))
APPOINTMENTS = int(os.environ.get("BENCH_APPOINTMENTS", "1000000"))
SPREAD = 200
_MOST_PER_SECOND = 10_000
_ROWS_AT_ONCE = 20_000
_ROOT = {"PYTHONPATH": str(Path(__file__).resolve().parents[1])}
_BARE = (sys.executable, "-m", "bench.http", "bare")
_OURS = (sys.executable, "-m", "bench.booking", "serve")
_NAIVE = (sys.executable, "-m", "bench.booking", "serve-naive")


@dataclass(frozen=True, slots=True)
class Figure:
    """Requests a second, how long half of them and 95 of 100 took at most (ms), and the server's CPU for each (µs)."""

    per_second: float
    half: float
    most: float
    cpu: float


@dataclass
class Crowd:
    """People who have not booked yet; each is asked once."""

    next: int = 0


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


async def measure(
    server: ServerProcess, callers: int, slots: Sequence[str], crowd: Crowd | None, seconds: float = SECONDS
) -> Figure:
    """Callers press as fast as the answers come; without a crowd they ask the bare handler."""
    first = crowd.next if crowd else 0
    # As many as could be asked in that time at most, for each is made beforehand.
    last = min(PEOPLE, first + int(seconds * _MOST_PER_SECOND)) if crowd else 1
    errand = _booking(server.url, callers, seconds, first, last) if crowd else _nothing(server.url, callers)
    begun = _cpu_seconds(server.process.pid)
    pressed = await press(replace(errand, slots=tuple(slots)))
    if crowd:
        crowd.next = pressed.next
    used = _cpu_seconds(server.process.pid) - begun
    return Figure(pressed.per_second, pressed.half, pressed.most, used * 1e6 / pressed.answers)


def _booking(url: str, callers: int, seconds: float, first: int, last: int) -> Errand:
    body = f'{{"slot_id": "{{slot}}", "service_code": "{ITEM}"}}'
    return Errand(url, callers, seconds, first, last, "/api/v1/appointments", body, 201, bearer="t{n}")


def _nothing(url: str, callers: int) -> Errand:
    return Errand(url, callers, SECONDS, 0, 1, "/bare", '{"text": "我妈七十了，想办老年优待证"}', 200)


def _cpu_seconds(process: int) -> float:
    """What a process has used so far; 0 where the system does not tell."""
    try:
        told = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


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
        handler = _start(servers, _BARE)
        bare = {callers: await measure(handler, callers, hot, None) for callers in CALLERS}
        servers.stop_all()
        ours = _start(servers, _OURS)
        await measure(ours, 16, hot, crowd)
        figures = {(c, len(s)): await measure(ours, c, s, crowd) for s in (hot, spread) for c in CALLERS}
        servers.stop_all()
        naive = _start(servers, _NAIVE)
        alone = {callers: await measure(naive, callers, hot, crowd) for callers in CALLERS}
    print(f"-- {name}; the disk takes {flushes(folder):.0f} fdatasync/s; {SECONDS:g} s a figure")
    print(
        f"  {'callers':>8}{'slots':>7}{'bookings/s':>12}{'p50 ms':>9}{'p95 ms':>9}{'CPU µs':>9}{'x alone':>9}{'of bare':>9}"
    )
    for (callers, slots), f in figures.items():
        line = f"  {callers:>8}{slots:>7}{f.per_second:>12.0f}{f.half:>9.1f}{f.most:>9.1f}{f.cpu:>9.0f}"
        ratio = f.per_second / alone[callers].per_second
        print(f"{line}{ratio:>9.1f}{f.per_second / bare[callers].per_second:>9.2f}")
    for callers in CALLERS:
        a, b = alone[callers], bare[callers]
        print(
            f"  {callers:>8} callers: a commit each {a.per_second:.0f}/s (CPU {a.cpu:.0f} µs),"
            f" a bare handler {b.per_second:.0f}/s (CPU {b.cpu:.0f} µs)"
        )


def _start(servers: ServerProcesses, command: Sequence[str]) -> ServerProcess:
    servers.command = command
    (started,) = servers.start(1)
    return started


async def availability(name: str, url: str, folder: Path) -> None:
    """Free places as the public list shows them, in a store of a thousand bookings and in one of very many."""
    state = folder / f"availability-{name}"
    await gather_crowd(url, state, people=1, slots=SPREAD, places=10**6)
    with server_processes_in(state) as servers:
        servers.settings = {
            **_ROOT,
            "JIUJINBAN_DEMO": "0",
            "JIUJINBAN_DATABASE_URL": url,
            "JIUJINBAN_STATE": str(state),
        }
        asked = _start(servers, _OURS)
        for first, last in ((0, 1_000), (1_000, APPOINTMENTS)):
            await _fill(url, state, first, last)
            print(
                f"  {name}, {last:>9,} bookings: free places in {await _looks(asked.url):.1f} ms (half of 60)"
            )


async def _fill(url: str, state: Path, first: int, last: int) -> None:
    from storage.crypto import load_keys  # noqa: PLC0415 (only here)

    store = Store.open(url, load_keys(state / "keys.json"))
    now = datetime.now(UTC)
    for begin in range(first, last, _ROWS_AT_ONCE):
        rows = [_past_booking(n, now) for n in range(begin, min(begin + _ROWS_AT_ONCE, last))]
        async with store.writing() as connection:
            await connection.execute(insert(tables.appointments), rows)
            await connection.commit()
    await store.close()


def _past_booking(n: int, now: datetime) -> dict[str, object]:
    return {
        "id": f"a{n}", "number": f"YY{n}", "slot": f"slot{n % SPREAD}", "hall": HALL,
        "group": CounterGroup.COMPREHENSIVE, "kind": OfferKind.RESERVED,
        "start": now - timedelta(minutes=n), "end": now, "person": f"x{n}", "booked_by": f"x{n}",
        "service_code": ITEM, "service_name": ITEM, "case": None, "state": "kept", "version": 1,
        "booked_at": now, "run": (), "pool": "online", "moves": 0, "minutes": 0, "forgiven": "",
    }  # fmt: skip


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
async def _stores(folder: Path, name: str = "booking") -> AsyncIterator[list[tuple[str, str]]]:
    """Empty ones; where PostgreSQL is given, it is so only the first time."""
    stores = [("sqlite", f"sqlite:///{folder / name}.db")]
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
            print("-- availability")
            async with _stores(folder, "availability") as stores:
                for store, url in stores:
                    await availability(store, url, folder)
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
