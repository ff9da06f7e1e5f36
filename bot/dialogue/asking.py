"""Asking (问): what somebody wants to know in between is told, and the thing at hand goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from bot.dialogue import booking, finding, starting
from bot.dialogue.heard import Explained, Heard, Picked, Refused, Said, Told, Unclear
from bot.dialogue.turns import Choice, Say, Situation, Turn, turn
from bot.dialogue.wishes import AskPerson, Tell
from bot.dialogue.words import (
    another_words,
    delivery_words,
    home_words,
    hours_words,
    kiosk_words,
    limit_words,
    material_words,
    money_words,
    online_words,
    place_words,
    proxy_words,
)
from intake.model.calendar import day_text
from intake.model.catalogue import GROUP_WORDS, CommonQuestion
from intake.model.places import Hall
from intake.model.question import Question
from intake.model.speech import Aspect, Spoken
from intake.usecases.catalogue.finding import Consideration

if TYPE_CHECKING:
    from bot.dialogue.states import State

_OF_A_HALL = frozenset({Aspect.HOURS, Aspect.PHONE, Aspect.WHERE, Aspect.KIOSK, Aspect.PROXY})
# The answer is the same whatever the matter is.
_ALWAYS = frozenset({Aspect.GREEN, Aspect.LATE, Aspect.VOLUNTEER, Aspect.LETTERS})
# What can be said before the matter is known; each ends with asking for it.
_IN_GENERAL: Mapping[Aspect, str] = {
    Aspect.GREEN: "green_channel",
    Aspect.LATE: "who_comes_late",
    Aspect.VOLUNTEER: "volunteers",
    Aspect.LETTERS: "who_cannot_write",
    Aspect.AT_HOME: "home_in_general",
    Aspect.BY_ANOTHER: "another_in_general",
    Aspect.ONLINE: "online_in_general",
    Aspect.DELIVERY: "delivery_in_general",
}
_LONGEST_CALL = 8


def ask(heard: Said, state: State) -> Turn | None:
    """What is asked about the matter or the hall at hand; None where the words ask for nothing of the kind."""
    if not heard.spoken.asks:
        return None
    if heard.spoken.asks == (Aspect.AT_HOME,) and isinstance(state, booking.ChoosingHall) and state.visits:
        return state.at_home()
    if isinstance(state, finding.ChoosingItem) and not set(heard.spoken.asks) & {
        *_OF_A_HALL - {Aspect.WHERE},
        *_IN_GENERAL,
    }:
        return state.offer(Say("say_which"))
    return turn(_remembering(state, heard.spoken.who), wish=question(heard.spoken, state))


def question(spoken: Spoken, state: State) -> Tell:
    """What the words ask, of the matter, the person and the hall at hand."""
    whose = getattr(state, "whose", None)
    return Tell(
        spoken,
        getattr(state, "service_code", None),
        whose.person if whose else None,
        getattr(state, "hall", None),
    )


def _remembering(state: State, who: str) -> State:
    """帮我妈预约上门 tells for whom the matter will be before it tells the matter."""
    return replace(state, who=who or state.who) if isinstance(state, starting.Idle) else state


def tell(told: Told | Explained, state: State, situation: Situation) -> Turn:
    """The answer; then the state asks again for what it waits for."""
    return aside(_answers(told), state, situation)


def aside(says: tuple[Say, ...], state: State, situation: Situation) -> Turn:
    """Something said in between; then the state asks again for what it waits for."""
    if isinstance(state, starting.Idle):
        *before, last = says
        return turn(state, *before, replace(last, choices=starting.again(situation)))
    following = state.hear(Unclear(), situation)
    return Turn((*says, *following.says), following.then, following.wish)


def _answers(told: Told | Explained) -> tuple[Say, ...]:
    """One line for all that is known of the item and the hall; what holds for every matter has its own sentence."""
    if isinstance(told, Explained):
        return (common_answer(told.question),)
    known = [aspect for aspect in told.asks if told.about is not None or aspect in _OF_A_HALL]
    known = [aspect for aspect in known if aspect not in _ALWAYS]
    says = [Say("told", {"lines": "\n".join(_line(aspect, told) for aspect in known)})] if known else []
    says += [
        Say(_IN_GENERAL[aspect]) for aspect in told.asks if aspect not in known and aspect in _IN_GENERAL
    ]
    return tuple(says) or (Say("which_matter"),)


def of_the_item(asks: tuple[Aspect, ...], about: Consideration) -> tuple[Say, ...]:
    """What the words that named the item asked of it, in a line each."""
    lines = [_OF_AN_ITEM[aspect](about) for aspect in asks if aspect in _OF_AN_ITEM]
    return (Say("told", {"lines": "\n".join(lines)}),) if lines else ()


def common_answer(asked: CommonQuestion) -> Say:
    """The written answer to a question people often ask."""
    return Say("common_answer", {"question": asked.question, "answer": asked.answer})


def _line(aspect: Aspect, told: Told) -> str:
    if aspect is Aspect.HOURS:
        return hours_words(told.hall, told.days)
    if aspect is Aspect.PHONE:
        return f"{told.hall.name}电话：{told.hall.phone}"
    if aspect is Aspect.WHERE and told.about is None:
        return f"{told.hall.name}：{told.hall.address}，电话{told.hall.phone}"
    if aspect is Aspect.PROXY:
        return proxy_words(told.hall)
    if aspect is Aspect.KIOSK:
        return kiosk_words(told.about.item if told.about else None, told.machines)
    if told.about is None:
        return ""
    return _where(told.about, told.hall) if aspect is Aspect.WHERE else _OF_AN_ITEM[aspect](told.about)


def _where(about: Consideration, asked: Hall) -> str:
    """Of the hall that was named, chosen or is nearest, if it takes the item; else of the nearest that does."""
    here = sorted(about.halls, key=lambda offer: offer[0].code != asked.code)
    if not here:
        return f"“{about.item.name}”{place_words(())}"
    hall = here[0][0]
    instead = "" if hall.code == asked.code else f"{asked.name}不办这件事。"
    counter = GROUP_WORDS[about.item.counter_group]
    return f"{instead}“{about.item.name}”在{place_words(tuple(here))}，到了找{counter}。地址：{hall.address}，电话{hall.phone}"


_OF_AN_ITEM: Mapping[Aspect, Callable[[Consideration], str]] = {
    Aspect.MATERIALS: lambda about: f"“{about.item.name}”要带：\n{material_words(about.item)}",
    Aspect.FEE: lambda about: money_words(about.item),
    Aspect.LIMIT: lambda about: f"多久办好：{limit_words(about.item)}",
    Aspect.CONDITIONS: lambda about: f"条件：{'；'.join(about.item.conditions) or '没有别的要求'}",
    Aspect.ONLINE: lambda about: online_words(about.item),
    Aspect.BY_ANOTHER: lambda about: another_words(about.item),
    Aspect.AT_HOME: lambda about: home_words(about.item),
    Aspect.DELIVERY: lambda about: delivery_words(about.item),
}


@dataclass(frozen=True, slots=True)
class PassingOn:
    """Somebody wants a person: what about is asked once, then it has an owner and a day; `before` was said of it already."""

    before: str = ""
    name: Literal["passing_on"] = "passing_on"

    def hear(self, heard: Heard, situation: Situation) -> Turn:
        """The words go to whoever is responsible first; none are needed."""
        match heard:
            case Said():
                return self.pass_on(heard.text)
            case Picked(value="just_call"):
                return self.pass_on("请工作人员联系我")
            case Question():
                facts = {"owner": heard.owner_name, "due": day_text(heard.due_on), "number": heard.number}
                return turn(starting.Idle(passed_on=heard.text), Say("passed_on_at_once", facts))
            case Refused():
                return turn(starting.Idle(), starting.refused(heard))
            case _:
                return self.ask()

    def pass_on(self, words: str) -> Turn:
        """Whoever answers reads what was said before, too."""
        return turn(self, wish=AskPerson("，".join(filter(None, (self.before, words)))))

    def ask(self) -> Turn:
        """What it is about."""
        return turn(self, Say("what_about", choices=(Choice("直接请人联系我", "just_call"),)))


def call_somebody(words: str, bare: int = _LONGEST_CALL, before: str = "") -> Turn:
    """For a person: at once when the words are longer than a bare call and so say what about, else that is asked."""
    passing = PassingOn(before)
    return passing.ask() if len(words.strip()) <= bare else passing.pass_on(words)
