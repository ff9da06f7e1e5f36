"""每个地址: whatever the HTTP door offers goes to a verb of the desk, and whoever may not hears it with a stable code.

Which verb a route leads to is not written down here: the desk listens while the route is asked.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime
from typing import Any, cast

import pytest
import pytest_asyncio
from aiohttp import ClientTimeout
from aiohttp.test_utils import TestServer

from bot.channels.web import WebChannel
from bot.engine import Engine
from intake.desk import Desk
from intake.model.authority import TABLE, Verb
from intake.model.ids import PageId
from intake.model.people import Door as CameBy
from intake.model.people import Role
from miniapp_api.app import Surroundings, all_operations, build_app
from miniapp_api.typed import JSON, OpenTo, Operation
from papers.calendar import appointment_calendar
from storage.sql.conversations import SqlConversations
from tests.api.visitors import Answer, Door, Visitor
from tests.desks import county_for
from tests.unit.intake.desk.test_every_verb import ASKED, FOR_EVERYBODY, NARROWER, NEEDS
from tests.unit.intake.desk.two_sides import play

ROLES: Mapping[Role, str] = {
    Role.CITIZEN: "citizen-1",
    Role.PROXY: "proxy-1",
    Role.CLERK: "clerk-anwen-1",
    Role.APPROVER: "approver-civil_affairs-1",
    Role.DIRECTOR: "director-anwen",
    Role.SUPERVISOR: "supervisor",
    Role.KEEPER: "keeper",
    Role.OPERATOR: "operator",
    Role.DEVICE: "kiosk-1",
}
# One verb of the desk with a row for each of its acts.
BY_THE_ACT: Mapping[str, Verb] = {
    "POST /api/v1/work-orders/{order}/answer": Verb.ANSWER_ORDER,
    "POST /api/v1/work-orders/{order}/close": Verb.ANSWER_ORDER,
}
# The session itself, and the conversation, whose words lead to verbs only later: tried in tests/dialogue.
NO_VERB = frozenset({"/api/v1/me", "/api/v1/auth/sign-out", "/api/v1/chat/messages", "/api/v1/chat/events"})
OPERATIONS = {f"{one.method} {one.path}": one for one in all_operations()}
GUARDED = sorted(
    name for name, one in OPERATIONS.items() if one.open_to is OpenTo.THE_KNOWN and one.path not in NO_VERB
)


class Listening:
    """A counter of the desk that writes down which of its verbs were asked for."""

    def __init__(self, name: str, counter: object, heard: list[str]) -> None:
        self._name, self._counter, self._heard = name, counter, heard

    def __getattr__(self, verb: str) -> Any:
        found = getattr(self._counter, verb)
        return self._noted(f"{self._name}.{verb}", found) if callable(found) else found

    def _noted(self, name: str, verb: Callable[..., Any]) -> Callable[..., Any]:
        def asked(*said: Any, **named: Any) -> Any:
            self._heard.append(name)
            return verb(*said, **named)

        return asked


class Hall:
    """The door with somebody of each role before it, and what the desk heard last."""

    def __init__(
        self, door: Door, visitors: Mapping[Role, Visitor], things: Mapping[str, Any], heard: list[str]
    ) -> None:
        self.stranger = door.stranger
        self.visitors = visitors
        self._things = things
        self._heard = heard

    async def ask(self, visitor: Visitor, operation: Operation) -> tuple[Answer, list[str]]:
        """What came back, and the verbs the desk was asked for."""
        self._heard.clear()
        path, query, body = _said(operation, self._things)
        raw = operation.takes != JSON
        how: dict[str, Any] = {"data": b"x"} if raw else {} if body is None else {"json": body}
        headers = {**visitor.headers, **({"Content-Type": "image/jpeg"} if raw else {})}
        async with visitor.http.request(
            operation.method, f"{visitor.url}{path}", params=query, headers=headers,
            timeout=ClientTimeout(total=20), **how,
        ) as response:  # fmt: skip
            # A stream has said enough with its first line.
            content = b"" if response.content_type == "text/event-stream" else await response.read()
            heard = [verb for verb in self._heard if verb in ASKED]
            return Answer(response.status, dict(response.headers), content), heard


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hall(reference_store, tmp_path_factory) -> AsyncIterator[Hall]:
    """One county for all routes, with a thing of each kind that a route can name."""
    folder = tmp_path_factory.mktemp("every-route")
    async with county_for(reference_store, folder) as county:
        heard: list[str] = []
        desk = county.desk
        mine = (await play(county))[1]["mine"]
        things = {**mine.by_name, "page": mine.by_type[PageId]}
        listening = {name: Listening(name, getattr(desk, name), heard) for name in _counters(desk)}
        ear = cast("Desk", _Ear(desk, listening))
        conversations = SqlConversations(county.store)
        around = Surroundings(
            conversation=WebChannel(Engine(desk, conversations), conversations, desk),
            calendar_paper=appointment_calendar,
            pages=folder,
            pings={},
            version="1",
            demo=True,
        )
        async with (
            TestServer(build_app(ear, around)) as server,
            Door.at(str(server.make_url(""))) as door,
        ):
            visitors = {role: await _as(county, door, role) for role in ROLES}
            yield Hall(door, visitors, things, heard)


class _Ear:
    """The desk with its counters listening."""

    def __init__(self, desk: Desk, counters: Mapping[str, Listening]) -> None:
        self._desk, self._counters = desk, counters

    def __getattr__(self, name: str) -> Any:
        return self._counters.get(name) or getattr(self._desk, name)


def _counters(desk: Desk) -> set[str]:
    return {name.partition(".")[0] for name in ASKED if hasattr(desk, name.partition(".")[0])}


async def _as(county: Any, door: Door, role: Role) -> Visitor:
    came_by = CameBy.KIOSK if role is Role.DEVICE else CameBy.DESK_PAGE
    session = await county.desk.people.sign_in_as((await county.caller(ROLES[role])).code, came_by)
    return Visitor(door.stranger.http, door.stranger.url, {"Authorization": f"Bearer {session.token}"})


@pytest.mark.parametrize("name", GUARDED)
async def test_a_route_is_closed_to_strangers_and_to_the_wrong_role(hall, name):
    """401 without a session; 403 `not_allowed` with whose task it is; and the form alone never stops the right role."""
    operation, wrong, led_to = OPERATIONS[name], [], set()
    answer, heard = await hall.ask(hall.stranger, operation)
    assert (answer.status, answer.said["code"], heard) == (401, "not_signed_in", [])
    admitted: set[str] = set()
    for role, visitor in hall.visitors.items():
        # One who may is enough: what they may do is tried at the desk.
        if admitted and all(role in TABLE[_row(name, verb)] for verb in admitted):
            continue
        answer, heard = await hall.ask(visitor, operation)
        led_to |= {*heard}
        rows = [_row(name, verb) for verb in heard if verb in NEEDS]
        if any((verb, role) in NARROWER for verb in heard):
            continue
        may = all(role in TABLE[row] for row in rows)
        if _says(answer, "invalid_form") or (rows and _says(answer, "not_allowed") is may):
            wrong.append(f"{role} by {heard}: {answer.status} {answer.content[:200]!r}")
        admitted |= {verb for verb in heard if may and verb in NEEDS}

    assert wrong == []
    assert led_to, "the route asks no verb of the desk"
    assert led_to <= set(NEEDS) | set(FOR_EVERYBODY)


def _row(route: str, verb: str) -> Verb:
    return BY_THE_ACT.get(route, NEEDS[verb])


def _says(answer: Answer, code: str) -> bool:
    """Whether it refuses by that code and says how to go on; a long task says so in the first line of its progress."""
    kind = answer.headers.get("Content-Type", "")
    if kind.startswith("application/x-ndjson"):
        told = json.loads(answer.content.partition(b"\n")[0]).get("refused", {})
    else:
        told = answer.said if "problem" in kind else {}
    return told.get("code") == code and bool(told["next_step"])


def _said(
    operation: Operation, things: Mapping[str, Any]
) -> tuple[str, dict[str, str], dict[str, Any] | None]:
    """An address, a query and a body of the right form, about things that are there where the county has one."""
    schema = operation.form.model_json_schema()
    made = {
        name: _known(things[name]) if name in things and "$ref" not in kind else _made_up(kind, schema)
        for name, kind in schema.get("properties", {}).items()
        if name in schema.get("required", ())
    }
    path = operation.path
    for name in list(made):
        if f"{{{name}}}" in path:
            path = path.replace(f"{{{name}}}", str(made.pop(name)))
    in_query = operation.in_query
    return (path, {key: str(value) for key, value in made.items()}, None) if in_query else (path, {}, made)


def _known(thing: Any) -> Any:
    return thing.isoformat() if isinstance(thing, datetime) else thing


def _made_up(kind: Mapping[str, Any], whole: Mapping[str, Any]) -> Any:  # noqa: PLR0911 (one line a kind)
    if "$ref" in kind:
        return _made_up(whole["$defs"][kind["$ref"].rpartition("/")[2]], whole)
    if "anyOf" in kind:
        return _made_up(kind["anyOf"][0], whole)
    if "const" in kind or "enum" in kind:
        return kind.get("const", kind.get("enum", [""])[0])
    match kind.get("type"):
        case "integer":
            return kind.get("minimum", 1)
        case "boolean":
            return True
        case "array":
            return [_made_up(kind["items"], whole)] * max(1, kind.get("minItems", 1))
        case "object":
            return _object(kind, whole)
        case _:
            return _FORMATS.get(str(kind.get("format")), _text(kind))


def _object(kind: Mapping[str, Any], whole: Mapping[str, Any]) -> dict[str, Any]:
    required = kind.get("required", ())
    return {n: _made_up(k, whole) for n, k in kind.get("properties", {}).items() if n in required}


def _text(kind: Mapping[str, Any]) -> str:
    return "1" * max(1, int(kind.get("minLength", 1)))


_FORMATS = {"date": "2026-11-25", "date-time": "2026-11-25T09:00:00+08:00", "time": "09:00:00"}
