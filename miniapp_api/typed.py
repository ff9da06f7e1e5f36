"""The typed layer: a handler takes one form and gives one view; validators are compiled once, when the route is made.

A form gathers what a request says, wherever it says it: fields named in the path come from the path, the others from the
query of a GET and from the JSON body of everything else. From the same two classes `openapi.py` writes the description.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, TypeVar

import pydantic_core
from aiohttp import hdrs, web
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from intake.desk import Desk
from intake.errors import NotSignedIn, Refusal
from intake.model.ids import IntentKey
from intake.model.people import Caller
from intake.ports import CountyGlance
from intake.usecases.people.signing import Greeting

DESK = web.AppKey("desk", Desk)
GREETING = web.RequestKey("greeting", Greeting)
JSON = "application/json"
_KEY = "Idempotency-Key"
# The only way to write the character in JSON: bare it is no JSON.
_NUL_IN_JSON = rb"\u0000"
_LONGEST_KEY = 200


class Form(BaseModel):
    """What a request says; unknown fields are refused, so that a misspelt one is not silently lost."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class View(BaseModel):
    """What an answer shows."""

    model_config = ConfigDict(frozen=True)


class NoForm(Form):
    """A request that says nothing but its address."""


FormT = TypeVar("FormT", bound=Form)
ViewT = TypeVar("ViewT", bound=View)


@dataclass(frozen=True, slots=True)
class FieldFault:
    """One field of a request that cannot be right."""

    field: str
    message: str


class InvalidForm(Refusal):
    """The request does not have the form it should; every faulty field is named."""

    code = "invalid_form"

    def __init__(self, faults: Sequence[FieldFault], *, malformed: bool = False) -> None:
        super().__init__(field="、".join(fault.field for fault in faults[:3]) or "内容")
        self.faults = tuple(faults)
        self.malformed = malformed


@dataclass(frozen=True, slots=True)
class Call(Generic[FormT]):
    """One request as a handler sees it."""

    form: FormT
    request: web.Request

    @property
    def desk(self) -> Desk:
        """The desk."""
        return self.request.app[DESK]

    @property
    def caller(self) -> Caller:
        """Who is asking; raises `NotSignedIn`."""
        known = self.known
        if known is None:
            raise NotSignedIn
        return known

    @property
    def known(self) -> Caller | None:
        """Who is asking, if they have said so."""
        greeting = self.request.get(GREETING)
        return None if greeting is None else greeting.caller

    @property
    def county(self) -> CountyGlance | None:
        """The county as it stood when the caller was recognised, where it was looked at then."""
        greeting = self.request.get(GREETING)
        return None if greeting is None else greeting.county

    @property
    def key(self) -> IntentKey | None:
        """The caller's idempotency key, if there is one."""
        value = self.request.headers.get(_KEY, "").strip()
        return IntentKey(value) if value else None


class OpenTo(Enum):
    """Whom a route answers."""

    THE_KNOWN = "the known"
    ALL = "all"
    """Whoever says who they are is recognised all the same."""
    ALL_ALIKE = "all alike"
    """Nothing is changed, and nobody looks up who is asking."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One route with all that its description needs.

    It `gives` a view as JSON, or a content of some media type that is said alone (empty for none); it `takes` media types
    other than JSON where the handler reads the body itself.
    """

    method: str
    path: str
    form: type[Form]
    gives: type[View] | str
    status: int
    refuses: tuple[str, ...]
    summary: str
    tag: str
    open_to: OpenTo
    takes: str
    handle: Callable[[web.Request], Awaitable[web.StreamResponse]]

    @property
    def in_query(self) -> bool:
        """Whether the fields that are not in the path stand in the query."""
        return _is_in_query(self.method, self.takes)


def _is_in_query(method: str, takes: str) -> bool:
    return method in {hdrs.METH_GET, hdrs.METH_DELETE} or takes != JSON


class Api:
    """The operations of one resource, in the order they were written."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.operations: list[Operation] = []

    def operation(
        self,
        method: str,
        path: str,
        form: type[FormT],
        view: type[ViewT],
        *,
        status: int = 200,
        refuses: tuple[str, ...] = (),
        open_to: OpenTo = OpenTo.THE_KNOWN,
    ) -> Callable[[Callable[[Call[FormT]], Awaitable[ViewT]]], Callable[[Call[FormT]], Awaitable[ViewT]]]:
        """Route a handler that gives a view; its docstring's first line is the summary."""

        def route(
            handler: Callable[[Call[FormT]], Awaitable[ViewT]],
        ) -> Callable[[Call[FormT]], Awaitable[ViewT]]:
            read = Reader(form, path, in_query=_is_in_query(method, JSON), open_to=open_to)
            write = TypeAdapter(view).serializer.to_json

            async def handle(request: web.Request) -> web.StreamResponse:
                shown = await handler(Call(await read(request), request))
                return web.Response(body=write(shown), status=status, content_type=JSON)

            self.operations.append(
                Operation(
                    method, path, form, view, status, refuses, _summary(handler), self.tag, open_to, JSON,
                    handle,
                )
            )  # fmt: skip
            return handler

        return route

    def raw(
        self,
        method: str,
        path: str,
        form: type[FormT],
        gives: type[View] | str,
        *,
        status: int = 200,
        refuses: tuple[str, ...] = (),
        open_to: OpenTo = OpenTo.THE_KNOWN,
        takes: str = JSON,
    ) -> Callable[
        [Callable[[Call[FormT]], Awaitable[web.StreamResponse]]],
        Callable[[Call[FormT]], Awaitable[web.StreamResponse]],
    ]:
        """Route a handler that writes its answer, or reads the body, itself; see `Operation` for what it gives and takes."""

        def route(
            handler: Callable[[Call[FormT]], Awaitable[web.StreamResponse]],
        ) -> Callable[[Call[FormT]], Awaitable[web.StreamResponse]]:
            read = Reader(form, path, in_query=_is_in_query(method, takes), open_to=open_to)

            async def handle(request: web.Request) -> web.StreamResponse:
                return await handler(Call(await read(request), request))

            self.operations.append(
                Operation(
                    method, path, form, gives, status, refuses, _summary(handler), self.tag, open_to, takes,
                    handle,
                )
            )  # fmt: skip
            return handler

        return route


class Reader(Generic[FormT]):
    """Reads one form from a request: path, query and JSON body."""

    def __init__(self, form: type[FormT], path: str, *, in_query: bool, open_to: OpenTo) -> None:
        adapter: TypeAdapter[FormT] = TypeAdapter(form)
        self._validate: Callable[[object], FormT] = adapter.validator.validate_python
        self._for_the_known = open_to is OpenTo.THE_KNOWN
        self._in_query = in_query
        in_path = set(path_fields(path))
        self._has_path, self._wants_json = bool(in_path), bool(set(form.model_fields) - in_path)

    async def __call__(self, request: web.Request) -> FormT:
        """The form; who is not signed in is told so before a byte of the body is read."""
        if self._for_the_known and request.get(GREETING) is None:
            raise NotSignedIn
        # Cut short, two intents would share one key and the second would be answered as the first.
        if len(request.headers.get(_KEY, "")) > _LONGEST_KEY:
            raise InvalidForm([FieldFault(_KEY, "太长了")])
        said = _query(request) if self._in_query else self._said_in(request, await _content(request))
        try:
            return self._validate({**said, **request.match_info} if self._has_path else said)
        except ValidationError as fault:
            raise InvalidForm(
                [_field_fault(dict(error)) for error in fault.errors(include_url=False)]
            ) from None

    def _said_in(self, request: web.Request, content: bytes) -> Mapping[str, object]:
        if not content:
            return {}
        if self._wants_json and request.content_type != JSON:
            raise web.HTTPUnsupportedMediaType
        try:
            said = pydantic_core.from_json(content)
        except ValueError:
            raise InvalidForm([FieldFault("", "内容不是正确的 JSON")], malformed=True) from None
        if not isinstance(said, dict):
            raise InvalidForm([FieldFault("", "内容应是一个 JSON 对象")], malformed=True)
        return {name: _storable(value) for name, value in said.items()} if _NUL_IN_JSON in content else said


async def _content(request: web.Request) -> bytes:
    """The body. One that has come whole is taken as it lies there: to wait for it would cost as much as to parse it."""
    if not request.content.is_eof():
        return await request.read()
    content = request.content.read_nowait()
    if len(content) > request.client_max_size:
        raise web.HTTPRequestEntityTooLarge(request.client_max_size, len(content))
    return content


def _query(request: web.Request) -> Mapping[str, object]:
    return {name: _storable(value) for name, value in request.query.items()}


def _storable(value: object) -> object:
    """The value without NUL characters: nobody types them, and PostgreSQL keeps no text that holds one."""
    match value:
        case str():
            return value.replace("\x00", "")
        case list():
            return [_storable(each) for each in value]
        case dict():
            return {name: _storable(each) for name, each in value.items()}
        case _:
            return value


def path_fields(path: str) -> list[str]:
    """The names in braces of a path."""
    return [part[1:-1].partition(":")[0] for part in path.split("/") if part.startswith("{")]


_WORDS = {
    "missing": "没有填写",
    "extra_forbidden": "不认识这一项",
    "string_too_long": "太长了",
    "string_too_short": "太短了",
    "string_pattern_mismatch": "格式不对",
    "int_parsing": "应是整数",
    "int_type": "应是整数",
    "string_type": "应是文字",
    "bool_type": "应是是或否",
    "greater_than_equal": "太小了",
    "less_than_equal": "太大了",
    "enum": "不是可选的值",
    "literal_error": "不是可选的值",
    "date_from_datetime_parsing": "日期应写成 2026-11-23 的样子",
    "date_parsing": "日期应写成 2026-11-23 的样子",
}


def _field_fault(error: Mapping[str, Any]) -> FieldFault:
    """A pydantic error in plain words; its English text stays inside."""
    path = ".".join(str(part) for part in error["loc"])
    return FieldFault(path, _WORDS.get(str(error["type"]), "填写得不对"))


def _summary(handler: Callable[..., object]) -> str:
    return (handler.__doc__ or "").strip().partition("\n")[0]
