"""Several real `jiujinban serve` processes on one store, as a county with two machines runs them."""

from __future__ import annotations

import contextlib
import functools
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

import pytest

from tests.services.launching import free_port, stop, wait_until

# A start takes seconds; on a machine that does ten other things at once it takes minutes.
READY_SECONDS = 170
SERVE = (str(Path(sys.executable).with_name("jiujinban")), "serve")


@dataclass(frozen=True, slots=True)
class ServerProcess:
    """One running server: where it answers, and what it said."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def stop(self) -> None:
        """Ask it to finish what it is doing and end."""
        stop(self.process, seconds=20)


@dataclass
class ServerProcesses:
    """Starts servers and knows them all; each runs ``command``, which reads its port from ``PORT``, under ``settings``."""

    folder: Path
    command: Sequence[str] = SERVE
    running: list[ServerProcess] = field(default_factory=list)
    settings: Mapping[str, str] = field(default_factory=dict)

    def start(
        self,
        count: int = 1,
        *,
        state: Path | None = None,
        database_url: str | None = None,
        redis_url: str | None = None,
        settings: Mapping[str, str] | None = None,
        port: int | None = None,
    ) -> list[ServerProcess]:
        """``count`` servers on one state folder, all started at once, returned when each says it is ready.

        Without a ``database_url`` they share the embedded store in the state folder. ``settings`` win over
        the rest. A ``port`` is for one server: where an earlier one answered, so that its pages find it again.
        """
        shared = {
            "JIUJINBAN_DEMO": "1",
            # Reading the catalogue takes an encoder minutes; a scene that is about it switches it on.
            "JIUJINBAN_ENCODER": "0",
            "JIUJINBAN_PHOTO_WORKERS": "1",
            "JIUJINBAN_STATE": str(state or self.folder / "state"),
            **({"JIUJINBAN_DATABASE_URL": database_url} if database_url else {}),
            **({"JIUJINBAN_REDIS_URL": redis_url} if redis_url else {}),
            **self.settings,
            **(settings or {}),
        }
        started = [self._launch(shared, port or free_port()) for _ in range(count)]
        for server in started:
            ready = functools.partial(_is_ready, server)
            wait_until(ready, server.process, log=server.log, seconds=READY_SECONDS)
        return started

    def stop_all(self) -> None:
        """End every server, all asked before any is waited for."""
        for server in self.running:
            if server.process.poll() is None:
                server.process.terminate()
        while self.running:
            self.running.pop().stop()

    def _launch(self, shared: Mapping[str, str], port: int) -> ServerProcess:
        log = self.folder / f"server-{len(self.running)}.log"
        process = self._run({**own_environment(), **shared, "PORT": str(port)}, log)
        server = ServerProcess(f"http://127.0.0.1:{port}", process, log)
        self.running.append(server)
        return server

    def _run(self, environment: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
        with log.open("wb") as sink:
            return subprocess.Popen(
                self.command,
                cwd=self.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
            )


def own_environment() -> dict[str, str]:
    """Ours without the product's settings: a developer's own must not decide a test."""
    return {name: value for name, value in os.environ.items() if not name.startswith("JIUJINBAN_")}


def _is_ready(server: ServerProcess) -> bool:
    try:
        with urllib.request.urlopen(f"{server.url}/readyz", timeout=5) as answer:
            status: int = answer.status
    except (urllib.error.URLError, OSError):
        return False
    return status == HTTPStatus.OK


@contextlib.contextmanager
def server_processes_in(folder: Path) -> Iterator[ServerProcesses]:
    """Servers that keep their logs and state in ``folder``, all ended with the block."""
    servers = ServerProcesses(folder)
    try:
        yield servers
    finally:
        servers.stop_all()


@pytest.fixture
def server_processes(tmp_path: Path) -> Iterator[ServerProcesses]:
    """Starts real servers for one test: ``server_processes.start(2)``."""
    with server_processes_in(tmp_path) as servers:
        yield servers


@pytest.fixture(scope="module")
def module_server_processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcesses]:
    """Starts real servers that the scenes of one file share."""
    with server_processes_in(tmp_path_factory.mktemp("servers")) as servers:
        yield servers
