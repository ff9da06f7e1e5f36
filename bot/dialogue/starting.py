"""Where a conversation begins, and where it comes back to."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from bot.dialogue import finding, representing
from bot.dialogue.heard import Heard, Mine, Photographed, Refused, Said, Several, Touched
from bot.dialogue.turns import Choice, Meant, Say, Situation, Turn, Whose, turn
from bot.dialogue.wishes import (
    AskPerson,
    Consider,
    FindItem,
    ListVillagers,
)
from bot.dialogue.words import case_line
from intake.model.booking import Appointment
from intake.model.calendar import day_text, local_text
from intake.model.case import CASE_WORDS, Act
from intake.model.grades import GRADES
from intake.model.matching import Decision, Match, PersonFacts
from intake.model.people import Role
from intake.model.question import Question
from intake.model.speech import Aspect, Spoken
from intake.usecases.cases.looking import CaseFile
from intake.usecases.catalogue.finding import BundleOffer

_TOO_SHORT_TO_PASS_ON = 6
_A_SENTENCE = 3
_AS_LONG_AS_A_NAME = range(2, 5)
_SHOWN_ITEMS = 5
_SHOWN, _RESEMBLING = 6, 3
_PASSED_ON = 200


@dataclass(frozen=True, slots=True)
class Idle:
    """Nothing is under discussion; for whom the proxy acts may be settled already. `passed_on` is what was just passed on."""

    name: Literal["idle"] = "idle"
    whose: Whose = field(default_factory=Whose)
    asked: str = ""
    who: str = ""
    wanted: Spoken | None = None
    asks: tuple[Aspect, ...] = ()
    passed_on: str = ""

    def hear(self, heard: Heard, situation: Situation) -> Turn:
        """Words are a matter to find; everything else is answered where it stands."""
        match heard:
            case Said():
                return self._asked(heard.spoken)
            case Match():
                return self._matched(heard, situation)
            case BundleOffer():
                return _parts(heard, self)
            case Several():
                offered = finding.ChoosingItem(
                    heard.items, whose=self.whose, who=self.who, wanted=self.wanted
                )
                return replace(offered.offer_all(), later=heard.items)
            case Touched():
                return turn(self, _turns_of_life(heard, self.asked))
            case Question():
                return turn(Idle(whose=self.whose, passed_on=heard.text), _passed_on(heard))
            case Mine():
                return turn(self, mine(heard, situation))
            case CaseFile():
                return turn(self, _about(heard, situation))
            case Appointment():
                return turn(
                    self, Say("appointment_cancelled", {"service": heard.service_name}, again(situation))
                )
            case Photographed():
                return turn(self, Say("photo_without_matter"))
            case Refused():
                return turn(self, refused(heard))
            case _:
                return turn(self, welcome(situation, self.whose))

    def _matched(self, match: Match, situation: Situation) -> Turn:
        """What is no matter, and as long as a name, is whom a proxy acts for."""
        may_be_a_name = match.decision is Decision.NONE and len(self.asked) in _AS_LONG_AS_A_NAME
        if situation.role is Role.PROXY and may_be_a_name:
            return turn(representing.ChoosingPerson(said=self.asked), wish=ListVillagers())
        return found(match, self)

    def _asked(self, spoken: Spoken) -> Turn:
        """A matter to find; the visit that was planned with it, and for whom it is, are kept for later."""
        who = spoken.who or self.who
        wanted = spoken if spoken.comes else self.wanted
        wish = FindItem(
            spoken.matter if spoken.comes else spoken.text,
            PersonFacts(age=spoken.age, who=who),
            spoken.several,
        )
        asked = replace(self, asked=spoken.text, who=who, wanted=wanted, asks=spoken.also_asks)
        return turn(asked, wish=wish)


def found(match: Match, idle: Idle) -> Turn:
    """The item that is meant, a few that could be, or whoever is responsible first for finding out."""
    if match.decision is Decision.MATCH and match.candidates:
        return _taken(match, idle)
    if match.decision is Decision.CHOOSE and match.candidates:
        return _few(match, idle)
    nothing = Meant(idle.asked)
    if idle.passed_on:
        return turn(replace(idle, asked=""), _passed_on_already(idle), meant=nothing)
    if _says_little(idle.asked):
        return turn(Idle(whose=idle.whose), Say("say_more"), meant=nothing)
    return turn(idle, wish=AskPerson(idle.asked), meant=nothing)


def _taken(match: Match, idle: Idle) -> Turn:
    best, *others = match.candidates[:_SHOWN_ITEMS]
    state = finding.ConsideringItem(
        best.service_code,
        whose=idle.whose,
        asked=idle.asked,
        others=tuple((other.service_code, other.name) for other in others),
        who=idle.who,
        wanted=idle.wanted,
        asks=idle.asks,
    )
    return turn(state, wish=Consider(best.service_code, idle.whose.person, idle.asked))


def _few(match: Match, idle: Idle) -> Turn:
    return finding.ChoosingItem(
        tuple((one.service_code, one.name) for one in match.candidates[:_SHOWN_ITEMS]),
        whose=idle.whose,
        asked=idle.asked,
        ask=match.ask,
        who=idle.who,
        wanted=idle.wanted,
        asks=idle.asks,
    ).offer()


def _says_little(asked: str) -> bool:
    """A sound, a row of keys or of the same word: nothing that a clerk could answer."""
    words = asked.split()
    return len(set(asked) - set(" ")) < _TOO_SHORT_TO_PASS_ON or (
        asked.isascii() and len(words) < _A_SENTENCE
    )


def _parts(offer: BundleOffer, idle: Idle) -> Turn:
    """The items of a 一件事 to begin with."""
    offered = tuple((item.code, item.name) for item in offer.items)
    return finding.ChoosingItem(
        offered,
        whose=idle.whose,
        asked=idle.asked,
        who=idle.who,
        wanted=idle.wanted,
        bundle=offer.bundle.name,
    ).offer()


def _turns_of_life(touched: Touched, asked: str) -> Say:
    """Which 一件事 a bare word was about."""
    choices = tuple(
        Choice(offer.bundle.name, f"bundle:{offer.bundle.name}", offer.bundle.summary)
        for offer in touched.offers
    )
    return Say("choose_bundle", {"asked": asked}, (*choices, a_person(asked)))


def _passed_on(question: Question) -> Say:
    facts = {"owner": question.owner_name, "due": day_text(question.due_on), "number": question.number}
    return Say("passed_on", facts)


def _passed_on_already(idle: Idle) -> Say:
    """Whoever tells a thing in several messages opens one question, and a second one by a press."""
    both = f"{idle.passed_on}，{idle.asked}"
    return Say("passed_on_already", choices=(Choice("把这句话也转过去", f"ask_person:{both[:_PASSED_ON]}"),))


def mine(under_way: Mine, situation: Situation) -> Say:
    """What is under way, and what is booked with a button to change it or give it back."""
    booked = under_way.booked
    if not under_way.cases and not booked:
        return Say("nothing_under_way", choices=again(situation))
    lines = [case_line(case, under_way.halls) for case in under_way.cases[:_SHOWN]]
    lines += [
        f"预约：{a.service_name}\n{local_text(a.start)} {under_way.halls[a.hall].name}"
        for a in booked[:_SHOWN]
    ]
    choices = [
        Choice(f"查看 {c.service_name}", f"case:{c.id}", CASE_WORDS[c.state])
        for c in under_way.cases[:_SHOWN]
    ]
    for a in booked[:3]:
        when = local_text(a.start)
        choices += [Choice(f"改时间 {a.service_name}", f"move_appointment:{a.id}", when)]
        choices += [Choice(f"取消预约 {a.service_name}", f"cancel_appointment:{a.id}", when)]
    return Say("my_cases", {"list": "\n\n".join(lines), "count": str(len(under_way.cases))}, tuple(choices))


def _about(file: CaseFile, situation: Situation) -> Say:
    case = file.case
    # The code is the person's proof of who they are: the county's own staff must be shown it, not read it here.
    collects = case.issue if situation.role in {Role.CITIZEN, Role.PROXY} else None
    choices = [Choice("补交材料", f"resupply:{case.id}")] if case.may(Act.RESUPPLY) else []
    if case.may(Act.EVALUATE) and case.evaluation is None:
        choices += [Choice(word, f"evaluate:{case.id}:{grade}") for grade, word in GRADES.items()]
    facts = {
        "service": case.service_name,
        "number": case.number,
        "state": CASE_WORDS[case.state],
        "due": f"承诺{day_text(case.due.day)}前办结。" if case.due else "",
        "code": f"取件码：{collects.code}（{collects.way}）。" if collects else "",
        "words": file.history[-1].words if file.history else "",
    }
    return Say("about_case", facts, tuple(choices), card=case)


def refused(heard: Refused) -> Say:
    """A refusal in the desk's own words, with its alternatives to press."""
    refusal = heard.refusal
    choices = tuple(Choice(label, value) for label, value in refusal.alternatives)
    return Say("refused", {"title": refusal.title, "next_step": refusal.next_step}, choices)


def not_understood(heard: Said, before: str = "") -> Say:
    """What was said is unclear here, or asks what is not known; a person can always be asked, and reads what was said before."""
    key = "cannot_tell" if heard.spoken.asks_whether else "not_understood"
    return Say(key, choices=(_with_all_of_it(heard, before),))


def of_this_matter(heard: Said, before: str = "") -> Say:
    """What was said is about the matter at hand and changes nothing of it."""
    key = "cannot_tell" if heard.spoken.asks_whether else "of_this_matter"
    return Say(key, choices=(_with_all_of_it(heard, before),))


def _with_all_of_it(heard: Said, before: str) -> Choice:
    return a_person("，".join(filter(None, (before, heard.text))))


def another_matter(match: Match, heard: Said) -> Say:
    """What words in the middle of a matter resemble: to change to it takes a press, so that nothing is lost by a word."""
    likely = match.candidates[: 1 if match.decision is Decision.MATCH else _RESEMBLING]
    choices = tuple(Choice(f"改办 {one.name}", f"item:{one.service_code}") for one in likely)
    if heard.spoken.asks_whether:
        return Say("cannot_tell", choices=(a_person(heard.text), *choices))
    names = "”还是“".join(one.name for one in likely)
    return Say("another_matter", {"name": names}, choices)


def a_person(text: str) -> Choice:
    """The button that passes these words on to whoever is responsible first."""
    return Choice("转给工作人员", f"ask_person:{text[:_PASSED_ON]}")


def still_to_do(situation: Situation) -> tuple[Say, ...]:
    """What was named together with the matter that is done now."""
    if not situation.later:
        return ()
    choices = tuple(Choice(f"接着办 {name}", f"item:{code}") for code, name in situation.later)
    names = "、".join(f"“{name}”" for _, name in situation.later)
    return (Say("still_to_do", {"names": names}, choices),)


def again(situation: Situation) -> tuple[Choice, ...]:
    """What one can always do next."""
    proxy = (Choice("代村民办事", "for_somebody"),) if situation.role is Role.PROXY else ()
    return (*proxy, Choice("我的办件", "my_cases"), Choice("找工作人员", "ask_person"))


def welcome(situation: Situation, whose: Whose) -> Say:
    """The first words, different for citizens and proxies."""
    key = "welcome_proxy" if situation.role is Role.PROXY else "welcome"
    return Say(key, {"for": f"现在为{whose.name}办事。" if whose.name else ""}, again(situation))
