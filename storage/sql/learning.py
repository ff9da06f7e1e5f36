"""说法 as rows: what was heard, counted by different people, and what was taught."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import RowMapping, case, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.errors import NotFound, Stale
from intake.model.ids import AccountCode, HeardId, ServiceCode, TeachingId
from intake.model.learning import Ending, GoodAnswer, Heard, HeardState, Hearing, Led, Teaching
from storage.crypto import KeyRing
from storage.sql.rows import add_once, as_noun, as_row, insert_into, one
from storage.sql.tables import heard_endings, heard_words, teachings

_NO_ITEM = ""


class SqlLearning:
    """What is learnt from words in one unit of work."""

    def __init__(self, connection: AsyncConnection, keys: KeyRing) -> None:
        self.connection = connection
        self._keys = keys

    async def hear(self, hearing: Hearing, new: HeardId) -> None:
        heard = await self._count(hearing, new)
        # The row of the words is ours until the end, so what is looked up here cannot change before it is written.
        who = self._who(heard, hearing.by)
        known = (heard_endings.c.heard == heard, heard_endings.c.who == who)
        is_new = await one(self.connection, heard_endings, *known) is None
        ending = {
            "heard": heard,
            "who": who,
            "ending": hearing.ending,
            "service_code": hearing.service_code or _NO_ITEM,
        }
        if not await add_once(self.connection, heard_endings, ending):
            return
        counted = {
            "people": heard_words.c.people + int(is_new),
            "unmatched": heard_words.c.unmatched + int(hearing.ending is Ending.UNMATCHED),
        }
        await self.connection.execute(update(heard_words).where(heard_words.c.id == heard).values(counted))

    async def heard(self, heard: HeardId) -> Heard:
        row = await one(self.connection, heard_words, heard_words.c.id == heard)
        if row is None:
            raise NotFound
        return (await self._with_endings([row]))[0]

    async def queue(self, state: HeardState, limit: int) -> tuple[Heard, ...]:
        first = [heard_words.c[name].desc() for name in ("unmatched", "people", "last_at", "id")]
        statement = select(heard_words).where(heard_words.c.state == state).order_by(*first).limit(limit)
        return await self._with_endings((await self.connection.execute(statement)).mappings().all())

    async def mark(self, heard: HeardId, state: HeardState) -> None:
        await self.connection.execute(
            update(heard_words).where(heard_words.c.id == heard).values(state=state)
        )

    async def agreed(self, people: int, limit: int) -> tuple[GoodAnswer, ...]:
        meant = heard_endings.c.service_code
        several = (
            select(heard_endings.c.heard, func.min(meant).label("meant"))
            .group_by(heard_endings.c.heard)
            .having(func.count(heard_endings.c.who.distinct()) >= people, func.min(meant) == func.max(meant))
            .subquery()
        )
        statement = (
            select(heard_words.c.text, several.c.meant)
            .join(several, several.c.heard == heard_words.c.id)
            .where(several.c.meant != _NO_ITEM)
            .order_by(heard_words.c.people.desc(), heard_words.c.id)
            .limit(limit)
        )
        rows = await self.connection.execute(statement)
        return tuple(GoodAnswer(text, (ServiceCode(code),)) for text, code in rows)

    async def forget(self, before: datetime) -> int:
        old = select(heard_words.c.id).where(heard_words.c.last_at < before)
        await self.connection.execute(delete(heard_endings).where(heard_endings.c.heard.in_(old)))
        gone = await self.connection.execute(delete(heard_words).where(heard_words.c.last_at < before))
        return gone.rowcount

    async def teach(self, teaching: Teaching) -> bool:
        return await add_once(self.connection, teachings, as_row(teaching))

    async def taught(self) -> tuple[Teaching, ...]:
        in_force = teachings.c.withdrawn_at.is_(None)
        rows = await self.connection.execute(select(teachings).where(in_force).order_by(teachings.c.text))
        return tuple(as_noun(Teaching, row) for row in rows.mappings())

    async def taught_as(self, text: str) -> Teaching | None:
        row = await one(
            self.connection, teachings, teachings.c.text == text, teachings.c.withdrawn_at.is_(None)
        )
        return None if row is None else as_noun(Teaching, row)

    async def teaching(self, teaching: TeachingId) -> Teaching:
        row = await one(self.connection, teachings, teachings.c.id == teaching)
        if row is None:
            raise NotFound
        return as_noun(Teaching, row)

    async def withdraw(self, teaching: Teaching) -> None:
        in_force = (teachings.c.id == teaching.id, teachings.c.withdrawn_at.is_(None))
        statement = update(teachings).where(*in_force).values(as_row(teaching))
        if (await self.connection.execute(statement)).rowcount != 1:
            raise Stale(what=f"“{teaching.text}”")

    async def _count(self, hearing: Hearing, new: HeardId) -> HeardId:
        """Once more these words; the row they have, or the new one."""
        agreed = hearing.ending is Ending.AGREED
        row = {
            "id": new,
            "text": hearing.text,
            "times": 1,
            "people": 0,
            "unmatched": 0,
            "first_at": hearing.at,
            "last_at": hearing.at,
            "state": HeardState.ANSWERED if agreed else HeardState.OPEN,
        }
        state = heard_words.c.state
        reopened = case((state == HeardState.ANSWERED, HeardState.OPEN), else_=state)
        again = {
            "times": heard_words.c.times + 1,
            "last_at": hearing.at,
            "state": state if agreed else reopened,
        }
        insert = insert_into(self.connection, heard_words).values(row)
        counted = insert.on_conflict_do_update(index_elements=["text"], set_=again)
        return HeardId((await self.connection.execute(counted.returning(heard_words.c.id))).scalar_one())

    async def _with_endings(self, rows: Sequence[RowMapping]) -> tuple[Heard, ...]:
        led = await self._led([row["id"] for row in rows]) if rows else {}
        return tuple(as_noun(Heard, {**row, "led": tuple(led.get(row["id"], ()))}) for row in rows)

    async def _led(self, heard: Sequence[str]) -> dict[str, list[Led]]:
        """What each row led to, the most people first."""
        columns = (heard_endings.c.heard, heard_endings.c.ending, heard_endings.c.service_code)
        people = func.count().label("people")
        statement = (
            select(*columns, people)
            .where(heard_endings.c.heard.in_(heard))
            .group_by(*columns)
            .order_by(people.desc(), *columns)
        )
        led: dict[str, list[Led]] = {}
        for row in (await self.connection.execute(statement)).mappings():
            code = ServiceCode(row["service_code"]) if row["service_code"] else None
            led.setdefault(row["heard"], []).append(Led(row["ending"], code, row["people"]))
        return led

    def _who(self, heard: HeardId, by: AccountCode) -> str:
        """Somebody as these words know them: two rows cannot be joined to say what else the same person said."""
        return self._keys.look_up(f"heard:{heard}:{by}")
