"""The server's door for machines: the machine is known, its message is understood, and the desk's verbs are asked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from device_bridge.agent.simulator.cards import SAMPLES, Sample
from device_bridge.gateway.routes import Gateway
from device_bridge.wire import (
    EVENT_HEADER,
    EVENTS_PATH,
    MAX_PAGE_BYTES,
    PAGES_PATH,
    CardRead,
    Event,
    PageCaptured,
    WalkInOpened,
    encode_event,
)
from intake.errors import Refusal
from intake.model.ids import EventId, IntentKey, ServiceCode
from intake.model.people import Door
from intake.usecases.cases.tray import FromMachine, LayCard, LayPage, OpenWalkIn
from tests.device.desk_double import DEVICE, DeskDouble
from tests.device.scenery import NOON, POST

ELDER = SAMPLES[Sample.ELDER].reading
CARD, FIRST, SECOND, OPENING = (UUID(int=number) for number in (1, 11, 12, 20))


@pytest.fixture
def desk() -> DeskDouble:
    """A desk that takes down what it is asked."""
    return DeskDouble()


@web.middleware
async def as_problem(request: web.Request, handler: Any) -> web.StreamResponse:
    """Stand where the server's middleware stands."""
    try:
        answer: web.StreamResponse = await handler(request)
    except Refusal as refusal:
        status = 401 if refusal.code == "unknown_device" else 422
        problem = {"code": refusal.code, "title": refusal.title, "next_step": refusal.next_step}
        return web.json_response(problem, status=status)
    return answer


@pytest.fixture
async def client(desk) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    """A server with nothing but the gateway."""
    app = web.Application(middlewares=[as_problem])
    gateway = Gateway(desk, desk)
    app.add_routes([web.post(EVENTS_PATH, gateway.take_event), web.post(PAGES_PATH, gateway.take_page)])
    async with TestClient(TestServer(app), headers={"Authorization": "Device counter-token"}) as client:
        yield client


def envelope(event_id: UUID) -> dict[str, Any]:
    """What every event of this counter begins with."""
    return {"event_id": event_id, "happened_at": NOON, "hall": "anwen", "counter": "anwen-1"}


CARD_READ = CardRead(**envelope(CARD), holder=ELDER)
PAGE = PageCaptured(
    **envelope(FIRST),
    card=CARD,
    sequence=1,
    sha256=hashlib.sha256(b"first").hexdigest(),
    media_type="image/jpeg",
)
WALK_IN = WalkInOpened(**envelope(OPENING), card=CARD, service_code="MZ10", pages=(FIRST, SECOND))


async def post_page(client, event: Event, body: bytes = b"first"):
    """Send an image with an event in its header."""
    headers = {EVENT_HEADER: json.dumps(encode_event(event)), "Content-Type": "image/jpeg"}
    return await client.post(PAGES_PATH, data=BytesIO(body), headers=headers)


async def test_card_page_and_opening_are_asked_of_the_desk_and_answered_in_words(client, desk):
    """The three messages of a walk-in, as the agent sends them; the event's id is the key of each act."""
    card = await client.post(EVENTS_PATH, json=encode_event(CARD_READ))
    page = await post_page(client, PAGE)
    opening = await client.post(EVENTS_PATH, json=encode_event(WALK_IN))

    assert await card.json() == {"outcome": "accepted", "say": "证件已收到。"}
    assert await page.json() == {"outcome": "accepted", "say": "第1页已收到。"}
    assert await opening.json() == {
        "outcome": "accepted",
        "case_number": "BJ1",
        "say": "“老年人优待证办理”已收件。还没有拍到：身份证，请当面核对。有1页没有收好，请在窗口页面补拍。",
    }
    card_id, first, second = (EventId(str(each)) for each in (CARD, FIRST, SECOND))
    tray = FromMachine(card_id, (first, second))
    assert desk.asked == [
        LayCard(DEVICE, card_id, ELDER.name, ELDER.number, ELDER.address),
        LayPage(DEVICE, first, card_id, b"first"),
        OpenWalkIn(DEVICE, ServiceCode("MZ10"), tray, IntentKey(str(OPENING))),
    ]


async def test_a_doubtful_page_is_answered_with_advice(client):
    """The paper is still on the counter: now is the time to take it again."""
    blurred = replace(PAGE, sha256=hashlib.sha256(b"blurred").hexdigest())

    answer = await post_page(client, blurred, b"blurred")

    assert (await answer.json())["say"] == "第1页已收到，但请看一下：照片有点糊，请重拍。"


@pytest.mark.parametrize("given", ["", "Bearer counter-token", "Device wrong-token"])
async def test_a_machine_that_is_not_enrolled_is_told_to_enrol(client, given):
    """No token, the wrong kind or a revoked one: 401 with a next step, and nothing happens."""
    answer = await client.post(EVENTS_PATH, json=encode_event(CARD_READ), headers={"Authorization": given})

    assert answer.status == 401
    assert (await answer.json())["code"] == "unknown_device"


async def test_a_kiosk_comes_through_its_own_door(client, desk):
    """A machine without a counter is a kiosk, and the trail says so."""
    kiosk = {"Authorization": "Device kiosk-token"}

    await client.post(EVENTS_PATH, json=encode_event(replace(CARD_READ, counter="any")), headers=kiosk)

    assert [cmd.caller.door for cmd in desk.asked] == [Door.KIOSK]


@pytest.mark.parametrize("change", [{"hall": POST.hall}, {"counter": "anwen-2"}], ids=["hall", "counter"])
async def test_a_machine_that_claims_another_post_is_refused(client, change):
    """A PC carried to the next hall does not open cases in the old one's name."""
    answer = await client.post(EVENTS_PATH, json=encode_event(CARD_READ) | change)

    assert answer.status == 422
    assert "核对配置" in (await answer.json())["title"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"v": 1}', b"\xff\xfe"])
async def test_a_message_nobody_understands_is_refused_and_not_a_fault(client, body):
    """Rubbish gets an answer with a next step, never 500."""
    answer = await client.post(EVENTS_PATH, data=body)

    assert answer.status == 422
    assert (await answer.json())["next_step"]


async def test_a_picture_damaged_on_the_way_is_refused(client):
    """The page in the case is the page on the counter."""
    await client.post(EVENTS_PATH, json=encode_event(CARD_READ))

    answer = await post_page(client, PAGE, b"fir5t")

    assert answer.status == 422
    assert "重新拍照" in (await answer.json())["title"]


async def test_a_picture_beyond_the_limit_is_cut_off(client):
    """Twenty megabytes and one byte are not read to the end."""
    answer = await post_page(client, PAGE, bytes(MAX_PAGE_BYTES + 1))

    assert answer.status == 413


async def test_each_message_has_its_address(client):
    """A page at the events' address, or the other way round, is told where to go."""
    page = await client.post(EVENTS_PATH, json=encode_event(PAGE))
    card = await post_page(client, CARD_READ)

    assert [page.status, card.status] == [422, 422]
    assert PAGES_PATH in (await page.json())["title"]
    assert EVENTS_PATH in (await card.json())["title"]


def test_an_old_event_is_still_an_event():
    """A letter that waited a week in the tray is as good as one of today."""
    old = replace(CARD_READ, happened_at=NOON - timedelta(days=7))

    assert encode_event(old)["happened_at"].startswith("2026-11-16")
