"""Words (分词): the dictionary of jieba and the lexicon, cut by greatest likelihood.

The dictionary is read as the file it is. Importing jieba itself loads the tables of its guesser for unknown names,
which are not used here: that would be a third of the matcher's start.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from math import log
from pathlib import Path
from typing import Final, Self

import numpy as np

from nlp.lexicon import lexicon
from nlp.pieces import Letters, Pieces
from nlp.postings import Terms

_LEXICON_FREQUENCY: Final = 2000
_RAREST: Final = 16.0
_PAIR: Final = 2
_CODES: Final = 1 << 16
_CONTENT: Final = re.compile(r"[\u3400-\u9fff]{2,}|[a-z]{2,}|\d{3,}")
_RUN: Final = re.compile(r"[\u3007\u3400-\u9fff]+|[a-z0-9]+|[^\u3007\u3400-\u9fffa-z0-9]+")
_OTHER: Final = re.compile(r"[a-z0-9]+")
_CJK: Final = re.compile(r"[\u3007\u3400-\u9fff]")
# Words that the dictionary counts less than eight times are left out: two thirds of it, and hardly ever met.
_FEWEST: Final = b"8"


@dataclass(frozen=True, slots=True)
class Dictionary:
    """词典: how often words occur in general Chinese, and how long a word may be that begins with a given pair.

    `whole` is the logarithm of all occurrences. Likelihoods are kept of single characters alone: a second table of a hundred
    thousand words would cost more memory and cache than the few logarithms of a sentence cost time.
    """

    counts: dict[str, int]
    singles: dict[str, float]
    reach: dict[str, int]
    whole: float

    @classmethod
    def of(cls, counts: dict[str, int]) -> Self:
        """The dictionary of these counts."""
        reach: dict[str, int] = {}
        for word in counts:
            length = len(word)
            if length >= _PAIR and length > reach.get(word[:_PAIR], 0):
                reach[word[:_PAIR]] = length
        whole = log(sum(counts.values()))
        singles = {word: log(count) - whole for word, count in counts.items() if len(word) == 1}
        return cls(counts, singles, reach, whole)

    def cut(self, run: str) -> list[str]:
        """The likeliest words of a run of Chinese characters."""
        ends, _ = self._likeliest(run)
        pieces: list[str] = []
        place = 0
        while place < len(run):
            pieces.append(run[place : ends[place]])
            place = ends[place]
        return pieces

    def likelihood(self, run: str) -> float:
        """The logarithm of the likelihood of a run of Chinese characters, cut into its likeliest words."""
        return self._likeliest(run)[1]

    def _likeliest(self, run: str) -> tuple[list[int], float]:
        """Where the word ends that begins at each character, and the likelihood of the whole (Viterbi, from its end)."""
        count, single, reach = self.counts.get, self.singles.get, self.reach.get
        whole, size = self.whole, len(run)
        best = [0.0] * (size + 1)
        ends = [0] * size
        for place in range(size - 1, -1, -1):
            end = place + 1
            top = single(run[place], -whole) + best[end]
            longest = reach(run[place : place + _PAIR])
            if longest is not None:
                for stop in range(place + _PAIR, min(place + longest, size) + 1):
                    met = count(run[place:stop])
                    if met is not None and (likely := log(met) - whole + best[stop]) > top:
                        top, end = likely, stop
            best[place], ends[place] = top, end
        return ends, best[0]

    def ends(self, letters: Letters) -> list[int]:
        """Where the word ends that begins at each Chinese character of many texts, as `cut` finds it in every run."""
        count, whole, text = self.counts.get, self.whole, letters.whole
        alone, longest = self._alone(letters), self._longest(letters)
        best = [0.0] * (len(alone) + 1)
        ends = [0] * len(alone)
        for place in letters.han.nonzero()[0][::-1].tolist():
            end = place + 1
            top = alone[place] + best[end]
            for stop in range(place + _PAIR, place + longest[place] + 1):
                met = count(text[place:stop])
                if met is not None and (likely := log(met) - whole + best[stop]) > top:
                    top, end = likely, stop
            best[place], ends[place] = top, end
        return ends

    def _alone(self, letters: Letters) -> list[float]:
        """How likely every Chinese character is as a word by itself."""
        likely = np.full(_CODES, -self.whole)
        likely[[ord(single) for single in self.singles]] = list(self.singles.values())
        told: list[float] = likely[letters.codes * letters.han].tolist()
        return told

    def _longest(self, letters: Letters) -> list[int]:
        """How long a word may be that begins at each character, within its run of Chinese ones; 0 for one that begins none."""
        pairs, gaps = (letters.han[:-1] & letters.han[1:]).nonzero()[0], (~letters.han).nonzero()[0]
        keys = letters.codes[pairs] * _CODES + letters.codes[pairs + 1]
        met, numbers = np.unique(keys, return_inverse=True)
        reach = [self.reach.get(chr(key // _CODES) + chr(key % _CODES), 0) for key in met.tolist()]
        longest = np.zeros(len(letters.codes), dtype=np.int64)
        longest[pairs] = np.array(reach, dtype=np.int64)[numbers]
        longest[pairs] = np.minimum(longest[pairs], gaps[gaps.searchsorted(pairs)] - pairs)
        told: list[int] = longest.tolist()
        return told

    def rarity(self, word: str) -> float:
        """How surprising a word is, 0 to 1."""
        return min(self.whole - log(self.counts.get(word, 1)), _RAREST) / _RAREST


def _counted() -> dict[str, int]:
    """The words of jieba's dictionary with their counts."""
    spec = find_spec("jieba")
    if spec is None or spec.origin is None:
        message = "jieba is not installed: its dictionary is needed"
        raise ModuleNotFoundError(message)
    lines = np.frombuffer(Path(spec.origin).with_name("dict.txt").read_bytes(), np.uint8)
    # Each line is a word, its count and a tag. Reading only the bytes of words that are kept takes half the time of a pattern.
    after_word, after_count, end = (lines <= ord(" ")).nonzero()[0].reshape(-1, 3).T
    often = (after_count - after_word > len(_FEWEST) + 1) | (lines[after_word + 1] >= ord(_FEWEST))
    parts = lines[often.repeat(np.diff(end, prepend=-1))].tobytes().decode().split()
    return dict(zip(parts[0::3], map(int, parts[1::3]), strict=True))


@cache
def _dictionary() -> Dictionary:
    counts = _counted()
    for term in lexicon().terms:
        counts[term] = max(counts.get(term, 0), _LEXICON_FREQUENCY)
    return Dictionary.of(counts)


def cut(text: str) -> list[str]:
    """All pieces of a normalised text, words and single characters, in order; they join to the text."""
    split = _dictionary().cut
    pieces: list[str] = []
    for run in _RUN.findall(text):
        if _CJK.match(run):
            pieces.extend(split(run))
        else:
            pieces.append(run)
    return pieces


def likelihood(run: str) -> float:
    """How likely general Chinese is to hold a run of Chinese characters: the logarithm, never above 0."""
    return _dictionary().likelihood(run)


def term_likelihood(term: str) -> float:
    """The same of a term of this field: not below that of the lexicon's, whether general Chinese knows it or not."""
    book = _dictionary()
    return max(book.likelihood(term), log(_LEXICON_FREQUENCY) - book.whole)


def content_words(pieces: Iterable[str]) -> tuple[str, ...]:
    """The distinct pieces that carry content: two characters or more, Latin words, long numbers."""
    return tuple(dict.fromkeys(piece for piece in pieces if len(piece) > 1 and _CONTENT.fullmatch(piece)))


def words_within(letters: Letters, terms: Terms) -> Pieces:
    """The `content_words` of every text's `cut`, many at a time; new ones are learnt."""
    ends = _dictionary().ends(letters)
    begins: list[int] = []
    last = 0
    for place in letters.han.nonzero()[0].tolist():
        if place >= last:
            begins.append(place)
            last = ends[place]
    words = [letters.whole[begin : ends[begin]] for begin in begins]
    for other in _OTHER.finditer(letters.whole):
        begins.append(other.start())
        words.append(other.group())
    tell = [number for number, word in enumerate(words) if len(word) > 1 and _CONTENT.fullmatch(word)]
    owners = letters.owners[np.array(begins, dtype=np.int64)[tell]]
    numbers = terms.learn([words[number] for number in tell])
    return Pieces.sorted(owners, np.array(numbers, dtype=np.int64), letters.texts).distinct()


def rarity(word: str) -> float:
    """How surprising a word is in general Chinese, 0 (everywhere) to 1 (never seen)."""
    return _dictionary().rarity(word)


def common_words(least: int) -> list[str]:
    """Words of two characters or more that general Chinese uses at least `least` times in jieba's counts."""
    return [word for word, count in _dictionary().counts.items() if count >= least and len(word) > 1]
