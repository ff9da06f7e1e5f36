"""Listening (听话): all slots of one sentence together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from intake.model.speech import Intent, Spoken
from nlp.speech.ages import age_in
from nlp.speech.aspects import aspects_in
from nlp.speech.days import days_in
from nlp.speech.identifiers import id_number_in, phone_in
from nlp.speech.intents import intent_in
from nlp.speech.likeness import closest
from nlp.speech.numbers import choice_in
from nlp.speech.persons import only_whom, person_in
from nlp.speech.places import places_in, spoken_names
from nlp.speech.times import part_in, time_in
from nlp.text import focus, normalise


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
        asks = () if intent is Intent.ANY else aspects_in(said, spoken_names(place) if place else ())
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
        )

    def closest(self, text: str, sentences: Sequence[str], subject: Sequence[str] = ()) -> int | None:
        """Which of the sentences about a subject asks what the text asks; None when none clearly does."""
        written = ([normalise(one) for one in those] for those in (sentences, subject))
        return closest(normalise(text), *written)
