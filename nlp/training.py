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
_STEPS: Final = 800
_RATE: Final = 0.05
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
            kept.append(replace(document, fields=tuple(p for p in document.fields if p not in out)))
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
    """Weights of greatest likelihood under a ridge, by full-batch Adam; deterministic.

    Features are brought to one scale while learning, so that the ridge holds all of them alike.
    """
    rows, mask = _padded([one.rows for one in data])
    none_rows = np.stack([one.none_row for one in data])
    scale, none_scale = _scale(rows[mask]), _scale(none_rows)
    right = np.asarray([one.right if one.right >= 0 else rows.shape[1] for one in data])
    worth = np.asarray([one.weight for one in data])
    theta = _descend(rows / scale, mask, none_rows / none_scale, right, worth / worth.sum(), ridge)
    return Weights(theta[: len(scale)] / scale, theta[len(scale) :] / none_scale)


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


def _descend(
    rows: Floats,
    mask: NDArray[np.bool_],
    none_rows: Floats,
    right: NDArray[np.int64],
    worth: Floats,
    ridge: float,
) -> Floats:
    theta = np.zeros(rows.shape[2] + none_rows.shape[1])
    first, second = np.zeros_like(theta), np.zeros_like(theta)
    target = np.zeros((len(rows), rows.shape[1] + 1))
    target[np.arange(len(rows)), right] = 1.0
    split = rows.shape[2]
    for step in range(1, _STEPS + 1):
        logits = np.where(mask, rows @ theta[:split], -np.inf)
        logits = np.concatenate([logits, (none_rows @ theta[split:])[:, None]], axis=1)
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        error = (shares - target) * worth[:, None]
        slope = np.concatenate([np.einsum("ij,ijk->k", error[:, :-1], rows), error[:, -1] @ none_rows])
        slope += ridge * theta
        first = 0.9 * first + 0.1 * slope
        second = 0.99 * second + 0.01 * slope**2
        theta -= _RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
    return theta


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
