"""Column types that speak the nouns' own values, so that a row and a noun differ in nothing but their shape."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import JSON, BigInteger, DateTime, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

Kind = TypeVar("Kind", bound=StrEnum)
Content = TypeVar("Content")

# SQLite gives a number to each row only when the column is called INTEGER.
Serial = BigInteger().with_variant(Integer, "sqlite")


class Instant(TypeDecorator[datetime]):
    """An aware instant; kept in UTC, comes back in UTC. A naive one is refused, for it says nothing.

    On SQLite it is the text that SQLAlchemy's own DATETIME writes.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], object]:
        """What turns an instant into what the driver takes; raises `ValueError` for a naive one."""
        return _as_text if dialect.name == "sqlite" else _in_utc

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[str | None], datetime | None] | None:
        """What turns a row's text into an instant; PostgreSQL's driver gives instants."""
        del coltype
        return _from_text if dialect.name == "sqlite" else None


def _in_utc(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    return value.astimezone(UTC)


def _as_text(value: datetime | None) -> str | None:
    in_utc = _in_utc(value)
    return None if in_utc is None else in_utc.replace(tzinfo=None).isoformat(" ", "microseconds")


def _from_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(f"{value}+00:00")


class Word(TypeDecorator[Kind], Generic[Kind]):
    """One word of an enumeration, kept as the word."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[Kind]) -> None:
        super().__init__()
        self.kind = kind
        self._known = {word.value: word for word in kind}

    def process_bind_param(self, value: Kind | None, dialect: Dialect) -> str | None:
        """The word; raises `ValueError` for one that is not of its kind."""
        del dialect
        return None if value is None else self._word(value).value

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], Kind | None]:
        """What turns a row's word into one of its kind; raises `ValueError` for another."""
        del dialect, coltype
        known, word = self._known, self._word
        return lambda value: None if value is None else known.get(value) or word(value)

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
        dump = adapter(self.content).serializer.to_json
        return lambda value: None if value is None else dump(value, warnings="error").decode()

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[object], Content | None]:
        """What turns a row's document into its value; raises `ValidationError` for one of another shape."""
        del coltype
        kind = adapter(self.content).validator
        # asyncpg's connection has parsed it before anybody can say into what.
        parsed = dialect.supports_native_json_deserialization
        read: Callable[[Any], Content] = kind.validate_python if parsed else kind.validate_json
        return lambda told: None if told is None else read(told)


@cache
def adapter(content: Any) -> TypeAdapter[Any]:  # noqa: ANN401 (as above)
    """Reads and writes one type as plain JSON values; made once, for making it takes milliseconds."""
    return TypeAdapter(content)
