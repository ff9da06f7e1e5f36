"""The HTTP application: routes, description, pages, health; what it stands on is brought by the front step."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pydantic_core
from aiohttp import web

from intake.desk import Desk
from miniapp_api import (
    assisting,
    binding,
    booking,
    bundles,
    cases,
    catalogue_files,
    chat,
    counters,
    figures,
    following,
    helping,
    holding,
    items,
    kiosk,
    learning,
    lines,
    metrics,
    opening_hours,
    orders,
    papers,
    questions,
    queue,
    signing,
    staff,
    statements,
    undelivered,
    villagers,
    visits,
)
from miniapp_api.answering import answering
from miniapp_api.openapi import describe
from miniapp_api.queue import PULSE, Pulse
from miniapp_api.streams import STOPPING
from miniapp_api.typed import DESK, Api, OpenTo, Operation

_MOST_BODY = 24 * 1024 * 1024
RESOURCES: tuple[Api, ...] = (
    signing.api,
    binding.api,
    chat.api,
    items.api,
    bundles.api,
    booking.api,
    holding.api,
    opening_hours.api,
    cases.api,
    queue.api,
    lines.api,
    kiosk.api,
    assisting.api,
    counters.api,
    villagers.api,
    questions.api,
    following.api,
    helping.api,
    orders.api,
    undelivered.api,
    staff.api,
    statements.api,
    visits.api,
    figures.api,
    learning.api,
    catalogue_files.api,
    papers.api,
)

Ping = Callable[[], Awaitable[None]]


def _no_painter(text: str) -> bytes:
    """Where nobody brought one, asking for a code is a fault and not a blank picture."""
    raise LookupError(f"nobody brought a painter for a code of {len(text)} letters")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the application needs besides the desk."""

    conversation: chat.Conversation
    calendar_paper: booking.CalendarPaper
    pages: Path
    pings: Mapping[str, Ping]
    version: str
    demo: bool = False
    secure: bool = False
    wechat: bool = False
    paint_code: assisting.PaintCode = _no_painter
    statement_papers: statements.StatementPapers | None = None
    gauges: metrics.Gauges = metrics.nothing_waits
    tallies: metrics.Tallies = metrics.nothing_counted


def build_app(desk: Desk, around: Surroundings, more: Sequence[web.AbstractRouteDef] = ()) -> web.Application:
    """The application, with the routes of other doors beside its own."""
    operations = all_operations()
    nameless = frozenset(
        operation.handle for operation in operations if operation.open_to is OpenTo.ALL_ALIKE
    )
    counts = metrics.Metrics(around.gauges, around.tallies)
    app = web.Application(
        middlewares=[answering(nameless, counts)],
        client_max_size=_MOST_BODY,
        handler_args={"tcp_keepalive": True},
    )
    app[DESK] = desk
    app[metrics.METRICS] = counts
    app[chat.CONVERSATION] = around.conversation
    app[chat.NEWS] = chat.News(around.conversation)
    app[booking.CALENDAR_PAPER] = around.calendar_paper
    if around.statement_papers is not None:
        app[statements.PAPERS] = around.statement_papers
    app[assisting.PAINT_CODE] = around.paint_code
    app[signing.DEMO] = around.demo
    app[signing.SECURE] = around.secure
    app[binding.WECHAT_OPEN] = around.wechat
    app[PULSE] = Pulse(desk)
    app[STOPPING] = asyncio.Event()
    app.add_routes([web.route(o.method, o.path, o.handle) for o in operations])
    app.add_routes(more)
    app.add_routes(_about(operations, around))
    app.cleanup_ctx.append(_watch)
    app.on_shutdown.append(_stop_streams)
    return app


def all_operations() -> tuple[Operation, ...]:
    """Every route of the API, resource by resource."""
    return tuple(operation for resource in RESOURCES for operation in resource.operations)


async def _watch(app: web.Application) -> AsyncIterator[None]:
    watching = [
        asyncio.create_task(app[PULSE].watch(), name="pulse"),
        asyncio.create_task(app[chat.NEWS].watch(), name="news"),
    ]
    yield
    for task in watching:
        task.cancel()
    await asyncio.gather(*watching, return_exceptions=True)


async def _stop_streams(app: web.Application) -> None:
    app[STOPPING].set()


def _about(operations: Sequence[Operation], around: Surroundings) -> list[web.AbstractRouteDef]:
    """Health, description and pages."""
    described = pydantic_core.to_json(describe(operations, around.version))

    async def healthz(_: web.Request) -> web.StreamResponse:
        return web.json_response({"status": "alive"})

    async def readyz(_: web.Request) -> web.StreamResponse:
        states = {name: await _state(ping) for name, ping in around.pings.items()}
        ready = all(state == "ok" for state in states.values())
        return web.json_response(
            {"status": "ready" if ready else "not_ready", "adapters": states}, status=200 if ready else 503
        )

    async def openapi(_: web.Request) -> web.StreamResponse:
        return web.Response(body=described, content_type="application/json")

    return [
        web.get("/healthz", healthz),
        web.get("/readyz", readyz),
        web.get("/openapi.json", openapi),
        web.get("/metrics", metrics.read_metrics),
        *_pages(around.pages),
    ]


async def _state(ping: Ping) -> str:
    try:
        await asyncio.wait_for(ping(), 2)
    except Exception as fault:  # noqa: BLE001 (whatever is wrong with an adapter is the answer)
        return type(fault).__name__
    return "ok"


def _pages(folder: Path) -> list[web.AbstractRouteDef]:
    """The built pages, and the worker that keeps the phone page; hashed assets may be kept for a year, these never."""

    def page(name: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def show(_: web.Request) -> web.StreamResponse:
            file = folder / name
            if not file.is_file():
                raise web.HTTPNotFound
            return web.FileResponse(file, headers={"Cache-Control": "no-cache"})

        return show

    routes: list[web.AbstractRouteDef] = [
        web.get("/", page("index.html")),
        web.get("/desk", page("desk.html")),
        web.get("/desk.html", page("desk.html")),
        web.get("/kiosk", page("kiosk.html")),
        web.get("/docs", page("docs.html")),
        web.get("/sw.js", page("sw.js")),
    ]
    if (folder / "assets").is_dir():
        routes.append(web.static("/assets", folder / "assets"))
    return routes
