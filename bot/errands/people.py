"""People (人): for whom one acts and by whose word, and whom one asks."""

from __future__ import annotations

from bot.dialogue.heard import Unknown, Villagers
from bot.dialogue.wishes import (
    AddRelative,
    AddVillager,
    AskPerson,
    FindVillager,
    ListVillagers,
    PeopleWish,
    RecordMandate,
)
from bot.errands.errand import Errand
from intake.model.people import Mandate, Person
from intake.model.question import Question
from intake.usecases.people import representing
from intake.usecases.questions.asking import AskQuestion


async def grant(wish: PeopleWish, errand: Errand) -> Villagers | Person | Unknown | Mandate | Question:
    """The people, the word they gave, or the question that somebody is now responsible for."""
    people, caller = errand.desk.people, errand.caller
    match wish:
        case ListVillagers():
            return Villagers(await people.villagers(caller))
        case FindVillager():
            return await people.villager_by_number(caller, wish.id_number) or Unknown(wish.id_number)
        case AddVillager():
            return await people.add_villager(representing.AddVillager(caller, wish.name, wish.id_number))
        case AddRelative():
            return await people.add_relative(representing.AddVillager(caller, wish.name, wish.id_number))
        case RecordMandate():
            return await people.record_mandate(_mandate(wish, errand))
        case AskPerson():
            return await errand.desk.questions.ask(AskQuestion(caller, wish.text, key=errand.key))


def _mandate(wish: RecordMandate, errand: Errand) -> representing.RecordMandate:
    return representing.RecordMandate(
        errand.caller, wish.person, wish.service_code, wish.statement, wish.id_number, key=errand.key
    )
