"""The typed layer: a handler takes one form and gives one view; validators are compiled once, when the route is made.

A form gathers what a request says, wherever it says it: fields named in the path come from the path, the others from the
query of a GET and from the JSON body of everything else. From the same two classes `openapi.py` writes the description.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import pydantic_core
from aiohttp import hdrs, web
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from intake.desk import Desk
from intake.errors import NotSignedIn, Refusal
from intake.model.ids import IntentKey
from intake.model.people import Caller
from intake.ports import CountyGlance

DESK = web.AppKey("desk", Desk)
CALLER = web.RequestKey("caller", Caller)
COUNTY: web.RequestKey[CountyGlance | None] = web.RequestKey("county")
_KEY = "Idempotency-Key"
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
        caller = self.request.get(CALLER)
        if not isinstance(caller, Caller):
            raise NotSignedIn
        return caller

    @property
    def county(self) -> CountyGlance | None:
        """The county as it stood when the caller was recognised, where it was looked at then."""
        return self.request.get(COUNTY)

    @property
    def key(self) -> IntentKey | None:
        """The caller's idempotency key, if there is one."""
        value = self.request.headers.get(_KEY, "").strip()
        return IntentKey(value) if value else None


@dataclass(frozen=True, slots=True)
class Operation:
    """One route with all that its description needs."""

    method: str
    path: str
    form: type[Form]
    view: type[View] | None
    status: int
    refuses: tuple[str, ...]
    summary: str
    tag: str
    open_to_all: bool
    media: str
    body_media: str
    handle: Callable[[web.Request], Awaitable[web.StreamResponse]]
    nameless: bool = False


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
        open_to_all: bool = False,
        nameless: bool = False,
    ) -> Callable[[Callable[[Call[FormT]], Awaitable[ViewT]]], Callable[[Call[FormT]], Awaitable[ViewT]]]:
        """Route a handler that gives a view; its docstring's first line is the summary.

        A `nameless` one answers everybody alike and changes nothing: nobody looks up who is asking.
        """

        def route(
            handler: Callable[[Call[FormT]], Awaitable[ViewT]],
        ) -> Callable[[Call[FormT]], Awaitable[ViewT]]:
            read = Reader(form, path, method)
            write: TypeAdapter[ViewT] = TypeAdapter(view)

            async def handle(request: web.Request) -> web.StreamResponse:
                shown = await handler(Call(await read(request, open_to_all=open_to_all), request))
                return web.Response(
                    body=write.dump_json(shown), status=status, content_type="application/json"
                )

            self.operations.append(
                Operation(
                    method, path, form, view, status, refuses, _summary(handler), self.tag, open_to_all,
                    "application/json", "application/json", handle, nameless,
                )
            )  # fmt: skip
            return handler

        return route

    def raw(  # noqa: PLR0913 (each says one thing of the route; all but three have a usual value)
        self,
        method: str,
        path: str,
        form: type[FormT],
        *,
        media: str,
        status: int = 200,
        refuses: tuple[str, ...] = (),
        open_to_all: bool = False,
        body_media: str = "application/json",
        view: type[View] | None = None,
        nameless: bool = False,
    ) -> Callable[
        [Callable[[Call[FormT]], Awaitable[web.StreamResponse]]],
        Callable[[Call[FormT]], Awaitable[web.StreamResponse]],
    ]:
        """Route a handler that answers with bytes or a stream of its own, or reads the body itself."""

        def route(
            handler: Callable[[Call[FormT]], Awaitable[web.StreamResponse]],
        ) -> Callable[[Call[FormT]], Awaitable[web.StreamResponse]]:
            read = Reader(form, path, hdrs.METH_GET if body_media != "application/json" else method)

            async def handle(request: web.Request) -> web.StreamResponse:
                return await handler(Call(await read(request, open_to_all=open_to_all), request))

            self.operations.append(
                Operation(
                    method, path, form, view, status, refuses, _summary(handler), self.tag, open_to_all,
                    media, body_media, handle, nameless,
                )
            )  # fmt: skip
            return handler

        return route


class Reader(Generic[FormT]):
    """Reads one form from a request: path, query and JSON body."""

    def __init__(self, form: type[FormT], path: str, method: str) -> None:
        self._adapter: TypeAdapter[FormT] = TypeAdapter(form)
        self._has_body = method not in {hdrs.METH_GET, hdrs.METH_DELETE}
        self._body_fields = self._has_body and bool(set(form.model_fields) - set(path_fields(path)))

    async def __call__(self, request: web.Request, *, open_to_all: bool) -> FormT:
        """The form; who is not signed in is told so before a byte of the body is read."""
        if not open_to_all and request.get(CALLER) is None:
            raise NotSignedIn
        # Cut short, two intents would share one key and the second would be answered as the first.
        if len(request.headers.get(_KEY, "")) > _LONGEST_KEY:
            raise InvalidForm([FieldFault(_KEY, "太长了")])
        told = await self._body(request) if self._has_body else request.query
        said = {str(name): _storable(value) for name, value in told.items()} | dict(request.match_info)
        try:
            return self._adapter.validate_python(said)
        except ValidationError as fault:
            raise InvalidForm(
                [_field_fault(dict(error)) for error in fault.errors(include_url=False)]
            ) from None

    async def _body(self, request: web.Request) -> Mapping[str, object]:
        content = await request.read()
        if not content:
            return {}
        if self._body_fields and request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType
        try:
            said = pydantic_core.from_json(content)
        except ValueError:
            raise InvalidForm([FieldFault("", "内容不是正确的 JSON")], malformed=True) from None
        if not isinstance(said, dict):
            raise InvalidForm([FieldFault("", "内容应是一个 JSON 对象")], malformed=True)
        return said


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
