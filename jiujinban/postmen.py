"""Postmen (投递员): each takes the due messages of one topic from the outbox and brings them to their receivers, at least
once and in the order of their streams. One topic never waits for another.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection

from intake.model.leaving import Outgoing, Topic
from intake.model.people import Door
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

    A notice of a kind that the county also sends by text message puts one into the outbox in the same transaction, and one
    for somebody who is bound at WeChat puts another.
    """

    def __init__(
        self, store: Store, clock: Clock, texted: Collection[str] = (), *, wechat: bool = False
    ) -> None:
        self._store = store
        self._clock = clock
        self._texted = frozenset(texted)
        self._wechat = wechat

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
                    await uow.leaving.send(_again(message, Topic.TEXT))
            await self._to_wechat(uow, bag)
            await uow.leaving.lay([message for message in bag if message.to is not None], now)
            await uow.commit()
        return len(bag)

    async def _to_wechat(self, uow: Uow, bag: Collection[Outgoing]) -> None:
        notices = [message for message in bag if message.topic is Topic.NOTICE and message.to is not None]
        if not self._wechat or not notices:
            return
        receivers = {message.to for message in notices if message.to is not None}
        bound = await uow.bindings.bound(receivers, Door.WECHAT)
        for message in notices:
            if message.to in bound:
                await uow.leaving.send(_again(message, Topic.WECHAT))


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


def _again(notice: Outgoing, topic: Topic) -> Outgoing:
    return Outgoing(topic, notice.stream, notice.kind, notice.to, notice.facts)
