"""微信接口: one token for all who need it, and each way in which WeChat can refuse, against a WeChat of our own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.channels.wechat_api import LARGEST_PHOTOGRAPH, TooLarge, WeChatAccount, WeChatApi, WeChatFailed
from tests.services.wechat import APP_ID, SECRET, FakeWeChat, fake_wechat

SEND, MEDIA, STABLE = "/cgi-bin/message/custom/send", "/cgi-bin/media/get", "/cgi-bin/stable_token"


class Watch:
    """A stopwatch that a scene turns."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest_asyncio.fixture
async def wechat() -> AsyncIterator[FakeWeChat]:
    """WeChat's interface."""
    async with fake_wechat() as running:
        yield running


@pytest.fixture
def watch() -> Watch:
    """What the interface's client measures time with."""
    return Watch()


@pytest.fixture
def api(wechat: FakeWeChat, watch: Watch) -> WeChatApi:
    """Our side of it."""
    return WeChatApi(WeChatAccount(wechat.url, APP_ID, SECRET), watch)


async def test_twenty_at_once_share_one_token(wechat, api):
    """The first fetches it, the others wait for it."""
    wechat.open_gate.clear()
    sending = [asyncio.create_task(api.say(f"o{n}", "您好“👵🏻”")) for n in range(20)]
    await wechat.at_gate.wait()
    wechat.open_gate.set()
    await asyncio.gather(*sending)

    assert wechat.calls.count(STABLE) == 1
    assert sorted(wechat.said) == sorted((f"o{n}", "您好“👵🏻”") for n in range(20))


async def test_a_token_is_renewed_five_minutes_before_its_end(wechat, api, watch):
    """While the old one is still good for whoever has it."""
    await api.say("o", "1")
    watch.seconds += 7200 - 301
    await api.say("o", "2")
    assert wechat.calls.count(STABLE) == 1

    watch.seconds += 2
    await api.say("o", "3")
    assert wechat.calls.count(STABLE) == 2


@pytest.mark.parametrize("code", [40001, 40014, 42001])
async def test_a_token_that_is_no_longer_known_is_renewed_once(wechat, api, code):
    """And the message goes out under the new one."""
    await api.say("o", "1")
    wechat.faults[SEND] = [code]

    await api.say("o", "2")

    assert wechat.said_to("o") == ["1", "2"]
    assert wechat.calls.count(STABLE) == 2


async def test_twin_a_token_that_stays_unknown_is_renewed_no_second_time(wechat, api):
    """A wrong setting must not have us ask for tokens all night: there is a quota for them."""
    wechat.faults[SEND] = [40001, 40001, 40001]

    with pytest.raises(WeChatFailed, match="40001") as failed:
        await api.say("o", "1")

    assert failed.value.retry
    assert wechat.calls.count(STABLE) == 2


async def test_those_who_are_refused_together_renew_it_together(wechat, api):
    """Two messages met the void token; one new one serves both."""
    await api.say("o", "1")
    wechat.void_token()

    await asyncio.gather(*(api.say("o", str(n)) for n in range(8)))

    assert len(wechat.said_to("o")) == 9
    assert wechat.calls.count(STABLE) <= 3


@pytest.mark.parametrize(
    ("code", "retry", "out_of_reach"),
    [
        (-1, True, False),
        (45009, True, False),
        (48001, True, False),
        (40003, False, False),
        (45015, False, True),
    ],
)
async def test_a_refusal_says_whether_trying_again_can_help(wechat, api, code, retry, out_of_reach):
    """A busy WeChat is tried again; somebody who has not written for two days has to write first."""
    wechat.faults[SEND] = [code]

    with pytest.raises(WeChatFailed, match=str(code)) as failed:
        await api.say("o", "1")

    assert (failed.value.retry, failed.value.out_of_reach) == (retry, out_of_reach)


async def test_a_photograph_comes_byte_for_byte(wechat, api):
    """Also with a token that was renewed meanwhile."""
    wechat.photographs["m"] = bytes(range(256)) * 5000
    await api.say("o", "1")
    wechat.void_token()

    assert await api.photograph("m") == wechat.photographs["m"]


async def test_a_photograph_that_is_gone_or_too_large_is_not_tried_again(wechat, api):
    """WeChat keeps them for three days; what is larger than we take is not read to its end."""
    wechat.photographs["large"] = b"x" * (LARGEST_PHOTOGRAPH + 1)

    with pytest.raises(WeChatFailed, match="40007") as gone:
        await api.photograph("gone")
    with pytest.raises(TooLarge) as large:
        await api.photograph("large")

    assert not gone.value.retry
    assert not large.value.retry


async def test_a_wrong_secret_is_said_without_it(wechat):
    """WeChat repeats it in its answer; our log does not."""
    api = WeChatApi(WeChatAccount(wechat.url, APP_ID, "wrong-secret"))

    with pytest.raises(WeChatFailed, match="40125") as failed:
        await api.say("o", "1")

    assert "wrong-secret" not in repr(failed.value) + repr(WeChatAccount(wechat.url, APP_ID, "wrong-secret"))
    assert failed.value.retry


async def test_a_wechat_that_is_not_there_is_tried_again(unused_tcp_port):
    """And the token of the address is in no fault."""
    api = WeChatApi(WeChatAccount(f"http://127.0.0.1:{unused_tcp_port}", APP_ID, SECRET))

    with pytest.raises(WeChatFailed, match="no connection") as failed:
        await api.photograph("m")

    assert failed.value.retry


async def test_a_silent_wechat_is_not_waited_for_longer_than_agreed(wechat):
    """A lease of the outbox ends after a minute."""
    wechat.open_gate.clear()
    api = WeChatApi(WeChatAccount(wechat.url, APP_ID, SECRET, seconds=0.05))

    with pytest.raises(WeChatFailed, match=r"no answer within 0\.05 s"):
        await api.say("o", "1")
    wechat.open_gate.set()


@pytest.mark.parametrize(
    ("url", "seconds"), [("http://api.weixin.qq.com", 10.0), ("https://x", 0.0), ("https://x", 60.0)]
)
def test_an_address_in_the_open_or_an_endless_wait_is_no_setting(url, seconds):
    """The secret would be read on the way; the outbox would send twice."""
    with pytest.raises(ValueError, match=r"https|seconds"):
        WeChatAccount(url, APP_ID, SECRET, seconds)


async def test_the_menu_is_put(wechat, api):
    """In WeChat's own shape."""
    await api.put_menu({"button": []})

    assert wechat.menus == [{"button": []}]
