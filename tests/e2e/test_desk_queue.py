"""The hall's queue on the desk page: live, fair between clerks, and nothing to reload."""

from __future__ import annotations

import asyncio
import re
import time

from playwright.async_api import expect

from tests.e2e.clerks import Clerk, at_desk
from tests.services.pages import OpenPage


async def number_of(clerk: Clerk) -> str:
    """Whose number stands big on the panel."""
    shown = clerk.counter.get_by_role("paragraph").filter(has_text=re.compile(r"^[A-F]\d{3}$"))
    await expect(shown).to_be_visible()
    return await shown.inner_text()


async def take_number(clerk: Clerk, holder: str) -> None:
    """Give somebody at the door a number, by hand."""
    await clerk.page.get_by_role("button", name="现场取号").click()
    form = clerk.page.get_by_role("form", name="现场取号")
    assert await clerk.barriers() == []
    await form.get_by_label("姓名").fill(holder)
    await form.get_by_role("button", name="取号").click()
    await expect(clerk.counter).to_contain_text(f"{holder} 取到")


async def test_two_clerks_calling_together_get_two_people_and_see_who_got_whom(
    open_desk: OpenPage, county_url: str
):
    """The person called by both would have stood between two windows."""
    one = await at_desk(open_desk, county_url, "clerk-anwen-1")
    two = await at_desk(open_desk, county_url, "clerk-anwen-2")
    await two.sit_at("综合窗口2")
    await expect(one.counter).to_contain_text("人等候")
    await expect(two.counter).to_contain_text("人等候")

    await asyncio.gather(one.press("F2"), two.press("F2"))

    mine, theirs = await number_of(one), await number_of(two)
    assert mine != theirs
    await expect(one.counter).to_contain_text(f"综合窗口2 {theirs} 已叫号")
    await expect(two.counter).to_contain_text(f"综合窗口1 {mine} 已叫号")


async def test_a_number_taken_at_one_desk_stands_on_the_other_within_a_second(
    open_desk: OpenPage, county_url: str
):
    """Nobody reloads anything."""
    one = await at_desk(open_desk, county_url, "clerk-county-1")
    two = await at_desk(open_desk, county_url, "clerk-county-2")
    await expect(two.page.get_by_text("实时", exact=True)).to_be_visible()

    await take_number(one, "陈小满")
    taken = time.monotonic()
    await expect(two.page.get_by_role("cell", name="陈*满")).to_be_visible()

    assert time.monotonic() - taken < 1


async def test_a_person_is_called_again_missed_and_comes_back(open_desk: OpenPage, county_url: str):
    """The old place in the line is kept, and the keys are the ones on the buttons."""
    clerk = await at_desk(open_desk, county_url, "clerk-dapan-1")
    await take_number(clerk, "卢大山")
    await clerk.press("F2")
    await expect(clerk.counter).to_contain_text("卢大山 请到")

    await clerk.press("F3")
    await expect(clerk.counter).to_contain_text("又叫了一次")
    await expect(clerk.counter).to_contain_text("叫了 2 次")
    await clerk.press("F9")
    await clerk.page.get_by_role("button", name="返回队列").click()

    await expect(clerk.counter).to_contain_text("1 人等候")
    await clerk.press("F2")
    await expect(clerk.counter).to_contain_text("已叫号")
    await clerk.press("F4")
    await expect(clerk.counter).to_contain_text("办理中")
    await clerk.press("F8")
    await expect(clerk.counter).to_contain_text("没有人等候")


async def test_calling_when_nobody_waits_says_so_and_what_comes_next(open_desk: OpenPage, county_url: str):
    """Not a silent button."""
    clerk = await at_desk(open_desk, county_url, "clerk-jiuhe-1")
    await expect(clerk.counter).to_contain_text("没有人等候")

    await clerk.press("F2")

    await expect(clerk.counter.get_by_role("alert")).to_contain_text("有人取号后，页面会自动更新")


async def test_the_counter_is_remembered(open_desk: OpenPage, county_url: str):
    """A clerk does not choose it anew after lunch."""
    clerk = await at_desk(open_desk, county_url, "clerk-anwen-2")
    await clerk.sit_at("综合窗口2")

    await clerk.page.reload()

    await expect(clerk.page.get_by_label("我的窗口").locator("option:checked")).to_have_text("综合窗口2")


async def test_the_screen_on_the_wall_calls_by_number_and_hides_the_name(
    open_desk: OpenPage, county_url: str
):
    """The whole hall can read it."""
    clerk = await at_desk(open_desk, county_url, "clerk-lengshui-1")
    wall = await at_desk(open_desk, county_url, "clerk-lengshui-2", "/display/lengshui")
    await take_number(clerk, "冷小溪")

    await clerk.press("F2")

    calling = wall.page.get_by_role("region", name="请到窗口")
    await expect(calling.get_by_role("listitem")).to_contain_text("*小溪")
    await expect(calling.get_by_role("listitem")).to_contain_text("综合窗口1")
    await expect(wall.page.get_by_text("冷小溪")).to_have_count(0)


async def test_a_clerk_is_told_when_the_line_is_down_and_when_it_is_back(
    open_desk: OpenPage, county_url: str
):
    """An old queue must not look like a new one."""
    clerk = await at_desk(open_desk, county_url, "clerk-xinwo-1")
    sign = clerk.counter.get_by_role("status").first
    await expect(sign).to_have_text("实时")

    await clerk.page.context.set_offline(True)
    await expect(sign).to_have_text("断网，不是最新", timeout=15_000)
    await clerk.page.context.set_offline(False)

    await expect(sign).to_have_text("实时", timeout=15_000)
