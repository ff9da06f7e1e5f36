"""Facts (情境): what a sentence tells about the person it is for, and how that fits an item."""

from __future__ import annotations

from typing import Final

from intake.model.catalogue import LifeFacts
from intake.model.matching import PersonFacts
from nlp.speech.ages import age_in
from nlp.speech.materials import lost_in
from nlp.speech.persons import person_in

_UNKNOWN: Final = PersonFacts()


def told_facts(text: str) -> PersonFacts:
    """Age, person and lost document as far as a normalised sentence says them."""
    return PersonFacts(age=age_in(text), who=person_in(text), lost=lost_in(text))


def joined(known: PersonFacts | None, told: PersonFacts) -> PersonFacts:
    """What the sentence says, filled up from what was known before it."""
    before = known or _UNKNOWN
    return PersonFacts(
        age=told.age if told.age is not None else before.age,
        who=told.who or before.who,
        lost=told.lost or before.lost,
        resident=before.resident,
    )


def agreement(life: LifeFacts | None, facts: PersonFacts) -> float:
    """How a person's facts fit an item's: each fact that fits adds 1, each that contradicts takes 1."""
    if life is None or facts == _UNKNOWN:
        return 0.0
    return _age(life, facts) + _person(life.who, facts.who) + _word(life.lost, facts.lost)


def _age(life: LifeFacts, facts: PersonFacts) -> float:
    if facts.age is None or (life.min_age is None and life.max_age is None):
        return 0.0
    low = life.min_age if life.min_age is not None else 0
    high = life.max_age if life.max_age is not None else 200
    return 1.0 if low <= facts.age <= high else -1.0


def _word(wanted: str, told: str) -> float:
    if not wanted or not told:
        return 0.0
    return 1.0 if wanted in told or told in wanted else -0.5


def _person(wanted: tuple[str, ...], told: str) -> float:
    """本人 tells nothing on either side: people say it of every matter, and most items are for oneself too."""
    listed = [who for who in wanted if who != "本人"]
    if not listed or not told or told == "本人":
        return 0.0
    return 1.0 if told in listed else -0.5
