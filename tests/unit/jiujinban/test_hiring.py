"""帮手进程: a worker ends with the server that hired it, however the server ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PATIENCE_SECONDS = 20.0
SERVER = """
import os, sys, time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from jiujinban.hiring import hire_one

if __name__ == "__main__":
    pool = hire_one() if sys.argv[1] == "hired" else ProcessPoolExecutor(1, get_context("spawn"))
    print(pool.submit(os.getpid).result(), flush=True)
    {then}
"""


def gone(pid: int, within: float) -> bool:
    """Whether a process ends in time; one that ended and was not fetched yet has ended."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def killed_server(tmp_path: Path, kind: str, then: str) -> int:
    """A server that has hired a worker and is killed with SIGKILL; the worker's process id."""
    script = tmp_path / "server.py"
    script.write_text(SERVER.format(then=then))
    command = [sys.executable, str(script), kind]
    with subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=-1
    ) as server:
        assert server.stdout is not None
        worker = int(server.stdout.readline())
        server.send_signal(signal.SIGKILL)
    return worker


@pytest.mark.parametrize("then", ["time.sleep(60)", "pool.submit(time.sleep, 60).result()"])
def test_a_worker_ends_with_a_server_that_was_killed(tmp_path: Path, then: str) -> None:
    """Idle or at work: no route planner is left behind to keep the memory and a processor."""
    assert gone(killed_server(tmp_path, "hired", then), PATIENCE_SECONDS)


def test_twin_a_plain_pool_leaves_its_worker_behind(tmp_path: Path) -> None:
    """The pool of the library alone: its worker waits for orders for ever."""
    worker = killed_server(tmp_path, "plain", "time.sleep(60)")
    try:
        assert not gone(worker, 2.0)
    finally:
        os.kill(worker, signal.SIGKILL)
