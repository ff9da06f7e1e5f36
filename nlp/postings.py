"""Postings (倒排表): for every term, who holds it and how heavily, as flat numpy arrays.

Terms are numbered once (`Terms`), a sentence's pieces are looked up once (`Bag`), and everything after that is
arithmetic on arrays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Places = NDArray[np.int64]
_NONE: Final = np.zeros(0)
_NOBODY: Final = np.zeros(0, dtype=np.int32)
_TRUE: Final = np.ones(1, dtype=np.bool_)
_FEW_HOLDERS: Final = 16_384
_BLOCKS: Final = 16


@dataclass(frozen=True, slots=True)
class Bag:
    """词袋: the numbers of the terms an index knows, each with its weight, and the terms it has never met."""

    columns: Places
    weights: Floats
    strange: tuple[tuple[str, float], ...] = ()

    @classmethod
    def side_by_side(cls, bags: Sequence[Self], begins: Sequence[int], scales: Sequence[float]) -> Self:
        """Several bags as one: the terms of each numbered from where it begins, its weights times its scale."""
        columns = [bag.columns + first for bag, first in zip(bags, begins, strict=True)]
        weights = [bag.weights * scale for bag, scale in zip(bags, scales, strict=True)]
        return cls(np.concatenate(columns), np.concatenate(weights))


@dataclass(frozen=True, slots=True)
class Terms:
    """词项: pieces of text, numbered from 0 in the order in which they were first met."""

    numbers: dict[str, int]

    @classmethod
    def none(cls) -> Self:
        """Terms to learn into."""
        return cls({})

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[str]:
        return iter(self.numbers)

    def learn(self, pieces: Iterable[str]) -> Places:
        """The number of every piece; a new one is given the next number. Only while an index is being built."""
        numbers = self.numbers
        number = numbers.setdefault
        return np.array([number(piece, len(numbers)) for piece in pieces], dtype=np.int64)

    def bag(self, pieces: Mapping[str, float]) -> Bag:
        """The pieces of a sentence with their weights, as this index numbers them."""
        number = self.numbers.get
        columns: list[int] = []
        weights: list[float] = []
        strange: list[tuple[str, float]] = []
        for piece, weight in pieces.items():
            column = number(piece)
            if column is None:
                strange.append((piece, weight))
            else:
                columns.append(column)
                weights.append(weight)
        return Bag(np.array(columns, dtype=np.int64), np.array(weights), tuple(strange))


@dataclass(frozen=True, slots=True)
class Counts:
    """词频: how often each owner holds each term, sorted by term and then by owner; `size` owners in all."""

    terms: Places
    owners: Places
    counts: Floats
    size: int

    @classmethod
    def summed(cls, terms: Places, owners: Places, worth: Floats, size: int) -> Self:
        """From single occurrences in any order: a term, who holds it, and what the occurrence counts."""
        keys = terms * max(size, 1) + owners
        order = ascending(keys)
        firsts = changes(keys[order]).nonzero()[0]
        kept = order[firsts]
        counts = np.add.reduceat(worth[order], firsts) if len(firsts) else _NONE
        return cls(terms[kept], owners[kept], counts, size)

    def held_whole(self) -> Self:
        """The same, with everything held once."""
        return replace(self, counts=np.ones(len(self.terms)))

    def renumbered(self, terms: Places) -> Self:
        """The same of other terms: each stands for the one of its number."""
        return replace(self, terms=terms[self.terms])

    def beside(self, other: Self) -> Self:
        """These and others of the same owners, added up."""
        return self.summed(
            np.concatenate((self.terms, other.terms)),
            np.concatenate((self.owners, other.owners)),
            np.concatenate((self.counts, other.counts)),
            self.size,
        )

    def holders(self, terms: int) -> Places:
        """For each of so many terms, how many owners hold it."""
        return np.bincount(self.terms, minlength=terms)

    def lengths(self) -> Floats:
        """What every owner holds in all."""
        return np.bincount(self.owners, self.counts, minlength=self.size).astype(np.float64, copy=False)


@dataclass(frozen=True, slots=True)
class Postings:
    """倒排表: term → owners and weights. Immutable once built, so that threads may share it."""

    starts: Ints
    owners: Ints
    weights: Floats
    size: int

    @classmethod
    def of(cls, counts: Counts, weights: Floats, terms: int) -> Self:
        """The given weight for every count, over so many terms."""
        starts = np.concatenate(([0], counts.holders(terms).cumsum()))
        return cls(starts.astype(np.int32), counts.owners.astype(np.int32), weights, counts.size)

    @classmethod
    def stacked(cls, all_of: Sequence[Self]) -> Self:
        """Several over the same owners as one: terms and owners of each are numbered after those of the one before."""
        size, before = all_of[0].size, [0, *np.cumsum([len(one.owners) for one in all_of])]
        starts = [one.starts[:-1] + first for one, first in zip(all_of, before, strict=False)]
        owners = [one.owners + place * size for place, one in enumerate(all_of)]
        return cls(
            np.concatenate((*starts, before[-1:])).astype(np.int32),
            np.concatenate(owners).astype(np.int32),
            np.concatenate([one.weights for one in all_of]),
            size * len(all_of),
        )

    @property
    def terms(self) -> int:
        """How many terms are numbered."""
        return len(self.starts) - 1

    def score(self, bag: Bag) -> Floats:
        """For every owner, the sum over the bag's terms of bag weight times held weight."""
        starts = self.starts[bag.columns]
        lengths = self.starts[bag.columns + 1] - starts
        owners, weights = self._gathered(starts, lengths)
        weights *= bag.weights.repeat(lengths)
        return np.bincount(owners, weights, minlength=self.size).astype(np.float64, copy=False)

    def _gathered(self, starts: Ints, lengths: Ints) -> tuple[Ints, Floats]:
        """The owners and weights of terms, end to end: by place where they are few, else by stretches of memory."""
        if lengths.sum() < _FEW_HOLDERS or not len(starts):
            places = laid(starts, lengths)
            return self.owners.take(places), self.weights.take(places)
        bounds = zip(starts.tolist(), (starts + lengths).tolist(), strict=True)
        spans = [slice(first, end) for first, end in bounds]
        return (
            np.concatenate([self.owners[span] for span in spans]),
            np.concatenate([self.weights[span] for span in spans]),
        )


def ascending(keys: Places) -> Places:
    """The places of whole numbers, none below zero, in the order in which these ascend; of equal ones, as they stand.

    Sixteen bits after sixteen bits: numbers so short are sorted by counting, while for longer ones numpy compares them, which was
    measured to take four times as long.
    """
    if (keys[1:] >= keys[:-1]).all():
        return np.arange(len(keys))
    order: Places = np.argsort(keys.astype(np.uint16), kind="stable")
    for bits in range(16, int(keys.max(initial=0)).bit_length(), 16):
        order = order[np.argsort((keys >> bits).astype(np.uint16)[order], kind="stable")]
    return order


def changes(ordered: Places) -> NDArray[np.bool_]:
    """Which numbers are not the same as the one before."""
    return np.concatenate((_TRUE[: len(ordered)], ordered[1:] != ordered[:-1]))


def numbered(keys: Places) -> tuple[Places, Places]:
    """The different keys, ascending, and for every key its place among them."""
    order = ascending(keys)
    ordered = keys[order]
    firsts = changes(ordered)
    places = np.empty_like(order)
    places[order] = firsts.cumsum() - 1
    return ordered[firsts], places


def laid(starts: Places | Ints, lengths: Places | Ints) -> Places:
    """The places starts[i] … starts[i] + lengths[i] - 1 of every i, end to end."""
    ends = lengths.cumsum()
    places: Places = (starts - ends + lengths).repeat(lengths) + np.arange(ends[-1] if len(ends) else 0)
    return places


def end_to_end(all_bounds: Sequence[Places | Ints], before: Places) -> Places:
    """Bounds of parts as bounds of the whole; `before` is how much stands before each part, and in all."""
    moved = [bounds[:-1] + first for bounds, first in zip(all_bounds, before.tolist(), strict=False)]
    return np.concatenate((*moved, before[-1:]))


def greatest(scores: Floats, size: int) -> Ints:
    """The places of the `size` greatest scores, greatest first; of equal ones, those that come first.

    `numpy.argpartition` takes ten milliseconds for fifty thousand scores of which most are alike.
    """
    if len(scores) <= size:
        return np.argsort(-scores, kind="stable").astype(np.int32)
    bar = np.partition(_peaks(scores, len(scores) // (size * _BLOCKS)), -size)[-size]
    # As many stretches peak at the bar or above, so as many scores do; those above it stand in fewer stretches than that.
    chosen = np.concatenate(((scores > bar).nonzero()[0], (scores == bar).nonzero()[0][:size]))
    return chosen[np.argsort(-scores[chosen], kind="stable")[:size]].astype(np.int32)


def _peaks(scores: Floats, width: int) -> Floats:
    """The greatest score of every stretch of that width."""
    if width <= 1:
        return scores
    whole = len(scores) // width * width
    return np.append(scores[:whole].reshape(-1, width).max(axis=1), scores[whole:].max(initial=-np.inf))


@dataclass(frozen=True, slots=True)
class Spans:
    """Stretches of neighbouring owners, laid end to end in `rows`; stretch i begins at `places[i]` of them."""

    firsts: Ints
    ends: Ints
    rows: Places
    places: Places
    lengths: Ints

    @classmethod
    def of(cls, bounds: Ints, chosen: Ints) -> Self:
        """The stretches bounds[i]..bounds[i+1] of the chosen i; none of them may be empty."""
        firsts, ends = bounds[chosen], bounds[chosen + 1]
        lengths = ends - firsts
        places = lengths.cumsum() - lengths
        return cls(firsts, ends, laid(firsts, lengths), places, lengths)

    def best(self, values: Floats) -> Floats:
        """The greatest value of every stretch; `values` may be a table with one line per kind of value."""
        greatest: Floats = np.maximum.reduceat(values, self.places, axis=-1)
        return greatest

    def table(self, values: Floats) -> Floats:
        """One line per stretch, filled up with zeros: for values that are never below zero."""
        count, width = len(self.firsts), int(self.lengths.max())
        table = np.zeros((count, width))
        table[np.arange(width) < self.lengths[:, np.newaxis]] = values
        return table


@dataclass(frozen=True, slots=True)
class Nested:
    """篇内倒排: in every document, who of its phrases holds a term; read for few documents at a time.

    The terms of document i are columns[bounds[i]:bounds[i + 1]], and that at place p is held by
    owners[starts[p]:starts[p + 1]]. Reading the phrases row by row was measured to take five times as long: most of what they hold
    is not in the sentence.
    """

    bounds: Places
    columns: Ints
    starts: Ints
    owners: Ints

    @classmethod
    def of(cls, documents: Places, terms: Places, owners: Places, size: int) -> Self:
        """From single holdings: in which of so many documents, of which term, by whom."""
        span, many = int(terms.max(initial=0)) + 1, int(owners.max(initial=0)) + 1
        # One number for each holding: sorting by three keys takes ten times as long.
        keys = (documents * span + terms) * many + owners
        places, owners = np.divmod(keys[ascending(keys)], many)
        firsts = changes(places).nonzero()[0]
        documents, columns = np.divmod(places[firsts], span)
        return cls(
            bounds=np.concatenate(([0], np.bincount(documents, minlength=size).cumsum())),
            columns=columns.astype(np.int32),
            starts=np.append(firsts, len(owners)).astype(np.int32),
            owners=owners.astype(np.int32),
        )

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """The documents of all parts, in order."""
        columns = np.cumsum([0, *(len(part.columns) for part in parts)])
        owners = np.cumsum([0, *(len(part.owners) for part in parts)])
        return cls(
            bounds=end_to_end([part.bounds for part in parts], columns),
            columns=np.concatenate([part.columns for part in parts] or [_NOBODY]),
            starts=end_to_end([part.starts for part in parts], owners).astype(np.int32),
            owners=np.concatenate([part.owners for part in parts] or [_NOBODY]),
        )

    def shared(self, chosen: Ints, asked: Bag, terms: int, shifts: Ints, size: int) -> Floats:
        """For every owner in the chosen documents, the sum of the weights of its terms in the bag, out of so many terms.

        `shifts` takes the owners of each chosen document to their place among `size` sums.
        """
        firsts, ends = self.bounds[chosen], self.bounds[chosen + 1]
        spans = [slice(first, end) for first, end in zip(firsts.tolist(), ends.tolist(), strict=True)]
        columns = np.concatenate([self.columns[span] for span in spans])
        # A byte for every term, not a float: half a megabyte of zeros drove all else out of the processor's cache.
        marks = np.zeros(terms, dtype=np.bool_)
        marks[asked.columns] = True
        met = marks.take(columns).nonzero()[0]
        # What is not asked is never looked at here, so it need not be zero.
        weighed = np.empty(terms)
        weighed[asked.columns] = asked.weights
        weights = weighed.take(columns.take(met))
        lengths = ends - firsts
        last = lengths.cumsum()
        here = met.searchsorted(last)
        here[1:] -= here[:-1].copy()
        places = met + (firsts - last + lengths).repeat(here)
        begins = self.starts.take(places)
        held = self.starts.take(places + 1) - begins
        owners = self.owners.take(laid(begins, held)) + shifts.repeat(here).repeat(held)
        return np.bincount(owners, weights.repeat(held), minlength=size).astype(np.float64, copy=False)
