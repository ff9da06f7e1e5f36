"""Servers by fork. Loading its code is most of what a server's start takes, and a scene that kills servers starts many:
the nursery loads it once, and every server is a fork of it, with settings, port, log and death of its own.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from tests.race import plain_photos
from tests.services.launching import ASK_AGAIN_SECONDS
from tests.services.servers import ServerProcesses, own_environment

ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-m", "tests.race.nursery")


@dataclass(frozen=True, slots=True)
class Forked:
    """One server's process: what `subprocess.Popen` says of a child, of the nursery's."""

    pid: int
    args: str = "a server of the nursery"

    def poll(self) -> int | None:
        """Whether it has ended; with what code only the nursery knows."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 0
        return None

    def wait(self, timeout: float = 60) -> int:
        """Until it has ended."""
        deadline = time.monotonic() + timeout
        while self.poll() is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(self.args, timeout)
            time.sleep(ASK_AGAIN_SECONDS)
        return 0

    def send_signal(self, which: signal.Signals) -> None:
        """Nothing to one that has ended."""
        if self.poll() is None:
            os.kill(self.pid, which)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """The power fails."""
        self.send_signal(signal.SIGKILL)


@dataclass
class NurseryServers(ServerProcesses):
    """As other servers, but of the nursery."""

    nursery: subprocess.Popen[bytes] | None = None

    def _run(self, environment: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
        nursery = self.nursery
        assert nursery is not None
        assert nursery.stdin is not None
        assert nursery.stdout is not None
        wanted = {"environment": dict(environment), "log": str(log), "folder": str(self.folder)}
        nursery.stdin.write(json.dumps(wanted).encode() + b"\n")
        nursery.stdin.flush()
        return cast("subprocess.Popen[bytes]", Forked(int(nursery.stdout.readline())))


@contextmanager
def running_nursery() -> Iterator[subprocess.Popen[bytes]]:
    """The nursery, which ends when nobody can ask it for servers any more."""
    environment = {**own_environment(), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(COMMAND, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as nursery:
        yield nursery


@contextmanager
def servers_of(nursery: subprocess.Popen[bytes], folder: Path) -> Iterator[NurseryServers]:
    """Servers that keep their logs and state in a folder, all ended with the block."""
    servers = NurseryServers(folder, nursery=nursery)
    try:
        yield servers
    finally:
        servers.stop_all()


def _fork(wanted: Mapping[str, Any]) -> int:
    child = os.fork()
    if child:
        return child
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    log = os.open(wanted["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.chdir(wanted["folder"])
    os.environ.clear()
    os.environ.update(wanted["environment"])
    plain_photos.serve()
    sys.exit(0)


def main() -> None:
    """A line asks for a server; the answer is its process."""
    # Who is killed here is not waited for.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in iter(sys.stdin.readline, ""):
        sys.stdout.write(f"{_fork(json.loads(line))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
