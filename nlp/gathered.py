"""Gathered (汇集): everything the documents say, read once and numbered, before it is weighed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Final, Self

import numpy as np

from nlp.documents import FIELD_WEIGHT, Document
from nlp.lexicon import lexicon
from nlp.pieces import Keys, Letters, Pieces
from nlp.postings import Counts, Places, Terms
from nlp.words import words_within

_WORD_FIELDS: Final = frozenset({"name", "alias", "old_name", "phrasing", "summary", "question"})


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """词汇: every piece that an index knows, numbered: grams and pairs of syllables, words and #concepts, concepts."""

    pieces: Keys
    said: Terms
    concepts: Terms


@dataclass(frozen=True, slots=True)
class Lines:
    """One line for every text of every document: whose it is, what kind, the text, and the text without empty words."""

    owners: Places
    kinds: tuple[str, ...]
    texts: tuple[str, ...]
    bare: tuple[str, ...]

    @classmethod
    def of(cls, held: Iterable[Sequence[tuple[str, str]]], bare: Callable[[str], str]) -> Self:
        """From the kinds and texts of every document, and what takes empty words away."""
        rows = list(held)
        lines = list(chain.from_iterable(rows))
        texts = tuple(text for _, text in lines)
        return cls(
            np.arange(len(rows)).repeat(np.array([len(row) for row in rows], dtype=np.int64)),
            tuple(kind for kind, _ in lines),
            texts,
            tuple(map(bare, texts)),
        )


@dataclass(frozen=True, slots=True)
class Gathered:
    """汇集: texts by number, and the pieces of each.

    `lines` are all fields of the documents, `spoken` their phrases. Grams, syllable pairs and words are those of the texts without
    empty words; words, of the first texts alone, which stand in telling fields; concepts, by number, of the texts as they are.
    """

    vocabulary: Vocabulary
    lines: Lines
    spoken: Lines
    numbers: Mapping[str, int]
    grams: Pieces
    distinct: Pieces
    sounds: Pieces
    words: Pieces
    concepts: Mapping[str, Sequence[int]]

    @classmethod
    def of(cls, documents: Sequence[Document], strangers: Sequence[str]) -> Self:
        """Read the documents, of which one without a phrase is known by its name or key, and texts that belong elsewhere."""
        book = lexicon()
        bare = cache(book.without_filler)
        lines = Lines.of((document.fields for document in documents), bare)
        spoken = Lines.of((d.spoken or (("name", d.name or d.key),) for d in documents), bare)
        kinds = zip(lines.bare, lines.kinds, strict=True)
        telling = dict.fromkeys(text for text, kind in kinds if kind in _WORD_FIELDS)
        texts = list(dict.fromkeys(chain(telling, lines.bare, spoken.bare, spoken.texts, strangers)))
        letters = Letters.of(texts)
        grams, sounds = letters.grams(), letters.sounds()
        known = Vocabulary(Keys.of(grams.keys, sounds.keys), Terms.none(), Terms.none())
        held = letters.pieces(grams, known.pieces)
        concepts = _concepts(list(dict.fromkeys(chain(lines.texts, spoken.texts))), known.concepts)
        return cls(
            vocabulary=known,
            lines=lines,
            spoken=spoken,
            numbers={text: number for number, text in enumerate(texts)},
            grams=held,
            distinct=held.distinct(),
            sounds=letters.pieces(sounds, known.pieces).distinct(),
            words=words_within(Letters.of(list(telling)), known.said),
            concepts=concepts,
        )

    def places(self, texts: Iterable[str]) -> Places:
        """The numbers of texts."""
        return np.array([self.numbers[text] for text in texts], dtype=np.int64)

    def gram_counts(self, documents: int) -> Counts:
        """The grams of so many documents, each occurrence weighted by its field."""
        return self._counted(self.grams, FIELD_WEIGHT, documents)

    def word_counts(self, documents: int) -> Counts:
        """The words of the telling fields of so many documents, each occurrence weighted by its field."""
        telling = {kind: weight for kind, weight in FIELD_WEIGHT.items() if kind in _WORD_FIELDS}
        return self._counted(self.words, telling, documents)

    def speech_counts(self, documents: int) -> Counts:
        """The grams of everything people say of so many documents, empty words among them.

        Without these (怎么, 能不能) bm25 was measured to find one sentence in sixty less: how an item is asked for tells something, too.
        """
        texts = self.places(self.spoken.texts)
        lengths = self.grams.lengths(texts)
        owners = self.spoken.owners.repeat(lengths)
        return Counts.summed(self.grams.within(texts), owners, np.ones(len(owners)), documents)

    def _counted(self, pieces: Pieces, weights: Mapping[str, float], documents: int) -> Counts:
        """Counts over the fields that have a weight."""
        weighed = np.array([weights.get(kind, 0.0) for kind in self.lines.kinds])
        counted = weighed.nonzero()[0]
        texts = self.places(self.lines.bare)[counted]
        lengths = pieces.lengths(texts)
        owners = self.lines.owners[counted].repeat(lengths)
        return Counts.summed(pieces.within(texts), owners, weighed[counted].repeat(lengths), documents)

    def meant(self) -> Pieces:
        """The concepts of every line."""
        return Pieces.of(self.concepts[text] for text in self.lines.texts)

    def spoken_pieces(self, phrases: slice) -> tuple[Pieces, Pieces, Pieces]:
        """The distinct grams, concepts and syllable pairs of some phrases."""
        bare = self.places(self.spoken.bare[phrases])
        meant = Pieces.of(self.concepts[text] for text in self.spoken.texts[phrases])
        return self.distinct.chosen(bare), meant, self.sounds.chosen(bare)


def _concepts(texts: Sequence[str], terms: Terms) -> dict[str, list[int]]:
    """The concepts that each text carries, as terms; new ones are learnt."""
    book, letters = lexicon(), Letters.of(texts)
    met = book.met(letters)
    carried: list[dict[str, None]] = [{} for _ in texts]
    owners = letters.owners(np.array([place for place, _ in met], dtype=np.int64))
    for owner, (_, term) in zip(owners.tolist(), met, strict=True):
        carried[owner].update(dict.fromkeys(book.terms[term]))
    return dict(zip(texts, map(terms.learn, carried), strict=True))
