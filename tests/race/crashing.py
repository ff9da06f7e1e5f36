"""The crash drill: many people submit at two servers, and every now and then one of the servers is killed.

A person whose answer got lost asks again under the same keys, at whichever server answers, until it is known what became
of the case; every fifth gives up at the first broken line, as people do. Afterwards the store is read from inside.
"""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import aiohttp
from sqlalchemy import Table, select

from intake.errors import NotFound
from intake.model.calendar import local_day
from intake.model.case import Case, CaseState
from intake.model.catalogue import Way
from intake.model.ids import Digest
from storage.blobs import SealedBlobs
from storage.sql.store import Store
from storage.sql.tables import audit_entries, case_events, cases, intents, outbox
from tests.api.visitors import Answer, Visitor
from tests.race.crowds import HALL
from tests.services.servers import ServerProcess, ServerProcesses

BROKEN = (aiohttp.ClientError, ConnectionError, TimeoutError)
_GIVES_UP = 5
_ASK_AGAIN_SECONDS = 0.1
_SOME_REQUESTS_SECONDS = 0.05


class GaveUp(Exception):
    """Somebody closed the page at the first broken line."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One submission: who, what, and whether they give up at the first broken line."""

    number: int
    person: int
    item: str
    patient: bool

    @property
    def photograph(self) -> bytes:
        """The page, told apart from all others."""
        return f"photograph of errand {self.number}".encode()


async def errands_in(store: Store, count: int, *, patient: bool = True) -> list[Errand]:
    """So many submissions, each another person's, of the items that ask for a page. Nobody is patient, or all but every
    fifth.
    """
    async with store.open_view() as view:
        (hall,) = [hall for hall in await view.places.halls() if hall.code == HALL]
        items = [
            item.code
            for item in await view.catalogue.all_current(local_day(datetime.now(UTC)))
            if item.to_bring and item.availability.at(hall.code, hall.level) is not Way.NOT_HERE
        ]
    return [Errand(n, n, items[n % len(items)], patient and n % _GIVES_UP != 0) for n in range(count)]


@dataclass
class Drill:
    """The servers as they come and go, and what was acknowledged."""

    processes: ServerProcesses
    database_url: str | None
    up: list[ServerProcess] = field(default_factory=list)
    acknowledged: dict[str, Errand] = field(default_factory=dict)
    kills: int = 0
    done: int = 0
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    faults: list[str] = field(default_factory=list)

    async def run(self, errands: Sequence[Errand], *, kills: int, at_once: int) -> None:
        """Everybody submits; as often as told, a server is killed in the midst of it and another started."""
        queue = asyncio.Queue[Errand]()
        for errand in errands:
            queue.put_nowait(errand)
        timeout = aiohttp.ClientTimeout(30)
        async with aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as http:
            killing = asyncio.create_task(self._kills(len(errands), kills))
            await asyncio.gather(*(self._submits(http, queue) for _ in range(at_once)))
            await killing

    async def _kills(self, errands: int, kills: int) -> None:
        """At `kills` points of the work, chosen by chance, so that the last of them comes before its end."""
        chance = random.Random(kills)
        starting = []
        for point in sorted(chance.sample(range(1, errands * 3 // 4), kills)):
            async with self.news:
                await self.news.wait_for(lambda: self.done >= point and bool(self.up))  # noqa: B023 (awaited here)
            await asyncio.sleep(chance.uniform(0, _SOME_REQUESTS_SECONDS))
            victim = self.up.pop(0)
            victim.process.kill()
            self.kills += 1
            starting.append(asyncio.create_task(self.starts()))
        await asyncio.gather(*starting)

    async def starts(self) -> None:
        """A server like those before."""
        started = await asyncio.to_thread(self.processes.start, 1, database_url=self.database_url)
        async with self.news:
            self.up += started
            self.news.notify_all()

    async def _submits(self, http: aiohttp.ClientSession, queue: asyncio.Queue[Errand]) -> None:
        while not queue.empty():
            errand = queue.get_nowait()
            try:
                number = await self._submit(http, errand)
                self.acknowledged[number] = errand
            except GaveUp:
                pass
            async with self.news:
                self.done += 1
                self.news.notify_all()

    async def _submit(self, http: aiohttp.ClientSession, errand: Errand) -> str:
        wish = {"service_code": errand.item, "hall": HALL}
        case = (await self._ask(http, errand, "/api/v1/cases", json=wish)).said
        path, key = f"/api/v1/cases/{case['id']}", f"errand-{errand.number}"
        page = {"headers": {"Idempotency-Key": f"{key}-page"}, "data": errand.photograph}
        material = case["materials"][0]["key"]
        await self._ask(http, errand, f"{path}/pages", params={"material": material}, **page)
        submit = {"headers": {"Idempotency-Key": key}, "json": {"bring_later": True}}
        return str((await self._ask(http, errand, f"{path}/submit", **submit)).said["number"])

    async def _ask(self, http: aiohttp.ClientSession, errand: Errand, path: str, **how: Any) -> Answer:
        while True:
            try:
                answer = await self._visitor(http, errand).ask("POST", path, **how)
            except BROKEN:
                if not errand.patient:
                    raise GaveUp from None
                await asyncio.sleep(_ASK_AGAIN_SECONDS)
                continue
            if answer.status in {HTTPStatus.OK, HTTPStatus.CREATED}:
                return answer
            if answer.status != HTTPStatus.SERVICE_UNAVAILABLE:
                self.faults.append(f"{answer.status} {path} {answer.content[:200]!r}")
                raise GaveUp
            await asyncio.sleep(_ASK_AGAIN_SECONDS)

    def _visitor(self, http: aiohttp.ClientSession, errand: Errand) -> Visitor:
        if not self.up:
            raise ConnectionError("every server is down")
        server = self.up[errand.number % len(self.up)]
        return Visitor(http, server.url, {"Authorization": f"Bearer t{errand.person}"})


@dataclass(frozen=True, slots=True)
class Inside:
    """The store as it is after the drill: every case with all that should belong to it."""

    cases: Sequence[Case]
    acts: dict[str, list[str]]
    audited: dict[str, list[str]]
    told: dict[str, list[str]]
    finished: frozenset[str]

    @classmethod
    async def of(cls, store: Store) -> Inside:
        """Read whole."""
        async with store.open_view() as view:
            rows = (await view.cases.connection.execute(select(cases.c.id))).all()
            found = [await view.cases.get(row.id) for row in rows]

            async def gathered(table: Table, of: str, what: str) -> dict[str, list[str]]:
                sought: dict[str, list[str]] = defaultdict(list)
                read = await view.cases.connection.execute(select(table.c[of], table.c[what]))
                for whose, told in read:
                    sought[str(whose)].append(str(told))
                return sought

            acts = await gathered(case_events, "case", "act")
            audited = await gathered(audit_entries, "case", "act")
            told = await gathered(outbox, "stream", "kind")
            keys = await view.cases.connection.execute(select(intents.c.key, intents.c.result))
            finished = frozenset(str(key) for key, result in keys if result)
        return cls(found, acts, audited, told, finished)

    def half(self) -> list[str]:
        """The cases that lack something that should have been written with them, or have it twice."""
        return [f"{case.number or case.id}: {why}" for case in self.cases for why in self._lacks(case)]

    def _lacks(self, case: Case) -> Iterable[str]:
        pages = sum(len(material.pages) for material in case.materials)
        submitted = int(case.state is CaseState.SUBMITTED)
        should = {"open": 1, "add_page": pages, "submit": submitted}
        for act, times in should.items():
            if self.acts[case.id].count(act) != times:
                yield f"{times} × {act} in the case, {self.acts[case.id].count(act)} in its history"
            if self.audited[case.id].count(f"case.{act}") != times:
                yield f"{times} × {act} in the case, not so in the audit trail"
        if self.told[f"case:{case.id}"].count("case_submitted") != submitted:
            yield "the person's news is not in the outbox once"
        if bool(case.number) is not bool(submitted):
            yield "a number without a submission, or a submission without a number"


async def unreadable(inside: Inside, photographs: SealedBlobs) -> list[Digest]:
    """Pages a case refers to and nobody can read."""
    lost = []
    for page in (p for case in inside.cases for material in case.materials for p in material.pages):
        try:
            await photographs.get(page.digest)
        except NotFound:
            lost.append(page.digest)
    return lost
