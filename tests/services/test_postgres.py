"""The PostgreSQL of the tests: real, fresh for each test, and ready to be found in several places."""

import os
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.services.launching import NoSuchServer
from tests.services.postgres import Database, PostgresServer
from tests.services.postgres_binaries import Binaries, find_binaries, from_setting, from_wheel, reachable

COUNT_DATABASES = "SELECT count(*) FROM pg_database WHERE starts_with(datname, $1)"
TABLES_TO_CREATE = 30


class Preparation:
    """A migration that counts how often it ran."""

    def __init__(self) -> None:
        self.ran = 0

    async def __call__(self, url: str) -> None:
        self.ran += 1
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            for number in range(TABLES_TO_CREATE):
                await connection.execute(text(f"CREATE TABLE t{number} (id int primary key)"))
        await engine.dispose()


async def tables_of(database: Database) -> int:
    """How many tables the database has."""
    connection = await asyncpg.connect(database.dsn)
    try:
        counted: int = await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
    finally:
        await connection.close()
    return counted


async def test_a_test_gets_an_empty_database_of_its_own(postgres_database, module_postgres_database):
    """What one test writes, no other reads."""
    connection = await asyncpg.connect(postgres_database.dsn)
    await connection.execute("CREATE TABLE left_behind (id int)")
    await connection.close()

    assert await tables_of(postgres_database) == 1
    assert await tables_of(module_postgres_database) == 0


async def test_sqlalchemy_reaches_the_database_by_its_url(postgres_database):
    """The url is the one the product's own setting takes."""
    engine = create_async_engine(postgres_database.url)
    async with engine.connect() as connection:
        named = (await connection.execute(text("SELECT current_database()"))).scalar_one()
    await engine.dispose()

    assert named == postgres_database.name


async def test_a_migration_runs_once_however_many_databases_need_it(postgres_server: PostgresServer):
    """A hundred tests on the full schema cost one migration."""
    migrate = Preparation()

    async with (
        postgres_server.lent_database(prepared_by=migrate) as first,
        postgres_server.lent_database(prepared_by=migrate) as second,
    ):
        assert await tables_of(first) == await tables_of(second) == TABLES_TO_CREATE

    assert migrate.ran == 1


async def test_a_lent_database_is_gone_afterwards_even_if_still_held(postgres_server: PostgresServer):
    """A connection that a failed test forgot does not pile up databases on a server that was lent to us."""
    async with postgres_server.lent_database() as database:
        forgotten = await asyncpg.connect(database.dsn)

    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(database.dsn)
    forgotten.terminate()


async def test_templates_are_gone_after_the_session(postgres_server: PostgresServer):
    """A server that was lent to us is left as it was found."""
    lent = PostgresServer(postgres_server.admin_dsn)
    async with lent.lent_database(prepared_by=Preparation()):
        pass

    await lent.drop_templates()

    connection = await asyncpg.connect(lent.admin_dsn)
    left = await connection.fetchval(COUNT_DATABASES, lent.prefix)
    await connection.close()
    assert left == 0


def test_the_wheel_is_preferred_to_the_system(monkeypatch):
    """Everyone tests on the same release unless they say otherwise."""
    monkeypatch.delenv("PG_BIN", raising=False)

    assert find_binaries() == from_wheel()


def test_a_named_folder_without_a_server_is_an_error(monkeypatch, tmp_path):
    """A typing mistake in PG_BIN must not silently test another server."""
    monkeypatch.setenv("PG_BIN", str(tmp_path))

    with pytest.raises(NoSuchServer, match="PG_BIN"):
        from_setting()


def test_without_any_server_the_tests_fail_and_say_what_helps(monkeypatch):
    """A skip would hide that the production profile was never tested."""
    monkeypatch.setattr("tests.services.postgres_binaries.PLACES", ())

    with pytest.raises(NoSuchServer, match="TEST_PG_URL"):
        find_binaries()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder that another account cannot enter")
def test_binaries_in_a_closed_home_are_copied_to_where_the_server_can_read_them(tmp_path: Path):
    """A checkout in root's home still gets its PostgreSQL."""
    closed, spare = tmp_path / "closed", tmp_path / "spare"
    package, libraries = closed / "pg", closed / "pg.libs"
    (package / "bin").mkdir(parents=True)
    libraries.mkdir()
    spare.mkdir()
    closed.chmod(0o700)

    folder = reachable(Binaries(package / "bin", (package, libraries)), spare=spare)

    assert folder == spare / "pg" / "bin"
    assert (spare / "pg.libs").is_dir()
