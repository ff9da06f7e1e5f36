"""Visits (来办): whether somebody means to come on the day, or to the hall, that they name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from nlp.speech.days import DAY_WORDS
from nlp.speech.times import TIME_WORDS

_MEANS_TO: Final = r"(?:我|想|要|能|可以|打算|准备|就|再|不|方便|[,，\s])*"
_COMES: Final = r"(?:去|来|过来|到(?!期)|办|约|有空)"
_ON_A_DAY: Final = re.compile(
    rf"约(?:个|一下|一个|在|好)?\s*(?:{DAY_WORDS.pattern})"
    rf"|(?:{DAY_WORDS.pattern})(?:{TIME_WORDS.pattern}|的)*{_MEANS_TO}{_COMES}"
)


def plans_visit(text: str, place_names: Sequence[str] = ()) -> bool:
    """Whether a normalised sentence plans to come: 周六上午想去安文办, but not 12月3号丢了身份证.

    `place_names` are the ways in which the place it names is said.
    """
    if _ON_A_DAY.search(text):
        return True
    return any(f"{goes}{name}" in text for name in place_names for goes in ("去", "到", "来", "在"))


def without_visit(text: str, place_names: Sequence[str] = ()) -> str:
    """The sentence without the visit it plans, which is what names the matter: 办身份证 in 帮我约明天上午办身份证."""
    said = TIME_WORDS.sub(" ", DAY_WORDS.sub(" ", text))
    for name in place_names:
        said = re.sub(f"(?:去|到|来|在){name}", " ", said)
    return re.sub(r"(?:帮我|给我|我)?(?:想|要)?(?:预约|约)(?:个|一下|一个|在|好)?(?=\s|$)", " ", said).strip()
