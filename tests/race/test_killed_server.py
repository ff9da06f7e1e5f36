"""断电: a server is killed in the middle of everything; what it has acknowledged is whole, and nothing is half."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from intake.model.case import CaseState
from jiujinban.cli import app
from storage.blobs import open_blobs
from storage.crypto import load_keys
from storage.sql.audit import AuditChain
from storage.sql.store import Store
from tests.race.crashing import Drill, Inside, errands_in, unreadable
from tests.race.crowds import gather_crowd
from tests.race.nursery import NurseryServers
from tests.race.test_last_place_over_http import database
from tests.services.servers import ServerProcesses

__all__ = ["database"]

ROOT = Path(__file__).resolve().parents[2]
HALVING = (sys.executable, "-m", "tests.race.plain_photos", "halving")
# `python -m bench crash` runs the same drill with a thousand.
SUBMISSIONS, KILLS, AT_ONCE = 100, 1, 16


async def drilled(
    servers: ServerProcesses, database_url: str | None, *, submissions: int, kills: int
) -> tuple[Drill, Inside, Store]:
    """Run the drill to its end, stop what still runs, and open the store."""
    servers.settings = {"PYTHONPATH": str(ROOT), "JIUJINBAN_DEMO": "0"}
    state = servers.folder / "state"
    url = database_url or f"sqlite:///{state / 'jiujinban.db'}"
    await gather_crowd(url, state, people=submissions, slots=1, places=1)
    up = await asyncio.to_thread(servers.start, 2 if kills else 1, database_url=database_url)
    store = Store.open(url, load_keys(state / "keys.json"))
    drill = Drill(servers, database_url, up)
    await drill.run(await errands_in(store, submissions, patient=kills > 0), kills=kills, at_once=AT_ONCE)
    await asyncio.to_thread(servers.stop_all)
    return drill, await Inside.of(store), store


def operator(state: Path, database_url: str | None, *words: str) -> Result:
    """One of the operator's commands on that county."""
    own = {"JIUJINBAN_STATE": str(state), "JIUJINBAN_DATABASE_URL": database_url or ""}
    return CliRunner().invoke(app, words, env=own)


async def test_what_was_acknowledged_before_a_kill_is_whole_and_nothing_is_half(
    mortal_servers: NurseryServers, database: str | None
) -> None:
    """Case, page, history, audit trail and outbox of every submission; then trail and backup are verified by command."""
    drill, inside, store = await drilled(mortal_servers, database, submissions=SUBMISSIONS, kills=KILLS)
    state = mortal_servers.folder / "state"
    await AuditChain(store).seal()

    submitted = {case.number: case for case in inside.cases if case.state is CaseState.SUBMITTED}
    assert drill.faults == []
    assert drill.kills == KILLS
    assert len(drill.acknowledged) >= SUBMISSIONS * 4 // 5
    assert set(drill.acknowledged) <= set(submitted)
    assert inside.half() == []
    assert all(submitted[number].service_code == errand.item for number, errand in drill.acknowledged.items())
    assert {f"errand-{errand.number}" for errand in drill.acknowledged.values()} <= inside.finished
    assert await unreadable(inside, open_blobs(str(state / "photographs"), store.keys)) == []
    await store.close()
    backup = str(state.with_name("backup"))
    for words in (("audit", "verify"), ("backup", backup), ("verify", backup)):
        told = await asyncio.to_thread(operator, state, database, *words)
        assert told.exit_code == 0, told.output


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_the_careless_server_leaves_halves(
    server_processes: ServerProcesses, database: str | None
) -> None:
    """The failing twin: it commits a case before its trail, and its power fails in between; the same look sees it."""
    server_processes.command = HALVING
    _, inside, store = await drilled(server_processes, database, submissions=20, kills=0)
    await store.close()

    assert inside.half() != []
