"""公众号 end to end: a real server, a browser for binding, and a WeChat of our own that posts, resends and takes messages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import ClientSession

from bot.channels.callback_seal import Stamp, signature
from tests.api.visitors import Door
from tests.e2e.phones import Phone
from tests.e2e.test_phone_reading import assert_readable
from tests.services.pages import OpenPage
from tests.services.servers import ServerProcesses
from tests.services.wechat import (
    APP_ID,
    KEY,
    SECRET,
    TOKEN,
    FakeWeChat,
    Telephone,
    fake_wechat,
    posted,
    text_xml,
)
from tests.unit.materials.drawing import as_jpeg, id_card_front, number, on_a_table

ME = "oyORnuP8q7ou2gfYjqLzSIWZf0rs"
CARD = on_a_table(id_card_front())


@pytest_asyncio.fixture(scope="module")
async def wechat() -> AsyncIterator[FakeWeChat]:
    """WeChat's interface."""
    async with fake_wechat() as running:
        yield running


@pytest_asyncio.fixture(scope="module")
async def servers(
    module_server_processes: ServerProcesses, wechat: FakeWeChat, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, str]:
    """Two servers of one county, both the service account's."""
    folder: Path = tmp_path_factory.mktemp("wechat")
    (folder / "secret").write_text(SECRET)
    (folder / "keys").write_text(KEY)
    settings = {
        "JIUJINBAN_PUBLIC_URL": "https://jiujinban.example",
        "JIUJINBAN_WECHAT_APP_ID": APP_ID,
        "JIUJINBAN_WECHAT_TOKEN": TOKEN,
        "JIUJINBAN_WECHAT_SECRET_FILE": str(folder / "secret"),
        "JIUJINBAN_WECHAT_KEY_FILE": str(folder / "keys"),
        "JIUJINBAN_WECHAT_API_URL": wechat.url,
    }
    start = module_server_processes.start
    one, other = await asyncio.to_thread(start, 2, settings=settings)
    return one.url, other.url


@pytest_asyncio.fixture
async def me(servers: tuple[str, str]) -> AsyncIterator[Telephone]:
    """Somebody's WeChat."""
    async with ClientSession() as http:
        yield Telephone(http, servers[0], ME)


async def test_the_address_is_verified(servers, me):
    """As WeChat's page does; without the token it says nothing."""
    stamp = Stamp(posted("<xml/>").query["timestamp"], "1320562132")
    query = {"timestamp": stamp.timestamp, "nonce": stamp.nonce, "echostr": "5927782489442352469"}
    address = f"{servers[0]}/channels/wechat"

    async with me.http.get(address, params=query | {"signature": signature(TOKEN, stamp)}) as answer:
        assert await answer.text() == "5927782489442352469"
    async with me.http.get(address, params=query | {"signature": signature("another", stamp)}) as answer:
        assert answer.status == 403


async def test_a_daughter_binds_her_wechat_and_brings_her_mothers_card_under_way(
    open_phone: OpenPage, servers, wechat, me
):
    """A word on the page, eight digits in WeChat, then everything there, down to the case number."""
    wechat.photographs["front"] = as_jpeg(CARD)
    assert "https://jiujinban.example/#/wechat" in await me.say("我妈七十了，想办老年优待证")

    phone = Phone(await open_phone(), servers[0])
    await phone.sign_in("金秀萍")
    await phone.open("我的")
    await phone.page.get_by_role("link", name="绑定微信").click()
    await phone.page.get_by_role("heading", name="绑定以后").wait_for()
    await assert_readable(phone)
    await phone.page.get_by_label("我看明白了，同意绑定").check()
    await phone.page.get_by_role("button", name="取绑定码").click()
    digits = await phone.page.locator(".digits").inner_text()
    await assert_readable(phone)
    assert "绑定好了" in await me.say(digits)

    assert "老年人优待证" in await me.say("我妈七十了，想办老年优待证")
    for said in ("预约办理", "家人", number("19560312"), "试云华", "本人同意", "1"):
        await me.say(said)
    assert "约好了" in await me.say("1")
    await me.say("现在拍照交材料")
    # The first photograph of a server loads the models: its answer may follow as a message of its own.
    looked_at = await me.photograph("front") or await wechat.heard(ME, "居民身份证")
    assert "居民身份证" in looked_at
    await me.say("就交这些")
    done = await me.say("确认提交")

    assert "提交好了！办件编号" in done
    assert "已提交" in await wechat.heard(ME, "已提交")
    await phone.open("办件")
    await phone.reads("已提交，等待窗口收件")
    await phone.open("我的")
    await phone.page.get_by_role("link", name="微信已绑定").click()
    await phone.page.get_by_role("heading", name="微信已经绑定").wait_for()
    await assert_readable(phone)
    await phone.page.get_by_role("button", name="解除绑定").click()
    await phone.page.get_by_role("button", name="取绑定码").wait_for()
    assert "https://jiujinban.example/#/wechat" in await me.say("我的办件")


async def test_wechat_that_asks_three_times_of_two_servers_books_once(servers, me):
    """Each copy gets the same answer, and there is one place taken."""
    other = Telephone(me.http, servers[1], "oStorm")
    mine = Telephone(me.http, servers[0], "oStorm")
    async with Door.at(servers[0]) as door:
        citizen = await door.sign_in("citizen-2")
        code = (await citizen.post("/api/v1/bindings/wechat/codes", {"agreed": True})).said["code"]
        bound = await asyncio.gather(*(mine.say(code, 1) for _ in range(3)))
        for said in ("社保卡丢了想补办", "预约办理", "1"):
            await mine.say(said)

        answers = await asyncio.gather(*((mine, other)[n % 2].say("1", 4) for n in range(6)))

        appointments = (await citizen.get("/api/v1/appointments")).said["appointments"]
    assert len(set(bound)) == 1
    assert len(set(answers)) == 1
    assert "约好了" in answers[0]
    assert len(appointments) == 1


async def test_what_was_not_sealed_for_us_does_nothing(servers, me):
    """A forger who knows the address and somebody's openid."""
    forged = posted(text_xml(ME, "解除绑定"), "plain")

    async with me.http.post(f"{servers[0]}/channels/wechat", params=forged.query, data=forged.body) as answer:
        assert (answer.status, await answer.read()) == (403, b"")
