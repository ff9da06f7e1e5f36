"""Asides (插话): words in the middle of a matter that are no new one, so that nothing chosen so far is lost by them."""

from __future__ import annotations

from dataclasses import dataclass

from bot.dialogue.finding import ChoosingItem, ConsideringItem
from bot.dialogue.heard import Explained, Heard, Learned, Said, Unclear
from bot.dialogue.starting import Idle, another_matter, not_understood
from bot.dialogue.states import State
from bot.dialogue.turns import Say
from bot.dialogue.wishes import FindItem, Wish
from bot.errands.asking import explained
from intake.desk import Desk
from intake.model.matching import Decision, Match

# From here on a candidate is a new matter even in the middle of another.
_CLEAR = 0.4
_BARE_WORD = 4
# Here a word too many must not cost what has been chosen so far.
_UNDER_WAY = frozenset({"for_whom", "giving_mandate", "choosing_hall", "choosing_slot", "held", "moving"})


@dataclass(frozen=True, slots=True)
class Aside:
    """插话: what the state hears instead of what was found, and what is said before it asks again."""

    learned: Explained | Unclear
    says: tuple[Say, ...] = ()


async def aside_of(heard: Heard, wish: Wish, learned: Learned, state: State, desk: Desk) -> Aside | None:
    """A common question of the matter at hand, something that resembles another matter, or nothing clear.

    None where the words are a new matter, or were not searched for one at all.
    """
    if not isinstance(wish, FindItem) or not isinstance(heard, Said):
        return None
    answer = await explained(wish.text, getattr(state, "service_code", None), desk)
    if answer is not None:
        return Aside(answer)
    if not isinstance(learned, Match) or _begins_anew(learned, heard, state):
        return None
    if state.name in _UNDER_WAY and learned.decision is Decision.MATCH:
        return Aside(Unclear(), (another_matter(learned),))
    return Aside(Unclear(), (not_understood(heard.text),)) if _is_mumbling(learned, state) else None


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
