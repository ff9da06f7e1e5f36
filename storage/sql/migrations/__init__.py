"""Migrations: how the tables of every release become those of this one, with what is in them.

They go forward only; the way back is the backup that was taken before the upgrade.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

# Any number will do, as long as nothing else in the database takes an advisory lock of the same one.
_LOCK = 3_307_270_001


async def upgrade(engine: AsyncEngine, to: str = "head") -> None:
    """Run what is missing in one transaction, under a lock that makes a second process wait and then find nothing."""
    async with engine.connect() as connection:
        # On SQLite the writers' BEGIN IMMEDIATE is the lock already.
        await connection.begin()
        if engine.dialect.name == "postgresql":
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        await connection.run_sync(_upgrade, to)
        await connection.commit()


def settings(connection: Connection | None = None) -> Config:
    """Alembic's settings, kept here so that a checkout and an installed wheel migrate alike."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "newline")
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """The revision of this release."""
    return ScriptDirectory.from_config(settings()).get_current_head() or ""


def knows(revision: str) -> bool:
    """Whether this release can read a database of that revision."""
    scripts = ScriptDirectory.from_config(settings())
    return revision in {script.revision for script in scripts.walk_revisions()}


def _upgrade(connection: Connection, to: str) -> None:
    command.upgrade(settings(connection), to)
