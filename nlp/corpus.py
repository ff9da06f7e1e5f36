"""Corpus (文档集): the same gram index over plain documents, for collections without names or aliases.

With an encoder their beginnings are compared in meaning as well, stretch by stretch.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final, Self

import numpy as np

from nlp.elsewhere import elsewhere_sentences
from nlp.encoder import SentenceEncoder, Vectors, centred
from nlp.pieces import Keys, Letters, Pieces
from nlp.postings import Bag, Floats, Ints, Places, Postings
from nlp.text import focus, normalise
from nlp.weighing import bm25, rarities

# Answers are long and of very unequal length, so length is damped harder here than among catalogue items.
_SATURATION, _LENGTH_SHARE = 1.6, 0.75
_LEAD_LENGTH, _LEAD_SHARE = 120, 0.15
_LONGEST: Final = 20_000
_SENSE_SHARE: Final = 1.5
_STEP, _REST, _READ = 100, 30, 520
# How many questions outweigh what questions in general have in common.
_PATIENCE: Final = 50


@dataclass(frozen=True, slots=True)
class Text:
    """文档: an id and its text."""

    id: str
    text: str


def texts_in(lines: Iterable[str]) -> Iterator[Text]:
    """Documents from JSON lines `{"id", "text"}`; raises ValueError naming the line that is wrong."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            yield Text(str(row["id"]), str(row["text"]))
        except (ValueError, KeyError, TypeError) as wrong:
            message = f'line {number}: a document needs "id" and "text": {wrong}'
            raise ValueError(message) from wrong


@dataclass(frozen=True, slots=True)
class _Passages:
    """Stretches of documents as centred vectors; those of document i begin at starts[i]."""

    encoder: SentenceEncoder
    vectors: Vectors
    starts: Ints
    asked_middle: Vectors

    @classmethod
    def build(cls, texts: Sequence[str], encoder: SentenceEncoder) -> Self:
        cut = [_stretches(text) for text in texts]
        raw = encoder.encode_passages(list(chain.from_iterable(cut)))
        starts = np.cumsum([0, *map(len, cut[:-1])]).astype(np.int32)
        middle: Vectors = raw.mean(axis=0)
        return cls(encoder, centred(raw, middle), starts, encoder.encode(elsewhere_sentences()).mean(axis=0))

    def accustomed(self, asked: Sequence[str]) -> Self:
        """With the common part of these questions taken for that of all: what they share tells none apart."""
        if not asked:
            return self
        known = len(asked) / (len(asked) + _PATIENCE)
        # One by one, as they would be asked: a shelf must not write down what people say.
        middle = np.mean([self.encoder.encode([one])[0] for one in asked], axis=0)
        return replace(self, asked_middle=known * middle + (1 - known) * self.asked_middle)

    def closeness(self, asked: str) -> Floats:
        """How near the nearest stretch of each document is, and its beginning, half and half."""
        wish = centred(self.encoder.encode([asked]), self.asked_middle)[0]
        likeness = (self.vectors @ wish).astype(np.float64)
        nearest: Floats = np.maximum.reduceat(likeness, self.starts)
        return (_scaled(nearest) + _scaled(likeness[self.starts])) / 2


def _stretches(text: str) -> list[str]:
    """The beginning of a document in overlapping stretches; a rest that says little is left off."""
    whole = " ".join(text.split("\n"))[:_READ]
    later = (whole[place : place + _LEAD_LENGTH] for place in range(_STEP, len(whole) - _REST, _STEP))
    return [whole[:_LEAD_LENGTH], *later]


@dataclass(frozen=True, slots=True)
class Corpus:
    """文档集: an immutable index of plain documents; the beginning of a document counts a little more."""

    ids: tuple[str, ...]
    terms: Keys
    whole: Postings
    lead: Postings
    sense: _Passages | None = None

    @classmethod
    def build(cls, texts: Sequence[Text], encoder: SentenceEncoder | None = None) -> Self:
        """Index the documents; with an encoder this takes some minutes for a few thousand new ones."""
        said = [normalise(text.text, longest=_LONGEST) for text in texts]
        leads = [text[:_LEAD_LENGTH] for text in said]
        (found, whole), (begun, lead) = _grams(said), _grams(leads)
        terms = Keys.of(found, begun)
        return cls(
            tuple(text.id for text in texts),
            terms,
            _postings(whole.renumbered(terms.terms(found)), terms),
            _postings(lead.renumbered(terms.terms(begun)), terms),
            _Passages.build(said, encoder) if encoder and said else None,
        )

    def accustomed(self, queries: Iterable[str]) -> Self:
        """The same documents, used to questions like these; only an encoder makes a difference of it."""
        asked = [focus(normalise(query)) for query in queries]
        return self if self.sense is None else replace(self, sense=self.sense.accustomed(asked))

    def find(self, query: str, limit: int = 10) -> list[tuple[str, float]]:
        """The documents nearest to a query, best first, with scores where 1 is the best of either part."""
        if not self.ids:
            return []
        asked = focus(normalise(query))
        keys = Letters.of((asked,)).grams().keys
        pieces = Bag(self.terms.terms(keys), np.ones(len(keys)))
        scores = _scaled(self.whole.score(pieces)) + _LEAD_SHARE * _scaled(self.lead.score(pieces))
        if self.sense is not None:
            scores = scores + _SENSE_SHARE * _scaled(self.sense.closeness(asked))
        order = np.argsort(-scores, kind="stable")[:limit]
        return [(self.ids[i], round(float(scores[i]), 4)) for i in order]


def _grams(texts: Sequence[str]) -> tuple[Places, Pieces]:
    letters = Letters.of(texts)
    return letters.pieces(letters.grams())


def _postings(texts: Pieces, terms: Keys) -> Postings:
    counts = texts.counts()
    return bm25(counts, rarities(counts, len(terms)), _SATURATION, _LENGTH_SHARE)


def _scaled(scores: Floats) -> Floats:
    best = scores.max()
    return scores / best if best > 0 else scores
