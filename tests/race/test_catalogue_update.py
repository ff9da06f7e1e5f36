"""不停机更新: a catalogue is imported at one of two servers; both answer from the new edition, and nobody is turned away meanwhile."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import pytest

from intake.model.ids import ServiceCode
from intake.usecases.catalogue.exchange import write_item
from tests.api.visitors import Door, Visitor
from tests.contract.nouns import item
from tests.race.test_last_place_over_http import database
from tests.services.servers import ServerProcess, ServerProcesses

__all__ = ["database"]

NEW, WORDS = ServiceCode("ZZ90"), "云雾缆车通行证办理"
# Servers look every few seconds, and read the catalogue for some more; a busy machine takes its time over both.
LEARNT_SECONDS = 120
REVISION = re.compile(r'jiujinban_now\{what="catalogue_revision"\} ([0-9.]+)')


@dataclass
class Asker:
    """Somebody who asks one server for the same thing again and again, and keeps what came back."""

    door: Door
    statuses: set[int] = field(default_factory=set)
    answers: list[str] = field(default_factory=list)

    async def ask(self) -> str:
        """The first item for the words."""
        answer = await self.door.stranger.get("/api/v1/items", q=WORDS, limit=1)
        self.statuses.add(answer.status)
        self.answers.append(answer.said["items"][0]["service_code"])
        return self.answers[-1]

    async def until_learnt(self) -> None:
        """Ask until the new item is the answer; asking is the waiting."""
        async with asyncio.timeout(LEARNT_SECONDS):
            while await self.ask() != NEW:
                pass

    async def revision(self) -> float:
        """Which revision the server answers from, as it tells whoever watches it."""
        told = REVISION.search((await self.door.stranger.get("/metrics")).content.decode())
        assert told is not None
        return float(told[1])


@asynccontextmanager
async def askers(servers: list[ServerProcess]) -> AsyncIterator[list[Asker]]:
    """One at each server."""
    async with AsyncExitStack() as doors:
        yield [Asker(await doors.enter_async_context(Door.at(server.url))) for server in servers]


async def result(keeper: Visitor, path: str, body: bytes = b"") -> dict[str, str]:
    """What an act that tells its progress line by line came to."""
    answer = await keeper.ask("POST", path, data=body)
    done: dict[str, str] = json.loads(answer.content.splitlines()[-1])["result"]
    return done


async def import_new_item(door: Door) -> None:
    """The keeper's two steps: a file is checked, and applied."""
    keeper = await door.sign_in("keeper")
    row = write_item(item(code=NEW, name=WORDS))
    row["availability"] = {"county": "direct", "township": "direct", "village": "proxy"}
    checked = await result(keeper, "/api/v1/catalogue/imports?name=a.json", json.dumps([row]).encode())
    applied = await result(keeper, f"/api/v1/catalogue/imports/{checked['id']}/apply")
    assert (checked["state"], applied["state"]) == ("checked", "applied")


async def test_both_servers_answer_from_the_new_edition_and_nobody_is_turned_away(
    server_processes: ServerProcesses, database: str | None
) -> None:
    """Asked without a pause from before the import until after both have learnt: no failure, and never back to the old."""
    servers = await asyncio.to_thread(server_processes.start, 2, database_url=database)
    async with askers(servers) as both:
        before = [await asker.revision() for asker in both]
        assert NEW not in [await asker.ask() for asker in both]

        async with asyncio.TaskGroup() as meanwhile:
            for asker in both:
                meanwhile.create_task(asker.until_learnt())
            await import_new_item(both[0].door)

        after = [await asker.revision() for asker in both]
        assert before[0] == before[1] < after[0] == after[1]
        for asker in both:
            assert [await asker.ask() for _ in range(10)] == [NEW] * 10
            assert asker.statuses == {200}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_server_killed_before_it_has_learnt_learns_when_it_is_started_again(
    server_processes: ServerProcesses, database: str | None
) -> None:
    """The other one learns meanwhile as if nothing had happened; whatever the dead one had half done is in nobody's way."""
    one, other = await asyncio.to_thread(server_processes.start, 2, database_url=database)
    async with askers([one, other]) as (here, there):
        await import_new_item(here.door)
        other.process.kill()
        await here.until_learnt()
        learnt = await here.revision()

        port = int(other.url.rpartition(":")[2])
        await asyncio.to_thread(server_processes.start, 1, database_url=database, port=port)

        assert await there.ask() == NEW
        # Starting imports the reference once more: it says what is in force, so nobody has anything to learn.
        assert await there.revision() == await here.revision() == learnt
        assert here.statuses == {200}
