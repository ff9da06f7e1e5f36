"""Reading imported rows: every fault is named with its place, and nothing counts until the whole file is right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from intake.model.exchange import RowFault

Kind = TypeVar("Kind", bound=StrEnum)
# What no XML file, and so no spreadsheet, can hold; and half of what it holds in one cell.
_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LONGEST = 16_000


__all__ = ["FaultyParts", "FaultyRow", "PlacedRow", "Row", "RowFault"]


class PlacedRow(dict[str, object]):
    """A row that knows where in a file it stands, e.g. “材料”第7行."""

    __slots__ = ("place",)

    def __init__(self, place: str, values: Mapping[str, object] = MappingProxyType({})) -> None:
        super().__init__(values)
        self.place = place


class FaultyParts(Exception):
    """Several faults at once, each with its own place."""

    def __init__(self, faults: Sequence[RowFault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = tuple(faults)


class FaultyRow(Exception):
    """One field of a row cannot be read."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field = field
        self.why = why


class Row:
    """One row of an imported file; each reader returns the value or raises `FaultyRow` naming the field."""

    def __init__(self, values: object) -> None:
        if not isinstance(values, Mapping):
            raise FaultyRow("", "应是一个对象")
        self._values: Mapping[str, object] = values
        self.place: str = getattr(values, "place", "")

    def text(self, field: str, default: str | None = None) -> str:
        """A string; empty only when a default is given."""
        value = self._values.get(field, default)
        plain = value.strip() if isinstance(value, str) else None
        if plain is None or (not plain and default is None):
            raise FaultyRow(field, "应填写文字")
        # Nearly every value, and a catalogue has millions of them: nothing in it that could be wrong.
        if plain.isprintable() and len(plain) <= _LONGEST:
            return plain
        return self._plain(field, plain)

    def optional(self, field: str) -> str | None:
        """A string, or None when absent or null."""
        return None if self._values.get(field) is None else self.text(field)

    def number(self, field: str, default: int | None = None) -> int:
        """A whole number, zero or more."""
        value = self._values.get(field, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise FaultyRow(field, "应填写不小于0的整数")
        return value

    def degrees(self, field: str) -> float:
        """A coordinate in degrees."""
        value = self._values.get(field)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise FaultyRow(field, "应填写经纬度")
        return float(value)

    def flag(self, field: str, *, default: bool | None = None) -> bool:
        """True or false."""
        value = self._values.get(field, default)
        if not isinstance(value, bool):
            raise FaultyRow(field, "应填写是或否")
        return value

    def day(self, field: str) -> date:
        """A date YYYY-MM-DD."""
        try:
            return date.fromisoformat(self.text(field))
        except ValueError:
            raise FaultyRow(field, "日期应写成 2026-11-23 的样子") from None

    def clock(self, field: str) -> time:
        """A time HH:MM; 24:00 ends a day."""
        text = self.text(field)
        try:
            return time.max if text == "24:00" else time.fromisoformat(text)
        except ValueError:
            raise FaultyRow(field, "时间应写成 08:30 的样子") from None

    def one_of(self, field: str, kinds: type[Kind]) -> Kind:
        """One value of an enumeration."""
        text = self.text(field)
        try:
            return kinds(text)
        except ValueError:
            raise FaultyRow(field, f"只能填：{'、'.join(kinds)}") from None

    def texts(self, field: str, default: Sequence[str] | None = None) -> tuple[str, ...]:
        """A list of strings."""
        values = self._values.get(field, default)
        if not isinstance(values, list | tuple) or not {str}.issuperset(map(type, values)):
            raise FaultyRow(field, "应是文字列表")
        plain = tuple(filter(None, map(str.strip, values)))
        if all(map(str.isprintable, plain)) and max(map(len, plain), default=0) <= _LONGEST:
            return plain
        plain = tuple(self._plain(field, value) for value in plain)
        if any("\n" in value for value in plain):
            raise FaultyRow(field, "每一条里不能换行")
        return plain

    def words(self, field: str) -> tuple[str, ...]:
        """A list of strings, or one string for a list of one; absent reads as none."""
        if isinstance(self._values.get(field), str):
            return (self.text(field),)
        return self.texts(field) if self.has(field) else ()

    def numbers(self, field: str) -> frozenset[int]:
        """A list of whole numbers."""
        values = self._values.get(field)
        if not isinstance(values, list) or not all(isinstance(v, int) for v in values):
            raise FaultyRow(field, "应是整数列表")
        return frozenset(values)

    def rows(self, field: str) -> list[Row]:
        """A list of rows; absent reads as none."""
        values = self._values.get(field, [])
        if not isinstance(values, list):
            raise FaultyRow(field, "应是列表")
        return [Row(value) for value in values]

    def row(self, field: str) -> Row:
        """A row within the row."""
        return Row(self._values.get(field))

    def has(self, field: str) -> bool:
        """Whether the field is there and not null."""
        return self._values.get(field) is not None

    @staticmethod
    def _plain(field: str, value: str) -> str:
        """Stripped text that every file format can hold: one kind of line end, nothing invisible."""
        plain = value.replace("\r\n", "\n").replace("\r", "\n")
        if _INVISIBLE.search(plain):
            raise FaultyRow(field, "含有看不见的控制字符，请删掉")
        if len(plain) > _LONGEST:
            raise FaultyRow(field, f"太长了，最多{_LONGEST}个字")
        return plain

    def items(self) -> Iterable[tuple[str, object]]:
        """The raw fields."""
        return self._values.items()
