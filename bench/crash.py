"""The crash drill at full length: 1,000 submissions at two servers, one of which is killed (SIGKILL) again and again.

Prints what was acknowledged and what the store holds afterwards; ends with an error when one acknowledged case is not whole
or any case is half. It runs on SQLite and on a PostgreSQL of its own that waits for the disk; BENCH_STORE takes one of them,
BENCH_SUBMISSIONS and BENCH_KILLS change the length.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

from bench._stores import each_store
from intake.model.case import CaseState
from storage.sql.audit import AuditChain
from tests.race.nursery import running_nursery, servers_of
from tests.race.test_killed_server import drilled

SUBMISSIONS = int(os.environ.get("BENCH_SUBMISSIONS", "1000"))
KILLS = int(os.environ.get("BENCH_KILLS", "6"))


async def _drill(name: str, url: str, folder: Path) -> bool:
    with running_nursery() as nursery, servers_of(nursery, folder) as servers:
        begun = time.perf_counter()
        # The embedded store lies in the servers' own folder.
        address = None if name == "sqlite" else url
        drill, inside, store = await drilled(servers, address, submissions=SUBMISSIONS, kills=KILLS)
        lasted = time.perf_counter() - begun
        submitted = {case.number for case in inside.cases if case.state is CaseState.SUBMITTED}
        lost, half = set(drill.acknowledged) - submitted, inside.half()
        chain = AuditChain(store)
        await chain.seal()
        whole = (await chain.verify()).whole
        await store.close()
    print(f"{name}: {SUBMISSIONS} submissions, {drill.kills} kills, {lasted:.0f} s")
    print(
        f"  acknowledged {len(drill.acknowledged)}, of these lost {len(lost)}; half {len(half)}; faults {len(drill.faults)}"
    )
    print(f"  audit trail whole: {whole}")
    return whole and not (lost or half or drill.faults)


async def _drills() -> bool:
    return all([await _drill(*store) async for store in each_store(durable=True)])


def main() -> int:
    """Run the drill on each store."""
    return int(not asyncio.run(_drills()))


if __name__ == "__main__":
    sys.exit(main())
