"""Meanings (释义): what documents are about, concept by concept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from nlp.gathered import Gathered
from nlp.lexicon import lexicon
from nlp.postings import Bag, Counts, Floats, Ints, Terms, ascending
from nlp.weighing import rarities

_STRENGTHS: Final = np.array((0.0, 0.2, 0.35, 0.45, 0.7, 0.8, 1.0))
_FIELDS: Final = {"summary": 2, "phrasing": 3, "old_name": 4, "alias": 5, "name": 6}
_ELSEWHERE, _NAME = 1, _FIELDS["name"]
_NOTHING: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Meant:
    """What chosen documents share with a sentence, one number each.

    `thing` and `act`: how much of what it asks they speak of, 0 to 1; `named`: how much of their name it tells. A name may tell
    an act that comes after a first one: the sentence has called it, or left it uncalled.
    """

    thing: Floats
    act: Floats
    named: Floats
    called: NDArray[np.bool_]
    uncalled: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Meanings:
    """释义: how strongly every document speaks of every concept, a byte each, as the best field that names it.

    The columns of `tells` are what a concept tells of things, of acts and of names, and whether it is a later act; `names` is
    what the concepts of each name tell together.
    """

    concepts: tuple[str, ...]
    held: NDArray[np.uint8]
    tells: Floats
    names: Floats
    is_later: NDArray[np.bool_]

    @classmethod
    def build(cls, told: Gathered, size: int) -> Self:
        """From all that so many documents say."""
        lines, terms, concepts = told.lines, told.vocabulary.concepts, told.meant()
        strengths = np.maximum(lines.weighed(_FIELDS), _ELSEWHERE).astype(np.int64)
        # The strongest is written last, and stays.
        strongest_last = ascending(strengths[concepts.owners()])
        speaking, meant = concepts.owners()[strongest_last], concepts.numbers[strongest_last]
        held = np.zeros((size, len(terms)), dtype=np.uint8)
        held[lines.owners[speaking], meant] = strengths[speaking]
        tells = _tells(terms, rarities(_counts(held), len(terms)))
        named, concepts_named = (held == _NAME).nonzero()
        names, later = (np.bincount(named, tells[concepts_named, told], minlength=size) for told in (2, 3))
        return cls(tuple(terms), held, tells, np.where(names > 0, names, 1.0), later > 0)

    def counts(self) -> Counts:
        """How strongly every document holds each concept."""
        return _counts(self.held)

    @property
    def idf(self) -> Floats:
        """What each concept tells."""
        return self.tells[:, 2]

    def named(self, document: int) -> frozenset[str]:
        """The concepts of a document's name."""
        return frozenset([self.concepts[number] for number in (self.held[document] == _NAME).nonzero()[0]])

    def shared(self, chosen: Ints, asked: Bag) -> Meant:
        """What the chosen documents share with a sentence of these concepts."""
        tells = self.tells[asked.columns]
        held = self.held[chosen[:, np.newaxis], asked.columns]
        things, acts = (_STRENGTHS[held] @ tells[:, :2]).T
        named, later = ((held == _NAME) @ tells[:, 2:]).T
        whole_things, whole_acts, _, _ = tells.sum(axis=0).tolist()
        strange = [kind_of(concept) for concept, _ in asked.strange]
        called = later > 0
        return Meant(
            thing=things / (whole_things + strange.count("thing") or _NOTHING),
            act=acts / (whole_acts + strange.count("act") or _NOTHING),
            named=named / self.names[chosen],
            called=called,
            uncalled=self.is_later[chosen] & ~called,
        )


def kind_of(concept: str) -> str:
    """act, thing, who or where."""
    return lexicon().concepts[concept].kind


def _counts(held: NDArray[np.uint8]) -> Counts:
    owners, terms = held.nonzero()
    return Counts.summed(terms, owners, _STRENGTHS[held[owners, terms]], len(held))


def _tells(terms: Terms, idf: Floats) -> Floats:
    """The four columns of what each concept tells."""
    later = lexicon().later
    marks = [(kind_of(term) == "thing", kind_of(term) == "act", True, term in later) for term in terms]
    told = np.array(marks, dtype=np.float64).reshape(-1, 4)
    told[:, :3] *= idf[:, np.newaxis]
    return told
