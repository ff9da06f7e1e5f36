"""抢号: a crowd presses for a few places at three servers, and one is killed in the middle; every place is given exactly once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from storage.crypto import load_keys
from storage.sql.store import Store
from tests.race.crowds import gather_crowd
from tests.race.nursery import NurseryServers
from tests.race.rushing import Books, Rush
from tests.race.test_last_place_over_http import NAIVE, database
from tests.services.servers import ServerProcesses

__all__ = ["database"]

ROOT = Path(__file__).resolve().parents[2]
# `python -m bench rush` lets 500 press for 100.
PEOPLE, PLACES, SERVERS = 120, 30, 3


async def rushed(
    servers: ServerProcesses,
    database_url: str | None,
    *,
    count: int,
    kill: bool,
    people: int = PEOPLE,
    places: int = PLACES,
) -> tuple[Rush, Books]:
    """Gather the crowd, let it press, and read the store."""
    state = servers.folder / "state"
    url = database_url or f"sqlite:///{state / 'jiujinban.db'}"
    (slot,) = await gather_crowd(url, state, people=people, slots=1, places=places)
    servers.settings = {"PYTHONPATH": str(ROOT), "JIUJINBAN_DEMO": "0"}
    rush = Rush(slot, await asyncio.to_thread(servers.start, count, database_url=database_url))
    await rush.run(range(people), kill=kill)
    await asyncio.to_thread(servers.stop_all)
    store = Store.open(url, load_keys(state / "keys.json"))
    books = await Books.of(store, slot)
    await store.close()
    return rush, books


async def test_every_place_is_given_once_though_a_server_is_killed_in_the_rush(
    mortal_servers: NurseryServers, database: str | None
) -> None:
    """As many are booked as there were places; whoever was told so has one, all others hear 已约满, and nobody hears an error."""
    rush, books = await rushed(mortal_servers, database, count=SERVERS, kill=True)

    assert rush.broken > 0
    assert len(rush.up) == SERVERS - 1
    assert books.faults(rush, places=PLACES, people=range(PEOPLE)) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_the_naive_server_gives_more_places_than_there_are(
    server_processes: ServerProcesses, database: str | None
) -> None:
    """The failing twin: look, then book; the same crowd gets more places than there are, so the rush above can fail."""
    server_processes.command = NAIVE
    rush, books = await rushed(server_processes, database, count=1, kill=False)

    assert len(books.booked) > PLACES
    assert books.faults(rush, places=PLACES, people=range(PEOPLE)) != []
