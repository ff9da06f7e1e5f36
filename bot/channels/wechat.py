"""The WeChat channel (微信公众号): the same conversation for whoever is bound, and an inquiry desk for everybody else.

WeChat waits five seconds for an answer and asks twice more. What cannot be answered by then, or not in one message, is put
off: it is written down first, WeChat is told that all is well, and the answer follows as a message of its own.
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import Protocol

from bot.channels.inquiry import InquiryDesk
from bot.channels.wechat_api import TooLarge, WeChatFailed
from bot.channels.wechat_letters import Came, Content, Else, Left, Letter, Mumbled, Picture, Pressed, Words
from bot.channels.wechat_words import LONGEST, code_in, drawn, split, words
from bot.engine import Engine
from bot.messages import Answer, Incoming, Kept
from intake.desk import Desk
from intake.errors import Refusal
from intake.model.binding import Outside
from intake.model.ids import AccountCode
from intake.model.people import Caller, Door, mask_name
from intake.ports import Conversations
from intake.usecases.people.binding import BindOutside

# One second for the way here and back, and for writing down what is put off.
PATIENCE_SECONDS = 4.0
_UNBIND = frozenset({"解除绑定", "解绑", "取消绑定"})


class Photographs(Protocol):
    """Where photographs wait that somebody sent."""

    async def photograph(self, media: str) -> bytes:
        """One by its media id; raises `WeChatFailed`."""


class Later(Protocol):
    """后答: letters whose answers follow as messages of their own."""

    async def put_off(self, caller: Caller, letter: Letter) -> None:
        """Write the letter down; its answer follows once, however often it is put off."""

    async def has(self, caller: Caller, letter: Letter) -> bool:
        """Whether it was put off before."""


class WeChatChannel:
    """微信渠道: one letter in, at most one text out. `address` is the page where one is bound."""

    def __init__(
        self,
        desk: Desk,
        conversations: Conversations,
        photographs: Photographs,
        later: Later,
        address: str,
        *,
        patience: float = PATIENCE_SECONDS,
        longest: int = LONGEST,
    ) -> None:
        self._desk = desk
        self._conversations = conversations
        self._engine = Engine(desk, conversations)
        self._inquiry = InquiryDesk(desk, conversations)
        self._photographs = photographs
        self._later = later
        self._address = address
        self._patience = patience
        self._longest = longest
        self._deciding: dict[tuple[AccountCode, str], asyncio.Task[str | None]] = {}
        self._hearing: set[asyncio.Task[tuple[str, ...]]] = set()

    async def answer(self, letter: Letter) -> str | None:
        """The text that answers the letter; None where there is nothing to say, or it is said later."""
        outside = Outside(Door.WECHAT, letter.sender)
        match letter.content:
            case Left():
                await self._desk.people.gone_outside(outside)
                return None
            case Else(waits=False):
                return None
        caller = await self._desk.people.bound_as(outside)
        if (bound := await self._bound_by(letter, outside, caller)) is not None:
            return bound
        return await (self._to_stranger(outside, letter) if caller is None else self._to(caller, letter))

    async def hear(self, caller: Caller, letter: Letter) -> tuple[str, ...]:
        """The whole answer to a letter of somebody bound, in messages; the same letter again gets the same again.

        Raises `WeChatFailed` for a photograph that may be had later, and `Busy`.
        """
        try:
            incoming = await self._incoming(letter)
        except WeChatFailed as failed:
            if failed.retry:
                raise
            return (words("photo_too_large" if isinstance(failed, TooLarge) else "photo_lost"),)
        try:
            answer = await self._engine.hear(caller, incoming)
        except Refusal as refusal:
            if refusal.code == "busy":
                raise
            return (f"{refusal.title}{refusal.next_step}",)
        return split(drawn(answer.replies), self._longest)

    async def close(self) -> None:
        """Let go of what is being heard: it was put off, or its sender asks again."""
        going_on = [*self._deciding.values(), *self._hearing]
        for each in going_on:
            each.cancel()
        await asyncio.gather(*going_on, return_exceptions=True)

    async def _to(self, caller: Caller, letter: Letter) -> str | None:
        match letter.content:
            case Came():
                return words("welcome_back")
            case Words(text) if text.strip() in _UNBIND:
                await self._desk.people.end_binding(caller, Door.WECHAT)
                return words("unbound", address=self._address)
            case Words() | Picture() | Pressed():
                return await self._in_time(caller, letter)
            case _:
                return _not_heard(letter.content)

    async def _in_time(self, caller: Caller, letter: Letter) -> str | None:
        """The answer if it is one message and there is time; else None, and it follows. Copies share what is decided."""
        key = (caller.code, letter.id)
        deciding = self._deciding.get(key)
        if deciding is None:
            deciding = asyncio.create_task(self._decide(caller, letter), name="answer a letter")
            self._deciding[key] = deciding
            deciding.add_done_callback(lambda _: self._deciding.pop(key, None))
        return await asyncio.shield(deciding)

    async def _decide(self, caller: Caller, letter: Letter) -> str | None:
        hearing = asyncio.create_task(self.hear(caller, letter), name="hear a letter")
        self._hearing.add(hearing)
        hearing.add_done_callback(self._heard)
        await asyncio.wait({hearing}, timeout=self._patience)
        if hearing.done() and (said := _said_in_one(hearing)) is not None:
            # Another server may have put it off, and this is the copy WeChat sent because it did not hear of it.
            return None if await self._later.has(caller, letter) else said
        await self._later.put_off(caller, letter)
        return None

    def _heard(self, hearing: asyncio.Task[tuple[str, ...]]) -> None:
        """A hearing is over. Its fault is looked at: perhaps nobody waited for it to the end."""
        self._hearing.discard(hearing)
        if not hearing.cancelled():
            hearing.exception()

    async def _incoming(self, letter: Letter) -> Incoming:
        match letter.content:
            case Picture(media):
                return Incoming(letter.id, photo=await self._photographs.photograph(media))
            case Words(said) | Pressed(said):
                return Incoming(letter.id, text=said)
            case content:
                raise TypeError(f"nobody puts off {type(content).__name__}")

    async def _to_stranger(self, outside: Outside, letter: Letter) -> str | None:
        invitation = words("invite", address=self._address)
        match letter.content:
            case Came():
                return f"{words('welcome')}\n\n{invitation}"
            case Words(text) if text.strip() in _UNBIND:
                return words("not_bound")
            case Words(said) | Pressed(said) if said.strip():
                answer = await self._inquiry.hear(_stranger(outside), Incoming(letter.id, text=said))
                return _with_invitation(answer, invitation)
            case Picture() | Words() | Pressed():
                return invitation
            case _:
                return _not_heard(letter.content)

    async def _bound_by(self, letter: Letter, outside: Outside, caller: Caller | None) -> str | None:
        """What a code brought about; None for a letter that is none.

        Of somebody bound eight digits may be a telephone number: they are a code if the letter says so, or was one before.
        """
        content = letter.content
        code = code_in(content.text) if isinstance(content, Words) else None
        if not isinstance(content, Words) or code is None:
            return None
        meant = caller is None or "绑定" in content.text
        return await self._bind(BindOutside(outside, code), letter.id, meant=meant)

    async def _bind(self, cmd: BindOutside, letter_id: str, *, meant: bool) -> str | None:
        """Bind, or say why not. Kept where strangers' answers are: by the second copy the code is used up."""
        async with self._conversations.hold(_stranger(cmd.outside), letter_id) as talk:
            before = await talk.answered(letter_id)
            if before is not None:
                return str(Answer.read(before).replies[0]["text"])
            if not meant:
                return None
            try:
                caller = await self._desk.people.bind_outside(cmd)
                text = words("bound", name=mask_name(caller.account.name))
            except Refusal as refusal:
                if refusal.code == "busy":
                    raise
                text = f"{refusal.title}{refusal.next_step}"
            answer = Answer(({"kind": "text", "text": text, "choices": []},), "bound")
            await talk.save(Kept.read(await talk.load()).write(), letter_id, "［绑定码］", answer.write())
        return text


def _stranger(outside: Outside) -> AccountCode:
    """Whose conversation a stranger's is. A plain hash is enough: an openid is random and long."""
    return AccountCode(f"outside:{hashlib.sha256(outside.name.encode()).hexdigest()[:32]}")


def _not_heard(content: Content) -> str:
    return words("mumbled" if isinstance(content, Mumbled) else "unusable")


def _with_invitation(answer: Answer, invitation: str) -> str:
    """What was asked, cut to one message where the guide is very long, and how to go on."""
    after = f"\n\n{invitation}"
    first = split(drawn(answer.replies), LONGEST - len(after.encode()))[0]
    return first + after


def _said_in_one(hearing: asyncio.Task[tuple[str, ...]]) -> str | None:
    """The only message of a hearing; None for several, and for a hearing that may do better later."""
    fault = hearing.exception()
    if fault is None:
        said = hearing.result()
        return said[0] if len(said) == 1 else None
    if isinstance(fault, WeChatFailed | Refusal):
        return None
    raise fault
