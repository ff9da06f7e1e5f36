"""The machine in the hall: touched by everybody, forgetting everybody, and printing once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import aiohttp
import cv2
import numpy as np
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect

from device_bridge.agent.simulator.cards import SAMPLES, Sample
from device_bridge.wire import EVENTS_PATH, CardRead, encode_event
from tests.e2e.clerks import Line, at_desk
from tests.e2e.phones import Phone
from tests.services.pages import IN_CHINA, OpenPage, watched_pages

TALL = {**IN_CHINA, "viewport": {"width": 1080, "height": 1920}, "has_touch": True}
SMALL = {**IN_CHINA, "viewport": {"width": 768, "height": 1024}, "has_touch": True}
TOKEN, HALL, COUNTER = "demo-kiosk-2", "anwen", "kiosk-2"


@pytest_asyncio.fixture
async def kiosk(browser: Browser, county_url: str) -> AsyncIterator[Page]:
    """A machine that was switched on; what it prints is counted and not printed."""
    async with watched_pages(browser, TALL) as open_page:
        page = await open_page()
        await page.add_init_script(
            "window.printed = []; window.print = () => printed.push(document.querySelector('.paper b').innerText)"
        )
        await page.clock.install()
        await page.goto(f"{county_url}/kiosk#token={TOKEN}", timeout=60_000)
        # A machine that builds all this at once takes its time over the first page of a cold server.
        await expect(page.get_by_role("button", name="取号排队")).to_be_visible(timeout=45_000)
        yield page


async def lay_card(county_url: str, sample: Sample = Sample.ELDER) -> None:
    """Put a card on the machine's reader, as the bridge beside the page tells the county."""
    event = CardRead(
        event_id=uuid4(),
        happened_at=datetime.now(UTC),
        hall=HALL,
        counter=COUNTER,
        holder=SAMPLES[sample].reading,
    )
    headers = {"Authorization": f"Device {TOKEN}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(f"{county_url}{EVENTS_PATH}", json=encode_event(event)) as answer,
    ):
        assert answer.status == 200, await answer.text()


async def printed(page: Page) -> list[str]:
    """What came out of the machine."""
    papers: list[str] = await page.evaluate("printed")
    return papers


async def passed(page: Page, milliseconds: int) -> None:
    """So long nobody touches the glass."""
    await page.clock.run_for(milliseconds)


async def test_a_finger_that_hits_the_glass_three_times_gets_one_number_and_one_paper(
    kiosk: Page, county_url: str
):
    """The queue must not fill with numbers nobody holds."""
    button = kiosk.get_by_role("button", name="取号排队")
    await button.evaluate("button => { button.click(); button.click(); button.click() }")

    await expect(kiosk.get_by_role("heading", name="您的号")).to_be_visible()
    number = await kiosk.locator("p.number").inner_text()
    async with asyncio.timeout(10):
        while not await printed(kiosk):
            continue
    await passed(kiosk, 12_000)

    assert await printed(kiosk) == [number]
    assert await Phone(kiosk, county_url).barriers() == []


async def test_by_card_one_sees_ones_own_and_the_next_person_nothing_of_it(kiosk: Page, county_url: str):
    """After a minute without a touch the machine has forgotten, on the screen and behind it."""
    await lay_card(county_url)
    await passed(kiosk, 3_000)
    greeting = kiosk.get_by_role("heading", name="您好")
    await expect(greeting).to_be_visible()
    assert SAMPLES[Sample.ELDER].reading.name not in await kiosk.content()
    assert await Phone(kiosk, county_url).barriers() == []

    await passed(kiosk, 50_000)
    await expect(kiosk.get_by_role("alertdialog")).to_contain_text("您还在吗")
    await passed(kiosk, 15_000)

    await expect(kiosk.get_by_role("button", name="取号排队")).to_be_visible()
    await passed(kiosk, 4_000)
    await expect(greeting).to_have_count(0)
    assert SAMPLES[Sample.ELDER].reading.name[1:] not in await kiosk.content()


async def test_until_the_county_has_forgotten_one_person_the_next_sees_no_visit(kiosk: Page, county_url: str):
    """A slow or broken line must not greet somebody by the name of whoever stood here before."""
    arrives, asked = asyncio.Event(), 0

    async def slowly(route: Route) -> None:
        nonlocal asked
        asked += 1
        await arrives.wait()
        await (route.abort() if asked == 1 else route.continue_())

    await kiosk.route("**/kiosk/step-away", slowly)
    await lay_card(county_url)
    await passed(kiosk, 3_000)
    greeting = kiosk.get_by_role("heading", name="您好")
    await expect(greeting).to_be_visible()

    await kiosk.get_by_role("button", name="用完了，退出").click()
    await passed(kiosk, 4_000)
    await expect(kiosk.get_by_role("status")).to_contain_text("正在清掉上一位的信息")
    await expect(greeting).to_have_count(0)
    arrives.set()
    await passed(kiosk, 10_000)

    await expect(kiosk.get_by_role("button", name="取号排队")).to_be_visible()
    await passed(kiosk, 4_000)
    await expect(greeting).to_have_count(0)
    assert asked > 1


async def test_one_finds_an_item_by_ones_own_words_and_takes_its_number(kiosk: Page, county_url: str):
    """What the machine cannot do it says, and offers the counter at once."""
    await kiosk.get_by_role("button", name="查一件事怎么办").click()
    await kiosk.get_by_label("写几个字").fill("结婚登记")
    await kiosk.get_by_role("button", name="找", exact=True).click()
    await kiosk.get_by_role("button", name="结婚登记").first.click()

    await expect(kiosk.get_by_text("这台机器办不了")).to_be_visible()
    assert await Phone(kiosk, county_url).barriers() == []
    await passed(kiosk, 1_000)
    await kiosk.get_by_role("button", name="取这件事的号").click()
    await expect(kiosk.get_by_role("heading", name="您的号")).to_be_visible()


async def test_when_the_line_is_down_the_machine_says_so_and_comes_back_by_itself(kiosk: Page):
    """Nobody stands before a dead screen wondering."""
    await kiosk.context.set_offline(True)
    await passed(kiosk, 6_000)
    await expect(kiosk.get_by_role("alert")).to_contain_text("网络断了")

    await kiosk.context.set_offline(False)
    await passed(kiosk, 6_000)
    await expect(kiosk.get_by_role("alert")).to_have_count(0)


async def test_a_machine_nobody_enrolled_asks_for_its_token_and_sends_people_to_the_counter(
    browser: Browser, county_url: str
):
    """A wrong token opens nothing."""
    async with watched_pages(browser, SMALL) as open_page:
        page = await open_page()
        await page.goto(f"{county_url}/kiosk")
        await page.get_by_label("设备口令").fill("guessed")
        await page.get_by_role("button", name="登录").click()
        await expect(page.get_by_role("alert")).to_contain_text("没有登记")
        await expect(page.get_by_text("请先到窗口")).to_be_visible()


async def test_what_a_helper_begins_on_the_tablet_goes_to_the_phone_and_leaves_the_tablet(
    open_desk: OpenPage, open_phone: OpenPage, county_url: str
):
    """The person scans with their own telephone; the tablet keeps neither item nor code."""
    tablet = await at_desk(open_desk, county_url, "clerk-anwen-1", "/assist")
    await tablet.page.get_by_label("要办什么").fill("老年优待证")
    await tablet.page.get_by_role("option").first.click()
    await tablet.page.get_by_role("button", name="出二维码").click()
    code = tablet.page.get_by_role("img", name="转到手机的二维码")
    await expect(code).to_be_visible()
    assert await tablet.barriers() == []
    picture = cv2.imdecode(np.frombuffer(await code.screenshot(), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    address = cv2.QRCodeDetectorAruco().detectAndDecode(picture)[0]

    phone = await open_phone()
    await Line(phone.context.request, county_url).sign_in("citizen-1")
    await phone.goto(address)

    await expect(phone.get_by_role("heading", name="办件详情")).to_be_visible()
    await expect(phone.get_by_text("老年人优待证办理").first).to_be_visible()
    assert "take" not in phone.url
    await expect(tablet.page.get_by_role("status").filter(has_text="什么都没有留")).to_be_visible()
    await expect(code).to_have_count(0)
    await expect(tablet.page.get_by_label("要办什么")).to_have_value("")
