"""What is kept read (留存): the county's halls, calendar and rules, parsed once and used until their revision changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.sql.prepared import Prepared, Run, at_once
from storage.sql.rows import insert_into
from storage.sql.tables import revisions

Value = TypeVar("Value")
_SUBJECT = "county"


@dataclass(slots=True)
class Kept:
    """Values of one revision; shared by every unit of work of a process."""

    revision: int = -1
    values: dict[str, Any] = field(default_factory=dict)


class Revisions:
    """The revisions of what is kept, as one unit of work sees them: asked once, all together."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._known: Mapping[str, int] | None = None

    async def of(self, subject: str) -> int:
        """The subject's revision; 0 for one that was never changed."""
        if self._known is None:
            self._known = await at_once(self._connection, read_revisions)
        return self._known.get(subject, 0)

    def know(self, revisions: Mapping[str, int]) -> None:
        """They were read along with other things: they need not be asked again."""
        self._known = revisions


def read_revisions(run: Run) -> Mapping[str, int]:
    """Every subject's revision."""
    return dict(run(_REVISIONS, {}))


_REVISIONS = Prepared(select(revisions.c.subject, revisions.c.value))


class KeptReads:
    """The kept values as one unit of work may use them; what it changed it reads itself."""

    def __init__(self, connection: AsyncConnection, kept: Kept, revisions: Revisions) -> None:
        self._connection = connection
        self._kept = kept
        self._revisions = revisions
        self._changed = False

    async def get(self, name: str, read: Callable[[], Awaitable[Value]]) -> Value:
        """The value, read anew when the revision is another than it was read under."""
        if self._changed:
            return await read()
        revision, kept = await self._revisions.of(_SUBJECT), self._kept
        if kept.revision != revision:
            kept.revision, kept.values = revision, {}
        # Should another unit of work begin a later revision meanwhile, this is laid into what nobody reads any more.
        values = kept.values
        if name not in values:
            values[name] = await read()
        return cast("Value", values[name])

    async def change(self) -> None:
        """Whatever was kept is out of date once this unit of work is committed."""
        self._changed = True
        insert = insert_into(self._connection, revisions).values(subject=_SUBJECT, value=1)
        later = insert.on_conflict_do_update(
            index_elements=["subject"], set_={"value": revisions.c.value + 1}
        )
        await self._connection.execute(later)
