"""WeChat (微信公众号), joined: its callback, the letters that are answered later, and what is sent to people of itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog
from aiohttp import web

from bot.channels.callback_seal import CallbackSeal, read_key
from bot.channels.wechat import WeChatChannel
from bot.channels.wechat_api import WeChatAccount, WeChatApi, WeChatFailed
from bot.channels.wechat_door import WeChatDoor
from bot.channels.wechat_letters import Letter, Picture, Pressed, Words
from bot.channels.wechat_words import LONGEST, menu, split, words
from bot.replies import render_notice
from intake.desk import Desk
from intake.errors import Busy
from intake.model.ids import AccountCode, IntentKey
from intake.model.leaving import Notice, Outgoing, Topic
from intake.model.people import Caller, Door
from intake.ports import Clock, Conversations, Uow
from jiujinban.postmen import Afterwards
from jiujinban.settings import BadSetting, Profile, Settings
from provincial.delivery import DeliveryFailed
from storage.crypto import Purpose, Sealer
from storage.sql.store import Store

HEAR, SAY = "wechat.hear", "wechat.say"
_PUTTING_OFF, _SAYING = "wechat.put_off", "wechat.say"
_MOST_KEYS = 2
_log = structlog.get_logger("wechat")


@dataclass(frozen=True, slots=True)
class WeChat:
    """公众号: what the server and the worker need of it."""

    channel: WeChatChannel
    door: WeChatDoor
    post: WeChatPost
    api: WeChatApi
    binding_page: str

    def routes(self) -> list[web.AbstractRouteDef]:
        """The callback's address."""
        return self.door.routes()

    async def close(self) -> None:
        """Let go of what is being heard."""
        await self.channel.close()

    async def put_menu(self) -> None:
        """Put the menu below the conversation; raises `WeChatFailed`."""
        await self.api.put_menu(menu(self.binding_page))


def open_wechat(
    settings: Settings, store: Store, desk: Desk, conversations: Conversations, clock: Clock
) -> WeChat | None:
    """The service account as it is set; None where none is. Raises `BadSetting`."""
    if not settings.wechat_app_id:
        return None
    seal, api = _seal(settings), WeChatApi(_account(settings))
    if not settings.public_url:
        raise BadSetting("JIUJINBAN_PUBLIC_URL: must be set with WeChat, for people are bound on a page")
    page = settings.public_url.rstrip("/")
    binding_page = f"{page}/#/wechat"
    later = SealedLetters(store)
    channel = WeChatChannel(desk, conversations, api, later, binding_page)
    door = WeChatDoor(seal, channel, clock.now)
    return WeChat(channel, door, WeChatPost(store, channel, api, later, clock, page), api, binding_page)


@dataclass(frozen=True, slots=True)
class SealedLetters:
    """待答来信: letters in the outbox. What somebody wrote lies there sealed, for it may hold an ID number."""

    store: Store

    async def put_off(self, caller: Caller, letter: Letter) -> None:
        """See `bot.channels.wechat.Later.put_off`."""
        key = IntentKey(letter.id)
        async with self.store.open_uow() as uow:
            if await uow.intents.begin(caller.code, key, _PUTTING_OFF) is not None:
                return
            await uow.leaving.send(self.sealed(HEAR, caller.code, _written(letter)))
            await uow.intents.finish(caller.code, key, letter.id)
            await uow.commit()

    async def has(self, caller: Caller, letter: Letter) -> bool:
        """See `bot.channels.wechat.Later.has`."""
        async with self.store.open_view() as view:
            return await view.intents.result(caller.code, IntentKey(letter.id)) is not None

    def sealed(self, kind: str, to: AccountCode, text: str) -> Outgoing:
        """A message of the outbox that nobody can read there; those for one person go in order."""
        facts = {"sealed": self._sealer.seal_text(text, _about(to))}
        return Outgoing(Topic.WECHAT, f"wechat:{to}", kind, to, facts)

    def opened(self, message: Outgoing, to: AccountCode) -> str:
        """What such a message holds."""
        return self._sealer.open_text(message.facts["sealed"], _about(to))

    @property
    def _sealer(self) -> Sealer:
        return Sealer(self.store.keys, Purpose.CONVERSATIONS)


@dataclass(frozen=True, slots=True)
class WeChatPost:
    """公众号投递: answers letters that were put off, and tells people what happened to their matters.

    An answer of several messages becomes as many messages of the outbox, in one transaction with the letter's end: what
    WeChat has taken is never sent again for the sake of what follows it.
    """

    store: Store
    channel: WeChatChannel
    api: WeChatApi
    letters: SealedLetters
    clock: Clock
    page: str

    async def deliver(self, message: Outgoing) -> Afterwards | None:
        """Return when it is done, with what is to be written with it; else raise `DeliveryFailed`."""
        caller, openid = await self._reached(message)
        try:
            if message.kind == HEAR:
                letter = _read(self.letters.opened(message, caller.code), openid)
                return self._saying(caller.code, letter, await self.channel.hear(caller, letter))
            if message.kind == SAY:
                await self.api.say(openid, self.letters.opened(message, caller.code))
            else:
                await self._tell(openid, message, caller.code)
        except Busy:
            raise DeliveryFailed(retry=True, why="the conversation is busy") from None
        except WeChatFailed as failed:
            raise DeliveryFailed(retry=failed.retry, why=failed.why) from None
        return None

    async def _reached(self, message: Outgoing) -> tuple[Caller, str]:
        if message.to is None:
            raise DeliveryFailed(retry=False, why="a message for nobody")
        async with self.store.open_view() as view:
            binding = await view.bindings.of_account(message.to, Door.WECHAT)
            account = await view.people.account(message.to)
        if binding is None or account is None or not account.active:
            raise DeliveryFailed(retry=False, why="the receiver is not bound any more")
        return Caller(account, Door.WECHAT), binding.outside.name

    def _saying(self, to: AccountCode, letter: Letter, parts: Sequence[str]) -> Afterwards:
        """Queue an answer, once: a postman whose lease ran out meanwhile queues it no second time."""
        key = IntentKey(f"{letter.id}:said")

        async def write(uow: Uow) -> None:
            if await uow.intents.begin(to, key, _SAYING) is not None:
                return
            for part in parts:
                await uow.leaving.send(self.letters.sealed(SAY, to, part))
            await uow.intents.finish(to, key, letter.id)

        return write

    async def _tell(self, openid: str, message: Outgoing, to: AccountCode) -> None:
        """A notice. Whoever has not written for two days is out of reach and no failure: the notice lies in the inbox."""
        told = render_notice(Notice(message.id, to, message.kind, message.facts, self.clock.now()))
        way = words("act_on_page", address=self.page) if told.choices else ""
        text = "\n\n".join(filter(None, (told.text, way)))
        try:
            await self.api.say(openid, split(text, LONGEST)[0])
        except WeChatFailed as failed:
            if not failed.out_of_reach:
                raise
            _log.info("wechat_out_of_reach", message=message.id, kind=message.kind, code=failed.code)


def _seal(settings: Settings) -> CallbackSeal:
    if not settings.wechat_token:
        raise BadSetting("JIUJINBAN_WECHAT_TOKEN: must be set with the app id")
    if settings.wechat_key_file is None and settings.profile is Profile.PRODUCTION:
        raise BadSetting(
            "JIUJINBAN_WECHAT_KEY_FILE: must name a file in production, where nothing is taken unsealed"
        )
    keys = _keys(settings.wechat_key_file) if settings.wechat_key_file else ()
    return CallbackSeal(settings.wechat_token, settings.wechat_app_id, keys)


def _keys(file: Path) -> tuple[bytes, ...]:
    """The current key in the first line and, while it is being changed, the one before it in the second."""
    lines = _lines("JIUJINBAN_WECHAT_KEY_FILE", file)
    if not 1 <= len(lines) <= _MOST_KEYS:
        raise BadSetting(f"JIUJINBAN_WECHAT_KEY_FILE: {file} holds {len(lines)} keys, not one or two")
    try:
        return tuple(map(read_key, lines))
    except ValueError as wrong:
        raise BadSetting(f"JIUJINBAN_WECHAT_KEY_FILE: {wrong}") from None


def _account(settings: Settings) -> WeChatAccount:
    if settings.wechat_secret_file is None:
        raise BadSetting("JIUJINBAN_WECHAT_SECRET_FILE: must name a file when the app id is set")
    lines = _lines("JIUJINBAN_WECHAT_SECRET_FILE", settings.wechat_secret_file)
    if len(lines) != 1:
        raise BadSetting("JIUJINBAN_WECHAT_SECRET_FILE: must hold one line, the account's secret")
    try:
        return WeChatAccount(settings.wechat_api_url, settings.wechat_app_id, lines[0])
    except ValueError as wrong:
        raise BadSetting(f"JIUJINBAN_WECHAT_API_URL: {wrong}") from None


def _lines(name: str, file: Path) -> list[str]:
    try:
        return file.read_text("ascii").split()
    except OSError as fault:
        raise BadSetting(f"{name}: {file} cannot be read ({fault.strerror})") from None
    except UnicodeDecodeError:
        raise BadSetting(f"{name}: {file} holds more than letters and digits") from None


def _written(letter: Letter) -> str:
    """A letter that waits for its answer; of a menu's key and dictated words only what they said."""
    match letter.content:
        case Picture(media):
            kept = {"id": letter.id, "said": "", "picture": media}
        case Words(said) | Pressed(said):
            kept = {"id": letter.id, "said": said, "picture": ""}
        case content:
            raise TypeError(f"nobody puts off {type(content).__name__}")
    return json.dumps(kept, ensure_ascii=False)


def _read(text: str, openid: str) -> Letter:
    kept = json.loads(text)
    content = Picture(kept["picture"]) if kept["picture"] else Words(kept["said"])
    return Letter(openid, "", kept["id"], content)


def _about(account: AccountCode) -> str:
    return f"wechat.message:{account}"
