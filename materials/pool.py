"""The photograph workshop as the server sees it: an async reader in front of a few worker processes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from materials.model import PhotoFault, PhotoReading, PhotoRefused, Refusal
from materials.rules import PhotoRules
from materials.sniffing import sniff
from materials.wire import LENGTH, MAX_HEAD, Answer, Order, lengths, pack_order, pack_rules, unpack_answer

_ROOMS = Path(__file__).resolve().parent.parent
_KEPT_SETTINGS = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT")
# A closed pipe, its end, or words that are no answer.
_GONE = (OSError, EOFError, ValueError, KeyError, TypeError)
_ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
}


class WorkerGoneError(Exception):
    """The worker died, or spoke nonsense, before it had answered."""


class PhotoReader:
    """拍照读取: reads photographs in worker processes; never hangs and never lets a file harm the server.

    Workers start when they are first needed (or all at once by `warm`), load their models on the first
    photograph, and are replaced when they die, hang, or have read `reads_per_worker` photographs. Belongs
    to one event loop.
    """

    def __init__(self, rules: PhotoRules | None = None) -> None:
        self._rules = rules or PhotoRules()
        self._workers = [_Worker(self._rules) for _ in range(self._rules.workers)]
        # Last in, first out: a quiet hall keeps one worker's models in memory, not two.
        self._idle: asyncio.LifoQueue[_Worker] = asyncio.LifoQueue()
        for worker in self._workers:
            self._idle.put_nowait(worker)
        self._waiting = 0
        self._closed = False

    @property
    def worker_pids(self) -> tuple[int, ...]:
        """The process ids of the workers that run now, for an operator's eyes."""
        return tuple(worker.pid for worker in self._workers if worker.pid is not None)

    async def read(self, content: bytes, *, expected_kind: str | None = None) -> PhotoReading:
        """Read one photograph; `expected_kind` is the kind of the material it is meant for.

        Raises `PhotoRefused` when the file cannot be taken in or nobody gets to it in time, `PhotoFault`
        when the workshop itself broke.
        """
        self._check_open()
        if len(content) > self._rules.max_bytes:
            raise PhotoRefused(Refusal.TOO_LARGE)
        sniff(content)
        answer = await self._answer(Order(content, expected_kind), self._rules.read_seconds)
        if answer.refusal is not None:
            raise PhotoRefused(answer.refusal)
        if answer.reading is None:
            raise PhotoFault(answer.fault or "a worker answered without a reading")
        return answer.reading

    async def warm(self) -> None:
        """Start every worker and load its models, so that the first photograph need not wait for that."""
        self._check_open()
        await asyncio.gather(*(self._warm_one() for _ in self._workers))

    async def ping(self) -> None:
        """Return when a worker can take photographs or all are at work; raise when none can be started."""
        self._check_open()
        if self._idle.empty():
            return
        async with self._borrowed() as worker:
            await worker.start()

    async def close(self) -> None:
        """End all workers. Whoever is being read, or waits, hears `photo_busy`: send it again."""
        if self._closed:
            return
        self._closed = True
        await asyncio.gather(*(worker.stop() for worker in self._workers))
        # A worker in somebody's hands may just have been started: each is ended again when it comes back.
        for _ in self._workers:
            worker = await self._idle.get()
            await worker.stop()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def _check_open(self) -> None:
        if self._closed:
            raise RuntimeError("the photo reader is closed")

    async def _warm_one(self) -> None:
        answer = await self._answer(Order(b""), self._rules.read_seconds)
        if answer.fault is not None:
            raise PhotoFault(answer.fault)

    async def _answer(self, order: Order, seconds: float) -> Answer:
        async with self._borrowed() as worker:
            try:
                await worker.start()
                async with asyncio.timeout(seconds):
                    answer = await worker.ask(order)
            # A file that devours the processor is ended by its own limit and ends in the other branch. Who
            # is merely slow is on a machine with too much to do: then the photograph is fine and can come
            # again.
            except TimeoutError:
                await worker.stop()
                raise PhotoRefused(Refusal.BUSY) from None
            except WorkerGoneError as gone:
                await worker.stop()
                raise PhotoRefused(Refusal.BUSY if self._closed else Refusal.UNREADABLE_FILE) from gone
            except BaseException:
                # Somebody stopped waiting. The worker would answer into the next conversation, so it goes.
                await worker.stop()
                raise
            if worker.answered >= self._rules.reads_per_worker:
                await worker.stop()
            return answer

    @asynccontextmanager
    async def _borrowed(self) -> AsyncIterator[_Worker]:
        worker = await self._next_idle()
        try:
            if self._closed:
                raise PhotoRefused(Refusal.BUSY)
            yield worker
        finally:
            self._idle.put_nowait(worker)

    async def _next_idle(self) -> _Worker:
        """An idle worker, waited for within bounds: so many may wait, and each only so long."""
        if self._idle.empty() and self._waiting >= self._rules.max_waiting:
            raise PhotoRefused(Refusal.BUSY)
        self._waiting += 1
        try:
            async with asyncio.timeout(self._rules.wait_seconds):
                return await self._idle.get()
        except TimeoutError:
            raise PhotoRefused(Refusal.BUSY) from None
        finally:
            self._waiting -= 1


class _Worker:
    """One worker process, started when it is first asked and again after it went."""

    def __init__(self, rules: PhotoRules) -> None:
        self._rules = rules
        self._process: asyncio.subprocess.Process | None = None
        self.answered = 0

    @property
    def pid(self) -> int | None:
        """The running process's id, or None."""
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if self._process is not None and running else None

    async def start(self) -> None:
        """Have a process that has closed its doors and waits for orders; `PhotoFault` when none comes up."""
        if self.pid is not None:
            return
        self.answered = 0
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "materials.worker",
            pack_rules(self._rules),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=_bare_environment(),
        )
        try:
            async with asyncio.timeout(self._rules.start_seconds):
                await _read_answer(_pipes(self._process)[1])
        except (TimeoutError, *_GONE) as failed:
            await self.stop()
            raise PhotoFault("a picture worker did not come up") from failed

    async def ask(self, order: Order) -> Answer:
        """The process's answer; `WorkerGoneError` when it dies over it or answers nonsense."""
        orders, answers = _pipes(self._process)
        try:
            orders.write(pack_order(order))
            await orders.drain()
            answer = await _read_answer(answers)
        except _GONE as gone:
            raise WorkerGoneError from gone
        self.answered += 1
        return answer

    async def stop(self) -> None:
        """End the process at once and wait until it is gone."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        if process.stdin is not None:
            process.stdin.close()
        await process.wait()


def _pipes(process: asyncio.subprocess.Process | None) -> tuple[asyncio.StreamWriter, asyncio.StreamReader]:
    if process is None or process.stdin is None or process.stdout is None:
        raise WorkerGoneError("a worker without a process or pipes")
    return process.stdin, process.stdout


async def _read_answer(stream: asyncio.StreamReader) -> Answer:
    (size,) = LENGTH.unpack(await stream.readexactly(LENGTH.size))
    if size > MAX_HEAD:
        raise ValueError("an answer's head is too long")
    head = json.loads(await stream.readexactly(size))
    bodies = [await stream.readexactly(length) for length in lengths(head)]
    return unpack_answer(head, bodies)


def _bare_environment() -> dict[str, str]:
    """What a worker needs to run, and none of the server's secrets."""
    kept = {name: os.environ[name] for name in _KEPT_SETTINGS if name in os.environ}
    return kept | _ONE_THREAD | {"PYTHONPATH": str(_ROOMS), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
