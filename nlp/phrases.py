"""Phrases (说法): the short texts people say, as the phrase channels read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Self

import numpy as np

from nlp.gathered import Gathered
from nlp.pieces import Pieces
from nlp.postings import Bag, Floats, Ints, Nested, Places, Spans

_CORE: Final = {"name": 1.0, "alias": 1.0, "old_name": 1.0}
_NOTHING: Final = 1e-9
_STRANGE: Final = 4.0
_FEW: Final = 3
_WAYS: Final = 3
_TOGETHER: Final = 4096


@dataclass(frozen=True, slots=True)
class Nearness:
    """One number per chosen document, from the phrase of it that fits best.

    `meant` is the same over concepts instead of characters, `both` the nearest by the two together, `many` the mean
    of the three nearest. `near` is the geometric mean of the two shares `asked` (of the sentence) and of the phrase; `core` is `near`
    over names and aliases only; `held` grows with the length of a phrase that stands in the sentence whole; `sound` is by pairs
    of syllables.
    """

    near: Floats
    core: Floats
    asked: Floats
    held: Floats
    meant: Floats
    both: Floats
    many: Floats
    sound: Floats
    best: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """A sentence as phrases see it: its grams and what they weigh together, its concepts, its pairs of syllables."""

    grams: Bag
    mass: float
    concepts: Bag
    sounds: Bag


@dataclass(frozen=True, slots=True)
class Phrases:
    """说法: phrases in the order of their documents; those of document i stand at bounds[i]..bounds[i+1].

    A phrase is likened in three ways: by grams, concepts and sounds. Concepts are numbered after the pieces (`kinds` begins
    each); `roots` are the roots of what a phrase weighs in each way. `concept_asked` is what a concept tells
    in a sentence; one that no phrase carries counts as a strange one.
    """

    texts: tuple[str, ...]
    said: tuple[str, ...]
    bounds: Ints
    is_core: Floats
    worth: Floats
    kinds: tuple[int, int, int]
    held: Nested
    roots: Floats
    concept_asked: Floats

    @classmethod
    def build(cls, told: Gathered, worth: tuple[Floats, Floats]) -> Self:
        """From all that documents say, and what each piece tells and each concept."""
        spoken = told.spoken
        documents = int(spoken.owners.max(initial=-1)) + 1
        bounds = np.concatenate(([0], np.bincount(spoken.owners, minlength=documents).cumsum()))
        pieces, meant = worth
        kinds = (0, len(pieces), 0)
        carried = np.zeros(len(meant), dtype=np.bool_)
        roots: list[Floats] = [np.zeros((_WAYS, 0))]
        parts: list[Nested] = []
        # Some thousands of phrases at a time: a province's catalogue at once would take a gigabyte, and longer.
        edges = np.unique(bounds.searchsorted([*range(0, int(bounds[-1]), _TOGETHER), bounds[-1]]))
        for first, last in pairwise(edges.tolist()):
            held = told.spoken_pieces(slice(bounds[first], bounds[last]))
            roots.append(
                np.array([_roots(*each) for each in zip(held, (pieces, meant, pieces), strict=True)])
            )
            parts.append(_nested(held, kinds, bounds[first : last + 1]))
            carried[held[1].numbers] = True
        return cls(
            texts=told.named(told.bare[spoken.texts]),
            said=told.named(spoken.texts),
            bounds=bounds.astype(np.int32),
            is_core=spoken.weighed(_CORE),
            worth=np.concatenate(worth),
            kinds=kinds,
            held=Nested.joined(parts),
            roots=np.concatenate(roots, axis=1),
            concept_asked=np.where(carried, meant, _STRANGE),
        )

    def nearness(self, chosen: Ints, wish: Wish) -> Nearness:
        """How near the chosen documents are to a sentence."""
        spans = Spans.of(self.bounds, chosen)
        roots = self.roots.take(spans.rows, axis=1)
        shared = self._shared(chosen, spans, wish)
        likeness, meant, sound = shared / (roots * self._own_roots(wish)[:, np.newaxis])
        told = shared[0]
        held = told / (roots[0] ** 2 + 1.0)
        ways = (
            likeness,
            likeness * self.is_core.take(spans.rows),
            told,
            held,
            meant,
            likeness + meant,
            sound,
        )
        near, core, asked, whole, nearest, both, heard = spans.best(np.array(ways))
        table = spans.table(likeness)
        return Nearness(
            near=near,
            core=core,
            asked=asked / max(wish.mass, _NOTHING),
            held=whole,
            meant=nearest,
            both=both,
            many=_many(table),
            sound=heard,
            best=tuple((spans.firsts + table.astype(np.float32).argmax(axis=1)).tolist()),
        )

    def _shared(self, chosen: Ints, spans: Spans, wish: Wish) -> Floats:
        """What every phrase of the chosen documents shares with a sentence, one line for each way."""
        asked = Bag.side_by_side((wish.grams, wish.concepts, wish.sounds), self.kinds, (1.0,) * _WAYS)
        asked = Bag(asked.columns, asked.weights * self.worth[asked.columns])
        size = len(spans.rows) * _WAYS
        shifts = (spans.places - spans.firsts) * _WAYS
        sums = self.held.shared(chosen, asked, len(self.worth), shifts, size)
        return sums.reshape(-1, _WAYS).T

    def _own_roots(self, wish: Wish) -> Floats:
        """The roots of what the sentence weighs in each way."""
        concepts = wish.concepts
        meant = float(self.concept_asked[concepts.columns].sum()) + _STRANGE * len(concepts.strange)
        heard = len(wish.sounds.columns)
        return np.sqrt(np.maximum((wish.mass, meant, heard), _NOTHING))


def _nested(held: Sequence[Pieces], kinds: Sequence[int], bounds: Places) -> Nested:
    """The index within some documents, whose phrases' pieces are given and whose phrases stand between the bounds."""
    lines = [pieces.owners() for pieces in held]
    phrases = np.concatenate(lines)
    ways = np.arange(_WAYS).repeat(np.array([len(line) for line in lines]))
    terms = np.concatenate([pieces.numbers + begins for begins, pieces in zip(kinds, held, strict=True)])
    documents = np.arange(len(bounds) - 1).repeat(np.diff(bounds))
    return Nested.of(documents[phrases], terms, (phrases + bounds[0]) * _WAYS + ways, len(bounds) - 1)


def _roots(pieces: Pieces, worth: Floats) -> Floats:
    """The root of what every phrase weighs; 1 for one that holds nothing."""
    masses = np.bincount(pieces.owners(), worth[pieces.numbers], minlength=len(pieces))
    roots: Floats = np.sqrt(np.where(masses > 0, masses, 1.0))
    return roots


def _many(table: Floats) -> Floats:
    """For every line, the mean of its three largest; a shorter one counts nothing for what it lacks."""
    if table.shape[1] > _FEW:
        table = np.partition(table, -_FEW, axis=1)[:, -_FEW:]
    summed: Floats = table.sum(axis=1) / _FEW
    return summed
