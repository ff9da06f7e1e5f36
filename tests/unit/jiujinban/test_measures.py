"""运行指标: what Prometheus reads, and what it must never read."""

from __future__ import annotations

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from intake.model.leaving import Topic
from jiujinban.measures import Measures
from tests.contract.nouns import message
from tests.desks import County


async def asked(measures: Measures, *paths: str) -> str:
    """The measures after some requests to a small application."""

    async def greet(request: web.Request) -> web.Response:
        return web.Response(text=request.match_info["who"])

    async def break_down(_: web.Request) -> web.Response:
        raise ZeroDivisionError

    app = web.Application(middlewares=[measures.middleware])
    app.add_routes([web.get("/people/{who}", greet), web.get("/broken", break_down), *measures.routes()])
    async with TestServer(app, host="127.0.0.1") as server, ClientSession() as http:
        for path in (*paths, "/metrics"):
            async with http.get(server.make_url(path)) as answer:
                told = await answer.text()
    return told


async def test_requests_are_counted_by_route_and_never_by_what_is_in_the_path(county: County) -> None:
    """An ID number in a path is nobody's label."""
    told = await asked(Measures(county.store), "/people/330000195003070020", "/people/elder-1", "/nowhere")

    assert 'jiujinban_requests_total{method="GET",route="/people/{who}",status="200"} 2.0' in told
    assert 'route="unknown",status="404"} 1.0' in told
    assert "330000195003070020" not in told


async def test_a_request_that_broke_counts_as_broken(county: County) -> None:
    """An alert can be set on it."""
    told = await asked(Measures(county.store), "/broken")
    assert 'route="/broken",status="500"} 1.0' in told


async def test_what_waits_to_leave_is_shown_by_topic(county: County) -> None:
    """The province has been away for a day: the operator sees it before anybody calls."""
    async with county.store.open_uow() as uow:
        await uow.leaving.send(message("case:1", topic=Topic.PROVINCE, kind="case_accepted", to=None))
        await uow.commit()

    told = await asked(Measures(county.store))

    assert 'jiujinban_outbox_messages{state="waiting",topic="province"} 1.0' in told
    assert 'jiujinban_outbox_messages{state="laid_aside",topic="province"} 0.0' in told
