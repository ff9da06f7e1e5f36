"""Whoever comes to the HTTP door: a client that knows its own session, and answers that can be read."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, DummyCookieJar


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def said(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.content)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who asks; with a session when they have signed in."""

    http: ClientSession
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)

    async def get(self, path: str, **query: str | int) -> Answer:
        """Look at something."""
        return await self.ask("GET", path, params={name: str(value) for name, value in query.items()})

    async def post(self, path: str, said: object = None, *, key: str = "") -> Answer:
        """Do something, once under a key when one is given."""
        headers = {"Idempotency-Key": key} if key else {}
        return await self.ask("POST", path, json={} if said is None else said, headers=headers)

    async def ask(self, method: str, path: str, **how: Any) -> Answer:
        """Any request."""
        headers = {**self.headers, **how.pop("headers", {})}
        async with self.http.request(method, f"{self.url}{path}", headers=headers, **how) as response:
            return Answer(response.status, dict(response.headers), await response.read())


@dataclass(frozen=True, slots=True)
class Door:
    """A server to come to."""

    stranger: Visitor

    @classmethod
    @asynccontextmanager
    async def at(cls, url: str) -> AsyncIterator[Door]:
        """The door at an address."""
        async with ClientSession(cookie_jar=DummyCookieJar()) as http:
            yield cls(Visitor(http, url.rstrip("/")))

    async def sign_in(self, identity: str) -> Visitor:
        """Be one of the demo's people from now on."""
        answer = await self.stranger.post("/api/v1/auth/demo", {"identity": identity})
        assert answer.status == 201, answer.content
        bearer = {"Authorization": f"Bearer {answer.said['token']}"}
        return Visitor(self.stranger.http, self.stranger.url, bearer)


def refusal(answer: Answer, status: int, code: str) -> dict[str, Any]:
    """The problem an answer holds, after making sure that it is one a page and a person can use."""
    assert (answer.status, answer.headers["Content-Type"]) == (status, "application/problem+json"), (
        answer.content
    )
    said: dict[str, Any] = answer.said
    assert (said["status"], said["code"]) == (status, code)
    assert said["title"].strip()
    assert said["next_step"].strip()
    assert isinstance(said["errors"], list)
    return said
