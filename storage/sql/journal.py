"""The journal of an act (流水): what it wrote into the books, so that a refused act leaves nothing behind."""

from __future__ import annotations

from typing import Any, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")
_NOT_THERE = object()


class Journal:
    """Writes into dictionaries and lists, and takes back what was written since it was settled last."""

    def __init__(self) -> None:
        self._entries: list[tuple[Any, object, object]] = []

    def __bool__(self) -> bool:
        """Whether anything was written that is not settled."""
        return bool(self._entries)

    def put(self, book: dict[Key, Value], key: Key, value: Value) -> None:
        """Write a value into a book, or over the one that stood there."""
        self._entries.append((book, key, book.get(key, _NOT_THERE)))
        book[key] = value

    def strike(self, book: dict[Key, Value], key: Key) -> None:
        """Take a value out of a book, if it is there."""
        if key in book:
            self._entries.append((book, key, book.pop(key)))

    def add(self, rows: list[Value], row: Value) -> None:
        """Write a row at the end of a list."""
        self._entries.append((rows, None, None))
        rows.append(row)

    def settle(self) -> None:
        """What was written so far stays."""
        self._entries.clear()

    def undo(self) -> None:
        """Back to what was settled last."""
        for book, key, was in reversed(self._entries):
            if isinstance(book, list) or was is _NOT_THERE:
                del book[-1 if isinstance(book, list) else key]
            else:
                book[key] = was
        self._entries.clear()
