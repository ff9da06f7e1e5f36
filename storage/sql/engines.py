"""How each database is spoken to: its connections, its locks, and what makes its transactions begin as we mean them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

from sqlalchemy import URL, Connection, Engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from storage.sql.alone import Alone, AloneAtServer, AloneInFile
from storage.sql.steady import Driver, SteadyConnection, connect
from storage.sql.straight import Straight, StraightToFile, StraightToServer

# How long a writer of one process waits for those of the others before the person is asked to try again.
_PATIENCE_MS = 15_000
_READERS = 4
# One of them is kept for glances.
_POOL = 13
_POOL_WAIT_SECONDS = 15
_CROSSED_STATES = {"40001", "40P01"}
_BUSY_STATES = {*_CROSSED_STATES, "55P03"}
_as_json = partial(json.dumps, ensure_ascii=False)


class BadAddress(Exception):
    """The store's address is not one this product can open."""


@dataclass(frozen=True, slots=True)
class Engines:
    """The way in for those who change and the way in for those who only look."""

    writers: AsyncEngine
    readers: AsyncEngine
    glances: Straight
    """For a few rows by their keys."""
    alone: Alone
    """For what is done at once in a transaction of its own."""

    async def dispose(self) -> None:
        """Close every connection."""
        await self.glances.close()
        await self.readers.dispose()
        await self.writers.dispose()


def open_engines(url: str) -> Engines:
    """Engines for `sqlite:///file` or `postgresql://…`; raises `BadAddress`. Connects to nothing yet."""
    try:
        address = make_url(url)
    except ArgumentError:
        raise BadAddress("数据库地址应写成 sqlite:///文件 或 postgresql://用户@主机/库名") from None
    match address.get_backend_name():
        case "sqlite":
            return _sqlite(address.set(drivername="sqlite+aiosqlite"))
        case "postgresql":
            return _postgresql(address.set(drivername="postgresql+asyncpg"))
        case other:
            raise BadAddress(f"不支持的数据库：{other}")


def is_busy(fault: DBAPIError) -> bool:
    """Whether a fault says nothing but "too many at once": trying again later helps."""
    if getattr(fault.orig, "sqlstate", None) in _BUSY_STATES:
        return True
    return "database is locked" in str(fault.orig)


def has_crossed(fault: DBAPIError) -> bool:
    """Whether two transactions waited for each other and this one was undone for it: the other is through by now."""
    return getattr(fault.orig, "sqlstate", None) in _CROSSED_STATES


def _sqlite(url: URL) -> Engines:
    """One writer connection per process: those of one process line up in order, instead of polling for the lock.

    Readers have connections of their own, for in WAL mode they neither wait nor make anybody wait.
    """
    if not url.database or url.database == ":memory:":
        raise BadAddress("SQLite 数据库要写在文件里：sqlite:///文件路径")
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    connected = partial(connect, url.database)
    writers = _engine(url, pool_size=1, max_overflow=0, async_creator=connected, module=Driver())
    readers = _engine(url, pool_size=_READERS, max_overflow=0, async_creator=connected, module=Driver())
    for engine, begin in ((writers, "BEGIN IMMEDIATE"), (readers, "BEGIN DEFERRED")):
        event.listen(engine.sync_engine, "connect", partial(_prepare, only_reads=engine is readers))
        event.listen(engine.sync_engine, "begin", partial(_begin, begin))
    return Engines(writers, readers, StraightToFile(url.database, readers), AloneInFile(writers, readers))


def _postgresql(url: URL) -> Engines:
    """Writers see what was committed before each statement; a view sees one instant, as it does on SQLite."""
    engine = _engine(
        url, pool_size=_POOL, max_overflow=0, isolation_level="READ COMMITTED", pool_pre_ping=True
    )
    views = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    glances = StraightToServer(engine.execution_options(isolation_level="AUTOCOMMIT"))
    return Engines(engine, views, glances, AloneAtServer(engine))


def _engine(url: URL, **settings: Any) -> AsyncEngine:  # noqa: ANN401 (what create_async_engine takes)
    return create_async_engine(
        url,
        poolclass=AsyncAdaptedQueuePool,
        pool_timeout=_POOL_WAIT_SECONDS,
        json_serializer=_as_json,
        # A fault is logged with its text: what was to be written is nobody's business there.
        hide_parameters=True,
        **settings,
    )


def _prepare(connection: Any, _record: object, *, only_reads: bool) -> None:  # noqa: ANN401 (a driver's connection)
    # None stops the driver from beginning transactions by itself; `_begin` does it, with the lock we mean.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute(f"PRAGMA query_only = {'ON' if only_reads else 'OFF'}")
    cursor.close()


def _begin(statement: str, connection: Connection | Engine) -> None:
    # Together with the first statement, so that it costs no trip of its own; before that there is nothing to keep out.
    if isinstance(connection, Connection):
        cast("SteadyConnection", connection.connection.driver_connection).begins_with = statement
