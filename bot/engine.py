"""The engine: takes the person's lock, then loads the dialogue, hears, asks the desk, says, and saves."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from bot.dialogue.finding import ChoosingItem, ConsideringItem
from bot.dialogue.heard import Explained, Heard, Learned, Said, Unclear
from bot.dialogue.overhearing import overhear
from bot.dialogue.starting import Idle, another_matter, not_understood
from bot.dialogue.states import State
from bot.dialogue.turns import Meant, Say, Situation, Turn
from bot.dialogue.wishes import FindItem, Wish
from bot.errands.asking import explained
from bot.errands.errand import Errand
from bot.errands.granting import put
from bot.hearing import hear
from bot.messages import Answer, Incoming, Kept, Offered
from bot.replies import Reply, render
from intake.desk import Desk
from intake.errors import Busy
from intake.model.ids import IntentKey
from intake.model.matching import Decision, Match
from intake.model.people import Caller
from intake.ports import Conversations
from intake.usecases.catalogue.learning import NoteHearing

_MOST_WISHES = 8
# From here on a candidate is a new matter even in the middle of another.
_CLEAR = 0.4
_BARE_WORD = 4


# Here a word too many must not cost what has been chosen so far.
_UNDER_WAY = frozenset({"for_whom", "giving_mandate", "choosing_hall", "choosing_slot", "held", "moving"})


@dataclass(frozen=True, slots=True)
class _Aside:
    """Words that were no new matter: what the state hears instead, and what is said before."""

    learned: Explained | Unclear
    says: tuple[Say, ...] = ()


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
            halls = await self._desk.places.halls()
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
            learned = await put(turn.wish, Errand(self._desk, caller, key, incoming.photo))
            if (aside := await self._aside(turn.wish, learned, kept.state, heard)) is not None:
                turn, says = Turn((), kept.state), list(aside.says)
                learned = aside.learned
            turn = overhear(learned, turn.then, situation) or turn.then.hear(learned, situation)
            says += turn.says
            await self._note(caller, turn.meant)
            situation = _with_later(situation, turn)
        return says, Kept(turn.then, later=situation.later)

    async def _aside(self, wish: Wish, learned: Learned, state: State, heard: Heard) -> _Aside | None:
        """What words in the middle of a matter were, if no new matter: one of its common questions, or nothing clear."""
        if not isinstance(wish, FindItem) or not isinstance(heard, Said):
            return None
        answer = await explained(wish.text, getattr(state, "service_code", None), self._desk)
        if answer is not None:
            return _Aside(answer)
        if not isinstance(learned, Match) or _begins_anew(learned, heard, state):
            return None
        if state.name in _UNDER_WAY and learned.decision is Decision.MATCH:
            return _Aside(Unclear(), (another_matter(learned),))
        return _Aside(Unclear(), (not_understood(heard.text),)) if _is_mumbling(learned, state) else None

    async def _note(self, caller: Caller, meant: Meant | None) -> None:
        """For the catalogue's keeper; a count lost to a busy store is cheaper than an answer lost."""
        if meant is not None:
            with suppress(Busy):
                await self._desk.catalogue.note(NoteHearing(caller, meant.words, meant.item))


def _with_later(situation: Situation, turn: Turn) -> Situation:
    return situation if turn.later is None else replace(situation, later=turn.later)


def _begins_anew(learned: Match, heard: Said, state: State) -> bool:
    """我要办医保 is a new matter wherever it is said, and so is 医保 while nothing has been begun yet."""
    if learned.decision is Decision.NONE:
        return False
    bare = isinstance(state, ConsideringItem) and len(heard.text) <= _BARE_WORD
    return bare or heard.spoken.wishes


def _is_mumbling(learned: Match, state: State) -> bool:
    """Words in the middle of something that name no matter clearly: the thing at hand goes on, nothing is dropped."""
    if isinstance(state, Idle | ChoosingItem) or learned.decision is Decision.MATCH:
        return False
    sure = learned.candidates[0].score if learned.candidates else 0.0
    return sure < _CLEAR or state.name in _UNDER_WAY


def _offered(replies: tuple[Reply, ...]) -> Offered:
    last = next((reply.choices for reply in reversed(replies) if reply.choices), ())
    return tuple((choice.label, choice.value) for choice in last)
