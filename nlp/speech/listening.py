"""Listening (听话): all slots of one sentence together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from intake.model.speech import Intent, Spoken
from nlp.speech.ages import age_in
from nlp.speech.aspects import aspects_beside, aspects_in
from nlp.speech.corrections import put_right
from nlp.speech.days import DAY_WORDS, days_in, unknown_day_in
from nlp.speech.identifiers import id_number_in, name_in, phone_in
from nlp.speech.intents import LIGHT_WORDS, intent_in
from nlp.speech.likeness import closest
from nlp.speech.numbers import choice_in
from nlp.speech.persons import only_whom, person_in
from nlp.speech.places import places_in, spoken_names
from nlp.speech.several import several_in
from nlp.speech.times import TIME_WORDS, part_in, time_in
from nlp.speech.visits import plans_visit, without_visit
from nlp.text import focus, normalise

# 多久 and 什么时候 in these ask for a place or for one's turn, not for the item's time limit.
_NO_QUESTION_OF_THE_MATTER = frozenset({Intent.ANY, Intent.LINE})


_WISH: Final = re.compile(
    r"(?:那|就|我|帮我|给我|先|还)*(?:想要?|要|来)(?:去|来)?(?:办|申请|申领|领|开个?|补)(?!好|完)"
)


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
            part=part_in(said),
            at=time_in(said),
            who=whom or person_in(said),
            age=age_in(said),
            place=place,
            id_number=id_number_in(said),
            phone=phone_in(said),
            name=name_in(said),
            asks=asks,
            only_whom=bool(whom),
            unknown_day="" if days else unknown_day_in(said),
            put_right=put_right(said),
            only_when=_only_when(said),
            comes=comes,
            matter=without_visit(said, names) if comes else text,
            wishes=bool(_WISH.match(said)),
            several=several_in(said),
            also_asks=() if asks else aspects_beside(said),
        )

    def closest(self, text: str, sentences: Sequence[str], subject: Sequence[str] = ()) -> int | None:
        """Which of the sentences about a subject asks what the text asks; None when none clearly does."""
        return closest(text, sentences, subject)


def _only_when(text: str) -> bool:
    """Whether a day or an hour is named, and nothing else."""
    rest = TIME_WORDS.sub(" ", DAY_WORDS.sub(" ", text))
    return rest != text and not LIGHT_WORDS.sub("", rest)
