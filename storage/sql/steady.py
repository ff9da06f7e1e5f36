"""SQLite connections that a cancelled caller cannot tear, and that go to their thread once a statement.

Each connection lives in a thread of its own. A trip there and back costs more than most statements: the two threads wake
each other and take turns at the interpreter. The plain adapter makes four trips for a statement, for its cursor is made,
used, read and closed in one each, and two more to begin and end an empty transaction.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Self, TypeVar

import aiosqlite
from sqlalchemy.dialects.sqlite import aiosqlite as adapted
from sqlalchemy.util.concurrency import await_

Done = TypeVar("Done")


class SteadyConnection(aiosqlite.Connection):
    """A connection on which a statement that began runs to its end, also when nobody waits for it any more.

    The plain one lets go of the caller at once and of the statement never: the cursor lives on in the
    traceback, closing the connection leaves it a zombie, and the writer's lock is held until the garbage
    collector comes by. Meanwhile every booking of the county waits. So the caller who hangs up is kept for the
    moment the statement needs, and what the transaction did is undone before the cancellation goes on.
    """

    begins_with = ""
    """How the transaction begins that was asked for and has had no statement yet."""

    async def run(self, work: Callable[[sqlite3.Connection], Done]) -> Done:
        """Do all of some work in the connection's thread: one trip, whatever it asks of the database."""
        done: Done = await self._execute(self._work, work)
        return done

    @property
    def begun(self) -> bool:
        """Whether there is a transaction to end."""
        return self._connection is not None and self._connection.in_transaction

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (as the base)
        if not self._running or self._connection is None:
            raise ValueError("Connection closed")
        work = asyncio.get_running_loop().create_future()
        self._tx.put_nowait((work, partial(fn, *args, **kwargs)))
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            await _end(work)
            self.begins_with = ""
            if self.begun:
                undone = asyncio.get_running_loop().create_future()
                self._tx.put_nowait((undone, self._conn.rollback))
                await _end(undone)
            raise

    def _work(self, work: Callable[[sqlite3.Connection], Done]) -> Done:
        if self.begins_with:
            begins_with, self.begins_with = self.begins_with, ""
            self._conn.execute(begins_with)
        return work(self._conn)


async def connect(file: str) -> SteadyConnection:
    """An open connection to a database file."""
    # What SQLAlchemy asks of the connections it makes itself: the thread is aiosqlite's, not ours.
    connection = SteadyConnection(partial(sqlite3.connect, file, check_same_thread=False), iter_chunk_size=64)
    connection._thread.daemon = True  # noqa: SLF001 (no other way in 0.22; SQLAlchemy does the same)
    await connection
    return connection


class _Trip:
    """A cursor whose statement is prepared, run, read and closed in one trip."""

    arraysize = 1

    def __init__(self, connection: SteadyConnection) -> None:
        self._connection = connection
        self._rows: Sequence[Any] = ()
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, operation: str, parameters: Sequence[Any] = ()) -> None:
        await self._connection.run(lambda bare: self._note(bare.execute(operation, parameters)))

    async def executemany(self, operation: str, parameters: Sequence[Any]) -> None:
        await self._connection.run(lambda bare: self._note(bare.executemany(operation, parameters)))

    async def fetchall(self) -> Sequence[Any]:
        return self._rows

    async def close(self) -> None:
        """It is closed already."""

    def _note(self, cursor: sqlite3.Cursor) -> None:
        self.description, self.lastrowid = cursor.description, cursor.lastrowid
        self._rows = cursor.fetchall() if cursor.description else ()
        self.rowcount = cursor.rowcount
        cursor.close()


class _Cursor(adapted.AsyncAdapt_aiosqlite_cursor):
    __slots__ = ()

    def _make_new_cursor(self, connection: Any) -> Any:  # noqa: ANN401 (as the base)
        return _Trip(connection)

    def _aenter_cursor(self, cursor: Any) -> Any:  # noqa: ANN401 (as the base)
        return cursor


class _Connection(adapted.AsyncAdapt_aiosqlite_connection):
    __slots__ = ()

    _connection: Any
    _cursor_cls = _Cursor

    def cursor(self, server_side: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002 (as the base)
        # A cursor that reads in portions goes its own way to the thread: the transaction must have begun.
        if server_side and self._connection.begins_with:
            await_(self._connection.run(lambda _: None))
        return super().cursor(server_side)

    def rollback(self) -> None:
        self._connection.begins_with = ""
        if self._connection.begun:
            super().rollback()

    def commit(self) -> None:
        self._connection.begins_with = ""
        if self._connection.begun:
            super().commit()


class Driver(adapted.AsyncAdapt_aiosqlite_dbapi):
    """The driver SQLAlchemy is given: as its own, with fewer trips."""

    def __init__(self) -> None:
        super().__init__(aiosqlite, sqlite3)

    def connect(self, *arguments: Any, **named: Any) -> _Connection:  # noqa: ANN401 (as the base)
        """As the base."""
        return _Connection(self, super().connect(*arguments, **named)._connection)  # noqa: SLF001 (the one inside)


async def _end(work: asyncio.Future[Any]) -> None:
    while not work.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait((work,))
    # Looked at, so that a failure nobody can be told of any more is not reported as forgotten.
    work.exception()
