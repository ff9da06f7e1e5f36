"""The store: one address, one ring of keys, and the ways in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from functools import partial
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from intake.errors import Busy
from intake.ports import Foreseen
from storage.crypto import KeyRing, Purpose, Sealer
from storage.sql.books import Sight
from storage.sql.catalogue import ItemsInForce
from storage.sql.engines import Engines, has_crossed, is_busy, open_engines
from storage.sql.kept import Kept
from storage.sql.prepared import Prepared, Row, Run, Values
from storage.sql.sharing import Shared
from storage.sql.uow import SqlUow

Done = TypeVar("Done")


class Store:
    """Everything that is kept in a database; safe to share by all tasks of one event loop."""

    def __init__(self, engines: Engines, keys: KeyRing) -> None:
        self._engines = engines
        self.keys = keys
        self.sealer = Sealer(keys, Purpose.FIELDS)
        self.in_force = ItemsInForce()
        self._kept = Kept()

    @classmethod
    def open(cls, url: str, keys: KeyRing) -> Store:
        """A store at `sqlite:///file` or `postgresql://…`; nothing is connected before the first use."""
        return cls(open_engines(url), keys)

    @asynccontextmanager
    async def open_uow(self) -> AsyncIterator[SqlUow]:
        """A unit of work that may change things; leaving it without `commit` undoes everything.

        Raises `Busy` when the database could not be had in time. Opening one inside another is a mistake: on
        SQLite the inner one would wait for the outer.
        """
        async with self.writing() as connection:
            yield SqlUow(connection, self.sealer, self.in_force, self._kept)

    @asynccontextmanager
    async def open_view(self) -> AsyncIterator[SqlUow]:
        """A unit of work that only looks, at one instant of the store; it waits for nobody."""
        async with self.reading() as connection:
            yield SqlUow(connection, self.sealer, self.in_force, self._kept)

    @asynccontextmanager
    async def sharing(self, foreseen: Sequence[Foreseen], series: str = "") -> AsyncIterator[Shared]:
        """A transaction that several acts share, which will probably want numbers of a series; `finish` commits it."""
        async with self.writing() as connection:
            open_uow = partial(SqlUow, connection, self.sealer, self.in_force, self._kept)
            yield Shared(connection, open_uow, Sight(foreseen, series, self.in_force.minutes_of))

    async def glance(self, statement: Prepared, values: Values) -> Sequence[Row]:
        """Look at a few rows at one instant, with as little ado as can be: they come as the driver gives them."""
        with _named_faults():
            return await self._engines.glances.see(statement, values)

    def read(self, statement: Prepared, rows: Sequence[Row]) -> list[Row]:
        """What the rows of a glance mean."""
        return statement.on(self._engines.readers.dialect).read(rows)

    async def look(self, work: Callable[[Run], Done]) -> Done:
        """Do all of some work that only looks, at one instant of the store; raises `Busy` as `open_view` does."""
        with _named_faults():
            return await self._engines.alone.look(work)

    async def write(self, work: Callable[[Run], Done]) -> Done:
        """Do all of some work in a transaction that ends with it; raises `Busy` as `open_uow` does."""
        with _named_faults():
            return await self._engines.alone.write(work)

    def writing(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A transaction for what is no part of the desk's units of work; commits only when told to."""
        return _transaction(self._engines.writers)

    def reading(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A transaction that only looks."""
        return _transaction(self._engines.readers)

    async def migrate(self, to: str = "head") -> None:
        """Bring the tables to this release, or forward to an earlier one's; several processes may ask at once."""
        from storage.sql.migrations import upgrade  # noqa: PLC0415 (alembic takes long to load and is needed once)

        await upgrade(self._engines.writers, to)

    async def ping(self) -> None:
        """Return if the database answers, raise its fault if not."""
        async with self._engines.readers.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Close every connection; the store is not used afterwards."""
        await self._engines.dispose()


@asynccontextmanager
async def _transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    with _named_faults():
        async with engine.connect() as connection:
            await connection.begin()
            yield connection


@contextmanager
def _named_faults() -> Iterator[None]:
    """What only says "too many at once" is `Busy`."""
    try:
        yield
    except DBAPIError as fault:
        if is_busy(fault):
            raise Busy(at_once=has_crossed(fault)) from fault
        raise
    except NoFreeConnection as fault:
        raise Busy from fault
