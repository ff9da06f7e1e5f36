"""The worker processes: bounded, replaced when they fall, and without a secret to lose."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from materials.model import PhotoReading, PhotoRefused, Refusal
from materials.pool import PhotoReader
from materials.rules import PhotoRules
from tests.unit.materials.drawing import as_jpeg, bomb_png, id_card_front

ONE_WORKER = PhotoRules(workers=1, max_waiting=1)
# Opened and refused by a worker before any model is needed: the cheapest proof that one is alive.
THUMBNAIL = as_jpeg(id_card_front().resize((300, 200)))


@asynccontextmanager
async def one_worker(rules: PhotoRules = ONE_WORKER):
    """A reader whose only worker has answered once."""
    async with PhotoReader(rules) as reader:
        assert await outcome(reader) is Refusal.TOO_SMALL
        yield reader


async def outcome(reader: PhotoReader, content: bytes = THUMBNAIL) -> Refusal | PhotoReading:
    """What the person hears: the refusal's code, or the reading."""
    try:
        return await reader.read(content)
    except PhotoRefused as refused:
        return refused.code


def begun(reader: PhotoReader) -> asyncio.Task[Refusal | PhotoReading]:
    """A photograph sent off, not waited for."""
    return asyncio.create_task(outcome(reader))


def limits_of(pid: int) -> dict[str, str]:
    """The soft limits that Linux holds a process to."""
    rows = Path(f"/proc/{pid}/limits").read_text(encoding="ascii").splitlines()[1:]
    return {row[:25].strip(): row[25:].split()[0] for row in rows}


def environment_of(pid: int) -> bytes:
    """The environment a process was started with."""
    return Path(f"/proc/{pid}/environ").read_bytes()


async def until_it_waits() -> None:
    """Let the tasks that were begun run until they wait for a worker."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_worker_killed_over_a_photograph_is_an_answer_and_is_replaced():
    """The person is asked to send it again; the next photograph finds a new worker."""
    async with one_worker() as reader:
        (pid,) = reader.worker_pids
        os.kill(pid, signal.SIGSTOP)
        reading = begun(reader)
        await until_it_waits()

        os.kill(pid, signal.SIGKILL)

        assert await reading is Refusal.UNREADABLE_FILE
        assert await outcome(reader) is Refusal.TOO_SMALL
        assert reader.worker_pids != (pid,)


async def test_a_worker_that_hangs_is_given_up_after_its_time():
    """Nobody waits for ever: 'busy, send it again', and the hanging worker is gone."""
    async with one_worker(PhotoRules(workers=1, read_seconds=1.5)) as reader:
        (pid,) = reader.worker_pids
        os.kill(pid, signal.SIGSTOP)

        assert await outcome(reader) is Refusal.BUSY

        assert pid not in reader.worker_pids
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
        assert await outcome(reader) is Refusal.TOO_SMALL


async def test_one_photograph_too_many_is_told_to_come_again():
    """One is read, one may wait, the third hears 'busy' at once; the first two still get their answers."""
    async with one_worker() as reader:
        (pid,) = reader.worker_pids
        os.kill(pid, signal.SIGSTOP)
        first, second = begun(reader), begun(reader)
        await until_it_waits()

        assert await outcome(reader) is Refusal.BUSY

        os.kill(pid, signal.SIGCONT)
        assert {await first, await second} == {Refusal.TOO_SMALL}


async def test_waiting_for_a_worker_has_an_end():
    """Who waits behind a stuck photograph is not stuck with it."""
    async with one_worker(PhotoRules(workers=1, wait_seconds=0.05)) as reader:
        (pid,) = reader.worker_pids
        os.kill(pid, signal.SIGSTOP)
        stuck = begun(reader)
        await until_it_waits()

        assert await outcome(reader) is Refusal.BUSY

        os.kill(pid, signal.SIGCONT)
        assert await stuck is Refusal.TOO_SMALL


async def test_an_answer_that_nobody_awaits_does_not_reach_the_next_person():
    """A caller who gave up takes the worker along; the next one gets an answer to their own photograph."""
    async with one_worker() as reader:
        (pid,) = reader.worker_pids
        os.kill(pid, signal.SIGSTOP)
        given_up = begun(reader)
        await until_it_waits()

        given_up.cancel()
        await asyncio.gather(given_up, return_exceptions=True)

        assert await outcome(reader, bomb_png(20_000, 20_000)) is Refusal.TOO_LARGE


async def test_what_is_no_photograph_never_reaches_a_worker():
    """A PDF and a file over the limit are refused before any process is started."""
    async with PhotoReader(ONE_WORKER) as reader:
        assert await outcome(reader, b"%PDF-1.7") is Refusal.NOT_AN_IMAGE
        assert await outcome(reader, b"\xff\xd8\xff" + bytes(ONE_WORKER.max_bytes)) is Refusal.TOO_LARGE

        assert reader.worker_pids == ()


async def test_a_worker_has_limits_and_no_secrets(monkeypatch):
    """Whoever breaks out of a decoder finds no password, cannot write a file and cannot eat the machine."""
    monkeypatch.setenv("JIUJINBAN_STORE_PASSWORD", "made-up-secret")

    async with one_worker() as reader:
        (pid,) = reader.worker_pids
        soft, environment = limits_of(pid), environment_of(pid)

    assert int(soft["Max address space"]) == ONE_WORKER.memory_bytes
    assert 0 < int(soft["Max cpu time"]) <= ONE_WORKER.cpu_seconds + 60
    assert soft["Max file size"] == "0"
    assert soft["Max core file size"] == "0"
    assert b"made-up-secret" not in environment


async def test_a_worker_that_has_read_enough_makes_room_for_a_fresh_one():
    """What libraries leak is given back."""
    async with one_worker(PhotoRules(workers=1, reads_per_worker=2)) as reader:
        (first,) = reader.worker_pids
        await outcome(reader)
        assert reader.worker_pids == ()

        await reader.ping()

        assert first not in reader.worker_pids
        assert len(reader.worker_pids) == 1


async def test_a_server_that_stops_does_not_blame_the_photograph():
    """Whoever is being read, or waits, while the server goes down is asked to send the photograph again."""
    async with one_worker() as reader:
        (pid,) = reader.worker_pids
        os.kill(pid, signal.SIGSTOP)
        reading, waiting = begun(reader), begun(reader)
        await until_it_waits()

        await reader.close()

        assert {await reading, await waiting} == {Refusal.BUSY}
        assert reader.worker_pids == ()


async def test_closing_ends_every_worker():
    """No process is left behind, and a closed reader says so."""
    async with one_worker() as reader:
        (pid,) = reader.worker_pids

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(RuntimeError, match="closed"):
        await reader.read(THUMBNAIL)
