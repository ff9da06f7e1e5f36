"""Which document a page is, by the words printed on it. The words and their weights are in `kinds.json`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from materials.chinese import simplified
from materials.model import DocumentKind, KindGuess
from materials.numbers import bank_number_in
from materials.page import Page

SURE = 0.6
_POSSIBLE = 0.45
_NUMBER_ON_A_CARD = 0.35
_FEW_WORDS = 8
_BELIEVED = 0.5
# Both sides of an ID card on one sheet are the usual photocopy; other pairs on one page are one document
# quoting another.
_SHARE_A_PAGE = frozenset({DocumentKind.ID_CARD_FRONT, DocumentKind.ID_CARD_BACK})
_SIDES_OF: dict[str, frozenset[DocumentKind]] = {"id_card": _SHARE_A_PAGE}
_ANY_PAPER = frozenset({DocumentKind.OTHER.value, DocumentKind.UNKNOWN.value})
_LOOSE = frozenset({"form", "certificate", "contract", "other", "unknown", "medical_record"})


@dataclass(frozen=True, slots=True)
class _Signs:
    weights: dict[str, float]
    not_with: tuple[str, ...]

    def score(self, text: str) -> float:
        """The weight of the words found; nothing when the page says that it is something else."""
        if any(word in text for word in self.not_with):
            return 0.0
        return sum(weight for word, weight in self.weights.items() if word in text)


@cache
def _table() -> dict[DocumentKind, _Signs]:
    raw = json.loads(files("materials").joinpath("kinds.json").read_text(encoding="utf-8"))
    return {DocumentKind(kind): _Signs(row["signs"], tuple(row["not_with"])) for kind, row in raw.items()}


def recognise(page: Page, expected: str | None = None) -> KindGuess:
    """The likeliest kind with its confidence; UNKNOWN when too little of any kind is on the page.

    A portrait is believed, not seen: a page almost without words is one where one was asked for. Looking
    for a face would be biometric processing, and nothing here needs it.
    """
    text = simplified(page.text).replace("\n", "")
    if expected == DocumentKind.PHOTO and len(text) <= _FEW_WORDS:
        return KindGuess(DocumentKind.PHOTO, _BELIEVED)
    scores = {kind: signs.score(text) for kind, signs in _table().items()}
    if scores[DocumentKind.BANK_CARD] and any(
        bank_number_in("".join(c.text for c in row)) for row in page.rows
    ):
        scores[DocumentKind.BANK_CARD] += _NUMBER_ON_A_CARD
    best = max(scores, key=lambda kind: scores[kind])
    if scores[best] < _POSSIBLE:
        return KindGuess(DocumentKind.UNKNOWN, 1.0 - scores[best])
    also = tuple(k for k in _SHARE_A_PAGE - {best} if best in _SHARE_A_PAGE and scores[k] >= SURE)
    return KindGuess(best, min(1.0, scores[best]), also)


def answers(guess: KindGuess, expected: str) -> bool:
    """Whether the page is what was asked for; `expected` is a kind of ours or the catalogue's `id_card`."""
    if expected in _ANY_PAPER:
        return True
    wanted = _SIDES_OF.get(expected) or {expected}
    return not wanted.isdisjoint((guess.kind, *guess.also))


def is_loose(kind: str) -> bool:
    """True for papers that come in any shape: none of their words can be demanded, a clerk's look decides."""
    return kind in _LOOSE
