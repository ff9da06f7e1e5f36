"""What leaves, as rows: outbox, inbox, audit trail and pulse, each written with the change it tells of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.model.ids import AccountCode, HallCode
from intake.model.leaving import AuditEntry, Notice, Outgoing, Topic
from storage.sql.rows import Values, as_noun, as_row, insert_into
from storage.sql.tables import audit_entries, inboxes, notices, outbox, pulses

LEASE = timedelta(minutes=1)
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=2)
# With these pauses the last attempt comes a good day after the first: an outage of a day costs no message.
ATTEMPTS = 24

_WAITING, _DELIVERED, _LAID_ASIDE = "waiting", "delivered", "laid_aside"


@dataclass(frozen=True, slots=True)
class LaidAside:
    """死信: a message that was given up after its last attempt, with the last reason and when."""

    message: Outgoing
    why: str
    at: datetime


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
        await self.put_notices([message], now)

    async def put_notices(self, messages: Sequence[Outgoing], now: datetime) -> None:
        """Lay many messages into their receivers' inboxes, each once: as many statements as for one."""
        if any(message.to is None for message in messages):
            raise ValueError("a notice needs a receiver")
        fresh = await self._without_known(messages)
        if not fresh:
            return
        numbers = await self._next_in(Counter(cast("AccountCode", message.to) for message in fresh))
        rows = [
            {
                "to": message.to,
                "id": numbers[cast("AccountCode", message.to)].pop(0),
                "message": message.id,
                "kind": message.kind,
                "facts": message.facts,
                "at": now,
            }
            for message in fresh
        ]
        await self.connection.execute(notices.insert(), rows)

    async def delivered_all(self, messages: Sequence[Outgoing], now: datetime) -> None:
        """The receivers have them."""
        mine = (outbox.c.id.in_([message.id for message in messages]), outbox.c.state == _WAITING)
        await self.connection.execute(update(outbox).where(*mine).values(state=_DELIVERED, closed_at=now))

    async def notices(self, account: AccountCode, after: int, limit: int = 50) -> tuple[Notice, ...]:
        mine = (notices.c.to == account, notices.c.id > after)
        statement = select(notices).where(*mine).order_by(notices.c.id).limit(limit)
        return tuple(as_noun(Notice, row) for row in (await self.connection.execute(statement)).mappings())

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

    async def _without_known(self, messages: Sequence[Outgoing]) -> list[Outgoing]:
        asked = select(notices.c.message).where(notices.c.message.in_([message.id for message in messages]))
        known = set((await self.connection.execute(asked)).scalars())
        return [message for message in messages if message.id not in known]

    async def _next_in(self, counts: Mapping[AccountCode, int]) -> dict[AccountCode, list[int]]:
        """The next numbers in some inboxes, those of each in order; the inboxes are locked in one order for all."""
        insert = insert_into(self.connection, inboxes)
        later = insert.on_conflict_do_update(
            index_elements=["account"], set_={"last": inboxes.c.last + insert.excluded.last}
        )
        rows = [{"account": account, "last": counts[account]} for account in sorted(counts)]
        told = await self.connection.execute(later.returning(inboxes.c.account, inboxes.c.last), rows)
        return {account: list(range(last - counts[account] + 1, last + 1)) for account, last in told}


def as_outbox_row(message: Outgoing) -> Values:
    """A message that waits; its id is given by the table."""
    row = as_row(message)
    del row["id"]
    return {**row, "state": _WAITING, "fault": ""}


def pause_after(attempts: int) -> timedelta:
    """How long to leave a receiver in peace after that many failed attempts: doubling, within bounds."""
    doubled: timedelta = FIRST_PAUSE * 2 ** (attempts - 1)
    return min(doubled, LONGEST_PAUSE)
