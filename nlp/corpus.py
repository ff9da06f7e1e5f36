"""Corpus (文档集): the same gram index over plain documents, for collections without names or aliases.

With an encoder the beginnings of documents are compared in meaning as well.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from nlp.encoder import SentenceEncoder, Vectors, centred
from nlp.pieces import Letters, Pieces
from nlp.postings import Floats, Postings, Terms
from nlp.text import focus, grams, normalise
from nlp.weighing import bm25, rarities

# Answers are long and of very unequal length, so length is damped harder here than among catalogue items.
_SATURATION, _LENGTH_SHARE = 1.6, 0.75
_LEAD_LENGTH, _LEAD_SHARE = 120, 0.15
_LONGEST: Final = 20_000
_SENSE_SHARE: Final = 1.0


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
class _Leads:
    """The beginnings of documents as centred vectors."""

    encoder: SentenceEncoder
    middle: Vectors
    vectors: Vectors

    @classmethod
    def build(cls, leads: Sequence[str], encoder: SentenceEncoder) -> Self:
        raw = encoder.encode(leads)
        middle: Vectors = raw.mean(axis=0)
        return cls(encoder, middle, centred(raw, middle))

    def closeness(self, asked: str) -> Floats:
        wish = centred(self.encoder.encode([asked]), self.middle)[0]
        likeness: Floats = (self.vectors @ wish).astype(np.float64)
        return likeness


@dataclass(frozen=True, slots=True)
class Corpus:
    """文档集: an immutable index of plain documents; the beginning of a document counts a little more."""

    ids: tuple[str, ...]
    terms: Terms
    whole: Postings
    lead: Postings
    sense: _Leads | None = None

    @classmethod
    def build(cls, texts: Sequence[Text], encoder: SentenceEncoder | None = None) -> Self:
        """Index the documents; with an encoder this takes some minutes for a few thousand new ones."""
        said = [normalise(text.text, longest=_LONGEST) for text in texts]
        leads = [text[:_LEAD_LENGTH] for text in said]
        terms = Terms.none()
        whole, lead = Letters.of(said).grams(terms), Letters.of(leads).grams(terms)
        return cls(
            tuple(text.id for text in texts),
            terms,
            _postings(whole, terms),
            _postings(lead, terms),
            _Leads.build(leads, encoder) if encoder and leads else None,
        )

    def find(self, query: str, limit: int = 10) -> list[tuple[str, float]]:
        """The documents nearest to a query, best first, with scores where 1 is the best of either part."""
        if not self.ids:
            return []
        asked = focus(normalise(query))
        pieces = self.terms.bag(Counter(grams(asked)))
        scores = _scaled(self.whole.score(pieces)) + _LEAD_SHARE * _scaled(self.lead.score(pieces))
        if self.sense is not None:
            scores = scores + _SENSE_SHARE * _scaled(self.sense.closeness(asked))
        order = np.argsort(-scores, kind="stable")[:limit]
        return [(self.ids[i], round(float(scores[i]), 4)) for i in order]


def _postings(texts: Pieces, terms: Terms) -> Postings:
    counts = texts.counts()
    return bm25(counts, rarities(counts, terms), _SATURATION, _LENGTH_SHARE)


def _scaled(scores: Floats) -> Floats:
    best = scores.max()
    return scores / best if best > 0 else scores
