"""The chat over HTTP: one message in, its replies out; the same message again gets the first answer again."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any, Protocol

import pydantic_core
import structlog
from aiohttp import web
from pydantic import Field

from intake.errors import BadInput
from intake.model.ids import AccountCode
from intake.model.people import Caller
from miniapp_api.streams import EventStream, event_stream
from miniapp_api.typed import Api, Call, Form, View

api = Api("chat")
_log = structlog.get_logger("chat")
_LOOK_SECONDS = 0.5
_AT_LEAST_EVERY_SECONDS = 30
_AT_ONCE = 50
_MOST_PHOTO = 15 * 1024 * 1024
_LONGEST_TEXT = 10_000


class Heard(Protocol):
    """An answer of the conversation."""

    @property
    def replies(self) -> tuple[dict[str, Any], ...]: ...
    @property
    def state(self) -> str: ...


class Conversation(Protocol):
    """The conversation as this door needs it; the front step brings the bot's engine."""

    async def hear(
        self, caller: Caller, message_id: str, *, text: str | None, choice: str | None, photo: bytes | None
    ) -> Heard:
        """Answer one message."""

    async def marks(self, accounts: Collection[AccountCode]) -> Mapping[AccountCode, str]:
        """How far each account's messages have come: another word when there is something new."""

    async def messages(self, caller: Caller, after: str, limit: int) -> tuple[list[dict[str, Any]], str]:
        """What was said and noticed after a cursor, oldest first, and the cursor to go on from."""


CONVERSATION: web.AppKey[Conversation] = web.AppKey("conversation", Conversation)


@dataclass(slots=True)
class _Post:
    """What is known of one account with open pages: how often there was news, and the mark as last read."""

    pages: int = 0
    turn: int = 0
    mark: str = ""
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        self.turn += 1
        changed, self.changed = self.changed, asyncio.Event()
        changed.set()


class News:
    """Whose open pages have something to read: told at once by this process, and asked of the store for all pages together.

    A page notes the `turn` before it reads and waits for another one afterwards, so news that comes while it reads wakes it.
    """

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._posts: dict[AccountCode, _Post] = {}

    async def watch(self) -> None:
        """Ask twice a second how far the accounts with open pages have come; asks nothing while no page is open."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            try:
                await self.look()
            except Exception as fault:  # noqa: BLE001 (whatever is wrong with the store now, the next look may be right)
                _log.warning("news_unread", exc_info=fault)

    async def look(self) -> None:
        """One such question; the first mark of an account wakes its pages, for they may have read before it."""
        if not self._posts:
            return
        for account, mark in (await self._conversation.marks(tuple(self._posts))).items():
            post = self._posts.get(account)
            if post is not None and post.mark != mark:
                post.mark = mark
                post.wake()

    def tell(self, account: AccountCode) -> None:
        """This process has just said something to an account."""
        post = self._posts.get(account)
        if post is not None:
            post.wake()

    @contextmanager
    def page(self, account: AccountCode) -> Iterator[_Post]:
        """An open page of an account."""
        post = self._posts.setdefault(account, _Post())
        post.pages += 1
        try:
            yield post
        finally:
            post.pages -= 1
            if not post.pages:
                del self._posts[account]


async def after(post: _Post, turn: int, patience: float) -> bool:
    """Wait until there was news since a turn, or for `patience` seconds; whether there was."""
    changed = post.changed
    if post.turn == turn:
        with suppress(TimeoutError):
            await asyncio.wait_for(changed.wait(), patience)
    return post.turn != turn


NEWS = web.AppKey("news", News)


class PhotoForm(Form):
    """A photograph inside JSON, for platforms that carry no other body."""

    content: Annotated[str, Field(max_length=_MOST_PHOTO * 4 // 3 + 100)]
    name: Annotated[str, Field(max_length=200)] = ""


class MessageForm(Form):
    """One message: text, a choice's value, or a photograph (base64, data URL, or an object holding it)."""

    message_id: Annotated[str, Field(min_length=1, max_length=128)]
    text: Annotated[str, Field(max_length=_LONGEST_TEXT)] | None = None
    choice: Annotated[str, Field(max_length=500)] | None = None
    photo: PhotoForm | Annotated[str, Field(max_length=_MOST_PHOTO * 4 // 3 + 100)] | None = None


class AnswerView(View):
    """The replies, each with its choices as label and value, and the state the conversation is in."""

    replies: list[dict[str, Any]]
    state: str


class AfterForm(Form):
    """Where to go on from."""

    after: Annotated[str, Field(max_length=64, pattern=r"^[0-9.]*$")] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class MessagesView(View):
    """What was said, oldest first."""

    messages: list[dict[str, Any]]
    last: str


@api.raw(
    "POST",
    "/api/v1/chat/messages",
    MessageForm,
    AnswerView,
    refuses=("photo_refused", "busy"),
)
async def say(call: Call[MessageForm]) -> web.StreamResponse:
    """说一句话: 200 with the replies; the same message_id again gets the first answer again."""
    form = call.form
    given = [part for part in (form.text, form.choice, form.photo) if part is not None]
    if len(given) != 1:
        raise BadInput(field="text", why="一次请只发一样：一句话、一个选项或一张照片。")
    answer = await call.request.app[CONVERSATION].hear(
        call.caller, form.message_id, text=form.text, choice=form.choice, photo=_photo(form.photo)
    )
    call.request.app[NEWS].tell(call.caller.code)
    return web.json_response(body=pydantic_core.to_json({"replies": answer.replies, "state": answer.state}))


@api.operation("GET", "/api/v1/chat/messages", AfterForm, MessagesView)
async def history(call: Call[AfterForm]) -> MessagesView:
    """聊天记录: messages and notices after a cursor."""
    messages, last = await call.request.app[CONVERSATION].messages(
        call.caller, call.form.after, call.form.limit
    )
    return MessagesView(messages=messages, last=last)


@api.raw("GET", "/api/v1/chat/events", AfterForm, "text/event-stream")
async def events(call: Call[AfterForm]) -> web.StreamResponse:
    """新消息: a stream of what is new, for pages that stay open; `GET /chat/messages` is the way without streams."""
    conversation, caller = call.request.app[CONVERSATION], call.caller
    cursor = call.request.headers.get("Last-Event-ID", call.form.after)
    if not cursor:
        _, cursor = await conversation.messages(caller, "", 200)
    with call.request.app[NEWS].page(caller.code) as post:
        async with event_stream(call.request) as stream:
            while stream.open:
                turn = post.turn
                messages, cursor = await conversation.messages(caller, cursor, _AT_ONCE)
                for message in messages:
                    await stream.send("message", pydantic_core.to_json(message).decode(), str(message["id"]))
                if not messages:
                    await _until_news(stream, post, turn)
    return stream.response


async def _until_news(stream: EventStream, post: _Post, turn: int) -> None:
    """Wait for news, the end of the server, or half a minute: should a mark be missed, the page reads all the same."""
    for _ in range(_AT_LEAST_EVERY_SECONDS):
        if await after(post, turn, 1.0) or not stream.open:
            return
        await stream.rest(timedelta())


def _photo(photo: PhotoForm | str | None) -> bytes | None:
    if photo is None:
        return None
    text = photo.content if isinstance(photo, PhotoForm) else photo
    encoded = text.partition(",")[2] if text.startswith("data:") else text
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise BadInput(field="photo", why="照片内容传坏了，请重新选一次照片。") from None
