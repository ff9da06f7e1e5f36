"""Column types that speak the nouns' own values, so that a row and a noun differ in nothing but their shape."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import JSON, BigInteger, DateTime, Integer, Text
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

Kind = TypeVar("Kind", bound=StrEnum)
Content = TypeVar("Content")

# SQLite gives a number to each row only when the column is called INTEGER.
Serial = BigInteger().with_variant(Integer, "sqlite")


class _SqliteInstant(sqlite.DATETIME):
    """A DATETIME as SQLAlchemy writes it on SQLite, written and read by the standard library in a tenth of the time."""

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], str | None]:
        del dialect
        return lambda value: None if value is None else value.isoformat(" ", "microseconds")

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], datetime | None]:
        del dialect, coltype
        return lambda value: None if value is None else datetime.fromisoformat(value)


class Instant(TypeDecorator[datetime]):
    """An aware instant; kept in UTC, comes back in UTC. A naive one is refused, for it says nothing."""

    impl = DateTime(timezone=True).with_variant(_SqliteInstant(), "sqlite")  # type: ignore[no-untyped-call]  # the dialect's own is untyped
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value is not None and dialect.name == "sqlite" else value


class Word(TypeDecorator[Kind], Generic[Kind]):
    """One word of an enumeration, kept as the word."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[Kind]) -> None:
        super().__init__()
        self.kind = kind
        self._known = {word.value: word for word in kind}

    def process_bind_param(self, value: Kind | None, dialect: Dialect) -> str | None:
        del dialect
        return None if value is None else self._word(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> Kind | None:
        del dialect
        return None if value is None else self._word(value)

    def _word(self, value: str) -> Kind:
        # An enumeration is a word: both are found. What is not makes the enumeration say so.
        return self._known.get(value) or self.kind(value)


class Document(TypeDecorator[Content], Generic[Content]):
    """A nested value as one JSON document; it comes back as the type it was declared with.

    Written and read as text in one step. By way of plain lists and mappings, as SQLAlchemy's own JSON goes, it takes twice
    as long, and most of what reading a case costs is its documents.
    """

    impl = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
    cache_ok = True

    def __init__(self, content: Any) -> None:  # noqa: ANN401 (tuple[X, ...] is a type only to type checkers)
        super().__init__()
        self.content = content

    def bind_processor(self, dialect: Dialect) -> Callable[[Content | None], str | None]:
        """What turns a value into its text; raises `PydanticSerializationError` for one of another shape."""
        del dialect
        dump = adapter(self.content).dump_json
        return lambda value: None if value is None else dump(value, warnings="error").decode()

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[object], Content | None]:
        """What turns a row's document into its value; raises `ValidationError` for one of another shape."""
        del coltype
        kind = adapter(self.content)
        # asyncpg's connection has parsed it before anybody can say into what.
        parsed = dialect.supports_native_json_deserialization
        read: Callable[[Any], Content] = kind.validate_python if parsed else kind.validate_json
        return lambda told: None if told is None else read(told)


@cache
def adapter(content: Any) -> TypeAdapter[Any]:  # noqa: ANN401 (as above)
    """Reads and writes one type as plain JSON values; made once, for making it takes milliseconds."""
    return TypeAdapter(content)
