"""两台服务器: what two processes on one store must agree about while people press at both."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from tests.api.visitors import Door, Visitor
from tests.services.servers import server_processes_in

HALL, ITEM = "fangqian", "MZ09"
COUNTERS = ("fangqian-comprehensive-1", "fangqian-comprehensive-2")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str | None:
    """The embedded store, or a fresh PostgreSQL database."""
    if request.param == "sqlite":
        return None
    url: str = request.getfixturevalue("module_postgres_database").url
    return url


@pytest_asyncio.fixture(scope="module")
async def machines(
    database: str | None, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[list[Door]]:
    """Two servers on one store, started together."""
    with server_processes_in(tmp_path_factory.mktemp("machines")) as processes:
        async with AsyncExitStack() as doors:
            started = processes.start(2, database_url=database)
            yield [await doors.enter_async_context(Door.at(server.url)) for server in started]


async def everywhere(machines: list[Door], who: str) -> list[Visitor]:
    """One person, signed in once, at both machines: a session is known to both."""
    here = await machines[0].sign_in(who)
    return [here, Visitor(machines[1].stranger.http, machines[1].stranger.url, here.headers)]


async def test_two_clerks_who_press_together_never_get_the_same_person(machines: list[Door]) -> None:
    """Ten wait; two clerks at two machines press ten times each: ten people, one counter each, the rest hear that nobody waits."""
    one, other = await machines[0].sign_in(f"clerk-{HALL}-1"), await machines[1].sign_in(f"clerk-{HALL}-2")
    waiting = [
        (await one.post(f"/api/v1/halls/{HALL}/tickets", {"holder": f"第{n}位"})).said["number"]
        for n in range(10)
    ]

    presses = [
        clerk.post(f"/api/v1/halls/{HALL}/call", {"counter": counter})
        for _ in range(10)
        for clerk, counter in zip((one, other), COUNTERS, strict=True)
    ]
    answers = await asyncio.gather(*presses)

    assert Counter(answer.status for answer in answers) == {200: 10, 409: 10}
    called = [answer.said["number"] for answer in answers if answer.status == 200]
    assert sorted(called) == sorted(waiting)
    assert {answer.said["code"] for answer in answers if answer.status == 409} == {"nobody_waiting"}


async def test_one_press_that_arrives_at_both_machines_makes_one_case(machines: list[Door]) -> None:
    """The balancer sent the repetition elsewhere: one number, and the same answer from both."""
    phones = await everywhere(machines, "citizen-1")
    draft = (await phones[0].post("/api/v1/cases", {"service_code": ITEM, "hall": HALL})).said

    path = f"/api/v1/cases/{draft['id']}/submit"
    presses = (phones[n % 2].post(path, {"bring_later": True}, key="one-press") for n in range(20))
    answers = await asyncio.gather(*presses)

    assert {answer.status for answer in answers} == {200}
    assert len({answer.said["number"] for answer in answers}) == 1
    mine = (await phones[1].get("/api/v1/cases")).said["cases"]
    assert [case["number"] for case in mine] == [answers[0].said["number"]]


async def test_one_message_that_arrives_at_both_machines_is_answered_once(machines: list[Door]) -> None:
    """One place is booked, and both machines give the very same answer."""
    phones = await everywhere(machines, "citizen-2")
    for n, said in enumerate(({"text": "我要办高龄津贴"}, {"choice": "go_on"}, {"text": "第一个"})):
        await phones[n % 2].post("/api/v1/chat/messages", {"message_id": f"m{n}", **said})

    book = {"message_id": "book", "text": "第一个"}
    copies = (phones[n % 2].post("/api/v1/chat/messages", book) for n in range(20))
    answers = await asyncio.gather(*copies)

    assert {answer.content for answer in answers} == {answers[0].content}
    assert answers[0].said["state"] == "booked"
    assert len((await phones[0].get("/api/v1/appointments")).said["appointments"]) == 1


async def test_a_change_at_one_machine_is_on_the_page_of_the_other_within_a_second(
    machines: list[Door],
) -> None:
    """The clerk's page hangs on the second machine; the kiosk spoke to the first."""
    clerk = await machines[1].sign_in(f"clerk-{HALL}-1")
    colleague = await machines[0].sign_in(f"clerk-{HALL}-2")
    now, url = asyncio.get_running_loop().time, f"{clerk.url}/api/v1/halls/{HALL}/queue/events"
    async with asyncio.timeout(30), clerk.http.get(url, headers=clerk.headers) as stream:
        events = (json.loads(line[6:]) async for line in stream.content if line.startswith(b"data: "))
        await anext(events)

        pressed = now()
        await colleague.post(f"/api/v1/halls/{HALL}/tickets", {"holder": "邻机来的"})
        shown = await anext(events)

    assert "邻机来的" in {ticket["holder"] for ticket in shown["tickets"]}
    assert now() - pressed < 1
