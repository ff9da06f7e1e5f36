"""WeChat's callback over HTTP (回调地址): who posts is checked before anything is read, and every answer is what WeChat expects."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from secrets import token_hex
from typing import Protocol

import structlog
from aiohttp import web

from bot.channels.callback_seal import BadSeal, CallbackSeal, Stamp, signature
from bot.channels.wechat_letters import (
    LARGEST,
    Letter,
    Unreadable,
    passive_reply,
    read_encrypted,
    read_letter,
    sealed_reply,
)
from bot.channels.wechat_words import words

PATH = "/channels/wechat"
# As far as our clock and WeChat's may be apart. Within it a repetition is told by the letter's id.
_FRESH_SECONDS = 300
_LONGEST_TIMESTAMP = 12
# What tells WeChat that all is well and nothing is to be shown.
_DONE = b"success"
_log = structlog.get_logger("wechat")


class Answering(Protocol):
    """Who answers letters."""

    async def answer(self, letter: Letter) -> str | None:
        """The text that answers it; None for nothing, or for later."""


class WeChatDoor:
    """公众号回调. With keys, only what was sealed under one of them is read, whatever stands beside it (compatible mode).

    Without keys (plain mode) the signature says that WeChat was called upon, not what was said: whoever reads one address
    in a log could post anything under it for minutes. That is for trying out, and a setting of production refuses it.
    """

    def __init__(self, seal: CallbackSeal, channel: Answering, now: Callable[[], datetime]) -> None:
        self._seal = seal
        self._channel = channel
        self._now = now

    def routes(self) -> list[web.AbstractRouteDef]:
        """The one address, for both methods."""
        return [web.get(PATH, self.verify, allow_head=False), web.post(PATH, self.take)]

    async def verify(self, request: web.Request) -> web.Response:
        """地址验证: 200 with the echo as it was sent, 403 otherwise."""
        try:
            self._check(request)
        except BadSeal as bad:
            return _refused(bad)
        return web.Response(text=request.query.get("echostr", ""))

    async def take(self, request: web.Request) -> web.Response:
        """One letter: 200 with the answer or `success`, 400 for what is no letter, 403 for whom we do not know, 413."""
        body = await _body(request)
        if body is None:
            return web.Response(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        try:
            letter = self._opened(request, body)
        except BadSeal as bad:
            return _refused(bad)
        except Unreadable as bad:
            _log.warning("wechat_unreadable", why=bad.why)
            return web.Response(status=HTTPStatus.BAD_REQUEST)
        text = await self._answered(letter)
        reply = _DONE if text is None else self._closed(passive_reply(letter, text, self._seconds()))
        return web.Response(body=reply, content_type="text/plain" if text is None else "application/xml")

    async def _answered(self, letter: Letter) -> str | None:
        try:
            return await self._channel.answer(letter)
        except Exception as fault:  # noqa: BLE001 (anything but an answer, and WeChat shows that the service is out of order)
            _log.error("wechat_fault", letter=letter.id, exc_info=fault)
            return words("sorry")

    def _opened(self, request: web.Request, body: bytes) -> Letter:
        if not self._seal.keys:
            self._check(request)
            return read_letter(body)
        encrypted = read_encrypted(body)
        if encrypted is None:
            raise BadSeal("it is not sealed")
        self._check(request, encrypted)
        return read_letter(self._seal.open(encrypted))

    def _check(self, request: web.Request, encrypted: str = "") -> None:
        query = request.query
        stamp = Stamp(query.get("timestamp", ""), query.get("nonce", ""))
        given = query.get("msg_signature" if encrypted else "signature", "")
        self._seal.check(given, stamp, encrypted)
        if not self._is_fresh(stamp.timestamp):
            raise BadSeal("it is too old, or from the future")

    def _is_fresh(self, timestamp: str) -> bool:
        if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= _LONGEST_TIMESTAMP):
            return False
        return abs(int(timestamp) - self._seconds()) <= _FRESH_SECONDS

    def _closed(self, reply: bytes) -> bytes:
        if not self._seal.keys:
            return reply
        encrypted = self._seal.close(reply)
        stamp = Stamp(str(self._seconds()), token_hex(8))
        return sealed_reply(encrypted, signature(self._seal.token, stamp, encrypted), stamp)

    def _seconds(self) -> int:
        return int(self._now().timestamp())


async def _body(request: web.Request) -> bytes | None:
    """The body, or None as soon as it is larger than any letter."""
    if (request.content_length or 0) > LARGEST:
        return None
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > LARGEST:
            return None
    return bytes(body)


def _refused(bad: BadSeal) -> web.Response:
    _log.warning("wechat_refused", why=bad.why)
    return web.Response(status=HTTPStatus.FORBIDDEN)
