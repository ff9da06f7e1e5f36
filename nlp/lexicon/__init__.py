"""Lexicon (词表): what the county's keepers may edit: concepts, empty phrases, and matters of no hall."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nlp.pieces import CHARS, Letters

_PAIR: Final = 2


@dataclass(frozen=True, slots=True)
class Concept:
    """概念: one meaning behind many words; `kind` is act, thing, who or where."""

    key: str
    kind: str


@dataclass(frozen=True, slots=True)
class Lexicon:
    """词表: terms with their concepts, and the words that say nothing or point elsewhere.

    `begins` are the characters that terms begin with, and `reach` is how long one may be by its first two. `later` are the acts
    that come after a first one: whoever does not name them hardly means them.
    """

    concepts: Mapping[str, Concept]
    terms: Mapping[str, tuple[str, ...]]
    begins: NDArray[np.bool_]
    reach: Mapping[str, int]
    filler: re.Pattern[str]
    outside: Mapping[str, str]
    any_outside: re.Pattern[str]
    later: frozenset[str]

    def met(self, letters: Letters, start: int = 0, end: int | None = None) -> list[tuple[int, str]]:
        """The terms that stand in texts, or between two places of them, and where: the longest at each place."""
        text, carried, reach = letters.whole, self.terms, self.reach.get
        places = self.begins.take(letters.codes[start:end], mode="clip").nonzero()[0] + start
        found: list[tuple[int, str]] = []
        for place in places.tolist():
            if place < start:
                continue
            longest = reach(text[place : place + _PAIR]) or reach(text[place], 0)
            for stop in range(place + longest, place, -1):
                if text[place:stop] in carried:
                    found.append((place, text[place:stop]))
                    start = stop
                    break
        return found

    def without_filler(self, text: str) -> str:
        """The text with empty phrases cut out; the text itself when nothing else was said."""
        kept = self.filler.sub(" ", text)
        return kept if kept.strip() else text

    def beyond(self, text: str) -> list[str]:
        """The words met that belong to matters no hall handles."""
        return [word for word in self.outside if word in text] if self.any_outside.search(text) else []


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))


def _closure(key: str, implied: Mapping[str, list[str]]) -> tuple[str, ...]:
    found = [key]
    for known in found:
        found.extend(other for other in implied.get(known, ()) if other not in found)
    return tuple(found)


def _terms(
    sections: Mapping[str, Mapping[str, list[str]]], implied: Mapping[str, list[str]]
) -> dict[str, tuple[str, ...]]:
    terms: dict[str, tuple[str, ...]] = {}
    for key, words in chain.from_iterable(section.items() for section in sections.values()):
        for word in words:
            terms[word] = tuple(dict.fromkeys((*terms.get(word, ()), *_closure(key, implied))))
    return terms


def _reach(terms: Iterable[str]) -> dict[str, int]:
    """How long a term may be that begins with a given pair of characters, or is but one character."""
    return {term[:_PAIR]: len(term) for term in sorted(terms, key=len)}


def _begins(terms: Iterable[str]) -> NDArray[np.bool_]:
    """Which codes of characters terms begin with."""
    begins = np.zeros(CHARS + 1, dtype=np.bool_)
    begins[[ord(term[0]) for term in terms]] = True
    return begins


def _alternation(words: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))


@cache
def lexicon() -> Lexicon:
    """The lexicon shipped with the product, read once."""
    sections = _read("concepts.toml")
    implied = sections.pop("implies")
    later = frozenset(sections.pop("later")["acts"])
    terms = _terms(sections, implied)
    concepts = {key: Concept(key, kind) for kind, section in sections.items() for key in section}
    outside = {word: topic for topic, section in _read("outside.toml").items() for word in section["words"]}
    return Lexicon(
        concepts,
        terms,
        _begins(terms),
        _reach(terms),
        _alternation(_read("filler.toml")["words"]),
        outside,
        _alternation(list(outside)),
        later,
    )
