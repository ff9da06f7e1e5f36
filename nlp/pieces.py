"""Pieces (碎片): what many texts are made of, found in one pass over all of them.

The same grams and sounds as `text.grams` and `sounds.sound_grams` give for one sentence; an index has ten thousand texts, and
going through them one by one took most of a start.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from nlp.postings import Counts, Places, Terms, laid
from nlp.sounds import syllable_table

_OTHER: Final = re.compile(r"[a-z]+|[0-9]+")
_FIRST_HAN, _LAST_HAN, _ZERO_HAN = 0x3400, 0x9FFF, 0x3007
_CHARS: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Pieces:
    """碎片: text i holds the terms numbers[starts[i]:starts[i + 1]]."""

    starts: Places
    numbers: Places

    @classmethod
    def of(cls, held: Iterable[Sequence[int]]) -> Self:
        """From one sequence of term numbers for each text."""
        rows = list(held)
        starts = np.cumsum([0, *map(len, rows)])
        return cls(starts, np.fromiter(chain.from_iterable(rows), np.int64, int(starts[-1])))

    @classmethod
    def sorted(cls, owners: Places, numbers: Places, texts: int) -> Self:
        """From the number of a text and of a term for each occurrence, in any order."""
        order = np.argsort(owners, kind="stable")
        starts = np.concatenate(([0], np.bincount(owners, minlength=texts).cumsum()))
        return cls(starts, numbers[order])

    def __len__(self) -> int:
        return len(self.starts) - 1

    def owners(self) -> Places:
        """The text of every occurrence."""
        return np.arange(len(self)).repeat(np.diff(self.starts))

    def counts(self) -> Counts:
        """How often every text holds each term."""
        return Counts.summed(self.numbers, self.owners(), np.ones(len(self.numbers)), len(self))

    def lengths(self, texts: Places) -> Places:
        """How many terms each of these texts holds."""
        held: Places = self.starts[texts + 1] - self.starts[texts]
        return held

    def within(self, texts: Places) -> Places:
        """The term numbers of these texts, end to end."""
        return self.numbers[laid(self.starts[texts], self.lengths(texts))]

    def chosen(self, texts: Places) -> Pieces:
        """The same of these texts alone, in their order."""
        return Pieces(np.concatenate(([0], self.lengths(texts).cumsum())), self.within(texts))

    def distinct(self) -> Pieces:
        """The same, each term once in a text."""
        size = int(self.numbers.max(initial=0)) + 1
        # np.unique hashes whole numbers: sorting them was measured ten times as fast.
        keys = np.sort(self.owners() * size + self.numbers)
        owners, numbers = np.divmod(keys[np.diff(keys, prepend=-1) != 0], size)
        return Pieces.sorted(owners, numbers, len(self))


@dataclass(frozen=True, slots=True)
class Letters:
    """The characters of many texts end to end: the code of each, the text it stands in, and whether it is Chinese."""

    whole: str
    codes: Places
    owners: Places
    han: NDArray[np.bool_]
    texts: int

    @classmethod
    def of(cls, texts: Sequence[str]) -> Self:
        """The letters of normalised texts, with a mark that belongs to no word after each."""
        whole = "\n".join([*texts, ""])
        codes = np.frombuffer(whole.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.int64)
        owners = np.repeat(np.arange(len(texts)), np.array([len(text) + 1 for text in texts], dtype=np.int64))
        han = ((codes >= _FIRST_HAN) & (codes <= _LAST_HAN)) | (codes == _ZERO_HAN)
        return cls(whole, codes, owners, han, len(texts))

    def grams(self, terms: Terms) -> Pieces:
        """The grams of every text, each as often as it occurs; new ones are learnt."""
        pairs = (self.han[:-1] & self.han[1:]).nonzero()[0]
        singles = self.han.nonzero()[0]
        keys = np.concatenate((self.codes[singles], self.codes[pairs] * _CHARS + self.codes[pairs + 1]))
        met, numbers = np.unique(keys, return_inverse=True)
        learnt = np.array(terms.learn(map(_written, met.tolist())), dtype=np.int64)
        others = list(_OTHER.finditer(self.whole))
        places = np.array([other.start() for other in others], dtype=np.int64)
        more = np.array(terms.learn(other.group() for other in others), dtype=np.int64)
        owners = self.owners[np.concatenate((singles, pairs, places))]
        return Pieces.sorted(owners, np.concatenate((learnt[numbers], more)), self.texts)

    def sounds(self, terms: Terms) -> Pieces:
        """The pairs of neighbouring syllables of every text; new ones are learnt."""
        syllables, table = syllable_table()
        runs = (~self.han).cumsum()
        heard = (self.han & (table[np.minimum(self.codes, _CHARS - 1)] >= 0)).nonzero()[0]
        joined = (runs[heard[:-1]] == runs[heard[1:]]).nonzero()[0]
        sounds = table[self.codes[heard]]
        size = len(syllables)
        met, numbers = np.unique(sounds[joined] * size + sounds[joined + 1], return_inverse=True)
        names = (f"{syllables[key // size]} {syllables[key % size]}" for key in met.tolist())
        learnt = np.array(terms.learn(names), dtype=np.int64)
        return Pieces.sorted(self.owners[heard[joined]], learnt[numbers], self.texts)


def _written(key: int) -> str:
    """The character or pair of characters of a key."""
    return chr(key) if key < _CHARS else chr(key // _CHARS) + chr(key % _CHARS)
