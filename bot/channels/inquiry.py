"""The inquiry desk (问询台): whoever writes from outside and is nobody yet may ask what a matter needs, and nothing else."""

from __future__ import annotations

from bot.channels.wechat_words import words
from bot.dialogue.finding import ChoosingItem, ConsideringItem
from bot.dialogue.heard import Picked, Said
from bot.dialogue.starting import Idle
from bot.dialogue.states import State
from bot.dialogue.turns import Say, Situation, Turn, turn
from bot.hearing import hear
from bot.messages import Answer, Incoming, Kept
from bot.replies import Reply, render
from intake.desk import Desk
from intake.errors import UnknownService
from intake.model.ids import AccountCode, ServiceCode
from intake.model.matching import Decision, Match
from intake.model.people import Role
from intake.model.speech import Intent
from intake.ports import Conversations
from intake.usecases.catalogue.finding import Consideration

_ITEM = "item:"
_GREETINGS = frozenset({Intent.GREETING, Intent.HELP, Intent.CHAT, Intent.RESTART})
_NOBODY = Situation(Role.CITIZEN)


class InquiryDesk:
    """问询台: hears like the engine, of the same items in the same words, but has nobody to book or to act for."""

    def __init__(self, desk: Desk, conversations: Conversations) -> None:
        self._desk = desk
        self._conversations = conversations

    async def hear(self, stranger: AccountCode, incoming: Incoming) -> Answer:
        """Answer one message; the same message again gets the first answer again."""
        async with self._conversations.hold(stranger, incoming.message_id) as talk:
            before = await talk.answered(incoming.message_id)
            if before is not None:
                return Answer.read(before)
            kept = Kept.read(await talk.load())
            replies, state = await self._answer(incoming, kept)
            answer = Answer(tuple(reply.as_json() for reply in replies), state.name)
            offered = tuple((choice.label, choice.value) for reply in replies for choice in reply.choices)
            await talk.save(
                Kept(state, offered).write(), incoming.message_id, incoming.told(kept.offered), answer.write()
            )
        return answer

    async def _answer(self, incoming: Incoming, kept: Kept) -> tuple[list[Reply], State]:
        match hear(incoming, kept, self._desk.catalogue.listen):
            case Picked(value) if value.startswith(_ITEM):
                return await self._told(ServiceCode(value.removeprefix(_ITEM)), "")
            case Said(spoken) if spoken.intent in _GREETINGS:
                return [_plain("welcome")], Idle()
            case Said(spoken) if spoken.intent is Intent.THANKS:
                return [_plain("you_are_welcome")], Idle()
            case Said(spoken) if spoken.intent is None:
                return await self._found(spoken.text)
            case _:
                return [await self._with_telephone("look_first")], Idle()

    async def _found(self, text: str) -> tuple[list[Reply], State]:
        match await self._desk.catalogue.match(text):
            case Match(decision=Decision.MATCH, candidates=(first, *_)):
                return await self._told(first.service_code, text)
            case Match(decision=Decision.CHOOSE, candidates=candidates, ask=ask) if candidates:
                offered = tuple((each.service_code, each.name) for each in candidates)
                return _said(ChoosingItem(offered, asked=text, ask=ask).offer())
            case _:
                return [await self._with_telephone("nothing_like_it")], Idle()

    async def _told(self, code: ServiceCode, asked: str) -> tuple[list[Reply], State]:
        catalogue = self._desk.catalogue
        try:
            item, halls = await catalogue.show(code), await catalogue.halls_for(code)
        except UnknownService:
            return [await self._with_telephone("nothing_like_it")], Idle()
        answer = catalogue.question_asked(asked, item) if asked else None
        told = ConsideringItem(code).hear(Consideration(item, halls, answer), _NOBODY)
        return _said(turn(Idle(), *map(_without_choices, told.says)))

    async def _with_telephone(self, key: str) -> Reply:
        """Whoever finds nothing here, or wants a person, is told where one answers."""
        hall, *_ = await self._desk.places.halls()
        return Reply("text", words(key, hall=hall.name, phone=hall.phone), (), {})


def _said(turn_: Turn) -> tuple[list[Reply], State]:
    return [render(_choosable(say), ()) for say in turn_.says], turn_.then


def _choosable(say: Say) -> Say:
    """Only items can be chosen here: 都不是 would go to a person, and they answer somebody they know."""
    return Say(say.key, say.facts, tuple(c for c in say.choices if c.value.startswith(_ITEM)), say.card)


def _without_choices(say: Say) -> Say:
    return Say(say.key, say.facts, card=say.card)


def _plain(key: str) -> Reply:
    return Reply("text", words(key), (), {})
