"""Slots of speech (话里的要素): days, times, people, places, numbers and wishes, each a pure function.

Every function takes a normalised sentence (`nlp.text.normalise`) and answers a plain value.
"""

from nlp.speech.ages import age_in
from nlp.speech.aspects import aspects_in
from nlp.speech.days import Days, days_in
from nlp.speech.identifiers import id_number_in, phone_in
from nlp.speech.intents import intent_in
from nlp.speech.likeness import closest
from nlp.speech.listening import Ear
from nlp.speech.materials import lost_in, materials_in
from nlp.speech.numbers import choice_in, number_of
from nlp.speech.persons import only_whom, person_in
from nlp.speech.places import places_in
from nlp.speech.times import part_in, time_in

__all__ = [
    "Days",
    "Ear",
    "age_in",
    "aspects_in",
    "choice_in",
    "closest",
    "days_in",
    "id_number_in",
    "intent_in",
    "lost_in",
    "materials_in",
    "number_of",
    "only_whom",
    "part_in",
    "person_in",
    "phone_in",
    "places_in",
    "time_in",
]
