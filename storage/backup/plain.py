"""Plain tables: what stands in a database, as values that every database and every reader of JSON understands.

Read from the database and not from this release's tables: a backup is most wanted just before an upgrade, and a
restore may meet the tables of an older release.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    Select,
    TableClause,
    Text,
    collate,
    column,
    inspect,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from storage.sql.columns import Instant

_AT_ONCE = 1_000
_REVISIONS = "alembic_version"


class Kind(StrEnum):
    """列的种类: what a column holds, whatever its database calls it."""

    TEXT = "text"
    WHOLE = "whole"
    REAL = "real"
    FLAG = "flag"
    DAY = "day"
    INSTANT = "instant"
    DOCUMENT = "document"
    BYTES = "bytes"


# The order counts: the first that a reflected type is an instance of.
_REFLECTED: Sequence[tuple[type[TypeEngine[Any]], Kind]] = (
    (JSON, Kind.DOCUMENT),
    (Boolean, Kind.FLAG),
    (DateTime, Kind.INSTANT),
    (Date, Kind.DAY),
    (Float, Kind.REAL),
    (Integer, Kind.WHOLE),
    (LargeBinary, Kind.BYTES),
)
_TYPES: Mapping[Kind, TypeEngine[Any]] = {
    Kind.TEXT: Text(),
    Kind.WHOLE: Integer(),
    Kind.REAL: Float(53),
    Kind.FLAG: Boolean(),
    Kind.DAY: Date(),
    Kind.INSTANT: Instant(),
    Kind.DOCUMENT: JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql"),
    Kind.BYTES: LargeBinary(),
}
_WRITTEN: Mapping[Kind, Callable[[Any], object]] = {
    Kind.INSTANT: lambda at: at.astimezone(UTC).isoformat(timespec="microseconds"),
    Kind.DAY: lambda day: day.isoformat(),
    Kind.BYTES: lambda content: base64.b64encode(content).decode(),
}
_READ: Mapping[Kind, Callable[[Any], object]] = {
    Kind.INSTANT: datetime.fromisoformat,
    Kind.DAY: date.fromisoformat,
    Kind.BYTES: base64.b64decode,
}


@dataclass(frozen=True, slots=True)
class PlainTable:
    """库表: its name, what its columns hold, and the columns that tell its rows apart."""

    name: str
    columns: Mapping[str, Kind]
    key: tuple[str, ...]

    @property
    def clause(self) -> TableClause:
        """The table as statements name it."""
        return table(self.name, *(column(name, _TYPES[kind]) for name, kind in self.columns.items()))

    def line(self, row: Mapping[str, Any]) -> bytes:
        """A row as one line of JSON; equal rows are equal lines, whichever database they came from."""
        values = {name: _plain(row[name], kind, _WRITTEN) for name, kind in self.columns.items()}
        told = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return told.encode() + b"\n"

    def row(self, line: bytes) -> dict[str, object]:
        """The row of a line."""
        values: dict[str, Any] = json.loads(line)
        return {name: _plain(values[name], kind, _READ) for name, kind in self.columns.items()}


@dataclass(frozen=True, slots=True)
class Content:
    """表的内容: how many rows, and the SHA-256 of their lines in the order of the key."""

    rows: int
    sha256: str


async def revision_of(connection: AsyncConnection) -> str:
    """The revision of the database, or an empty string when it holds none of our tables."""
    if _REVISIONS not in await connection.run_sync(lambda sync: inspect(sync).get_table_names()):
        return ""
    return str((await connection.execute(text(f"SELECT version_num FROM {_REVISIONS}"))).scalar() or "")  # noqa: S608 (a constant)


async def tables_of(connection: AsyncConnection) -> tuple[PlainTable, ...]:
    """Every table, each after those it refers to."""
    return await connection.run_sync(_reflected)


async def lines_of(connection: AsyncConnection, plain: PlainTable) -> AsyncIterator[bytes]:
    """A table's rows as lines, in the order of its key."""
    rows = await connection.stream(_in_order(connection, plain), execution_options={"yield_per": _AT_ONCE})
    async for row in rows.mappings():
        yield plain.line(row)


async def content_of(connection: AsyncConnection, plain: PlainTable) -> Content:
    """What a table holds."""
    digest, rows = hashlib.sha256(), 0
    async for line in lines_of(connection, plain):
        digest.update(line)
        rows += 1
    return Content(rows, digest.hexdigest())


async def series_of(connection: AsyncConnection, tables: Sequence[PlainTable]) -> dict[str, int]:
    """The last number each table gave out by itself; it may be higher than any that is still there."""
    if connection.dialect.name == "sqlite":
        rows = await connection.execute(text("SELECT name, seq FROM sqlite_sequence"))
        return {name: int(last) for name, last in rows}
    found = {}
    for name, series in (await _named_series(connection, tables)).items():
        last = (await connection.execute(text(f"SELECT last_value, is_called FROM {series}"))).one()  # noqa: S608 (the database's own name)
        found[name] = int(last.last_value) if last.is_called else 0
    return found


async def continue_series(
    connection: AsyncConnection, tables: Sequence[PlainTable], last: Mapping[str, int]
) -> None:
    """Numbers go on where they ended: one that was given out is never given again."""
    if connection.dialect.name == "sqlite":
        await _continue_on_sqlite(connection, last)
        return
    for name, series in (await _named_series(connection, tables)).items():
        if last.get(name):
            await connection.execute(
                text("SELECT setval(:series, :last)"), {"series": series, "last": last[name]}
            )


def _plain(value: object, kind: Kind, ways: Mapping[Kind, Callable[[Any], object]]) -> object:
    way = ways.get(kind)
    return value if value is None or way is None else way(value)


def _in_order(connection: AsyncConnection, plain: PlainTable) -> Select[Any]:
    """Text in the order of its bytes: on PostgreSQL the database may sort as a language does."""
    clause = plain.clause
    by_bytes = connection.dialect.name == "postgresql"
    order = (
        collate(clause.c[name], "C") if by_bytes and plain.columns[name] is Kind.TEXT else clause.c[name]
        for name in plain.key
    )
    return select(clause).order_by(*order)


def _reflected(connection: Connection) -> tuple[PlainTable, ...]:
    looking = inspect(connection)
    names = [name for name, _ in looking.get_sorted_table_and_fkc_names() if name]
    return tuple(
        PlainTable(
            name,
            {found["name"]: _kind(found["type"]) for found in looking.get_columns(name)},
            tuple(looking.get_pk_constraint(name)["constrained_columns"]),
        )
        for name in names
        if name != _REVISIONS
    )


def _kind(reflected: TypeEngine[Any]) -> Kind:
    return next((kind for known, kind in _REFLECTED if isinstance(reflected, known)), Kind.TEXT)


async def _named_series(connection: AsyncConnection, tables: Sequence[PlainTable]) -> dict[str, str]:
    found: dict[str, str] = {}
    asked = text("SELECT pg_get_serial_sequence(quote_ident(:table), :column)")
    for plain in tables:
        for key in plain.key:
            if plain.columns[key] is Kind.WHOLE:
                series = (await connection.execute(asked, {"table": plain.name, "column": key})).scalar()
                found |= {plain.name: series} if series else {}
    return found


async def _continue_on_sqlite(connection: AsyncConnection, last: Mapping[str, int]) -> None:
    series = table("sqlite_sequence", column("name", Text), column("seq", Integer))
    for name, number in last.items():
        await connection.execute(series.delete().where(series.c.name == name))
        await connection.execute(series.insert().values(name=name, seq=number))
