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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.race.nursery import running_nursery, servers_of
from tests.race.test_last_place_over_http import NAIVE
from tests.race.test_rush_with_a_kill import SERVERS, rushed
from tests.services.postgres import running_postgres
from tests.services.postgres_binaries import find_binaries
from tests.services.servers import ServerProcesses, server_processes_in

PEOPLE = int(os.environ.get("BENCH_PEOPLE", "500"))
PLACES = int(os.environ.get("BENCH_PLACES", "100"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))


async def _round(name: str, url: str | None, servers: ServerProcesses, *, kill: bool) -> list[str]:
    begun = time.perf_counter()
    count = SERVERS if kill else 1
    rush, books = await rushed(servers, url, people=PEOPLE, places=PLACES, count=count, kill=kill)
    faults = books.faults(rush, places=PLACES, people=range(PEOPLE))
    print(
        f"{name}: {PEOPLE} people, {PLACES} places: {len(books.booked)} booked, {sum(rush.refused.values())} refused,"
        f" {rush.broken} broken lines, {len(rush.faults)} errors;"
        f" pressing {rush.lasted:.1f} s, all {time.perf_counter() - begun:.0f} s"
    )
    for fault in faults:
        print(f"  {fault}")
    return faults


async def _all() -> bool:
    careful, naive = [], []
    with running_postgres(find_binaries(), durable=True) as server, running_nursery() as nursery:
        for name in ("sqlite", "postgresql"):

            async def address(on: str = name) -> str | None:
                return None if on == "sqlite" else (await server.create_database()).url

            for _ in range(ROUNDS):
                with _folder() as folder, servers_of(nursery, folder) as servers:
                    careful += await _round(name, await address(), servers, kill=True)
            with _folder() as folder, server_processes_in(folder) as careless:
                careless.command = NAIVE
                naive.append(await _round(f"{name}, naive twin", await address(), careless, kill=False))
    return not careful and all(naive)


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def main() -> int:
    """Run the rush on each store."""
    return int(not asyncio.run(_all()))


if __name__ == "__main__":
    sys.exit(main())
