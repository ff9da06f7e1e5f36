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
from uuid import UUID

from aiohttp import hdrs, web

from device_bridge.gateway.ports import CaseVerbs, PeopleVerbs
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
from intake.model.case import PageFacts
from intake.model.ids import EventId, IntentKey, ServiceCode
from intake.model.people import Caller, Door
from intake.usecases.cases.tray import FromMachine, LayCard, LayPage, OpenWalkIn, WalkIn

_SCHEME = "Device "
_MAX_MESSAGE_BYTES = 64 * 1024
_GOOD = "good"


def bridge_routes(desk: Desk) -> list[web.AbstractRouteDef]:
    """The gateway's routes over the desk."""
    gateway = Gateway(desk.people, desk.cases)
    return [web.post(EVENTS_PATH, gateway.take_event), web.post(PAGES_PATH, gateway.take_page)]


@dataclass(frozen=True, slots=True)
class Gateway:
    """设备入口: what the handlers reach for: the desk's verbs for machines."""

    people: PeopleVerbs
    cases: CaseVerbs

    async def take_event(self, request: web.Request) -> web.Response:
        """One event: 200 accepted, 401 `unknown_device`, 422 `bad_input`, or the desk's own refusal."""
        caller = await self._device(request)
        match _event(await _body(request, _MAX_MESSAGE_BYTES), caller):
            case CardRead() as event:
                await self.cases.lay_card(_card(caller, event))
                return _accepted(_sentences()["card_read"])
            case WalkInOpened() as event:
                walk_in = await self.cases.open_walk_in(_opening(caller, event))
                return _accepted(_say_opened(walk_in), walk_in.case.number)
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
        laid = LayPage(caller, _id(event.event_id), _id(event.card), image)
        return _accepted(_say_seen(event.sequence, await self.cases.lay_page(laid)))

    async def _device(self, request: web.Request) -> Caller:
        """The machine that speaks; one without a counter of its own is a kiosk."""
        given = request.headers.get(hdrs.AUTHORIZATION, "")
        if not given.startswith(_SCHEME):
            raise Unauthenticated
        token, address = given.removeprefix(_SCHEME).strip(), request.remote or ""
        caller = await self.people.device_by_token(token, Door.COUNTER, address)
        return caller if caller.account.counter is not None else replace(caller, door=Door.KIOSK)


def _card(caller: Caller, event: CardRead) -> LayCard:
    holder = event.holder
    return LayCard(caller, _id(event.event_id), holder.name, holder.number, holder.address)


def _opening(caller: Caller, event: WalkInOpened) -> OpenWalkIn:
    tray = FromMachine(_id(event.card), tuple(_id(page) for page in event.pages))
    return OpenWalkIn(caller, ServiceCode(event.service_code), tray, IntentKey(str(event.event_id)))


def _id(event: UUID) -> EventId:
    return EventId(str(event))


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


def _say_seen(sequence: int, seen: PageFacts) -> str:
    """A page that cannot be read well is spoken of now, while the paper is still on the counter."""
    words = _sentences()
    if seen.verdict == _GOOD:
        return words["page_captured"].format(sequence=sequence)
    return words["page_doubtful"].format(sequence=sequence, advice=seen.advice)


def _say_opened(walk_in: WalkIn) -> str:
    words = _sentences()
    parts = [words["opened"].format(service=walk_in.case.service_name)]
    if lacking := walk_in.case.lacking():
        parts.append(words["lacking"].format(materials="、".join(material.name for material in lacking)))
    if walk_in.unusable_pages:
        parts.append(words["unusable_pages"].format(count=walk_in.unusable_pages))
    return "".join(parts)


def _accepted(say: str, case_number: str | None = None) -> web.Response:
    return web.json_response(encode_answer(Accepted(say, case_number)))


@cache
def _sentences() -> dict[str, str]:
    text = files(__package__).joinpath("sentences.zh.toml").read_text(encoding="utf-8")
    return {key: str(sentence) for key, sentence in tomllib.loads(text).items()}
