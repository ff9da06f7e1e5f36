"""Weak eyes, a slow hand, a screen reader, an old phone: every screen, in both sizes of type."""

from __future__ import annotations

import gzip
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Response, expect

from tests.e2e.phones import Phone, choose_picture
from tests.unit.materials.drawing import as_jpeg, letter

FIRST_PAGE_BYTES = 120 * 1024
SMALLEST_TARGET = 48
# Everything one can press, with its size; what is hidden for the eye is pressed through its label.
TARGETS = """() => [...document.querySelectorAll('button, a, summary, input:not(.unseen), textarea, label:has(input)')]
    .filter(each => each.offsetParent !== null && !each.closest('p'))
    .map(each => ({ said: (each.innerText || each.ariaLabel || each.type).trim(), box: each.getBoundingClientRect() }))
    .filter(({ said, box }) => box.height > 0 && said !== 'checkbox')
    .map(({ said, box }) => [said, Math.round(box.width), Math.round(box.height)])"""
SMALLEST_TYPE = """() => Math.min(...[...document.querySelectorAll('body *')]
    .filter(each => each.offsetParent !== null && [...each.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
    .map(each => parseFloat(getComputedStyle(each).fontSize)))"""

CITIZEN_SCREENS = ("对话", "办件", "服务中心", "我的")


async def stand_on(phone: Phone, screen: str) -> None:
    """Sign in as the one who has the screen, and open it."""
    await phone.sign_in("朱明松" if screen == "村民" else "金秀萍")
    await phone.open(screen)
    await expect(phone.page.get_by_text("正在打开，请稍等")).to_have_count(0)


async def assert_readable(phone: Phone) -> None:
    """No barrier that axe knows, nothing pushed out sideways, nothing too small for a thumb."""
    targets = await phone.page.evaluate(TARGETS)
    assert targets
    assert [target for target in targets if min(target[1:]) < SMALLEST_TARGET] == []
    assert await phone.barriers() == []
    assert not await phone.overflows()


@pytest.mark.parametrize("large", [False, True], ids=["normal", "large"])
@pytest.mark.parametrize("screen", [*CITIZEN_SCREENS, "村民"])
async def test_every_screen_can_be_read_and_pressed(phone: Phone, screen: str, large: bool):
    """By eye, by ear and by thumb."""
    await stand_on(phone, screen)
    if large:
        await phone.page.get_by_role("button", name="大字版", exact=True).click()

    await assert_readable(phone)
    assert await phone.page.evaluate(SMALLEST_TYPE) >= 15


async def test_a_conversation_with_a_card_can_be_read_and_pressed(phone: Phone):
    """The longest screen there is."""
    await phone.sign_in("马志福")
    await phone.say("社保卡丢了想补办")

    await assert_readable(phone)


@pytest.mark.parametrize("large", [False, True], ids=["normal", "large"])
async def test_a_proxys_batch_can_be_read_and_pressed(phone: Phone, large: bool):
    """A form, its photographs, and what came of the last matter."""
    await phone.sign_in("朱明松")
    await phone.page.goto(f"{phone.url}/#/batch")
    if large:
        await phone.page.get_by_role("button", name="大字版", exact=True).click()
    form = phone.page.locator(".batch form")
    await form.get_by_label("替谁办").select_option(index=1 if large else 2)
    await form.get_by_label("办什么事").fill("优待证")
    await expect(form.get_by_role("group", name="找到的事项")).to_be_visible()
    await assert_readable(phone)

    await form.get_by_role("button", name="老年人优待证办理").click()
    await choose_picture(form.get_by_role("group", name="授权委托书照片"), as_jpeg(letter()))
    await expect(form.get_by_role("img")).to_have_count(1)
    await assert_readable(phone)
    await form.get_by_role("button", name="记下，接着下一位").click()

    await expect(phone.page.get_by_role("article")).to_contain_text("已提交，编号", timeout=30_000)
    await assert_readable(phone)
    assert await phone.page.evaluate(SMALLEST_TYPE) >= 15


async def test_the_guide_of_an_item_can_be_read_without_signing_in(phone: Phone):
    """What the county offers is public."""
    await phone.page.goto(f"{phone.url}/#/halls")
    await phone.page.get_by_role("link", name="能办什么").first.click()
    await phone.page.get_by_label("在这里找事项").fill("优待证")
    await phone.page.get_by_role("link", name="优待证").first.click()

    await expect(phone.page.get_by_role("heading", name="要带什么")).to_be_visible()
    await assert_readable(phone)


async def test_large_type_is_remembered(phone: Phone):
    """Set once, by a grandchild."""
    await phone.page.goto(phone.url)
    await phone.page.get_by_role("button", name="大字版").click()

    await phone.page.reload()

    assert await phone.page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 22


async def test_it_can_be_used_without_touching_the_screen(phone: Phone):
    """Keys alone reach the box, send, and press a choice; where one stands is seen."""
    await phone.sign_in("羊荣平")
    await phone.page.get_by_label("说说您要办的事").focus()

    await phone.page.keyboard.type("我想办老年优待证")
    await phone.page.keyboard.press("Enter")
    button = phone.log.get_by_role("button", name="预约办理")
    await expect(button).to_be_visible()
    await button.focus()

    assert await button.evaluate("each => getComputedStyle(each).outlineStyle") == "solid"
    await phone.page.keyboard.press("Enter")
    await expect(phone.log.get_by_role("button", name="便民服务中心").first).to_be_visible()


async def test_the_first_page_is_light_enough_for_a_village(phone: Phone):
    """Everything that comes before one can act, as a gateway without Brotli would send it."""
    weights: dict[str, int] = {}

    async def weigh(response: Response) -> None:
        if response.ok and "events" not in response.url:
            weights[urlsplit(response.url).path] = len(gzip.compress(await response.body()))

    phone.page.on("response", weigh)
    await phone.page.goto(phone.url)
    await expect(phone.page.get_by_role("button", name="金秀萍")).to_be_visible()
    await phone.page.wait_for_load_state("networkidle")

    assert len(weights) > 3
    assert sum(weights.values()) <= FIRST_PAGE_BYTES
