"""The web channel: the engine as the HTTP door needs it, with notices woven into the history."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.engine import Engine
from bot.messages import Answer, Incoming
from bot.replies import render_notice
from intake.desk import Desk
from intake.model.calendar import SHANGHAI
from intake.model.ids import AccountCode
from intake.model.leaving import Notice
from intake.model.people import Caller
from intake.ports import Conversations, Exchange


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a page has read: exchanges and notices, written `12.5`."""

    exchange: int = 0
    notice: int = 0

    @classmethod
    def read(cls, text: str) -> Cursor:
        """The cursor in `text`; what is no cursor reads from the beginning."""
        parts = text.split(".")
        numbers = [int(part) if part.isdecimal() and len(part) < 18 else 0 for part in parts[:2]]  # noqa: PLR2004 (64 bits)
        return cls(*numbers) if len(numbers) == len(("exchange", "notice")) else cls()

    def __str__(self) -> str:
        return f"{self.exchange}.{self.notice}"


class WebChannel:
    """网页渠道: one message in, its replies out, and the history as a page draws it."""

    def __init__(self, engine: Engine, conversations: Conversations, desk: Desk) -> None:
        self._engine = engine
        self._conversations = conversations
        self._desk = desk

    async def hear(
        self, caller: Caller, message_id: str, *, text: str | None, choice: str | None, photo: bytes | None
    ) -> Answer:
        """Answer one message."""
        return await self._engine.hear(caller, Incoming(message_id, text, choice, photo))

    async def marks(self, accounts: Collection[AccountCode]) -> Mapping[AccountCode, str]:
        """How far the conversation and the inbox of each account have come, as cursors."""
        exchanges = await self._conversations.lasts(accounts)
        notices = await self._desk.people.inbox_lasts(accounts)
        return {one: str(Cursor(exchanges.get(one, 0), notices.get(one, 0))) for one in accounts}

    async def messages(self, caller: Caller, after: str, limit: int) -> tuple[list[dict[str, Any]], str]:
        """What was said and noticed after a cursor, oldest first, and the cursor to go on from."""
        cursor = Cursor.read(after)
        exchanges = await self._conversations.history(caller.code, cursor.exchange, limit)
        notices = await self._desk.people.notices(caller, cursor.notice)
        shown: list[dict[str, Any]] = []
        both: list[Exchange | Notice] = [*exchanges, *notices]
        for told in sorted(both, key=lambda told: told.at):
            if isinstance(told, Notice):
                cursor = Cursor(cursor.exchange, told.id)
                shown += _notice(told, cursor)
            else:
                cursor = Cursor(told.number, cursor.notice)
                shown += _exchange(told, cursor)
        return shown, str(cursor)


def _exchange(exchange: Exchange, cursor: Cursor) -> Sequence[dict[str, Any]]:
    at = exchange.at.astimezone(SHANGHAI).isoformat(timespec="seconds")
    said = {
        "id": f"{cursor}.0",
        "from": "me",
        "message_id": exchange.message_id,
        "text": exchange.heard,
        "at": at,
    }
    replies = json.loads(exchange.answer)["replies"]
    answers = [
        {"id": f"{cursor}.{n}", "from": "desk", "reply": reply, "at": at}
        for n, reply in enumerate(replies, 1)
    ]
    return [said, *answers]


def _notice(notice: Notice, cursor: Cursor) -> Sequence[dict[str, Any]]:
    at = notice.at.astimezone(SHANGHAI).isoformat(timespec="seconds")
    return [{"id": f"{cursor}.9", "from": "desk", "reply": render_notice(notice).as_json(), "at": at}]
