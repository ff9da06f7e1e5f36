"""Blocks (词块): texts cut wherever no word reaches across, so that what many of them share is read once.

The texts of a county's catalogue hold four times as many blocks as different ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from nlp.lexicon import lexicon
from nlp.pieces import CHARS, Keys, Letters, Pieces
from nlp.postings import Places, Terms, numbered
from nlp.words import dictionary, tells

_ALWAYS_SPELT: Final = "abcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, slots=True)
class Blocks:
    """词块: the different blocks of texts, and by number those of each text, in order.

    Whatever word of the dictionary or term of the lexicon stands in a text, stands in one of its blocks whole.
    """

    different: Sequence[str]
    held: Pieces

    @classmethod
    def of(cls, texts: Sequence[str]) -> Self:
        """The blocks of normalised texts; a lone character that is no term is none."""
        letters, spelling = Letters.of(texts), _spelling()
        spelt = letters.han | spelling.letters.take(letters.codes, mode="clip")
        goes_on = spelt[:-1] & spelt[1:]
        pairs, each = numbered(letters.written(letters.pairs))
        goes_on[letters.pairs] = spelling.joints.know(pairs)[each]
        begins = (spelt & ~np.append(False, goes_on)).nonzero()[0]
        ends = (spelt & ~np.append(goes_on, False)).nonzero()[0] + 1
        tell = (ends - begins > 1) | spelling.terms.take(letters.codes[begins], mode="clip")
        bounds = zip(begins[tell].tolist(), ends[tell].tolist(), strict=True)
        met = Terms.none()
        numbers = met.learn(letters.whole[begin:end] for begin, end in bounds)
        return cls(list(met), Pieces.sorted(letters.owners(begins[tell]), numbers, len(texts)))


@dataclass(frozen=True, slots=True)
class _Spelling:
    """How words and terms are spelt: with which letters besides Chinese, with which pairs of Chinese; which are one character."""

    letters: NDArray[np.bool_]
    joints: Keys
    terms: NDArray[np.bool_]


@cache
def _spelling() -> _Spelling:
    words = Letters.of(["".join(chain(dictionary().others, _ALWAYS_SPELT))])
    return _Spelling(
        _table(words.codes[:-1]),
        Keys.of(dictionary().pairs()),
        _table([ord(term) for term in lexicon().terms if len(term) == 1]),
    )


def _table(codes: Places | Sequence[int]) -> NDArray[np.bool_]:
    """Which codes are among these."""
    table = np.zeros(CHARS + 1, dtype=np.bool_)
    table[codes] = True
    return table


def words_within(texts: Sequence[str], terms: Terms) -> Pieces:
    """The distinct words of many texts that carry content; new ones are learnt."""
    blocks = Blocks.of(texts)
    letters = Letters.of(blocks.different)
    found = dictionary().cut(letters)
    content = set(filter(tells, set(found.words)))
    telling = [number for number, word in enumerate(found.words) if word in content]
    owners = letters.owners(np.array(found.begins, dtype=np.int64)[telling])
    words = terms.learn(found.words[number] for number in telling)
    return blocks.held.through(Pieces.sorted(owners, words, len(blocks.different))).distinct()


def concepts_within(texts: Sequence[str], terms: Terms) -> Pieces:
    """The distinct concepts of many texts; new ones are learnt."""
    book, blocks = lexicon(), Blocks.of(texts)
    letters = Letters.of(blocks.different)
    met = [(place, concept) for place, term in book.met(letters) for concept in book.terms[term]]
    owners = letters.owners(np.array([place for place, _ in met], dtype=np.int64))
    concepts = terms.learn(concept for _, concept in met)
    return blocks.held.through(Pieces.sorted(owners, concepts, len(blocks.different))).distinct()
