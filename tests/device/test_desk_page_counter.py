"""The counter on the desk page: what the machines lay down shows there live, masked, and becomes a case."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession

from tests.device.anwen import COUNTER, ELDER, HALL, ITEM, RESIDENT, browser

CARD = f"/api/v1/halls/{HALL}/counters/{COUNTER}/card"
CASES = f"/api/v1/halls/{HALL}/counters/{COUNTER}/cases"


@pytest.fixture
async def clerk(address: str) -> AsyncIterator[ClientSession]:
    """The browser of a clerk of the hall."""
    async with browser(address, "clerk-anwen-1") as session:
        yield session


async def events(session: ClientSession) -> AsyncIterator[dict[str, Any]]:
    """The views the live queue sends."""
    async with session.get(f"/api/v1/halls/{HALL}/queue/events") as stream:
        async for line in stream.content:
            if line.startswith(b"data: "):
                yield json.loads(line.removeprefix(b"data: "))


async def test_the_desk_page_shows_the_person_at_the_counter_masked(anwen, clerk):
    """Who, since when, and each page with what was seen on it; never the whole number."""
    empty = await (await clerk.get(CARD)).json()
    await anwen.lay_card(1)
    await anwen.lay_page(11, card=1, content=b"blurred page")

    shown = await (await clerk.get(CARD)).json()

    assert empty == {"counter": COUNTER, "card": None, "pages": []}
    assert shown["card"]["person"]["name"] == ELDER.name
    assert shown["card"]["read_text"] == "09:00读卡"
    assert ELDER.number not in json.dumps(shown)
    (page,) = shown["pages"]
    assert (page["verdict"], page["advice"]) == ("retake", "照片有点糊，请重拍。")


async def test_a_page_on_the_counter_can_be_looked_at(anwen, clerk):
    """The picture itself, never kept by the browser; the look is on record."""
    await anwen.lay_card(1)
    await anwen.lay_page(11, card=1, content=b"picture")
    (page,) = (await (await clerk.get(CARD)).json())["pages"]

    picture = await clerk.get(page["url"])

    assert (picture.status, picture.content_type, await picture.read()) == (200, "image/jpeg", b"picture")
    assert picture.headers["Cache-Control"] == "private, no-store"
    assert await anwen.audited("counter.page_seen") == [("clerk-anwen-1", "desk_page")]


async def test_a_card_shows_on_the_open_desk_page_without_a_reload(anwen, clerk):
    """The queue's own stream brings it, with counter, name and pages; and takes it away with the case."""
    seen = []
    async with asyncio.timeout(10):
        acts = iter([anwen.lay_card(1), anwen.lay_page(11, card=1), anwen.open_by_clerk()])
        async for view in events(clerk):
            seen.append([(on["counter_name"], on["person_name"], on["pages"]) for on in view["on_counter"]])
            act = next(acts, None)
            if act is None:
                break
            await act

    assert seen == [[], [("综合窗口1", ELDER.name, 0)], [("综合窗口1", ELDER.name, 1)], []]


async def test_pressing_the_button_opens_the_case(anwen, clerk):
    """201 with the case; the same press again with its key is the same case, without a key there is nothing left."""
    await anwen.lay_card(1)
    await anwen.lay_page(11, card=1)
    key = {"Idempotency-Key": "press-1"}

    opened = await clerk.post(CASES, json={"service_code": ITEM}, headers=key)
    again = await clerk.post(CASES, json={"service_code": ITEM}, headers=key)
    without = await clerk.post(CASES, json={"service_code": ITEM})

    case = await opened.json()
    assert (opened.status, again.status, without.status) == (201, 201, 409)
    assert (case["door"], case["applicant"]["name"], case["hall"]) == ("desk_page", ELDER.name, HALL)
    assert (await again.json())["number"] == case["number"]
    assert (await without.json())["code"] == "no_card_read"
    assert (await (await clerk.get(CARD)).json())["card"] is None


async def test_a_page_that_is_out_of_date_opens_nothing(anwen, clerk):
    """The button says whose card it showed."""
    await anwen.lay_card(1)
    shown = (await (await clerk.get(CARD)).json())["card"]["id"]
    await anwen.lay_card(2, RESIDENT)

    refused = await clerk.post(CASES, json={"service_code": ITEM, "card": shown})

    assert (refused.status, (await refused.json())["code"]) == (409, "stale")


@pytest.mark.parametrize(
    ("identity", "status"), [("clerk-county-1", 404), ("citizen-1", 403), ("supervisor", 403)]
)
async def test_nobody_else_looks_onto_the_counter(anwen, address, identity, status):
    """Not another hall, not another role."""
    await anwen.lay_card(1)

    async with browser(address, identity) as stranger:
        looks = [await stranger.get(CARD), await stranger.post(CASES, json={"service_code": ITEM})]

    assert [answer.status for answer in looks] == [status, status]


async def test_a_screen_that_may_see_the_queue_only_sees_no_cards(anwen, address):
    """The supervisor watches the line; who stands at a counter is the hall's own business."""
    await anwen.lay_card(1)

    async with browser(address, "supervisor") as supervisor:
        view = await (await supervisor.get(f"/api/v1/halls/{HALL}/queue")).json()

    assert view["on_counter"] == []
