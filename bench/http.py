"""What a request costs: requests a second and waiting times over HTTP, beside a handler that does nothing.

Every figure comes from the same client in the same run, so the share of the bare handler says what our layers cost,
whatever machine it is.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median, quantiles

import aiohttp
from aiohttp import web

from tests.services.servers import server_processes_in

_PHONES = 16
_SECONDS = 4.0
_BARE = (sys.executable, "-m", "bench.http", "bare")
_SAID = (
    "我妈七十了，想办老年优待证",
    "身份证丢了怎么补",
    "孩子刚出生怎么上户口",
    "想开个小超市",
    "低保怎么申请",
)
_ITEM = "MZ21"


@dataclass(frozen=True, slots=True)
class Phone:
    """One signed-in phone with a number of its own."""

    http: aiohttp.ClientSession
    number: int
    slot: str = ""

    async def post(self, path: str, said: object) -> dict[str, object]:
        """Send something; a refusal would falsify the figures, so it ends the measurement."""
        async with self.http.post(path, json=said) as answer:
            told: dict[str, object] = await answer.json(content_type=None)
            if not answer.ok:
                raise RuntimeError(f"{path}: {answer.status} {told}")
        return told


Press = Callable[[Phone, int], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Figures:
    """Requests a second, and the waiting time in milliseconds that half and that 95 of 100 stay below."""

    per_second: float
    half: float
    most: float

    def row(self, name: str, bare: Figures) -> str:
        """One line of the table."""
        share = self.per_second / bare.per_second
        return f"  {name:<28}{self.per_second:9.0f}{self.half:9.1f}{self.most:9.1f}{share:9.2f}"


async def nothing(phone: Phone, _: int) -> int:
    """The bare handler: read JSON, answer JSON."""
    await phone.post("/bare", {"text": _SAID[0]})
    return 1


async def match_again(phone: Phone, n: int) -> int:
    """From a wish of a few that everybody has to ranked items."""
    await phone.post("/api/v1/match", {"text": _SAID[(phone.number + n) % len(_SAID)]})
    return 1


async def match_new(phone: Phone, n: int) -> int:
    """From a wish that nobody has put like this before; the marks at its end make it so after the last of the file."""
    wishes = _wishes()
    text = wishes[n % len(wishes)] + "。" * (n // len(wishes))
    await phone.post("/api/v1/match", {"text": text})
    return 1


@cache
def _wishes() -> list[str]:
    folder = Path(__file__).parents[1] / "tests" / "unit" / "nlp" / "phrasings"
    files = sorted(folder.rglob("*.jsonl"))
    return [
        json.loads(line)["query"] for file in files for line in file.read_text("utf-8").splitlines() if line
    ]


async def chat(phone: Phone, n: int) -> int:
    """A message to the engine: heard, answered, kept with its answer."""
    said = {"message_id": f"bench-{os.getpid()}-{n}", "text": _SAID[n % len(_SAID)]}
    await phone.post("/api/v1/chat/messages", said)
    return 1


async def book(phone: Phone, _: int) -> int:
    """Take a place and give it back: two requests, each a transaction on disk."""
    wish = {"slot_id": phone.slot, "service_code": _ITEM}
    taken = await phone.post("/api/v1/appointments", wish)
    await phone.post(f"/api/v1/appointments/{taken['id']}/cancel", {})
    return 2


async def measure(phones: list[Phone], press: Press) -> Figures:
    """Everybody presses as fast as the answers come, for some seconds; the first press is not counted."""
    await asyncio.gather(*(press(phone, -1 - phone.number) for phone in phones))
    waits: list[float] = []
    requests = 0
    begun = time.perf_counter()

    async def use(phone: Phone) -> None:
        nonlocal requests
        for n in itertools.count(phone.number, len(phones)):
            asked = time.perf_counter()
            if asked - begun > _SECONDS:
                return
            done = await press(phone, n)
            waits.append((time.perf_counter() - asked) * 1000 / done)
            requests += done

    await asyncio.gather(*(use(phone) for phone in phones))
    lasted = time.perf_counter() - begun
    return Figures(requests / lasted, median(waits), quantiles(waits, n=20)[-1])


@asynccontextmanager
async def phones_at(url: str, *, signed_in: bool) -> AsyncIterator[list[Phone]]:
    """Phones with a connection each; at our server, each is somebody and has a place in mind."""
    async with aiohttp.ClientSession(url) as http:
        slots = await _slots(http) if signed_in else [""] * _PHONES
        opened = [
            Phone(await _session(http, url, n) if signed_in else http, n, slots[n]) for n in range(_PHONES)
        ]
        yield opened
        for phone in opened:
            if phone.http is not http:
                await phone.http.close()


async def _slots(http: aiohttp.ClientSession) -> list[str]:
    async with http.get("/api/v1/slots", params={"item": _ITEM, "limit": "200"}) as answer:
        found = [str(slot["id"]) for slot in (await answer.json())["slots"]]
    return found[-_PHONES:]


async def _session(http: aiohttp.ClientSession, url: str, n: int) -> aiohttp.ClientSession:
    async with http.post("/api/v1/auth/demo", json={"identity": f"elder-{n + 1}"}) as answer:
        token = (await answer.json())["token"]
    return aiohttp.ClientSession(
        url, headers={"Authorization": f"Bearer {token}"}, cookie_jar=aiohttp.DummyCookieJar()
    )


async def compare(ours: str, bare: str) -> None:
    """Measure the bare handler before and after ours, for the machine does other things too."""
    async with phones_at(bare, signed_in=False) as at_bare, phones_at(ours, signed_in=True) as at_ours:
        before = await measure(at_bare, nothing)
        rows = [(name, await measure(at_ours, press)) for name, press in _MEASURED]
        after = await measure(at_bare, nothing)
    baseline = Figures((before.per_second + after.per_second) / 2, before.half, before.most)
    print(f"{_PHONES} phones for {_SECONDS:.0f} s each; one server process, SQLite, fsync at every commit")
    print(f"  {'':<28}{'req/s':>9}{'p50 ms':>9}{'p95 ms':>9}{'share':>9}")
    for name, figures in [("bare aiohttp handler", baseline), *rows]:
        print(figures.row(name, baseline))


_MEASURED: tuple[tuple[str, Press], ...] = (
    ("match, the same few wishes", match_again),
    ("match, every wish a new one", match_new),
    ("chat message", chat),
    ("book, give back", book),
)


def serve_bare() -> None:
    """A server whose one handler reads JSON and answers JSON; nothing else."""

    async def answer(request: web.Request) -> web.Response:
        return web.json_response({"heard": len((await request.json())["text"])})

    async def ready(_: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.add_routes([web.post("/bare", answer), web.get("/readyz", ready)])
    if sys.platform != "win32":
        import uvloop  # noqa: PLC0415 (there is none for Windows)

        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    web.run_app(app, host="127.0.0.1", port=int(os.environ["PORT"]), access_log=None, print=None)


def main() -> None:
    """Start both servers, measure, print."""
    with tempfile.TemporaryDirectory() as folder, server_processes_in(Path(folder)) as servers:
        (ours,) = servers.start(1)
        servers.command = _BARE
        (bare,) = servers.start(1, settings={"PYTHONPATH": str(Path(__file__).resolve().parents[1])})
        asyncio.run(compare(ours.url, bare.url))


if __name__ == "__main__":
    if sys.argv[1:] == ["bare"]:
        serve_bare()
    else:
        main()
