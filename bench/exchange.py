"""A catalogue of 50,000 items through the whole import: file opened, judged, compared, applied; and out again.

`python -m bench.exchange` takes each form in a process of its own, on SQLite and on a PostgreSQL of its own; BENCH_FORM
(`csv`, `json`, `xlsx`) and BENCH_STORE take one of them, BENCH_ITEMS says how many items. Processor time is of the whole
process, memory the most it ever had. The items are the reference county's, over and over under codes of their own.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from bench._stores import each_store
from intake.desk import Desk
from intake.model.catalogue import ServiceItem
from intake.model.exchange import FileForm, GivenFile
from intake.model.ids import ServiceCode
from intake.usecases.catalogue.exchange import read_items, write_item
from intake.usecases.catalogue.importing import CheckFiles
from intake.usecases.catalogue.sheets import write_sheets
from jiujinban.importing import OPERATOR, import_county_files
from jiujinban.memory import collect_seldom
from jiujinban.reference import catalogue_rows, read_files, reference_folder
from papers.tables import write_tables
from storage.crypto import KeyRing
from storage.sql.store import Store
from tests.desks import plain_desk

ITEMS = int(os.environ.get("BENCH_ITEMS", "50_000"))
Done = TypeVar("Done")


def main() -> int:
    """Print what was measured."""
    chosen = os.environ.get("BENCH_FORM")
    if chosen:
        collect_seldom()
        asyncio.run(_measure(FileForm(chosen)))
        return 0
    command = [sys.executable, "-m", "bench.exchange"]
    ended = [
        subprocess.run(command, env={**os.environ, "BENCH_FORM": form}, check=False) for form in FileForm
    ]
    return int(any(each.returncode for each in ended))


async def _measure(form: FileForm) -> None:
    async for name, url, _ in each_store():
        store = Store.open(url, KeyRing.new())
        await store.migrate()
        desk = plain_desk(store)
        await import_county_files(desk, sorted((reference_folder() / "county").glob("*.json")))
        await _form(desk, form, name)
        await store.close()


async def _form(desk: Desk, form: FileForm, store: str) -> None:
    book = _file([write_item(item) for item in _many(desk)], form)
    print(f"-- {form}, {store}: {ITEMS} items in a file of {len(book.content) / 1e6:.1f} MB")
    await _round(desk, book)
    exported = await _timed(f"export as {form}", lambda: desk.catalogue.export(OPERATOR, form))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(exported) / 1e6:.1f} MB; at most {most:.0f} MB of memory so far")


async def _round(desk: Desk, file: GivenFile) -> None:
    cmd = CheckFiles(OPERATOR, [file])
    begun = _clocks()
    waiting = await _timed("open, judge, compare and keep", lambda: desk.catalogue.stage_import(cmd))
    print(f"{len(waiting.report.faults)} faults, {len(waiting.report.changes)} changes")
    await _timed("apply", lambda: desk.catalogue.apply_import(OPERATOR, waiting.id))
    print(f"import of {waiting.report.items} items: {_since(begun)}")
    again = await _timed("compare with what is now in force", lambda: desk.catalogue.check_files(cmd))
    print(f"{len(again.changes)} changes when it is imported again")


def _file(rows: list[dict[str, object]], form: FileForm) -> GivenFile:
    if form is FileForm.JSON:
        return GivenFile("many.json", json.dumps({"items": rows}, ensure_ascii=False).encode())
    ending = "zip" if form is FileForm.CSV else form.value
    return GivenFile(f"many.{ending}", write_tables(write_sheets(rows, []), form))


def _many(desk: Desk) -> list[ServiceItem]:
    files = sorted((reference_folder() / "catalogue").glob("*.json"))
    items, _ = read_items(catalogue_rows(read_files(files)), desk.today)
    return [
        replace(
            items[n % len(items)], code=ServiceCode(f"B{n:06}"), name=f"{items[n % len(items)].name}（{n}）"
        )
        for n in range(ITEMS)
    ]


async def _timed(what: str, act: Callable[[], Awaitable[Done]]) -> Done:
    begun = _clocks()
    done = await act()
    print(f"{what}: {_since(begun)}", flush=True)
    return done


def _clocks() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _since(begun: tuple[float, float]) -> str:
    wall, processor = (now - then for now, then in zip(_clocks(), begun, strict=True))
    return f"{wall:.1f} s, {processor:.1f} s of them at work"


if __name__ == "__main__":
    sys.exit(main())
