"""Gathered (汇集): everything the documents say, read once and numbered, before it is weighed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final, Self

import numpy as np

from nlp.blocks import concepts_within, words_within
from nlp.documents import FIELD_WEIGHT, Document, spoken
from nlp.lexicon import lexicon
from nlp.pieces import Keys, Letters, Pieces
from nlp.postings import Counts, Floats, Places, Terms

_Numbered = tuple[Places, Pieces]
_TOGETHER: Final = 4096
_NUMBERS: Final = {field: number for number, field in enumerate(FIELD_WEIGHT)}
_WORD_FIELDS: Final = {
    field: FIELD_WEIGHT[field] for field in ("name", "alias", "old_name", "phrasing", "summary", "question")
}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """词汇: every piece that an index knows, numbered: grams and pairs of syllables, words and #concepts, concepts."""

    pieces: Keys
    said: Terms
    concepts: Terms


@dataclass(frozen=True, slots=True)
class Lines:
    """One line for every text of every document: whose it is, the number of its field and that of the text."""

    owners: Places
    kinds: Places
    texts: Places

    @classmethod
    def of(cls, held: Iterable[Sequence[tuple[str, str]]], texts: Terms) -> Self:
        """From the fields and texts of every document; new texts are learnt."""
        rows = list(held)
        lines = list(chain.from_iterable(rows))
        return cls(
            np.arange(len(rows)).repeat(np.array([len(row) for row in rows], dtype=np.int64)),
            np.array([_NUMBERS[kind] for kind, _ in lines], dtype=np.int64),
            texts.learn(text for _, text in lines),
        )

    def weighed(self, weights: Mapping[str, float]) -> Floats:
        """What every line weighs by its field: nothing where that has no weight."""
        return np.array([weights.get(kind, 0.0) for kind in _NUMBERS])[self.kinds]


@dataclass(frozen=True, slots=True)
class Gathered:
    """汇集: texts by number, and the pieces of each.

    `lines` are all fields of the documents, `spoken` their phrases, `strangers` texts that belong elsewhere; `bare` is the number of a
    text of these documents without its empty words. Words are those of bare texts in telling fields alone, concepts those of texts as
    they are.
    """

    vocabulary: Vocabulary
    texts: Sequence[str]
    lines: Lines
    spoken: Lines
    strangers: Places
    bare: Places
    grams: Pieces
    distinct: Pieces
    sounds: Pieces
    words: Pieces
    concepts: Pieces

    @classmethod
    def of(cls, documents: Sequence[Document], strangers: Sequence[str]) -> Self:
        """Read the documents, of which one without a phrase is known by its name or key, and texts that belong elsewhere."""
        numbered, fields = Terms.none(), [document.fields for document in documents]
        phrases = (
            spoken(said) or (("name", d.name or d.key),) for d, said in zip(documents, fields, strict=True)
        )
        lines, phrased = Lines.of(fields, numbered), Lines.of(phrases, numbered)
        said = list(numbered)
        bare, strange = numbered.learn(map(lexicon().without_filler, said)), numbered.learn(strangers)
        texts = list(numbered)
        known, grams, distinct, sounds = _pieces(texts)
        words, concepts = Terms.none(), Terms.none()
        telling = set(bare[lines.texts[lines.weighed(_WORD_FIELDS) > 0]].tolist())
        return cls(
            vocabulary=Vocabulary(known, words, concepts),
            texts=texts,
            lines=lines,
            spoken=phrased,
            strangers=strange,
            bare=bare,
            grams=grams,
            distinct=distinct,
            sounds=sounds,
            words=words_within([text if n in telling else "" for n, text in enumerate(texts)], words),
            concepts=concepts_within(said, concepts),
        )

    def gram_counts(self, documents: int) -> Counts:
        """The grams of so many documents, each occurrence weighted by its field."""
        return self._counted(self.grams, FIELD_WEIGHT, documents)

    def word_counts(self, documents: int) -> Counts:
        """The words of the telling fields of so many documents, each occurrence weighted by its field."""
        return self._counted(self.words, _WORD_FIELDS, documents)

    def speech_counts(self, documents: int) -> Counts:
        """The grams of everything people say of so many documents, empty words among them.

        Without these (怎么, 能不能) bm25 was measured to find one sentence in sixty less: how an item is asked for tells something, too.
        """
        texts = self.spoken.texts
        owners = self.spoken.owners.repeat(self.grams.lengths(texts))
        return Counts.summed(self.grams.within(texts), owners, np.ones(len(owners)), documents)

    def _counted(self, pieces: Pieces, weights: Mapping[str, float], documents: int) -> Counts:
        """Counts over the fields that have a weight."""
        weighed = self.lines.weighed(weights)
        counted = weighed.nonzero()[0]
        texts = self.bare[self.lines.texts[counted]]
        lengths = pieces.lengths(texts)
        owners = self.lines.owners[counted].repeat(lengths)
        return Counts.summed(pieces.within(texts), owners, weighed[counted].repeat(lengths), documents)

    def meant(self) -> Pieces:
        """The concepts of every line."""
        return self.concepts.chosen(self.lines.texts)

    def spoken_pieces(self, phrases: slice) -> tuple[Pieces, Pieces, Pieces]:
        """The distinct grams, concepts and syllable pairs of some phrases."""
        texts = self.spoken.texts[phrases]
        bare = self.bare[texts]
        return self.distinct.chosen(bare), self.concepts.chosen(texts), self.sounds.chosen(bare)

    def named(self, numbers: Places) -> tuple[str, ...]:
        """The texts of these numbers."""
        return tuple(map(self.texts.__getitem__, numbers.tolist()))


def _pieces(texts: Sequence[str]) -> tuple[Keys, Pieces, Pieces, Pieces]:
    """The pieces that texts are made of; of each its grams, the distinct ones among them, and its distinct pairs of syllables."""
    # Some thousands of texts at a time: what all of them take at once is more than the processor's cache holds.
    starts = range(0, max(len(texts), 1), _TOGETHER)
    found = [_found(Letters.of(texts[start : start + _TOGETHER])) for start in starts]
    known = Keys.of(*(keys for _, *distinct in found for keys, _ in distinct))
    grams, distinct, sounds = (
        Pieces.joined([pieces.renumbered(known.terms(keys)) for keys, pieces in kind])
        for kind in zip(*found, strict=True)
    )
    return known, grams, distinct, sounds


def _found(letters: Letters) -> tuple[_Numbered, _Numbered, _Numbered]:
    """The same of some texts, by the places of pieces among those of these texts."""
    grams, held = letters.pieces(letters.grams())
    sounds, heard = letters.pieces(letters.sounds())
    return (grams, held), (grams, held.distinct()), (sounds, heard.distinct())
