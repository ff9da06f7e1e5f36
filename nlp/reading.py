"""Reading (读句): one utterance as the channels see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from intake.model.matching import PersonFacts
from nlp.facts import joined, told_facts
from nlp.lexicon import Lexicon, lexicon
from nlp.sounds import sound_grams
from nlp.stress import clauses, stresses
from nlp.text import focus, grams, normalise
from nlp.words import content_words, cut


@dataclass(frozen=True, slots=True)
class Reading:
    """读句: the part that asks, its content, and its pieces; a pure function of the text and the facts.

    `stress` says for each clause how much it counts; `grams` carry it.
    """

    focus: str
    content: str
    grams: Mapping[str, float]
    pieces: tuple[str, ...]
    words: tuple[str, ...]
    concepts: tuple[str, ...]
    sounds: frozenset[str]
    beyond: tuple[str, ...]
    facts: PersonFacts
    stress: tuple[float, ...]
    met: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def concepts_in(text: str, book: Lexicon) -> dict[str, tuple[str, ...]]:
    """Each concept a normalised text carries, with the terms that carried it, in order of appearance."""
    met: dict[str, tuple[str, ...]] = {}
    for term, carried in book.meant(text):
        for concept in carried:
            met[concept] = (*met.get(concept, ()), term)
    return met


def stressed_grams(content: str, stress: Sequence[float]) -> dict[str, float]:
    """The grams of a content, each with the stress of the strongest clause it stands in."""
    found: dict[str, float] = {}
    said = clauses(content)
    even = (1.0,) * len(said)
    for weight, clause in zip(stress if len(stress) == len(said) else even, said, strict=True):
        for gram in grams(clause):
            if weight > found.get(gram, 0.0):
                found[gram] = weight
    return found


def read(text: str, facts: PersonFacts | None = None) -> Reading:
    """Read one utterance; facts already known of the person outweigh what the text suggests."""
    book = lexicon()
    asked = focus(normalise(text))
    content = book.without_filler(asked)
    met = concepts_in(asked, book)
    pieces = tuple(cut(content))
    stress = stresses(asked, clauses(content))
    return Reading(
        focus=asked,
        content=content,
        grams=stressed_grams(content, stress),
        pieces=pieces,
        words=content_words(pieces),
        concepts=tuple(met),
        sounds=frozenset(sound_grams(content)),
        beyond=tuple(book.beyond(asked)),
        facts=joined(facts, told_facts(asked)),
        stress=stress,
        met=met,
    )
