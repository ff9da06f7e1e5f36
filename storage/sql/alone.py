"""By itself (独办): one piece of work in a transaction of its own, put to the driver of a pooled connection.

A chat message is a few such pieces. To have SQLAlchemy begin, watch and end a transaction around each costs more than what
is done in it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Protocol, TypeVar

import asyncpg
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util.concurrency import greenlet_spawn

from storage.sql.prepared import OnAsyncpg, OnSqlite, Run

Done = TypeVar("Done")


class Alone(Protocol):
    """Does a piece of work that asks and answers and waits for nothing else. Raises `DBAPIError`, and what the work raises."""

    async def look(self, work: Callable[[Run], Done]) -> Done:
        """Do work that only looks, at one instant."""

    async def write(self, work: Callable[[Run], Done]) -> Done:
        """Do work that writes: all of it counts at its end, or nothing when it raises."""


class AloneInFile:
    """In a SQLite file: one trip to the connection's thread."""

    def __init__(self, writers: AsyncEngine, readers: AsyncEngine) -> None:
        self._writers, self._readers = writers, readers

    async def look(self, work: Callable[[Run], Done]) -> Done:
        """See `Alone.look`."""
        return await self._do(self._readers, "BEGIN DEFERRED", work)

    async def write(self, work: Callable[[Run], Done]) -> Done:
        """See `Alone.write`."""
        return await self._do(self._writers, "BEGIN IMMEDIATE", work)

    async def _do(self, engine: AsyncEngine, begin: str, work: Callable[[Run], Done]) -> Done:
        async with _lent(engine) as driver:
            try:
                done: Done = await driver.run(partial(_in_the_thread, begin, work, engine.dialect))
            except sqlite3.Error as fault:
                raise DBAPIError(None, None, fault) from fault
            return done


def _in_the_thread(
    begin: str, work: Callable[[Run], Done], dialect: Dialect, bare: sqlite3.Connection
) -> Done:
    bare.execute(begin)
    with bare:  # ends the transaction, one way or the other
        return work(OnSqlite(bare, dialect))


class AloneAtServer:
    """At PostgreSQL: a trip for each statement, one to begin and one to end."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def look(self, work: Callable[[Run], Done]) -> Done:
        """See `Alone.look`."""
        return await self._do(work, isolation="repeatable_read", readonly=True)

    async def write(self, work: Callable[[Run], Done]) -> Done:
        """See `Alone.write`."""
        return await self._do(work, isolation="read_committed")

    async def _do(self, work: Callable[[Run], Done], **kind: Any) -> Done:  # noqa: ANN401 (what asyncpg calls it)
        async with _lent(self._engine) as driver:
            try:
                async with driver.transaction(**kind):
                    done: Done = await greenlet_spawn(work, OnAsyncpg(driver, self._engine.dialect))
            except asyncpg.PostgresError as fault:
                raise DBAPIError(None, None, fault) from fault
            return done


@asynccontextmanager
async def _lent(engine: AsyncEngine) -> AsyncIterator[Any]:
    """The driver's own connection, out of the pool."""
    lent = await engine.raw_connection()
    try:
        yield lent.driver_connection
    finally:
        await greenlet_spawn(lent.close)
