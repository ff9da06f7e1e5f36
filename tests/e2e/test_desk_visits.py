"""上门: the clerk sees a day's routes, says who goes, and looks up one telephone number."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from playwright.async_api import expect

from intake.model.calendar import SHANGHAI
from tests.e2e.clerks import Line, at_desk
from tests.services.pages import OpenPage

PLANNED_MILLISECONDS = 30_000


async def day_of_visits(line: Line) -> str:
    """The first of the coming days on which somebody of the demo is visited at home."""
    today = datetime.now(SHANGHAI).date()
    for ahead in range(14):
        day = (today + timedelta(days=ahead)).isoformat()
        sheet = await line.get(f"/halls/anwen/visits?day={day}")
        if sheet["unplaced"] or sheet["routes"]:
            return day
    raise AssertionError("nobody of the demo is visited at home")


async def test_a_clerk_plans_a_day_sends_one_clerk_and_calls_one_home(
    open_desk: OpenPage, county_url: str
) -> None:
    """The list is in the order of driving; the number is seen only when it is asked for."""
    clerk = await at_desk(open_desk, county_url, "clerk-anwen-1")
    day = await day_of_visits(clerk.line)
    page = clerk.page
    await page.get_by_role("link", name="上门", exact=True).click()
    await page.get_by_label("哪一天").select_option(day)

    await page.get_by_role("button", name="现在重排").click()
    await expect(page.get_by_text("路线排好了")).to_be_visible(timeout=PLANNED_MILLISECONDS)
    # One clerk or both: who books after noon in the demo has no morning to choose, and an afternoon is a single round.
    await expect(page.get_by_text(re.compile("出发，.*回来"))).not_to_have_count(0)
    await page.get_by_role("checkbox", name="张永平").uncheck()
    await expect(page.get_by_text("已改派")).to_be_visible(timeout=PLANNED_MILLISECONDS)
    await expect(page.get_by_text(re.compile("出发，.*回来"))).to_have_count(1)
    await expect(page.locator("a[href^='tel:']")).to_have_count(0)
    await page.get_by_role("button", name="电话地址").first.click()

    await expect(page.locator("a[href^='tel:']")).to_have_count(1)
    assert await clerk.barriers() == []
