"""Callers who cost next to nothing: a process of its own that presses as fast as the answers come and times each answer.

Client and server share this machine's cores, so whatever a client costs is taken from what is measured. This one sends
bytes that were made beforehand and reads no more of an answer than its status and its length: about 20 µs a request.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import uvloop

_ROOT = Path(__file__).resolve().parents[1]
_END = b"\r\n\r\n"
_LENGTH = b"content-length: "


@dataclass(frozen=True, slots=True)
class Errand:
    """What to press: `path` and `body` with `{n}` for the person's number and `{slot}` for one of `slots`; each person once.

    `bearer` as well; empty where nobody need be signed in. Ends after `seconds`; `expects` is the status of every answer.
    """

    url: str
    callers: int
    seconds: float
    first: int
    last: int
    path: str
    body: str
    expects: int
    slots: tuple[str, ...] = ("",)
    bearer: str = ""


@dataclass(frozen=True, slots=True)
class Pressed:
    """How many answers, and how many a second; how long half of them and 95 of 100 took at most (ms); who comes next; the
    CPU seconds of the client.
    """

    answers: int
    per_second: float
    half: float
    most: float
    next: int
    cpu: float


class Caller(asyncio.Protocol):
    """One connection: sends, waits for the whole answer, sends the next."""

    def __init__(self, requests: Iterator[bytes], until: float, expects: int, waits: list[float]) -> None:
        self._requests, self._until, self._waits = requests, until, waits
        self._status = f"HTTP/1.1 {expects} ".encode()
        self._heard = b""
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Press at once."""
        self._transport: Any = transport
        self._press()

    def data_received(self, data: bytes) -> None:
        """Press again when the answer is whole."""
        self._heard += data
        head, end, body = self._heard.partition(_END)
        if not end or len(body) < _length(head):
            return
        self._waits.append((time.perf_counter() - self._asked) * 1000)
        if not self._heard.startswith(self._status):
            self._end(RuntimeError(self._heard.decode()))
        else:
            self._heard = b""
            self._press()

    def connection_lost(self, exc: Exception | None) -> None:
        """The server must not hang up first."""
        self._end(exc or ConnectionError("the server hung up"))

    def _press(self) -> None:
        self._asked = time.perf_counter()
        request = next(self._requests, None) if self._asked < self._until else None
        if request is None:
            self._end(None)
        else:
            self._transport.write(request)

    def _end(self, fault: Exception | None) -> None:
        if not self.over.done():
            self.over.set_result(None) if fault is None else self.over.set_exception(fault)
        self._transport.close()


def _length(head: bytes) -> int:
    lower = head.lower()
    begin = lower.find(_LENGTH)
    if begin < 0:
        raise RuntimeError(f"an answer without its length: {head!r}")
    return int(lower[begin + len(_LENGTH) :].partition(b"\r\n")[0])


def requests_of(errand: Errand) -> list[bytes]:
    """All requests as bytes, made before the clock runs."""
    host = urlsplit(errand.url).netloc
    made = []
    for n in range(errand.first, errand.last):
        slot = errand.slots[n % len(errand.slots)]
        body = errand.body.replace("{n}", str(n)).replace("{slot}", slot).encode()
        path = errand.path.replace("{n}", str(n)).replace("{slot}", slot)
        lines = [f"POST {path} HTTP/1.1", f"Host: {host}", "Content-Type: application/json"]
        if errand.bearer:
            lines += [f"Authorization: Bearer {errand.bearer.replace('{n}', str(n))}"]
            lines += [f"Idempotency-Key: press-{n}"]
        lines += [f"Content-Length: {len(body)}", "", ""]
        made.append("\r\n".join(lines).encode() + body)
    return made


async def _press(errand: Errand) -> Pressed:
    made = requests_of(errand)
    requests = iter(made) if errand.bearer else itertools.cycle(made)
    waits: list[float] = []
    loop = asyncio.get_running_loop()
    host, _, port = urlsplit(errand.url).netloc.partition(":")
    begun, used = time.perf_counter(), time.process_time()
    until = begun + errand.seconds
    make: Callable[[], Caller] = lambda: Caller(requests, until, errand.expects, waits)  # noqa: E731
    made_callers = await asyncio.gather(
        *(loop.create_connection(make, host, int(port)) for _ in range(errand.callers))
    )
    await asyncio.gather(*(caller.over for _, caller in made_callers))
    lasted, used = time.perf_counter() - begun, time.process_time() - used
    left = sum(1 for _ in requests) if errand.bearer else 1
    if not left:
        raise RuntimeError("too few people for this machine")
    waits.sort()
    return Pressed(
        len(waits),
        len(waits) / lasted,
        median(waits),
        waits[int(len(waits) * 0.95)],
        errand.last - left,
        used,
    )


async def press(errand: Errand) -> Pressed:
    """Run an errand in a process of its own; raises `RuntimeError` with what it said when it fails."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench._callers",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, cwd=_ROOT,
    )  # fmt: skip
    told, _ = await process.communicate(json.dumps(asdict(errand)).encode())
    if process.returncode:
        raise RuntimeError("the callers failed")
    return Pressed(**json.loads(told))


def main() -> None:
    """An errand comes on the standard input, what came of it goes to the standard output."""
    said = json.load(sys.stdin)
    said["slots"] = tuple(said["slots"])
    print(json.dumps(asdict(uvloop.run(_press(Errand(**said))))))


if __name__ == "__main__":
    main()
