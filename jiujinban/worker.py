"""The worker: delivers what leaves, opens places ahead, clears the counters, learns a changed catalogue, seals the
audit trail, erases what is past its time. Several may run.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog

from intake.errors import Busy
from intake.model.leaving import Outgoing, Topic
from intake.ports import Clock
from jiujinban.retention import retire
from jiujinban.wiring import House
from storage.sql.audit import AuditChain

_log = structlog.get_logger("worker")
_IDLE_SECONDS = 0.5
_DAY = 86_400.0
_HOUR = 3600.0
_MINUTE = 60.0
_CATALOGUE_SECONDS = 5.0


class Undelivered(Exception):
    """The receiver does not have the message."""


Deliver = Callable[[Outgoing], Awaitable[None]]


class Postman:
    """投递员: takes due messages from the outbox and brings each to its receiver, at least once and in order."""

    def __init__(self, house: House, clock: Clock, province: Deliver | None = None) -> None:
        self._house = house
        self._clock = clock
        self._province = province
        # Without a platform its messages wait in the outbox; trying them would only use up their attempts.
        self._topics = frozenset({Topic.NOTICE} if province is None else Topic)

    async def round(self) -> int:
        """Deliver what is due now; returns how many were tried."""
        async with self._house.store.open_uow() as uow:
            due = await uow.leaving.due(self._clock.now(), self._topics)
            await uow.commit()
        for message in due:
            await self._deliver(message)
        return len(due)

    async def _deliver(self, message: Outgoing) -> None:
        now = self._clock.now()
        try:
            await self._bring(message)
        except Undelivered as why:
            async with self._house.store.open_uow() as uow:
                await uow.leaving.failed(message, now, str(why))
                await uow.commit()
            return
        async with self._house.store.open_uow() as uow:
            if message.topic is Topic.NOTICE:
                await uow.leaving.put_notice(message, now)
            await uow.leaving.delivered(message, now)
            await uow.commit()

    async def _bring(self, message: Outgoing) -> None:
        if message.topic is Topic.PROVINCE and self._province is not None:
            await self._province(message)


@asynccontextmanager
async def working(house: House, clock: Clock) -> AsyncIterator[None]:
    """Run the worker beside the server."""
    postman = Postman(house, clock)

    async def retiring() -> bool:
        await retire(house, clock)
        return True

    chores = [
        asyncio.create_task(_again(postman.round, _IDLE_SECONDS), name="postman"),
        asyncio.create_task(_again(house.desk.places.open_slots, _HOUR), name="open slots"),
        asyncio.create_task(_again(house.desk.cases.clear_counters, _MINUTE), name="clear counters"),
        asyncio.create_task(_again(house.learn_catalogue, _CATALOGUE_SECONDS), name="learn catalogue"),
        asyncio.create_task(_again(house.desk.catalogue.forget_heard, _HOUR), name="forget words"),
        asyncio.create_task(_again(AuditChain(house.store).seal, _MINUTE), name="seal the audit trail"),
        asyncio.create_task(_again(retiring, _DAY, first=_HOUR), name="retention"),
    ]
    try:
        yield
    finally:
        for chore in chores:
            chore.cancel()
        await asyncio.gather(*chores, return_exceptions=True)


async def _again(chore: Callable[[], Awaitable[int | bool]], pause: float, *, first: float = 0.0) -> None:
    """Do a chore, rest when there was nothing to do, and survive what goes wrong: it is logged and tried again.

    `first` keeps what takes long away from the minutes in which everybody signs in again after a restart.
    """
    await asyncio.sleep(first)
    while True:
        try:
            done = await chore()
        except Busy:
            done = 0
        except Exception as fault:  # noqa: BLE001 (a worker that dies of one bad row helps nobody)
            _log.error("chore_failed", chore=getattr(chore, "__qualname__", ""), exc_info=fault)
            done = 0
        if not done or pause >= _MINUTE:
            await asyncio.sleep(pause)
