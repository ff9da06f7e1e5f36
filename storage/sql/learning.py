"""说法 as rows: what was heard, counted by different people, and what was taught."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import RowMapping, case, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.errors import NotFound, Stale
from intake.model.ids import AccountCode, HeardId, ServiceCode, TeachingId
from intake.model.learning import Ending, GoodAnswer, Heard, HeardState, Hearing, Led, Teaching
from storage.crypto import KeyRing
from storage.sql.prepared import InsertInto, Prepared, Run, Statement, at_once, either, given
from storage.sql.rows import add_once, as_noun, as_row, one
from storage.sql.tables import heard_endings, heard_words, teachings

_NO_ITEM = ""


class SqlLearning:
    """What is learnt from words in one unit of work."""

    def __init__(self, connection: AsyncConnection, keys: KeyRing) -> None:
        self.connection = connection
        self._keys = keys

    async def hear(self, hearing: Hearing, new: HeardId) -> None:
        await at_once(self.connection, partial(_hear, hearing=hearing, new=new, who=self._who))

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


def _hear(run: Run, *, hearing: Hearing, new: HeardId, who: Callable[[HeardId, AccountCode], str]) -> None:
    """Count the words, and by whom and how they ended if these words did not end so for them before."""
    agreed = hearing.ending is Ending.AGREED
    state = HeardState.ANSWERED if agreed else HeardState.OPEN
    ((heard,),) = run(_WORDS[agreed], {"id": new, "text": hearing.text, "at": hearing.at, "state": state})
    # The row of the words is ours until the end, so what is looked up here cannot change before it is written.
    them = {"heard": heard, "who": who(heard, hearing.by)}
    is_new = not run(_KNOWN, them)
    ending = {"ending": hearing.ending, "service_code": hearing.service_code or _NO_ITEM}
    if run(_ENDING, {**them, **ending}):
        unmatched = int(hearing.ending is Ending.UNMATCHED)
        run.count(_COUNTED, {"heard": heard, "people": int(is_new), "unmatched": unmatched})


def _counting(insert_into: InsertInto, *, agreed: bool) -> Statement:
    """Once more these words: the id of the row they have, or of the new one."""
    c, at = heard_words.c, given("at", heard_words.c.last_at)
    first = {"times": 1, "people": 0, "unmatched": 0, "first_at": at, "last_at": at}
    named = {name: given(name, c[name]) for name in ("id", "text", "state")}
    reopened = case((c.state == HeardState.ANSWERED, HeardState.OPEN), else_=c.state)
    insert = insert_into(heard_words).values({**first, **named})
    again = {
        "times": c.times + 1,
        "last_at": insert.excluded["last_at"],
        "state": c.state if agreed else reopened,
    }
    return insert.on_conflict_do_update(index_elements=["text"], set_=again).returning(c.id)


def _ending(insert_into: InsertInto) -> Statement:
    values = {column.name: given(column.name, column) for column in heard_endings.c}
    return insert_into(heard_endings).values(values).on_conflict_do_nothing().returning(heard_endings.c.heard)


_WORDS = {agreed: either(partial(_counting, agreed=agreed)) for agreed in (True, False)}
_ENDING = either(_ending)
_KNOWN = Prepared(
    select(heard_endings.c.ending)
    .where(
        heard_endings.c.heard == given("heard", heard_endings.c.heard),
        heard_endings.c.who == given("who", heard_endings.c.who),
    )
    .limit(1)
)
_COUNTED = Prepared(
    update(heard_words)
    .where(heard_words.c.id == given("heard", heard_words.c.id))
    .values(
        people=heard_words.c.people + given("people", heard_words.c.people),
        unmatched=heard_words.c.unmatched + given("unmatched", heard_words.c.unmatched),
    )
)
