"""A proxy in the hills, a citizen in the cellar: the page opens without a line, keeps what is done on it, and sends it once."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Page, Route, expect

from tests.e2e.phones import PHOTO_MILLISECONDS, Phone, choose_picture
from tests.services.pages import OpenPage
from tests.services.servers import ServerProcesses
from tests.unit.materials.drawing import as_jpeg, letter

ITEM = "老年人优待证办理"
# A worker is installed and takes over in the background, after everything else the browser has to do.
SLOWLY = 30_000
FORWARDED = ("Content-Type", "X-Requested-With", "Idempotency-Key", "Accept")
KEPT = """async wanted => {
    await navigator.serviceWorker.ready
    const answered = request => new Promise(resolve => { request.onsuccess = () => resolve(request.result) })
    const database = await answered(indexedDB.open('jiujinban-satchel'))
    const keys = () => answered(database.transaction('kept').objectStore('kept').getAllKeys())
    let names = await keys()
    while (!wanted.every(name => names.includes(name))) {
        await new Promise(requestAnimationFrame)
        names = await keys()
    }
    database.close()
    return names
}"""


@pytest.fixture
async def phone(open_kept_phone: OpenPage, county_url: str) -> Phone:
    """A phone whose browser keeps the page."""
    return Phone(await open_kept_phone(), county_url)


async def is_kept(page: Page, *names: str) -> None:
    """Wait until the page and these lists are kept in the phone."""
    async with asyncio.timeout(SLOWLY / 1000):
        await page.evaluate(KEPT, names)


async def without_line(phone: Phone, screen: str = "") -> Phone:
    """The signal goes, the page is closed, and opened again."""
    await phone.page.context.set_offline(True)
    return await opened_again(phone, screen)


async def opened_again(phone: Phone, screen: str = "") -> Phone:
    """The page closed and opened, in the same browser."""
    page = await phone.page.context.new_page()
    await phone.page.close()
    await page.goto(f"{phone.url}/{screen}")
    return Phone(page, phone.url)


async def write_down(phone: Phone, elder: int, words: str, *pictures: bytes) -> str:
    """One errand for the elder who stands at that place of the list; gives the elder's name."""
    form = phone.page.locator(".batch form")
    await form.get_by_label("替谁办").select_option(index=elder)
    named = str(await form.get_by_label("替谁办").locator("option:checked").inner_text())
    await form.get_by_label("办什么事").fill(words)
    await form.get_by_role("button", name=ITEM).click()
    photos = form.get_by_role("group", name="材料照片")
    for count, picture in enumerate(pictures, 1):
        await choose_picture(photos, picture)
        await expect(photos.get_by_role("img")).to_have_count(count)
    await form.get_by_role("button", name="记下，接着下一位").click()
    name = named.partition("（")[0]
    await phone.reads(f"{name}的“{ITEM}”记下了")
    return name


def errand_of(phone: Phone, name: str) -> Any:
    """The card of that elder's errand."""
    return phone.page.get_by_role("article").filter(has_text=name)


async def cases_of(phone: Phone) -> Counter[str]:
    """How many cases about the item the server has for each applicant of this proxy."""
    answer = await phone.page.context.request.get(f"{phone.url}/api/v1/cases")
    mine = (await answer.json())["cases"]
    return Counter(case["applicant_name"] for case in mine if case["service_name"] == ITEM)


class LostAnswers:
    """Whatever is sent arrives, and the answers to the first keys are lost once each."""

    def __init__(self, keys: int) -> None:
        self.keys = keys
        self.sent: Counter[str] = Counter()

    async def __call__(self, route: Route) -> None:
        """Let the request through; lose its answer if it is the first to one of the first keys."""
        key = await route.request.header_value("Idempotency-Key") or ""
        self.sent[key] += bool(key)
        if self.sent[key] == 1 and len(+self.sent) <= self.keys:
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()


async def test_three_elders_are_written_down_without_a_line_and_handed_in_once(phone: Phone):
    """Between two villages: no signal, the page closed and opened in between, and every first answer lost when the line is back."""
    await phone.sign_in("朱明松")
    await is_kept(phone.page, "me", "villagers", "halls", "items")
    before = await cases_of(phone)

    phone = await without_line(phone, "#/batch")
    await phone.reads("现在没有网络")
    names = [await write_down(phone, 1, "优待证", as_jpeg(letter())), await write_down(phone, 2, "老年证")]
    phone = await opened_again(phone, "#/batch")
    names.append(await write_down(phone, 3, "老年人优待"))
    phone = await opened_again(phone, "#/batch")
    for name in names:
        await expect(errand_of(phone, name)).to_contain_text("存在这个手机里")
    await expect(errand_of(phone, names[0])).to_contain_text("照片 1 张")

    lost = LostAnswers(5)
    await phone.page.route("**/api/v1/**", lost)
    await phone.page.context.set_offline(False)

    for name in names:
        await expect(errand_of(phone, name)).to_contain_text("已提交，编号", timeout=PHOTO_MILLISECONDS)
    assert sorted(lost.sent.values(), reverse=True)[:6] == [2, 2, 2, 2, 2, 1]
    await expect(phone.page.get_by_text("现在没有网络")).to_have_count(0)
    assert await cases_of(phone) - before == Counter(names)


async def test_a_form_half_filled_in_outlives_the_page(phone: Phone):
    """Opening the camera costs a cheap phone the page; the elder does not have to be asked again."""
    await phone.sign_in("朱明松")
    await phone.page.goto(f"{phone.url}/#/batch")
    form = phone.page.locator(".batch form")
    await form.get_by_label("替谁办").select_option(index=4)
    await form.get_by_label("老人怎么说的").fill("她说：你去帮我办")
    await choose_picture(form.get_by_role("group", name="授权委托书照片"), as_jpeg(letter()))
    await expect(form.get_by_role("img")).to_have_count(1)
    chosen = await form.get_by_label("替谁办").input_value()
    await phone.page.wait_for_timeout(800)

    phone = await opened_again(phone, "#/batch")

    form = phone.page.locator(".batch form")
    await expect(form.get_by_label("替谁办")).to_have_value(chosen)
    await expect(form.get_by_label("老人怎么说的")).to_have_value("她说：你去帮我办")
    await expect(form.get_by_role("img")).to_have_count(1)


async def test_what_is_refused_stays_with_its_reason_until_the_proxy_takes_it_off(phone: Phone):
    """The matter is open already: the number is said, nothing is sent twice, and the others go on."""
    await phone.sign_in("朱明松")
    before = await cases_of(phone)
    await phone.page.goto(f"{phone.url}/#/batch")
    name = await write_down(phone, 5, "优待证")
    await expect(errand_of(phone, name)).to_contain_text("已提交，编号", timeout=SLOWLY)
    await write_down(phone, 5, "优待证")

    refused = phone.page.get_by_role("article").filter(has_text="没有办成")
    await expect(refused).to_contain_text("已经在办了，办件编号", timeout=SLOWLY)
    phone = await opened_again(phone, "#/batch")
    refused = phone.page.get_by_role("article").filter(has_text="没有办成")
    await expect(refused).to_contain_text("不用再提交一次")
    await refused.get_by_role("button", name="不办了").click()
    await refused.get_by_role("button", name="去掉", exact=True).click()

    await expect(phone.page.get_by_role("article")).to_have_count(1)
    assert await cases_of(phone) - before == Counter([name])


async def test_what_is_not_sent_yet_can_be_put_right(phone: Phone):
    """The wrong elder was chosen; the errand goes back into the form whole."""
    await phone.sign_in("朱明松")
    await is_kept(phone.page, "me", "villagers", "halls", "items")
    phone = await without_line(phone, "#/batch")
    wrong = await write_down(phone, 6, "优待证", as_jpeg(letter()))

    await errand_of(phone, wrong).get_by_role("button", name="拿出来改").click()
    form = phone.page.locator(".batch form")
    await expect(form.get_by_role("img")).to_have_count(1)
    await form.get_by_label("替谁办").select_option(index=7)
    await form.get_by_role("button", name="记下，接着下一位").click()

    await expect(phone.page.get_by_role("article")).to_have_count(1)
    await expect(errand_of(phone, wrong)).to_have_count(0)


async def test_a_citizen_reads_the_last_known_cases_and_is_heard_later(phone: Phone):
    """No signal in the cellar: the page opens, says so calmly, shows what it knew and when, and keeps the words."""
    await phone.sign_in("马志福")
    await phone.say("社保卡丢了想补办")
    await phone.open("办件")
    await is_kept(phone.page, "me", "cases")
    await phone.open("服务中心")
    await is_kept(phone.page, "halls")

    phone = await without_line(phone)
    await phone.reads("以前说过的话等网通了再显示")
    assert await phone.barriers() == []
    await phone.type_and_send("想办老年优待证")
    await phone.reads("还没发出，已存好")
    await phone.open("办件")
    await expect(phone.page.get_by_text("现在没有网络。下面是今天")).to_be_visible(timeout=SLOWLY)
    await phone.open("服务中心")
    await expect(phone.page.get_by_role("link", name="打电话").first).to_be_visible()
    await phone.page.context.set_offline(False)

    await phone.open("对话")
    await expect(phone.log.get_by_role("heading", name=ITEM)).to_be_visible(timeout=SLOWLY)
    await expect(phone.log.get_by_text("想办老年优待证", exact=True)).to_have_count(1)


async def test_signing_out_takes_everything_personal_out_of_the_phone(phone: Phone):
    """Whoever gets the phone next, without a line, sees nobody's villagers."""
    await phone.sign_in("朱明松")
    await is_kept(phone.page, "me", "villagers", "halls", "items")
    await phone.open("我的")
    await phone.page.get_by_role("button", name="退出登录").click()
    await phone.page.get_by_role("button", name="退出", exact=True).click()
    await expect(phone.page.get_by_role("button", name="金秀萍")).to_be_visible()

    kept = await phone.page.evaluate(KEPT, [])
    phone = await without_line(phone, "#/batch")

    assert set(kept) <= {"halls", "items"}
    await phone.reads("网络不通，没能打开")
    await expect(phone.page.get_by_text("替谁办")).to_have_count(0)


async def test_only_the_phone_page_is_kept(phone: Phone):
    """The desk in the same browser is always the server's own."""
    await phone.sign_in("金秀萍")
    await is_kept(phone.page, "me")
    cached = await phone.page.evaluate(
        "async () => (await Promise.all((await caches.keys()).map(async name => (await (await caches.open(name)).keys()).map(r => new URL(r.url).pathname)))).flat()"
    )
    desk = await phone.page.context.request.get(f"{phone.url}/desk")

    assert "/" in cached
    assert not [path for path in cached if path.startswith(("/api/", "/desk", "/kiosk", "/docs"))]
    assert not [path for path in cached if "Screen" in path]
    assert "desk" in await desk.text()
    worker = await phone.page.context.request.get(
        f"{phone.url}/sw.js", headers={"Accept-Encoding": "br, gzip"}
    )
    assert worker.headers["cache-control"] == "no-cache"
    assert worker.headers["content-encoding"] == "br"
    assert "script-src 'self'" in worker.headers["content-security-policy"]
    (script,) = [path for path in cached if path.startswith("/assets/phone-") and path.endswith(".js")]
    asset = await phone.page.context.request.get(f"{phone.url}{script}")
    assert "immutable" in asset.headers["cache-control"]


class NextRelease:
    """Stands before a server, and once `published` gives the pages of a later release in place of its own."""

    def __init__(self, server: str) -> None:
        self.server = server
        self.published = False

    async def answer(self, request: web.Request) -> web.Response:
        """Ask the server, and change what belongs to the release."""
        if request.path.endswith("/events"):
            raise web.HTTPServiceUnavailable
        headers = {name: value for name, value in request.headers.items() if name in FORWARDED}
        async with (
            aiohttp.ClientSession(cookies=request.cookies) as asking,
            asking.request(
                request.method, self.server + request.path_qs, data=await request.read(), headers=headers
            ) as answer,
        ):
            body = await answer.text()
            if self.published and request.path == "/":
                body = body.replace("<head>", '<head><meta name="release" content="next" />')
            if self.published and request.path == "/sw.js":
                body = re.sub(r"(url:`/`,revision:`)[0-9a-f]+", r"\g<1>next", body)
            given = web.Response(text=body, status=answer.status, content_type=answer.content_type)
            for cookie in answer.cookies.values():
                given.set_cookie(cookie.key, cookie.value, httponly=True)
            return given


@pytest.fixture
async def releases(county_url: str) -> AsyncIterator[tuple[str, NextRelease]]:
    """The address to open, and the release behind it."""
    releases = NextRelease(county_url)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", releases.answer)
    async with TestServer(app, host="127.0.0.1") as front:
        yield str(front.make_url("")), releases


async def kept_page_of_yesterday(open_kept_phone: OpenPage, releases: tuple[str, NextRelease]) -> Phone:
    """A page that is open with half a sentence in the box while a new release is fetched beside it."""
    url, release = releases
    phone = Phone(await open_kept_phone(), url.rstrip("/"))
    await phone.sign_in("羊荣平")
    await is_kept(phone.page, "me")
    release.published = True
    await phone.page.get_by_label("说说您要办的事").fill("我想给孩子")
    await phone.page.evaluate("navigator.serviceWorker.getRegistration().then(kept => kept.update())")
    await expect(phone.page.get_by_role("button", name="有新版本，点这里更新")).to_be_visible(timeout=SLOWLY)
    return phone


NEXT = 'meta[name="release"]'


async def test_an_open_page_stays_as_it_is_until_it_is_pressed(
    open_kept_phone: OpenPage, releases: tuple[str, NextRelease]
):
    """Nobody is interrupted in the middle of a sentence; pressed, the new page comes with the sentence."""
    phone = await kept_page_of_yesterday(open_kept_phone, releases)
    await expect(phone.page.locator(NEXT)).to_have_count(0)
    assert await phone.barriers() == []

    await phone.page.get_by_role("button", name="有新版本，点这里更新").click()

    await expect(phone.page.locator(NEXT)).to_have_count(1, timeout=SLOWLY)
    await expect(phone.page.get_by_label("说说您要办的事")).to_have_value("我想给孩子")
    await expect(phone.page.get_by_role("button", name="有新版本，点这里更新")).to_have_count(0)


async def test_the_page_opens_with_the_new_release(
    open_kept_phone: OpenPage, releases: tuple[str, NextRelease]
):
    """Those who never press get it the next time; a page that stayed open beside it goes on."""
    yesterday = await kept_page_of_yesterday(open_kept_phone, releases)
    page = await yesterday.page.context.new_page()

    await page.goto(f"{yesterday.url}/")

    await expect(page.locator(NEXT)).to_have_count(1, timeout=SLOWLY)
    await expect(page.get_by_label("说说您要办的事")).to_be_visible()
    await yesterday.open("我的")
    await expect(yesterday.page.get_by_role("button", name="退出登录")).to_be_visible()
    await expect(yesterday.page.get_by_text("正在打开，请稍等")).to_have_count(0)
    await page.close()


async def test_a_server_killed_in_the_middle_does_not_hand_in_twice(
    phone: Phone, module_server_processes: ServerProcesses
):
    """It dies after it opened the case and before it said so; the next one goes on where it stood."""
    (server,) = module_server_processes.running
    await phone.sign_in("朱明松")
    before = await cases_of(phone)
    await phone.page.goto(f"{phone.url}/#/batch")

    async def die(route: Route) -> None:
        await route.fetch()
        server.process.kill()
        server.process.wait()
        await route.abort()

    await phone.page.route("**/api/v1/cases", die)
    name = await write_down(phone, 4, "优待证")
    await expect(errand_of(phone, name)).to_contain_text("授权已记录", timeout=SLOWLY)
    await phone.page.unroute("**/api/v1/cases", die)
    module_server_processes.start(1, port=int(server.url.rpartition(":")[2]))

    await expect(errand_of(phone, name)).to_contain_text("已提交，编号", timeout=PHOTO_MILLISECONDS)
    assert await cases_of(phone) - before == Counter([name])
