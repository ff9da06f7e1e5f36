"""What a request costs: requests a second and waiting times over HTTP, beside a handler that does nothing.

Every figure comes from the same client in the same run, so the share of the bare handler says what our layers cost,
whatever machine it is. What a booking costs is measured in `bench/booking.py`: nobody may book as often as this would.
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

from tests.services.servers import ServerProcess, server_processes_in

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


@dataclass(frozen=True, slots=True)
class Phone:
    """One signed-in phone with a number of its own."""

    http: aiohttp.ClientSession
    number: int

    async def post(self, path: str, said: object) -> dict[str, object]:
        """Send something; a refusal would falsify the figures, so it ends the measurement."""
        async with self.http.post(path, json=said) as answer:
            told: dict[str, object] = await answer.json(content_type=None)
            if not answer.ok:
                raise RuntimeError(f"{path}: {answer.status} {told}")
        return told


Press = Callable[[Phone, int], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Figures:
    """Requests a second, milliseconds that half and that 95 of 100 wait at most, and processor milliseconds of the server each."""

    per_second: float
    half: float
    most: float
    spent: float

    def row(self, name: str, bare: Figures) -> str:
        """One line of the table."""
        share = bare.spent / self.spent
        return (
            f"  {name:<28}{self.per_second:9.0f}{self.half:9.1f}{self.most:9.1f}{self.spent:9.2f}{share:9.2f}"
        )


async def nothing(phone: Phone, _: int) -> None:
    """The bare handler: read JSON, answer JSON."""
    await phone.post("/bare", {"text": _SAID[0]})


async def match_again(phone: Phone, n: int) -> None:
    """From a wish of a few that everybody has to ranked items."""
    await phone.post("/api/v1/match", {"text": _SAID[(phone.number + n) % len(_SAID)]})


async def match_new(phone: Phone, n: int) -> None:
    """From a wish that nobody has put like this before; the marks at its end make it so after the last of the file."""
    wishes = _wishes()
    text = wishes[n % len(wishes)] + "。" * (n // len(wishes))
    await phone.post("/api/v1/match", {"text": text})


@cache
def _wishes() -> list[str]:
    folder = Path(__file__).parents[1] / "tests" / "unit" / "nlp" / "phrasings"
    files = sorted(folder.rglob("*.jsonl"))
    return [
        json.loads(line)["query"] for file in files for line in file.read_text("utf-8").splitlines() if line
    ]


async def chat(phone: Phone, n: int) -> None:
    """A message to the engine: heard, answered, kept with its answer."""
    said = {"message_id": f"bench-{os.getpid()}-{n}", "text": _SAID[n % len(_SAID)]}
    await phone.post("/api/v1/chat/messages", said)


async def measure(phones: list[Phone], press: Press, server: int) -> Figures:
    """Everybody presses as fast as the answers come, for some seconds; the first press is not counted.

    `server` is the process that answers: what it spends says more than the clock, for the machine does other things too.
    """
    await asyncio.gather(*(press(phone, -1 - phone.number) for phone in phones))
    waits: list[float] = []
    begun, before = time.perf_counter(), spent_by(server)

    async def use(phone: Phone) -> None:
        for n in itertools.count(phone.number, len(phones)):
            asked = time.perf_counter()
            if asked - begun > _SECONDS:
                return
            await press(phone, n)
            waits.append((time.perf_counter() - asked) * 1000)

    await asyncio.gather(*(use(phone) for phone in phones))
    lasted, spent = time.perf_counter() - begun, spent_by(server) - before
    return Figures(len(waits) / lasted, median(waits), quantiles(waits, n=20)[-1], spent / len(waits))


def spent_by(process: int) -> float:
    """The processor milliseconds that a process has used so far, from Linux's /proc."""
    user, system = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) * 1000 / os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def phones_at(url: str, *, signed_in: bool) -> AsyncIterator[list[Phone]]:
    """Phones with a connection each; at our server, each is somebody."""
    async with aiohttp.ClientSession(url) as http:
        opened = [Phone(await _session(http, url, n) if signed_in else http, n) for n in range(_PHONES)]
        yield opened
        for phone in opened:
            if phone.http is not http:
                await phone.http.close()


async def _session(http: aiohttp.ClientSession, url: str, n: int) -> aiohttp.ClientSession:
    async with http.post("/api/v1/auth/demo", json={"identity": f"elder-{n + 1}"}) as answer:
        token = (await answer.json())["token"]
    return aiohttp.ClientSession(
        url, headers={"Authorization": f"Bearer {token}"}, cookie_jar=aiohttp.DummyCookieJar()
    )


async def compare(ours: ServerProcess, bare: ServerProcess) -> None:
    """Measure the bare handler, then ours."""
    async with (
        phones_at(bare.url, signed_in=False) as at_bare,
        phones_at(ours.url, signed_in=True) as at_ours,
    ):
        baseline = await measure(at_bare, nothing, bare.process.pid)
        rows = [(name, await measure(at_ours, press, ours.process.pid)) for name, press in _MEASURED]
    print(f"{_PHONES} phones for {_SECONDS:.0f} s each; one server process, SQLite, fsync at every commit")
    print(f"  {'':<28}{'req/s':>9}{'p50 ms':>9}{'p95 ms':>9}{'cpu ms':>9}{'share':>9}")
    for name, figures in [("bare aiohttp handler", baseline), *rows]:
        print(figures.row(name, baseline))


_MEASURED: tuple[tuple[str, Press], ...] = (
    ("match, the same few wishes", match_again),
    ("match, every wish a new one", match_new),
    ("chat message", chat),
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
        asyncio.run(compare(ours, bare))


if __name__ == "__main__":
    if sys.argv[1:] == ["bare"]:
        serve_bare()
    else:
        main()
