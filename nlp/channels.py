"""Channels (通道): each looks for one kind of likeness between a sentence and the catalogue.

Two steps keep a match fast at any size: a survey of the whole catalogue by grams, words and concepts, and a close
look at the few documents the survey puts first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from nlp.index import Index
from nlp.meanings import Meant, kind_of
from nlp.phrases import Nearness, Wish
from nlp.pieces import Keys
from nlp.postings import Bag, Floats, Ints, greatest
from nlp.reading import Reading
from nlp.sense import Closeness
from nlp.stress import laid_over

SHORTLIST: Final = 16
_NOTHING: Final = 1e-9
_CONCEPT_WORTH: Final = 0.7
# Speech is likened gram by gram, empty words included, so its shares are small. At four times as much the short list was measured to
# miss a third less.
_SPEECH_WORTH: Final = 4.0


@dataclass(frozen=True, slots=True)
class Survey:
    """初筛: one number per document of the whole catalogue.

    `grams` are the sentence's and `mass` what they tell; `focus` are those of all that asks, `sounds` its pairs of syllables; `known` is the
    share that the catalogue has words for. `speech` likens all that asks to all that people say of an item.
    """

    grams: Bag
    focus: Bag
    sounds: Bag
    gram: Floats
    word: Floats
    cover: Floats
    speech: Floats
    mass: float
    known: float
    sense: Closeness | None

    def best(self, size: int = SHORTLIST) -> Ints:
        """The documents worth a close look, best first."""
        total = self.gram + 0.3 * self.cover
        total += 0.2 * self.word
        total += _SPEECH_WORTH * self.speech
        if self.sense is not None:
            total += self.sense.near
        return greatest(total, size)


@dataclass(frozen=True, slots=True)
class Signals:
    """细看: one number per chosen document and channel; and what the sentence is made of.

    `known` and `focus` as in the survey; how many `grams` it has, and how many of its concepts are `things` and `acts`.
    """

    chosen: Ints
    gram: Floats
    word: Floats
    cover: Floats
    speech: Floats
    phrase: Nearness
    sense: Closeness
    meant: Meant
    known: float
    grams: int
    focus: Bag
    things: int
    acts: int


def survey(index: Index, reading: Reading) -> Survey:
    """The whole catalogue's view of one reading."""
    known = index.vocabulary
    grams, focus, sounds = _said(known.pieces, reading)
    words = known.said.bag(dict.fromkeys(reading.words, 1.0))
    pieces = known.said.bag(_pieces(reading))
    mass = index.mass(grams) or _NOTHING
    told = float(pieces.weights.sum())
    total = told + sum([worth for _, worth in pieces.strange]) or _NOTHING
    word_mass = index.rarest * len(reading.words) or _NOTHING
    said_mass = index.rarest * float(focus.weights.sum()) or _NOTHING
    scales = 1 / mass, 1 / word_mass, 1 / total, 1 / said_mass
    asked = Bag.side_by_side((grams, words, pieces, focus), index.begins, scales)
    gram, word, cover, speech = index.postings.score(asked).reshape(4, -1)
    return Survey(
        grams=grams,
        focus=focus,
        sounds=sounds,
        gram=gram,
        word=word,
        cover=cover,
        speech=speech,
        mass=mass,
        known=told / total,
        sense=index.sense.closeness(reading.focus) if index.sense else None,
    )


def listen(index: Index, reading: Reading) -> Signals:
    """Every channel's view of the documents that the survey puts first."""
    seen = survey(index, reading)
    chosen = seen.best()
    known = index.vocabulary
    concepts = known.concepts.bag(dict.fromkeys(reading.concepts, 1.0))
    phrase = index.phrases.nearness(chosen, Wish(seen.grams, seen.mass, concepts, seen.sounds))
    kinds = [kind_of(concept) for concept in reading.concepts]
    return Signals(
        chosen=chosen,
        gram=seen.gram[chosen],
        word=seen.word[chosen],
        cover=seen.cover[chosen],
        speech=seen.speech[chosen],
        phrase=phrase,
        sense=_of(chosen, seen.sense),
        meant=index.meanings.shared(chosen, concepts),
        known=seen.known,
        grams=len(seen.grams.columns),
        focus=seen.focus,
        things=kinds.count("thing"),
        acts=kinds.count("act"),
    )


def _of(chosen: Ints, sense: Closeness | None) -> Closeness:
    """Closeness of the chosen documents; without an encoder, zeros, which no weight can move."""
    if sense is None:
        nothing = np.zeros(len(chosen))
        return Closeness(nothing, nothing, 0.0)
    return Closeness(sense.near[chosen], sense.core[chosen], sense.elsewhere)


def _said(known: Keys, reading: Reading) -> tuple[Bag, Bag, Bag]:
    """The grams of the content with their stress, those of the focus, and the content's pairs of syllables: looked up at once."""
    grams, sounds, end = reading.letters.grams(), reading.letters.sounds(), len(reading.content)
    within = grams.places < end
    weights = np.zeros((3, len(within) + len(sounds.places)))
    weights[0, : len(within)] = laid_over(reading.content, reading.stress, grams.places) * within
    weights[1, : len(within)] = ~within
    weights[2, len(within) :] = sounds.places < end
    stressed, asked, heard = known.bags(np.concatenate((grams.keys, sounds.keys)), weights)
    return stressed, asked, heard


def _pieces(reading: Reading) -> dict[str, float]:
    """The words and concepts of a sentence with what each tells; words that carry a concept count as it."""
    carried = {term for terms in reading.met.values() for term in terms}
    words = {word: rarity for word, rarity in reading.words.items() if word not in carried}
    return words | dict.fromkeys((f"#{concept}" for concept in reading.concepts), _CONCEPT_WORTH)
