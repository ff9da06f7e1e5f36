"""Server-sent events: a stream that ends when the page goes, and never keeps the server from stopping."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from aiohttp import web

STOPPING = web.AppKey("stopping", asyncio.Event)
_HEARTBEAT = timedelta(seconds=15)


class EventStream:
    """One open page."""

    def __init__(self, response: web.StreamResponse, stopping: asyncio.Event) -> None:
        self.response = response
        self._stopping = stopping
        self._gone = False
        self._loop = asyncio.get_running_loop()
        self._spoke_at = self._loop.time()

    @property
    def open(self) -> bool:
        """Whether somebody still listens and the server is not stopping."""
        return not self._gone and not self._stopping.is_set()

    async def send(self, event: str, data: str, event_id: str = "") -> None:
        """One event; a page that has gone ends the stream without noise."""
        head = f"id: {event_id}\n" if event_id else ""
        await self._write(f"{head}event: {event}\ndata: {data}\n\n")

    async def rest(self, pause: timedelta) -> None:
        """Wait, or wake when the server stops.

        A heartbeat keeps proxies from closing a quiet stream, and is how a page that has gone is noticed.
        """
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), pause.total_seconds())
        if self._loop.time() - self._spoke_at >= _HEARTBEAT.total_seconds():
            await self._write(": 在线\n\n")

    async def _write(self, text: str) -> None:
        self._spoke_at = self._loop.time()
        try:
            await self.response.write(text.encode())
        except (ConnectionError, RuntimeError):
            self._gone = True


@asynccontextmanager
async def event_stream(request: web.Request) -> AsyncIterator[EventStream]:
    """Open the stream, and close it properly."""
    headers = {
        "Content-Type": "text/event-stream; charset=utf-8",
        "Cache-Control": "no-store",
        "X-Accel-Buffering": "no",
    }
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    await response.write(b"retry: 2000\n\n")
    stream = EventStream(response, request.app[STOPPING])
    try:
        yield stream
    finally:
        if stream.open:
            with suppress(ConnectionError, RuntimeError):
                await response.write_eof()
