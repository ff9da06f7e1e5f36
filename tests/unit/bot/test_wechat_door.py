"""回调地址: who may post, and what WeChat is answered; each good post has a twin that differs in one thing and is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.callback_seal import CallbackSeal, Stamp, read_key, signature
from bot.channels.wechat_door import PATH, WeChatDoor
from bot.channels.wechat_letters import LARGEST, Letter, Words
from tests.services.wechat import TOKEN, Post, event_xml, posted, seal, shown, text_xml

Client = TestClient[web.Request, web.Application]
NOW = 1_795_000_000
ME = "oyORnuP8q7ou2gfYjqLzSIWZf0rs"
HELLO = text_xml(ME, "您好", 7)


@dataclass
class Echo:
    """A conversation that repeats what it hears, or breaks."""

    heard: list[Letter] = field(default_factory=list)

    async def answer(self, letter: Letter) -> str | None:
        self.heard.append(letter)
        match letter.content:
            case Words("坏了"):
                raise RuntimeError("it broke")
            case Words(text):
                return f"您说：{text}"
            case _:
                return None


@dataclass(frozen=True, slots=True)
class Scene:
    """The callback, with or without a key, before a conversation that repeats."""

    echo: Echo
    sealed: Client
    plain: Client


def _client(seal_: CallbackSeal, echo: Echo) -> Client:
    app = web.Application()
    app.add_routes(WeChatDoor(seal_, echo, lambda: datetime.fromtimestamp(NOW, UTC)).routes())
    return TestClient(TestServer(app))


@pytest_asyncio.fixture(scope="module")
async def scene() -> AsyncIterator[Scene]:
    """Two accounts, one of them without a key."""
    echo = Echo()
    sealed, plain = _client(seal(), echo), _client(replace(seal(), keys=()), echo)
    async with sealed, plain:
        yield Scene(echo, sealed, plain)


async def post(client: Client, one: Post) -> tuple[int, bytes]:
    """Post it once."""
    async with client.post(PATH, params=one.query, data=one.body) as answer:
        return answer.status, await answer.read()


async def test_the_address_is_verified_by_its_echo(scene):
    """As WeChat's page does when the operator presses 提交."""
    stamp = Stamp(str(NOW), "1320562132")
    query = {"signature": signature(TOKEN, stamp), "timestamp": stamp.timestamp, "nonce": stamp.nonce}

    async with scene.sealed.get(PATH, params=query | {"echostr": "5927782489442352469"}) as answer:
        assert (answer.status, await answer.text()) == (200, "5927782489442352469")
        assert answer.content_type == "text/plain"


@pytest.mark.parametrize(
    "wrong",
    [
        {"signature": "0" * 40},
        {"signature": ""},
        {"nonce": "1320562133"},
        {"timestamp": str(NOW + 1)},
        {"timestamp": "soon"},
    ],
)
async def test_twin_an_echo_that_is_not_signed_is_not_given(scene, wrong):
    """Otherwise anybody could make our address say what they like."""
    stamp = Stamp(str(NOW), "1320562132")
    query = {"signature": signature(TOKEN, stamp), "timestamp": stamp.timestamp, "nonce": stamp.nonce}

    async with scene.sealed.get(PATH, params=query | {"echostr": "5927"} | wrong) as answer:
        assert (answer.status, await answer.read()) == (403, b"")


@pytest.mark.parametrize("mode", ["safe", "compatible"])
async def test_a_sealed_letter_gets_a_sealed_answer(scene, mode):
    """Signed anew, and only WeChat can read it."""
    status, body = await post(scene.sealed, posted(HELLO, mode, at=NOW))

    assert status == 200
    assert b"Content" not in body
    assert shown(body) == "您说：您好"


async def test_a_plain_letter_gets_a_plain_answer_where_there_is_no_key(scene):
    """For trying out."""
    status, body = await post(scene.plain, posted(HELLO, "plain", at=NOW))

    assert (status, shown(body)) == (200, "您说：您好")
    assert b"Encrypt" not in body


async def test_beside_a_seal_the_plain_fields_are_not_read(scene):
    """They are not signed: whoever passes the post on could have changed them."""
    one = posted(HELLO, "compatible", at=NOW)
    changed = replace(one, body=one.body.replace("您好".encode(), "取消".encode()))

    _, body = await post(scene.sealed, changed)

    assert shown(body) == "您说：您好"


async def test_what_asks_for_nothing_is_told_success(scene):
    """A bare word, and never JSON: WeChat would show that the service is out of order."""
    assert await post(scene.sealed, posted(event_xml(ME, "VIEW"), at=NOW)) == (200, b"success")


async def test_a_fault_of_ours_is_an_apology_in_words(scene):
    """In the seal, with status 200."""
    status, body = await post(scene.sealed, posted(text_xml(ME, "坏了"), at=NOW))

    assert status == 200
    assert "不是您的错" in shown(body)


def _changed_byte(one: Post) -> Post:
    place = one.body.index(b"<Encrypt><![CDATA[") + 30
    other = b"A" if one.body[place : place + 1] != b"A" else b"B"
    return replace(one, body=one.body[:place] + other + one.body[place + 1 :])


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda: posted(HELLO, at=NOW, sealed_by=replace(seal(), token="another")),
        lambda: posted(HELLO, at=NOW, sealed_by=replace(seal(), receiver="wx0000000000000000")),
        lambda: posted(HELLO, at=NOW, sealed_by=replace(seal(), keys=(read_key("Z" * 43),))),
        lambda: _changed_byte(posted(HELLO, at=NOW)),
        lambda: posted(HELLO, at=NOW - 301),
        lambda: posted(HELLO, at=NOW + 301),
        lambda: posted(HELLO, "plain", at=NOW),
        lambda: replace(posted(HELLO, at=NOW), query={}),
        lambda: replace(posted(HELLO, at=NOW), query=posted(HELLO.replace("您好", "再见"), at=NOW).query),
    ],
    ids=[
        "wrong token",
        "wrong appid",
        "wrong key",
        "changed byte",
        "stale",
        "from the future",
        "not sealed",
        "not signed",
        "another's signature",
    ],
)
async def test_twin_one_thing_different_is_refused_before_it_is_heard(scene, spoilt):
    """403 and nothing else: no word of which check it was."""
    before = len(scene.echo.heard)

    assert await post(scene.sealed, spoilt()) == (403, b"")
    assert len(scene.echo.heard) == before


@pytest.mark.parametrize("at", [NOW - 300, NOW + 300])
async def test_clocks_may_differ_by_five_minutes(scene, at):
    """And by no second more."""
    assert (await post(scene.sealed, posted(HELLO, at=at)))[0] == 200


async def test_a_replay_is_the_same_letter(scene):
    """It passes here, and is told from a new one by its id."""
    one = posted(HELLO, at=NOW)
    await post(scene.sealed, one)
    await post(scene.sealed, one)

    assert scene.echo.heard[-1] == scene.echo.heard[-2]


async def test_what_is_signed_but_no_letter_is_refused(scene):
    """400, for it came from WeChat."""
    assert (await post(scene.sealed, posted("<xml><MsgType>text</MsgType></xml>", at=NOW)))[0] == 400
    assert (await post(scene.plain, replace(posted(HELLO, "plain", at=NOW), body=b"{}")))[0] == 400


async def test_a_body_larger_than_any_letter_is_not_read_to_its_end(scene):
    """Whether it says how long it is or not."""

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(LARGEST // 1024 + 2):
            yield b"x" * 1024

    query = posted(HELLO, at=NOW).query
    for body in (b"x" * (LARGEST + 1), endless()):
        async with scene.sealed.post(PATH, params=query, data=body) as answer:
            assert answer.status == 413


@given(
    st.binary(max_size=500),
    st.dictionaries(st.sampled_from(["signature", "timestamp", "nonce"]), st.text(max_size=20)),
)
async def test_whatever_a_stranger_posts_is_refused(scene, body, query):
    """Never answered, and never a fault of ours."""
    status, answer = await post(
        scene.sealed, Post({k: v.encode("utf-8", "ignore").decode() for k, v in query.items()}, body)
    )

    assert status in {400, 403}
    assert answer == b""
