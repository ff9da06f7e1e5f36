"""Migrations: from nothing to this release's tables, once, however many processes start."""

import asyncio
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from storage.sql import tables
from storage.sql.migrations import head
from storage.sql.store import Store
from tests.contract.nouns import NOW, draft
from tests.contract.stores import KEYS
from tests.services.postgres import PostgresServer

ROOT = Path(__file__).parents[2]
MIGRATE = """
import asyncio, sys
from storage.crypto import KeyRing
from storage.sql.store import Store

async def main():
    store = Store.open(sys.argv[1], KeyRing.new())
    await store.migrate()
    await store.close()

asyncio.run(main())
"""


def differences(connection: Connection) -> list[object]:
    """What Alembic would change to turn the migrated tables into the declared ones."""
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True}
    )
    return list(compare_metadata(context, tables.metadata))


async def test_migrated_and_declared_tables_do_not_differ(store: Store) -> None:
    """Somebody changed a table and forgot the migration."""
    async with store.writing() as connection:
        assert await connection.run_sync(differences) == []


async def test_a_forgotten_migration_is_noticed(store: Store) -> None:
    """The comparison is able to see a missing column and a missing index."""
    async with store.writing() as connection:
        await connection.exec_driver_sql("DROP INDEX one_open_case")
        await connection.exec_driver_sql("ALTER TABLE people DROP COLUMN tags")
        assert len(await connection.run_sync(differences)) == 2


async def test_migrating_again_changes_nothing(store: Store) -> None:
    """Every start asks; what is there stays."""
    case = draft(opened_at=NOW)
    async with store.open_uow() as uow:
        await uow.cases.add(case)
        await uow.commit()

    await store.migrate()

    async with store.open_view() as view:
        assert await view.cases.get(case.id) == case


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with nothing in it."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new' / 'store.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    database = asyncio.run(server.create_database())
    yield database.url
    asyncio.run(server.drop_database(database))


async def test_two_processes_that_start_together_migrate_once(empty_url: str) -> None:
    """`docker compose up` with two servers on an empty database."""
    started = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", MIGRATE, empty_url, cwd=ROOT)
        for _ in range(3)
    ]
    assert [await process.wait() for process in started] == [0, 0, 0]

    store = Store.open(empty_url, KEYS)
    async with store.writing() as connection:
        assert await connection.run_sync(differences) == []
        told = await connection.run_sync(lambda c: MigrationContext.configure(c).get_current_revision())
        assert told == head()
    await store.close()


OLD_KIOSKS = """
INSERT INTO kiosk_capabilities (kiosk, service_code, since, until, release) VALUES
    ('kiosk-1', 'MZ01', '2026-09-01', '2026-10-01', '1.0'), ('kiosk-1', 'MZ02', '2026-09-01', NULL, '1.0');
INSERT INTO kiosk_abilities (device, service_code, hall, search, start, finish, recorded_at) VALUES
    ('kiosk-1', 'MZ01', 'county', true, true, true, '2026-11-01 01:00:00');
INSERT INTO revisions (subject, value) VALUES ('kiosk_abilities', 3), ('catalogue', 3)
"""


async def test_what_kiosks_said_of_themselves_stays_with_its_days(empty_url: str) -> None:
    """Two records became one: the figures of September say what they said."""
    store = Store.open(empty_url, KEYS)
    await store.migrate("0019")
    async with store.writing() as connection:
        for statement in OLD_KIOSKS.split(";"):
            await connection.exec_driver_sql(statement)
        await connection.commit()

    await store.migrate()

    async with store.open_view() as view:
        september, november = [await view.kiosks.abilities(date(2026, month, 15)) for month in (9, 11)]
        assert await view.catalogue.revision() == 3
    async with store.writing() as connection:
        assert await connection.run_sync(differences) == []
    await store.close()
    assert [(one.device, one.service_code, one.release) for one in september] == [
        ("kiosk-1", "MZ01", "1.0"), ("kiosk-1", "MZ02", "1.0"),
    ]  # fmt: skip
    assert [one.service_code for one in november] == ["MZ02"]
