"""SQLite connections that a cancelled caller cannot tear."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import aiosqlite


class SteadyConnection(aiosqlite.Connection):
    """A connection on which a statement that began runs to its end, also when nobody waits for it any more.

    The plain one lets go of the caller at once and of the statement never: the cursor lives on in the
    traceback, closing the connection leaves it a zombie, and the writer's lock is held until the garbage
    collector comes by. Meanwhile every booking of the county waits. So the caller who hangs up is kept for the
    moment the statement needs, and what the transaction did is undone before the cancellation goes on.
    """

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (as the base)
        work = asyncio.ensure_future(self._begin(fn, *args, **kwargs))
        try:
            await asyncio.wait((work,))
        except asyncio.CancelledError:
            await _end(work)
            if self._connection is not None and self.in_transaction:
                await _end(asyncio.ensure_future(self._begin(self._conn.rollback)))
            raise
        return work.result()

    async def _begin(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (as the base)
        return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]


async def connect(file: str) -> SteadyConnection:
    """An open connection to a database file."""
    # What SQLAlchemy asks of the connections it makes itself: the thread is aiosqlite's, not ours.
    connection = SteadyConnection(partial(sqlite3.connect, file, check_same_thread=False), iter_chunk_size=64)
    connection._thread.daemon = True  # noqa: SLF001 (no other way in 0.22; SQLAlchemy does the same)
    await connection
    return connection


async def _end(work: asyncio.Future[Any]) -> None:
    while not work.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait((work,))
    # Looked at, so that a failure nobody can be told of any more is not reported as forgotten.
    work.exception()
