"""Listening (听话): all slots of one sentence together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from intake.model.speech import Intent, Spoken
from nlp.speech.ages import age_in
from nlp.speech.aspects import aspects_in
from nlp.speech.days import DAY_WORDS, days_in, unknown_day_in
from nlp.speech.identifiers import id_number_in, phone_in
from nlp.speech.intents import LIGHT_WORDS, intent_in
from nlp.speech.likeness import closest
from nlp.speech.numbers import choice_in
from nlp.speech.persons import only_whom, person_in
from nlp.speech.places import places_in, spoken_names
from nlp.speech.times import part_in, time_in
from nlp.text import focus, normalise

# 多久 and 什么时候 in these ask for a place or for one's turn, not for the item's time limit.
_NO_QUESTION_OF_THE_MATTER = frozenset({Intent.ANY, Intent.LINE})


class Ear:
    """耳朵: hears the slots of a sentence; knows the county's places. Satisfies the core's `Speech` port."""

    def __init__(self, places: Iterable[str] = ()) -> None:
        self._places = tuple(places)

    def listen(self, text: str, *, today: date) -> Spoken:
        """What the sentence says besides its matter; days are counted from `today`. Never raises for a text."""
        said = focus(normalise(text))
        days = days_in(said, today)
        place = next(iter(places_in(said, self._places)), "")
        whom = only_whom(said)
        intent = intent_in(said)
        nothing_else = days is not None and not LIGHT_WORDS.sub("", DAY_WORDS.sub("", said))
        asks = (
            ()
            if nothing_else or intent in _NO_QUESTION_OF_THE_MATTER
            else aspects_in(said, spoken_names(place) if place else ())
        )
        return Spoken(
            text=text,
            intent=None if asks else intent,
            number=choice_in(said),
            first_day=days.first if days else None,
            last_day=days.last if days else None,
            part=part_in(said),
            at=time_in(said),
            who=whom or person_in(said),
            age=age_in(said),
            place=place,
            id_number=id_number_in(said),
            phone=phone_in(said),
            asks=asks,
            only_whom=bool(whom),
            unknown_day="" if days else unknown_day_in(said),
        )

    def closest(self, text: str, sentences: Sequence[str], subject: Sequence[str] = ()) -> int | None:
        """Which of the sentences about a subject asks what the text asks; None when none clearly does."""
        return closest(text, sentences, subject)
