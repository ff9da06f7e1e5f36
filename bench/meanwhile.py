"""How long people wait while a catalogue of 5,000 items is imported at the server they ask, on each store.

One asks the server whether it lives, which needs neither words nor a store: the longest of these waits is the longest that
anything held the event loop. The others talk in the chat, which writes. `same` is the file imported once more, which
changes nothing. BENCH_ITEMS says how many items, BENCH_FORM (`xlsx`, `csv`, `json`) in what file, BENCH_STORE takes one store.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from io import BytesIO

from bench._stores import each_store
from intake.model.catalogue import ServiceItem
from intake.model.exchange import FileForm
from intake.model.ids import ServiceCode
from intake.usecases.catalogue.exchange import write_item
from intake.usecases.catalogue.sheets import write_sheets
from jiujinban.matching import reference_items
from papers.tables import write_tables
from tests.api.visitors import Door, Visitor
from tests.services.servers import server_processes_in

ITEMS = int(os.environ.get("BENCH_ITEMS", "5_000"))
FORM = FileForm(os.environ.get("BENCH_FORM", "xlsx"))
_NAME = {FileForm.XLSX: "many.xlsx", FileForm.CSV: "many.zip", FileForm.JSON: "many.json"}[FORM]
_TALKERS = 4
_TALK = ({"text": "我要办老年优待证"}, {"choice": "go_on"}, {"choice": "hall:yushan"}, {"choice": "restart"})
_LEARNING_SECONDS = 20


@dataclass
class Waits:
    """Milliseconds that people of one kind waited for their answers, since it was looked at last."""

    name: str
    taken: list[float] = field(default_factory=list)

    async def of(self, ask: Callable[[int], Awaitable[None]], pause: float) -> None:
        """Ask again and again, with a breath between two questions."""
        for number in itertools.count():
            begun = time.perf_counter()
            await ask(number)
            self.taken.append((time.perf_counter() - begun) * 1000)
            await asyncio.sleep(pause)

    def told(self) -> str:
        """How long half of them, 99 of 100, and the unluckiest waited."""
        taken, self.taken = sorted(self.taken), []
        if not taken:
            return f"{self.name}: nobody was answered"
        half, most = (taken[len(taken) * part // 100] for part in (50, 99))
        return f"{self.name} {len(taken):5d}: {half:6.1f} {most:7.1f} {taken[-1]:7.1f}"


def main() -> int:
    """Print what was measured."""
    asyncio.run(_each())
    return 0


async def _each() -> None:
    rows = [write_item(item) for item in _many()]
    file = (
        json.dumps(rows, ensure_ascii=False).encode()
        if FORM is FileForm.JSON
        else write_tables(write_sheets(rows, []), FORM)
    )
    print(f"{ITEMS} items, {len(file) / 1e6:.1f} MB; {_TALKERS} talk; ms: half, 99 of 100, longest")
    async for store, url, folder in each_store(durable=True):
        with server_processes_in(folder) as servers:
            (server,) = await asyncio.to_thread(servers.start, 1, database_url=url)
            await _imported(server.url, file, store)


def _many() -> list[ServiceItem]:
    """The reference's items over and over, under codes of their own."""
    items = reference_items()
    some = ((n, items[n % len(items)]) for n in range(ITEMS))
    return [replace(item, code=ServiceCode(f"B{n:06}"), name=f"{item.name}（{n}）") for n, item in some]


async def _imported(url: str, file: bytes, store: str) -> None:
    async with AsyncExitStack() as doors:
        keeper = await (await doors.enter_async_context(Door.at(url))).sign_in("keeper")
        watch = [Waits("alive"), Waits("chat")]
        await doors.enter_async_context(_people(url, watch))
        await asyncio.sleep(2)
        _tell(store, "before", 2, watch)
        for again in ("new", "same"):
            await _steps(keeper, file, again, store, watch)


async def _steps(keeper: Visitor, file: bytes, which: str, store: str, watch: Sequence[Waits]) -> None:
    begun = time.perf_counter()
    checked = await _result(keeper, f"/api/v1/catalogue/imports?name={_NAME}", file)
    _tell(store, f"{which}: checked", time.perf_counter() - begun, watch)
    begun = time.perf_counter()
    await _result(keeper, f"/api/v1/catalogue/imports/{checked['id']}/apply")
    _tell(store, f"{which}: applied", time.perf_counter() - begun, watch)
    await asyncio.sleep(_LEARNING_SECONDS)
    _tell(store, f"{which}: learnt", _LEARNING_SECONDS, watch)


def _tell(store: str, step: str, seconds: float, watch: Sequence[Waits]) -> None:
    waits = "   ".join(each.told() for each in watch)
    print(f"{store:<11}{step:<14}{seconds:5.1f} s   {waits}", flush=True)


async def _result(keeper: Visitor, path: str, body: bytes = b"") -> dict[str, str]:
    answer = await keeper.ask("POST", path, data=BytesIO(body))
    last: dict[str, dict[str, str]] = json.loads(answer.content.splitlines()[-1])
    if "result" not in last:
        raise RuntimeError(f"{path}: {last}")
    return last["result"]


@asynccontextmanager
async def _people(url: str, watch: Sequence[Waits]) -> AsyncIterator[None]:
    """Somebody who only asks whether the server lives, and those who talk, for as long as it lasts."""
    alive, chat = watch
    async with AsyncExitStack() as doors:
        door = await doors.enter_async_context(Door.at(url))
        talkers = [await door.sign_in(f"elder-{n + 1}") for n in range(_TALKERS)]

        async def live(_: int) -> None:
            await door.stranger.get("/healthz")

        asking = [asyncio.create_task(alive.of(live, 0.005))]
        asking += [asyncio.create_task(chat.of(_talking(each), 0.05)) for each in talkers]
        try:
            yield
        finally:
            for task in asking:
                task.cancel()
            await asyncio.gather(*asking, return_exceptions=True)


def _talking(talker: Visitor) -> Callable[[int], Awaitable[None]]:
    async def talk(number: int) -> None:
        said = {"message_id": f"bench-{number}", **_TALK[number % len(_TALK)]}
        answer = await talker.post("/api/v1/chat/messages", said)
        if answer.status != HTTPStatus.OK:
            raise RuntimeError(f"a refusal would falsify the figures: {answer.content!r}")

    return talk


if __name__ == "__main__":
    sys.exit(main())
