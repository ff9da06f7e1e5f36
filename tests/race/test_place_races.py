"""Races over places: hours change while people book, and places are moved, swapped and given back at the same moment.

Every scene plays over three servers' stores, on SQLite and on PostgreSQL, and is counted from the rows. No press is told
"too many at once" or that its page is old: it leans on no page. Beside each race stands its twin with the naive code.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import time
from functools import partial
from random import Random

import pytest

from intake.desk import Desk
from intake.errors import Busy, NotNow, SlotFull
from intake.model.booking import Appointment, AppointmentState, Slot
from intake.model.hours import Closure, NewHours
from intake.model.ids import SlotId
from intake.model.places import Period
from intake.ports import Uow
from intake.usecases.intents import taking_turns
from intake.usecases.places.booking import (
    BookAppointment,
    CancelAppointment,
    HoldPlace,
    MoveAppointment,
)
from intake.usecases.places.hours import ChangeHours
from intake.usecases.places.lines import JoinLine
from storage.sql.store import Store
from tests.property.hall import DAYS, HALL, LONG, SHORT, SmallHall, hours, require_every_place_once, span
from tests.race import place_runners as runners
from tests.race.place_runners import Act, all_at_once
from tests.race.runners import Look
from tests.race.test_store_races import over_connections

PEOPLE = 24
ROUNDS = 3


async def book(hall: SmallHall, who: int, slot: SlotId, item: str = SHORT) -> Appointment:
    """A place for one of the villagers."""
    caller = hall.callers[who]
    return await hall.desk.places.book(BookAppointment(caller, caller.account.person, item, slot))  # type: ignore[arg-type]  # villagers have a person


def booking(hall: SmallHall, who: int, slot: Slot, item: str = SHORT) -> Act:
    """The press of 预约."""
    caller = hall.callers[who]
    order = BookAppointment(caller, caller.account.person, item, slot.id)  # type: ignore[arg-type]  # as above
    return lambda desk: desk.places.book(order)


def holding(hall: SmallHall, who: int, slot: Slot) -> Act:
    """Keep a place for a while."""
    caller = hall.callers[who]
    order = HoldPlace(caller, caller.account.person, LONG, slot.id)  # type: ignore[arg-type]  # as above
    return lambda desk: desk.places.hold(order)


def joining(hall: SmallHall, who: int) -> Act:
    """Stand in line."""
    caller = hall.callers[who]
    order = JoinLine(caller, caller.account.person, LONG, HALL, *span())  # type: ignore[arg-type]  # as above
    return lambda desk: desk.places.join_line(order)


def moving(hall: SmallHall, who: int, appointment: Appointment, slot: Slot) -> Act:
    """The press of 改约."""
    order = MoveAppointment(hall.callers[who], appointment.id, slot.id)
    return lambda desk: desk.places.move(order)


def cancelling(hall: SmallHall, who: int, appointment: Appointment) -> Act:
    """The press of 取消预约."""
    order = CancelAppointment(hall.callers[who], appointment.id)
    return lambda desk: desk.places.cancel(order)


def changing(hall: SmallHall, change: Closure | NewHours) -> Act:
    """The director's press."""
    order = ChangeHours(hall.director, HALL, change, "临时调整")
    return lambda desk: desk.places.change_hours(order)


def chores() -> list[Act]:
    """What every server's worker does meanwhile."""
    return [
        lambda desk: desk.places.open_slots(),
        lambda desk: desk.places.line_up_slots(),
        lambda desk: desk.places.settle_hours(),
        lambda desk: desk.places.tend_lines(),
    ]


async def test_changing_the_hours_drops_no_booking(store: Store, database_url: str) -> None:
    """Two dozen people book, keep, move and give back while the director closes days, opens them and changes the places."""
    hall = await SmallHall.make(store, people=PEOPLE, pattern=hours(online=3))
    dice = Random(1)
    promised: dict[str, Appointment] = {}
    for number in range(ROUNDS):
        slots = await hall.slots()
        mine = [a for a in await hall.appointments() if a.state is AppointmentState.BOOKED]
        acts = [booking(hall, who, dice.choice(slots)) for who in range(PEOPLE)]
        acts += [holding(hall, who, dice.choice(slots)) for who in range(0, PEOPLE, 2)]
        acts += [joining(hall, who) for who in range(1, PEOPLE, 4)]
        acts += [moving(hall, _who(hall, a), a, dice.choice(slots)) for a in mine[::2]]
        acts += [cancelling(hall, _who(hall, a), a) for a in mine[1::4]]
        acts += [changing(hall, change) for change in _changes(number)]
        acts += [*chores(), *chores()]
        dice.shuffle(acts)

        answers = await all_at_once(database_url, hall, acts)

        promised |= {a.id: a for a in answers if isinstance(a, Appointment)}
        await require_every_place_once(hall)
        await _require_nobody_dropped(hall, promised)


def _changes(number: int) -> Sequence[Closure | NewHours]:
    day, other = DAYS[number % 2], DAYS[(number + 1) % 2]
    return (
        Closure(day, day),
        NewHours(hours(online=2 + number, first=10 - number % 2, valid_from=other)),
        Closure(day, day, (Period(time(9), time(11)),)),
        NewHours(hours(online=1, valid_from=other)),
    )


def _who(hall: SmallHall, appointment: Appointment) -> int:
    return next(n for n, c in enumerate(hall.callers) if c.account.person == appointment.person)


async def _require_nobody_dropped(hall: SmallHall, promised: dict[str, Appointment]) -> None:
    """Whoever was told 预约成功 has a place, chooses another with the reason told, or gave it back themselves."""
    now_are = {a.id: a for a in await hall.appointments()}
    async with hall.store.open_view() as view:
        displaced = {d.appointment for d in await view.hours.displaced(HALL, 10_000)}
    for each in promised:
        state = now_are[each].state  # type: ignore[index]  # an appointment's id
        assert state in {AppointmentState.BOOKED, AppointmentState.DISPLACED, AppointmentState.CANCELLED}
        assert state is not AppointmentState.DISPLACED or each in displaced


async def test_twin_closing_for_those_it_saw_drops_a_booking(store: Store, database_url: str) -> None:
    """The naive code asks those it saw; who booked meanwhile has a place at a closed hall."""
    hall = await SmallHall.make(store, people=6)
    day = [slot for slot in await hall.slots() if slot.start.date() == DAYS[0]]
    looked, booked = asyncio.Event(), asyncio.Event()

    async def somebody_books() -> None:
        looked.set()
        await booked.wait()

    closing = asyncio.create_task(runners.close_naively(store, somebody_books, [slot.id for slot in day]))
    await looked.wait()
    await book(hall, 1, day[0].id)
    booked.set()
    await closing

    with pytest.raises(AssertionError):
        await require_every_place_once(hall)


async def test_of_many_who_move_into_the_last_place_one_gets_it(store: Store, database_url: str) -> None:
    """The others hear 已约满, and keep the place they had."""
    hall = await SmallHall.make(store, people=8, pattern=hours(online=2, green=0))
    free, booked = await _booked_elsewhere(hall, 7)

    acts = [moving(hall, n, each, free) for n, each in enumerate(booked)]
    answers = await all_at_once(database_url, hall, acts)

    there = [a for a in answers if isinstance(a, Appointment)]
    assert [a.slot for a in there] == [free.id]
    assert sum(isinstance(answer, SlotFull) for answer in answers) == len(booked) - 1
    after = {a.id: a.slot for a in await hall.appointments()}
    for before in booked:
        assert after[before.id] == (free.id if before.id == there[0].id else before.slot)
    await require_every_place_once(hall)


async def test_twin_looking_before_moving_fills_the_last_place_twice(store: Store, database_url: str) -> None:
    """The naive code moves everybody who saw the place free."""
    hall = await SmallHall.make(store, people=8, pattern=hours(online=2, green=0))
    free, booked = await _booked_elsewhere(hall, 6)
    waiting = list(booked)

    async def move(of: Store, look: Look) -> str | None:
        mine = waiting.pop()
        return mine.id if await runners.move_naively(of, look, mine.id, free.id) else None

    assert len(await over_connections(database_url, move, 6)) > 1


async def _booked_elsewhere(hall: SmallHall, many: int) -> tuple[Slot, list[Appointment]]:
    """Two villagers to a slot, the last slot of all but one place full."""
    *others, last = await hall.slots()
    await book(hall, many, last.id)
    booked = [await book(hall, n, others[n // 2].id) for n in range(many)]
    return last, booked


async def test_moving_twice_at_once_leaves_one_place(store: Store, database_url: str) -> None:
    """Two phones of one family move one booking to two times: it ends at one of them and takes nothing of the other."""
    hall = await SmallHall.make(store, people=4)
    slots = await hall.slots()
    mine = await book(hall, 1, slots[0].id)
    for _ in range(ROUNDS):
        acts = [moving(hall, 1, mine, slot) for slot in slots[1:5]]

        answers = await all_at_once(database_url, hall, acts)

        assert all(isinstance(answer, Appointment) for answer in answers)
        (only,) = await hall.appointments()
        assert only.slot in {slot.id for slot in slots[1:5]}
        await require_every_place_once(hall)


async def test_twin_moving_what_was_seen_takes_two_places(store: Store, database_url: str) -> None:
    """The naive code gives the old place back once and takes a new one for each press."""
    hall = await SmallHall.make(store, people=4)
    slots = await hall.slots()
    mine = await book(hall, 1, slots[0].id)
    targets = [slot.id for slot in slots[1:5]]

    async def move(of: Store, look: Look) -> str | None:
        await runners.move_naively(of, look, mine.id, targets.pop())
        return None

    await over_connections(database_url, move, 4)
    with pytest.raises(AssertionError):
        await require_every_place_once(hall)


async def test_moving_while_cancelling_gives_every_place_back(store: Store, database_url: str) -> None:
    """Whatever comes first: it ends cancelled, and the place it had last is free."""
    hall = await SmallHall.make(store, people=2 * ROUNDS)
    slots = await hall.slots()
    for who in range(2 * ROUNDS):
        mine = await book(hall, who, slots[0].id)
        acts = [moving(hall, who, mine, slot) for slot in slots[1:3]]
        acts.insert(who % 3, cancelling(hall, who, mine))

        (*_,) = answers = await all_at_once(database_url, hall, acts)

        assert all(isinstance(answer, Appointment | NotNow) for answer in answers)
        ended = next(a for a in await hall.appointments() if a.id == mine.id)
        assert ended.state is AppointmentState.CANCELLED
        await require_every_place_once(hall)
    assert all(slot.online_taken + slot.green_taken == 0 for slot in await hall.slots())


async def test_twin_cancelling_what_was_seen_keeps_a_place_for_nobody(
    store: Store, database_url: str
) -> None:
    """The naive code gives back the place it saw, and the new one stays taken."""
    hall = await SmallHall.make(store, people=4)
    slots = await hall.slots()
    mine = await book(hall, 1, slots[0].id)
    turns = ["move", "cancel"]

    async def act(of: Store, look: Look) -> str | None:
        if turns.pop() == "move":
            await runners.move_naively(of, look, mine.id, slots[1].id)
        else:
            await runners.cancel_naively(of, look, mine.id)
        return None

    await over_connections(database_url, act, 2)
    with pytest.raises(AssertionError):
        await require_every_place_once(hall)


async def in_order(series: Sequence[str], uow: Uow) -> str:
    """An act that takes one thing, and a moment later the other."""
    for one in series:
        await uow.numbers.next(one)
        await asyncio.sleep(0.2)
    await uow.commit()
    return series[0]


async def test_two_acts_that_wait_for_each_other_are_both_done(store: Store, database_url: str) -> None:
    """The store ends one of them; it is tried again, and nobody is told to press again."""

    async def in_turns(series: Sequence[str], desk: Desk) -> str:
        return await taking_turns(desk.places.tools, partial(in_order, series))

    acts: list[Act] = [partial(in_turns, ("a", "b")), partial(in_turns, ("b", "a"))]

    assert await all_at_once(database_url, await SmallHall.make(store, people=1), acts) == ["a", "b"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_twin_that_tries_once_is_sent_away(store: Store, database_url: str) -> None:
    """Tried once, one of the two hears that there is too much to do; on SQLite writers never meet."""

    async def once(series: Sequence[str], desk: Desk) -> str:
        async with desk.places.tools.open_uow() as uow:
            return await in_order(series, uow)

    acts: list[Act] = [partial(once, ("a", "b")), partial(once, ("b", "a"))]
    with pytest.raises(Busy):
        await all_at_once(database_url, await SmallHall.make(store, people=1), acts)
