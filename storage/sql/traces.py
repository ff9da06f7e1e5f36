"""Traces (痕迹): rows the service needs for a while and nobody afterwards, cleared away in small steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Table, delete, func, select, tuple_

from intake.ports import Retention
from storage.sql.store import Store
from storage.sql.tables import intents, outbox, sessions

# So many rows a transaction: the county's writers wait for a moment, not for the whole year's rows.
_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Trace:
    """可清理的记录: rows of a table that are past their time."""

    name: str
    table: Table
    past: ColumnElement[bool]


def past_traces(now: datetime, kept: Retention) -> Sequence[Trace]:
    """What is past its time: sessions that ended, keys nobody will send again, messages that were delivered.

    A key forgotten too early would let a very late retry do a thing twice; a month is longer than any client retries.
    """
    delivered = (outbox.c.state == "delivered") & (
        outbox.c.closed_at < now - timedelta(days=kept.delivered_message_days)
    )
    return (
        Trace("sessions", sessions, sessions.c.expires_at < now),
        Trace("intents", intents, intents.c.begun_at < now - timedelta(days=kept.intent_days)),
        Trace("messages", outbox, delivered),
    )


async def count_trace(store: Store, trace: Trace) -> int:
    """How many rows are past their time."""
    counted = select(func.count()).select_from(trace.table).where(trace.past)
    async with store.reading() as connection:
        return int((await connection.execute(counted)).scalar_one())


async def clear_trace(store: Store, trace: Trace) -> int:
    """Delete them; returns how many."""
    keys = list(trace.table.primary_key)
    some = select(*keys).where(trace.past).limit(_AT_ONCE)
    statement = delete(trace.table).where(tuple_(*keys).in_(some))
    cleared = 0
    while True:
        async with store.writing() as connection:
            gone = (await connection.execute(statement)).rowcount
            await connection.commit()
        cleared += gone
        if gone < _AT_ONCE:
            return cleared
