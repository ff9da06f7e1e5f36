"""Straight to the driver (直问): a few rows by their keys, on one connection that is kept for nothing else.

What is looked up with every request takes the database some microseconds. To fetch a connection from the pool, to begin, to
go through SQLAlchemy and to give the connection back takes twenty times as long, and on SQLite the way to another thread
and back besides. Whatever goes wrong here is tried again the ordinary way, which has patience and names its faults.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.sql.prepared import Prepared, Row, Values, at_once


class Straight(Protocol):
    """Looks at a few rows; each statement sees one instant, and nothing is written."""

    async def see(self, statement: Prepared, values: Values) -> Sequence[Row]:
        """The rows a statement finds, as the driver gives them."""

    async def close(self) -> None:
        """Give the kept connection back."""


class StraightToFile:
    """To a SQLite file, in the event loop's own thread.

    In WAL mode no writer makes a reader wait, so nothing is waited for here. Where the file is locked all the same (another
    process recovers it), the pool's threads wait instead.
    """

    def __init__(self, file: str, engine: AsyncEngine) -> None:
        self._file = file
        self._engine = engine
        self._bare: sqlite3.Connection | None = None

    async def see(self, statement: Prepared, values: Values) -> Sequence[Row]:
        """See `Straight.see`."""
        said = statement.on(self._engine.dialect)
        try:
            bare = self._bare or self._opened()
            return bare.execute(said.sql, said.parameters(values)).fetchall()
        except sqlite3.Error:
            await self.close()
            return await _ordinarily(self._engine, statement, values)

    async def close(self) -> None:
        """See `Straight.close`."""
        if self._bare is not None:
            self._bare.close()
            self._bare = None

    def _opened(self) -> sqlite3.Connection:
        self._bare = sqlite3.connect(self._file, timeout=0, isolation_level=None)
        self._bare.execute("PRAGMA query_only = ON")
        return self._bare


class StraightToServer:
    """To PostgreSQL, one look after the other: a trip for each statement and none for anything else."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._kept: AsyncConnection | None = None
        # asyncpg's connection, which has no types. Asking SQLAlchemy for it each time costs as much as the trip.
        self._driver: Any = None
        self._one_at_a_time = asyncio.Lock()

    async def see(self, statement: Prepared, values: Values) -> Sequence[Row]:
        """See `Straight.see`."""
        said = statement.on(self._engine.dialect)
        async with self._one_at_a_time:
            try:
                driver = self._driver or await self._opened()
                found: list[Row] = await driver.fetch(said.sql, *said.parameters(values))
            except Exception:  # noqa: BLE001 (if it is more than this connection, the ordinary way says what)
                await self._throw_away()
            else:
                return found
        return await _ordinarily(self._engine, statement, values)

    async def close(self) -> None:
        """See `Straight.close`."""
        self._driver, kept, self._kept = None, self._kept, None
        if kept is not None:
            await kept.close()

    async def _throw_away(self) -> None:
        if self._kept is not None:
            with suppress(Exception):
                await self._kept.invalidate()
        await self.close()

    async def _opened(self) -> Any:  # noqa: ANN401 (as above)
        self._kept = await self._engine.connect()
        self._driver = (await self._kept.get_raw_connection()).driver_connection
        return self._driver


async def _ordinarily(engine: AsyncEngine, statement: Prepared, values: Values) -> Sequence[Row]:
    async with engine.connect() as connection:
        return await at_once(connection, lambda run: run.raw(statement, values))
