"""Idempotency and numbers as rows: both are settled by the database, not by whoever looked first."""

from __future__ import annotations

from functools import partial

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.errors import KeyReused
from intake.model.ids import AccountCode, IntentKey
from storage.sql.prepared import InsertInto, Run, Statement, either, given, through
from storage.sql.rows import add_once, one
from storage.sql.tables import intents, number_series


class SqlIntents:
    """The keys of intents in one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def begin(self, by: AccountCode, key: IntentKey, verb: str) -> str | None:
        # A second caller waits inside this insert until the first has committed or given up.
        if await add_once(self.connection, intents, {"account": by, "key": key, "verb": verb}):
            return None
        row = await one(self.connection, intents, intents.c.account == by, intents.c.key == key)
        if row is None:
            return await self.begin(by, key, verb)
        if row["verb"] != verb:
            raise KeyReused
        result: str | None = row["result"]
        return result

    async def finish(self, by: AccountCode, key: IntentKey, result: str) -> None:
        mine = (intents.c.account == by, intents.c.key == key)
        await self.connection.execute(update(intents).where(*mine).values(result=result))

    async def result(self, by: AccountCode, key: IntentKey) -> str | None:
        row = await one(self.connection, intents, intents.c.account == by, intents.c.key == key)
        return None if row is None else row["result"]


class SqlNumbers:
    """The number series in one unit of work; a number whose work is undone may be given again."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def next(self, series: str) -> int:
        return await self.advance(series, 1)

    async def advance(self, series: str, count: int) -> int:
        """The last of the next so many numbers of a series; all of them are whoever asked's."""
        return await through(self.connection, partial(advanced, series=series, count=count))


def advanced(run: Run, *, series: str, count: int) -> int:
    """The last of the next so many numbers of a series, as `SqlNumbers.advance`."""
    ((last,),) = run(_ADVANCE, {"series": series, "count": count})
    return int(last)


def _advancing(insert_into: InsertInto) -> Statement:
    c = number_series.c
    insert = insert_into(number_series).values(series=given("series", c.series), last=given("count", c.last))
    later = insert.on_conflict_do_update(
        index_elements=["series"], set_={"last": c.last + insert.excluded["last"]}
    )
    return later.returning(c.last)


_ADVANCE = either(_advancing)
