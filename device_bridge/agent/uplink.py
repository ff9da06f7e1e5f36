"""The line to the county: posts one letter and says, without interpreting further, what became of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, Self

import aiohttp

from device_bridge.wire import (
    EVENT_HEADER,
    EVENTS_PATH,
    PAGES_PATH,
    Accepted,
    PageCaptured,
    Refused,
    UnintelligibleMessage,
    decode_answer,
    decode_problem,
    encode_event,
)

if TYPE_CHECKING:
    import ssl

    from device_bridge.agent.counter import Letter

_TIMEOUT: Final = aiohttp.ClientTimeout(total=180, connect=15, sock_read=120)
_MAX_ANSWER_BYTES: Final = 64 * 1024
_TRY_LATER: Final = frozenset({408, 425, 429})
_GATE_SHUT: Final = frozenset({502, 503, 504})
_UNAUTHORISED: Final = 401
_MAX_RETRY_AFTER: Final = 600.0


@dataclass(frozen=True, slots=True)
class GateShut:
    """Nobody can deliver anything now: no line, server away, or the device's token is not accepted.

    It is never held against the letter. That includes 401: a mistyped token would otherwise send a
    morning's cards to the refused list one by one, although not one of them is at fault.
    """

    why: str
    wait: float | None = None
    key: str = ""
    """The console's sentence for it, where another than the usual one helps the clerk more."""


@dataclass(frozen=True, slots=True)
class Stumbled:
    """The server was there and broke over this letter; trying a few more times is right, for ever is not."""

    why: str


Fate = Accepted | Refused | GateShut | Stumbled


class Uplink:
    """上行: the gateway as the agent sees it. Use as an async context; one session for the agent's life."""

    def __init__(self, server: str, token: str, *, trust: ssl.SSLContext | None = None) -> None:
        """Talk to ``server`` as the device ``token`` names; ``trust`` replaces the system's roots."""
        self._server = server.rstrip("/")
        self._headers = {
            "Authorization": f"Device {token}",
            "Accept": "application/json, application/problem+json",
        }
        self._trust = trust
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Open the session."""
        connector = aiohttp.TCPConnector(ssl=True if self._trust is None else self._trust, limit=2)
        self._session = aiohttp.ClientSession(connector=connector, timeout=_TIMEOUT, headers=self._headers)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the session."""
        if self._session is not None:
            await self._session.close()

    async def post(self, letter: Letter) -> Fate:
        """Deliver one letter; every failure of line and server is a ``Fate``, never an exception."""
        if self._session is None:
            message = "the uplink is used outside its context"
            raise RuntimeError(message)
        path, sending = _as_request(letter)
        try:
            # A redirect would carry the device's token to wherever a captive portal points.
            async with self._session.post(self._server + path, allow_redirects=False, **sending) as response:
                body = await response.content.read(_MAX_ANSWER_BYTES)
                return judge(response.status, body, response.headers.get("Retry-After", ""))
        except (aiohttp.ClientError, TimeoutError, OSError) as broken:
            return GateShut(type(broken).__name__)


def judge(status: int, body: bytes, retry_after: str = "") -> Fate:
    """Turn an HTTP answer into a fate; only an intelligible acceptance counts as one."""
    message = _json(body)
    if status == _UNAUTHORISED:
        return GateShut("the device's token is not accepted", _seconds(retry_after), "token_refused")
    if status in _TRY_LATER or status in _GATE_SHUT:
        return GateShut(f"HTTP {status}", _seconds(retry_after))
    match status // 100:
        case 2:
            return _acceptance(message)
        case 4:
            return _refusal(status, decode_problem(message))
        case 5:
            return Stumbled(f"HTTP {status}")
        case _:
            return GateShut(f"HTTP {status} where the gateway should be")


def _as_request(letter: Letter) -> tuple[str, dict[str, Any]]:
    message = json.dumps(encode_event(letter.event), ensure_ascii=True)
    if isinstance(letter.event, PageCaptured):
        headers = {EVENT_HEADER: message, "Content-Type": letter.event.media_type}
        return PAGES_PATH, {"data": BytesIO(letter.enclosure), "headers": headers}
    return EVENTS_PATH, {"data": message.encode(), "headers": {"Content-Type": "application/json"}}


def _acceptance(message: object) -> Fate:
    try:
        return decode_answer(message)
    except UnintelligibleMessage:
        return GateShut("something else answers where the gateway should be")


def _refusal(status: int, problem: Refused) -> Refused:
    return (
        problem
        if problem.code
        else Refused(code=f"http_{status}", title=problem.title, next_step=problem.next_step)
    )


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _seconds(retry_after: str) -> float | None:
    try:
        return min(max(0.0, float(retry_after)), _MAX_RETRY_AFTER)
    except ValueError:
        return None
