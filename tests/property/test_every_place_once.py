"""Every place exactly once: after any sequence of acts, on both stores.

Hypothesis draws the acts; what must hold is counted from the rows after each of them. A naive twin, which gives a place
back twice, must be caught.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import replace
from datetime import time
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from intake.errors import Refusal
from intake.model.booking import AppointmentState, Hold, HoldState
from intake.model.hours import Closure, NewHours
from intake.model.people import Caller
from intake.model.places import Period
from intake.usecases.places.booking import (
    BookAppointment,
    CancelAppointment,
    ConfirmHold,
    FindSlots,
    HoldPlace,
    MoveAppointment,
    ReleaseHold,
)
from intake.usecases.places.hours import ChangeHours
from intake.usecases.places.lines import JoinLine, LeaveLine
from storage.sql.slots import SqlSlots
from storage.sql.store import Store
from tests.contract.stores import KEYS
from tests.property.hall import (
    DAYS,
    HALL,
    LONG,
    PEOPLE,
    SHORT,
    SmallHall,
    hours,
    span,
)

_who, _item, _which = st.integers(0, PEOPLE - 1), st.sampled_from([SHORT, LONG]), st.integers(0, 7)
_BOUNDS = settings(
    max_examples=6,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


class Everything(RuleBasedStateMachine):
    """People, clerks, the director, the chores and the clock, in any order."""

    store: Store
    loop: asyncio.Runner

    def __init__(self) -> None:
        super().__init__()
        self.hall = self.loop.run(SmallHall.make(self.store))

    def do(self, act: Coroutine[Any, Any, Any]) -> None:
        """An act; a refusal is an answer like any other."""
        with suppress(Refusal):
            self.loop.run(act)

    @rule(who=_who, item=_item, which=_which)
    def hold(self, who: int, item: str, which: int) -> None:
        """Keep a place."""
        self.do(self._hold(self.hall.callers[who], item, which))

    @rule(which=_which)
    def confirm(self, which: int) -> None:
        """Yes to some hold, live or not, one's own choice, an offer or an alternative."""
        self.do(self._on_hold(which, ConfirmHold))

    @rule(which=_which)
    def release(self, which: int) -> None:
        """No to it."""
        self.do(self._on_hold(which, ReleaseHold))

    @rule(who=_who, item=_item, which=_which)
    def book(self, who: int, item: str, which: int) -> None:
        """Take a place at once."""
        self.do(self._book(self.hall.callers[who], who, item, which))

    @rule(who=_who, item=_item, which=_which)
    def book_at_the_desk(self, who: int, item: str, which: int) -> None:
        """A clerk takes one of the counter's own places for somebody."""
        self.do(self._book(self.hall.clerk, who, item, which))

    @rule(which=_which, there=_which)
    def move(self, which: int, there: int) -> None:
        """Another time."""
        self.do(self._move(which, there))

    @rule(which=_which)
    def cancel(self, which: int) -> None:
        """Give it back."""
        self.do(self._cancel(which))

    @rule(who=_who, item=_item)
    def join(self, who: int, item: str) -> None:
        """Stand in line."""
        caller = self.hall.callers[who]
        self.do(self.hall.desk.places.join_line(JoinLine(caller, _own(caller), item, HALL, *span())))  # type: ignore[arg-type]  # drawn from the items' codes

    @rule(which=_which)
    def leave(self, which: int) -> None:
        """Wait no longer."""
        self.do(self._leave(which))

    @rule(minutes=st.sampled_from([1, 5, 10, 15, 30, 240, 1440]))
    def time_passes(self, minutes: int) -> None:
        """Holds and offers run out, visits are missed; nothing notices."""
        self.hall.clock.forward(minutes=minutes)

    @rule()
    def tend(self) -> None:
        """The chores."""
        self.do(self.hall.desk.places.tend_lines())
        self.do(self.hall.desk.places.settle_hours())

    @rule()
    def rebuild(self) -> None:
        """Another day comes into sight."""
        self.do(self.hall.desk.places.open_slots())
        self.do(self.hall.desk.places.line_up_slots())

    @rule(day=st.sampled_from(DAYS), half=st.booleans())
    def close(self, day: Any, half: bool) -> None:
        """The director closes a day, or opens its first hour only."""
        kept = (Period(time(9), time(10)),) if half else ()
        self.do(self._change(Closure(day, day, kept)))

    @rule(
        day=st.sampled_from(DAYS),
        online=st.integers(0, 3),
        green=st.integers(0, 2),
        first=st.sampled_from([9, 10]),
    )
    def new_hours(self, day: Any, online: int, green: int, first: int) -> None:
        """More or fewer places, or another hour."""
        self.do(self._change(NewHours(hours(online=online, green=green, first=first, valid_from=day))))

    @invariant()
    def every_place_is_there_once_and_what_is_free_is_found(self) -> None:
        """Counted from the rows; and a place that came free is shown to whoever looks, and no other is."""
        self.loop.run(self._look())

    async def _slot(self, which: int) -> Any:
        slots = await self.hall.slots()
        return slots[which % len(slots)]

    async def _hold(self, caller: Caller, item: Any, which: int) -> None:
        slot = await self._slot(which)
        await self.hall.desk.places.hold(HoldPlace(caller, _own(caller), item, slot.id))

    async def _book(self, caller: Caller, who: int, item: Any, which: int) -> None:
        slot, person = await self._slot(which), _own(self.hall.callers[who])
        await self.hall.desk.places.book(BookAppointment(caller, person, item, slot.id))

    async def _on_hold(self, which: int, act: Any) -> None:
        holds: list[Hold] = sorted(
            (await self.hall.books()).holds, key=lambda hold: (hold.state is not HoldState.HELD, hold.id)
        )
        if holds:
            hold = holds[which % len(holds)]
            caller = next(c for c in self.hall.callers if _own(c) == hold.person)
            verb = self.hall.desk.places.confirm if act is ConfirmHold else self.hall.desk.places.release
            await verb(act(caller, hold.id))

    async def _mine(self, which: int) -> tuple[Caller, Any] | None:
        found = [
            a
            for a in await self.hall.appointments()
            if a.state in {AppointmentState.BOOKED, AppointmentState.DISPLACED}
        ]
        found.sort(key=lambda a: a.id)
        if not found:
            return None
        one = found[which % len(found)]
        return next(c for c in self.hall.callers if _own(c) == one.person), one

    async def _move(self, which: int, there: int) -> None:
        mine = await self._mine(which)
        if mine is not None:
            caller, one = mine
            slot = await self._slot(there)
            await self.hall.desk.places.move(MoveAppointment(caller, one.id, slot.id))

    async def _cancel(self, which: int) -> None:
        mine = await self._mine(which)
        if mine is not None:
            await self.hall.desk.places.cancel(CancelAppointment(mine[0], mine[1].id))

    async def _leave(self, which: int) -> None:
        entries = sorted((await self.hall.books()).waiting, key=lambda entry: entry.id)
        if entries:
            entry = entries[which % len(entries)]
            caller = next(c for c in self.hall.callers if _own(c) == entry.person)
            await self.hall.desk.places.leave_line(LeaveLine(caller, entry.id))

    async def _change(self, change: Closure | NewHours) -> None:
        await self.hall.desk.places.change_hours(ChangeHours(self.hall.director, HALL, change, "临时调整"))

    async def _look(self) -> None:
        books = await self.hall.books()
        books.require_every_place_once()
        shown = {slot.id for slot in await self.hall.desk.places.find_slots(FindSlots(SHORT, limit=500))}
        for slot in books.slots:
            left = slot.online_capacity - slot.online_taken - slot.online_held
            if slot.green_until and slot.green_until <= books.at:
                left = max(0, left) + slot.green_capacity - slot.green_taken - slot.green_held
            free = slot.bookable_at(books.at) and left > slot.waiting
            assert (slot.id in shown) == free, (slot, free)


def _own(caller: Caller) -> Any:
    return caller.account.person


def _play(database_url: str, *, bounds: settings = _BOUNDS) -> None:
    with asyncio.Runner() as loop:
        store = Store.open(database_url, KEYS)
        machine = type("Played", (Everything,), {"store": store, "loop": loop})
        try:
            run_state_machine_as_test(machine, settings=bounds)
        finally:
            loop.run(store.close())


def test_after_any_sequence_every_place_is_there_once(database_url: str) -> None:
    """Live holds and live bookings never exceed a quota, freed places are found, nobody has two for one thing."""
    _play(database_url)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_twin_that_takes_without_looking_is_caught(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The naive store counts no holds when it takes, and the sequences find it out."""

    async def free_for_all(self: SqlSlots, wanted: Any, now: Any) -> Any:
        slots = await _careful(self, wanted, now)
        return tuple(_without_counts(slot) for slot in slots)

    _careful = SqlSlots.read
    monkeypatch.setattr(SqlSlots, "read", free_for_all)
    with pytest.raises(AssertionError):
        _play(database_url, bounds=settings(_BOUNDS, phases=[Phase.generate]))


def _without_counts(slot: Any) -> Any:
    return replace(slot, online_held=0, green_held=0, counter_held=0)
