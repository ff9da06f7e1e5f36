"""What runs in a race over places: desks over one store, as servers have them, and the naive ways that must lose something.

The naive ones read, wait until all have read, and then write what was true when they looked.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from sqlalchemy import update

from intake.desk import Desk
from intake.errors import Busy, Refusal, Stale
from intake.model.booking import Appointment, AppointmentState, Slot
from intake.model.ids import AppointmentId, SlotId
from storage.sql import tables
from storage.sql.store import Store
from storage.sql.together import SqlTogether
from tests.contract.stores import KEYS
from tests.fakes import SetClock
from tests.property.hall import SmallHall, small_tools
from tests.race.runners import Look

Act = Callable[[Desk], Awaitable[object]]
SERVERS = 3


@asynccontextmanager
async def servers(url: str, clock: SetClock) -> AsyncIterator[list[Desk]]:
    """Desks with a store, connections and shared transactions of their own, at one clock."""
    stores = [Store.open(url, KEYS) for _ in range(SERVERS)]
    try:
        yield [Desk(replace(small_tools(store, clock), together=SqlTogether(store))) for store in stores]
    finally:
        for store in stores:
            await store.close()


async def all_at_once(url: str, hall: SmallHall, acts: Sequence[Act]) -> list[object]:
    """Start every act together, spread over the servers; what each was answered, a refusal like a result.

    A fault, an old page or "too many at once" is no answer to a press that leans on no page: it fails the scene.
    """
    async with servers(url, hall.clock) as desks:
        tasks = (act(desks[n % len(desks)]) for n, act in enumerate(acts))
        answers = list(await asyncio.gather(*tasks, return_exceptions=True))
    for answer in answers:
        if isinstance(answer, BaseException) and (
            not isinstance(answer, Refusal) or isinstance(answer, Busy | Stale)
        ):
            raise answer
    return answers


async def move_naively(store: Store, look: Look, moving: AppointmentId, to: SlotId) -> bool:
    """See that a place is left and where one comes from, then write both."""
    async with store.open_view() as view:
        seen = await view.appointments.get(moving)
        slots = {slot.id: slot for slot in await view.slots.read([to, seen.slot], seen.booked_at)}
    await look()
    if slots[to].online_left == 0:
        return False
    async with store.open_uow() as uow:
        await _write(uow.slots.connection, slots[seen.slot], by=-1)
        await _write(uow.slots.connection, slots[to], by=1)
        await _put(uow.slots.connection, seen, slot=to, run=(to,), start=slots[to].start, end=slots[to].end)
        await uow.commit()
    return True


async def cancel_naively(store: Store, look: Look, appointment: AppointmentId) -> bool:
    """See which place it has, then give that one back."""
    async with store.open_view() as view:
        seen = await view.appointments.get(appointment)
        (slot,) = await view.slots.read([seen.slot], seen.booked_at)
    await look()
    async with store.open_uow() as uow:
        await _write(uow.slots.connection, slot, by=-1)
        await _put(uow.slots.connection, seen, state=AppointmentState.CANCELLED)
        await uow.commit()
    return True


async def close_naively(store: Store, look: Look, day: Collection[SlotId]) -> bool:
    """See who is booked, then close the day for those."""
    async with store.open_view() as view:
        booked = await view.appointments.taking(day)
    await look()
    async with store.open_uow() as uow:
        for appointment in booked:
            await _put(uow.slots.connection, appointment, state=AppointmentState.DISPLACED)
        closed = update(tables.slots).where(tables.slots.c.id.in_(sorted(day)))
        await uow.slots.connection.execute(
            closed.values(closed=True, online_taken=0, online_capacity=0, green_capacity=0)
        )
        await uow.commit()
    return True


async def _write(connection: object, slot: Slot, *, by: int) -> None:
    taken = (
        update(tables.slots).where(tables.slots.c.id == slot.id).values(online_taken=slot.online_taken + by)
    )
    await connection.execute(taken)  # type: ignore[attr-defined]  # a unit of work's own connection


async def _put(connection: object, appointment: Appointment, **values: object) -> None:
    changed = update(tables.appointments).where(tables.appointments.c.id == appointment.id).values(**values)
    await connection.execute(changed)  # type: ignore[attr-defined]  # as above
