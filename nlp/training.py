"""Training (训练): `python -m nlp.training CATALOGUE.json…` learns the ranker's weights and writes weights.json.

With `--vectors FILE` first, it learns the weights for words and an encoder together; FILE keeps the vectors.

The catalogue's own phrasings are the questions. They are asked in folds of an index that does not hold them, so
that a weight is learnt for meeting words never seen, not for finding a sentence again. Sentences that no hall can
answer (lexicon/elsewhere.txt) teach the refusal; part of the phrasings are repeated with words written by ear.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nlp.channels import listen
from nlp.documents import Document, row_document
from nlp.elsewhere import elsewhere_sentences
from nlp.encoder import SentenceEncoder, VectorShelf, installed_encoder
from nlp.index import Index
from nlp.noise import misheard, mistyped
from nlp.postings import Floats
from nlp.ranker import FEATURES, NONE_FEATURES, Weights, candidate_features, none_features, weights_file

FOLDS: Final = 5
SEED: Final = 20260101
_MISHEARD_SHARE: Final = 0.3
_TOLD_SHARE: Final = 0.4
_BEFORE_SHARE, _AFTER_SHARE = 0.7, 0.6
_WORDS_SHARE: Final = 0.5
_ELSEWHERE_WEIGHT: Final = 1.5
_RIDGE: Final = 1e-2
_STEPS: Final = 50
_STILL: Final = 1e-9
_NEVER: Final = 1e-300
_LEARNT: Final = frozenset({"phrasing", "alias"})


@dataclass(frozen=True, slots=True)
class Example:
    """One question: its candidates' features, the none row, and where the right answer stands (-1: none)."""

    rows: Floats
    none_row: Floats
    right: int
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Fold:
    """An index without some phrasings, and those phrasings with the document each belongs to."""

    index: Index
    held_out: tuple[tuple[str, int], ...]


def asides() -> tuple[list[str], list[str]]:
    """What people write before and after the matter itself, from cases/asides.txt."""
    text = files("nlp").joinpath("cases", "asides.txt").read_text(encoding="utf-8")
    before, _, after = text.partition("\n=\n")
    return [line for line in before.splitlines() if not line.startswith("#")], after.splitlines()


def folds(
    documents: Sequence[Document], encoder: SentenceEncoder | None = None, count: int = FOLDS
) -> Iterator[Fold]:
    """Indexes that each lack one share of every document's phrasings."""
    for fold in range(count):
        kept: list[Document] = []
        held: list[tuple[str, int]] = []
        for number, document in enumerate(documents):
            learnt = [pair for pair in document.fields if pair[0] in _LEARNT]
            out = {pair for place, pair in enumerate(learnt) if (place + number) % count == fold}
            kept.append(replace(document, written=tuple(p for p in document.fields if p not in out)))
            held.extend((text, number) for _, text in out)
        outside = tuple(t for place, t in enumerate(elsewhere_sentences()) if place % count != fold)
        held.extend((t, -1) for place, t in enumerate(elsewhere_sentences()) if place % count == fold)
        yield Fold(
            Index.build(kept, outside, encoder), tuple(sorted(held, key=lambda pair: (pair[1], pair[0])))
        )


def example(index: Index, text: str, right: int, weight: float = 1.0) -> Example | None:
    """Features of one question; None when the right document is not even on the short list."""
    reading = index.read(text)
    signals = listen(index, reading)
    place = -1
    if right >= 0:
        found = np.flatnonzero(signals.chosen == right)
        if not len(found):
            return None
        place = int(found[0])
    rows = candidate_features(index, reading, signals)
    return Example(rows, none_features(index, reading, signals), place, weight)


def told(text: str, chance: random.Random) -> str:
    """The text as a letter would tell it: with an aside before it, after it, or both."""
    before, after = asides()
    said = chance.choice(before) + text if chance.random() < _BEFORE_SHARE else text
    return said + chance.choice(after) if chance.random() < _AFTER_SHARE else said


def _by_ear(text: str, chance: random.Random) -> str:
    """Words or single characters written as they sound."""
    return (
        misheard(text, 0.3, chance)
        if chance.random() < _WORDS_SHARE
        else mistyped(text, 1 + len(text) // 12, chance)
    )


def examples(documents: Sequence[Document], encoder: SentenceEncoder | None = None) -> list[Example]:
    """All questions of all folds, some again with words written by ear, some again with asides.

    With an encoder, only as they stand: these its shelf holds, while one it has not met takes longer than all the rest of a question.
    """
    by_ear, with_asides = (_MISHEARD_SHARE, _TOLD_SHARE) if encoder is None else (0.0, 0.0)
    chance = random.Random(SEED)  # noqa: S311 - a reproducible sample, not a secret
    found: list[Example | None] = []
    for fold in folds(documents, encoder):
        for text, right in fold.held_out:
            weight = 1.0 if right >= 0 else _ELSEWHERE_WEIGHT
            found.append(example(fold.index, text, right, weight))
            if chance.random() < by_ear:
                found.append(example(fold.index, _by_ear(text, chance), right, weight))
            if chance.random() < with_asides:
                found.append(example(fold.index, told(text, chance), right, weight))
    return [one for one in found if one is not None]


def learn(data: Sequence[Example], ridge: float = _RIDGE) -> Weights:
    """Weights of greatest likelihood under a ridge; deterministic.

    Features are brought to one scale while learning, so that the ridge holds all of them alike. The none answer competes as one more
    row, whose features are zero where a candidate's are not.
    """
    rows, mask = _padded([one.rows for one in data])
    none_rows = np.stack([one.none_row for one in data])
    scale, none_scale = _scale(rows[mask]), _scale(none_rows)
    size, split = rows.shape[1], len(scale)
    tables = np.zeros((len(data), size + 1, split + len(none_scale)))
    tables[:, :size, :split] = rows / scale
    tables[:, size, split:] = none_rows / none_scale
    right = np.asarray([one.right if one.right >= 0 else size for one in data])
    worth = np.asarray([one.weight for one in data])
    there = np.pad(mask, ((0, 0), (0, 1)), constant_values=True)
    theta = _Slope(tables, there, right, worth / worth.sum(), ridge).summit()
    return Weights(theta[:split] / scale, theta[split:] / none_scale)


def _padded(tables: Sequence[Floats]) -> tuple[Floats, NDArray[np.bool_]]:
    size = max(len(table) for table in tables)
    rows = np.zeros((len(tables), size, tables[0].shape[1]))
    mask = np.zeros((len(tables), size), dtype=np.bool_)
    for number, table in enumerate(tables):
        rows[number, : len(table)] = table
        mask[number, : len(table)] = True
    return rows, mask


def _scale(rows: Floats) -> Floats:
    spread = rows.std(axis=0)
    return np.where(spread > 0, spread, 1.0)


@dataclass(frozen=True, slots=True)
class _Slope:
    """The likelihood of answers under a ridge: each line of `tables` holds the rows that compete, of which `right` is the answer."""

    tables: Floats
    mask: NDArray[np.bool_]
    right: NDArray[np.int64]
    worth: Floats
    ridge: float

    def summit(self) -> Floats:
        """The likeliest weights by Newton's method.

        There is one summit, and the curvature is cheap for some sixty weights: a dozen steps stand where eight hundred of a
        gradient's were needed. A step that leads down is halved: the first ones overshoot.
        """
        theta = step = np.zeros(self.tables.shape[2])
        height = -np.inf
        for _ in range(_STEPS):
            shares = self._shares(theta + step)
            reached = self._height(theta + step, shares)
            if reached < height:
                step = step / 2
                continue
            theta = theta + step
            if reached - height < _STILL:
                break
            height = reached
            step = self._step(theta, shares)
        return theta

    def _shares(self, theta: Floats) -> Floats:
        """The probability of every row that is there."""
        logits = np.where(self.mask, self.tables @ theta, -np.inf)
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares: Floats = odds / odds.sum(axis=1, keepdims=True)
        return shares

    def _height(self, theta: Floats, shares: Floats) -> float:
        given = shares[np.arange(len(shares)), self.right]
        return float(self.worth @ np.log(given + _NEVER) - self.ridge * (theta @ theta) / 2)

    def _step(self, theta: Floats, shares: Floats) -> Floats:
        """To where a parabola of this slope and curvature has its summit."""
        size = len(theta)
        answers = self.tables[np.arange(len(shares)), self.right]
        expected = np.einsum("ij,ijk->ik", shares, self.tables)
        slope = self.worth @ (answers - expected) - self.ridge * theta
        flat, pulls = self.tables.reshape(-1, size), (shares * self.worth[:, None]).reshape(-1, 1)
        curvature = flat.T @ (flat * pulls) - expected.T @ (expected * self.worth[:, None])
        step: Floats = np.linalg.solve(curvature + self.ridge * np.eye(size), slope)
        return step


def stored(weights: Weights) -> dict[str, dict[str, float]]:
    """Weights by name, as weights.json keeps them."""
    return {
        "candidate": {name: round(float(w), 4) for name, w in zip(FEATURES, weights.candidate, strict=True)},
        "none": {name: round(float(w), 4) for name, w in zip(NONE_FEATURES, weights.none, strict=True)},
    }


def documents_in(paths: Sequence[str]) -> list[Document]:
    """The documents of catalogue files (docs/catalogue-format.md); files without items are passed over."""
    rows = chain.from_iterable(
        json.loads(Path(path).read_text(encoding="utf-8")).get("items", ()) for path in paths
    )
    return [row_document(row) for row in rows]


def main(arguments: Sequence[str]) -> None:
    """Learn from catalogue files and store the weights beside this module."""
    encoder: SentenceEncoder | None = None
    paths = list(arguments)
    if paths[:1] == ["--vectors"]:
        if (installed := installed_encoder()) is None:
            sys.exit("--vectors needs the extra `encoder`: its wheel is not installed")
        encoder = VectorShelf(installed, Path(paths[1]))
        paths = paths[2:]
    data = examples(documents_in(paths), encoder)
    target = Path(__file__).with_name(weights_file(with_encoder=encoder is not None))
    target.write_text(json.dumps(stored(learn(data)), indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(data)} questions learnt\n")


if __name__ == "__main__":
    main(sys.argv[1:])
