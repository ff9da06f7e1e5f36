"""绿色通道的限度: priority lets nobody wait beyond the bound that the hall has set, whatever comes through the door."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from intake.model.catalogue import CounterGroup
from intake.model.ids import AccountCode, CounterCode, HallCode
from intake.model.lines import overtaken
from intake.model.queue import Precedence, Ticket, TicketState
from storage.sql.store import Store
from storage.sql.uow import SqlUow
from tests.contract.nouns import NOW, TODAY, fresh, ticket

GROUPS = {CounterGroup.COMPREHENSIVE}
RULES = Precedence(booked_minutes=30, green_minutes=20, grace_minutes=10)
CREDIT = timedelta(minutes=50)
NO_BOUND = 1000


@dataclass
class Day:
    """A hall's day: who comes when, who is called when, as a made-up door counter would write it."""

    uow: SqlUow
    bound: int
    hall: HallCode
    now: datetime = NOW

    async def live(self, minutes: Iterator[str]) -> list[Ticket]:
        """Play it minute by minute and call until nobody waits; the numbers as they were called."""
        called = [await self._minute(what) for what in minutes]
        while one := await self._minute("call"):
            called.append(one)
        return [one for one in called if one is not None]

    async def _minute(self, what: str) -> Ticket | None:
        self.now += timedelta(minutes=1)
        if what != "call":
            await self._come(green=what == "green", booked=what == "booked")
            return None
        counter, clerk = CounterCode("one"), AccountCode("clerk")
        one = await self.uow.tickets.call_next(
            self.hall, TODAY, GROUPS, counter, clerk, most_overtaken=self.bound
        )
        if one is None:
            return None
        return await self.uow.tickets.save(replace(one, called_at=self.now, since=self.now))

    async def _come(self, *, green: bool, booked: bool) -> None:
        order_at = RULES.order_at(self.now, booked_start=self.now if booked else None, green=green)
        came = {"taken_at": self.now, "since": self.now, "order_at": order_at}
        await self.uow.tickets.add(ticket(hall=self.hall, **came))


def rush(seed: int) -> Iterator[str]:
    """Forty minutes in which those with credits come thick and fast."""
    draw = random.Random(seed)
    yield from ("plain", "plain")
    for _ in range(40):
        yield draw.choice(("plain", "green", "green", "booked", "call", "call"))


def times_overtaken(one: Ticket, called: list[Ticket]) -> int:
    """How many who came later were called before this one."""
    return sum(1 for other in called[: called.index(one)] if other.taken_at > one.taken_at)


@pytest.mark.parametrize("bound", [1, 3, 6])
async def test_nobody_is_overtaken_more_often_than_the_hall_allows(store: Store, bound: int) -> None:
    """Eight rushes of elders and booked people: the walk-in lets so many pass, and then is called."""
    for seed in range(8):
        async with store.open_uow() as uow:
            called = await Day(uow, bound, HallCode(fresh("hall"))).live(rush(seed))
        assert len(called) > 10
        for one in called:
            assert times_overtaken(one, called) <= bound
            passed = [x for x in called[: called.index(one)] if x.taken_at > one.taken_at]
            assert all(x.taken_at - one.taken_at <= CREDIT for x in passed)


async def test_twin_without_the_bound_somebody_is_overtaken_more_often(store: Store) -> None:
    """The same rushes by credit alone: the harness can see what the bound prevents."""
    most = 0
    for seed in range(8):
        async with store.open_uow() as uow:
            called = await Day(uow, NO_BOUND, HallCode(fresh("hall"))).live(rush(seed))
        most = max(most, *(times_overtaken(one, called) for one in called))
    assert most > 6


async def test_the_line_shown_is_the_line_called_and_counts_as_it_is_explained(store: Store) -> None:
    """What the desk page lists first is who comes, and “已经让了三位” counts the same three."""
    bound = 3
    async with store.open_uow() as uow:
        day = Day(uow, bound, HallCode(fresh("hall")))
        await day.live(iter(("plain", "plain", "booked", "green", "booked", "call", "call")))
        for what in (*("plain",) * 2, *("booked",) * 6):
            await day._minute(what)  # noqa: SLF001 (the scene goes on minute by minute)
        for _ in range(6):
            line = await uow.tickets.today(day.hall, TODAY, most_overtaken=bound)
            first = next(one for one in line if one.state is TicketState.WAITING)
            assert all(overtaken(one, line) <= bound for one in line if one.state is TicketState.WAITING)
            called = await day._minute("call")  # noqa: SLF001 (likewise)
            assert called is not None
            assert called.id == first.id
