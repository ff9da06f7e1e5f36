"""The province's intake platform (一窗受理平台): hands accepted cases over, one message of the outbox at a time, and asks
how far the platform says they are.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout, FormData, StreamReader

from intake.errors import NotFound
from intake.model.calendar import SHANGHAI
from intake.model.case import Case
from intake.model.catalogue import ServiceItem
from intake.model.ids import CaseId
from intake.model.leaving import Outgoing
from intake.model.people import Person
from intake.ports import Clock
from provincial.delivery import DeliveryFailed, NotConfigured
from provincial.envelope import SigningKey
from provincial.handover import HandOver, Issuer, hand_over
from provincial.handover_xml import attr_xml, base_info_xml

CaseOf = Callable[[CaseId], Awaitable[tuple[Case, Person, ServiceItem]]]

_KIND = "case_accepted"
_STREAM = "case:"
# These speak of the case itself; any other failure speaks of the platform, the line or our key, which can be mended.
_ABOUT_THE_CASE = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.CONFLICT,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    }
)
_LONGEST_ANSWER = 64 * 1024
_LONGEST_WHY = 200
_LONGEST_STATUS = 40
_LONGEST_WAIT = 45.0  # the outbox leases a message for a minute
_PERSONAL = re.compile(r"[0-9]{6,17}[0-9Xx]")
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Platform:
    """受理平台: where the platform listens, as whom we speak, and which of its codes mean that it has the case.

    `taken` means from now on, `taken_before` since an earlier message of ours; any other code is a rejection. A platform
    that answers questions has a `status_url`, and names in `closing` the states after which nothing more comes.
    """

    url: str
    issuer: Issuer
    key: SigningKey
    taken: frozenset[str] = frozenset({"00"})
    taken_before: frozenset[str] = frozenset()
    seconds: float = 20.0
    status_url: str = ""
    closing: frozenset[str] = frozenset({"办结", "退件", "作废"})

    def __post_init__(self) -> None:
        """Refuse an address over which ID numbers would travel in the open, and a wait longer than a lease."""
        for address in map(urlsplit, filter(None, (self.url, self.status_url))):
            if address.scheme != "https" and address.hostname not in _LOOPBACK:
                raise ValueError("the platform's address must begin with https://")
        if not 0 < self.seconds <= _LONGEST_WAIT:
            raise ValueError(f"the platform is given between 0 and {_LONGEST_WAIT} seconds to answer")


@dataclass(frozen=True, slots=True)
class Progress:
    """办件状态: what the platform calls a case's state, since when, and whether nothing more comes."""

    status: str
    at: datetime
    closed: bool


class ProvinceConnector:
    """报送: hands over the case a message tells of, as it now is. A case always goes under the same PROJID, so a repeated
    message registers nothing twice.
    """

    def __init__(self, platform: Platform | None, case_of: CaseOf, clock: Clock) -> None:
        self._platform = platform
        self._case_of = case_of
        self._clock = clock

    @property
    def configured(self) -> bool:
        """Whether there is a platform; without one messages stay in the outbox, to be seen there."""
        return self._platform is not None

    async def deliver(self, message: Outgoing) -> str:
        """Return the case's PROJID when the platform has the case; else raise `DeliveryFailed`.

        To be tried again: no answer in time, a broken line, a fault of the platform, an answer nobody understands.
        Not to be tried again: a rejection, and a message that tells of no case we could hand over.
        """
        if self._platform is None:
            raise NotConfigured("the intake platform has no address")
        handed = await self._handed(message, self._platform)
        content = {"baseInfoXml": base_info_xml(handed), "attrXml": attr_xml(handed)}
        status, answer = await _post(self._platform, self._platform.url, content)
        _judge(self._platform, status, answer)
        return handed.projid

    @property
    def answers(self) -> bool:
        """Whether there is a platform that can be asked how far cases are."""
        return self._platform is not None and bool(self._platform.status_url)

    async def ask(self, projids: Collection[str]) -> dict[str, Progress]:
        """How far the platform says these cases are; one it does not know is left out. Raises `DeliveryFailed`."""
        if self._platform is None or not self._platform.status_url:
            raise NotConfigured("the intake platform has no address for questions")
        content = {"projids": sorted(projids)}
        status, answer = await _post(self._platform, self._platform.status_url, content)
        if status != HTTPStatus.OK:
            raise DeliveryFailed(retry=True, why=f"the platform answered with status {status}")
        told = _progress(answer, self._platform.closing, self._clock.now())
        return {projid: progress for projid, progress in told.items() if projid in projids}

    async def _handed(self, message: Outgoing, platform: Platform) -> HandOver:
        if message.kind != _KIND or not message.stream.startswith(_STREAM):
            raise DeliveryFailed(retry=False, why=f"the platform takes no message of kind {message.kind}")
        try:
            case, person, item = await self._case_of(CaseId(message.stream.removeprefix(_STREAM)))
            return hand_over(case, person, item, platform.issuer, self._clock.now())
        except (NotFound, ValueError) as fault:
            raise DeliveryFailed(
                retry=False, why=_decent(f"there is no such case to hand over: {fault}")
            ) from fault


async def _post(platform: Platform, url: str, content: object) -> tuple[int, bytes]:
    envelope = platform.key.seal(json.dumps(content, ensure_ascii=False).encode())
    form = FormData({"request": envelope.request, "sign": envelope.sign}, default_to_multipart=True)
    # A session for each: a county hands over a few hundred cases a day, and nothing is left to be closed at the end.
    try:
        async with (
            ClientSession(timeout=ClientTimeout(total=platform.seconds)) as http,
            http.post(url, data=form, allow_redirects=False) as response,
        ):
            return response.status, await _beginning(response.content)
    except TimeoutError as fault:
        raise DeliveryFailed(retry=True, why=f"no answer within {platform.seconds:g} s") from fault
    except (ClientError, OSError) as fault:
        raise DeliveryFailed(retry=True, why=f"no connection: {type(fault).__name__}") from fault


async def _beginning(content: StreamReader) -> bytes:
    """As much of an answer as an honest one has."""
    try:
        return await content.readexactly(_LONGEST_ANSWER)
    except asyncio.IncompleteReadError as whole:
        return whole.partial


def _judge(platform: Platform, status: int, answer: bytes) -> None:
    """Return when the answer says that the platform has the case; else raise."""
    code, words = _read(answer)
    if status != HTTPStatus.OK and status not in _ABOUT_THE_CASE:
        raise DeliveryFailed(retry=True, why=f"the platform answered with status {status}")
    if status == HTTPStatus.OK and not code:
        raise DeliveryFailed(retry=True, why=f"the platform's answer of {len(answer)} bytes makes no sense")
    if code not in platform.taken_before and (status != HTTPStatus.OK or code not in platform.taken):
        raise DeliveryFailed(retry=False, why=_decent(f"rejected with status {status}, code {code}: {words}"))


def _read(answer: bytes) -> tuple[str, str]:
    """The answer's code and words; an empty code when it is none."""
    try:
        told = json.loads(answer)
    except ValueError:
        return "", ""
    if not isinstance(told, dict) or not isinstance(told.get("code"), str | int):
        return "", ""
    return str(told["code"]), str(told.get("msg", ""))


def _progress(answer: bytes, closing: frozenset[str], now: datetime) -> dict[str, Progress]:
    """Each case the answer tells of; an answer nobody understands is a fault of the platform, to be asked again."""
    try:
        told = json.loads(answer)
        rows = [(str(row["PROJID"]), str(row["STATUS"]), str(row.get("TIME", ""))) for row in told["data"]]
        return {
            projid: Progress(status[:_LONGEST_STATUS], _instant(at) or now, status in closing)
            for projid, status, at in rows
        }
    except (ValueError, TypeError, LookupError, AttributeError) as fault:
        why = f"the platform's answer of {len(answer)} bytes makes no sense"
        raise DeliveryFailed(retry=True, why=why) from fault


def _instant(text: str) -> datetime | None:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI) if text else None


def _decent(why: str) -> str:
    """Short, and without the long numbers a platform likes to repeat: this ends in logs and on the operator's screen."""
    return _PERSONAL.sub("******", why)[:_LONGEST_WHY]
