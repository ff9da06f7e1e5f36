"""Likeness (问得像): which of a few written questions somebody's words ask again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from nlp.speech.intents import LIGHT_WORDS
from nlp.text import normalise

_ASKING: Final = re.compile(
    r"怎么办|怎么样|怎么|怎样|如何|请问|问一下|什么|哪些|哪里|多少|几|多久|需要|必须|一定|不|没"
)
_ENOUGH: Final = 0.5
_AHEAD: Final = 0.08
_FEWEST: Final = 2
_WRITTEN: Final = 8192


def closest(text: str, sentences: Sequence[str], subject: Sequence[str] = ()) -> int | None:
    """The place of the sentence that says the same in mostly the same words, or None: unclear is no answer.

    Measured by the pairs of neighbouring characters both have (Dice 1945: 2·|A∩B| / (|A|+|B|)), without light words and
    without the names of the subject: whoever says only these has asked none of the questions about it.
    """
    names = frozenset(pair for name in subject for pair in _written(name))
    own = _pairs(normalise(text)) - names
    if len(own) < _FEWEST:
        return None
    likes = sorted(
        ((_dice(own, _written(sentence) - names), -place) for place, sentence in enumerate(sentences)),
        reverse=True,
    )
    if not likes or likes[0][0] < _ENOUGH:
        return None
    if len(likes) > 1 and likes[0][0] - likes[1][0] < _AHEAD:
        return None
    return -likes[0][1]


@lru_cache(maxsize=_WRITTEN)
def _written(text: str) -> frozenset[str]:
    """The pairs of what the catalogue says; what people say is not kept."""
    return _pairs(normalise(text))


def _pairs(text: str) -> frozenset[str]:
    said = LIGHT_WORDS.sub("", _ASKING.sub(" ", text)).replace(" ", "")
    return frozenset(said[at : at + 2] for at in range(len(said) - 1)) or frozenset(said)


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0
