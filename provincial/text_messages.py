"""The government's text-message gateway (政务短信平台): one message of the outbox becomes one text message.

Operators approve templates beforehand and take no free words, so what is sent is a template's name and its blanks. The
number is looked up when the message leaves: it is in no row of the outbox.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout

from intake.model.ids import AccountCode
from intake.model.leaving import Outgoing
from provincial.delivery import DeliveryFailed

PhoneOf = Callable[[AccountCode], Awaitable[str]]

_LONGEST_WAIT = 45.0  # the outbox leases a message for a minute
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
# Whatever else a notice's facts hold stays here: a text message lies open on a locked phone.
_TOLD = ("number", "service", "hall", "when", "due")


@dataclass(frozen=True, slots=True)
class Gateway:
    """短信网关: where it listens, the shared secret that signs what we send, and its template for each kind of notice."""

    url: str
    secret: bytes = field(repr=False)
    templates: Mapping[str, str]
    seconds: float = 10.0

    def __post_init__(self) -> None:
        """Refuse an address over which telephone numbers would travel in the open, and a wait longer than a lease."""
        address = urlsplit(self.url)
        if address.scheme != "https" and address.hostname not in _LOOPBACK:
            raise ValueError("the gateway's address must begin with https://")
        if not 0 < self.seconds <= _LONGEST_WAIT:
            raise ValueError(f"the gateway is given between 0 and {_LONGEST_WAIT} seconds to answer")


class TextMessages:
    """短信: sends a notice to the telephone of its receiver. The message's id goes along, so that the gateway can tell a
    repetition and nobody reads the same twice.
    """

    def __init__(self, gateway: Gateway, phone_of: PhoneOf) -> None:
        self._gateway = gateway
        self._phone_of = phone_of

    async def deliver(self, message: Outgoing) -> None:
        """Return when the gateway has taken it; else raise `DeliveryFailed`."""
        template = self._gateway.templates.get(message.kind)
        phone = await self._phone_of(message.to) if message.to else ""
        if not template or not phone:
            why = f"no template for {message.kind}" if phone else "the receiver has no telephone number"
            raise DeliveryFailed(retry=False, why=why)
        blanks = {name: message.facts[name] for name in _TOLD if message.facts.get(name)}
        await self._send({"id": str(message.id), "phone": phone, "template": template, "params": blanks})

    async def _send(self, content: Mapping[str, object]) -> None:
        body = json.dumps(content, ensure_ascii=False, sort_keys=True).encode()
        sign = hmac.new(self._gateway.secret, body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "X-Signature": sign}
        timeout = ClientTimeout(total=self._gateway.seconds)
        try:
            async with (
                ClientSession(timeout=timeout) as http,
                http.post(self._gateway.url, data=body, headers=headers, allow_redirects=False) as response,
            ):
                status = response.status
        except TimeoutError as fault:
            raise DeliveryFailed(retry=True, why=f"no answer within {self._gateway.seconds:g} s") from fault
        except (ClientError, OSError) as fault:
            raise DeliveryFailed(retry=True, why=f"no connection: {type(fault).__name__}") from fault
        if status not in {HTTPStatus.OK, HTTPStatus.ACCEPTED, HTTPStatus.CONFLICT}:
            about_us = status in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY}
            raise DeliveryFailed(retry=not about_us, why=f"the gateway answered with status {status}")
