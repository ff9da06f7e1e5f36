"""WeChat, as far as a service account meets it: an interface that takes messages, and a platform that posts letters."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from time import time
from typing import Any

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from defusedxml.ElementTree import fromstring

from bot.channels.callback_seal import CallbackSeal, Stamp, read_key, signature

APP_ID, SECRET, TOKEN = "wx2c2769f8efd9abc2", "0123456789abcdef0123456789abcdef", "jiujinban"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
ACCOUNT = "gh_10f6c3c3ac5a"
_numbers = count(6_054_768_590_064_713_728)


@dataclass
class FakeWeChat:
    """微信: hands out tokens, takes messages, keeps photographs; `faults` are error codes for a path's next calls, 0 for none."""

    url: str = ""
    tokens: list[str] = field(default_factory=list)
    expires_in: int = 7200
    said: list[tuple[str, str]] = field(default_factory=list)
    photographs: dict[str, bytes] = field(default_factory=dict)
    menus: list[Mapping[str, Any]] = field(default_factory=list)
    faults: dict[str, list[int]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    open_gate: asyncio.Event = field(default_factory=asyncio.Event)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    at_gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.open_gate.set()

    def app(self) -> web.Application:
        """The interface under its paths."""
        app = web.Application()
        app.add_routes(
            [
                web.post("/cgi-bin/stable_token", self._token),
                web.post("/cgi-bin/message/custom/send", self._send),
                web.post("/cgi-bin/menu/create", self._menu),
                web.get("/cgi-bin/media/get", self._media),
            ]
        )
        return app

    def said_to(self, openid: str) -> list[str]:
        """What somebody was sent, in order."""
        return [text for to, text in self.said if to == openid]

    async def heard(self, openid: str, words: str, *, seconds: float = 90) -> str:
        """The first message to somebody that holds some words; waits for it."""
        async with asyncio.timeout(seconds):
            while not (found := [text for text in self.said_to(openid) if words in text]):
                await self.news.wait()
                self.news.clear()
        return found[0]

    def void_token(self) -> None:
        """Somebody else had the token renewed."""
        self.tokens.append("void")

    async def _token(self, request: web.Request) -> web.Response:
        asked = await request.json()
        self.calls.append(request.path)
        if (asked["appid"], asked["secret"]) != (APP_ID, SECRET):
            return web.json_response({"errcode": 40125, "errmsg": f"invalid appsecret {asked['secret']}"})
        await self._through_gate()
        self.tokens.append(f"token-{len(self.tokens) + 1}")
        return web.json_response({"access_token": self.tokens[-1], "expires_in": self.expires_in})

    async def _send(self, request: web.Request) -> web.Response:
        if (fault := self._fault(request)) is not None:
            return fault
        asked = await request.json()
        self.said.append((asked["touser"], asked["text"]["content"]))
        self.news.set()
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    async def _menu(self, request: web.Request) -> web.Response:
        if (fault := self._fault(request)) is not None:
            return fault
        self.menus.append(await request.json())
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    async def _media(self, request: web.Request) -> web.StreamResponse:
        if (fault := self._fault(request)) is not None:
            return fault
        await self._through_gate()
        content = self.photographs.get(request.query["media_id"])
        if content is None:
            return web.json_response(
                {"errcode": 40007, "errmsg": "invalid media_id"}, content_type="text/plain"
            )
        return web.Response(body=content, content_type="image/jpeg")

    async def _through_gate(self) -> None:
        self.at_gate.set()
        await self.open_gate.wait()

    def _fault(self, request: web.Request) -> web.Response | None:
        self.calls.append(request.path)
        if request.query["access_token"] != (self.tokens or [""])[-1]:
            return web.json_response({"errcode": 40001, "errmsg": "invalid credential"})
        waiting = self.faults.get(request.path, [])
        code = waiting.pop(0) if waiting else 0
        return web.json_response({"errcode": code, "errmsg": "no"}) if code else None


@asynccontextmanager
async def fake_wechat() -> AsyncIterator[FakeWeChat]:
    """WeChat's interface on a port of this machine."""
    wechat = FakeWeChat()
    async with TestServer(wechat.app()) as server:
        wechat.url = str(server.make_url("")).rstrip("/")
        yield wechat


def seal() -> CallbackSeal:
    """The seal WeChat and the account share."""
    return CallbackSeal(TOKEN, APP_ID, (read_key(KEY),))


def text_xml(openid: str, text: str, number: int | None = None) -> str:
    """A text message, under a new number unless it is given."""
    return _letter(openid, "text", f"<Content><![CDATA[{text}]]></Content>", number)


def picture_xml(openid: str, media: str, number: int | None = None) -> str:
    """A photograph."""
    inside = (
        f"<PicUrl><![CDATA[http://mmbiz.qpic.cn/{media}]]></PicUrl><MediaId><![CDATA[{media}]]></MediaId>"
    )
    return _letter(openid, "image", inside, number)


def event_xml(openid: str, event: str, key: str = "", at: int = 1409735668) -> str:
    """An event, which has no number."""
    return (
        f"<xml>{_head(openid, at)}<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{event}]]></Event>"
        f"<EventKey><![CDATA[{key}]]></EventKey></xml>"
    )


def _letter(openid: str, kind: str, inside: str, number: int | None) -> str:
    number = next(_numbers) if number is None else number
    return (
        f"<xml>{_head(openid, 1409735668)}\n<MsgType><![CDATA[{kind}]]></MsgType>\n{inside}\n"
        f"<MsgId>{number}</MsgId>\n</xml>"
    )


def _head(openid: str, at: int) -> str:
    return (
        f"<ToUserName><![CDATA[{ACCOUNT}]]></ToUserName>\n"
        f"<FromUserName><![CDATA[{openid}]]></FromUserName>\n<CreateTime>{at}</CreateTime>"
    )


@dataclass(frozen=True, slots=True)
class Post:
    """推送: one post of WeChat's, its query and its body."""

    query: Mapping[str, str]
    body: bytes


def posted(
    xml: str, mode: str = "safe", *, at: float | None = None, sealed_by: CallbackSeal | None = None
) -> Post:
    """A letter as WeChat posts it in one of its three modes."""
    stamp, by = Stamp(str(int(time() if at is None else at)), "1320562132"), sealed_by or seal()
    query = {"signature": signature(by.token, stamp), "timestamp": stamp.timestamp, "nonce": stamp.nonce}
    if mode == "plain":
        return Post(query, xml.encode())
    encrypted = by.close(xml.encode())
    query |= {"encrypt_type": "aes", "msg_signature": signature(by.token, stamp, encrypted)}
    inside = f"<ToUserName><![CDATA[{ACCOUNT}]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt>"
    if mode == "compatible":
        return Post(
            query, xml.replace("</xml>", f"<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>").encode()
        )
    return Post(query, f"<xml>{inside}</xml>".encode())


def shown(body: bytes) -> str:
    """What the person sees of an answer: its text, after its seal was checked; nothing of `success`."""
    if body in {b"success", b""}:
        return ""
    root = fromstring(body)
    encrypted = root.findtext("Encrypt")
    if encrypted is not None:
        stamp = Stamp(root.findtext("TimeStamp") or "", root.findtext("Nonce") or "")
        seal().check(root.findtext("MsgSignature") or "", stamp, encrypted)
        root = fromstring(seal().open(encrypted))
    assert root.findtext("MsgType") == "text"
    assert root.findtext("FromUserName") == ACCOUNT
    return root.findtext("Content") or ""


@dataclass(frozen=True, slots=True)
class Telephone:
    """手机: somebody's WeChat, with the service account open in it."""

    http: ClientSession
    url: str
    openid: str
    mode: str = "safe"

    async def say(self, text: str, number: int | None = None) -> str:
        """Type something; returns what is shown under it."""
        return await self.post(text_xml(self.openid, text, number))

    async def photograph(self, media: str, number: int | None = None) -> str:
        """Send a photograph."""
        return await self.post(picture_xml(self.openid, media, number))

    async def event(self, name: str, key: str = "", at: int = 1409735668) -> str:
        """Something happens with the account."""
        return await self.post(event_xml(self.openid, name, key, at))

    async def post(self, xml: str) -> str:
        """Post a letter once."""
        one = posted(xml, self.mode)
        async with self.http.post(f"{self.url}/channels/wechat", params=one.query, data=one.body) as answer:
            assert answer.status == 200, await answer.text()
            return shown(await answer.read())
