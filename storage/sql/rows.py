"""Nouns and rows: equal names, equal values, and the few statements that every repository shares."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from functools import cache
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Column, ColumnElement, RowMapping, Select, Table, select, union_all, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.errors import Stale

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Noun = TypeVar("Noun", bound="DataclassInstance")
Portion = TypeVar("Portion")
Values = dict[str, Any]


def as_row(noun: DataclassInstance) -> Values:
    """A noun's fields by name; nested nouns stay whole, for their columns are documents."""
    names, values_of = _fields_of(type(noun))
    return dict(zip(names, values_of(noun), strict=True))


def as_noun(kind: type[Noun], row: RowMapping | Mapping[str, Any]) -> Noun:
    """The noun whose fields the row names; columns that are no fields serve look-ups and stay behind."""
    return kind(*[row[name] for name in _fields_of(kind)[0]])


def as_nouns(kind: type[Noun], names: Iterable[str], rows: Iterable[Sequence[Any]]) -> tuple[Noun, ...]:
    """As `as_noun` for many rows, whose names are looked at once."""
    places = {name: place for place, name in enumerate(names)}
    pick = itemgetter(*(places[name] for name in _fields_of(kind)[0]))
    return tuple(kind(*pick(row)) for row in rows)


def altered(noun: Noun, **changes: Any) -> Noun:  # noqa: ANN401 (of as many kinds as there are fields)
    """As `dataclasses.replace`, at half its cost, for what is done for every act."""
    names, values_of = _fields_of(type(noun))
    values = list(values_of(noun))
    for name, value in changes.items():
        values[names.index(name)] = value
    return type(noun)(*values)


@cache
def _fields_of(kind: type[DataclassInstance]) -> tuple[tuple[str, ...], Callable[[object], tuple[Any, ...]]]:
    """The names of a noun's fields, and what reads them all at once."""
    names = tuple(field.name for field in fields(kind))
    read = attrgetter(*names)
    return names, read if len(names) > 1 else lambda noun: (read(noun),)


def portions(rows: Sequence[Portion], size: int) -> Iterator[Sequence[Portion]]:
    """So many at a time, in order."""
    return (rows[start : start + size] for start in range(0, len(rows), size))


def insert_into(connection: AsyncConnection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that knows ON CONFLICT, in the words of the connection's database."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


async def add_once(connection: AsyncConnection, table: Table, row: Values) -> bool:
    """Insert, unless a unique index already knows such a row; False then.

    A conflict found by ON CONFLICT leaves the transaction usable, so a refusal can still be filled with facts; an
    integrity error would end it on PostgreSQL.
    """
    key = next(iter(table.primary_key))
    statement = insert_into(connection, table).values(row).on_conflict_do_nothing().returning(key)
    return (await connection.execute(statement)).first() is not None


async def put(connection: AsyncConnection, table: Table, rows: Sequence[Values]) -> None:
    """Insert, or replace by primary key, all in one statement."""
    if not rows:
        return
    insert = insert_into(connection, table)
    keys = {column.name for column in table.primary_key}
    changed = {name: insert.excluded[name] for name in rows[0] if name not in keys}
    if changed:
        statement = insert.on_conflict_do_update(index_elements=sorted(keys), set_=changed)
    else:
        statement = insert.on_conflict_do_nothing()
    await connection.execute(statement, rows)


async def write_version(connection: AsyncConnection, table: Table, row: Values, *, what: str) -> None:
    """Write a row as the version after the one it was read as; raises `Stale` when that is no longer the last."""
    now_is = (table.c.id == row["id"]) & (table.c.version == row["version"])
    statement = update(table).where(now_is).values({**row, "version": row["version"] + 1})
    if (await connection.execute(statement)).rowcount != 1:
        raise Stale(what=what)


async def one(connection: AsyncConnection, table: Table, *where: ColumnElement[bool]) -> RowMapping | None:
    """The one row that meets the conditions, or None."""
    return (await connection.execute(select(table).where(*where))).mappings().first()


def first_of_each(
    table: Table,
    where: Sequence[ColumnElement[bool]],
    column: Column[Any],
    values: Collection[Any],
    order: Sequence[str],
    limit: int,
) -> Select[Any]:
    """The first rows in some order, which ends with the primary key, whose column has one of some values.

    One short walk per value along an index that holds the order, a merge of these keys, and only then the rows. A plain
    `IN` would have the database read and sort every such row there ever was before it may drop all but the first.
    """
    key, by = next(iter(table.primary_key)), [table.c[name] for name in order]
    walks = (
        select(*by).where(*where, column == value).order_by(*by).limit(limit) for value in sorted(values)
    )
    merged = union_all(*(select(walk.subquery()) for walk in walks)).subquery()
    first = select(merged.c[key.name]).order_by(*(merged.c[name] for name in order)).limit(limit)
    return select(table).where(key.in_(first)).order_by(*by)
