"""Elsewhere (别处的事): how much a sentence sounds like matters of no hall rather than like the catalogue.

A refusal cannot be learnt from what the catalogue lacks alone: 身份证快过期了还能坐飞机吗 is full of its words.
So sentences that belong elsewhere are kept as data, and compared by the pieces they are made of.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import sqrt
from typing import Final, Self

import numpy as np

from nlp.pieces import Pieces
from nlp.postings import Bag, Floats, Places, Postings
from nlp.text import normalise

_SMOOTH: Final = 0.5
_STRONGEST: Final = 3.0


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """别处的事: the sentences with the roots of their masses; of each gram, its leaning (above 0: elsewhere) and what it tells."""

    tells: Floats
    sentences: Postings
    roots: Floats

    @classmethod
    def build(cls, inside: Pieces, outside: Pieces, terms: int) -> Self:
        """Compare the catalogue's texts with those that belong elsewhere, by the distinct grams of each out of so many."""
        here = np.bincount(inside.numbers, minlength=terms)
        there = np.bincount(outside.numbers, minlength=terms)
        idf = 1.0 / (1.0 + np.log(1 + here + there))
        counts = outside.counts()
        weights = idf[counts.terms]
        masses = np.bincount(counts.owners, weights, minlength=counts.size)
        sentences = Postings.of(counts, weights, terms)
        tells = np.column_stack((_leaning(here, there), idf))
        return cls(tells, sentences, np.sqrt(np.where(masses > 0, masses, 1.0)))

    def likeness(self, grams: Bag) -> tuple[float, float]:
        """How a sentence of these distinct grams leans, and its likeness to the nearest sentence elsewhere, 0 to 1.

        It leans above 0 when it is made of pieces that stand elsewhere oftener than in the catalogue.
        """
        size = len(grams.columns)
        if not size:
            return 0.0, 0.0
        leaning, mass = self.tells[grams.columns].sum(axis=0).tolist()
        nearest = float((self.sentences.score(grams) / self.roots).max(initial=0.0))
        return leaning / sqrt(size), nearest / sqrt(mass)


def _leaning(here: Places, there: Places) -> Floats:
    scale = (there.sum() + 1) / (here.sum() + 1)
    leaning: Floats = np.log((there + _SMOOTH) / (here * scale + _SMOOTH))
    return leaning.clip(-_STRONGEST, _STRONGEST)


@cache
def elsewhere_sentences() -> tuple[str, ...]:
    """The sentences of lexicon/elsewhere.txt, normalised."""
    text = files("nlp").joinpath("lexicon", "elsewhere.txt").read_text(encoding="utf-8")
    return tuple(normalise(line) for line in text.splitlines() if line and not line.startswith("#"))
