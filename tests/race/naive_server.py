"""A server whose booking is the code everybody writes first: look, and if a place is left, write one more.

`python -m tests.race.naive_server serve` is the failing twin of `jiujinban serve`: the race test must catch it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextvars import ContextVar
from dataclasses import replace
from datetime import datetime

from sqlalchemy import update

from intake.errors import SlotFull
from intake.model.booking import Appointment, Pool, Slot
from intake.model.ids import SlotId
from intake.ports import Tools
from intake.usecases.places import booking
from jiujinban.cli import app
from storage.sql import tables
from storage.sql.slots import SqlSlots
from tests.race.plain_photos import leave_out_reading

_careful_booking = booking.book_appointment
_seen: ContextVar[Slot] = ContextVar("seen")
# How long somebody reads the page before pressing: long enough for all twenty to have read it.
_READING_SECONDS = 1.0


async def look_then_book(cmd: booking.BookAppointment, *, tools: Tools) -> Appointment:
    """Book on what was seen before."""
    async with tools.open_view() as view:
        slot = await view.slots.get(cmd.slot, tools.clock.now())
    await asyncio.sleep(_READING_SECONDS)
    if slot.online_left == 0:
        raise SlotFull
    _seen.set(slot)
    return await _careful_booking(cmd, tools=replace(tools, together=None))


async def read_what_was_seen(self: SqlSlots, wanted: Collection[SlotId], now: datetime) -> tuple[Slot, ...]:
    """Decide on the page."""
    del self, wanted, now
    return (_seen.get(),)


async def write_one_more(self: SqlSlots, run: Collection[SlotId], pool: Pool, now: datetime) -> bool:
    """Take the place that was seen."""
    del run, pool, now
    seen = _seen.get()
    one_more = update(tables.slots).where(tables.slots.c.id == seen.id)
    await self.connection.execute(one_more.values(online_taken=seen.online_taken + 1))
    return True


if __name__ == "__main__":
    leave_out_reading()
    booking.book_appointment = look_then_book
    SqlSlots.read = read_what_was_seen  # type: ignore[method-assign]  # the careless server on purpose
    SqlSlots.take = write_one_more  # type: ignore[method-assign]  # the careless server on purpose
    app()
