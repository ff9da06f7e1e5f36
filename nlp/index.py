"""Index (索引): what every channel needs to know of the documents, built once and then only read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from math import log
from typing import Final, Self

from nlp.documents import FIELD_WEIGHT, Document
from nlp.elsewhere import Elsewhere, elsewhere_sentences
from nlp.encoder import SentenceEncoder
from nlp.lexicon import lexicon
from nlp.mending import Mending
from nlp.phrases import Phrases
from nlp.postings import Postings
from nlp.reading import concepts_in
from nlp.sense import Sense
from nlp.text import grams
from nlp.weighing import bm25, rarities_among
from nlp.words import content_words, cut

_SATURATION: Final = 2.0
_LENGTH_SHARE: Final = 0.4
_SINGLE: Final = 0.9
_STRENGTH: Final = {"name": 1.0, "alias": 0.8, "old_name": 0.7, "phrasing": 0.45, "summary": 0.35}
_ELSEWHERE: Final = 0.2
_Meant = Callable[[str], Mapping[str, tuple[str, ...]]]
_WORD_FIELDS: Final = frozenset({"name", "alias", "old_name", "phrasing", "summary", "question"})


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a document is about: its concepts by strength, its name's by share, and the later acts its name tells."""

    concepts: Mapping[str, float]
    named: Mapping[str, float]
    acts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Index:
    """索引: postings over documents, the phrases of each, and how much each gram and concept tells."""

    documents: tuple[Document, ...]
    phrases: Phrases
    grams: Postings
    words: Postings
    coverage: Postings
    meanings: tuple[Meaning, ...]
    gram_idf: Mapping[str, float]
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
        meant = cache(partial(concepts_in, book=lexicon()))
        gram_rows = [_weighted(document, grams) for document in documents]
        gram_idf = rarities_among(gram_rows, single=_SINGLE)
        word_rows = [_weighted(document, _words, _WORD_FIELDS) for document in documents]
        concepts = [_concepts(document, meant) for document in documents]
        concept_idf = rarities_among(concepts)
        return cls(
            documents=tuple(documents),
            phrases=Phrases.build(documents, gram_idf, meant, concept_idf),
            grams=bm25(gram_rows, gram_idf, _SATURATION, _LENGTH_SHARE),
            words=bm25(word_rows, rarities_among(word_rows), _SATURATION, _LENGTH_SHARE),
            coverage=Postings.build(
                _covered(row, held) for row, held in zip(word_rows, concepts, strict=True)
            ),
            meanings=tuple(
                _meaning(d, held, concept_idf, meant) for d, held in zip(documents, concepts, strict=True)
            ),
            gram_idf=gram_idf,
            concept_idf=concept_idf,
            rarest=log(1 + len(documents) / 0.5),
            elsewhere=Elsewhere.build(
                (text for document in documents for _, text in document.spoken), strangers
            ),
            mending=Mending.build((text for document in documents for _, text in document.fields), gram_idf),
            sense=Sense.build(documents, strangers, encoder) if encoder and documents else None,
        )

    def mass(self, pieces: Mapping[str, float]) -> float:
        """How much a sentence of these grams tells; a gram the catalogue never uses tells most."""
        unknown = {1: self.rarest * _SINGLE}
        return sum(
            stress * self.gram_idf.get(gram, unknown.get(len(gram), self.rarest))
            for gram, stress in pieces.items()
        )


def _words(text: str) -> tuple[str, ...]:
    return content_words(cut(text))


def _weighted(
    document: Document, pieces: Callable[[str], Sequence[str]], fields: frozenset[str] | None = None
) -> dict[str, float]:
    """Term counts of a document, each occurrence weighted by its field."""
    counts: dict[str, float] = {}
    by_field: dict[str, list[str]] = {}
    for field, text in document.fields:
        if fields is None or field in fields:
            by_field.setdefault(field, []).extend(pieces(lexicon().without_filler(text)))
    for field, terms in by_field.items():
        weight = FIELD_WEIGHT[field]
        for term, count in Counter(terms).items():
            counts[term] = counts.get(term, 0.0) + weight * count
    return counts


def _concepts(document: Document, meant: _Meant) -> dict[str, float]:
    """The concepts a document speaks of, each as strongly as the best field that names it."""
    strength: dict[str, float] = {}
    for field, text in document.fields:
        weight = _STRENGTH.get(field, _ELSEWHERE)
        for concept in meant(text):
            strength[concept] = max(strength.get(concept, 0.0), weight)
    return strength


def _covered(words: Mapping[str, float], concepts: Mapping[str, float]) -> dict[str, float]:
    return dict.fromkeys(words, 1.0) | {f"#{concept}": weight for concept, weight in concepts.items()}


def _meaning(
    document: Document, concepts: Mapping[str, float], idf: Mapping[str, float], meant: _Meant
) -> Meaning:
    named = meant(next((text for field, text in document.fields if field == "name"), ""))
    total = sum(idf[concept] for concept in named) or 1.0
    shares = {concept: idf[concept] / total for concept in named}
    return Meaning(concepts, shares, lexicon().later.intersection(named))
