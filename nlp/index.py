"""Index (索引): what every channel needs to know of the documents, built once and then only read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Final, Self

import numpy as np

from nlp.documents import Document
from nlp.elsewhere import Elsewhere, elsewhere_sentences
from nlp.encoder import SentenceEncoder
from nlp.gathered import Gathered, Vocabulary
from nlp.lexicon import lexicon
from nlp.mending import Mending
from nlp.phrases import Phrases
from nlp.postings import Bag, Counts, Floats, Postings, Terms
from nlp.sense import Sense
from nlp.weighing import bm25, rarities

_SATURATION: Final = 2.0
_LENGTH_SHARE: Final = 0.4
_SINGLE: Final = 0.9
_STRENGTH: Final = {"name": 1.0, "alias": 0.8, "old_name": 0.7, "phrasing": 0.45, "summary": 0.35}
_ELSEWHERE: Final = 0.2


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a document is about: its concepts by strength, its name's by share, and the later acts its name tells."""

    concepts: Mapping[str, float]
    named: Mapping[str, float]
    acts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Index:
    """索引: postings over documents, the phrases of each, and how much each gram and concept tells.

    The postings are those of grams, words, and words with concepts, stacked; the terms of each begin at `begins`.
    """

    documents: tuple[Document, ...]
    vocabulary: Vocabulary
    phrases: Phrases
    postings: Postings
    begins: tuple[int, int, int]
    meanings: tuple[Meaning, ...]
    gram_tells: Floats
    concept_idf: Mapping[str, float]
    rarest: float
    elsewhere: Elsewhere
    mending: Mending
    sense: Sense | None

    @classmethod
    def build(
        cls,
        documents: Sequence[Document],
        elsewhere: Sequence[str] | None = None,
        encoder: SentenceEncoder | None = None,
    ) -> Self:
        """Index documents; the same documents in the same order give the same index."""
        strangers = elsewhere_sentences() if elsewhere is None else elsewhere
        told, size = Gathered.of(documents, strangers), len(documents)
        known = told.vocabulary
        gram_counts, word_counts = told.gram_counts(size), told.word_counts(size)
        held = [_strengths(document, told.concepts) for document in documents]
        strengths, covered = _concept_counts(held, known.concepts), _concept_counts(held, known.said, "#")

        used = gram_counts.holders(len(known.grams)) > 0
        gram_idf = rarities(gram_counts, known.grams, _SINGLE)
        concept_idf = rarities(strengths, known.concepts)
        idf_of = dict(zip(known.concepts, concept_idf.tolist(), strict=True))
        covered = word_counts.held_whole().beside(covered)
        rarest = log(1 + size / 0.5)
        worth = (np.where(used, gram_idf, 0.0), concept_idf, np.ones(len(known.sounds)))
        return cls(
            documents=tuple(documents),
            vocabulary=known,
            phrases=Phrases.build(told.spoken, told.spoken_pieces, worth),
            postings=Postings.stacked((
                bm25(gram_counts, gram_idf, _SATURATION, _LENGTH_SHARE),
                bm25(word_counts, rarities(word_counts, known.said), _SATURATION, _LENGTH_SHARE),
                Postings.of(covered, covered.counts, len(known.said)),
            )),
            begins=(0, len(known.grams), len(known.grams) + len(known.said)),
            meanings=tuple(
                _meaning(document, strength, idf_of, told.concepts)
                for document, strength in zip(documents, held, strict=True)
            ),
            gram_tells=np.where(used, gram_idf, [_strangeness(gram, rarest) for gram in known.grams]),
            concept_idf=idf_of,
            rarest=rarest,
            elsewhere=Elsewhere.build(
                told.distinct.chosen(told.places(text for document in documents for _, text in document.spoken)),
                told.distinct.chosen(told.places(strangers)),
                len(known.grams),
            ),
            mending=Mending.build(
                told.lines.texts,
                (gram for gram, met in zip(known.grams, used.tolist(), strict=True) if met),
            ),
            sense=Sense.build(documents, strangers, encoder) if encoder and documents else None,
        )  # fmt: skip

    def mass(self, pieces: Bag) -> float:
        """How much a sentence of these grams tells; a gram the catalogue never uses tells most."""
        strange = sum(stress * _strangeness(gram, self.rarest) for gram, stress in pieces.strange)
        return float(pieces.weights @ self.gram_tells[pieces.columns]) + strange


def _strangeness(gram: str, rarest: float) -> float:
    return rarest * _SINGLE if len(gram) == 1 else rarest


def _strengths(document: Document, concepts: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """The concepts a document speaks of, each as strongly as the best field that names it."""
    strength: dict[str, float] = {}
    for field, text in document.fields:
        weight = _STRENGTH.get(field, _ELSEWHERE)
        for concept in concepts[text]:
            if weight > strength.get(concept, 0.0):
                strength[concept] = weight
    return strength


def _concept_counts(held: Sequence[Mapping[str, float]], terms: Terms, mark: str = "") -> Counts:
    """How strongly every document holds each concept, which stands among the terms behind a mark."""
    lengths = np.array([len(strength) for strength in held], dtype=np.int64)
    numbers = terms.learn(f"{mark}{concept}" for strength in held for concept in strength)
    strengths = [weight for strength in held for weight in strength.values()]
    owners = np.arange(len(held)).repeat(lengths)
    return Counts.summed(np.array(numbers, dtype=np.int64), owners, np.array(strengths), len(held))


def _meaning(
    document: Document,
    strength: Mapping[str, float],
    idf: Mapping[str, float],
    concepts: Mapping[str, Sequence[str]],
) -> Meaning:
    """What a document of these concepts is about."""
    named = concepts.get(next((text for field, text in document.fields if field == "name"), ""), ())
    total = sum(idf[concept] for concept in named) or 1.0
    shares = {concept: idf[concept] / total for concept in named}
    return Meaning(strength, shares, lexicon().later.intersection(named))
