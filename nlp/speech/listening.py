"""Listening (听话): all slots of one sentence together."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from intake.model.speech import Spoken
from nlp.speech.ages import age_in
from nlp.speech.days import days_in
from nlp.speech.identifiers import id_number_in, phone_in
from nlp.speech.intents import intent_in
from nlp.speech.numbers import choice_in
from nlp.speech.persons import person_in
from nlp.speech.places import places_in
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
        return Spoken(
            text=text,
            intent=intent_in(said),
            number=choice_in(said),
            first_day=days.first if days else None,
            last_day=days.last if days else None,
            part=part_in(said),
            at=time_in(said),
            who=person_in(said),
            age=age_in(said),
            place=next(iter(places_in(said, self._places)), ""),
            id_number=id_number_in(said),
            phone=phone_in(said),
        )
