"""The HTTP door of the reference county: the real application on a port, over the real desk and store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from aiohttp.test_utils import TestServer

from bot.channels.web import WebChannel
from bot.engine import Engine
from miniapp_api.app import Surroundings, build_app
from miniapp_api.statements import StatementPapers
from papers.calendar import appointment_calendar
from papers.codes import qr_svg
from papers.statements import statement_pdf, statement_xlsx
from storage.sql.conversations import SqlConversations
from tests.api.visitors import Door
from tests.desks import County, county, reference_store

__all__ = ["county", "door", "reference_store"]


@pytest_asyncio.fixture
async def door(county: County, tmp_path: Path) -> AsyncIterator[Door]:
    """The application as it is served, with conversations in the store, and a page or two."""
    pages = tmp_path / "pages"
    (pages / "assets").mkdir(parents=True)
    (pages / "index.html").write_text("<!doctype html><title>就近办</title>", "utf-8")
    conversations = SqlConversations(county.store)
    around = Surroundings(
        conversation=WebChannel(Engine(county.desk, conversations), conversations, county.desk),
        calendar_paper=appointment_calendar,
        paint_code=qr_svg,
        statement_papers=StatementPapers(statement_pdf, statement_xlsx),
        pages=pages,
        pings={"database": county.store.ping},
        version="1.2.3",
        demo=True,
    )
    async with (
        TestServer(build_app(county.desk, around)) as server,
        Door.at(str(server.make_url(""))) as door,
    ):
        yield door
