"""The store beside raw sqlite3 in one run: bookings a second, lists in a growing store, the reference county imported.

`python -m bench.storage` measures SQLite in a temporary folder; with BENCH_DATABASE_URL also that empty database.
BENCH_CASES (a million) says how large the largest store of the list measurement is.
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
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import text

from intake.model.booking import Pool
from intake.model.case import Case, CaseState
from intake.model.catalogue import CounterGroup
from intake.model.ids import AppointmentId, CaseId, HallCode, PersonId, ServiceCode, SlotId
from intake.usecases.catalogue.exchange import read_items
from intake.usecases.places.county import read_county
from intake.usecases.places.opening import times_of
from jiujinban.reference import catalogue_rows, read_files, reference_folder
from storage.crypto import KeyRing
from storage.sql.cases import SqlCases
from storage.sql.rows import as_row
from storage.sql.store import Store
from storage.sql.tables import cases
from tests.contract.nouns import appointment, draft, open_time

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
TODAY = NOW.date()
BOOKINGS = 400
CALLERS = (1, 16, 64)
LIST_ROUNDS = 50
HALLS, STATES = 15, tuple(CaseState)
DEPARTMENT = draft().department
Book = Callable[[int], Awaitable[None]]


def main() -> None:
    """Print what was measured."""
    asyncio.run(_measure())


async def _measure() -> None:
    with tempfile.TemporaryDirectory() as folder:
        _raw(Path(folder) / "raw.db")
        for url in (f"sqlite:///{folder}/store.db", os.environ.get("BENCH_DATABASE_URL", "")):
            if url:
                await _measure_store(url)


async def _measure_store(url: str) -> None:
    async with _opened(url) as store:
        print(f"-- {url.partition(':')[0]}")
        await _bookings(store)
        await _reference(store)
        for size in (1_000, 100_000, int(os.environ.get("BENCH_CASES", "1_000_000"))):
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
    await _fill(store, size)
    hall, waiting = HallCode("hall-1"), (CaseState.SUBMITTED, CaseState.RECEIVED, CaseState.EVALUATED)
    asked: dict[str, Callable[[SqlCases], Awaitable[object]]] = {
        "a hall's 200 longest waiting": lambda kept: kept.at_hall(hall, waiting),
        "a person's cases": lambda kept: kept.of_person(PersonId("person-1")),
        "a department's 200 soonest due": lambda kept: kept.of_department(DEPARTMENT, waiting),
        "one case": lambda kept: kept.get(CaseId("case-1")),
    }
    for name, ask in asked.items():
        print(f"{size:,} cases, {name}: {await _median_ms(store, ask):.1f} ms")


async def _median_ms(store: Store, ask: Callable[[SqlCases], Awaitable[object]]) -> float:
    costs = []
    for _ in range(LIST_ROUNDS):
        begun = time.perf_counter()
        async with store.open_view() as view:
            await ask(view.cases)
        costs.append((time.perf_counter() - begun) * 1000)
    return median(costs)


async def _fill(store: Store, size: int) -> None:
    """Cases of fifteen halls in every state; a person has twenty of them. The first thousands are written as rows, the
    rest by the database from these.
    """
    columns = [column.name for column in cases.c]
    told = ", ".join(f'"{name}"' for name in columns)
    made = ", ".join(_NUMBERED.get(name, f'"{name}"') for name in columns)
    block = min(size, HALLS * len(STATES) * 20)
    async with store.writing() as connection:
        await connection.execute(cases.delete())
        await connection.execute(cases.insert(), [_row(number) for number in range(block)])
        for offset in range(block, size, block):
            copied = f"INSERT INTO cases ({told}) SELECT {made} FROM cases WHERE {_N} < :left"  # noqa: S608 (ours)
            left = min(block, size - offset)
            await connection.execute(text(copied), {"offset": offset, "left": left})
        await connection.commit()
        await connection.execute(text("ANALYZE"))
        await connection.commit()


_N = "CAST(substr(id, 6) AS integer)"
_LATER = f"({_N} + CAST(:offset AS integer))"
_NUMBERED = {
    "id": f"'case-' || {_LATER}",
    "number": f"'BJ' || {_LATER}",
    "service_code": f"'S' || {_LATER}",
    "applicant": f"'person-' || ({_LATER} / 20)",
}


def _row(number: int) -> dict[str, object]:
    case: Case = replace(
        draft(id=CaseId(f"case-{number}"), hall=HallCode(f"hall-{number % HALLS}")),
        number=f"BJ{number}",
        state=STATES[number // HALLS % len(STATES)],
        service_code=ServiceCode(f"S{number}"),
        applicant=PersonId(f"person-{number // 20}"),
        opened_at=NOW + timedelta(seconds=number),
        submitted_at=NOW + timedelta(seconds=number),
    )
    return {**as_row(case), "due_on": TODAY}


if __name__ == "__main__":
    main()
