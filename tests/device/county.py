"""A county's server as seen from a counter: idempotent by event id, and moody on demand."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import deque
from collections.abc import Callable
from enum import Enum, auto
from uuid import UUID

from aiohttp import web

from device_bridge.wire import (
    EVENT_HEADER,
    EVENTS_PATH,
    MAX_PAGE_BYTES,
    PAGES_PATH,
    Accepted,
    Event,
    PageCaptured,
    WalkInOpened,
    decode_event,
    encode_answer,
)

CASE_NUMBER = "33072726112300011"


class Mood(Enum):
    """How the server takes the next request."""

    WELL = auto()
    BROKEN = auto()
    AWAY = auto()
    FORGETS_TO_ANSWER = auto()


class County:
    """Takes events; ``happened`` holds each once, in the order it was first taken."""

    def __init__(self) -> None:
        self.happened: dict[UUID, Event] = {}
        self.posts: list[UUID] = []
        self.images: dict[UUID, str] = {}
        self.moods: deque[Mood] = deque()
        self.always = Mood.WELL
        self._changed = asyncio.Condition()

    def app(self) -> web.Application:
        app = web.Application(client_max_size=MAX_PAGE_BYTES)
        app.router.add_post(EVENTS_PATH, self._event)
        app.router.add_post(PAGES_PATH, self._page)
        return app

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until ``condition`` holds after some request."""
        async with asyncio.timeout(30), self._changed:
            await self._changed.wait_for(condition)

    async def _event(self, request: web.Request) -> web.Response:
        return await self._take(request, decode_event(await request.json()))

    async def _page(self, request: web.Request) -> web.Response:
        event = decode_event(json.loads(request.headers[EVENT_HEADER]))
        image = await request.read()
        assert isinstance(event, PageCaptured)
        assert event.sha256 == hashlib.sha256(image).hexdigest()
        return await self._take(request, event)

    async def _take(self, request: web.Request, event: Event) -> web.Response:
        mood = self.moods.popleft() if self.moods else self.always
        self.posts.append(event.event_id)
        if mood in {Mood.WELL, Mood.FORGETS_TO_ANSWER}:
            self.happened.setdefault(event.event_id, event)
        async with self._changed:
            self._changed.notify_all()
        return self._answer(request, event, mood)

    def _answer(self, request: web.Request, event: Event, mood: Mood) -> web.Response:
        if mood is Mood.AWAY:
            return web.Response(status=503)
        if mood is Mood.BROKEN:
            return web.Response(status=500)
        if mood is Mood.FORGETS_TO_ANSWER and request.transport is not None:
            request.transport.abort()
        number = CASE_NUMBER if isinstance(event, WalkInOpened) else None
        return web.json_response(encode_answer(Accepted("已收到", number)))
