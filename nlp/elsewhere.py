"""Elsewhere (别处的事): how much a sentence sounds like matters of no hall rather than like the catalogue.

A refusal cannot be learnt from what the catalogue lacks alone: 身份证快过期了还能坐飞机吗 is full of its words.
So sentences that belong elsewhere are kept as data, and compared by the pieces they are made of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import log, sqrt
from typing import Final, Self

import numpy as np

from nlp.postings import Floats, Postings
from nlp.reading import Reading
from nlp.text import grams, normalise

_SMOOTH: Final = 0.5
_STRONGEST: Final = 3.0


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """别处的事: the leaning of each gram (above 0: elsewhere), and the sentences themselves."""

    leaning: Mapping[str, float]
    sentences: Postings
    masses: Floats
    idf: Mapping[str, float]

    @classmethod
    def build(cls, inside: Iterable[str], outside: Sequence[str]) -> Self:
        """Compare normalised texts of the catalogue with sentences that belong elsewhere."""
        here = Counter(gram for text in inside for gram in set(grams(text)))
        there = Counter(gram for text in outside for gram in set(grams(text)))
        idf = {gram: 1.0 / (1.0 + log(1 + count)) for gram, count in (here + there).items()}
        rows = [{gram: idf[gram] for gram in set(grams(text))} for text in outside]
        masses = np.asarray([sum(row.values()) or 1.0 for row in rows])
        return cls(_leaning(here, there), Postings.build(rows), masses, idf)

    def likeness(self, reading: Reading) -> tuple[float, float]:
        """How a sentence leans, and its likeness to the nearest sentence that belongs elsewhere, 0 to 1.

        It leans above 0 when it is made of pieces that stand elsewhere oftener than in the catalogue.
        """
        pieces = dict.fromkeys(grams(reading.focus), 1.0)
        if not pieces:
            return 0.0, 0.0
        leaning, idf = self.leaning.get, self.idf.get
        lean = sum([leaning(piece, 0.0) for piece in pieces]) / sqrt(len(pieces))
        if not len(self.masses):
            return lean, 0.0
        mass = sum([idf(piece, 1.0) for piece in pieces])
        return lean, float((self.sentences.score(pieces) / np.sqrt(mass * self.masses)).max())


def _leaning(here: Counter[str], there: Counter[str]) -> dict[str, float]:
    scale = (there.total() + 1) / (here.total() + 1)
    return {
        gram: max(-_STRONGEST, min(_STRONGEST, log((there[gram] + _SMOOTH) / (here[gram] * scale + _SMOOTH))))
        for gram in here.keys() | there.keys()
    }


@cache
def elsewhere_sentences() -> tuple[str, ...]:
    """The sentences of lexicon/elsewhere.txt, normalised."""
    text = files("nlp").joinpath("lexicon", "elsewhere.txt").read_text(encoding="utf-8")
    return tuple(normalise(line) for line in text.splitlines() if line and not line.startswith("#"))
