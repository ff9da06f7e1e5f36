"""Many press for few places: 500 people for 100 places of one slot, at three servers, one of which is killed in the middle.

Again and again, on both stores; then the naive twin. Ends with an error when one place was given twice or not at all, one
answer was lost, or one person heard anything but 已预约 or 已约满. BENCH_PEOPLE, BENCH_PLACES and BENCH_ROUNDS change the size.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.race.test_last_place_over_http import NAIVE
from tests.race.test_rush_with_a_kill import SERVE, SERVERS, rushed
from tests.services.postgres import running_postgres
from tests.services.postgres_binaries import find_binaries
from tests.services.servers import server_processes_in

PEOPLE = int(os.environ.get("BENCH_PEOPLE", "500"))
PLACES = int(os.environ.get("BENCH_PLACES", "100"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))


async def _round(name: str, url: str | None, command: Sequence[str], *, kill: bool) -> list[str]:
    with tempfile.TemporaryDirectory() as folder, server_processes_in(Path(folder)) as servers:
        servers.command = command
        begun = time.perf_counter()
        rush, books = await rushed(servers, url, people=PEOPLE, places=PLACES, count=SERVERS, kill=kill)
        lasted = time.perf_counter() - begun
    faults = books.faults(rush, places=PLACES, people=range(PEOPLE))
    print(
        f"{name}: {PEOPLE} people, {PLACES} places: {len(books.booked)} booked, {sum(rush.refused.values())} refused,"
        f" {rush.broken} broken lines, {len(rush.faults)} errors; pressing {rush.lasted:.1f} s, all {lasted:.0f} s"
    )
    for fault in faults:
        print(f"  {fault}")
    return faults


async def _all() -> bool:
    with running_postgres(find_binaries(), durable=True) as server:
        careful, naive = [], []
        for name in ("sqlite", "postgresql"):
            for _ in range(ROUNDS):
                url = None if name == "sqlite" else (await server.create_database()).url
                careful += await _round(name, url, SERVE, kill=True)
            url = None if name == "sqlite" else (await server.create_database()).url
            naive.append(await _round(f"{name}, naive twin", url, NAIVE, kill=False))
    return not careful and all(naive)


def main() -> int:
    """Run the rush on each store."""
    return int(not asyncio.run(_all()))


if __name__ == "__main__":
    sys.exit(main())
