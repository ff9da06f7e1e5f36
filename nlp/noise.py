"""Noise (同音误写): sentences as voice input or a hurried finger writes them, for training and for tests."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from random import Random
from typing import Final

from nlp.pieces import Letters
from nlp.sounds import toneless
from nlp.words import common_words, content_words, dictionary

_COMMON: Final = 200
_COMMON_CHARS: Final = 2000


@cache
def _alike() -> dict[str, list[str]]:
    """Common words by their toneless sound, without accent folding."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for word in common_words(_COMMON):
        groups[toneless(word)].append(word)
    return dict(groups)


@cache
def _single() -> dict[str, list[str]]:
    """The characters of common words by their toneless sound."""
    groups: defaultdict[str, set[str]] = defaultdict(set)
    for char in {char for word in common_words(_COMMON_CHARS) for char in word}:
        groups[toneless(char)].add(char)
    return {sound: sorted(chars) for sound, chars in groups.items()}


def mistyped(text: str, count: int, chance: Random) -> str:
    """The text with about `count` of its characters replaced by common ones of the same toneless sound."""
    for place in sorted(chance.sample(range(len(text)), min(count, len(text)))):
        others = [char for char in _single().get(toneless(text[place]), ()) if char != text[place]]
        if others:
            text = text[:place] + chance.choice(others) + text[place + 1 :]
    return text


def misheard(text: str, share: float, chance: Random) -> str:
    """The text with about `share` of its words replaced by other common words of the same toneless sound."""
    for word in content_words(dictionary().cut(Letters.of((text,)))):
        if chance.random() >= share:
            continue
        others = [other for other in _alike().get(toneless(word), ()) if other != word]
        if others:
            text = text.replace(word, chance.choice(others), 1)
    return text
