"""The gateway's two addresses: who is it, what happened, which verb.

Refusals leave as exceptions; the server's one middleware turns them into problem+json.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from aiohttp import hdrs, web

from device_bridge.gateway.ports import Keep, LayCard, LayPage, Opened, OpenWalkIn, PeopleVerbs, Tray
from device_bridge.gateway.tray import DeskTray
from device_bridge.wire import (
    EVENT_HEADER,
    EVENTS_PATH,
    MAX_PAGE_BYTES,
    PAGES_PATH,
    Accepted,
    CardRead,
    Event,
    PageCaptured,
    UnintelligibleMessage,
    WalkInOpened,
    decode_event,
    encode_answer,
)
from intake.desk import Desk
from intake.errors import BadInput, Unauthenticated
from intake.model.people import Caller, Door

_SCHEME = "Device "
_MAX_MESSAGE_BYTES = 64 * 1024


def bridge_routes(desk: Desk, keep: Keep) -> list[web.AbstractRouteDef]:
    """The gateway's routes over the desk; what waits between a card and a case lies in `keep`."""
    gateway = Gateway(desk.people, DeskTray(desk.people, desk.cases, keep))
    return [web.post(EVENTS_PATH, gateway.take_event), web.post(PAGES_PATH, gateway.take_page)]


@dataclass(frozen=True, slots=True)
class Gateway:
    """设备入口: what the handlers reach for: who knows the machines, and the tray."""

    people: PeopleVerbs
    tray: Tray

    async def take_event(self, request: web.Request) -> web.Response:
        """One event: 200 accepted, 401 `unknown_device`, 422 `bad_input`, or the desk's own refusal."""
        caller = await self._device(request)
        match _event(await _body(request, _MAX_MESSAGE_BYTES), caller):
            case CardRead() as event:
                await self.tray.lay_card(LayCard(caller, event.event_id, event.holder))
                return _accepted(_sentences()["card_read"])
            case WalkInOpened() as event:
                opened = await self.tray.open_walk_in(_opening(caller, event))
                return _accepted(_say_opened(opened), opened.number)
            case _:
                raise BadInput(field="kind", why=f"这种消息请发到 {PAGES_PATH}。")

    async def take_page(self, request: web.Request) -> web.Response:
        """One page, its image as the body: 200 accepted, 401 `unknown_device`, 413, 422 `bad_input`."""
        caller = await self._device(request)
        event = _event(request.headers.get(EVENT_HEADER, "").encode(), caller)
        if not isinstance(event, PageCaptured):
            raise BadInput(field="kind", why=f"这种消息请发到 {EVENTS_PATH}。")
        image = await _body(request, MAX_PAGE_BYTES)
        if hashlib.sha256(image).hexdigest() != event.sha256:
            raise BadInput(field="sha256", why="图片在路上损坏了，请重新拍照。")
        await self.tray.lay_page(LayPage(caller, event.event_id, event.card, image))
        return _accepted(_sentences()["page_captured"].format(sequence=event.sequence))

    async def _device(self, request: web.Request) -> Caller:
        """The machine that speaks; one without a counter of its own is a kiosk."""
        given = request.headers.get(hdrs.AUTHORIZATION, "")
        if not given.startswith(_SCHEME):
            raise Unauthenticated
        caller = await self.people.device_by_token(given.removeprefix(_SCHEME).strip(), Door.COUNTER)
        return caller if caller.account.counter is not None else replace(caller, door=Door.KIOSK)


def _opening(caller: Caller, event: WalkInOpened) -> OpenWalkIn:
    return OpenWalkIn(caller, event.event_id, event.card, event.service_code, event.pages)


def _event(message: bytes, caller: Caller) -> Event:
    try:
        event = decode_event(json.loads(message))
    except UnintelligibleMessage as refusal:
        raise BadInput(field=refusal.path, why=f"柜台程序发来的消息有误（{refusal.path}）。") from refusal
    except ValueError as refusal:
        raise BadInput(field="$", why="柜台程序发来的消息不是 JSON。") from refusal
    _require_own_post(event, caller)
    return event


def _require_own_post(event: Event, caller: Caller) -> None:
    """A machine carried to another hall must be enrolled there, or cases would open in the old one's name."""
    account = caller.account
    if event.hall != account.hall or (account.counter is not None and event.counter != account.counter):
        raise BadInput(field="hall", why="柜台程序的大厅或窗口和设备登记的不一样，请核对配置。")


async def _body(request: web.Request, limit: int) -> bytes:
    """The body up to `limit` bytes; the application's own limit is for forms, and a page is larger."""
    parts: list[bytes] = []
    size = 0
    async for part in request.content.iter_chunked(64 * 1024):
        size += len(part)
        if size > limit:
            raise web.HTTPRequestEntityTooLarge(max_size=limit, actual_size=size)
        parts.append(part)
    return b"".join(parts)


def _say_opened(opened: Opened) -> str:
    words = _sentences()
    parts = [words["opened"].format(service=opened.service_name)]
    if opened.lacking:
        parts.append(words["lacking"].format(materials="、".join(opened.lacking)))
    if opened.unusable_pages:
        parts.append(words["unusable_pages"].format(count=opened.unusable_pages))
    return "".join(parts)


def _accepted(say: str, case_number: str | None = None) -> web.Response:
    return web.json_response(encode_answer(Accepted(say, case_number)))


@cache
def _sentences() -> dict[str, str]:
    text = files(__package__).joinpath("sentences.zh.toml").read_text(encoding="utf-8")
    return {key: str(sentence) for key, sentence in tomllib.loads(text).items()}
