"""Weighing (计权): how much a term tells, and BM25 impacts ready to be added up."""

from __future__ import annotations

import numpy as np

from nlp.postings import Counts, Floats, Postings


def rarities(counts: Counts, terms: int) -> Floats:
    """The inverse document frequency of so many terms."""
    held = counts.holders(terms)
    rarity: Floats = np.log(1 + (counts.size - held + 0.5) / (held + 0.5))
    return rarity


def bm25(counts: Counts, idf: Floats, saturation: float, length_share: float) -> Postings:
    """Okapi BM25 (k1 = saturation, b = length_share) of weighted term counts."""
    lengths = counts.lengths()
    average = lengths.sum() / max(counts.size, 1) or 1.0
    damping = saturation * (1 - length_share + length_share * lengths / average)
    impact = idf[counts.terms] * counts.counts / (counts.counts + damping[counts.owners])
    return Postings.of(counts, impact, len(idf))
