"""Index (索引): what every channel needs to know of the documents, built once and then only read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Final, Self

import numpy as np

from intake.model.matching import PersonFacts
from nlp.documents import Document
from nlp.elsewhere import Elsewhere, elsewhere_sentences
from nlp.encoder import SentenceEncoder
from nlp.gathered import Gathered, Vocabulary
from nlp.meanings import Meanings
from nlp.mending import Mending
from nlp.phrases import Phrases
from nlp.postings import Bag, Floats, Postings
from nlp.reading import Reading, read
from nlp.sense import Sense
from nlp.weighing import bm25, rarities
from nlp.words import Dictionary, dictionary

_SATURATION: Final = 2.0
_LENGTH_SHARE: Final = 0.4
_SINGLE: Final = 0.9
# What people say of an item, end to end, is longer for a common one and repeats itself: a gram that is said often tells more there
# than in a name, and length is damped harder.
_SPEECH_SATURATION: Final = 3.0
_SPEECH_LENGTH_SHARE: Final = 0.75


@dataclass(frozen=True, slots=True)
class Index:
    """索引: postings over documents, the phrases of each, and how much each gram and concept tells.

    The postings are those of grams, words, words with concepts, and grams of speech, stacked; the terms of each begin at `begins`.
    """

    documents: tuple[Document, ...]
    dictionary: Dictionary
    vocabulary: Vocabulary
    phrases: Phrases
    postings: Postings
    begins: tuple[int, int, int, int]
    meanings: Meanings
    gram_tells: Floats
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
        speech_counts = told.speech_counts(size)
        meanings = Meanings.build(told, size)
        marked = known.said.learn(f"#{concept}" for concept in known.concepts)
        covered = word_counts.held_whole().beside(meanings.counts().renumbered(marked))

        used = gram_counts.holders(len(known.pieces)) > 0
        told_whole = np.where(known.pieces.are_characters, _SINGLE, 1.0)
        gram_idf = rarities(gram_counts, len(known.pieces)) * told_whole
        rarest = log(1 + size / 0.5)
        # Of a sound only tells that it is there.
        piece_worth = np.where(used, gram_idf, known.pieces.are_sounds)
        return cls(
            documents=tuple(documents),
            dictionary=dictionary(),
            vocabulary=known,
            phrases=Phrases.build(told, (piece_worth, meanings.idf)),
            postings=Postings.stacked((
                bm25(gram_counts, gram_idf, _SATURATION, _LENGTH_SHARE),
                bm25(word_counts, rarities(word_counts, len(known.said)), _SATURATION, _LENGTH_SHARE),
                Postings.of(covered, covered.counts, len(known.said)),
                bm25(speech_counts, rarities(speech_counts, len(known.pieces)), _SPEECH_SATURATION, _SPEECH_LENGTH_SHARE),
            )),
            begins=(0, len(known.pieces), len(known.pieces) + len(known.said), len(known.pieces) + 2 * len(known.said)),
            meanings=meanings,
            gram_tells=np.where(used, gram_idf, rarest * told_whole),
            rarest=rarest,
            elsewhere=Elsewhere.build(
                told.distinct.chosen(told.spoken.texts), told.distinct.chosen(told.strangers),
                len(known.pieces),
            ),
            mending=Mending.build(told.named(told.lines.texts), known.pieces.known[used]),
            sense=Sense.build(documents, strangers, encoder) if encoder and documents else None,
        )  # fmt: skip

    def read(self, text: str, facts: PersonFacts | None = None) -> Reading:
        """One utterance, with words that were written by ear put back."""
        reading = read(text, self.dictionary, facts)
        content = self.mending.mended(reading, self.dictionary)
        return reading if content == reading.content else reading.heard_as(content, self.dictionary)

    def mass(self, grams: Bag) -> float:
        """How much a sentence of these grams tells; a gram the catalogue never uses tells most."""
        return float(grams.weights @ self.gram_tells[grams.columns])
