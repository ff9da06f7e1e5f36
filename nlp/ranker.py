"""Ranker (排序): one probability for each candidate and for "none of these", from what the channels say.

A conditional logit: candidates and the none answer compete in one softmax, so a score is a probability and the
refusal needs no threshold of its own scale. Weights are trained offline (`python -m nlp.training`) and are data.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
from rapidfuzz import fuzz

from intake.model.matching import PersonFacts
from nlp.channels import Signals
from nlp.facts import agreement
from nlp.index import Index
from nlp.postings import Floats, Ints
from nlp.reading import Reading

_NEXT_BEST: Final = 4
_BARELY: Final = 0.3
_WISH, _STORY = 30, 60
_UNTOLD: Final = PersonFacts()
_FAR, _THERE = "外省", "那边"
FEATURES: Final = (
    "gram", "near", "near2", "asked", "held", "word", "cover", "thing", "act", "named", "sound", "sound_gain",
    "alike", "facts", "act_missing", "thing_missing", "gram_lead", "cover_lead",
    "called", "uncalled", "near_core", "sense", "sense_core", "sense_lead",
    "meant", "both", "many", "speech", "speech_lead",
    "gram_beside", "word_beside", "cover_beside", "near_beside", "asked_beside", "meant_beside", "both_beside", "many_beside",
    "speech_beside", "gram_told", "speech_told",
)  # fmt: skip
NONE_FEATURES: Final = (
    "bias", "best_near", "best_gram", "best_cover", "best_asked", "best_sound", "best_held", "sound_lift", "best_sense",
    "best_speech", "best_word", "best_both", "known", "unknown", "beyond", "things", "acts", "lean", "elsewhere", "stands_out",
    "elsewhere_sense", "far", "far_there", "told",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Weights:
    """Trained weights: one per feature of a candidate and of the none answer."""

    candidate: Floats
    none: Floats

    @classmethod
    def of(cls, stored: Mapping[str, Mapping[str, float]]) -> Weights:
        """From stored names and values; a feature without a value weighs nothing."""
        return cls(
            np.asarray([stored["candidate"].get(name, 0.0) for name in FEATURES]),
            np.asarray([stored["none"].get(name, 0.0) for name in NONE_FEATURES]),
        )


@cache
def trained(*, with_encoder: bool = False) -> Weights:
    """The weights shipped with the product: one set for words alone, one for words and an encoder."""
    stored = files("nlp").joinpath(weights_file(with_encoder=with_encoder)).read_text(encoding="utf-8")
    return Weights.of(json.loads(stored))


def weights_file(*, with_encoder: bool) -> str:
    """The name of the data file that keeps a set of weights."""
    return "weights.encoder.json" if with_encoder else "weights.json"


def candidate_features(index: Index, reading: Reading, signals: Signals) -> Floats:
    """One row of FEATURES for each chosen document.

    Likenesses are shares of what the sentence says, so those to a long story are all small. What stands beside the best of
    its kind does not shrink with the story: 0 for the best, -1 for a document that shares nothing. Those of grams count once more
    (`gram_told`, `speech_told`) the longer the story is: the more is told, the less any one phrase or word of it decides.
    """
    s, phrase, meant = signals, signals.phrase, signals.meant
    near, sound = phrase.near, phrase.sound
    likenesses = (
        s.gram, s.word, s.cover, near, phrase.asked, phrase.meant, phrase.both, phrase.many, s.speech,
    )  # fmt: skip
    beside, told = _beside_best(np.array(likenesses)), _told(s.grams)
    columns = (
        s.gram, near, near**2, phrase.asked, phrase.held, s.word, s.cover, meant.thing, meant.act, meant.named, sound,
        np.maximum(sound - near, 0.0), _alike(index, reading, signals),
        _facts(index, reading, s.chosen),
        (meant.act < _BARELY) & (s.acts > 0), (meant.thing < _BARELY) & (s.things > 0),
        s.gram - s.gram.max(initial=0.0), s.cover - s.cover.max(initial=0.0),
        meant.called, meant.uncalled, phrase.core, s.sense.near, s.sense.core, s.sense.near - s.sense.near.max(initial=0.0),
        phrase.meant, phrase.both, phrase.many, s.speech, s.speech - s.speech.max(initial=0.0),
        *beside, beside[0] * told, beside[-1] * told,
    )  # fmt: skip
    return np.ascontiguousarray(np.array(columns).T)


def _told(grams: int) -> float:
    """How much of a story a sentence of so many grams is: 0 up to some fifteen characters, 1 from some forty-five."""
    return min(max(grams - _WISH, 0) / _STORY, 1.0)


def _beside_best(likenesses: Floats) -> Floats:
    """Each likeness (a line) as a share of its best, less 1; all 0 where nothing is alike."""
    best = likenesses.max(axis=1, keepdims=True, initial=0.0)
    beside: Floats = likenesses / np.where(best > 0, best, 1.0) - (best > 0)
    return beside


def _facts(index: Index, reading: Reading, chosen: Ints) -> Floats:
    if reading.facts == _UNTOLD:
        return np.zeros(len(chosen))
    return np.asarray([agreement(index.documents[i].life, reading.facts) for i in chosen])


def _alike(index: Index, reading: Reading, signals: Signals) -> Floats:
    texts = index.phrases.texts
    return np.asarray([fuzz.ratio(reading.content, texts[best]) / 100 for best in signals.phrase.best])


def none_features(index: Index, reading: Reading, signals: Signals) -> Floats:
    """The row of NONE_FEATURES: how little the catalogue has to say to this sentence.

    What happens in another province (`far`), the more where it is pointed at (`far_there`), is mostly for an office there.
    """
    s, phrase = signals, signals.phrase
    likened = (
        phrase.near, s.gram, s.cover, phrase.asked, phrase.sound, phrase.held, phrase.sound - phrase.near, s.sense.near,
        s.speech, s.word, phrase.both,
    )  # fmt: skip
    far = _FAR in reading.concepts
    return np.asarray([
        1.0, *np.array(likened).max(axis=1, initial=0.0).tolist(), s.known, 1.0 - s.known,
        min(len(reading.beyond), 3) / 3, min(s.things, 3) / 3, min(s.acts, 3) / 3,
        *index.elsewhere.likeness(s.focus), _stands_out(s.gram), s.sense.elsewhere,
        far, far and _THERE in reading.concepts, _told(s.grams),
    ])  # fmt: skip


def _stands_out(scores: Floats) -> float:
    """How far the best score stands above the next four, as a share of it: near 0 where all are equally poor."""
    if len(scores) <= _NEXT_BEST:
        return 0.0
    best, *others = sorted(scores.tolist(), reverse=True)[: _NEXT_BEST + 1]
    return (best - sum(others) / _NEXT_BEST) / best if best > 0 else 0.0


def probabilities(weights: Weights, rows: Floats, none_row: Floats) -> tuple[Floats, float]:
    """The probability of each candidate row, and of none; together they sum to one."""
    logits = np.concatenate((rows @ weights.candidate, (none_row @ weights.none,)))
    shares = np.exp(logits - logits.max())
    shares /= shares.sum()
    return shares[:-1], float(shares[-1])
