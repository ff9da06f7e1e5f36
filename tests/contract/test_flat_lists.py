"""Lists stay as fast in a store of ten years as in an empty one: each is a walk along an index, never a full read."""

import itertools
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Insert, event
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.errors import Refusal
from intake.model.booking import BookingRules
from intake.model.case import CaseState
from intake.model.catalogue import CounterGroup
from intake.model.ids import (
    AccountCode,
    CaseId,
    DepartmentName,
    HallCode,
    PersonId,
    ServiceCode,
    SlotId,
    VillageCode,
)
from intake.model.learning import HeardState
from intake.model.people import Role
from intake.model.work_order import OrderAbout
from storage.sql import (
    books,
    conversations,
    glances,
    intents,
    kept,
    learning,
    leaving,
    people,
    standing,
    writing,
)
from storage.sql.prepared import Prepared
from storage.sql.store import Store
from storage.sql.uow import SqlUow
from tests.contract.nouns import NOW, TODAY, draft, id_number
from tests.many_cases import fill

HALL, PERSON, ACCOUNT, SERVICE = HallCode("county"), PersonId("p"), AccountCode("a"), ServiceCode("MZ01")
STATES = (CaseState.SUBMITTED, CaseState.RECEIVED)
Ask = Callable[[SqlUow], Awaitable[object]]
QUESTIONS: dict[str, Ask] = {
    "current item": lambda uow: uow.catalogue.current(SERVICE, TODAY),
    "person by number": lambda uow: uow.people.by_id_number(id_number(1)),
    "villagers": lambda uow: uow.people.in_village(VillageCode("v")),
    "citizen account": lambda uow: uow.people.account_of(PERSON),
    "accounts of a role": lambda uow: uow.people.accounts(role=Role.DIRECTOR),
    "proxy of a village": lambda uow: uow.people.proxy_of(VillageCode("v")),
    "device": lambda uow: uow.people.device_by_token("t"),
    "session": lambda uow: uow.people.session("t"),
    "mandates": lambda uow: uow.people.mandates(PERSON, ACCOUNT),
    "free slots": lambda uow: uow.slots.free(
        at={(HALL, CounterGroup.POLICE), (HALL, CounterGroup.COMPREHENSIVE)}, now=NOW, after=NOW
    ),
    "a run of slots": lambda uow: uow.slots.read([SlotId("s-1"), SlotId("s-2")], NOW),
    "what is held for a person": lambda uow: uow.holds.of_person(PERSON, NOW),
    "what is over": lambda uow: uow.holds.expired(NOW, 50),
    "a person's standing": lambda uow: uow.appointments.standing(
        PERSON, ACCOUNT, SERVICE, circle=(), now=NOW, rules=BookingRules()
    ),
    "who did not come": lambda uow: uow.appointments.overdue(NOW, 50),
    "a person's line": lambda uow: uow.waitings.live_for(PERSON, SERVICE),
    "live appointment": lambda uow: uow.appointments.live_for(PERSON, SERVICE),
    "appointment by number": lambda uow: uow.appointments.by_number("YY1"),
    "a person's appointments": lambda uow: uow.appointments.of_person(PERSON),
    "an account's appointments": lambda uow: uow.appointments.booked_by(ACCOUNT),
    "a hall's appointments": lambda uow: uow.appointments.at_hall(HALL, NOW, NOW + timedelta(days=1)),
    "a hall's queue": lambda uow: uow.tickets.today(HALL, TODAY),
    "open case": lambda uow: uow.cases.open_for(PERSON, SERVICE),
    "draft": lambda uow: uow.cases.draft_of(PERSON, SERVICE, ACCOUNT),
    "a person's cases": lambda uow: uow.cases.of_person(PERSON),
    "an account's cases": lambda uow: uow.cases.opened_by(ACCOUNT),
    "a hall's cases": lambda uow: uow.cases.at_hall(HALL, STATES),
    "a department's cases": lambda uow: uow.cases.of_department(DepartmentName("d"), STATES),
    "an asker's questions": lambda uow: uow.questions.of_asker(ACCOUNT),
    "a hall's questions": lambda uow: uow.questions.at_hall(HALL),
    "notices": lambda uow: uow.leaving.notices(ACCOUNT, 7),
    "follow-ups of the county": lambda uow: uow.follow_ups.open_at(None),
    "a hall's follow-ups": lambda uow: uow.follow_ups.open_at(HALL),
    "an owner's follow-ups": lambda uow: uow.follow_ups.owned_by(ACCOUNT),
    "a grader's follow-ups": lambda uow: uow.follow_ups.of_grader(ACCOUNT),
    "a hall's requests for help": lambda uow: uow.help_requests.waiting_at(HALL),
    "overdue requests for help": lambda uow: uow.help_requests.overdue(TODAY),
    "overdue questions": lambda uow: uow.questions.overdue(TODAY),
    "open work orders": lambda uow: uow.work_orders.about(OrderAbout.SYSTEM),
    "closed work orders": lambda uow: uow.work_orders.about(OrderAbout.SYSTEM, closed=True),
    "the county's work orders": lambda uow: uow.work_orders.opened_at(None),
    "a hall's work orders": lambda uow: uow.work_orders.opened_at(HALL),
    "cases to look at": lambda uow: uow.cases.to_look_at(TODAY, 50),
    "dead letters": lambda uow: uow.leaving.laid_aside(),
    "what was said": lambda uow: uow.learning.queue(HeardState.OPEN, 50),
    "the teaching of a text": lambda uow: uow.learning.taught_as("坐车不要钱的那个本本"),
    "cards on the counters": lambda uow: uow.trays.lying(HALL, NOW),
}


async def plan_of(uow: SqlUow, ask: Ask) -> list[str]:
    """How the database means to answer: the lines of its plan."""
    asked: list[tuple[str, Any]] = []
    connection: AsyncConnection = uow.cases.connection

    def remember(*call: Any) -> None:
        asked.append((call[2], call[3]))

    event.listen(connection.sync_connection, "before_cursor_execute", remember)
    # An empty store refuses; what counts is where it looked.
    with suppress(Refusal):
        await ask(uow)
    event.remove(connection.sync_connection, "before_cursor_execute", remember)
    lines: list[str] = []
    for statement, values in asked:
        plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        lines += [str(row.detail) for row in plan]
    return lines


def tables_read(plan: list[str]) -> list[str]:
    """The lines of a plan that read a table from end to end.

    A merged list is read whole, but it is no longer than what was asked for; and who reads along an index in the order that
    is wanted ends where the list does.
    """
    sorted_afterwards = any("TEMP B-TREE" in line for line in plan)
    # A list of parameters came with the question.
    short = ("subquery", "anon", "CONSTANT", "json_each", *(() if sorted_afterwards else (" USING INDEX ",)))
    return [line for line in plan if line.startswith("SCAN") and not any(word in line for word in short)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", QUESTIONS)
async def test_a_list_is_a_walk_along_an_index(store: Store, name: str) -> None:
    """No table is read from end to end."""
    async with store.open_view() as view:
        plan = await plan_of(view, QUESTIONS[name])
    assert plan
    assert tables_read(plan) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_free_slots_of_one_hall_are_found_at_the_hall(store: Store) -> None:
    """Not among those of the same counters at every hall of the county."""
    async with store.open_view() as view:
        plan = await plan_of(
            view, lambda uow: uow.slots.free(at={(HALL, CounterGroup.POLICE)}, now=NOW, after=NOW)
        )
    assert any("slots_of_hall (hall=? AND start>?)" in line for line in plan)


CASE_LISTS: dict[str, Ask] = {
    "a hall's cases": lambda uow: uow.cases.at_hall(HallCode("hall-1"), STATES, 20),
    "a department's cases": lambda uow: uow.cases.of_department(draft().department, STATES),
    "a person's cases": lambda uow: uow.cases.of_person(PersonId("person-1")),
    "one case": lambda uow: uow.cases.get(CaseId("case-1")),
}


async def steps_of(store: Store, ask: Ask) -> int:
    """How many steps SQLite's machine takes for an answer, in hundreds."""
    steps = itertools.count()

    def one_hundred() -> int:
        next(steps)
        return 0

    async with store.open_view() as view:
        await ask(view)
        raw = await view.cases.connection.get_raw_connection()
        assert raw.driver_connection is not None
        await raw.driver_connection.set_progress_handler(one_hundred, 100)
        await ask(view)
        await raw.driver_connection.set_progress_handler(None, 0)
    return next(steps)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_store_eight_times_as_large_costs_no_more(store: Store) -> None:
    """What waits at a hall is found as quickly when thousands wait there on one day, steps counted, not seconds."""
    await fill(store, 10_000)
    small = {name: await steps_of(store, ask) for name, ask in CASE_LISTS.items()}
    await fill(store, 80_000)
    large = {name: await steps_of(store, ask) for name, ask in CASE_LISTS.items()}
    assert all(large[name] <= small[name] * 1.5 + 1 for name in CASE_LISTS), (small, large)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_sorting_what_waits_is_noticed(store: Store) -> None:
    """Without the ids in the index, all that are due on one day are sorted before the first is known."""
    waits = CASE_LISTS["a department's cases"]
    await fill(store, 10_000)
    small = await steps_of(store, waits)
    async with store.writing() as connection:
        await connection.exec_driver_sql("DROP INDEX cases_of_department")
        await connection.exec_driver_sql("CREATE INDEX by_day ON cases (department, state, due_on)")
        await connection.commit()
    await fill(store, 80_000)
    assert await steps_of(store, waits) > small * 3


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_full_read_is_noticed(store: Store) -> None:
    """The test above is able to fail."""
    async with store.open_view() as view:
        plan = await plan_of(view, lambda uow: uow.leaving.pulses())
    assert any(line.startswith("SCAN pulses") for line in plan)


_PREPARED = (books, standing, writing, glances, intents, leaving, kept, conversations, learning, people)


def prepared() -> Iterator[tuple[str, Prepared]]:
    """Every statement that is put to the driver as text, but those that only add rows."""
    for module in _PREPARED:
        for name, found in vars(module).items():
            for place, each in enumerate(found.values() if isinstance(found, dict) else (found,)):
                if isinstance(each, Prepared) and not isinstance(each.statements[0], Insert):
                    yield f"{module.__name__}{name}{place}", each


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_a_batch_asks_is_found_along_indexes(store: Store) -> None:
    """No statement that everybody waits for reads a table from end to end, nor all citizens through their role."""
    asked = dict(prepared())
    plans = {}
    async with store.reading() as connection:
        for name, statement in asked.items():
            said = statement.on(connection.dialect)
            nothing = (None,) * said.sql.count("?")
            plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {said.sql}", nothing)
            plans[name] = [str(row.detail) for row in plan]

    read_whole = {
        name
        for name, plan in plans.items()
        for line in plan
        if line.startswith("SCAN ") and "json_each" not in line
    }
    assert len(asked) > 30
    # As many rows as there are subjects: two.
    assert {name.rpartition("_")[2] for name in read_whole} == {"REVISIONS0"}
    assert not [name for name, plan in plans.items() if any("ix_accounts_role" in line for line in plan)]
