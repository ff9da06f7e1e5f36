"""Every figure of a month over 100,000 cases: counted by query, recounted by hand, and the time each takes.

`python -m bench.figures` measures SQLite in a temporary folder; BENCH_CASES says how many cases, BENCH_DATABASE_URL
measures that empty database instead.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections import defaultdict

from intake.model.figures import FIGURES, Listing, Month
from storage.crypto import KeyRing
from storage.sql.figures import LISTINGS
from storage.sql.store import Store
from tests.months import HALLS, MONTHS, TODAY, MadeMonths, fill, made_months, recount

CASES = int(os.environ.get("BENCH_CASES", "100_000"))


def main() -> None:
    """Print what was measured; fail when a figure is not what the recount says."""
    asyncio.run(_measure())


async def _measure() -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = os.environ.get("BENCH_DATABASE_URL", "") or f"sqlite:///{folder}/store.db"
        store = Store.open(url, KeyRing.new())
        await store.migrate()
        made = made_months(CASES)
        begun = time.perf_counter()
        await fill(store, made, singly=0)
        print(f"{CASES} cases written in {time.perf_counter() - begun:.0f} s")
        for month in MONTHS:
            await _month(store, made, month)
        await store.close()


async def _month(store: Store, made: MadeMonths, month: Month) -> None:
    wanted = dict.fromkeys(each for figure in FIGURES for each in figure.listings if each in LISTINGS)
    begun = time.perf_counter()
    async with store.open_view() as view:
        counted = {each: await view.figures.tally(each, month, HALLS, TODAY) for each in wanted}
        spent = time.perf_counter() - begun
        page = time.perf_counter()
        await view.figures.rows(Listing.ACCEPTED, month, HALLS, TODAY, limit=50)
        listed = time.perf_counter() - page
    rows = sum(tally.count for tallies in counted.values() for tally in tallies)
    print(
        f"{month}: {len(wanted)} listings, {rows} rows counted in {spent:.2f} s; a page of rows in {listed:.3f} s"
    )
    for each, tallies in counted.items():
        by_hand: dict[str, int] = defaultdict(int)
        for row in recount(made, each, month, TODAY):
            by_hand[row[1]] += 1
        if {tally.hall: tally.count for tally in tallies} != dict(by_hand):
            raise SystemExit(f"{each} of {month} is not what a recount says")
    print(f"{month}: equal to the recount of all {len(wanted)} listings")


if __name__ == "__main__":
    main()
