"""Words (分词): the dictionary of jieba and the lexicon, cut by greatest likelihood.

The dictionary is read as the file it is. Importing jieba itself loads the tables of its guesser for unknown names,
which are not used here: that would be a third of the matcher's start.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from math import inf, log
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from nlp.lexicon import lexicon
from nlp.pieces import CHARS, Letters
from nlp.postings import Floats, Places, ascending, changes, laid, numbered

_LEXICON_FREQUENCY: Final = 2000
_RAREST: Final = 16.0
_LONGEST_KEY: Final = 4
_LENGTHS: Final = np.array((4, 3, 2))
_BITS, _CODES = 15, 1 << 16
_DIGIT, _TWO = (1 << _BITS) - 1, (1 << 2 * _BITS) - 1
_FIRST, _NO_LETTER, _END = 0x3000, 0x7FFF, np.iinfo(np.int64).max
_CONTENT: Final = re.compile(r"[\u3400-\u9fff]{2,}|[a-z]{2,}|\d{3,}")
# The first letter by itself: Chinese is passed over twice as fast.
_OTHER: Final = re.compile(r"[a-z0-9][a-z0-9]*")
# Words that the dictionary counts less than eight times are left out: two thirds of it, and hardly ever met.
_FEWEST: Final = b"8"


@dataclass(frozen=True, slots=True)
class Cut:
    """分词: words as they stand in texts: where each begins, and the logarithm of how likely it is in general Chinese."""

    begins: list[int]
    words: list[str]
    likely: list[float]


@dataclass(frozen=True, slots=True)
class Dictionary:
    """词典: how likely words are in general Chinese, as logarithms; one that was never counted is as likely as -`whole`.

    Words of two to four characters are numbers in ascending order, fifteen bits for each character from the left: those that
    begin alike stand side by side. Longer ones, and what is no Chinese, are kept as they are (`others`); the first four characters
    of longer ones are numbers as well, and `reach` is how long a word may be that begins with them. As a dictionary of
    Python all this took four times the memory, and a sentence waited for that.
    """

    keys: Places
    likely: Floats
    singles: Floats
    others: Mapping[str, float]
    reach: Mapping[str, int]
    whole: float

    @classmethod
    def of(cls, words: Sequence[str], counts: Places) -> Self:
        """The dictionary of these words; for one that stands there twice the greater count holds."""
        letters, lengths = Letters.of(words), np.fromiter(map(len, words), np.int64, len(words))
        begins = (lengths + 1).cumsum() - lengths - 1
        chinese = np.add.reduceat(letters.han, begins, dtype=np.int64) == lengths
        alone, is_long = chinese & (lengths == 1), lengths > _LONGEST_KEY
        singles = np.zeros(_CODES, dtype=np.int64)
        np.maximum.at(singles, letters.codes[begins[alone]], counts[alone])
        keyed = (chinese & ~alone).nonzero()[0]
        keys = _keys(letters, begins[keyed], lengths[keyed])
        order = ascending(keys)
        firsts = changes(keys[order]).nonzero()[0]
        told = np.maximum.reduceat(np.where(is_long, 0, counts)[keyed[order]], firsts)
        others = _greatest(words, counts, is_long | ~chinese)
        longer = [words[long] for long in (is_long & chinese).nonzero()[0].tolist()]
        whole = log(int(singles.sum() + told.sum()) + sum(others.values()))
        return cls(
            keys=np.append(keys[order][firsts], _END),
            likely=np.append(np.where(told > 0, np.log(np.maximum(told, 1)) - whole, -inf), -inf),
            singles=np.log(np.maximum(singles, 1)) - whole,
            others={word: log(count) - whole for word, count in others.items()},
            reach={word[:_LONGEST_KEY]: len(word) for word in sorted(longer, key=len)},
            whole=whole,
        )

    def cut(self, letters: Letters, end: int | None = None) -> Cut:
        """The likeliest words of every Chinese run, and after them the runs of Latin letters and digits.

        Only up to `end`, where it is given; no run may go beyond.
        """
        size = len(letters.codes) if end is None else end
        stops, likely = self._stops(letters, size)
        begins, place = list[int](), 0
        for begin in letters.han[:size].nonzero()[0].tolist():
            if begin >= place:
                begins.append(begin)
                place = stops[begin]
        others = list(_OTHER.finditer(letters.whole, 0, size))
        said = [other.group() for other in others]
        return Cut(
            [*begins, *(other.start() for other in others)],
            [*(letters.whole[begin : stops[begin]] for begin in begins), *said],
            [*(likely[begin] for begin in begins), *(self.others.get(other, -self.whole) for other in said)],
        )

    def pairs(self) -> Places:
        """The keys of the pairs of Chinese characters that stand in its words side by side, ascending."""
        digits = np.concatenate([self.keys[:-1] >> back * _BITS & _TWO for back in range(_LONGEST_KEY - 1)])
        digits = digits[digits & _DIGIT > 0]
        others = Letters.of(list(self.others))
        first, second = (digits >> _BITS) + _FIRST, (digits & _DIGIT) + _FIRST
        return numbered(np.append(first * CHARS + second, others.written(others.pairs)))[0]

    def likelihood(self, text: str) -> float:
        """How likely general Chinese is to hold a text, cut into its likeliest words: the logarithm, never above 0."""
        return sum(self.cut(Letters.of((text,))).likely)

    def term_likelihood(self, term: str) -> float:
        """The same of a term of this field: not below that of the lexicon's, whether general Chinese knows it or not."""
        return max(self.likelihood(term), log(_LEXICON_FREQUENCY) - self.whole)

    def _stops(self, letters: Letters, size: int) -> tuple[list[int], list[float]]:
        """Where the likeliest word stops that begins at each Chinese character, and how likely it is (Viterbi, from the end)."""
        begins, ends, chances = self._met(letters, size)
        likely: list[float] = self.singles.take(letters.codes[:size], mode="clip").tolist()
        best = [0.0] * (size + 1)
        stops = [0] * size
        met = len(begins) - 1
        for place in letters.han[:size].nonzero()[0][::-1].tolist():
            stop = place + 1
            top = likely[place] + best[stop]
            while met >= 0 and begins[met] == place:
                chance = chances[met] + best[ends[met]]
                if chance > top:
                    top, stop, likely[place] = chance, ends[met], chances[met]
                met -= 1
            best[place], stops[place] = top, stop
        return stops, likely

    def _met(self, letters: Letters, size: int) -> tuple[list[int], list[int], list[float]]:
        """Words of two characters and more: where they begin and end, and how likely they are; by beginnings, the longest first."""
        places = letters.pairs[: letters.pairs.searchsorted(size)]
        digits = np.where(letters.han, letters.codes - _FIRST, _NO_LETTER)
        two = digits[places] << 3 * _BITS | digits[places + 1] << 2 * _BITS
        three = two | digits.take(places + 2, mode="clip") << _BITS
        four = three | digits.take(places + 3, mode="clip")
        keys = np.concatenate((four, three, two))
        at = self.keys.searchsorted(keys)
        met = (self.keys[at] == keys).nonzero()[0]
        begins = np.concatenate((places, places, places))[met]
        ends = begins + _LENGTHS.repeat(len(places))[met]
        likely = self.likely[at[met]]
        if longer := self._longer(letters.whole, begins[: met.searchsorted(len(places))]):
            begins, ends, likely = map(np.append, zip(*longer, strict=True), (begins, ends, likely))
        order = begins.argsort(kind="stable")
        return begins[order].tolist(), ends[order].tolist(), likely[order].tolist()

    def _longer(self, text: str, heads: Places) -> list[tuple[int, int, float]]:
        """The same of words too long for a number, from where their first four characters stand."""
        return [
            (begin, end, chance)
            for begin in heads.tolist()
            for end in range(self._reach(text, begin), begin + _LONGEST_KEY, -1)
            if (chance := self.others.get(text[begin:end])) is not None
        ]

    def _reach(self, text: str, begin: int) -> int:
        """Where the longest word may end that begins there."""
        return min(begin + self.reach.get(text[begin : begin + _LONGEST_KEY], 0), len(text))


def _keys(letters: Letters, begins: Places, lengths: Places) -> Places:
    """The numbers of the first four characters, or fewer, of words that begin and are as long as that."""
    keys = np.zeros(len(begins), dtype=np.int64)
    for place in range(_LONGEST_KEY):
        digits = letters.codes.take(begins + place, mode="clip") - _FIRST
        keys = keys << _BITS | np.where(place < lengths, digits, 0)
    return keys


def _greatest(words: Sequence[str], counts: Places, chosen: NDArray[np.bool_]) -> dict[str, int]:
    """Each of the chosen words with its greatest count."""
    places = chosen.nonzero()[0]
    places = places[ascending(counts[places])]
    return {
        words[place]: count for place, count in zip(places.tolist(), counts[places].tolist(), strict=True)
    }


def _counted() -> tuple[list[str], Places]:
    """The words of jieba's dictionary, and after them the terms of the lexicon; with their counts."""
    spec = find_spec("jieba")
    if spec is None or spec.origin is None:
        message = "jieba is not installed: its dictionary is needed"
        raise ModuleNotFoundError(message)
    lines = np.frombuffer(Path(spec.origin).with_name("dict.txt").read_bytes(), np.uint8)
    # Each line is a word, its count and a tag. Reading only the bytes of words that are kept takes half the time of a pattern.
    after_word, after_count, end = (lines <= ord(" ")).nonzero()[0].reshape(-1, 3).T.copy()
    often = (after_count - after_word > len(_FEWEST) + 1) | (lines[after_word + 1] >= ord(_FEWEST))
    begins, after_word, after_count = (
        np.append(0, end[:-1] + 1)[often],
        after_word[often],
        after_count[often],
    )
    words = lines[laid(begins, after_word + 1 - begins)].tobytes().decode().split()
    counts = _number(lines, after_word + 1, after_count)
    terms = list(lexicon().terms)
    return words + terms, np.append(counts, np.full(len(terms), _LEXICON_FREQUENCY))


def _number(text: NDArray[np.uint8], begins: Places, ends: Places) -> Places:
    """The numbers that are written there in a text, in digits from one place to another."""
    numbers = np.zeros(len(begins), dtype=np.int64)
    for place in range(int((ends - begins).max())):
        numbers = np.where(begins + place < ends, numbers * 10 + text[begins + place] - ord("0"), numbers)
    return numbers


@cache
def dictionary() -> Dictionary:
    """The dictionary of general Chinese and of the lexicon, read once."""
    return Dictionary.of(*_counted())


def content_words(found: Cut) -> dict[str, float]:
    """The distinct words that carry content, in order, with how rare each is in general Chinese: 0 (everywhere) to 1 (never seen).

    They are two characters or more, Latin words, long numbers.
    """
    said = sorted(zip(found.begins, found.words, found.likely, strict=True))
    return {word: rarity(likely) for _, word, likely in said if tells(word)}


def rarity(likely: float) -> float:
    """How surprising a word is that is so likely, 0 (everywhere) to 1 (never seen)."""
    return min(-likely, _RAREST) / _RAREST


def tells(word: str) -> bool:
    """Whether a word carries content."""
    return len(word) > 1 and _CONTENT.fullmatch(word) is not None


def common_words(least: int) -> list[str]:
    """Words of two characters or more that general Chinese uses at least `least` times in jieba's counts."""
    counted = dict[str, int]()
    for word, count in zip(*_counted(), strict=True):
        counted[word] = max(counted.get(word, 0), int(count))
    return [word for word, count in counted.items() if count >= least and len(word) > 1]
