"""不停机: what the keeper teaches at one server is answered by every other, and none of them is restarted."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest_asyncio

from intake.model.ids import AccountCode, ServiceCode
from intake.model.learning import Edition
from intake.model.matching import Match
from intake.model.people import Account, Caller, Door, Role
from intake.usecases.catalogue.learning import Teach
from jiujinban.explaining import explained_text
from jiujinban.importing import import_catalogue_files
from jiujinban.matching import explained
from jiujinban.reference import reference_folder
from jiujinban.settings import Settings
from jiujinban.wiring import House, open_house

ROOT = Path(__file__).parents[3]
KEEPER = Caller(Account(AccountCode("keeper"), "事项管理员", Role.KEEPER), Door.DESK_PAGE)
ELDER_CARD = ServiceCode("MZ10")
WORDS = "上车掏出来晃一晃的红壳壳"
ANOTHER_SERVER = """
import asyncio, json, sys
from pathlib import Path
from jiujinban.settings import Settings
from jiujinban.wiring import open_house

async def main():
    async with open_house(Settings(state=Path(sys.argv[1]))) as house:
        while line := await asyncio.to_thread(sys.stdin.readline):
            changed = await house.learn_catalogue()
            found = await house.desk.catalogue.match(json.loads(line))
            version = house.matcher.version
            told = {"changed": changed, "revision": version.revision, "day": version.day.isoformat(),
                    "decision": found.decision, "first": found.candidates[0].service_code}
            print(json.dumps(told), flush=True)

asyncio.run(main())
"""


@dataclass
class Server:
    """A process of its own over the same store; asked, it looks whether there is something to learn first."""

    process: asyncio.subprocess.Process

    @classmethod
    @asynccontextmanager
    async def beside(cls, settings: Settings) -> AsyncIterator[Server]:
        """Started once, and not again."""
        pipe = asyncio.subprocess.PIPE
        command = (sys.executable, "-c", ANOTHER_SERVER, str(settings.state))
        server = cls(await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=pipe, stdout=pipe))
        yield server
        assert server.process.stdin is not None
        server.process.stdin.close()
        await server.process.wait()

    async def asked(self, text: str) -> dict[str, Any]:
        """What it answers to somebody's words, and by which edition."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{json.dumps(text)}\n".encode())
        await self.process.stdin.drain()
        told: dict[str, Any] = json.loads(await self.process.stdout.readline())
        return told


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A server over a store with the civil affairs items."""
    settings = Settings(state=tmp_path / "state")
    async with open_house(settings) as house:
        await import_catalogue_files(house.desk, [reference_folder() / "catalogue" / "civil_affairs.json"])
        await house.learn_catalogue()
        yield house


def _first(match: Match) -> tuple[str, ServiceCode]:
    return match.decision, match.candidates[0].service_code


async def test_two_processes_answer_alike_from_the_same_edition(house):
    """Taught at one, the words are understood by the other; taken back, by neither."""
    edition = house.matcher.version
    async with Server.beside(house.settings) as other:
        before = await other.asked(WORDS)
        assert (before["revision"], before["changed"]) == (edition.revision, False)
        assert (before["decision"], before["first"]) != ("match", ELDER_CARD)

        taught = await house.desk.catalogue.teach(Teach(KEEPER, WORDS, ELDER_CARD))
        assert await house.learn_catalogue()
        after = await other.asked(WORDS)
        again = await other.asked(WORDS)

        assert house.matcher.version == Edition(taught.since, edition.day)
        assert (after["revision"], after["day"]) == (taught.since, edition.day.isoformat())
        assert (after["changed"], again["changed"]) == (True, False)
        assert (
            (after["decision"], after["first"])
            == ("match", ELDER_CARD)
            == _first(await house.desk.catalogue.match(WORDS))
        )

        await house.desk.catalogue.unteach(KEEPER, taught.id)
        assert await house.learn_catalogue()
        back = await other.asked(WORDS)
        assert (back["revision"], back["decision"], back["first"]) == (
            taught.since + 1,
            before["decision"],
            before["first"],
        )


async def test_nobody_waits_while_a_new_edition_is_learnt(house):
    """The old matcher answers until the new one is whole."""
    await house.desk.catalogue.teach(Teach(KEEPER, WORDS, ELDER_CARD))
    old = house.matcher.version

    learning = asyncio.create_task(house.learn_catalogue())
    answers = 0
    while not learning.done():
        served_by = house.matcher.version
        found = await house.desk.catalogue.match("结婚登记")
        assert found.candidates[0].service_code == "MZ01"
        answers += served_by == old
        await asyncio.sleep(0)

    assert await learning
    assert answers > 1
    assert house.matcher.version == Edition(old.revision + 1, old.day)


async def test_the_command_line_explains_from_what_was_taught(house):
    """`match --explain` reads like the keeper's page: what was read, the grounds, and why not the second."""
    await house.desk.catalogue.teach(Teach(KEEPER, WORDS, ELDER_CARD))
    await house.learn_catalogue()

    typed = await asyncio.to_thread(explained, house.settings, WORDS, 3)

    assert typed == explained_text(await house.desk.catalogue.explain(KEEPER, WORDS, 3))
    for part in ("读到", "就是第一项", "MZ10  老年人优待证办理", "为什么是“老年人优待证办理”，不是"):
        assert part in typed
