"""Phrases (说法): the short texts people say, as the phrase channels read them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from nlp.documents import Document
from nlp.lexicon import lexicon
from nlp.postings import Floats, Ints, Rows, Spans
from nlp.sounds import sound_grams
from nlp.text import grams

_CORE_KINDS: Final = frozenset({"name", "alias", "old_name"})
_NOTHING: Final = 1e-9
_STRANGE: Final = 4.0
_FEW: Final = 3


@dataclass(frozen=True, slots=True)
class Nearness:
    """One number per chosen document, from the phrase of it that fits best.

    `meant` is the same over concepts instead of characters, `both` the nearest by the two together, `many` the mean
    of the three nearest. `near` is the geometric mean of the two shares `asked` (of the sentence) and of the phrase; `core` is `near`
    over names and aliases only; `held` grows with the length of a phrase that stands in the sentence whole.
    """

    near: Floats
    core: Floats
    asked: Floats
    held: Floats
    meant: Floats
    both: Floats
    many: Floats
    best: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Phrases:
    """说法: phrases in the order of their documents; those of document i stand at bounds[i]..bounds[i+1]."""

    texts: tuple[str, ...]
    bounds: Ints
    is_core: NDArray[np.bool_]
    grams: Rows
    sounds: Rows
    concepts: Rows

    @classmethod
    def build(
        cls,
        documents: Sequence[Document],
        gram_worth: Mapping[str, float],
        meant: Callable[[str], Iterable[str]],
        concept_worth: Mapping[str, float],
    ) -> Self:
        """All phrases of the documents; a document without any is known by its name or key."""
        spoken = [document.spoken or (("name", document.name or document.key),) for document in documents]
        pairs = list(chain.from_iterable(spoken))
        texts = tuple(lexicon().without_filler(text) for _, text in pairs)
        heard = [dict.fromkeys(sound_grams(text)) for text in texts]
        return cls(
            texts=texts,
            bounds=np.cumsum([0, *map(len, spoken)]).astype(np.int32),
            is_core=np.asarray([kind in _CORE_KINDS for kind, _ in pairs], dtype=np.bool_),
            grams=Rows.build((dict.fromkeys(grams(text)) for text in texts), gram_worth),
            sounds=Rows.build(heard, _even_worth(heard)),
            concepts=Rows.build((meant(text) for _, text in pairs), concept_worth),
        )

    def nearness(
        self, spans: Spans, pieces: Mapping[str, float], mass: float, concepts: Iterable[str]
    ) -> Nearness:
        """How near documents are to a sentence of these grams, which together weigh `mass`, and concepts."""
        shared = self.grams.shared(spans, pieces)
        phrase_mass = self.grams.masses[spans.rows]
        likeness = shared / np.sqrt(max(mass, _NOTHING) * phrase_mass)
        meant = self._meant(spans, concepts)
        table = spans.table(likeness)
        return Nearness(
            near=table.max(axis=1),
            core=spans.table(likeness * self.is_core[spans.rows]).max(axis=1),
            asked=spans.table(shared).max(axis=1) / max(mass, _NOTHING),
            held=spans.table(shared / (phrase_mass + 1.0)).max(axis=1),
            meant=spans.table(meant).max(axis=1),
            both=spans.table(likeness + meant).max(axis=1),
            many=_many(table),
            best=tuple((spans.firsts + table.argmax(axis=1)).tolist()),
        )

    def _meant(self, spans: Spans, concepts: Iterable[str]) -> Floats:
        """The likeness of every phrase to a sentence of these concepts."""
        asked = dict.fromkeys(concepts, 1.0)
        worth, terms = self.concepts.worth, self.concepts.terms
        mass = sum(float(worth[terms[concept]]) if concept in terms else _STRANGE for concept in asked)
        likeness: Floats = self.concepts.shared(spans, asked) / np.sqrt(
            max(mass, _NOTHING) * self.concepts.masses[spans.rows]
        )
        return likeness

    def sound(self, spans: Spans, pairs: Iterable[str]) -> Floats:
        """How near documents sound, by pairs of syllables."""
        heard = list(pairs)
        shared = self.sounds.shared(spans, dict.fromkeys(heard, 1.0))
        likeness = shared / np.sqrt(max(len(heard), _NOTHING) * self.sounds.masses[spans.rows])
        nearest: Floats = spans.table(likeness).max(axis=1)
        return nearest

    def spans(self, chosen: Ints) -> Spans:
        """The phrases of the chosen documents."""
        return Spans.of(self.bounds, chosen)


def _even_worth(rows: Iterable[Iterable[str]]) -> dict[str, float]:
    """Every pair of syllables is worth one: rarity by sound says little, since accents fold many into one."""
    return dict.fromkeys(chain.from_iterable(rows), 1.0)


def _many(table: Floats) -> Floats:
    """For every line, the mean of its three largest; a shorter one counts nothing for what it lacks."""
    if table.shape[1] > _FEW:
        table = np.partition(table, -_FEW, axis=1)[:, -_FEW:]
    summed: Floats = table.sum(axis=1) / _FEW
    return summed
