"""Files as answers: a download with a name that Chinese and English systems both understand, and streamed progress."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from urllib.parse import quote

import pydantic_core
from aiohttp import web

from intake.errors import Refusal
from intake.model.exchange import Progress
from miniapp_api.typed import View

MEDIA = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "csv": "text/csv",
    "zip": "application/zip",
    "json": "application/json",
}
_EVERY = 0.2


def download(content: bytes, name: str) -> web.Response:
    """A file to keep; `name` ends with what it is."""
    ending = name.rpartition(".")[2]
    plain = name.encode("ascii", "ignore").decode().strip("-_ ") or f"file.{ending}"
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    return web.Response(
        body=content, content_type=MEDIA[ending], headers={"Content-Disposition": disposition}
    )


async def tell_progress(
    request: web.Request, act: Callable[[Callable[[Progress], None]], Awaitable[View]]
) -> web.StreamResponse:
    """Run an act and write, one JSON object a line, how far it is, and in the end its result or its refusal.

    The answer begins before its end is known, so a refusal is a line of its own and the status is 200 either way.
    """
    answer = web.StreamResponse(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
    answer.content_type = "application/x-ndjson"
    await answer.prepare(request)
    seen: asyncio.Queue[Progress] = asyncio.Queue()
    acting = asyncio.ensure_future(act(seen.put_nowait))
    try:
        await _watch(answer, acting, seen)
        await answer.write(_line(await _end(acting)))
    finally:
        acting.cancel()
    await answer.write_eof()
    return answer


async def _watch(
    answer: web.StreamResponse, acting: asyncio.Future[View], seen: asyncio.Queue[Progress]
) -> None:
    last, told = ("", 0.0), False
    while not acting.done():
        try:
            progress = await asyncio.wait_for(seen.get(), _EVERY)
        except TimeoutError:
            continue
        now = time.monotonic()
        if not told or progress.step != last[0] or now - last[1] > _EVERY:
            last, told = (progress.step, now), True
            shown = {"step": progress.step, "done": progress.done, "total": progress.total}
            await answer.write(_line({"progress": shown}))


async def _end(acting: asyncio.Future[View]) -> dict[str, object]:
    try:
        return {"result": (await acting).model_dump(mode="json")}
    except Refusal as refusal:
        return {"refused": {"code": refusal.code, "title": refusal.title, "next_step": refusal.next_step}}


def _line(said: object) -> bytes:
    return pydantic_core.to_json(said) + b"\n"
