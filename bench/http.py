"""What a request costs on each store: requests a second and waiting times over HTTP, beside a handler that does nothing.

Every figure comes from the same client in the same run, so the share of the bare handler says what our layers cost,
whatever machine it is. All take turns for some rounds, and the median of the rounds is told: what else the machine does
comes and goes in seconds, and touches them alike. What a booking costs is measured in `bench/booking.py`: nobody may book
as often as this would.

The wishes of a county repeat. So besides the wish that everybody has and the wish that nobody had before there is a mix:
drawn from real ones by a Zipf law of exponent 1, the wish of rank r being 1/r as likely as the first, ranks by lot.

Two shares are told of a match. `share` is of the bare handler that does nothing: what a phone sees. A wish that is new takes a
millisecond of matching, so its share says how dear matching is and can never be near 1, however little there is around it.
`of same` is of a bare aiohttp handler that calls the same matcher over the same catalogue, with nothing else of ours: what
our layers cost a match.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import json
import os
import random
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from pathlib import Path
from statistics import median, quantiles

import aiohttp
from aiohttp import web

from bench._stores import each_store
from bench.matching import REAL
from jiujinban.matching import reference_items
from jiujinban.memory import collect_seldom
from jiujinban.serving import serve
from jiujinban.settings import read_settings
from miniapp_api import app as our_app
from miniapp_api.typed import Api, Call, Form, View
from nlp.live import LiveMatcher
from nlp.matcher import shelved_build
from tests.services.servers import ServerProcess, server_processes_in

_PHONES = 16
_ROUNDS = 5
_SECONDS = 1.0
_BARE = (sys.executable, "-m", "bench.http", "bare")
_MATCHING = (sys.executable, "-m", "bench.http", "matching")
_OURS = (sys.executable, "-m", "bench.http", "ours")
_ROOT = str(Path(__file__).resolve().parents[1])
_DRAWN = 50_000
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
    """Requests a second, milliseconds that half and that 95 of 100 wait at most, and processor microseconds of the server each."""

    per_second: float
    half: float
    most: float
    spent: float

    @classmethod
    def median(cls, rounds: list[Figures]) -> Figures:
        """Each figure as it was in the middle of the rounds."""
        return cls(*(median(getattr(one, field.name) for one in rounds) for field in fields(cls)))


async def nothing(phone: Phone, _: int) -> None:
    """The bare handler: read JSON, answer JSON."""
    await phone.post("/bare", {"text": _SAID[0]})


async def verb(phone: Phone, _: int) -> None:
    """Our layer alone: somebody signed in asks for a verb that does nothing."""
    await phone.post("/api/v1/nothing", {"text": _SAID[0]})


async def match_again(phone: Phone, n: int) -> None:
    """From a wish of a few that everybody has to ranked items."""
    await phone.post("/api/v1/match", {"text": _SAID[(phone.number + n) % len(_SAID)]})


async def match_new(phone: Phone, n: int) -> None:
    """From a wish that nobody has put like this before; the marks at its end make it so after the last of the file."""
    wishes = _wishes()
    text = wishes[n % len(wishes)] + "。" * (n // len(wishes))
    await phone.post("/api/v1/match", {"text": text})


async def match_mixed(phone: Phone, n: int) -> None:
    """From a real wish, of which some come again and again and most seldom."""
    drawn = _drawn()
    await phone.post("/api/v1/match", {"text": drawn[n % len(drawn)]})


@cache
def _drawn() -> list[str]:
    """Real wishes by a Zipf law; our own, where the real ones are not beside the project."""
    lines = REAL.read_text("utf-8").splitlines() if REAL.is_file() else []
    wishes = [json.loads(line)["query"] for line in lines if line] or _wishes()[:158]
    lot = random.Random(1)
    lot.shuffle(wishes)
    return lot.choices(wishes, [1 / rank for rank in range(1, len(wishes) + 1)], k=_DRAWN)


@cache
def _wishes() -> list[str]:
    folder = Path(__file__).parents[1] / "tests" / "unit" / "nlp" / "phrasings"
    files = sorted(folder.rglob("*.jsonl"))
    return [
        json.loads(line)["query"] for file in files for line in file.read_text("utf-8").splitlines() if line
    ]


async def chat(phone: Phone, n: int) -> None:
    """A message of the usual conversation, from a wish to the times that are free, and from there anew."""
    said = _TALK[n // _PHONES % len(_TALK)] if n >= 0 else _TALK[-1]
    await phone.post("/api/v1/chat/messages", {"message_id": f"bench-{os.getpid()}-{n}", **said})


_TALK = (
    {"text": "我要办老年优待证"},
    {"choice": "go_on"},
    {"choice": "hall:yushan"},
    {"choice": "restart"},
)


@dataclass
class Row:
    """One line of the table: what is pressed, on which phones, and what came of it, round by round.

    `server` is the process that answers: what it spends says more than the clock, for the machine does other things too.
    """

    name: str
    press: Press
    phones: list[Phone]
    server: int
    rounds: list[Figures] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._numbers = [itertools.count(phone.number, len(self.phones)) for phone in self.phones]

    async def begin(self) -> None:
        """The first press of every phone, which is not counted."""
        await asyncio.gather(*(self.press(phone, -1 - phone.number) for phone in self.phones))

    async def measure(self) -> None:
        """A round: everybody presses as fast as the answers come, and goes on from where they were."""
        waits: list[float] = []
        begun, before = time.perf_counter(), spent_by(self.server)

        async def use(phone: Phone, numbers: Iterator[int]) -> None:
            asked = begun
            while asked - begun < _SECONDS:
                await self.press(phone, next(numbers))
                asked, before = time.perf_counter(), asked
                waits.append((asked - before) * 1000)

        await asyncio.gather(*map(use, self.phones, self._numbers))
        lasted, spent = time.perf_counter() - begun, spent_by(self.server) - before
        self.rounds.append(
            Figures(len(waits) / lasted, median(waits), quantiles(waits, n=20)[-1], spent / len(waits))
        )

    def told(self, bare: Row, same: Row | None = None) -> str:
        """The line; `same` is a bare handler that does the same, where there is one."""
        mine, added = Figures.median(self.rounds), self._beside(bare, lambda mine, his: mine - his)
        waits = f"{mine.per_second:9.0f}{mine.half:9.1f}{mine.most:9.1f}"
        of_same = "" if same is None else f"{self._share_of(same):9.2f}"
        return f"  {self.name:<38}{waits}{mine.spent:9.0f}{added:9.0f}{self._share_of(bare):9.2f}{of_same}"

    def _share_of(self, other: Row) -> float:
        return self._beside(other, lambda mine, his: his / mine)

    def _beside(self, other: Row, compare: Callable[[float, float], float]) -> float:
        pairs = zip(self.rounds, other.rounds, strict=True)
        return median(compare(mine.spent, his.spent) for mine, his in pairs)


def spent_by(process: int) -> float:
    """The processor microseconds that a process has used so far, from Linux's /proc."""
    user, system = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) * 1_000_000 / os.sysconf("SC_CLK_TCK")


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


async def compare(store: str, ours: ServerProcess, bare: ServerProcess, matching: ServerProcess) -> None:
    """Measure the bare handlers and ours in turns."""
    async with (
        phones_at(bare.url, signed_in=False) as at_bare,
        phones_at(matching.url, signed_in=False) as at_matching,
        phones_at(ours.url, signed_in=True) as at_ours,
    ):
        baseline = Row("bare aiohttp handler", nothing, at_bare, bare.process.pid)
        same = {press: Row("", press, at_matching, matching.process.pid) for press in _MATCHES}
        rows = [Row(name, press, at_ours, ours.process.pid) for name, press in _MEASURED]
        everything = [baseline, *same.values(), *rows]
        for row in everything:
            await row.begin()
        for row in everything * _ROUNDS:
            await row.measure()
    print(
        f"{_PHONES} phones, {_ROUNDS} rounds of {_SECONDS:.0f} s each; one server process, {store}, fsync at every commit"
    )
    heads = ("req/s", "p50 ms", "p95 ms", "cpu µs", "added", "share", "of same")
    print(f"  {'':<38}{''.join(f'{head:>9}' for head in heads)}")
    print(baseline.told(baseline))
    for row in rows:
        print(row.told(baseline, same.get(row.press)))


_MEASURED: tuple[tuple[str, Press], ...] = (
    ("a verb that does nothing, signed in", verb),
    ("match, the same few wishes", match_again),
    ("match, real wishes by Zipf's law", match_mixed),
    ("match, every wish a new one", match_new),
    ("chat message, wish to free times", chat),
)
_MATCHES: tuple[Press, ...] = (match_again, match_mixed, match_new)


def serve_ours() -> None:
    """Our server, with one verb more that it has no other use for."""
    api = Api("bench")

    class Said(Form):
        text: str

    class Told(View):
        heard: int

    @api.operation("POST", "/api/v1/nothing", Said, Told)
    async def do_nothing(call: Call[Said]) -> Told:
        """Nothing."""
        return Told(heard=len(call.form.text))

    our_app.RESOURCES = (*our_app.RESOURCES, api)
    serve(read_settings())


def serve_bare() -> None:
    """A server whose one handler reads JSON and answers JSON; nothing else."""

    async def answer(request: web.Request) -> web.Response:
        return web.json_response({"heard": len((await request.json())["text"])})

    _serve_only("/bare", answer)


def serve_matching() -> None:
    """A server whose one handler reads JSON, asks our matcher and answers JSON; nothing else."""
    matcher = LiveMatcher(reference_items(), build=shelved_build(read_settings().state))

    async def answer(request: web.Request) -> web.Response:
        found = await matcher.consider((await request.json())["text"], limit=5)
        return web.json_response({"candidates": [asdict(candidate) for candidate in found.candidates]})

    collect_seldom()
    gc.freeze()
    _serve_only("/api/v1/match", answer)


def _serve_only(path: str, answer: Callable[[web.Request], Awaitable[web.Response]]) -> None:
    async def ready(_: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.add_routes([web.post(path, answer), web.get("/readyz", ready)])
    if sys.platform != "win32":
        import uvloop  # noqa: PLC0415 (there is none for Windows)

        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    web.run_app(app, host="127.0.0.1", port=int(os.environ["PORT"]), access_log=None, print=None)


async def each() -> None:
    """On each store: start the servers, measure, print."""
    async for store, url, folder in each_store(durable=True):
        with server_processes_in(folder) as servers:
            servers.command, servers.settings = _OURS, {"PYTHONPATH": _ROOT}
            (ours,) = servers.start(1, database_url=url)
            servers.command = _BARE
            (bare,) = servers.start(1)
            servers.command = _MATCHING
            (matching,) = servers.start(1)
            await compare(store, ours, bare, matching)


def main() -> None:
    """Measure on both stores."""
    asyncio.run(each())


if __name__ == "__main__":
    {(): main, ("bare",): serve_bare, ("matching",): serve_matching, ("ours",): serve_ours}[
        tuple(sys.argv[1:])
    ]()
