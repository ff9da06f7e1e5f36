"""WeChat's own address (微信接口): messages that are not the answer to a post, photographs, the menu, and the token for it all."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout

Done = TypeVar("Done")
LARGEST_PHOTOGRAPH = 15 * 1024 * 1024
_LARGEST_ANSWER = 64 * 1024
_LONGEST_WAIT = 45.0  # the outbox leases a message for a minute
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
# A token is asked for anew this long before its end: WeChat lets the old and the new one live side by side for as long.
_EARLY_SECONDS = 300.0
_STALE_TOKEN = frozenset({40001, 40014, 42001})
# The person has not written for too long, was sent too much since they last wrote, or has left: they write first.
_OUT_OF_REACH = frozenset({45015, 45047, 43004})
# These speak of the message itself. Any other failure speaks of us, of WeChat or of the line, and can be mended.
_ABOUT_THE_MESSAGE = frozenset({40003, 40007, 44004, 45002, 45065}) | _OUT_OF_REACH


class WeChatFailed(Exception):
    """WeChat has not done it. `retry` says whether trying again can help; `why` is for the operator, without anybody's data.

    `out_of_reach`: it would, were it not for the person, who has to write first.
    """

    def __init__(self, why: str, *, code: int = 0) -> None:
        super().__init__(why)
        self.why = why
        self.code = code

    @property
    def retry(self) -> bool:
        """Whether trying again can help."""
        return self.code not in _ABOUT_THE_MESSAGE

    @property
    def out_of_reach(self) -> bool:
        """Whether the person has to write first."""
        return self.code in _OUT_OF_REACH


class TooLarge(WeChatFailed):
    """The photograph is larger than any we take."""

    @property
    def retry(self) -> bool:
        """It stays as large as it is."""
        return False


@dataclass(frozen=True, slots=True)
class WeChatAccount:
    """公众号: where WeChat's interface is, as which account we speak to it, and that account's secret."""

    url: str
    app_id: str
    secret: str = field(repr=False)
    seconds: float = 10.0

    def __post_init__(self) -> None:
        """Refuse an address over which the secret would travel in the open, and a wait longer than a lease."""
        address = urlsplit(self.url)
        if address.scheme != "https" and address.hostname not in _LOOPBACK:
            raise ValueError("WeChat's address must begin with https://")
        if not 0 < self.seconds <= _LONGEST_WAIT:
            raise ValueError(f"WeChat is given between 0 and {_LONGEST_WAIT} seconds to answer")


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    until: float


class WeChatApi:
    """微信接口. The token is fetched once for all who wait for it; `now` counts seconds from anywhere.

    It is the stable one: asked for twice it is the same, so several servers share it without knowing of each other. The
    older kind voids the one before it, and two servers would take it from each other all day.
    """

    def __init__(self, account: WeChatAccount, now: Callable[[], float] = time.monotonic) -> None:
        self._account = account
        self._now = now
        self._token: _Token | None = None
        self._fetching = asyncio.Lock()

    async def say(self, openid: str, text: str) -> None:
        """Send a text to somebody who wrote in the last two days; raises `WeChatFailed`."""
        content = {"touser": openid, "msgtype": "text", "text": {"content": text}}
        await self._with_token(lambda token: self._put("/cgi-bin/message/custom/send", token, content))

    async def put_menu(self, menu: Mapping[str, object]) -> None:
        """Replace the account's menu; raises `WeChatFailed`."""
        await self._with_token(lambda token: self._put("/cgi-bin/menu/create", token, menu))

    async def photograph(self, media: str) -> bytes:
        """A photograph somebody sent; raises `WeChatFailed`, and `TooLarge` before all of it was read."""
        return await self._with_token(lambda token: self._get_media(token, media))

    async def _with_token(self, act: Callable[[str], Awaitable[Done]]) -> Done:
        """Do it, and once more with a new token should WeChat no longer know this one."""
        token = await self._usable()
        try:
            return await act(token)
        except WeChatFailed as failed:
            if failed.code not in _STALE_TOKEN:
                raise
        # Unless somebody else, refused with the same token, has a newer one already.
        if self._token is not None and self._token.text == token:
            self._token = None
        return await act(await self._usable())

    async def _put(self, path: str, token: str, content: Mapping[str, object]) -> None:
        async with self._asked("POST", path, {"access_token": token}, content) as response:
            _require_done(await _told(response))

    async def _get_media(self, token: str, media: str) -> bytes:
        query = {"access_token": token, "media_id": media}
        async with self._asked("GET", "/cgi-bin/media/get", query) as response:
            if not _is_json(response):
                return await _whole(response)
            _require_done(await _told(response))
        raise WeChatFailed("an answer in words where a photograph should be")

    async def _usable(self) -> str:
        """The token; fetched by the first of those who need a new one, while the others wait."""
        async with self._fetching:
            if self._token is None or self._token.until <= self._now():
                self._token = await self._fetched()
            return self._token.text

    async def _fetched(self) -> _Token:
        account = self._account
        asked = {"grant_type": "client_credential", "appid": account.app_id, "secret": account.secret}
        began = self._now()
        async with self._asked("POST", "/cgi-bin/stable_token", {}, asked) as response:
            told = await _told(response)
        text, seconds = told.get("access_token"), told.get("expires_in")
        _require_done(told)
        if not isinstance(text, str) or not text or not isinstance(seconds, int):
            raise WeChatFailed("WeChat's answer holds no token")
        # One that has less than our lead to live is used at least for the message at hand.
        return _Token(text, began + max(seconds - _EARLY_SECONDS, 1.0))

    @asynccontextmanager
    async def _asked(
        self, method: str, path: str, query: Mapping[str, str], content: object = None
    ) -> AsyncIterator[ClientResponse]:
        # WeChat takes no \u escapes: it would show them as they stand.
        body = None if content is None else json.dumps(content, ensure_ascii=False).encode()
        timeout, url = ClientTimeout(total=self._account.seconds), self._account.url.rstrip("/") + path
        # A session for each: there are few enough, and nothing is left to be closed at the end.
        try:
            async with (
                ClientSession(timeout=timeout) as http,
                http.request(method, url, params=query, data=body, allow_redirects=False) as response,
            ):
                if response.status != HTTPStatus.OK:
                    raise WeChatFailed(f"WeChat answered with status {response.status}")
                yield response
        except TimeoutError as fault:
            raise WeChatFailed(f"no answer within {self._account.seconds:g} s") from fault
        except (ClientError, OSError) as fault:
            # The address holds the token, and some faults repeat their address.
            raise WeChatFailed(f"no connection: {type(fault).__name__}") from None


def _is_json(response: ClientResponse) -> bool:
    """Where there is no photograph, WeChat says why in JSON, and calls it plain text."""
    return response.content_type in {"application/json", "text/plain"}


async def _whole(response: ClientResponse) -> bytes:
    content = bytearray()
    async for chunk in response.content.iter_any():
        content += chunk
        if len(content) > LARGEST_PHOTOGRAPH:
            raise TooLarge("the photograph is larger than 15 MB")
    return bytes(content)


async def _told(response: ClientResponse) -> Mapping[str, object]:
    try:
        told = json.loads(await response.content.readexactly(_LARGEST_ANSWER))
    except asyncio.IncompleteReadError as whole:
        try:
            told = json.loads(whole.partial)
        except ValueError:
            told = None
    if not isinstance(told, dict):
        raise WeChatFailed("WeChat's answer makes no sense")
    return told


def _require_done(told: Mapping[str, object]) -> None:
    """Pass, or raise what an answer complains of. Its own words stay where they are, for they may repeat ours."""
    code = told.get("errcode", 0)
    if code != 0:
        raise WeChatFailed(f"WeChat refused with code {code}", code=code if isinstance(code, int) else -1)
