"""The worker: delivers what leaves, opens places ahead, clears the counters, learns a changed catalogue, seals the
audit trail, erases what is past its time. Several may run.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog

from intake.errors import Busy
from intake.model.leaving import Topic
from intake.ports import Clock
from jiujinban.postmen import INBOXES_AT_ONCE, InboxPostman, Postman
from jiujinban.province import open_province, open_texting
from jiujinban.retention import retire
from jiujinban.wiring import House
from storage.sql.audit import AuditChain

_log = structlog.get_logger("worker")
_IDLE_SECONDS = 0.5
_DAY = 86_400.0
_HOUR = 3600.0
_MINUTE = 60.0
_CATALOGUE_SECONDS = 5.0
_LINE_SECONDS = 5.0
_ASK_SECONDS = 30.0

Chore = Callable[[], Awaitable[int | bool]]


@asynccontextmanager
async def working(house: House, clock: Clock) -> AsyncIterator[None]:
    """Run the worker beside the server. Raises `BadSetting` before anything has begun."""
    rounds = _postal_rounds(house, clock)

    async def retiring() -> bool:
        await retire(house, clock)
        return True

    async def tending() -> int:
        return len(await house.desk.cases.tend())

    chores = [
        asyncio.create_task(_again(tending, _HOUR, first=_MINUTE), name="tend the cases"),
        *(asyncio.create_task(_again(act, pause, full=full), name=name) for name, act, pause, full in rounds),
        asyncio.create_task(_again(house.desk.places.open_slots, _HOUR), name="open slots"),
        asyncio.create_task(_again(house.desk.places.remind_coming, _MINUTE), name="remind"),
        asyncio.create_task(_again(house.desk.visits.plan_coming, _MINUTE), name="plan visits"),
        asyncio.create_task(
            _again(house.desk.places.line_up_slots, _HOUR, first=5 * _MINUTE), name="line up the slots"
        ),
        asyncio.create_task(_again(house.desk.places.settle_hours, _MINUTE), name="settle the hours"),
        asyncio.create_task(_again(house.desk.places.write_absences, _MINUTE), name="write absences"),
        asyncio.create_task(_again(house.desk.queue.close_days, 10 * _MINUTE), name="close the days"),
        asyncio.create_task(_again(house.desk.places.tend_lines, _LINE_SECONDS), name="tend the lines"),
        asyncio.create_task(_again(house.desk.cases.clear_counters, _MINUTE), name="clear counters"),
        asyncio.create_task(_again(house.learn_catalogue, _CATALOGUE_SECONDS), name="learn catalogue"),
        asyncio.create_task(_again(house.desk.questions.remind_of_overdue, _HOUR), name="remind of overdue"),
        asyncio.create_task(_again(house.desk.people.forget_sessions, _HOUR), name="forget sessions"),
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


def _postal_rounds(house: House, clock: Clock) -> list[tuple[str, Chore, float, int]]:
    """One postman for each receiver that is set; what is for the others waits in the outbox, to be seen there."""
    texting = open_texting(house.settings, house.store)
    province = open_province(house.settings, house.store, clock)
    inboxes = InboxPostman(
        house.store, clock, house.settings.text_templates if texting else (), wechat=house.wechat is not None
    )
    rounds: list[tuple[str, Chore, float, int]] = [
        ("postman of inboxes", inboxes.round, _IDLE_SECONDS, INBOXES_AT_ONCE)
    ]
    if texting is not None:
        texts = Postman(house.store, clock, Topic.TEXT, texting.deliver)
        rounds.append(("postman of text messages", texts.round, _IDLE_SECONDS, 1))
    if house.wechat is not None:
        outside = Postman(house.store, clock, Topic.WECHAT, house.wechat.post.deliver)
        rounds.append(("postman of WeChat", outside.round, _IDLE_SECONDS, 1))
    if province is not None:
        up = Postman(house.store, clock, Topic.PROVINCE, province.deliver)
        rounds.append(("postman to the province", up.round, _IDLE_SECONDS, 1))
        if province.connector.answers:
            rounds.append(("ask the province", province.ask, _ASK_SECONDS, 1))
    return rounds


async def _again(chore: Chore, pause: float, *, first: float = 0.0, full: int = 1) -> None:
    """Do a chore, rest when less was done than makes it `full`, and survive what goes wrong: it is logged and tried again.

    A bag costs more than the few letters in it: a postman who never rested would go for every single one.
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
        if done < full or pause >= _MINUTE:
            await asyncio.sleep(pause)
