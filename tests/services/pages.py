"""Pages of a real browser for the tests: a phone in the hand, a screen on the clerk's desk.

Nothing may leave the machine: names other than loopback do not resolve, and a page that asked another host,
or whose script failed, fails its test at the end.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Request, async_playwright
from playwright.async_api import Error as PageError

from tests.services.chromium import find_chromium

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
SCHEMES_ON_THE_WIRE = frozenset({"http", "https", "ws", "wss"})
WAIT_MILLISECONDS = 10_000
FLAGS = (
    "--no-sandbox",  # Chromium refuses root with it, and build machines are root
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE ::1",
)
IN_CHINA = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
# What passes a page's own worker escapes `page.route`, and each page would fetch everything for it: only scenes about it have it.
WITHOUT_WORKER = {"service_workers": "block"}
PHONE: dict[str, Any] = {
    **IN_CHINA,
    **WITHOUT_WORKER,
    "viewport": {"width": 375, "height": 812},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
KEPT_PHONE = {**PHONE, "service_workers": "allow"}
DESK: dict[str, Any] = {**IN_CHINA, **WITHOUT_WORKER, "viewport": {"width": 1440, "height": 900}}

OpenPage = Callable[[], Awaitable[Page]]


@dataclass
class Watch:
    """What went wrong on the pages of one test that no assertion of its own would notice."""

    strayed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def over(self, page: Page) -> Page:
        """Watch this page from now on."""
        page.on("request", self._requested)
        page.on("pageerror", self._failed)
        return page

    def report(self) -> str:
        """One line for each thing that went wrong; empty when nothing did."""
        lines = [f"asked another host: {address}" for address in self.strayed]
        return "\n".join(lines + [f"script failed: {message}" for message in self.failed])

    def _requested(self, request: Request) -> None:
        asked = urlsplit(request.url)
        if asked.scheme in SCHEMES_ON_THE_WIRE and asked.hostname not in LOOPBACK:
            self.strayed.append(request.url)

    def _failed(self, error: PageError) -> None:
        self.failed.append(error.message)


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser's program."""
    return find_chromium()


@pytest_asyncio.fixture(scope="session")
async def browser(chromium: Path) -> AsyncIterator[Browser]:
    """One headless browser for the session; each page opens in a profile of its own."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield running
        await running.close()


@contextlib.asynccontextmanager
async def watched_pages(browser: Browser, profile: dict[str, Any]) -> AsyncIterator[OpenPage]:
    """Opens watched pages, each a person of their own; closes them, then fails if one strayed or broke."""
    watch = Watch()
    async with contextlib.AsyncExitStack() as opened:

        async def open_page() -> Page:
            context = await browser.new_context(**profile)
            opened.push_async_callback(context.close)
            context.set_default_timeout(WAIT_MILLISECONDS)
            return watch.over(await context.new_page())

        yield open_page
    if watch.report():
        pytest.fail(watch.report(), pytrace=False)


@pytest_asyncio.fixture
async def open_phone(browser: Browser) -> AsyncIterator[OpenPage]:
    """Opens phones (375 by 812, touch), each a person of their own."""
    async with watched_pages(browser, PHONE) as open_page:
        yield open_page


@pytest_asyncio.fixture
async def open_kept_phone(browser: Browser) -> AsyncIterator[OpenPage]:
    """Opens phones whose browser keeps the page, so that it opens without a line."""
    async with watched_pages(browser, KEPT_PHONE) as open_page:
        yield open_page


@pytest_asyncio.fixture
async def open_desk(browser: Browser) -> AsyncIterator[OpenPage]:
    """Opens desk screens (1440 by 900), each a clerk of their own."""
    async with watched_pages(browser, DESK) as open_page:
        yield open_page


@pytest_asyncio.fixture
async def phone_page(open_phone: OpenPage) -> Page:
    """One citizen's phone."""
    return await open_phone()


@pytest_asyncio.fixture
async def desk_page(open_desk: OpenPage) -> Page:
    """One clerk's screen."""
    return await open_desk()
