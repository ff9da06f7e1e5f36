"""Weighing (计权): how much a term tells, and BM25 impacts ready to be added up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import log

from nlp.postings import Postings


def rarities_among(rows: Iterable[Mapping[str, float]], single: float = 1.0) -> dict[str, float]:
    """The inverse document frequency of every term; terms of one character count `single` times that."""
    held: Counter[str] = Counter()
    size = 0
    for row in rows:
        held.update(row.keys())
        size += 1
    return {
        term: log(1 + (size - count + 0.5) / (count + 0.5)) * (single if len(term) == 1 else 1.0)
        for term, count in held.items()
    }


def bm25(
    rows: Sequence[Mapping[str, float]], idf: Mapping[str, float], saturation: float, length_share: float
) -> Postings:
    """Okapi BM25 (k1 = saturation, b = length_share) of weighted term counts, one row per document."""
    lengths = [sum(row.values()) for row in rows]
    average = sum(lengths) / max(len(lengths), 1) or 1.0

    def impact(row: Mapping[str, float], length: float) -> dict[str, float]:
        damping = saturation * (1 - length_share + length_share * length / average)
        return {term: idf[term] * count / (count + damping) for term, count in row.items()}

    return Postings.build(impact(row, length) for row, length in zip(rows, lengths, strict=True))
