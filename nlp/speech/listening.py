"""Listening (听话): all slots of one sentence together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from intake.model.speech import Intent, Spoken, Unfit
from nlp.speech.ages import age_in
from nlp.speech.aspects import aspects_beside, aspects_in
from nlp.speech.corrections import put_right
from nlp.speech.days import DAY_WORDS, days_in, impossible_day_in, unknown_day_in
from nlp.speech.identifiers import id_number_in, name_in, phone_in
from nlp.speech.intents import LIGHT_WORDS, intent_in
from nlp.speech.likeness import closest
from nlp.speech.matters import asks_whether, begins_a_wish, had_already, stands_by_itself
from nlp.speech.numbers import choice_in
from nlp.speech.persons import only_whom, person_in
from nlp.speech.places import places_in, spoken_names
from nlp.speech.several import several_in
from nlp.speech.suiting import suiting
from nlp.speech.times import part_in, time_in, until_in
from nlp.speech.visits import befell, only_when, only_where, plans_visit, without_visit
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
        when, not_when = suiting(said)
        days = None if befell(when) else days_in(when, today)
        until = until_in(when)
        # 下周 is a village, too, and 下周三 is not.
        place = "" if only_when(said) else next(iter(places_in(said, self._places)), "")
        whom = only_whom(said)
        intent = intent_in(said)
        names = spoken_names(place) if place else ()
        nothing_else = days is not None and not LIGHT_WORDS.sub("", DAY_WORDS.sub("", said))
        asks = () if nothing_else or intent in _NO_QUESTION_OF_THE_MATTER else aspects_in(said, names)
        comes = plans_visit(said, names)
        return Spoken(
            text=text,
            intent=None if asks else intent,
            number=choice_in(said),
            first_day=days.first if days else None,
            last_day=days.last if days else None,
            part=part_in(when),
            at=None if until else time_in(when),
            until=until,
            unfit=_unfit(not_when, today),
            who=whom or person_in(said),
            age=age_in(said),
            place=place,
            id_number=id_number_in(said),
            phone=phone_in(said),
            name=name_in(said),
            asks=asks,
            only_whom=bool(whom),
            unknown_day="" if days else _unknown_day(said),
            put_right=put_right(said),
            only_when=only_when(when, names),
            only_where=only_where(said, names),
            comes=comes,
            matter=without_visit(said, names) if comes else text,
            wishes=begins_a_wish(said),
            several=several_in(said),
            also_asks=() if asks else aspects_beside(said),
            by_itself=stands_by_itself(said),
            asks_whether=asks_whether(said),
            had=had_already(said),
        )

    def closest(self, text: str, sentences: Sequence[str], subject: Sequence[str] = ()) -> int | None:
        """Which of the sentences about a subject asks what the text asks; None when none clearly does."""
        return closest(text, sentences, subject)


def _unfit(text: str, today: date) -> Unfit | None:
    """The time that does not suit, out of the clauses that say so."""
    days, part, at = days_in(text, today), part_in(text), time_in(text)
    if not (days or part or at):
        return None
    return Unfit(days.first if days else None, days.last if days else None, part, at)


def _unknown_day(text: str) -> str:
    """A day in no calendar, or nothing but one that is over: 昨天丢的 names no day to come."""
    if unknown := unknown_day_in(text):
        return unknown
    over = impossible_day_in(text)
    return over if over and not LIGHT_WORDS.sub("", text.replace(over, "", 1)) else ""
