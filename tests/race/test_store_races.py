"""Races in the store: many at once, over several connections and over two processes, and nothing is lost.

Beside each race stands its twin: the same runners with the naive code, which must lose something. It proves that
the race is hard enough to find the mistake.
"""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy.schema import DropIndex

from intake.model.learning import HeardState
from intake.model.leaving import Topic
from intake.model.places import OpenTime
from storage.sql import tables
from storage.sql.store import Store
from tests.contract.nouns import NOW, draft, message, open_time, ticket, waiting
from tests.contract.stores import KEYS
from tests.race import runners
from tests.race.runners import Runner

ROOT = Path(__file__).parents[2]
Field = Callable[[Runner, int], Awaitable[list[str]]]


@dataclass
class Contestant:
    """A process of its own that runs one race after the other."""

    process: asyncio.subprocess.Process

    async def stand_ready(self, url: str, runner: Runner, count: int) -> None:
        """Open a store and wait at the line."""
        await self._say(json.dumps({"url": url, "name": runner.__name__, "count": count}))
        assert await self._hear() == "ready"

    async def run(self) -> list[str]:
        """Run; what was won."""
        await self._say("go")
        won: list[str] = await self._hear()
        return won

    async def leave(self) -> None:
        """No more races: the process ends by itself."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        await self.process.wait()

    async def _say(self, words: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{words}\n".encode())
        await self.process.stdin.drain()

    async def _hear(self) -> Any:
        assert self.process.stdout is not None
        return json.loads(await self.process.stdout.readline())


@pytest_asyncio.fixture(scope="module")
async def two_processes() -> AsyncIterator[list[Contestant]]:
    """Two processes beside this one."""
    command, pipe = (sys.executable, "-m", "tests.race"), asyncio.subprocess.PIPE
    started = [
        Contestant(await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=pipe, stdout=pipe))
        for _ in range(2)
    ]
    yield started
    for contestant in started:
        await contestant.leave()


@pytest.fixture(params=["connections", "processes"])
def field(request: pytest.FixtureRequest, database_url: str, two_processes: list[Contestant]) -> Field:
    """Where a race is run: three stores of one process, or two processes."""
    if request.param == "connections":
        return lambda runner, count: over_connections(database_url, runner, count)
    return lambda runner, count: over_processes(two_processes, database_url, runner, count)


async def over_connections(url: str, runner: Runner, count: int) -> list[str]:
    """The runners share three stores, each with connections of its own."""
    stores = [Store.open(url, KEYS) for _ in range(3)]
    try:
        return await runners.run(stores, runner, count)
    finally:
        for store in stores:
            await store.close()


async def over_processes(contestants: list[Contestant], url: str, runner: Runner, count: int) -> list[str]:
    """The runners are shared out among the processes."""
    for contestant in contestants:
        await contestant.stand_ready(url, runner, count // len(contestants))
    won = await asyncio.gather(*(contestant.run() for contestant in contestants))
    return [one for each in won for one in each]


async def put(store: Store, *, times: tuple[OpenTime, ...] = (), in_line: int = 0, messages: int = 0) -> None:
    """Set the scene."""
    async with store.open_uow() as uow:
        await uow.slots.open(times)
        for number in range(in_line):
            await uow.tickets.add(ticket(number=f"A{number:03d}"))
        for number in range(messages):
            await uow.leaving.send(message(f"case:{number}"))
        await uow.commit()


async def test_the_last_place_goes_to_one_person(store: Store, field: Field) -> None:
    """Twenty people press 预约 on the same last place."""
    await put(store, times=(open_time(online_capacity=1),))
    assert len(await field(runners.claim, 20)) == 1


async def test_every_place_goes_to_somebody(store: Store, field: Field) -> None:
    """Seven places, twenty people: seven are happy."""
    await put(store, times=(open_time(online_capacity=7),))
    assert len(await field(runners.claim, 20)) == 7


async def test_twin_looking_before_taking_overbooks(store: Store, field: Field) -> None:
    """The naive code gives the last place to many."""
    await put(store, times=(open_time(online_capacity=1),))
    assert len(await field(runners.claim_naively, 20)) > 1


async def test_the_last_place_is_kept_for_one_person(store: Store, field: Field) -> None:
    """Twenty people choose the same last place to think about."""
    await put(store, times=(open_time(online_capacity=1),))
    assert len(await field(runners.keep_a_place, 20)) == 1


async def test_twin_looking_before_holding_keeps_it_for_many(store: Store, database_url: str) -> None:
    """The naive code keeps the last place for everybody who looked."""
    await put(store, times=(open_time(online_capacity=1),))
    assert len(await over_connections(database_url, runners.keep_a_place_naively, 6)) > 1


async def test_a_hold_becomes_one_appointment(store: Store, field: Field) -> None:
    """Ten clicks on 确认, through two servers."""
    await put(store, times=(open_time(online_capacity=1),))
    await _keep_one(store)
    assert len(await field(runners.confirm, 10)) == 1


async def test_twin_looking_before_confirming_books_many(store: Store, database_url: str) -> None:
    """The naive code turns one hold into as many bookings as clicks."""
    await put(store, times=(open_time(online_capacity=1),))
    await _keep_one(store)
    assert len(await over_connections(database_url, runners.confirm_naively, 6)) > 1


async def test_a_freed_place_is_offered_once(store: Store, field: Field) -> None:
    """Two places come free and three chores run: the first in line gets one offer."""
    await _one_in_line(store)
    assert len(await field(runners.offer, 10)) == 1


async def test_twin_looking_before_offering_offers_many(store: Store, database_url: str) -> None:
    """The naive code tells one person ten times that it is their turn."""
    await _one_in_line(store)
    assert len(await over_connections(database_url, runners.offer_naively, 6)) > 1


async def _keep_one(store: Store) -> None:
    (held,) = await runners.run([store], runners.keep_a_place, 1)
    assert held


async def _one_in_line(store: Store) -> None:
    async with store.open_uow() as uow:
        assert await uow.waitings.add(waiting())
        await uow.commit()


async def test_everybody_in_line_is_called_by_one_clerk(store: Store, field: Field) -> None:
    """Ten wait, fourteen presses come at once: ten are called, once each."""
    await put(store, in_line=10)
    called = await field(runners.call, 14)
    assert sorted(called) == [f"A{number:03d}" for number in range(10)]


async def test_twin_looking_before_calling_calls_one_person_to_two_counters(
    store: Store, database_url: str
) -> None:
    """The naive code sends one person to several counters."""
    await put(store, in_line=10)
    called = await over_connections(database_url, runners.call_naively, 6)
    assert max(Counter(called).values()) > 1


async def test_a_number_is_given_once(store: Store, field: Field) -> None:
    """Forty cases at once have the numbers 1 to 40."""
    given = await field(runners.number, 40)
    assert sorted(map(int, given)) == list(range(1, 41))


async def test_twin_adding_one_to_the_last_number_gives_it_twice(store: Store, database_url: str) -> None:
    """The naive code gives two cases one number."""
    await over_connections(database_url, runners.number, 1)
    given = await over_connections(database_url, runners.number_naively, 10)
    assert len(set(given)) < len(given)


async def test_fifty_taps_do_it_once(store: Store, field: Field) -> None:
    """One intent, one result, however nervous the finger."""
    assert await field(runners.tap, 50) == ["sent"]
    async with store.open_uow() as uow:
        assert len(await uow.leaving.due(NOW, tuple(Topic))) == 1
        assert await uow.intents.begin(runners.TAPPER, runners.TAP, "send") == "sent"


async def test_twin_looking_for_the_key_does_it_many_times(store: Store, database_url: str) -> None:
    """The naive code does it for every tap that looked before the first had finished."""
    assert len(await over_connections(database_url, runners.tap_naively, 10)) > 1


async def test_of_two_changes_to_one_case_one_is_told_it_is_late(store: Store, database_url: str) -> None:
    """Ten clerks save what they saw; the case is what one of them saved."""
    async with store.open_uow() as uow:
        case = draft()
        await uow.cases.add(case)
        await uow.commit()

    won = await over_connections(database_url, runners.submit, 10)

    async with store.open_view() as view:
        assert [(await view.cases.get(case.id)).number] == won


async def test_twin_writing_without_the_version_loses_changes(store: Store, database_url: str) -> None:
    """With the naive code all ten believe that theirs was kept."""
    async with store.open_uow() as uow:
        await uow.cases.add(draft())
        await uow.commit()
    assert len(await over_connections(database_url, runners.submit_naively, 10)) == 10


async def several_drafts(store: Store) -> None:
    """The elder, the child and the proxy each prepared the same matter."""
    first = draft()
    async with store.open_uow() as uow:
        await uow.cases.add(first)
        for opener in range(5):
            await uow.cases.add(draft(applicant=first.applicant, opened_by=f"proxy-{opener}"))
        await uow.commit()


async def test_one_matter_of_one_person_is_open_once(store: Store, database_url: str) -> None:
    """All had looked and saw none open; one is submitted, the others hear its number."""
    await several_drafts(store)
    assert len(await over_connections(database_url, runners.submit_own, 6)) == 1


async def test_twin_without_the_index_opens_the_matter_many_times(store: Store, database_url: str) -> None:
    """Looking alone does not keep a second case from opening."""
    await several_drafts(store)
    async with store.open_uow() as uow:
        index = next(index for index in tables.cases.indexes if index.name == "one_open_case")
        await uow.cases.connection.execute(DropIndex(index))
        await uow.commit()
    assert len(await over_connections(database_url, runners.submit_own, 6)) > 1


async def test_a_message_is_taken_by_one_deliverer(store: Store, field: Field) -> None:
    """Two workers share the outbox and send nobody the same message at once."""
    await put(store, messages=10)
    taken = await field(runners.deliver, 10)
    assert len(taken) == len(set(taken))


async def test_twin_looking_before_leasing_delivers_twice(store: Store, database_url: str) -> None:
    """The naive code hands one message to several workers."""
    await put(store, messages=10)
    taken = await over_connections(database_url, runners.deliver_naively, 6)
    assert len(set(taken)) < len(taken)


async def test_everybody_who_says_the_same_is_counted(store: Store, field: Field) -> None:
    """Twenty people say it at the same moment: one row, twenty people."""
    assert len(set(await field(runners.say, 20))) == 20
    async with store.open_view() as view:
        (row,) = await view.learning.queue(HeardState.OPEN, 50)
    assert (row.times, row.people, row.unmatched) == (20, 20, 20)


async def test_twin_adding_one_to_what_was_seen_loses_people(store: Store, database_url: str) -> None:
    """The naive code counts those who looked at the same moment as one."""
    await over_connections(database_url, runners.say, 1)
    await over_connections(database_url, runners.say_naively, 6)
    async with store.open_view() as view:
        (row,) = await view.learning.queue(HeardState.OPEN, 50)
    assert row.people < 7


async def test_the_same_words_are_taught_by_one_keeper(store: Store, database_url: str) -> None:
    """All had looked and found them free; one teaches, the others are told."""
    assert len(await over_connections(database_url, runners.teach, 6)) == 1


async def test_twin_without_the_index_teaches_the_words_many_times(store: Store, database_url: str) -> None:
    """Looking alone does not keep the words from leading to several items."""
    async with store.open_uow() as uow:
        index = next(i for i in tables.teachings.indexes if i.name == "one_teaching_of_a_text")
        await uow.learning.connection.execute(DropIndex(index))
        await uow.commit()
    assert len(await over_connections(database_url, runners.teach, 6)) > 1
