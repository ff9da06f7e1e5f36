"""The line to the county: what counts as delivered, refused, broken or merely away."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from device_bridge.agent.counter import Letter
from device_bridge.agent.uplink import GateShut, Stumbled, Uplink, judge
from device_bridge.wire import (
    EVENT_HEADER,
    EVENTS_PATH,
    PAGES_PATH,
    Accepted,
    PageCaptured,
    Refused,
    WalkInOpened,
    decode_event,
)
from tests.device.scenery import NOON, POST

ENVELOPE: dict[str, Any] = {
    "event_id": UUID(int=7),
    "happened_at": NOON,
    "hall": POST.hall,
    "counter": POST.counter,
}
OPENING = Letter(WalkInOpened(**ENVELOPE, card=UUID(int=1), service_code="MZ10", pages=(UUID(int=2),)))
PAGE = Letter(
    PageCaptured(**ENVELOPE, card=UUID(int=1), sequence=1, sha256="a" * 64, media_type="image/png"),
    b"\x89PNG",
)
ACCEPTED = b'{"outcome": "accepted", "case_number": "33072726112300011", "say": "ok"}'
PROBLEM = json.dumps({"code": "not_here", "title": "这里不办", "next_step": "请到县行政服务中心"}).encode()


@pytest.mark.parametrize(
    ("status", "body", "fate"),
    [
        (200, ACCEPTED, Accepted(say="ok", case_number="33072726112300011")),
        (201, b'{"outcome": "accepted", "say": ""}', Accepted(say="")),
        (409, PROBLEM, Refused("not_here", "这里不办", "请到县行政服务中心")),
        (404, b"<html>", Refused("http_404", "", "")),
        (413, b"", Refused("http_413", "", "")),
        (500, b"", Stumbled("HTTP 500")),
        (501, b"{}", Stumbled("HTTP 501")),
    ],
)
def test_an_answer_is_taken_for_what_it_is(status, body, fate):
    """Taken, never to be taken, or broken: each leads somewhere else."""
    assert judge(status, body) == fate


@pytest.mark.parametrize("status", [401, 408, 425, 429, 502, 503, 504])
def test_what_is_not_the_letters_fault_is_not_held_against_it(status):
    """A busy, absent or mistrusting server leaves the letter in the tray."""
    assert isinstance(judge(status, PROBLEM), GateShut)


@pytest.mark.parametrize("body", [b"<html>log in to the hotel</html>", b'{"ok": true}', b"[]", b""])
def test_a_captive_portal_is_not_mistaken_for_the_county(body):
    """200 from something else delivers nothing."""
    assert isinstance(judge(200, body), GateShut)


@pytest.mark.parametrize("status", [301, 302, 307])
def test_a_redirect_is_not_followed(status):
    """The device's token goes to the configured address and nowhere else."""
    assert isinstance(judge(status, b""), GateShut)


@pytest.mark.parametrize(
    ("retry_after", "wait"), [("7", 7.0), ("", None), ("tomorrow", None), ("99999", 600.0), ("-1", 0.0)]
)
def test_a_server_that_names_a_time_is_believed_within_reason(retry_after, wait):
    """Retry-After is honoured up to ten minutes."""
    fate = judge(429, b"", retry_after)

    assert isinstance(fate, GateShut)
    assert fate.wait == wait


@pytest.fixture
async def gateway():
    """A gateway that remembers requests and accepts them."""
    requests: list[tuple[str, dict[str, str], bytes]] = []

    async def take(request: web.Request) -> web.Response:
        requests.append((request.path, dict(request.headers), await request.read()))
        return web.Response(body=ACCEPTED, content_type="application/json")

    app = web.Application(client_max_size=4 * 1024 * 1024)
    app.router.add_post(EVENTS_PATH, take)
    app.router.add_post(PAGES_PATH, take)
    async with TestServer(app) as server:
        yield server, requests


async def test_an_event_travels_as_json_under_the_devices_token(gateway):
    """The gateway learns who speaks and what happened."""
    server, requests = gateway
    async with Uplink(str(server.make_url("/")), "device-token") as uplink:
        fate = await uplink.post(OPENING)

    ((path, headers, body),) = requests
    assert fate == Accepted(say="ok", case_number="33072726112300011")
    assert (path, headers["Authorization"]) == (EVENTS_PATH, "Device device-token")
    assert decode_event(json.loads(body)) == OPENING.event


async def test_a_page_travels_as_its_own_bytes(gateway):
    """A photograph is streamed, not wrapped in text a third larger."""
    server, requests = gateway
    async with Uplink(str(server.make_url("/")), "device-token") as uplink:
        await uplink.post(PAGE)

    ((path, headers, body),) = requests
    assert (path, headers["Content-Type"], body) == (PAGES_PATH, "image/png", b"\x89PNG")
    assert decode_event(json.loads(headers[EVENT_HEADER])) == PAGE.event


async def test_a_large_page_travels_in_pieces(gateway):
    """Three megabytes do not stop the card reader while they leave."""
    server, requests = gateway
    image = bytes(3 * 1024 * 1024)
    async with Uplink(str(server.make_url("/")), "device-token") as uplink:
        await uplink.post(Letter(PAGE.event, image))

    ((_, headers, body),) = requests
    assert (headers["Content-Length"], body) == (str(len(image)), image)


async def test_a_line_that_is_down_is_a_shut_gate(unused_tcp_port_factory):
    """No network is a state, not an exception."""
    async with Uplink(f"http://127.0.0.1:{unused_tcp_port_factory()}", "t") as uplink:
        assert isinstance(await uplink.post(OPENING), GateShut)
