"""The store beside raw sqlite3 in one run: bookings a second, lists in a growing store, the reference county imported.

`python -m bench.storage` measures SQLite and a PostgreSQL of its own; BENCH_STORE takes one of them. BENCH_CASES (a million)
says how large the largest store of the list measurement is.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from bench._stores import each_store
from intake.model.booking import Pool
from intake.model.case import CaseState
from intake.model.catalogue import CounterGroup
from intake.model.ids import AppointmentId, CaseId, HallCode, PersonId, SlotId
from intake.usecases.catalogue.exchange import read_items
from intake.usecases.places.county import read_county
from intake.usecases.places.opening import times_of
from jiujinban.reference import catalogue_rows, read_files, reference_folder
from storage.crypto import KeyRing
from storage.sql.cases import SqlCases
from storage.sql.store import Store
from tests.contract.nouns import appointment, draft, open_time
from tests.many_cases import fill

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
TODAY = NOW.date()
BOOKINGS = 400
CALLERS = (1, 16, 64)
LIST_ROUNDS = 50
SIZES = (1_000, 100_000, int(os.environ.get("BENCH_CASES", "1_000_000")))
DEPARTMENT = draft().department
Book = Callable[[int], Awaitable[None]]


def main() -> None:
    """Print what was measured."""
    asyncio.run(_measure())


async def _measure() -> None:
    with tempfile.TemporaryDirectory() as folder:
        _raw(Path(folder) / "raw.db")
    async for name, url, _ in each_store(durable=True):
        print(f"-- {name}")
        async with _opened(url) as store:
            await _bookings(store)
            await _reference(store)
            for size in SIZES:
                await _lists(store, size)


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Store]:
    store = Store.open(url, KeyRing.new())
    try:
        await store.migrate()
        yield store
    finally:
        await store.close()


def _raw(file: Path) -> None:
    """The same booking with nothing around it: what the disk and SQLite alone allow."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE slot (id INTEGER PRIMARY KEY, capacity INTEGER, taken INTEGER)")
    connection.execute("CREATE TABLE appointment (id TEXT PRIMARY KEY, slot INTEGER, person TEXT)")
    connection.execute("INSERT INTO slot VALUES (1, 1000000, 0)")
    begun = time.perf_counter()
    for number in range(BOOKINGS):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(
            "UPDATE slot SET taken = taken + 1 WHERE id = 1 AND taken < capacity RETURNING *"
        ).fetchall()
        connection.execute("INSERT INTO appointment VALUES (?, 1, ?)", (uuid.uuid4().hex, str(number)))
        connection.execute("COMMIT")
    print(f"raw sqlite3, 1 caller: {BOOKINGS / (time.perf_counter() - begun):.0f} bookings/s")
    connection.close()


async def _bookings(store: Store) -> None:
    async with store.open_uow() as uow:
        await uow.slots.open([open_time(online_capacity=10**6)])
        await uow.commit()
    async with store.open_view() as view:
        (slot,) = await view.slots.free(
            at={(HallCode("county"), CounterGroup.COMPREHENSIVE)}, now=NOW, after=NOW
        )
    for callers in CALLERS:
        begun = time.perf_counter()
        await asyncio.gather(*(_books(store, slot.id, BOOKINGS // callers) for _ in range(callers)))
        rate = BOOKINGS // callers * callers / (time.perf_counter() - begun)
        print(f"store, {callers} callers on one slot: {rate:.0f} bookings/s (claim, appointment, commit)")


async def _books(store: Store, slot: SlotId, count: int) -> None:
    for _ in range(count):
        booked = uuid.uuid4().hex
        async with store.open_uow() as uow:
            await uow.slots.lock([slot])
            if not await uow.slots.take([slot], Pool.ONLINE, NOW):
                raise RuntimeError("the slot should have had room")
            one = appointment(id=AppointmentId(booked), number=booked, slot=slot, person=PersonId(booked))
            await uow.appointments.add(one)
            await uow.commit()


async def _reference(store: Store) -> None:
    """The county and its catalogue, as the import verbs write them."""
    folder = reference_folder()
    county = read_county(read_files(sorted((folder / "county").glob("*.json"))))
    items, _ = read_items(catalogue_rows(read_files(sorted((folder / "catalogue").glob("*.json")))), TODAY)
    begun = time.perf_counter()
    async with store.open_uow() as uow:
        await uow.places.put_villages(county.villages)
        await uow.places.put_halls(county.halls)
        await uow.places.put_hours(county.patterns, county.exceptions)
        await uow.places.put_calendar(county.days, county.announced)
        for account in county.accounts:
            await uow.people.put_account(account)
        await uow.commit()
    _told("county", begun, f"{len(county.accounts)} accounts, {len(county.villages)} villages")
    begun = time.perf_counter()
    async with store.open_uow() as uow:
        await uow.catalogue.replace(items, TODAY)
        await uow.commit()
    _told("catalogue", begun, f"{len(items)} items")
    begun = time.perf_counter()
    async with store.open_uow() as uow:
        calendar = await uow.places.calendar()
        days = [TODAY + timedelta(days=ahead) for ahead in range(15)]
        opened = await uow.slots.open(
            [
                opening
                for day in days
                for hall in county.halls
                for opening in times_of(day, hall, county.patterns, county.exceptions, calendar)
            ]
        )
        await uow.commit()
    _told("slots", begun, f"{opened} places of {len(days)} days")


def _told(what: str, begun: float, how_much: str) -> None:
    print(f"{what}: {time.perf_counter() - begun:.2f} s ({how_much})")


async def _lists(store: Store, size: int) -> None:
    begun = time.perf_counter()
    await fill(store, size)
    _told(f"{size:,} cases made", begun, f"{time.process_time():.0f} s of processor so far")
    hall, waiting = HallCode("hall-1"), (CaseState.SUBMITTED, CaseState.RECEIVED, CaseState.EVALUATED)
    asked: dict[str, Callable[[SqlCases], Awaitable[object]]] = {
        "a hall's 200 longest waiting": lambda kept: kept.at_hall(hall, waiting),
        "a person's cases": lambda kept: kept.of_person(PersonId("person-1")),
        "a department's 200 soonest due": lambda kept: kept.of_department(DEPARTMENT, waiting),
        "one case": lambda kept: kept.get(CaseId("case-1")),
    }
    for name, ask in asked.items():
        wall, processor = await _median_ms(store, ask)
        print(f"{size:,} cases, {name}: {wall:.1f} ms, of these {processor:.1f} ms of this process")


async def _median_ms(store: Store, ask: Callable[[SqlCases], Awaitable[object]]) -> tuple[float, float]:
    costs = []
    for _ in range(LIST_ROUNDS):
        begun = time.perf_counter(), time.process_time()
        async with store.open_view() as view:
            await ask(view.cases)
        costs.append((time.perf_counter() - begun[0], time.process_time() - begun[1]))
    wall, processor = (median(each) * 1000 for each in zip(*costs, strict=True))
    return wall, processor


if __name__ == "__main__":
    main()
