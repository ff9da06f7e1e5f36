"""Lists stay as fast in a store of ten years as in an empty one: each is a walk along an index, never a full read."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.errors import Refusal
from intake.model.booking import BookingRules
from intake.model.case import CaseState
from intake.model.catalogue import CounterGroup
from intake.model.ids import AccountCode, DepartmentName, HallCode, PersonId, ServiceCode, SlotId, VillageCode
from intake.model.learning import HeardState
from intake.model.people import Role
from storage.sql.store import Store
from storage.sql.uow import SqlUow
from tests.contract.nouns import NOW, TODAY, id_number

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


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", QUESTIONS)
async def test_a_list_is_a_walk_along_an_index(store: Store, name: str) -> None:
    """No table is read from end to end."""
    async with store.open_view() as view:
        plan = await plan_of(view, QUESTIONS[name])
    # A merged list is read whole, but it is no longer than what was asked for.
    tables_read = [
        line
        for line in plan
        if line.startswith("SCAN")
        and "subquery" not in line
        and "anon" not in line
        and "CONSTANT" not in line
    ]
    assert plan
    assert tables_read == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_full_read_is_noticed(store: Store) -> None:
    """The test above is able to fail."""
    async with store.open_view() as view:
        plan = await plan_of(view, lambda uow: uow.leaving.pulses())
    assert any(line.startswith("SCAN pulses") for line in plan)
