"""Finding the item: a choice between a few, and one looked at closely."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final, Literal

from bot.dialogue import asking, booking, representing, starting
from bot.dialogue.heard import Heard, Photographed, Picked, Refused, Said
from bot.dialogue.turns import Choice, Meant, Say, Situation, Turn, Whose, turn
from bot.dialogue.wishes import AskPerson, Consider, FindItem, ListVillagers
from bot.dialogue.words import fee_words, limit_words, material_words, place_words
from intake.model.catalogue import ServiceItem
from intake.model.ids import ServiceCode
from intake.model.matching import Decision, Match, PersonFacts
from intake.model.people import Role
from intake.model.speech import Aspect, Intent, Spoken
from intake.usecases.catalogue.finding import Consideration

_LONGEST_ANSWER: Final = 10
_CLEAR_LEAD: Final = 2.0
_LEAST: Final = 0.01
_COUNTED: Final = {2: "两", 3: "三"}
# A longer sentence names a matter besides the day: then it is a new wish, not a time.
_JUST_A_TIME: Final = 12


@dataclass(frozen=True, slots=True)
class ChoosingItem:
    """A few items could be meant, or are the parts of one 一件事 (`bundle`); the person says which."""

    offered: tuple[tuple[ServiceCode, str], ...]
    name: Literal["choosing_item"] = "choosing_item"
    whose: Whose = field(default_factory=Whose)
    asked: str = ""
    ask: str = ""
    who: str = ""
    bundle: str = ""
    wanted: Spoken | None = None
    asks: tuple[Aspect, ...] = ()

    def hear(self, heard: Heard, situation: Situation) -> Turn:
        """A press chooses; words that answer the question join those before; others are a new matter; 都不是 goes to a person."""
        match heard:
            case Picked(value="none_of_these"):
                return self._none()
            case Said() if heard.spoken.intent is Intent.NO:
                return self._none()
            case Said() if heard.spoken.intent in {Intent.YES, Intent.BOOK}:
                return replace(self, ask="").offer(Say("say_which"))
            case Said() if heard.spoken.only_whom:
                return replace(self, who=heard.spoken.who, ask="").offer()
            case Said() if _answers(heard.text, self.ask):
                return self._narrow(heard)
            case Match():
                return self._narrowed(heard)
            case Said() | Photographed():
                return starting.Idle(whose=self.whose, who=self.who, wanted=self.wanted).hear(
                    heard, situation
                )
            case Refused():
                return turn(starting.Idle(whose=self.whose), starting.refused(heard))
            case _:
                return self.offer()

    def offer(self, *before: Say) -> Turn:
        """The items to choose from."""
        choices = tuple(Choice(label, f"item:{code}") for code, label in self.offered)
        last = Choice("都不是，请工作人员帮我", "none_of_these")
        if self.bundle:
            return turn(self, *before, Say("choose_part", {"bundle": self.bundle}, (*choices, last)))
        ask = {"ask": self.ask or "您是想办下面哪一件？"}
        return turn(self, *before, Say("choose_item", ask, (*choices, last)))

    def without(self, item: ServiceCode) -> ChoosingItem:
        """The same choice without what is done already."""
        return replace(self, offered=tuple(pair for pair in self.offered if pair[0] != item), ask="")

    def told(self, more: Spoken) -> ChoosingItem:
        """The same choice with more said of the matter; what puts right takes the place of the words just before it."""
        before = self.asked.rpartition("，")[0] or self.asked if more.put_right else self.asked
        return replace(self, asked=f"{before}，{more.text}")

    def offer_all(self) -> Turn:
        """The items that one breath asked for, to begin with one of them."""
        choices = tuple(Choice(label, f"item:{code}") for code, label in self.offered)
        return turn(
            self, Say("one_after_another", {"count": _COUNTED.get(len(choices), str(len(choices)))}, choices)
        )

    def meant(self, item: ServiceCode | None) -> Meant | None:
        """What taking an item says of the words asked: nothing when they named a whole 一件事."""
        known = item is None or any(code == item for code, _ in self.offered)
        return Meant(self.asked, item) if known and self.asked and not self.bundle else None

    def _narrow(self, heard: Said) -> Turn:
        """The answer is no matter by itself: it is read with the words that it was asked about."""
        more = self.told(heard.spoken)
        facts = PersonFacts(age=heard.spoken.age, who=heard.spoken.who)
        return turn(more, wish=FindItem(more.asked, facts))

    def _narrowed(self, match: Match) -> Turn:
        """The one of the few that the answer points out, else the few again, the likelier first; or others that it tells of."""
        likely = {c.service_code: c.score for c in match.candidates}
        if (
            match.decision is not Decision.NONE
            and not self.bundle
            and not likely.keys() & dict(self.offered).keys()
        ):
            return starting.found(match, self._idle())
        first, *others = sorted(self.offered, key=lambda pair: -likely.get(pair[0], 0.0))
        following = likely.get(others[0][0], 0.0) if others else 0.0
        if likely.get(first[0], 0.0) < max(_CLEAR_LEAD * following, _LEAST):
            return replace(self, offered=(first, *others), ask=match.ask).offer()
        state = ConsideringItem(
            first[0],
            whose=self.whose,
            asked=self.asked,
            others=tuple(others),
            who=self.who,
            wanted=self.wanted,
            asks=self.asks,
        )
        return turn(state, wish=Consider(first[0], self.whose.person, self.asked))

    def _idle(self) -> starting.Idle:
        return starting.Idle(
            whose=self.whose, asked=self.asked, who=self.who, wanted=self.wanted, asks=self.asks
        )

    def _none(self) -> Turn:
        idle = starting.Idle(whose=self.whose, asked=self.asked)
        return turn(idle, wish=AskPerson(self.asked), meant=self.meant(None))


def _answers(said: str, ask: str) -> bool:
    """Whether a few words take up an answer that the question named, as 丢了 after 您是丢了要补，还是到期要换.

    Longer words stand by themselves; joined to the first ones they would be a wish for two matters.
    """
    if not ask or len(said) > _LONGEST_ANSWER:
        return False
    pairs = {said[place : place + 2] for place in range(max(len(said) - 1, 1))}
    return any(pair in ask for pair in pairs)


@dataclass(frozen=True, slots=True)
class ConsideringItem:
    """One item is on the table: what to bring, where, fee, time limit."""

    service_code: ServiceCode
    name: Literal["considering_item"] = "considering_item"
    whose: Whose = field(default_factory=Whose)
    asked: str = ""
    others: tuple[tuple[ServiceCode, str], ...] = ()
    who: str = ""
    wanted: Spoken | None = None
    asks: tuple[Aspect, ...] = ()

    def hear(self, heard: Heard, situation: Situation) -> Turn:
        """Book, be helped, or look at another."""
        match heard:
            case Consideration():
                return self._told(heard, situation)
            case Picked(value="go_on"):
                return self._go_on(situation)
            case Picked(value="another") if self.others:
                return self.others_instead()
            case Picked(value="another"):
                return self._not_this()
            case Said():
                return self._said(heard, situation)
            case Photographed():
                return turn(self, Say("photo_before_place", choices=(Choice("开始办理", "go_on"),)))
            case Refused():
                return turn(starting.Idle(whose=self.whose), starting.refused(heard))
            case _:
                return turn(self, Say("go_on_or_another", choices=_NEXT))

    def others_instead(self) -> Turn:
        """The few that were nearly meant."""
        return ChoosingItem(
            self.others, whose=self.whose, asked=self.asked, who=self.who, wanted=self.wanted
        ).offer()

    def _said(self, heard: Said, situation: Situation) -> Turn:
        """For whom, yes or a day go on to the booking; no, and another matter, leave it."""
        spoken = heard.spoken
        if spoken.only_whom:
            return self._for(heard, situation)
        if spoken.unknown_day and len(heard.text) <= _JUST_A_TIME:
            on = self._go_on(situation)
            return Turn((booking.which_day(spoken), *on.says), on.then, on.wish, on.meant)
        if spoken.intent in {Intent.YES, Intent.BOOK, Intent.ANY} or _says_when_or_where(heard):
            return self._go_on(situation, heard)
        if spoken.intent is Intent.NO:
            return self._not_this()
        return starting.Idle(whose=self.whose, who=self.who, wanted=self.wanted).hear(heard, situation)

    def _for(self, heard: Said, situation: Situation) -> Turn:
        """Whose matter it is was said before it was asked."""
        on = self._go_on(situation)
        if situation.role is Role.PROXY or self.whose.person is not None:
            return on
        asked = representing.ForWhom(self.service_code, self.wanted)
        return replace(asked.hear(heard, situation), meant=on.meant)

    def _not_this(self) -> Turn:
        meant = Meant(self.asked) if self.asked else None
        return turn(starting.Idle(whose=self.whose), Say("say_it_again"), meant=meant)

    def _go_on(self, situation: Situation, heard: Said | None = None) -> Turn:
        meant = Meant(self.asked, self.service_code) if self.asked else None
        return replace(self._next(situation, heard), meant=meant)

    def _next(self, situation: Situation, heard: Said | None) -> Turn:
        wanted = heard.spoken.after(self.wanted) if heard and _says_when_or_where(heard) else self.wanted
        if self.whose.person is not None:
            return representing.GivingMandate(self.service_code, self.whose, wanted).ask(situation)
        if situation.role is Role.PROXY:
            asking_whom = representing.ChoosingPerson(self.service_code, said=self.asked, wanted=self.wanted)
            return turn(asking_whom, wish=ListVillagers())
        if self.who not in _ONESELF:
            return representing.ForWhom(self.service_code, wanted, who=self.who).ask()
        return booking.ChoosingHall(self.service_code, wanted=wanted).look()

    def _told(self, considered: Consideration, situation: Situation) -> Turn:
        """The item; before it the answer, where the words asked something about it. It waits for its turn no longer."""
        said = considered.answer
        answer = (asking.common_answer(said),) if said else asking.of_the_item(self.asks, considered)
        later = tuple(item for item in situation.later if item[0] != self.service_code)
        return Turn((*answer, self._tell(considered)), self, later=later)

    def _tell(self, considered: Consideration) -> Say:
        item = considered.item
        facts = {
            "name": item.name,
            "summary": item.summary,
            "conditions": "；".join(item.conditions[:3]),
            "materials": material_words(item),
            "where": place_words(considered.halls),
            "fee": fee_words(item),
            "limit": limit_words(item),
            "for": f"（为{self.whose.name}办理）" if self.whose.name else "",
            "home": "，行动不便可以预约上门" if item.home_visit else "",
        }
        return Say("item", facts, _choices(item), card=item)


def _says_when_or_where(heard: Said) -> bool:
    """Whether the words name a time or a hall to come to, and no matter besides."""
    spoken = heard.spoken
    if spoken.only_where or spoken.only_when:
        return True
    goes = spoken.comes and any(word in heard.text for word in "去到办约")
    day = spoken.names_a_time and not spoken.asks_whether
    return len(heard.text) <= _JUST_A_TIME and (day or goes)


# Of whom the speech may be when the matter is the speaker's own: whoever reports a death is the applicant.
_ONESELF = frozenset({"", "本人", "企业", "亡者"})
_NEXT = (Choice("预约办理", "go_on"), Choice("不是这个", "another"))


def _choices(item: ServiceItem) -> tuple[Choice, ...]:
    return (*_NEXT, Choice("找工作人员问问", f"ask_person:想了解{item.name}"))
