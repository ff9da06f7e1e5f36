"""Reading (读句): one utterance as the channels see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from intake.model.matching import PersonFacts
from nlp.facts import joined, told_facts
from nlp.lexicon import lexicon
from nlp.pieces import Letters
from nlp.stress import clauses, stresses
from nlp.text import focus, normalise
from nlp.words import Cut, Dictionary, content_words


@dataclass(frozen=True, slots=True)
class Reading:
    """读句: the part that asks, its content, and its pieces; a pure function of the text and the facts.

    `stress` says for each clause of the content how much it counts; `letters` are those of the content and the focus,
    `cut` all words of the content; `words` are those that tell something, with how rare they are.
    """

    focus: str
    content: str
    words: Mapping[str, float]
    concepts: tuple[str, ...]
    beyond: tuple[str, ...]
    facts: PersonFacts
    stress: tuple[float, ...]
    met: Mapping[str, tuple[str, ...]]
    letters: Letters = field(compare=False, repr=False)
    cut: Cut = field(compare=False, repr=False)

    def heard_as(self, content: str, dictionary: Dictionary) -> Reading:
        """The same, said in other words of the same sound: with the concepts of both, and what it asks in both ways."""
        letters, end = Letters.of((content, f"{self.focus} {content}")), len(content)
        met = concepts_in(letters, 0, end) | dict(self.met)
        cut = dictionary.cut(letters, end)
        return replace(
            self,
            content=content,
            words=content_words(cut),
            concepts=tuple(met),
            met=met,
            letters=letters,
            cut=cut,
        )


def concepts_in(letters: Letters, start: int = 0, end: int | None = None) -> dict[str, tuple[str, ...]]:
    """Each concept that texts carry, or what is between two places of them, with the terms that carried it, as they appear."""
    book = lexicon()
    met: dict[str, tuple[str, ...]] = {}
    for _, term in book.met(letters, start, end):
        for concept in book.terms[term]:
            met[concept] = (*met.get(concept, ()), term)
    return met


def read(text: str, dictionary: Dictionary, facts: PersonFacts | None = None) -> Reading:
    """Read one utterance; facts already known of the person outweigh what the text suggests."""
    book = lexicon()
    asked = focus(normalise(text))
    content = book.without_filler(asked)
    letters, end = Letters.of((content, asked)), len(content)
    met = concepts_in(letters, end)
    cut = dictionary.cut(letters, end)
    return Reading(
        focus=asked,
        content=content,
        words=content_words(cut),
        concepts=tuple(met),
        beyond=tuple(book.beyond(asked)),
        facts=joined(facts, told_facts(asked)),
        stress=stresses(asked, clauses(content)),
        met=met,
        letters=letters,
        cut=cut,
    )
