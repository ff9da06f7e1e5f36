"""Asides (插话): words in the middle of a matter that are no new one, so that nothing chosen so far is lost by them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.dialogue.asking import question
from bot.dialogue.finding import ChoosingItem, ConsideringItem
from bot.dialogue.heard import Explained, Heard, Learned, Said, Told, Unclear
from bot.dialogue.starting import Idle, another_matter, not_understood, of_this_matter
from bot.dialogue.states import State
from bot.dialogue.turns import Say
from bot.dialogue.wishes import FindItem, Wish
from bot.errands.asking import explained, tell
from bot.errands.errand import Errand
from intake.desk import Desk
from intake.model.matching import Decision, Match

# From here on the likeliest item is worth a button in the middle of another matter, one to ask about although the words
# may belong to that, and a new matter whatever was said before.
_CLEAR, _RESEMBLING, _SURE = 0.4, 0.7, 0.85
_BARE_WORD, _TELLING, _ASKING = 4, 8, "怎什哪几"
_SAID_OF_IT = ("我", "他", "她", "没", "不", "都", "要", "换一", "补一", "丢", "坏")
# Here a word too many must not cost what has been chosen so far.
_UNDER_WAY = frozenset({"for_whom", "giving_mandate", "choosing_hall", "choosing_slot", "held", "moving"})


@dataclass(frozen=True, slots=True)
class Aside:
    """插话: which state hears what instead of what was found, and what is said before it asks again."""

    state: State
    learned: Explained | Told | Unclear | Match
    says: tuple[Say, ...] = ()


async def aside_of(heard: Heard, wish: Wish, learned: Learned, state: State, errand: Errand) -> Aside | None:
    """A common question of the matter at hand, more about it, something that resembles another matter, or nothing clear.

    None where the words are a new matter, or were not searched for one at all.
    """
    if not isinstance(wish, FindItem) or not isinstance(heard, Said) or isinstance(state, Idle):
        return None
    answer = await explained(wish.text, getattr(state, "service_code", None), errand.desk)
    if answer is not None:
        return Aside(state, answer)
    if not isinstance(learned, Match) or _begins_anew(learned, heard, state):
        return None
    if isinstance(state, ChoosingItem):
        return await _beside_a_choice(heard, wish, learned, state, errand.desk)
    return await _beside_an_item(heard, wish, learned, state, errand)


async def _beside_an_item(
    heard: Said, wish: FindItem, learned: Match, state: State, errand: Errand
) -> Aside | None:
    """A plain question is answered of the item at hand; other words are read behind those before them."""
    if _asks_of_it(learned, heard, state):
        asked = replace(heard.spoken, asks=heard.spoken.also_asks)
        return Aside(state, await tell(question(asked, state), errand))
    before, joined = await _read_behind(heard, wish, state, errand.desk)
    if isinstance(state, ConsideringItem) and _is_said_of_another(joined, heard, state):
        told = Idle(whose=state.whose, asked=f"{before}，{heard.text}", who=state.who, wanted=state.wanted)
        return Aside(told, joined)
    of_it = joined.decision is Decision.MATCH and _is_at_hand(joined, state)
    says = _said_to(learned, heard, state, of_it=of_it)
    return Aside(state, Unclear(), (says,)) if says else None


async def _beside_a_choice(
    heard: Said, wish: FindItem, learned: Match, state: ChoosingItem, desk: Desk
) -> Aside | None:
    """What is done already is offered no longer; what is said besides narrows the choice, or finds another in its place."""
    if heard.spoken.had and _is_at_hand(learned, state):
        return Aside(state.without(learned.candidates[0].service_code), Unclear())
    more = state.told(heard.spoken)
    if not state.asked or (heard.spoken.by_itself and not _is_at_hand(learned, state)):
        return None
    joined = await desk.catalogue.match(more.asked, wish.facts)
    tells = learned.decision is Decision.NONE or _is_at_hand(joined, state)
    return Aside(more, joined) if tells else None


def _asks_of_it(learned: Match, heard: Said, state: State) -> bool:
    """可以叫我儿子去吗 is a plain question, and what it is about is at hand."""
    at_hand = getattr(state, "service_code", None) is not None
    return at_hand and bool(heard.spoken.also_asks) and not _stands_by_itself(learned, heard, state)


def _said_to(learned: Match, heard: Said, state: State, *, of_it: bool) -> Say | None:
    """What sounds like another matter is a press away; None where it is one."""
    before = getattr(state, "asked", "")
    if _is_mumbling(learned, state, of_it=of_it):
        return not_understood(heard, before)
    if of_it and not _resembles_another(learned, heard, state):
        return of_this_matter(heard, before)
    sure = learned.decision is Decision.MATCH and not heard.spoken.asks_whether and not heard.spoken.had
    may_be_meant = sure or heard.spoken.by_itself
    asked_first = of_it or state.name in _UNDER_WAY or not may_be_meant
    return another_matter(learned, heard) if asked_first else None


def _resembles_another(learned: Match, heard: Said, state: State) -> bool:
    if learned.decision is not Decision.MATCH or _is_at_hand(learned, state) or heard.spoken.had:
        return False
    return heard.spoken.by_itself or learned.candidates[0].score >= _RESEMBLING


def _begins_anew(learned: Match, heard: Said, state: State) -> bool:
    """我要办医保 is a new matter wherever it is said, and so is 医保 while nothing has been begun yet."""
    if learned.decision is Decision.NONE or (heard.spoken.had and not isinstance(state, ChoosingItem)):
        return False
    if heard.spoken.wishes:
        return True
    if isinstance(state, ConsideringItem) and _is_bare(learned, heard) and not _is_at_hand(learned, state):
        return True
    return state.name not in _UNDER_WAY and _stands_by_itself(learned, heard, state)


def _is_bare(learned: Match, heard: Said) -> bool:
    """医保 is the name of something; 丢了 and 要体检吗 are said of something named before."""
    asks = heard.spoken.asks_whether or any(word in heard.text for word in _ASKING)
    longest = _BARE_WORD if learned.decision is Decision.MATCH else _BARE_WORD - 1
    return len(heard.text) <= longest and not asks and not _tells(heard.text)


def _stands_by_itself(learned: Match, heard: Said, state: State) -> bool:
    """Whether the words name a matter without those before them: another one, or one of the few that were offered."""
    if learned.decision is not Decision.MATCH:
        return False
    if _is_at_hand(learned, state):
        return heard.spoken.by_itself or (isinstance(state, ChoosingItem) and not heard.spoken.had)
    sure = learned.candidates[0].score >= _SURE
    return heard.spoken.by_itself or (sure and not heard.spoken.asks_whether)


async def _read_behind(heard: Said, wish: FindItem, state: State, desk: Desk) -> tuple[str, Match]:
    """The words before these, and what is found when these are read behind them; nothing, where there are none."""
    before = await _said_before(heard, state, desk)
    if not before:
        return "", Match(Decision.NONE)
    return before, await desk.catalogue.match(f"{before}，{heard.text}", wish.facts)


def _is_said_of_another(joined: Match, heard: Said, state: State) -> bool:
    """医保卡, and then 换一张: together they mean another item than the first word did."""
    return _tells(heard.text) and joined.decision is not Decision.NONE and not _is_at_hand(joined, state)


def _tells(text: str) -> bool:
    """Whether a few words say something of what was named before, rather than name it."""
    return len(text) <= _BARE_WORD and (text.startswith(_SAID_OF_IT) or text.endswith(("了", "过")))


async def _said_before(heard: Said, state: State, desk: Desk) -> str:
    """The words that led to the matter at hand; where these are few, its name before them, unless they are what is told of."""
    said = getattr(state, "asked", "")
    code = getattr(state, "service_code", None)
    if code is None or len(said) >= _TELLING or (said and _tells(heard.text)):
        return said
    return "，".join(filter(None, ((await desk.catalogue.show(code)).name, said)))


def _is_at_hand(match: Match, state: State) -> bool:
    """Whether the likeliest item is the one at hand, or one of the few that were offered."""
    best = match.candidates[0].service_code if match.candidates else None
    if isinstance(state, ChoosingItem):
        return best in dict(state.offered)
    return best is not None and best == getattr(state, "service_code", None)


def _is_mumbling(learned: Match, state: State, *, of_it: bool) -> bool:
    """Words in the middle of something that name no matter clearly: the thing at hand goes on, nothing is dropped."""
    if learned.decision is Decision.NONE and of_it:
        return True
    if learned.decision is Decision.MATCH or of_it:
        return False
    sure = learned.candidates[0].score if learned.candidates else 0.0
    return sure < _CLEAR or state.name in _UNDER_WAY
