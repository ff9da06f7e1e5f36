"""Visits (来办): whether somebody means to come on the day, or to the hall, that they name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from nlp.speech.days import DAY_WORDS
from nlp.speech.intents import LIGHT_WORDS
from nlp.speech.times import TIME_WORDS

_MEANS_TO: Final = r"(?:我|想|要|能|可以|打算|准备|就|再|不|方便|[,，\s])*"
_COMES: Final = r"(?:去|来|过来|到(?!期)|办|约|有空)"
_ON_A_DAY: Final = re.compile(
    rf"约(?:个|一下|一个|在|好)?\s*(?:{DAY_WORDS.pattern})"
    rf"|(?:{DAY_WORDS.pattern})(?:{TIME_WORDS.pattern}|的)*{_MEANS_TO}{_COMES}"
)


# What the county's own hall is called by those who live outside of the town.
_IN_TOWN: Final = ("县里", "县城", "县上", "县中心", "城里")
# How people are not exact about a time or a place.
_ROUND: Final = re.compile(
    r"以后|之后|以前|之前|左右|前后|之间|[那这](?:边|里)|附近|我?没空|[他她]|在家|最早的?|早点|能?(?:办|领|弄)(?=吗|不|么)|(?:随便|什么时候)?都?(?:行|可以|有空)"
)
# What befalls people and papers; the day it did so is none to come on.
_BEFELL: Final = re.compile(
    rf"(?:{DAY_WORDS.pattern})[^,，。]{{0,4}}?(?:丢|掉|偷|走|去世|过世|病故|出生|生|摔|撞|结婚|离婚|住院|出院|搬|到期|过期)(?:的|了|过)"
)


def befell(text: str) -> bool:
    """Whether the day that a normalised sentence names is one on which something happened: 12月3号丢的."""
    return bool(_BEFELL.search(text))


def plans_visit(text: str, place_names: Sequence[str] = ()) -> bool:
    """Whether a normalised sentence plans to come: 周六上午想去安文办, but not 12月3号丢了身份证.

    `place_names` are the ways in which the place it names is said.
    """
    if _ON_A_DAY.search(text):
        return True
    names = (*place_names, *_IN_TOWN)
    return any(f"{goes}{name}" in text for name in names for goes in ("去", "到", "来", "在"))


def without_visit(text: str, place_names: Sequence[str] = ()) -> str:
    """The sentence without the visit it plans, which is what names the matter: 办身份证 in 帮我约明天上午办身份证."""
    said = TIME_WORDS.sub(" ", DAY_WORDS.sub(" ", text))
    for name in (*place_names, *_IN_TOWN):
        said = re.sub(f"(?:去|到|来|在){name}", " ", said)
    return re.sub(r"(?:帮我|给我|我)?(?:想|要)?(?:预约|约)(?:个|一下|一个|在|好)?(?=\s|$)", " ", said).strip()


def only_when(text: str, place_names: Sequence[str] = ()) -> bool:
    """Whether a normalised sentence names a day or an hour, perhaps a hall beside it, and nothing else."""
    rest = TIME_WORDS.sub(" ", DAY_WORDS.sub(" ", text))
    return rest != text and _is_spent(_without_places(rest, place_names))


def only_where(text: str, place_names: Sequence[str] = ()) -> bool:
    """Whether a normalised sentence names a hall, by one of its names or as 县里, and nothing else."""
    rest = _without_places(text, place_names)
    return rest != text and _is_spent(rest)


def _without_places(text: str, place_names: Sequence[str]) -> str:
    return re.sub("|".join(map(re.escape, (*place_names, *_IN_TOWN))), "", text)


def _is_spent(rest: str) -> bool:
    """Whether what is left of a sentence says nothing by itself."""
    return not LIGHT_WORDS.sub("", _ROUND.sub("", rest))
