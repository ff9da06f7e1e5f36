"""Acting for somebody (代办): whom, and by whose word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from bot.dialogue import booking, starting
from bot.dialogue.heard import Heard, Photographed, Picked, Refused, Said, Unknown, Villagers
from bot.dialogue.turns import Choice, Say, Situation, Turn, Whose, turn
from bot.dialogue.wishes import AddRelative, AddVillager, Consider, FindVillager, ListVillagers, RecordMandate
from intake.model.ids import PersonId, ServiceCode
from intake.model.people import Mandate, Person, Role
from intake.model.speech import Intent, Spoken

_SHOWN = 8
# Yes to “给谁办” does not tell for whom.
_NO_ANSWER = frozenset({Intent.YES, Intent.NO, Intent.BOOK, Intent.ANY})
_WHO_WORDS: Mapping[str, str] = {
    "父母": "您爸妈",
    "祖父母": "您家老人",
    "配偶": "您爱人",
    "子女": "您孩子",
    "孙辈": "您孙辈",
    "兄弟姐妹": "您兄弟姐妹",
    "邻居": "邻居",
    "家人": "您家里人",
}
# What is written down as the word given: by a proxy's villager, or within a family.
_STATEMENTS = {True: "本人当面口头同意，由代办员记录", False: "家人同意由我代办，由本人记录"}


@dataclass(frozen=True, slots=True)
class ChoosingPerson:
    """For whom? A villager from the list, by name, or by ID number."""

    service_code: ServiceCode | None = None
    listed: tuple[tuple[PersonId, str], ...] = ()
    said: str = ""
    wanted: Spoken | None = None
    name: Literal["choosing_person"] = "choosing_person"

    def hear(self, heard: Heard, situation: Situation) -> Turn:
        """A press, a name or an ID number names the person."""
        match heard:
            case Villagers():
                return self._listed(heard, situation)
            case Picked(value=value) if value.startswith("person:"):
                return self._chosen(PersonId(value.removeprefix("person:")), situation)
            case Said() if heard.spoken.id_number:
                return turn(self, wish=FindVillager(heard.spoken.id_number))
            case Said() if heard.spoken.number or heard.spoken.intent in _NO_ANSWER:
                return turn(self, wish=ListVillagers())
            case Said() if heard.spoken.name:
                return self._named(heard.spoken.name, situation)
            case Said():
                return starting.Idle().hear(heard, situation)
            case Person():
                return self._go_on(Whose(heard.id, heard.name), situation)
            case Unknown():
                return turn(NamingPerson(heard.id_number, self.service_code), Say("name_the_person"))
            case Refused():
                return turn(self, starting.refused(heard))
            case _:
                return turn(self, wish=ListVillagers())

    def _listed(self, heard: Villagers, situation: Situation) -> Turn:
        """楼淑芬要办高龄津贴 has said for whom already, where one villager only has that name."""
        listed = replace(self, listed=tuple((p.id, p.name) for p in heard.people), said="")
        named = [p for p in heard.people if p.name in self.said]
        if len(named) == 1:
            return self._go_on(Whose(named[0].id, named[0].name), situation)
        return listed.offer(self._labels(heard))

    def offer(self, choices: tuple[Choice, ...]) -> Turn:
        """The villagers to choose from, where there are any yet."""
        return turn(self, Say("choose_person" if choices else "nobody_listed", choices=choices))

    def _labels(self, heard: Villagers) -> tuple[Choice, ...]:
        return tuple(
            Choice(p.name, f"person:{p.id}", f"{p.id_number.birth.year}年生 {p.id_number.masked}")
            for p in heard.people[:_SHOWN]
        )

    def _named(self, text: str, situation: Situation) -> Turn:
        hits = [
            (person, name) for person, name in self.listed if name == text.strip() or text.strip() in name
        ]
        if len(hits) == 1:
            return self._chosen(hits[0][0], situation)
        choices = tuple(Choice(name, f"person:{person}") for person, name in hits[:_SHOWN])
        return turn(
            self, Say("which_person" if hits else "person_not_listed", {"name": text.strip()[:20]}, choices)
        )

    def _chosen(self, person: PersonId, situation: Situation) -> Turn:
        name = next((name for known, name in self.listed if known == person), "")
        return self._go_on(Whose(person, name), situation)

    def _go_on(self, whose: Whose, situation: Situation) -> Turn:
        if self.service_code is None:
            return turn(starting.Idle(whose=whose), Say("acting_for", {"name": whose.name}))
        return GivingMandate(self.service_code, whose, self.wanted).ask(situation)


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
                return turn(self, wish=AddVillager(heard.spoken.name or heard.text.strip(), self.id_number))
            case Person() if self.service_code is not None:
                return GivingMandate(self.service_code, Whose(heard.id, heard.name)).ask(situation)
            case Person():
                return turn(
                    starting.Idle(whose=Whose(heard.id, heard.name)), Say("acting_for", {"name": heard.name})
                )
            case Refused():
                return turn(ChoosingPerson(self.service_code), starting.refused(heard), wish=ListVillagers())
            case _:
                return turn(self, Say("name_the_person"))


@dataclass(frozen=True, slots=True)
class ForWhom:
    """A citizen spoke of somebody else: the matter may be theirs, or the citizen's own."""

    service_code: ServiceCode
    wanted: Spoken | None = None
    id_number: str = ""
    naming: bool = False
    who: str = ""
    name: Literal["for_whom"] = "for_whom"

    def hear(self, heard: Heard, situation: Situation) -> Turn:
        """For oneself, or for a relative by ID number and name."""
        match heard:
            case Picked(value="for_me"):
                return booking.ChoosingHall(self.service_code, wanted=self.wanted).look()
            case Picked(value="for_relative"):
                return ForWhom(self.service_code, self.wanted, naming=True).ask()
            case Picked(value="no_number"):
                return self._without_number()
            case Said():
                return self._said(heard, situation)
            case Person():
                whose = Whose(heard.id, heard.name, self.id_number)
                return GivingMandate(self.service_code, whose, self.wanted).ask(situation)
            case Refused():
                again = ForWhom(self.service_code, self.wanted, naming=True)
                return turn(again, starting.refused(heard), Say("relative_number"))
            case _:
                return self.ask()

    def _said(self, heard: Said, situation: Situation) -> Turn:
        """A person, a number or a name in words; anything else is another matter."""
        spoken = heard.spoken
        if spoken.only_whom and not self.naming:
            return self.hear(Picked("for_me" if spoken.who == "本人" else "for_relative"), situation)
        if spoken.id_number:
            return self._numbered(spoken)
        if self.id_number:
            return turn(self, wish=AddRelative(spoken.name or heard.text.strip(), self.id_number))
        if spoken.intent is Intent.LACK:
            return self._without_number()
        if spoken.intent is Intent.YES and self.who and not self.naming:
            return self.hear(Picked("for_relative"), situation)
        if spoken.intent in _NO_ANSWER and not self.naming:
            return turn(self, Say("say_whose"), *self.ask().says)
        if self.naming and _is_like_a_number(heard.text):
            return turn(self, Say("number_wrong"))
        return starting.Idle().hear(heard, situation)

    def _numbered(self, spoken: Spoken) -> Turn:
        """The name is asked for, unless it stood beside the number."""
        known = ForWhom(self.service_code, self.wanted, spoken.id_number, naming=True)
        if spoken.name:
            return turn(known, wish=AddRelative(spoken.name, spoken.id_number))
        return turn(known, Say("relative_name"))

    def _without_number(self) -> Turn:
        """Nobody is sent away for a number they do not know by heart: the place is booked, the counter reads the card."""
        choices = (Choice("先约时间，到窗口再报", "for_me"), Choice("找工作人员", "ask_person"))
        return turn(self, Say("number_unknown", choices=choices))

    def ask(self) -> Turn:
        """The question, or what is still needed of the relative."""
        if self.naming:
            asked = Say("relative_number", choices=(Choice("不记得号码", "no_number"),))
            return turn(self, Say("relative_name") if self.id_number else asked)
        choices = (Choice("家人，我替他（她）办", "for_relative"), Choice("我自己", "for_me"))
        who = _WHO_WORDS.get(self.who, "")
        return turn(self, Say("for_them" if who else "for_whom", {"who": who}, choices))


@dataclass(frozen=True, slots=True)
class GivingMandate:
    """The elder's word is needed before anything is done in their name."""

    service_code: ServiceCode
    whose: Whose
    wanted: Spoken | None = None
    name: Literal["giving_mandate"] = "giving_mandate"

    def hear(self, heard: Heard, situation: Situation) -> Turn:
        """The elder agrees in the proxy's presence; what was agreed is written down."""
        match heard:
            case Picked(value="mandate_given"):
                return self._record(situation)
            case Said() if heard.spoken.intent is Intent.YES:
                return self._record(situation)
            case Picked(value="mandate_refused"):
                return turn(starting.Idle(), Say("mandate_refused"))
            case Said() if heard.spoken.intent is Intent.NO:
                return turn(starting.Idle(), Say("mandate_refused"))
            case Mandate():
                wish = Consider(self.service_code, self.whose.person)
                hall = booking.ChoosingHall(self.service_code, self.whose, self.wanted)
                return turn(hall, Say("mandate_recorded"), wish=wish)
            case Refused():
                return turn(starting.Idle(), starting.refused(heard))
            case Said():
                return starting.Idle(whose=self.whose).hear(heard, situation)
            case Photographed() | _:
                return self.ask(situation)

    def ask(self, situation: Situation) -> Turn:
        """What to read to the person the matter is for."""
        choices = (Choice("本人同意，继续", "mandate_given"), Choice("本人不同意", "mandate_refused"))
        key = "ask_mandate" if situation.role is Role.PROXY else "ask_mandate_family"
        return turn(self, Say(key, {"name": self.whose.name}, choices))

    def _record(self, situation: Situation) -> Turn:
        statement = _STATEMENTS[situation.role is Role.PROXY]
        person = self.whose.person
        if person is None:
            return turn(ChoosingPerson(self.service_code), wish=ListVillagers())
        return turn(self, wish=RecordMandate(person, self.service_code, statement, self.whose.id_number))


_DIGITS_OF_A_NUMBER = 6


def _is_like_a_number(text: str) -> bool:
    """Whether somebody tried to send an ID number: many digits, but not the right ones."""
    return sum(char.isdigit() for char in text) >= _DIGITS_OF_A_NUMBER


def put_right(
    service_code: ServiceCode, heard: Said, situation: Situation, wanted: Spoken | None = None
) -> Turn:
    """不是我，是我妈: the applicant is another one than was thought; the day that was said stays."""
    if situation.role is Role.PROXY:
        return turn(ChoosingPerson(service_code, said=heard.text, wanted=wanted), wish=ListVillagers())
    return ForWhom(service_code, wanted).hear(heard, situation)
