"""What runs in a race: the repositories' own way, and beside each the naive way that must lose something.

Every runner returns what it won, or None. The naive ones read, wait until all of their process have read
(`all_have_looked`), and then write what was true when they looked: the code everybody writes first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from uuid import uuid4

from sqlalchemy import select, update

from intake.errors import AlreadyOpen, Stale
from intake.model.booking import Hold, HoldState, Pool, Slot
from intake.model.case import CaseState
from intake.model.catalogue import CounterGroup
from intake.model.ids import (
    AccountCode,
    CounterCode,
    HallCode,
    HeardId,
    IntentKey,
    ServiceCode,
    TeachingId,
)
from intake.model.learning import Ending, Hearing, Teaching
from intake.model.leaving import Topic
from intake.model.queue import TicketState
from intake.model.waiting import WaitingState
from storage.sql import tables
from storage.sql.store import Store
from tests.contract.nouns import NOW, TODAY, fresh, hold, message

Look = Callable[[], Awaitable[object]]
Runner = Callable[[Store, Look], Awaitable[str | None]]

HALL, COUNTER = HallCode("county"), CounterCode("county-1")
GROUPS = {CounterGroup.COMPREHENSIVE}
WORDS = "坐车不要钱的那个本本"
TAPPER, TAP = AccountCode("citizen-1"), IntentKey("tap-1")


async def claim(store: Store, _: Look) -> str | None:
    """Take a place of the only slot."""
    async with store.open_uow() as uow:
        slot = (await _only_slot(store)).id
        await uow.slots.lock([slot])
        won = await uow.slots.take([slot], Pool.ONLINE, NOW)
        await uow.commit()
    return fresh("place") if won else None


async def claim_naively(store: Store, all_have_looked: Look) -> str | None:
    """Look whether a place is left, then write one more."""
    slot = await _only_slot(store)
    await all_have_looked()
    if slot.online_left == 0:
        return None
    async with store.open_uow() as uow:
        one_more = update(tables.slots).values(online_taken=slot.online_taken + 1)
        await uow.slots.connection.execute(one_more)
        await uow.commit()
    return fresh("place")


async def keep_a_place(store: Store, _: Look) -> str | None:
    """Hold a place of the only slot as the desk does: lock, read again, decide, write."""
    slot_id = (await _only_slot(store)).id
    async with store.open_uow() as uow:
        await uow.slots.lock([slot_id])
        (slot,) = await uow.slots.read([slot_id], NOW)
        if slot.online_left == 0:
            return None
        held = hold(slot)
        await uow.holds.add(held)
        await uow.commit()
    return held.id


async def keep_a_place_naively(store: Store, all_have_looked: Look) -> str | None:
    """Look whether a place is left, then write a hold."""
    slot = await _only_slot(store)
    await all_have_looked()
    if slot.online_left == 0:
        return None
    held = hold(slot)
    async with store.open_uow() as uow:
        await uow.holds.add(held)
        await uow.commit()
    return held.id


async def confirm(store: Store, all_have_looked: Look) -> str | None:
    """Confirm the only hold; what was won is having turned it into an appointment."""
    held = await _only_hold(store)
    await all_have_looked()
    async with store.open_uow() as uow:
        await uow.slots.lock(held.run)
        won = await uow.holds.end(held, HoldState.CONFIRMED, NOW)
        taken = won and await uow.slots.take(held.run, held.pool, NOW)
        await uow.commit()
    return fresh("appointment") if taken else None


async def confirm_naively(store: Store, all_have_looked: Look) -> str | None:
    """See that it is held, then take the place."""
    held = await _only_hold(store)
    await all_have_looked()
    if held.state is not HoldState.HELD:
        return None
    async with store.open_uow() as uow:
        one_more = update(tables.slots).values(online_taken=tables.slots.c.online_taken + 1)
        await uow.slots.connection.execute(one_more)
        await uow.commit()
    return fresh("appointment")


async def offer(store: Store, all_have_looked: Look) -> str | None:
    """Offer a freed place to whoever is first in line, as every chore and every cancellation does."""
    async with store.open_view() as view:
        line = await view.waitings.in_line(10)
    await all_have_looked()
    if not line:
        return None  # another process was through before this one looked
    async with store.open_uow() as uow:
        given = await uow.waitings.save(replace(line[0], state=WaitingState.OFFERED))
        await uow.commit()
    return None if given is None else fresh("offer")


async def offer_naively(store: Store, all_have_looked: Look) -> str | None:
    """See who is first, then write that they are offered it."""
    async with store.open_view() as view:
        (entry,) = await view.waitings.in_line(10)
    await all_have_looked()
    async with store.open_uow() as uow:
        offered = update(tables.waiting).where(tables.waiting.c.id == entry.id)
        await uow.slots.connection.execute(offered.values(state=WaitingState.OFFERED))
        await uow.commit()
    return fresh("offer")


async def call(store: Store, _: Look) -> str | None:
    """Call the next in line."""
    async with store.open_uow() as uow:
        called = await uow.tickets.call_next(HALL, TODAY, GROUPS, COUNTER, AccountCode("clerk-1"))
        await uow.commit()
    return None if called is None else called.number


async def call_naively(store: Store, all_have_looked: Look) -> str | None:
    """Look who is first, then call them."""
    async with store.open_view() as view:
        waiting = [t for t in await view.tickets.today(HALL, TODAY) if t.state is TicketState.WAITING]
    await all_have_looked()
    async with store.open_uow() as uow:
        called = update(tables.tickets).where(tables.tickets.c.id == waiting[0].id)
        await uow.tickets.connection.execute(called.values(state=TicketState.CALLED))
        await uow.commit()
    return waiting[0].number


async def number(store: Store, _: Look) -> str:
    """The next number of a series."""
    async with store.open_uow() as uow:
        given = await uow.numbers.next("case:20261123")
        await uow.commit()
    return str(given)


async def number_naively(store: Store, all_have_looked: Look) -> str:
    """The last number, and one more."""
    last = select(tables.number_series.c.last)
    async with store.open_view() as view:
        given = (await view.numbers.connection.execute(last)).scalar_one() + 1
    await all_have_looked()
    async with store.open_uow() as uow:
        await uow.numbers.connection.execute(update(tables.number_series).values(last=given))
        await uow.commit()
    return str(given)


async def tap(store: Store, _: Look) -> str | None:
    """Send a message under one key; what was won is having done it."""
    async with store.open_uow() as uow:
        done = await uow.intents.begin(TAPPER, TAP, "send")
        if done is not None:
            return None
        await uow.leaving.send(message("a"))
        await uow.intents.finish(TAPPER, TAP, "sent")
        await uow.commit()
    return "sent"


async def tap_naively(store: Store, all_have_looked: Look) -> str | None:
    """Look whether the key is known, then do it and write the key down."""
    async with store.open_view() as view:
        known = (await view.intents.connection.execute(select(tables.intents.c.key))).first()
    await all_have_looked()
    if known is not None:
        return None
    async with store.open_uow() as uow:
        await uow.leaving.send(message("a"))
        await uow.intents.begin(TAPPER, TAP, "send")
        await uow.commit()
    return "sent"


async def submit(store: Store, all_have_looked: Look) -> str | None:
    """Submit the only draft as it was seen."""
    async with store.open_view() as view:
        row = (await view.cases.connection.execute(select(tables.cases.c.id))).scalar_one()
        seen = await view.cases.get(row)
    await all_have_looked()
    try:
        async with store.open_uow() as uow:
            saved = await uow.cases.save(seen.submit(fresh("BJ"), NOW))
            await uow.commit()
    except Stale:
        return None
    return saved.number


async def submit_naively(store: Store, all_have_looked: Look) -> str | None:
    """Write the draft as submitted, whatever happened to it since."""
    await all_have_looked()
    given = fresh("BJ")
    async with store.open_uow() as uow:
        changed = update(tables.cases).values(number=given, state=CaseState.SUBMITTED)
        await uow.cases.connection.execute(changed)
        await uow.commit()
    return given


async def submit_own(store: Store, all_have_looked: Look) -> str | None:
    """Submit one of several drafts for the same person and item, having seen that none is open."""
    async with store.open_uow() as uow:
        drafts = select(tables.cases.c.id).where(tables.cases.c.state == CaseState.DRAFT)
        mine = (await uow.cases.connection.execute(drafts.order_by(tables.cases.c.id))).scalars().all()
        drawn = await uow.numbers.next("draw")
        await uow.commit()
    async with store.open_view() as view:
        seen = await view.cases.get(mine[drawn - 1])
        assert await view.cases.open_for(seen.applicant, seen.service_code) is None
    await all_have_looked()
    try:
        async with store.open_uow() as uow:
            saved = await uow.cases.save(replace(seen.submit(fresh("BJ"), NOW)))
            await uow.commit()
    except AlreadyOpen:
        return None
    return saved.number


async def deliver(store: Store, _: Look) -> str | None:
    """Take what is due."""
    async with store.open_uow() as uow:
        taken = await uow.leaving.due(NOW, tuple(Topic), limit=1)
        await uow.commit()
    return str(taken[0].id) if taken else None


async def deliver_naively(store: Store, all_have_looked: Look) -> str | None:
    """Look what is due, then mark it."""
    async with store.open_view() as view:
        due = select(tables.outbox.c.id).where(tables.outbox.c.not_before.is_(None))
        first = (await view.leaving.connection.execute(due.order_by(tables.outbox.c.id).limit(1))).scalar()
    await all_have_looked()
    async with store.open_uow() as uow:
        leased = update(tables.outbox).where(tables.outbox.c.id == first).values(not_before=NOW)
        await uow.leaving.connection.execute(leased)
        await uow.commit()
    return str(first)


async def say(store: Store, _: Look) -> str:
    """Somebody's words that nothing fitted."""
    who = str(uuid4())
    async with store.open_uow() as uow:
        hearing = Hearing(WORDS, Ending.UNMATCHED, None, AccountCode(who), NOW)
        await uow.learning.hear(hearing, HeardId(who))
        await uow.commit()
    return who


async def say_naively(store: Store, all_have_looked: Look) -> str:
    """How many have said it, and one more."""
    async with store.open_view() as view:
        heard = (await view.learning.connection.execute(select(tables.heard_words))).mappings().one()
    await all_have_looked()
    async with store.open_uow() as uow:
        more = update(tables.heard_words).values(people=heard["people"] + 1, times=heard["times"] + 1)
        await uow.learning.connection.execute(more)
        await uow.commit()
    return fresh("citizen")


async def teach(store: Store, all_have_looked: Look) -> str | None:
    """Teach the same words as everybody else, having seen that nobody has."""
    async with store.open_view() as view:
        assert await view.learning.taught_as(WORDS) is None
    await all_have_looked()
    mine = TeachingId(str(uuid4()))
    async with store.open_uow() as uow:
        since = await uow.catalogue.grow()
        lesson = Teaching(mine, WORDS, ServiceCode("MZ10"), None, AccountCode("keeper"), NOW, since)
        won = await uow.learning.teach(lesson)
        await uow.commit()
    return mine if won else None


async def _only_hold(store: Store) -> Hold:
    async with store.open_view() as view:
        (found,) = (await view.slots.connection.execute(select(tables.holds.c.id))).scalars().all()
        return await view.holds.get(found)


async def _only_slot(store: Store) -> Slot:
    async with store.open_view() as view:
        (slot_id,) = (await view.slots.connection.execute(select(tables.slots.c.id))).scalars().all()
        return await view.slots.get(slot_id, NOW)


async def run(stores: list[Store], runner: Runner, count: int) -> list[str]:
    """What `count` runners won who started together, spread over the stores."""
    looked = asyncio.Barrier(count)
    tasks = [runner(stores[n % len(stores)], looked.wait) for n in range(count)]
    return [won for won in await asyncio.gather(*tasks) if won is not None]
