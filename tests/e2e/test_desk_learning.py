"""学说法 on the desk: somebody is not understood, the keeper sees it, tries a lesson, teaches it, and takes it back."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.e2e.clerks import Clerk, at_desk
from tests.e2e.phones import Phone
from tests.services.pages import OpenPage

WORDS = "进山门亮一亮的红壳壳"
CARD = "老年人优待证办理"
# The first lesson starts a process of its own and reads the catalogue there; every server learns within some seconds.
LESSON_MILLISECONDS = 60_000


async def choose_item(page: Page, words: str, name: str) -> None:
    """Find an item as one does at any other screen."""
    field = page.get_by_label("应该办的事项")
    await field.fill(words)
    await page.get_by_role("option").filter(has_text=name).first.click()


async def readable(keeper: Clerk) -> None:
    """No barrier, and nothing that has to be pushed sideways."""
    assert await keeper.barriers() == []
    assert not await keeper.overflows()


async def test_from_a_citizen_who_was_not_understood_to_a_lesson_and_back(
    open_desk: OpenPage, county_url: str, phone: Phone
) -> None:
    """The whole way on the pages: asked, seen, tried, taught, asked again, taken back."""
    await phone.sign_in("金秀萍")
    await phone.say(WORDS)
    keeper = await at_desk(open_desk, county_url, "keeper")
    page = keeper.page

    await page.get_by_role("link", name="学说法").click()
    await page.get_by_role("button").filter(has_text=WORDS).click()
    await expect(page.get_by_role("region", name="现在这样回答")).to_be_visible()
    await expect(page.get_by_role("button", name="教会", exact=True)).to_be_disabled()
    await readable(keeper)

    await choose_item(page, "老年证", CARD)
    await page.get_by_role("button", name="试教").click()
    effect = page.get_by_role("region", name="试教结果")
    await expect(effect).to_contain_text("可以教", timeout=LESSON_MILLISECONDS)
    await expect(effect).to_contain_text("一句都不变")
    await readable(keeper)
    await page.get_by_role("button", name="教会", exact=True).click()
    await expect(page.get_by_role("status").filter(has_text="教会了")).to_be_visible(
        timeout=LESSON_MILLISECONDS
    )
    await expect(page.get_by_text("没有等您看的说法")).to_be_visible()
    await expect(page.get_by_role("status").filter(has_text="已经生效")).to_be_visible(
        timeout=LESSON_MILLISECONDS
    )
    await expect(page.get_by_role("region", name=f"现在这样回答：直接答“{CARD}”")).to_be_visible()
    await readable(keeper)

    await phone.say(WORDS)
    await phone.reads(CARD)

    await page.get_by_role("button", name="已教会").click()
    await page.get_by_role("button", name=f"收回 {WORDS}").click()
    await expect(page.get_by_text("还没有教过说法")).to_be_visible()
    await page.get_by_role("button", name="等您看").click()
    await expect(page.get_by_role("button").filter(has_text=WORDS)).to_be_visible()


@pytest.mark.parametrize(
    ("words", "why"),
    [("身份证", "太笼统"), ("大皿村", "地名"), ("身份证丢了怎么补", "找不到它")],
)
async def test_a_lesson_that_would_do_harm_is_refused_with_a_reason(
    open_desk: OpenPage, county_url: str, words: str, why: str
) -> None:
    """And what to do instead; nothing was saved."""
    keeper = await at_desk(open_desk, county_url, "keeper", "/catalogue/words")
    page = keeper.page
    await page.get_by_label("群众的说法").fill(words)
    await choose_item(page, "养狗办证", "养犬登记")

    await page.get_by_role("button", name="试教").click()

    told = page.get_by_role("region", name="教说法")
    await expect(told).to_contain_text(why, timeout=LESSON_MILLISECONDS)
    await expect(page.get_by_role("button", name="教会", exact=True)).to_be_disabled()
    await readable(keeper)
