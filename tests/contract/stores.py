"""Stores for scenes: every scene plays on SQLite and on PostgreSQL and must end alike."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from storage.crypto import KeyRing
from storage.sql.store import Store
from tests.services.postgres import Prepare

KEYS = KeyRing.new()


async def migrate(url: str) -> None:
    """Fill an empty database with this release's tables."""
    store = Store.open(url, KEYS)
    await store.migrate()
    await store.close()


@pytest.fixture(scope="session")
def postgres_prepared_by() -> Prepare:
    """Migrate once; each test's database is a copy."""
    return migrate


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file for each test to copy."""
    file = tmp_path_factory.mktemp("sqlite") / "template.db"
    asyncio.run(migrate(f"sqlite:///{file}"))
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database of the test's own, of each kind in turn."""
    if request.param == "postgresql":
        database = request.getfixturevalue("postgres_database")
        return str(database.url)
    own = request.getfixturevalue("tmp_path") / "store.db"
    shutil.copy(request.getfixturevalue("migrated_sqlite"), own)
    return f"sqlite:///{own}"


@pytest_asyncio.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """The open store."""
    opened = Store.open(database_url, KEYS)
    yield opened
    await opened.close()
