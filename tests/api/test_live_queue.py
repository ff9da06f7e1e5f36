"""实时队列: the desk page shows a change within a second, and a page that is closed is let go."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import cast

import pytest

from intake.desk import Desk
from intake.model.ids import HallCode
from miniapp_api.queue import Pulse
from tests.api.visitors import refusal
from tests.journeys import booked, submitted

HALL = "/api/v1/halls/anwen"


@asynccontextmanager
async def watching(visitor, path=f"{HALL}/queue/events"):
    """A desk page that is open on the live queue; yields a way to wait for its next event."""
    async with (
        asyncio.timeout(20),
        visitor.http.get(f"{visitor.url}{path}", headers=visitor.headers) as stream,
    ):
        assert stream.status == 200, await stream.read()

        async def next_event():
            async for line in stream.content:
                if line.startswith(b"data: "):
                    return json.loads(line.removeprefix(b"data: "))
            raise AssertionError("the stream ended")

        yield next_event


async def test_a_change_is_on_the_page_within_a_second(door):
    """A colleague gives a number; nobody reloads."""
    clerk, colleague = await door.sign_in("clerk-anwen-1"), await door.sign_in("clerk-anwen-2")
    now = asyncio.get_running_loop().time
    async with watching(clerk) as next_event:
        assert (await next_event())["tickets"] == []

        pressed = now()
        await colleague.post(f"{HALL}/tickets", {"holder": "老王"})
        shown = await next_event()

    assert [ticket["holder"] for ticket in shown["tickets"]] == ["老王"]
    assert now() - pressed < 1


async def test_every_kind_of_change_of_the_hall_wakes_its_page(county, door):
    """A place booked, a case handed in, a question asked, a number called."""
    clerk, citizen = await door.sign_in("clerk-anwen-1"), await door.sign_in("citizen-1")
    async with watching(clerk) as next_event:
        before = await next_event()

        await booked(county)
        with_place = await next_event()
        await submitted(county, "citizen-2")
        with_case = await next_event()
        while not with_case["cases"]:  # each page of the case is a change of its own
            with_case = await next_event()
        await citizen.post("/api/v1/questions", {"text": "公交卡在哪里充值"})
        with_question = await next_event()
        while not with_question["questions_open"]:
            with_question = await next_event()

    assert before["booked"] == []
    assert [place["when_text"] for place in with_place["booked"]] == ["11月23日（星期一）10:30"]
    assert [case["state"] for case in with_case["cases"]] == ["submitted"]
    assert with_question["questions_open"] == 1


async def test_another_halls_change_does_not_wake_the_page(door):
    """The next event is the own hall's."""
    clerk, county_clerk = await door.sign_in("clerk-anwen-1"), await door.sign_in("clerk-county-1")
    async with watching(clerk) as next_event:
        first = await next_event()
        await county_clerk.post("/api/v1/halls/county/tickets", {"holder": "老李"})
        await clerk.post(f"{HALL}/tickets", {"holder": "老王"})
        second = await next_event()

    assert first["tickets"] == []
    assert [ticket["holder"] for ticket in second["tickets"]] == ["老王"]


@pytest.mark.parametrize(
    ("who", "path", "status", "code"),
    [
        ("citizen-1", HALL, 403, "not_allowed"),
        ("clerk-county-1", HALL, 404, "not_found"),
        ("supervisor", "/api/v1/halls/nowhere", 404, "not_found"),
    ],
)
async def test_who_may_not_watch_is_told_before_the_stream_begins(door, who, path, status, code):
    """As a problem like any other, not as a stream that breaks."""
    visitor = await door.sign_in(who)

    refusal(await visitor.get(f"{path}/queue/events"), status, code)
    refusal(await visitor.get(f"{path}/queue"), status, code)


async def test_the_queue_asked_for_once_is_what_the_stream_shows(door):
    """For pages that cannot stream."""
    clerk = await door.sign_in("clerk-anwen-1")
    await clerk.post(f"{HALL}/tickets", {"holder": "老王"})

    asked = (await clerk.get(f"{HALL}/queue")).said
    async with watching(clerk) as next_event:
        streamed = await next_event()

    assert asked | {"at": ""} == streamed | {"at": ""}


class FlakyDesk:
    """A desk whose store is away at first, and then back with a change."""

    def __init__(self) -> None:
        self.queue = self
        self._answers = iter([ConnectionError(), {"anwen": 1}])

    async def pulses(self):
        answer = next(self._answers, {"anwen": 1})
        if isinstance(answer, Exception):
            raise answer
        return answer


async def test_the_queue_goes_on_after_the_store_was_away_for_a_moment():
    """The database was restarted at noon; the pages of the afternoon are not frozen."""
    pulse = Pulse(cast("Desk", FlakyDesk()))
    watching_it = asyncio.create_task(pulse.watch())

    await pulse.change(patience=10)

    assert pulse.of(HallCode("anwen")) == 1
    watching_it.cancel()
    await asyncio.gather(watching_it, return_exceptions=True)
