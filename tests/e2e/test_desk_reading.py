"""The desk page for eyes, ears, a keyboard alone, and screens of every width."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.e2e.clerks import Clerk, at_desk
from tests.services.pages import OpenPage

SCREENS = [
    ("clerk-anwen-1", "/counter/queue", "等候"),
    ("clerk-anwen-1", "/counter/cases", "蔡国华"),
    ("clerk-panfeng-1", "/counter/questions", "没有等答复的咨询"),
    ("clerk-anwen-1", "/counter/device", "读卡器上还没有证件"),
    ("clerk-anwen-1", "/display/anwen", "请到窗口"),
    ("approver-civil_affairs-1", "/review", "待审批"),
    ("director-anwen", "/dashboard", "就近可办率"),
    ("supervisor", "/dashboard", "各中心此刻"),
    ("director-anwen", "/figures", "一网通办率"),
    ("supervisor", "/figures", "各中心"),
    ("keeper", "/catalogue", "老年人优待证"),
    ("keeper", "/catalogue/imports", "导入事项清单"),
]
WIDTHS = [1440, 1280, 375]


async def stand_before(open_desk: OpenPage, url: str, who: str, screen: str, words: str) -> Clerk:
    """Somebody's screen, with what it has to show."""
    clerk = await at_desk(open_desk, url, who, screen)
    await expect(clerk.page.get_by_text(words).first).to_be_visible()
    return clerk


@pytest.mark.parametrize(("who", "screen", "words"), SCREENS)
async def test_every_screen_can_be_read_at_every_width(
    open_desk: OpenPage, county_url: str, who: str, screen: str, words: str
):
    """No barrier that axe knows and nothing that can be pushed out sideways."""
    clerk = await stand_before(open_desk, county_url, who, screen, words)

    for width in WIDTHS:
        await clerk.page.set_viewport_size({"width": width, "height": 812})
        assert not await clerk.overflows(), width
        assert await clerk.barriers() == [], width


async def test_an_open_case_with_a_form_can_be_read_at_every_width(open_desk: OpenPage, county_url: str):
    """The longest screen there is."""
    clerk = await stand_before(open_desk, county_url, "clerk-anwen-1", "/counter/cases", "吴小敏")
    await clerk.open_case("吴小敏")
    await clerk.press("F7")
    await expect(clerk.case.get_by_role("form")).to_be_visible()

    for width in WIDTHS:
        await clerk.page.set_viewport_size({"width": width, "height": 812})
        assert not await clerk.overflows(), width
        assert await clerk.barriers() == [], width


async def test_somebody_without_a_mouse_signs_in_and_calls(open_desk: OpenPage, county_url: str):
    """Search, Enter, F2."""
    page = await open_desk()
    await page.goto(f"{county_url}/desk")
    await page.get_by_label("找身份").fill("张永平")
    await page.keyboard.press("Enter")
    clerk = Clerk(page, county_url)
    await expect(clerk.counter).to_contain_text("人等候")

    await clerk.press("F2")

    await expect(clerk.counter.get_by_role("status").filter(has_text="请到")).to_be_visible()


async def test_the_sign_in_screen_has_no_barrier(open_desk: OpenPage, county_url: str):
    """Every clerk meets it first."""
    clerk = Clerk(await open_desk(), county_url)
    await clerk.page.goto(f"{county_url}/desk")
    await expect(clerk.page.get_by_role("button", name="施晓萍")).to_be_visible()

    assert await clerk.barriers() == []


async def test_a_citizen_at_the_desk_page_is_shown_the_way(open_desk: OpenPage, county_url: str):
    """Not a bare no."""
    clerk = await at_desk(open_desk, county_url, "citizen-1")

    await expect(clerk.page.get_by_role("link", name="手机页面")).to_be_visible()


async def test_an_approver_cannot_reach_the_counter_by_its_address(open_desk: OpenPage, county_url: str):
    """No department user can receive."""
    approver = await at_desk(open_desk, county_url, "approver-civil_affairs-1", "/counter/queue")

    await expect(approver.page).to_have_url(f"{county_url}/desk#/review")
