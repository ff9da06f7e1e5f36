"""Words (分词): jieba over its own dictionary and the lexicon, loaded light so that a start takes no seconds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from math import log
from typing import Final

from jieba import Tokenizer

from nlp.lexicon import lexicon

_WORTH_KEEPING: Final = 8
_COLUMNS: Final = 3
_LEXICON_FREQUENCY: Final = 2000
_RAREST: Final = 16.0
_CONTENT: Final = re.compile(r"[\u3400-\u9fff]{2,}|[a-z]{2,}|\d{3,}")


def _dictionary() -> dict[str, int]:
    """The word counts of jieba without its rarest words: a third of the words, a third of the start."""
    text = files("jieba").joinpath("dict.txt").read_text(encoding="utf-8")
    columns = text.split()
    rows = zip(columns[::_COLUMNS], map(int, columns[1::_COLUMNS]), strict=True)
    return {word: count for word, count in rows if count >= _WORTH_KEEPING}


def _with_prefixes(counts: dict[str, int]) -> dict[str, int]:
    """A word graph is walked a word graph by prefixes: every prefix must be a key, with 0 where it is no word."""
    known = dict(counts)
    for word in counts:
        for end in range(1, len(word)):
            known.setdefault(word[:end], 0)
    return known


@cache
def _tokenizer() -> Tokenizer:
    counts = _dictionary()
    for term in lexicon().terms:
        counts[term] = max(counts.get(term, 0), _LEXICON_FREQUENCY)
    tokenizer = Tokenizer()
    # Tokenizer.initialize would parse all 350,000 words and write a cache file; both are avoided by filling it here.
    tokenizer.FREQ = _with_prefixes(counts)
    tokenizer.total = sum(counts.values())
    tokenizer.initialized = True
    return tokenizer


def cut(text: str) -> list[str]:
    """All pieces of a normalised text, words and single characters, in order; they join to the text."""
    return list(_tokenizer().cut(text, HMM=False))


def content_words(pieces: Iterable[str]) -> tuple[str, ...]:
    """The distinct pieces that carry content: two characters or more, Latin words, long numbers."""
    return tuple(dict.fromkeys(piece for piece in pieces if _CONTENT.fullmatch(piece)))


def rarity(word: str) -> float:
    """How surprising a word is in general Chinese, 0 (everywhere) to 1 (never seen)."""
    tokenizer = _tokenizer()
    count = tokenizer.FREQ.get(word, 0) or 1
    return min(log(tokenizer.total / count), _RAREST) / _RAREST


def common_words(least: int) -> list[str]:
    """Words of two characters or more that general Chinese uses at least `least` times in jieba's counts."""
    return [word for word, count in _tokenizer().FREQ.items() if count >= least and len(word) > 1]
