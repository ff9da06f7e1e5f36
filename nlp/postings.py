"""Postings (倒排表): for every term, who holds it and how heavily, as flat numpy arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
_ZERO: Final = np.zeros(1)


@dataclass(frozen=True, slots=True)
class Postings:
    """Term → owners and weights. Immutable once built, so that threads may share it."""

    terms: Mapping[str, int]
    starts: Ints
    owners: Ints
    weights: Floats
    size: int

    @classmethod
    def build(cls, rows: Iterable[Mapping[str, float]]) -> Self:
        """One row per owner, in order: each term it holds with the weight of that term in it."""
        terms: dict[str, int] = {}
        columns: list[int] = []
        owners: list[int] = []
        weights: list[float] = []
        size = 0
        for row in rows:
            columns.extend(terms.setdefault(term, len(terms)) for term in row)
            weights.extend(row.values())
            owners.extend([size] * len(row))
            size += 1
        column = np.asarray(columns, dtype=np.int64)
        order = np.argsort(column, kind="stable")
        starts = np.concatenate(([0], np.cumsum(np.bincount(column, minlength=len(terms))))).astype(np.int32)
        owner_array = np.asarray(owners, dtype=np.int32)[order]
        return cls(terms, starts, owner_array, np.asarray(weights, dtype=np.float64)[order], size)

    def holders(self, term: str) -> int:
        """How many owners hold the term."""
        column = self.terms.get(term)
        return 0 if column is None else int(self.starts[column + 1] - self.starts[column])

    def score(self, query: Mapping[str, float]) -> Floats:
        """For every owner, the sum over the query's terms of query weight times held weight."""
        owners: list[Ints] = []
        weights: list[Floats] = []
        for term, weight in query.items():
            column = self.terms.get(term)
            if column is None:
                continue
            span = slice(self.starts[column], self.starts[column + 1])
            owners.append(self.owners[span])
            weights.append(self.weights[span] * weight)
        if not owners:
            return np.zeros(self.size)
        summed = np.bincount(np.concatenate(owners), np.concatenate(weights), minlength=self.size)
        return summed.astype(np.float64, copy=False)


@dataclass(frozen=True, slots=True)
class Spans:
    """Stretches of neighbouring owners, laid end to end in `rows`; `cells` is where each stands in a table of them."""

    firsts: Ints
    ends: Ints
    rows: NDArray[np.int64]
    cells: NDArray[np.int64]
    width: int

    @classmethod
    def of(cls, bounds: Ints, chosen: Ints) -> Self:
        """The stretches bounds[i]..bounds[i+1] of the chosen i; none of them may be empty."""
        firsts, ends = bounds[chosen], bounds[chosen + 1]
        lengths = ends - firsts
        places = lengths.cumsum() - lengths
        width = int(lengths.max())
        order = np.arange(lengths.sum())
        rows = np.repeat(firsts - places, lengths) + order
        cells = np.repeat(np.arange(len(chosen)) * width - places, lengths) + order
        return cls(firsts, ends, rows, cells, width)

    def table(self, values: Floats) -> Floats:
        """One line per stretch, filled up with zeros: for values that are never below zero."""
        table = np.zeros(len(self.firsts) * self.width)
        table[self.cells] = values
        return table.reshape(len(self.firsts), self.width)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows (正排表): for every owner, the terms it holds, flat and in order; read for few owners at a time."""

    terms: Mapping[str, int]
    worth: Floats
    starts: Ints
    lengths: Ints
    columns: Ints
    masses: Floats

    @classmethod
    def build(cls, rows: Iterable[Iterable[str]], worth: Mapping[str, float]) -> Self:
        """One row of distinct terms per owner; each term is worth the same wherever it stands."""
        terms: dict[str, int] = {}
        columns: list[int] = []
        starts = [0]
        for row in rows:
            columns.extend(terms.setdefault(term, len(terms)) for term in row)
            starts.append(len(columns))
        values = np.asarray([worth.get(term, 0.0) for term in terms])
        column_array, start_array = np.asarray(columns, dtype=np.int32), np.asarray(starts, dtype=np.int32)
        summed = np.concatenate(([0.0], np.cumsum(values[column_array])))
        masses = summed[start_array[1:]] - summed[start_array[:-1]]
        lengths = np.diff(start_array)
        return cls(terms, values, start_array, lengths, column_array, np.where(masses > 0, masses, 1.0))

    def shared(self, spans: Spans, query: Mapping[str, float]) -> Floats:
        """For every owner within the spans, in order, the worth of the terms it shares with the query, as stressed."""
        known = {
            column: stress for term, stress in query.items() if (column := self.terms.get(term)) is not None
        }
        columns = list(known)
        marks = np.zeros(len(self.worth))
        marks[columns] = self.worth[columns] * np.asarray(list(known.values()))
        bounds = zip(self.starts[spans.firsts].tolist(), self.starts[spans.ends].tolist(), strict=True)
        held = marks[np.concatenate([self.columns[first:end] for first, end in bounds])]
        summed = np.concatenate((_ZERO, held.cumsum()))
        lengths = self.lengths[spans.rows]
        last = lengths.cumsum()
        shared: Floats = summed[last] - summed[last - lengths]
        return shared
