"""The engine: takes the person's lock, then loads the dialogue, hears, asks the desk, says, and saves."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from bot.asides import aside_of
from bot.dialogue.overhearing import overhear
from bot.dialogue.turns import Meant, Say, Situation, Turn
from bot.errands.errand import Errand
from bot.errands.granting import put
from bot.hearing import hear
from bot.messages import Answer, Incoming, Kept, Offered
from bot.replies import Reply, names_a_place, render
from intake.desk import Desk
from intake.errors import Busy
from intake.model.ids import IntentKey
from intake.model.people import Caller
from intake.ports import Conversations
from intake.usecases.catalogue.learning import NoteHearing

_MOST_WISHES = 8


class Engine:
    """对话引擎: one for all channels; safe to call from many processes at once."""

    def __init__(self, desk: Desk, conversations: Conversations) -> None:
        self._desk = desk
        self._conversations = conversations

    async def hear(self, caller: Caller, incoming: Incoming) -> Answer:
        """Answer one message; the same message again gets the first answer again."""
        async with self._conversations.hold(caller.code, incoming.message_id) as talk:
            before = await talk.answered(incoming.message_id)
            if before is not None:
                return Answer.read(before)
            kept = Kept.read(await talk.load())
            says, after = await self._converse(caller, incoming, kept)
            halls = await self._desk.places.halls() if any(map(names_a_place, says)) else ()
            replies = tuple(render(say, halls) for say in says)
            answer = Answer(tuple(reply.as_json() for reply in replies), after.state.name)
            await talk.save(
                replace(after, offered=_offered(replies)).write(),
                incoming.message_id,
                incoming.told(kept.offered),
                answer.write(),
            )
        return answer

    async def _converse(self, caller: Caller, incoming: Incoming, kept: Kept) -> tuple[list[Say], Kept]:
        """The state hears the message, then what comes of each of its wishes, until it wishes for nothing more."""
        heard = hear(incoming, kept, self._desk.catalogue.listen)
        situation = Situation(caller.role, kept.later)
        turn = overhear(heard, kept.state, situation) or kept.state.hear(heard, situation)
        says, situation = list(turn.says), _with_later(situation, turn)
        await self._note(caller, turn.meant)
        for step in range(_MOST_WISHES):
            if turn.wish is None:
                break
            key = IntentKey(f"chat:{incoming.message_id}:{step}")
            errand = Errand(self._desk, caller, key, incoming.photo)
            learned = await put(turn.wish, errand)
            if (aside := await aside_of(heard, turn.wish, learned, kept.state, errand)) is not None:
                learned, turn, says = aside.learned, Turn((), aside.state), list(aside.says)
            turn = overhear(learned, turn.then, situation) or turn.then.hear(learned, situation)
            says += turn.says
            await self._note(caller, turn.meant)
            situation = _with_later(situation, turn)
        return says, Kept(turn.then, later=situation.later)

    async def _note(self, caller: Caller, meant: Meant | None) -> None:
        """For the catalogue's keeper; a count lost to a busy store is cheaper than an answer lost."""
        if meant is not None:
            with suppress(Busy):
                await self._desk.catalogue.note(NoteHearing(caller, meant.words, meant.item))


def _with_later(situation: Situation, turn: Turn) -> Situation:
    return situation if turn.later is None else replace(situation, later=turn.later)


def _offered(replies: tuple[Reply, ...]) -> Offered:
    last = next((reply.choices for reply in reversed(replies) if reply.choices), ())
    return tuple((choice.label, choice.value) for choice in last)
