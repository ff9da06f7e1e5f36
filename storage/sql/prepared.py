"""Statements compiled once (预备语句), and the two ways to put many of them to a connection at once.

SQLAlchemy looks at a statement anew whenever it is executed: its cache key, its parameters, its lists, its result. That
costs ten times what the database needs for a look-up. What everybody waits for is therefore compiled once for each
database, takes its lists as one value and is put to the driver as text; the words are the same statements of the same
tables, and the values go through the same column types.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from pydantic_core import to_json
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ColumnElement,
    CompoundSelect,
    Connection,
    Delete,
    Insert,
    Integer,
    Select,
    Table,
    Text,
    Update,
    bindparam,
    func,
    insert,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.types import Boolean, TypeDecorator, TypeEngine
from sqlalchemy.util.concurrency import await_

from storage.sql.steady import SteadyConnection

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Noun = TypeVar("Noun", bound="DataclassInstance")
Done = TypeVar("Done")
Values = Mapping[str, Any]
Row = tuple[Any, ...]
_Process = Callable[[Any], Any]


class _Several(TypeDecorator[Sequence[Any]]):
    """Several words or numbers as one parameter: a JSON document on SQLite, an array on PostgreSQL."""

    impl = Text
    cache_ok = True

    def __init__(self, numbers: bool) -> None:  # noqa: FBT001 (there are two kinds)
        super().__init__()
        self.numbers = numbers

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        several = ARRAY(BigInteger() if self.numbers else Text())
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else several)

    def process_bind_param(self, value: Sequence[Any] | None, dialect: Dialect) -> Any:  # noqa: ANN401 (of either kind)
        return to_json(list(value or ())).decode() if dialect.name == "sqlite" else list(value or ())


class among(ColumnElement[bool]):  # noqa: N801 (reads as the function it is used as)
    """`column IN (the words or numbers of a parameter)`, however many there are."""

    inherit_cache = False
    type = Boolean()

    def __init__(self, column: Column[Any], words: str) -> None:
        self.column = column
        self.words = bindparam(words, None, type_=_Several(isinstance(column.type, Integer)))

    def self_group(self, against: Any = None) -> among:  # noqa: ANN401 (as the base)
        """Itself: SQLite would else compare it with 1, and use no index."""
        del against
        return self


@compiles(among, "sqlite")
def _among_json(element: among, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401 (as the hook wants it)
    column, words = compiler.process(element.column, **kw), compiler.process(element.words, **kw)
    return f"{column} IN (SELECT value FROM json_each({words}))"  # noqa: S608 (of a column's name and a placeholder)


@compiles(among)
def _among_array(element: among, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401 (as above)
    column, words = compiler.process(element.column, **kw), compiler.process(element.words, **kw)
    return f"{column} = ANY ({words})"


def given(name: str, column: ColumnElement[Any]) -> BindParameter[Any]:
    """A parameter of a column's type."""
    return bindparam(name, None, type_=column.type)


def one_of(column: Column[Any], values: Collection[Any]) -> ColumnElement[bool]:
    """`column IN (…)` for what is the same in every execution: written out, so that partial indexes can be used."""
    if len(values) == 1:
        # As the conditions of the indexes say it: SQLite compares the words, not what they mean.
        return column == bindparam(None, next(iter(values)), literal_execute=True, type_=column.type)
    return column.in_(bindparam(None, list(values), expanding=True, literal_execute=True, type_=column.type))


class _Compiled:
    """A statement in the words of one database, with what its values go through on their way in and out."""

    def __init__(self, statement: Statement, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        self.sql = str(compiled)
        names = compiled.positiontup or ()
        self._in = [(name, _way_in(compiled.binds[name], dialect)) for name in names]
        # What no caller names is the same in every execution.
        self._constant = {name: compiled.params[name] for name in names if compiled.params[name] is not None}
        self._out = _processors_out(statement.exported_columns, dialect)

    def parameters(self, values: Values) -> tuple[Any, ...]:
        """The values in the order of the statement, as the driver takes them."""
        known = {**self._constant, **values} if self._constant else values
        return tuple([known[name] if way is None else way(known[name]) for name, way in self._in])

    def read(self, rows: Iterable[Any]) -> list[Row]:
        """The rows as the column types give them."""
        if not self._out:
            return [tuple(row) for row in rows]
        read = []
        for row in rows:
            values = list(row)
            for place, process in self._out:
                values[place] = process(values[place])
            read.append(tuple(values))
        return read


Statement = Select[Any] | CompoundSelect[Any] | Insert | Update | Delete


def _way_in(bound: BindParameter[Any], dialect: Dialect) -> _Process | None:
    return bound.type.dialect_impl(dialect).bind_processor(dialect)


def _processors_out(columns: Iterable[Any], dialect: Dialect) -> list[tuple[int, _Process]]:
    ways = (column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns)
    return [(place, way) for place, way in enumerate(ways) if way is not None]


class Prepared:
    """A statement that is compiled the first time it is put to a database, and never again.

    Its parameters are named by `given` or `among`; everything else in it is constant. What the databases say in different
    words is given twice: for SQLite, then for PostgreSQL.
    """

    def __init__(self, *statements: Statement) -> None:
        self.statements = statements
        self.columns = tuple(column.name for column in statements[0].exported_columns)
        self._compiled: dict[str, _Compiled] = {}

    def on(self, dialect: Dialect) -> _Compiled:
        """In the words of a database."""
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _Compiled(self._said_in(dialect), dialect)
        return compiled

    def _said_in(self, dialect: Dialect) -> Statement:
        """The first of the statements that the database's own words allow; most have only one."""
        sqlite_first = dialect.name == "sqlite" or len(self.statements) == 1
        return self.statements[0] if sqlite_first else self.statements[1]


InsertInto = Callable[[Table], sqlite.Insert | postgresql.Insert]
"""An INSERT that knows ON CONFLICT, in the words of one database."""


def either(say: Callable[[InsertInto], Statement]) -> Prepared:
    """A statement that both databases say alike, but for whose INSERT it is."""
    return Prepared(say(sqlite.insert), say(postgresql.insert))


class Nouns(Prepared, Generic[Noun]):
    """A SELECT of whole nouns: the columns in the order of the noun's fields.

    `locked` ones are nobody else's until the transaction ends; `limited`, it takes a parameter `limit`.
    """

    def __init__(
        self,
        kind: type[Noun],
        table: Table,
        *where: ColumnElement[bool],
        order: Sequence[ColumnElement[Any]] = (),
        locked: bool = False,
        limited: bool = False,
    ) -> None:
        statement = select(*(table.c[field.name] for field in fields(kind))).where(*where).order_by(*order)
        if locked:
            statement = statement.order_by(next(iter(table.primary_key))).with_for_update(of=table)
        if limited:
            statement = statement.limit(bindparam("limit", None, type_=Integer))
        super().__init__(statement)
        self.kind = kind


class Adding(Prepared):
    """An INSERT of rows into a table, of all its columns but some; `at_once` takes a list for each column (PostgreSQL)."""

    def __init__(self, table: Table, *without: str) -> None:
        columns = [column for column in table.c if column.name not in without]
        self.names = [column.name for column in columns]
        super().__init__(
            insert(table).values({column.name: given(column.name, column) for column in columns})
        )
        lists = (bindparam(c.name, None, type_=ARRAY(c.type, dimensions=1)) for c in columns)
        self.at_once = Prepared(insert(table).from_select(self.names, select(*map(func.unnest, lists))))


class Run(Protocol):
    """Puts prepared statements to one connection, one after the other."""

    locks: bool

    def __call__(self, statement: Prepared, values: Values) -> list[Row]:
        """The rows a statement gives."""
        ...

    def raw(self, statement: Prepared, values: Values) -> list[Row]:
        """The rows a statement gives, as the driver says them."""
        ...

    def count(self, statement: Prepared, values: Values) -> int:
        """How many rows a statement changes."""
        ...

    def many(self, statement: Prepared, rows: Sequence[Values]) -> None:
        """The statement once for each of some rows."""
        ...

    def keep(self) -> None:
        """Commit, where that saves a trip; whoever holds the connection commits in any case."""
        ...


def nouns(run: Run, statement: Nouns[Noun], values: Values) -> list[Noun]:
    """The nouns a statement finds."""
    return [statement.kind(*row) for row in run(statement, values)]


def named(run: Run, statement: Prepared, values: Values) -> list[dict[str, Any]]:
    """The rows a statement gives, each with its columns' names."""
    return [dict(zip(statement.columns, row, strict=True)) for row in run(statement, values)]


class OnSqlite:
    """In the connection's own thread, on the driver's bare connection."""

    locks = False

    def __init__(self, bare: sqlite3.Connection, dialect: Dialect) -> None:
        self._bare, self._dialect = bare, dialect

    def __call__(self, statement: Prepared, values: Values) -> list[Row]:
        compiled = statement.on(self._dialect)
        return compiled.read(self._bare.execute(compiled.sql, compiled.parameters(values)).fetchall())

    def raw(self, statement: Prepared, values: Values) -> list[Row]:
        compiled = statement.on(self._dialect)
        return self._bare.execute(compiled.sql, compiled.parameters(values)).fetchall()

    def count(self, statement: Prepared, values: Values) -> int:
        compiled = statement.on(self._dialect)
        return self._bare.execute(compiled.sql, compiled.parameters(values)).rowcount

    def many(self, statement: Prepared, rows: Sequence[Values]) -> None:
        compiled = statement.on(self._dialect)
        self._bare.executemany(compiled.sql, [compiled.parameters(row) for row in rows])

    def keep(self) -> None:
        self._bare.commit()


class OnAsyncpg:
    """On PostgreSQL's bare connection, which remembers what it has prepared; within `greenlet_spawn`, for it waits."""

    locks = True

    def __init__(self, driver: Any, dialect: Dialect) -> None:  # noqa: ANN401 (asyncpg has no types)
        self._driver, self._dialect = driver, dialect

    def __call__(self, statement: Prepared, values: Values) -> list[Row]:
        compiled = statement.on(self._dialect)
        return compiled.read(await_(self._driver.fetch(compiled.sql, *compiled.parameters(values))))

    def raw(self, statement: Prepared, values: Values) -> list[Row]:
        compiled = statement.on(self._dialect)
        rows: list[Row] = await_(self._driver.fetch(compiled.sql, *compiled.parameters(values)))
        return rows

    def count(self, statement: Prepared, values: Values) -> int:
        compiled = statement.on(self._dialect)
        done: str = await_(self._driver.execute(compiled.sql, *compiled.parameters(values)))
        return int(done.rpartition(" ")[2])

    def many(self, statement: Prepared, rows: Sequence[Values]) -> None:
        if isinstance(statement, Adding):
            # Row by row, each is bound, run and told of by itself: a seventh of what a booking costs the server.
            self.count(statement.at_once, {name: [row[name] for row in rows] for name in statement.names})
            return
        compiled = statement.on(self._dialect)
        await_(self._driver.executemany(compiled.sql, [compiled.parameters(row) for row in rows]))

    def keep(self) -> None:
        """Whoever began the transaction ends it."""


class _Through:
    """Through SQLAlchemy's connection, which begins its transaction and names its faults."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.locks = connection.dialect.name == "postgresql"

    def __call__(self, statement: Prepared, values: Values) -> list[Row]:
        compiled = statement.on(self._connection.dialect)
        return compiled.read(self._connection.exec_driver_sql(compiled.sql, compiled.parameters(values)))

    def raw(self, statement: Prepared, values: Values) -> list[Row]:
        compiled = statement.on(self._connection.dialect)
        found = self._connection.exec_driver_sql(compiled.sql, compiled.parameters(values))
        return [tuple(row) for row in found]

    def count(self, statement: Prepared, values: Values) -> int:
        compiled = statement.on(self._connection.dialect)
        return self._connection.exec_driver_sql(compiled.sql, compiled.parameters(values)).rowcount

    def many(self, statement: Prepared, rows: Sequence[Values]) -> None:
        compiled = statement.on(self._connection.dialect)
        self._connection.exec_driver_sql(compiled.sql, [compiled.parameters(row) for row in rows])

    def keep(self) -> None:
        """A commit is no more than one question here."""


async def at_once(connection: AsyncConnection, work: Callable[[Run], Done]) -> Done:
    """Do some work on a connection's transaction, straight on its driver: on SQLite in one trip to its thread. Raises
    `DBAPIError`.

    The work asks and answers; it must not wait for anything else.
    """
    bare = connection.sync_connection
    driver = bare.connection.driver_connection if bare is not None else None
    if not isinstance(driver, SteadyConnection):
        return await connection.run_sync(partial(_at_the_server, work))
    try:
        return await driver.run(partial(_in_the_thread, work, connection.dialect))
    except sqlite3.Error as fault:
        raise DBAPIError(None, None, fault) from fault


async def through(connection: AsyncConnection, work: Callable[[Run], Done]) -> Done:
    """As `at_once`, but statement by statement, so that whoever listens at the connection hears them."""
    return await connection.run_sync(lambda bare: work(_Through(bare)))


def _at_the_server(work: Callable[[Run], Done], connection: Connection) -> Done:
    adapted: Any = connection.connection.dbapi_connection
    # By way of the dialect, which alone loads the driver: a store in a file does without.
    adapter: Any = connection.dialect.loaded_dbapi
    try:
        if adapted._transaction is None:  # noqa: SLF001 (as the adapter's own cursors begin it)
            await_(adapted._start_transaction())  # noqa: SLF001 (likewise)
        return work(OnAsyncpg(adapted.driver_connection, connection.dialect))
    except (adapter.Error, adapter.asyncpg.PostgresError, adapter.asyncpg.InterfaceError) as fault:
        raise DBAPIError(None, None, fault) from fault


def _in_the_thread(work: Callable[[Run], Done], dialect: Dialect, bare: sqlite3.Connection) -> Done:
    return work(OnSqlite(bare, dialect))
