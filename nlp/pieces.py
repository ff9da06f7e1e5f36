"""Pieces (碎片): what texts are made of, found by arithmetic on their characters.

A gram or a pair of syllables is a whole number, not a string: one sentence is looked up at once, in an array a tenth as large as a
dictionary. Looking up a hundred strings was measured to take a seventh of an answer, most of it waiting for memory.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from nlp.postings import Bag, Counts, Floats, Places, ascending, changes, end_to_end, laid
from nlp.sounds import syllable_table

# One letter out of a class comes first, not a choice of two: Chinese is passed over four times as fast.
_OTHER: Final = re.compile(r"[a-z0-9](?:(?<=[a-z])[a-z]*|[0-9]*)")
# Keys of single characters are below the first of these, those of pairs below the second, and so on.
CHARS, _SOUNDS, _OTHERS = 1 << 16, 1 << 32, 1 << 40
_READ: Final = 11
_STRANGE_CHAR, _STRANGE_PIECE = 0, np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Pieces:
    """碎片: text i holds the terms numbers[starts[i]:starts[i + 1]]."""

    starts: Places
    numbers: Places

    @classmethod
    def sorted(cls, owners: Places, numbers: Places, texts: int) -> Self:
        """From the number of a text and of a term for each occurrence, in any order."""
        order = ascending(owners)
        starts = np.concatenate(([0], np.bincount(owners, minlength=texts).cumsum()))
        return cls(starts, numbers[order])

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """The texts of all parts, in order."""
        before = np.cumsum([0, *(len(part.numbers) for part in parts)])
        return cls(
            end_to_end([part.starts for part in parts], before),
            np.concatenate([part.numbers for part in parts]),
        )

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

    def renumbered(self, terms: Places) -> Pieces:
        """The same of other terms: each stands for the one of its number."""
        return Pieces(self.starts, terms[self.numbers])

    def through(self, parts: Pieces) -> Pieces:
        """What every text holds of what its terms hold, where these are parts made of other terms."""
        ends = np.concatenate(([0], parts.lengths(self.numbers).cumsum()))
        return Pieces(ends[self.starts], parts.within(self.numbers))

    def distinct(self) -> Pieces:
        """The same, each term once in a text."""
        owners = self.owners()
        keys = owners * (int(self.numbers.max(initial=0)) + 1) + self.numbers
        order = ascending(keys)
        kept = order[changes(keys[order])]
        return Pieces.sorted(owners[kept], self.numbers[kept], len(self))


@dataclass(frozen=True, slots=True)
class Found:
    """所见: pieces as they stand in texts: the key of each, and the place of the letter it begins with."""

    keys: Places
    places: Places


@dataclass(frozen=True, slots=True)
class Letters:
    """The characters of texts end to end, a mark that belongs to no word after each: which are Chinese, and where two of these meet."""

    texts: Sequence[str]
    whole: str
    codes: Places
    han: NDArray[np.bool_]
    pairs: Places

    @classmethod
    def of(cls, texts: Sequence[str]) -> Self:
        """The letters of normalised texts."""
        whole = "\n".join([*texts, ""])
        codes = np.frombuffer(whole.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.int64)
        han = _HAN.take(codes, mode="clip")
        return cls(texts, whole, codes, han, (han[:-1] & han[1:]).nonzero()[0])

    def grams(self) -> Found:
        """Single characters and pairs of neighbours of every Chinese run; whole Latin words and numbers."""
        singles, pairs = self.han.nonzero()[0], self.pairs
        others = list(_OTHER.finditer(self.whole))
        written = np.array([_key(other.group()) for other in others], dtype=np.int64)
        begins = np.array([other.start() for other in others], dtype=np.int64)
        return Found(
            np.concatenate((self.codes[singles], self.written(pairs), written)),
            np.concatenate((singles, pairs, begins)),
        )

    def written(self, pairs: Places) -> Places:
        """The keys of pairs of characters, by their places."""
        return self.codes[pairs] * CHARS + self.codes[pairs + 1]

    def heard(self, pairs: Places) -> Places:
        """The keys of what pairs of Chinese characters sound like, by their places."""
        size, table = syllable_table()
        return table[self.codes[pairs]] * size + table[self.codes[pairs + 1]] + _SOUNDS

    def sounds(self) -> Found:
        """The pairs of neighbouring syllables of every Chinese run."""
        return Found(self.heard(self.pairs), self.pairs)

    def owners(self, places: Places) -> Places:
        """The text that each place is in."""
        return np.arange(len(self.texts)).repeat([len(text) + 1 for text in self.texts])[places]

    def pieces(self, found: Found) -> tuple[Places, Pieces]:
        """The distinct keys of what was found, ascending; and what every text holds by their numbers, as often as it occurs."""
        order = ascending(found.keys)
        keys = found.keys[order]
        firsts = changes(keys)
        owners = self.owners(found.places)[order]
        return keys[firsts], Pieces.sorted(owners, firsts.cumsum() - 1, len(self.texts))


@dataclass(frozen=True, slots=True)
class Keys:
    """键: the pieces an index knows, as ascending whole numbers; the term of a piece is its place among them.

    The first term stands for any character that it does not know, the last for any longer piece. Nobody holds these two.
    """

    known: Places

    @classmethod
    def of(cls, *met: Places) -> Self:
        """Whatever was met."""
        # np.unique hashes whole numbers: sorting them was measured ten times as fast, and merging those that ascend four times again.
        keys = np.sort(np.concatenate(((_STRANGE_CHAR,), *met, (_STRANGE_PIECE,))), kind="stable")
        return cls(keys[changes(keys)])

    def __len__(self) -> int:
        return len(self.known)

    @property
    def are_characters(self) -> NDArray[np.bool_]:
        """Which terms are but one character."""
        return self.known < CHARS

    @property
    def are_sounds(self) -> NDArray[np.bool_]:
        """Which terms are pairs of syllables."""
        return (self.known >= _SOUNDS) & (self.known < _OTHERS)

    def know(self, keys: Places) -> NDArray[np.bool_]:
        """Which of these pieces are known."""
        known: NDArray[np.bool_] = self.known[self.known.searchsorted(keys)] == keys
        return known

    def terms(self, keys: Places) -> Places:
        """The term of each piece."""
        places = self.known.searchsorted(keys)
        strange: Places = (keys >= CHARS) * (len(self.known) - 1)
        return np.where(self.known[places] == keys, places, strange)

    def bags(self, keys: Places, weights: Floats) -> list[Bag]:
        """A bag for every line of weights: the pieces that weigh anything in it, each once, with the greatest of its weights."""
        order = keys.argsort()
        keys = keys[order]
        firsts = changes(keys).nonzero()[0]
        terms = self.terms(keys[firsts])
        most = np.maximum.reduceat(weights.take(order, axis=1), firsts, axis=1)
        return [Bag(terms[held], line[held]) for line, held in ((line, line.nonzero()[0]) for line in most)]


def _key(word: str) -> int:
    """The number of a Latin word or a number, by its first eleven characters."""
    key = int(f"1{word[:_READ]}", 36)
    return key if len(word) == 1 else key + _OTHERS


def _are_han() -> NDArray[np.bool_]:
    """Which of the codes up to that which stands for all others are Chinese characters."""
    codes = np.arange(CHARS + 1)
    are_han: NDArray[np.bool_] = ((codes >= 0x3400) & (codes <= 0x9FFF)) | (codes == 0x3007)  # noqa: PLR2004 - the blocks of Unicode
    return are_han


_HAN: Final = _are_han()
