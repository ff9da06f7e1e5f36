"""The server's side: the machine is known, its message is understood, and the desk's own verbs are asked."""

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
from device_bridge.gateway.folder_keep import FolderKeep
from device_bridge.gateway.ports import LayCard, LayPage, OpenWalkIn
from device_bridge.gateway.routes import Gateway
from device_bridge.gateway.tray import DeskTray
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
from intake.errors import BadInput, Refusal
from intake.model.people import Door
from tests.device.desk_double import DEVICE, KIOSK, Crash, DeskDouble, MemoryKeep
from tests.device.scenery import NOON, POST

ELDER = SAMPLES[Sample.ELDER].reading
CARD, FIRST, SECOND, OPENING = (UUID(int=number) for number in (1, 11, 12, 20))


@pytest.fixture
def desk() -> DeskDouble:
    """A desk that does what the desk promises, in memory."""
    return DeskDouble()


@pytest.fixture
def tray(desk) -> DeskTray:
    """A tray over that desk."""
    return DeskTray(desk, desk, MemoryKeep())


async def lay_everything(tray: DeskTray) -> None:
    """Lay down the elder's card and two pages."""
    await tray.lay_card(LayCard(DEVICE, CARD, ELDER))
    await tray.lay_page(LayPage(DEVICE, FIRST, CARD, b"first"))
    await tray.lay_page(LayPage(DEVICE, SECOND, CARD, b"second"))


OPEN = OpenWalkIn(DEVICE, OPENING, CARD, "MZ10", (FIRST, SECOND))


async def test_a_walk_in_is_opened_by_the_verbs_a_phone_uses(desk, tray):
    """Draft, pages in order, submission: the case differs in its door and in nothing else."""
    await lay_everything(tray)

    opened = await tray.open_walk_in(OPEN)

    (case,) = desk.cases.values()
    assert opened.number == case.number
    assert (case.door, case.hall, case.service_code) == (Door.COUNTER, "anwen", "MZ10")
    assert desk.contents(case) == [b"first", b"second"]


async def test_the_same_event_again_is_the_same_case(desk, tray):
    """The agent did not hear the answer and asks again: one case, the same number."""
    await lay_everything(tray)

    first = await tray.open_walk_in(OPEN)
    again = await tray.open_walk_in(OPEN)

    assert first == again
    assert len(desk.cases) == 1


@pytest.mark.parametrize("step", range(1, 16))
async def test_a_server_that_dies_at_any_step_finishes_when_asked_again(step):
    """Whichever write was the last, the retry ends in one case with each page once."""
    desk, keep = DeskDouble(), MemoryKeep()
    tray = DeskTray(desk, desk, keep)
    await lay_everything(tray)
    fuse = Crash(step)
    desk.fuse = keep.fuse = fuse

    with pytest.raises(ConnectionError):
        await burn_through(tray, fuse)
    desk.fuse = keep.fuse = Crash(None)
    opened = await tray.open_walk_in(OPEN)

    (case,) = desk.cases.values()
    assert opened.number == case.number
    assert opened.unusable_pages == 0
    assert desk.contents(case) == [b"first", b"second"]


async def burn_through(tray: DeskTray, fuse: Crash) -> None:
    """Open the case with a burning fuse; one longer than the act burns right after it."""
    await tray.open_walk_in(OPEN)
    fuse.burn_on()


async def test_a_page_that_is_no_picture_does_not_cost_the_person_the_case(desk, tray):
    """The clerk is told that one page has to be taken again."""
    await tray.lay_card(LayCard(DEVICE, CARD, ELDER))
    await tray.lay_page(LayPage(DEVICE, FIRST, CARD, b"unreadable"))

    opened = await tray.open_walk_in(replace(OPEN, pages=(FIRST, SECOND)))

    assert opened.unusable_pages == 2
    assert opened.lacking == ("身份证",)


async def test_a_thick_dossier_gets_further_with_every_try(desk, tray):
    """Pages laid in before the line broke are not read a second time."""
    await lay_everything(tray)
    desk.fuse = Crash(3)
    with pytest.raises(ConnectionError):
        await tray.open_walk_in(OPEN)
    desk.fuse = Crash(None)
    before = desk.readings

    await tray.open_walk_in(OPEN)

    assert (before, desk.readings) == (2, 3)


async def test_a_page_after_the_case_was_opened_goes_into_it(desk, tray):
    """One more sheet, handed over the counter a minute later."""
    await lay_everything(tray)
    await tray.open_walk_in(OPEN)

    await tray.lay_page(LayPage(DEVICE, UUID(int=13), CARD, b"third"))

    (case,) = desk.cases.values()
    assert desk.contents(case) == [b"first", b"second", b"third"]


async def test_a_card_of_another_counter_is_out_of_reach(tray):
    """A kiosk that guesses an id opens nothing for somebody else's visitor."""
    await lay_everything(tray)

    with pytest.raises(BadInput) as refusal:
        await tray.open_walk_in(replace(OPEN, caller=KIOSK))

    assert "重新读卡" in refusal.value.title


async def test_pages_do_not_stay_on_the_server_twice(desk):
    """What lies in the case does not lie in the tray as well."""
    keep = MemoryKeep()
    tray = DeskTray(desk, desk, keep)
    await lay_everything(tray)

    await tray.open_walk_in(OPEN)

    assert b"first" not in keep.kept.values()


class Reversed:
    """A seal anybody can break, but not by accident."""

    def seal(self, plain: bytes, about: str) -> bytes:
        return about.encode() + plain[::-1]

    def open(self, sealed: bytes, about: str) -> bytes:
        return sealed.removeprefix(about.encode())[::-1]


async def test_a_folder_keeps_sealed_and_across_processes(tmp_path):
    """A second server process finds what the first one kept; the disk shows neither key nor content."""
    await FolderKeep(tmp_path / "tray", Reversed()).put("device/card/1", b"person-7")
    other = FolderKeep(tmp_path / "tray", Reversed())

    assert await other.get("device/card/1") == b"person-7"
    assert await other.get("device/card/2") is None
    (path,) = (tmp_path / "tray").iterdir()
    assert b"person-7" not in path.read_bytes()
    assert "card" not in path.name


async def test_a_folder_forgets(tmp_path):
    """Dropped keys and old visits are gone."""
    keep = FolderKeep(tmp_path, Reversed())
    for key in ("a", "b"):
        await keep.put(key, key.encode())

    await keep.drop("a")
    await keep.drop("a")

    assert await keep.get("a") is None
    assert await keep.sweep(before=2**40) == 1
    assert await keep.get("b") is None


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
async def client(desk, tray) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    """A server with nothing but the gateway."""
    app = web.Application(middlewares=[as_problem])
    gateway = Gateway(desk, tray)
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
WALK_IN = WalkInOpened(**envelope(OPENING), card=CARD, service_code="MZ10", pages=(FIRST,))


async def post_page(client, event: Event, body: bytes = b"first"):
    """Send an image with an event in its header."""
    headers = {EVENT_HEADER: json.dumps(encode_event(event)), "Content-Type": "image/jpeg"}
    return await client.post(PAGES_PATH, data=BytesIO(body), headers=headers)


async def test_card_page_and_opening_over_http_end_in_a_case_number(client):
    """The three messages of a walk-in, as the agent sends them."""
    card = await client.post(EVENTS_PATH, json=encode_event(CARD_READ))
    page = await post_page(client, PAGE)
    opening = await client.post(EVENTS_PATH, json=encode_event(WALK_IN))

    assert await card.json() == {"outcome": "accepted", "say": "证件已收到。"}
    assert await page.json() == {"outcome": "accepted", "say": "第1页已收到。"}
    answer = await opening.json()
    assert answer["case_number"] == "BJ1"
    assert answer["say"] == "“老年人优待证办理”已收件。"


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

    assert [cmd.caller.door for cmd in desk.met] == [Door.KIOSK]


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
