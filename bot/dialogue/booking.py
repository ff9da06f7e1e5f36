"""Booking: a hall of the person's choice, a time they can come, and the place is theirs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Literal

from bot.dialogue import changing, collecting, representing, starting
from bot.dialogue.heard import Heard, Opened, Photographed, Picked, Places, Refused, Said, SoonestPlaces
from bot.dialogue.turns import Choice, Say, Situation, Turn, Whose, turn
from bot.dialogue.wishes import Begin, Consider, FindPlaces, FindSoonest, HoldIt, StandInLine, TakePlace
from bot.dialogue.words import IN_TOWN, slot_hint, slot_label, when_words
from intake.errors import (
    AlreadyBooked,
    AlreadyOpen,
    CoolingDown,
    HoldOver,
    PlacesFree,
    SlotFull,
    SlotPast,
)
from intake.model.booking import Appointment, Hold
from intake.model.calendar import SHANGHAI, day_text, local_day
from intake.model.ids import AppointmentId, HallCode, ServiceCode, SlotId
from intake.model.places import OfferKind
from intake.model.speech import Intent, Spoken
from intake.usecases.catalogue.finding import Consideration
from intake.usecases.places.lines import InLine

_HALLS_SHOWN = 4
_SLOTS_SHOWN = 6
# Whoever wants a later time than those of a day means the days after it, not those before.
_FROM_THEN_ON = timedelta(days=13)


@dataclass(frozen=True, slots=True)
class ChoosingHall:
    """Which hall? The nearest first; a time said earlier is remembered."""

    service_code: ServiceCode
    whose: Whose = field(default_factory=Whose)
    wanted: Spoken | None = None
    listed: tuple[tuple[HallCode, str], ...] = ()
    visits: bool = False
    name: Literal["choosing_hall"] = "choosing_hall"

    def hear(self, heard: Heard, situation: Situation) -> Turn:
        """A press or the hall's name."""
        match heard:
            case Consideration():
                return self._listed(heard)
            case Picked(value="all_halls"):
                return self.offer(all_of_them=True)
            case Picked(value="any_hall"):
                return self._at(None)
            case Picked(value="home_visit"):
                return self.at_home()
            case Picked(value=value) if value.startswith("hall:"):
                return self._at(HallCode(value.removeprefix("hall:")))
            case Said() if heard.spoken.only_whom:
                return representing.put_right(self.service_code, heard, situation, self.wanted)
            case Said():
                return self._named(heard, situation)
            case Refused():
                return turn(starting.Idle(whose=self.whose), starting.refused(heard))
            case Photographed():
                return Turn((Say("photo_before_place"), *self.offer().says), self)
            case _:
                return self.offer()

    def _listed(self, considered: Consideration) -> Turn:
        """The halls to choose from, unless one of them was named before."""
        listed = tuple((hall.code, hall.name) for hall, _ in considered.halls)
        visits = considered.item.home_visit
        state = ChoosingHall(self.service_code, self.whose, self.wanted, listed, visits)
        named = [code for code, label in listed if self.wanted and _goes_to(label, self.wanted)]
        return state._at(named[0]) if named else state.offer()

    def at_home(self) -> Turn:
        """The times at which the nearest hall comes to the house."""
        near = self.listed[0][0] if self.listed else None
        state = ChoosingSlot(self.service_code, self.whose, near, kind=OfferKind.HOME_VISIT)
        wanted = self.wanted
        return state.asked_for(wanted) if wanted and wanted.names_a_time else state.look()

    def look(self) -> Turn:
        """See which halls take the item, the nearest first."""
        return turn(self, wish=Consider(self.service_code, self.whose.person))

    def offer(self, *, all_of_them: bool = False) -> Turn:
        """The halls to choose from."""
        shown = self.listed if all_of_them else self.listed[:_HALLS_SHOWN]
        choices = [Choice(label, f"hall:{code}") for code, label in shown]
        choices += [Choice("哪里最早都行", "any_hall")]
        choices += [Choice("请人上门来办", "home_visit")] if self.visits else []
        if len(shown) < len(self.listed):
            choices += [Choice(f"全部{len(self.listed)}个服务中心", "all_halls")]
        asked = when_words(self.wanted)
        return turn(self, Say("choose_hall", {"asked": f"{asked}，" if asked else ""}, tuple(choices)))

    def _named(self, heard: Said, situation: Situation) -> Turn:
        hits = [code for code, label in self.listed if any(name in heard.text for name in _names(label))]
        named = heard.spoken.after(self.wanted) if heard.spoken.names_a_time else None
        when = named if named and named.first_day else None
        if len(hits) == 1:
            return self._at(hits[0], when)
        if heard.spoken.intent is Intent.ELSEWHERE:
            far = (Say("too_far"),) if "远" in heard.text else ()
            return Turn((*far, *self.offer(all_of_them=True).says), self)
        if heard.spoken.intent is Intent.ANY and self.listed:
            return self._at(self.listed[0][0] if "近" in heard.text else None, when)
        if when is not None:
            return self._at(None, when)
        if named is not None:
            return replace(self, wanted=named).offer()
        if heard.spoken.unknown_day:
            return turn(self, which_day(heard.spoken), *self.offer().says)
        if heard.spoken.intent in {Intent.YES, Intent.BOOK} and self.listed:
            return self._at(self.listed[0][0])
        if hits:
            return self.offer()
        return starting.Idle(whose=self.whose).hear(heard, situation)

    def _at(self, hall: HallCode | None, when: Spoken | None = None) -> Turn:
        state = ChoosingSlot(self.service_code, self.whose, hall)
        when = when or self.wanted
        return state.asked_for(when) if when and when.names_a_time else state.look()


def _goes_to(hall_name: str, wanted: Spoken) -> bool:
    """Whether a planned visit is to that hall: by its name, or 去县里."""
    if hall_name == wanted.place:
        return True
    return any(
        name in wanted.text if wanted.only_where else f"去{name}" in wanted.text for name in _names(hall_name)
    )


def _names(hall_name: str) -> tuple[str, ...]:
    """What people call the place: 安文 for 安文街道便民服务中心, 县里 for the county's own hall."""
    for tail in ("街道便民服务中心", "镇便民服务中心", "乡便民服务中心"):
        if hall_name.endswith(tail):
            return (hall_name.removesuffix(tail),)
    return (hall_name, *(IN_TOWN if hall_name.startswith("县") else ()))


@dataclass(frozen=True, slots=True)
class ChoosingSlot:
    """Which time? What is offered can be pressed; another day can be said."""

    service_code: ServiceCode
    whose: Whose = field(default_factory=Whose)
    hall: HallCode | None = None
    listed: tuple[tuple[SlotId, str], ...] = ()
    skip: int = 0
    wanted: Spoken | None = None
    kind: OfferKind | None = None
    name: Literal["choosing_slot"] = "choosing_slot"

    def hear(self, heard: Heard, situation: Situation) -> Turn:
        """A press takes the place; a day or a part of the day looks again."""
        match heard:
            case Places():
                return self._offer(heard)
            case SoonestPlaces():
                return self._offer_soonest(heard)
            case Picked(value="later"):
                return self._later()
            case Picked(value="soonest"):
                return self._look()
            case Picked(value="other_halls"):
                return ChoosingSlot(self.service_code, self.whose).look()
            case Picked(value=value) if any(value == slot for slot, _ in self.listed):
                return self._take(SlotId(value))
            case Said():
                return self._said(heard, situation)
            case Picked(value="join_line") if self.hall is not None:
                return turn(self, wish=self._line(self.hall))
            case Hold() | InLine() | Appointment():
                return self._granted(heard)
            case Refused():
                return self.refuse(heard)
            case Photographed():
                return turn(self, Say("photo_before_place"), Say("choose_slot_first", choices=self._again()))
            case _:
                return turn(self, Say("choose_slot_first", choices=self._again()))

    def _said(self, heard: Said, situation: Situation) -> Turn:
        """A day or an hour looks again, 最早的 takes the first, 都不行 looks further; else it is a new matter."""
        spoken = heard.spoken
        if spoken.only_whom:
            return representing.put_right(self.service_code, heard, situation)
        if spoken.place or spoken.only_where:
            return ChoosingHall(self.service_code, self.whose, spoken).look()
        if spoken.names_a_time:
            return self.asked_for(spoken)
        if spoken.unknown_day:
            return turn(self, which_day(spoken, self._again()))
        if spoken.intent is Intent.ANY and self.listed:
            return turn(self, wish=HoldIt(self.service_code, self.listed[0][0], self.whose.person))
        if spoken.intent is Intent.ELSEWHERE:
            return ChoosingHall(self.service_code, self.whose).look()
        if spoken.intent is Intent.MOVE and _means_earlier(heard.text):
            return self._look()
        if spoken.intent in {Intent.YES, Intent.BOOK} and self.listed:
            return turn(self, Say("choose_slot_first", choices=self._again()))
        if spoken.intent in {Intent.NO, Intent.MOVE} and self.listed:
            return self._later()
        return starting.Idle(whose=self.whose).hear(heard, situation)

    def _offer(self, places: Places) -> Turn:
        shown = places.slots[:_SLOTS_SHOWN]
        several = self.hall is None
        listed = tuple((s.id, slot_label(s, places.halls.get(s.hall) if several else None)) for s in shown)
        state = replace(self, listed=listed)
        if not listed:
            return turn(state, self._none(places))
        if self.wanted and shown[0].start.astimezone(SHANGHAI).time() == self.wanted.at:
            return turn(state, wish=HoldIt(self.service_code, shown[0].id, self.whose.person))
        choices = tuple(
            Choice(label, slot, slot_hint(s)) for (slot, label), s in zip(listed, shown, strict=True)
        )
        place = "" if several or not shown else places.halls[shown[0].hall].name
        asked = when_words(self.wanted)
        facts = {"hall": place, "asked": f"{asked}，" if asked else ""}
        return turn(state, Say("choose_slot", facts, (*choices, _LATER)))

    def _none(self, places: Places) -> Say:
        """Full, closed, or too far ahead: three different things to somebody who wants that day."""
        facts = {"asked": when_words(self.wanted) or "这段时间"}
        first_day = self.wanted.first_day if self.wanted else None
        if places.until is not None and first_day is not None and first_day > places.until:
            return Say("not_open_yet", {**facts, "until": day_text(places.until)}, self._elsewhere())
        if places.days and self.hall is not None and not any(day.spans for day in places.days):
            why = next((f"（{day.reason}）" for day in places.days if day.reason), "")
            return Say("hall_closed", {**facts, "hall": places.halls[self.hall].name, "why": why}, _ELSEWHERE)
        return Say("no_free_slot" if self.hall else "free_nowhere", facts, self._elsewhere())

    def _offer_soonest(self, found: SoonestPlaces) -> Turn:
        """Anywhere and in any way: each with why it stands there."""
        listed = tuple((row.slot.id, slot_label(row.slot, row.hall)) for row in found.rows)
        state = replace(self, listed=listed)
        if not listed:
            return turn(state, Say("free_nowhere", {"asked": "近两周"}, self._elsewhere()))
        choices = tuple(
            Choice(label, slot, "，".join(row.why))
            for (slot, label), row in zip(listed, found.rows, strict=True)
        )
        return turn(state, Say("choose_soonest", choices=(*choices, _LATER)))

    def _granted(self, heard: Hold | InLine | Appointment) -> Turn:
        match heard:
            case Hold():
                return changing.Held(self.service_code, heard.id, self.whose, self.hall).offer(heard)
            case InLine():
                return turn(starting.Idle(whose=self.whose), _standing_in_line(heard))
            case Appointment():
                return Booked(self.service_code, self.whose, heard.id).booked(heard)

    def asked_for(self, spoken: Spoken) -> Turn:
        """What was said of the day is kept, to be read back as a date with its weekday."""
        wanted = spoken.after(self.wanted)
        state = replace(self, wanted=wanted, skip=0)
        return turn(state, wish=FindPlaces(self.service_code, self.hall, wanted, kind=self.kind))

    def _later(self) -> Turn:
        """What comes after those shown: on the days that were named, and after them."""
        skip, wanted = self.skip + _SLOTS_SHOWN, self.wanted
        if wanted is None:
            return self._look(skip)
        if wanted.first_day is not None:
            wanted = replace(wanted, last_day=wanted.first_day + _FROM_THEN_ON)
        state = replace(self, wanted=wanted, skip=skip)
        return turn(state, wish=FindPlaces(self.service_code, self.hall, wanted, skip, self.kind))

    def _line(self, hall: HallCode) -> StandInLine:
        first = self.wanted.first_day if self.wanted else None
        last = (self.wanted.last_day or first) if self.wanted else None
        return StandInLine(self.service_code, hall, first, last, self.whose.person)

    def _elsewhere(self) -> tuple[Choice, ...]:
        return (*((_IN_LINE,) if self.hall is not None else ()), *_ELSEWHERE)

    def look(self) -> Turn:
        """See what is free."""
        return self._look()

    def _again(self) -> tuple[Choice, ...]:
        return (*(Choice(label, slot) for slot, label in self.listed), _LATER) if self.listed else _ELSEWHERE

    def _look(self, skip: int = 0) -> Turn:
        state = ChoosingSlot(self.service_code, self.whose, self.hall, skip=skip, kind=self.kind)
        if self.hall is None and not skip and self.kind is None:
            return turn(state, wish=FindSoonest(self.service_code, self.whose.person))
        return turn(state, wish=FindPlaces(self.service_code, self.hall, skip=skip, kind=self.kind))

    def _take(self, slot: SlotId) -> Turn:
        return turn(self, wish=TakePlace(self.service_code, slot, self.whose.person))

    def refuse(self, heard: Refused) -> Turn:
        refusal = heard.refusal
        if isinstance(refusal, SlotFull | SlotPast | HoldOver | CoolingDown | PlacesFree):
            near = tuple((SlotId(value), label) for label, value in refusal.alternatives)
            return turn(
                ChoosingSlot(self.service_code, self.whose, self.hall, near or self.listed),
                starting.refused(heard),
            )
        if isinstance(refusal, AlreadyBooked):
            appointment = AppointmentId(refusal.facts["appointment"])
            on = (
                Choice("接着交材料", "go_on"),
                Choice("改时间", f"move_appointment:{appointment}"),
                Choice("取消这个预约", f"cancel_appointment:{appointment}"),
            )
            facts = {"title": refusal.title, "next_step": refusal.next_step}
            return turn(
                Booked(self.service_code, self.whose, appointment, self.hall), Say("refused", facts, on)
            )
        return turn(starting.Idle(whose=self.whose), starting.refused(heard))


def _means_earlier(text: str) -> bool:
    """早一点 and 太晚了 ask for what comes sooner; 太早了 for what comes later."""
    return "太晚" in text or ("早" in text and "太早" not in text)


def which_day(spoken: Spoken, choices: tuple[Choice, ...] = ()) -> Say:
    """A day that only those who live there know is asked for as a date."""
    return Say("which_day", {"said": spoken.unknown_day}, choices)


_LATER = Choice("看更晚的时间", "later")
_IN_LINE = Choice("有空位通知我", "join_line")
_ELSEWHERE = (Choice("看最早的空位", "soonest"), Choice("看看别的服务中心", "other_halls"))


def _standing_in_line(seen: InLine) -> Say:
    entry = seen.entry
    days = (local_day(entry.after), local_day(entry.before - timedelta(seconds=1)))
    span = "到".join(day_text(day) for day in sorted(set(days)))
    facts = {"service": entry.service_name, "days": span, "position": str(seen.position)}
    return Say("in_line", facts, (Choice("不等了", f"leave_line:{entry.id}"),))


@dataclass(frozen=True, slots=True)
class Booked:
    """The place is taken; the materials can be sent from home."""

    service_code: ServiceCode
    whose: Whose = field(default_factory=Whose)
    appointment: AppointmentId | None = None
    hall: HallCode | None = None
    name: Literal["booked"] = "booked"

    def hear(self, heard: Heard, situation: Situation) -> Turn:
        """On to the photographs, or leave it at the appointment."""
        match heard:
            case Picked(value="go_on"):
                return self._begin()
            case Said() if heard.spoken.intent in {Intent.YES, Intent.BOOK}:
                return self._begin()
            case Picked(value="only_booked"):
                return self.see_you(situation)
            case Said() if heard.spoken.intent is Intent.NO:
                return self.see_you(situation)
            case Opened():
                return collecting.Collecting(heard.case.id, appointment=self.appointment).begin(heard)
            case Refused(refusal=AlreadyOpen()):
                return turn(starting.Idle(), starting.refused(heard))
            case Refused():
                return turn(self, starting.refused(heard))
            case Photographed():
                return self._begin()
            case Said() if heard.spoken.only_when and self.appointment is not None:
                return changing.move(self.appointment, heard.spoken)
            case Said() if heard.spoken.only_whom and heard.spoken.who != "本人":
                return turn(self, Say("booked_for", {"name": self.whose.name or "您自己"}, self._otherwise()))
            case Said():
                return starting.Idle(whose=self.whose).hear(heard, situation)
            case _:
                return turn(self, Say("send_photos_or_not", choices=_PHOTOS_OR_NOT))

    def see_you(self, situation: Situation) -> Turn:
        """Left at the appointment; what was named beside it is next."""
        return turn(starting.Idle(), Say("see_you_there"), *starting.still_to_do(situation))

    def booked(self, appointment: Appointment) -> Turn:
        """The place read back, with what comes next."""
        facts = {
            "service": appointment.service_name,
            "number": appointment.number,
            "name": self.whose.name,
        }
        state = Booked(self.service_code, self.whose, appointment.id, appointment.hall)
        return turn(state, Say("booked", facts, _PHOTOS_OR_NOT, card=appointment))

    def _otherwise(self) -> tuple[Choice, ...]:
        if self.appointment is None:
            return _PHOTOS_OR_NOT
        return (
            Choice("取消这个预约", f"cancel_appointment:{self.appointment}"),
            Choice("不换，接着办", "go_on"),
        )

    def _begin(self) -> Turn:
        hall = self.hall
        return turn(self, wish=Begin(self.service_code, hall or HallCode(""), self.whose.person))


_PHOTOS_OR_NOT = (Choice("现在拍照交材料", "go_on"), Choice("到窗口再交", "only_booked"))
