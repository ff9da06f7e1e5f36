"""A phone in somebody's hand: what they say, press and photograph, and what they read."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from playwright.async_api import FilePayload, Locator, Page, Route, expect

AXE = Path(__file__).resolve().parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
RUN_AXE = "rules => axe.run(document, { runOnly: rules }).then(found => found.violations)"
# Reading the first photograph of a server loads the models; a busy machine takes its time over it.
PHOTO_MILLISECONDS = 90_000
MESSAGES = "**/api/v1/chat/messages"


@dataclass(frozen=True, slots=True)
class Phone:
    """One person's phone with our page on it."""

    page: Page
    url: str

    async def sign_in(self, name: str) -> None:
        """Open the page and choose who one is; afterwards the conversation is there."""
        await self.page.goto(self.url)
        await self.page.get_by_role("button", name=name).click()
        await self._settled()

    async def open(self, tab: str) -> None:
        """Press a tab of the main menu."""
        menu = self.page.get_by_role("navigation", name="主菜单")
        await menu.get_by_role("link", name=tab, exact=True).click()

    async def say(self, words: str) -> None:
        """Type and send; returns when it is answered."""
        await self.type_and_send(words)
        await self._settled()

    async def type_and_send(self, words: str) -> None:
        """Type and send, and do not wait."""
        await self.page.get_by_label("说说您要办的事").fill(words)
        await self.page.get_by_role("button", name="发送").click()

    async def press(self, label: str) -> None:
        """Press what was offered last under that label; returns when it is answered."""
        await self.log.get_by_role("button", name=label).last.click()
        await self._settled()

    async def photograph(self, picture: bytes) -> None:
        """Choose a picture where one is asked for; returns when it was looked at."""
        await choose_picture(self.log, picture)
        await self._settled(PHOTO_MILLISECONDS)

    async def reads(self, words: str | re.Pattern[str]) -> None:
        """Those words stand on the screen."""
        await expect(self.page.get_by_text(words).last).to_be_visible()

    async def barriers(self) -> list[str]:
        """What axe-core finds on the screen as it is, one line each."""
        await self.page.evaluate(_axe())
        found: list[dict[str, Any]] = await self.page.evaluate(RUN_AXE, list(RULES))
        return [f"{rule['id']}: {node['html'][:120]}" for rule in found for node in rule["nodes"]]

    async def overflows(self) -> bool:
        """Whether the page can be pushed sideways."""
        return bool(await self.page.evaluate("document.documentElement.scrollWidth > innerWidth"))

    @property
    def log(self) -> Locator:
        """The conversation."""
        return self.page.get_by_role("log")

    @asynccontextmanager
    async def without_a_line(self, *, after_delivery: bool = False) -> AsyncIterator[None]:
        """Messages reach nobody; or they arrive, and it is the answer that gets lost."""

        async def lose(route: Route) -> None:
            if route.request.method == "POST" and after_delivery:
                await route.fetch()
            await (route.abort() if route.request.method == "POST" else route.continue_())

        await self.page.route(MESSAGES, lose)
        yield
        await self.page.unroute(MESSAGES, lose)

    async def _settled(self, milliseconds: float = 30_000) -> None:
        await expect(self.log).to_have_attribute("aria-busy", "false", timeout=milliseconds)


async def choose_picture(where: Locator, picture: bytes) -> None:
    """Hand a picture to the album button."""
    payload = FilePayload(name="photo.jpg", mimeType="image/jpeg", buffer=picture)
    await where.get_by_label("选照片").set_input_files(files=[payload])


@cache
def _axe() -> str:
    return f"{AXE.read_text('utf-8')};0"
