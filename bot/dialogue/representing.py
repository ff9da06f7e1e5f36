"""Acting for somebody (代办): whom, and by whose word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.dialogue import booking, starting
from bot.dialogue.vocabulary import (
    AddVillager,
    Choice,
    Consider,
    FindVillager,
    Heard,
    ListVillagers,
    Photographed,
    Picked,
    RecordMandate,
    Refused,
    Said,
    Say,
    Situation,
    Turn,
    Unknown,
    Villagers,
    Whose,
    turn,
)
from intake.model.ids import PersonId, ServiceCode
from intake.model.people import Mandate, Person
from intake.model.speech import Intent

_SHOWN = 8


@dataclass(frozen=True, slots=True)
class ChoosingPerson:
    """For whom? A villager from the list, by name, or by ID number."""

    service_code: ServiceCode | None = None
    listed: tuple[tuple[PersonId, str], ...] = ()
    name: Literal["choosing_person"] = "choosing_person"

    def hear(self, heard: Heard, situation: Situation) -> Turn:
        """A press, a name or an ID number names the person."""
        match heard:
            case Villagers():
                listed = tuple((p.id, p.name) for p in heard.people)
                return ChoosingPerson(self.service_code, listed).offer(self._labels(heard))
            case Picked(value=value) if value.startswith("person:"):
                return self._chosen(PersonId(value.removeprefix("person:")))
            case Said() if heard.spoken.id_number:
                return turn(self, wish=FindVillager(heard.spoken.id_number))
            case Said():
                return self._named(heard.text)
            case Person():
                return self._go_on(Whose(heard.id, heard.name))
            case Unknown():
                return turn(NamingPerson(heard.id_number, self.service_code), Say("name_the_person"))
            case Refused():
                return turn(self, starting.refused(heard))
            case _:
                return turn(self, wish=ListVillagers())

    def offer(self, choices: tuple[Choice, ...]) -> Turn:
        """The villagers to choose from."""
        return turn(self, Say("choose_person", {"count": str(len(self.listed))}, choices))

    def _labels(self, heard: Villagers) -> tuple[Choice, ...]:
        return tuple(
            Choice(p.name, f"person:{p.id}", f"{p.id_number.birth.year}年生 {p.id_number.masked}")
            for p in heard.people[:_SHOWN]
        )

    def _named(self, text: str) -> Turn:
        hits = [
            (person, name) for person, name in self.listed if name == text.strip() or text.strip() in name
        ]
        if len(hits) == 1:
            return self._chosen(hits[0][0])
        choices = tuple(Choice(name, f"person:{person}") for person, name in hits[:_SHOWN])
        return turn(
            self, Say("which_person" if hits else "person_not_listed", {"name": text.strip()[:20]}, choices)
        )

    def _chosen(self, person: PersonId) -> Turn:
        name = next((name for known, name in self.listed if known == person), "")
        return self._go_on(Whose(person, name))

    def _go_on(self, whose: Whose) -> Turn:
        if self.service_code is None:
            return turn(starting.Idle(whose=whose), Say("acting_for", {"name": whose.name}))
        return GivingMandate(self.service_code, whose).ask()


@dataclass(frozen=True, slots=True)
class NamingPerson:
    """The ID number is new to the county; the name completes it."""

    id_number: str
    service_code: ServiceCode | None = None
    name: Literal["naming_person"] = "naming_person"

    def hear(self, heard: Heard, situation: Situation) -> Turn:
        """A name adds the person to the proxy's village."""
        match heard:
            case Said():
                return turn(self, wish=AddVillager(heard.text.strip(), self.id_number))
            case Person() if self.service_code is not None:
                return GivingMandate(self.service_code, Whose(heard.id, heard.name)).ask()
            case Person():
                return turn(
                    starting.Idle(whose=Whose(heard.id, heard.name)), Say("acting_for", {"name": heard.name})
                )
            case Refused():
                return turn(ChoosingPerson(self.service_code), starting.refused(heard), wish=ListVillagers())
            case _:
                return turn(self, Say("name_the_person"))


@dataclass(frozen=True, slots=True)
class GivingMandate:
    """The elder's word is needed before anything is done in their name."""

    service_code: ServiceCode
    whose: Whose
    name: Literal["giving_mandate"] = "giving_mandate"

    def hear(self, heard: Heard, situation: Situation) -> Turn:
        """The elder agrees in the proxy's presence; what was agreed is written down."""
        match heard:
            case Picked(value="mandate_given"):
                return self._record("老人当面口头同意，由代办员记录")
            case Said() if heard.spoken.intent is Intent.YES:
                return self._record("老人当面口头同意，由代办员记录")
            case Picked(value="mandate_refused"):
                return turn(starting.Idle(), Say("mandate_refused"))
            case Said() if heard.spoken.intent is Intent.NO:
                return turn(starting.Idle(), Say("mandate_refused"))
            case Mandate():
                wish = Consider(self.service_code, self.whose.person)
                return turn(
                    booking.ChoosingHall(self.service_code, self.whose), Say("mandate_recorded"), wish=wish
                )
            case Refused():
                return turn(starting.Idle(), starting.refused(heard))
            case Photographed() | _:
                return self.ask()

    def ask(self) -> Turn:
        """What to read to the elder."""
        choices = (Choice("老人同意，继续", "mandate_given"), Choice("老人不同意", "mandate_refused"))
        return turn(self, Say("ask_mandate", {"name": self.whose.name}, choices))

    def _record(self, statement: str) -> Turn:
        person = self.whose.person
        if person is None:
            return turn(ChoosingPerson(self.service_code), wish=ListVillagers())
        return turn(self, wish=RecordMandate(person, self.service_code, statement))
