"""Postmen (投递员): each takes the due messages of one topic from the outbox and brings them to their receivers, at least
once and in the order of their streams. One topic never waits for another.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection

from intake.model.leaving import Outgoing, Topic
from intake.ports import Clock, Uow
from provincial.delivery import DeliveryFailed
from storage.sql.store import Store

# What is leased and not begun would be tried by somebody else in a minute: no more are taken than are tried at once.
_OUTSIDE_AT_ONCE = 8
INBOXES_AT_ONCE = 200
_TO_INBOXES = (Topic.NOTICE, Topic.PRINT)

Afterwards = Callable[[Uow], Awaitable[None]]
Deliver = Callable[[Outgoing], Awaitable[Afterwards | None]]


class InboxPostman:
    """通知投递: lays notices, and slips to print, into the inboxes of those they are for. It goes nowhere, so a whole bag is one transaction.

    A notice of a kind that the county also sends by text message puts one into the outbox in the same transaction.
    """

    def __init__(self, store: Store, clock: Clock, texted: Collection[str] = ()) -> None:
        self._store = store
        self._clock = clock
        self._texted = frozenset(texted)

    async def round(self) -> int:
        """Deliver a bag of each topic; returns how many messages there were."""
        now = self._clock.now()
        async with self._store.open_uow() as uow:
            bags = [await uow.leaving.oldest(now, topic, INBOXES_AT_ONCE) for topic in _TO_INBOXES]
            bag = [message for each in bags for message in each]
            for message in bag:
                if message.to is None:
                    await uow.leaving.failed(message, now, "a notice for nobody", final=True)
                elif message.kind in self._texted:
                    await uow.leaving.send(_as_text(message))
            await uow.leaving.lay([message for message in bag if message.to is not None], now)
            await uow.commit()
        return len(bag)


class Postman:
    """对外投递: brings the messages of one topic to somebody outside, a few at a time, and writes down how it went."""

    def __init__(self, store: Store, clock: Clock, topic: Topic, deliver: Deliver) -> None:
        self._store = store
        self._clock = clock
        self._topics = {topic}
        self._deliver = deliver

    async def round(self) -> int:
        """Try what is due now; returns how many were tried."""
        async with self._store.open_uow() as uow:
            due = await uow.leaving.due(self._clock.now(), self._topics, _OUTSIDE_AT_ONCE)
            await uow.commit()
        await asyncio.gather(*map(self._bring, due))
        return len(due)

    async def _bring(self, message: Outgoing) -> None:
        try:
            afterwards = await self._deliver(message)
        except DeliveryFailed as failed:
            async with self._store.open_uow() as uow:
                await uow.leaving.failed(message, self._clock.now(), failed.why, final=not failed.retry)
                await uow.commit()
            return
        async with self._store.open_uow() as uow:
            if afterwards is not None:
                await afterwards(uow)
            await uow.leaving.delivered(message, self._clock.now())
            await uow.commit()


def _as_text(notice: Outgoing) -> Outgoing:
    return Outgoing(Topic.TEXT, notice.stream, notice.kind, notice.to, notice.facts)
