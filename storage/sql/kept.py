"""What is kept read (留存): the county's halls, calendar and rules, parsed once and used until their revision changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.sql.rows import insert_into
from storage.sql.tables import revisions

Value = TypeVar("Value")
_SUBJECT = "county"


@dataclass(slots=True)
class Kept:
    """Values of one revision; shared by every unit of work of a process."""

    revision: int = -1
    values: dict[str, Any] = field(default_factory=dict)


class KeptReads:
    """The kept values as one unit of work may use them: the revision is asked once, and what it changed it reads itself."""

    def __init__(self, connection: AsyncConnection, kept: Kept) -> None:
        self._connection = connection
        self._kept = kept
        self._revision: int | None = None
        self._changed = False

    async def get(self, name: str, read: Callable[[], Awaitable[Value]]) -> Value:
        """The value, read anew when the revision is another than it was read under."""
        if self._changed:
            return await read()
        if self._revision is None:
            statement = select(revisions.c.value).where(revisions.c.subject == _SUBJECT)
            self._revision = (await self._connection.execute(statement)).scalar() or 0
        kept = self._kept
        if kept.revision != self._revision:
            kept.revision, kept.values = self._revision, {}
        # Should another unit of work begin a later revision meanwhile, this is laid into what nobody reads any more.
        values = kept.values
        if name not in values:
            values[name] = await read()
        return cast("Value", values[name])

    def know(self, revisions: Mapping[str, int]) -> None:
        """The revision was read along with other things: it need not be asked again."""
        self._revision = revisions.get(_SUBJECT, 0)

    async def change(self) -> None:
        """Whatever was kept is out of date once this unit of work is committed."""
        self._changed = True
        insert = insert_into(self._connection, revisions).values(subject=_SUBJECT, value=1)
        later = insert.on_conflict_do_update(
            index_elements=["subject"], set_={"value": revisions.c.value + 1}
        )
        await self._connection.execute(later)
