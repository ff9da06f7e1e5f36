"""What leaves, as rows: outbox, inbox, audit trail and pulse, each written with the change it tells of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import cast

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.model.ids import AccountCode, HallCode
from intake.model.leaving import AuditEntry, LaidAside, Notice, Outgoing, Topic
from storage.sql.prepared import (
    Adding,
    InsertInto,
    Nouns,
    Prepared,
    Run,
    Statement,
    among,
    at_once,
    either,
    given,
    nouns,
    one_of,
)
from storage.sql.rows import Values, as_noun, as_row, insert_into
from storage.sql.tables import audit_entries, inboxes, notices, outbox, pulses

LEASE = timedelta(minutes=1)
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=2)
# With these pauses the last attempt comes a good day after the first: an outage of a day costs no message.
ATTEMPTS = 24

_WAITING, _DELIVERED, _LAID_ASIDE = "waiting", "delivered", "laid_aside"


class SqlLeaving:
    """Everything that leaves in one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection
        self._beating: set[HallCode] = set()

    async def send(self, message: Outgoing) -> None:
        await self.connection.execute(outbox.insert().values(as_outbox_row(message)))

    async def audit(self, entry: AuditEntry) -> None:
        await self.connection.execute(audit_entries.insert().values(as_row(entry)))

    async def beat(self, hall: HallCode) -> None:
        self._beating.add(hall)

    def take_beats(self) -> set[HallCode]:
        """The halls whose pulse is still to be moved, for whoever moves it instead."""
        beating, self._beating = self._beating, set()
        return beating

    async def write_beats(self) -> None:
        """Called last before the commit, in one order for all: a hall's row is held for a moment only, and two
        verbs that touch the same two halls cannot wait for each other.
        """
        for hall in sorted(self._beating):
            insert = insert_into(self.connection, pulses).values(hall=hall, beats=1)
            again = insert.on_conflict_do_update(index_elements=["hall"], set_={"beats": pulses.c.beats + 1})
            await self.connection.execute(again)
        self._beating.clear()

    async def due(self, now: datetime, topics: Collection[Topic], limit: int = 50) -> tuple[Outgoing, ...]:
        earlier = outbox.alias("earlier")
        # One stream per receiver: the province that does not answer must not keep a person's news back.
        same_stream = (earlier.c.stream == outbox.c.stream, earlier.c.topic == outbox.c.topic)
        not_first = select(earlier.c.id).where(
            *same_stream, earlier.c.state == _WAITING, earlier.c.id < outbox.c.id
        )
        ready = or_(outbox.c.not_before.is_(None), outbox.c.not_before <= now)
        first = (
            select(outbox.c.id)
            .where(outbox.c.state == _WAITING, outbox.c.topic.in_(topics), ready, ~not_first.exists())
            .order_by(outbox.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        # A lease is nothing but a later start: should the deliverer die, the message is due again by itself.
        leased = update(outbox).where(outbox.c.id.in_(first)).values(not_before=now + LEASE).returning(outbox)
        rows = (await self.connection.execute(leased)).mappings().all()
        return tuple(as_noun(Outgoing, row) for row in sorted(rows, key=lambda row: int(row["id"])))

    async def delivered(self, message: Outgoing, now: datetime) -> None:
        mine = (outbox.c.id == message.id, outbox.c.state == _WAITING)
        await self.connection.execute(update(outbox).where(*mine).values(state=_DELIVERED, closed_at=now))

    async def failed(self, message: Outgoing, now: datetime, why: str, *, final: bool = False) -> None:
        attempts = message.attempts + 1
        last = final or attempts >= ATTEMPTS
        # The count as it was leased: a deliverer who lost the lease meanwhile reports about an attempt of the past.
        mine = (outbox.c.id == message.id, outbox.c.state == _WAITING, outbox.c.attempts == message.attempts)
        values = {
            "attempts": attempts,
            "fault": why,
            "state": _LAID_ASIDE if last else _WAITING,
            "closed_at": now if last else None,
            "not_before": now + pause_after(attempts),
        }
        await self.connection.execute(update(outbox).where(*mine).values(values))

    async def put_notice(self, message: Outgoing, now: datetime) -> None:
        if message.to is None:
            raise ValueError("a notice needs a receiver")
        await at_once(self.connection, partial(_lay, messages=[message], now=now))

    async def oldest(self, now: datetime, topic: Topic, limit: int) -> tuple[Outgoing, ...]:
        """What has waited longest, in order, for whoever delivers it in this unit of work: until then nobody else takes it."""
        asked = {"topic": topic, "now": now, "limit": limit}
        return tuple(await at_once(self.connection, lambda run: nouns(run, _OLDEST, asked)))

    async def lay(self, messages: Sequence[Outgoing], now: datetime) -> None:
        """Lay messages into their receivers' inboxes, which delivers them: as many statements for many as for one."""
        if messages:
            await at_once(self.connection, partial(_deliver, messages=messages, now=now))

    async def notices(self, account: AccountCode, after: int, limit: int = 50) -> tuple[Notice, ...]:
        mine = (notices.c.to == account, notices.c.id > after)
        statement = select(notices).where(*mine).order_by(notices.c.id).limit(limit)
        return tuple(as_noun(Notice, row) for row in (await self.connection.execute(statement)).mappings())

    async def inbox_lasts(self, accounts: Collection[AccountCode]) -> dict[AccountCode, int]:
        asked = {"accounts": sorted(accounts)}
        return dict(await at_once(self.connection, lambda run: run(_LASTS, asked)))

    async def pulses(self) -> dict[HallCode, int]:
        rows = await self.connection.execute(select(pulses.c.hall, pulses.c.beats))
        return {HallCode(hall): beats for hall, beats in rows}

    async def depths(self) -> dict[str, int]:
        """How many messages wait to be delivered, and how many were laid aside."""
        counts = {}
        for state in (_WAITING, _LAID_ASIDE):
            statement = select(func.count()).select_from(outbox).where(outbox.c.state == state)
            counts[f"outbox_{state}"] = (await self.connection.execute(statement)).scalar_one()
        return counts

    async def laid_aside(self, limit: int = 200) -> tuple[LaidAside, ...]:
        """The dead letters, oldest first."""
        statement = select(outbox).where(outbox.c.state == _LAID_ASIDE).order_by(outbox.c.id).limit(limit)
        rows = (await self.connection.execute(statement)).mappings()
        return tuple(LaidAside(as_noun(Outgoing, row), row["fault"], row["closed_at"]) for row in rows)

    async def send_again(self, message_id: int) -> bool:
        """Make a dead letter due once more, with all its attempts; False when there is none with that id.

        What came after it in its stream has long been delivered: the receiver gets it late, not in its old place.
        """
        dead = (outbox.c.id == message_id, outbox.c.state == _LAID_ASIDE)
        fresh = {"state": _WAITING, "attempts": 0, "not_before": None, "closed_at": None}
        return (await self.connection.execute(update(outbox).where(*dead).values(fresh))).rowcount == 1


def _deliver(run: Run, *, messages: Sequence[Outgoing], now: datetime) -> None:
    _lay(run, messages=messages, now=now)
    run.count(_CLOSE, {"ids": [message.id for message in messages], "now": now})


def _lay(run: Run, *, messages: Sequence[Outgoing], now: datetime) -> None:
    """Those of some messages that do not lie there yet, numbered in each inbox in their order."""
    known = {message for (message,) in run(_KNOWN, {"messages": [message.id for message in messages]})}
    fresh = [message for message in messages if message.id not in known]
    if not fresh:
        return
    counts = Counter(cast("AccountCode", message.to) for message in fresh)
    # One by one in one order for all, so that two postmen cannot wait for each other.
    run.many(_ADVANCE, [{"account": account, "last": counts[account]} for account in sorted(counts)])
    lasts: dict[AccountCode, int] = dict(run(_LASTS, {"accounts": sorted(counts)}))
    numbers = {account: iter(range(last - counts[account] + 1, last + 1)) for account, last in lasts.items()}
    rows = [
        {
            "to": message.to,
            "id": next(numbers[cast("AccountCode", message.to)]),
            "message": message.id,
            "kind": message.kind,
            "facts": message.facts,
            "at": now,
        }
        for message in fresh
    ]
    run.many(_NOTICE, rows)


def _advancing(insert_into: InsertInto) -> Statement:
    c = inboxes.c
    insert = insert_into(inboxes).values(account=given("account", c.account), last=given("last", c.last))
    return insert.on_conflict_do_update(
        index_elements=["account"], set_={"last": c.last + insert.excluded.last}
    )


_OLDEST = Nouns(
    Outgoing,
    outbox,
    outbox.c.topic == given("topic", outbox.c.topic),
    one_of(outbox.c.state, [_WAITING]),
    or_(outbox.c.not_before.is_(None), outbox.c.not_before <= given("now", outbox.c.not_before)),
    # Not passing over what another postman has: the next of the same stream could be faster than the one before it.
    locked=True,
    limited=True,
)
_CLOSE = Prepared(
    update(outbox)
    .where(among(outbox.c.id, "ids"), one_of(outbox.c.state, [_WAITING]))
    .values(state=_DELIVERED, closed_at=given("now", outbox.c.closed_at))
)
_KNOWN = Prepared(select(notices.c.message).where(among(notices.c.message, "messages")))
_ADVANCE = either(_advancing)
_LASTS = Prepared(select(inboxes.c.account, inboxes.c.last).where(among(inboxes.c.account, "accounts")))
_NOTICE = Adding(notices)


def as_outbox_row(message: Outgoing) -> Values:
    """A message that waits; its id is given by the table."""
    row = as_row(message)
    del row["id"]
    return {**row, "state": _WAITING, "fault": ""}


def pause_after(attempts: int) -> timedelta:
    """How long to leave a receiver in peace after that many failed attempts: doubling, within bounds."""
    doubled: timedelta = FIRST_PAUSE * 2 ** (attempts - 1)
    return min(doubled, LONGEST_PAUSE)
