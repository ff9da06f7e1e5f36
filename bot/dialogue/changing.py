"""Changing what is booked: a place kept until it is confirmed, another time, and what a line or a closed day offers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from bot.dialogue import booking, representing, starting
from bot.dialogue.heard import Heard, Mine, MovePlaces, Picked, Refused, Said
from bot.dialogue.turns import Choice, Say, Situation, Turn, Whose, turn
from bot.dialogue.wishes import ConfirmPlace, FindMoves, LeaveTheLine, ListMine, MovePlace, ReleasePlace
from bot.dialogue.words import slot_label, when_words
from intake.errors import SlotFull, SlotPast
from intake.model.booking import Appointment, Hold
from intake.model.calendar import local_day, local_text
from intake.model.ids import AppointmentId, HallCode, HoldId, ServiceCode, SlotId, WaitingId
from intake.model.speech import Intent, Spoken
from intake.model.waiting import Waiting

if TYPE_CHECKING:
    from bot.dialogue.states import State

_SLOTS_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Held:
    """A place is kept for a few minutes, and its day and time were read back: yes, or another time."""

    service_code: ServiceCode
    hold: HoldId
    whose: Whose = field(default_factory=Whose)
    hall: HallCode | None = None
    wanted: Spoken | None = None
    name: Literal["held"] = "held"

    def hear(self, heard: Heard, situation: Situation) -> Turn:
        """Yes takes it; no lets it go and looks again."""
        match heard:
            case Picked(value="confirm_place"):
                return turn(self, wish=ConfirmPlace(self.hold))
            case Picked(value="other_time"):
                return turn(self, wish=ReleasePlace(self.hold))
            case Said() if heard.spoken.intent in {Intent.YES, Intent.BOOK}:
                return turn(self, wish=ConfirmPlace(self.hold))
            case Said() if heard.spoken.intent in {Intent.NO, Intent.MOVE, Intent.ELSEWHERE}:
                return turn(self, wish=ReleasePlace(self.hold))
            case Said() if heard.spoken.only_whom and heard.spoken.who != "本人":
                corrected = representing.put_right(self.service_code, heard, situation)
                return Turn(corrected.says, corrected.then, ReleasePlace(self.hold))
            case Said() if _names_another(heard):
                return turn(replace(self, wanted=heard.spoken), wish=ReleasePlace(self.hold))
            case Said():
                return starting.Idle(whose=self.whose).hear(heard, situation)
            case Appointment():
                return booking.Booked(self.service_code, self.whose, heard.id).booked(heard)
            case Hold():
                return self._look_again(heard)
            case Refused():
                return booking.ChoosingSlot(self.service_code, self.whose, self.hall).refuse(heard)
            case _:
                return turn(self, Say("confirm_place_first", choices=_YES_OR_OTHER))

    def _look_again(self, hold: Hold) -> Turn:
        """The place is free again: the day and the hall that were named instead are looked for."""
        if self.wanted is not None and self.wanted.place:
            return booking.ChoosingHall(self.service_code, self.whose, self.wanted).look()
        slot = booking.ChoosingSlot(self.service_code, self.whose, self.hall)
        return slot.asked_for(self.wanted.on(local_day(hold.start))) if self.wanted else slot.look()

    def offer(self, hold: Hold) -> Turn:
        """The place read back as a date with its weekday and its hall, and until when it is kept."""
        facts = {"service": hold.service_name, "until": local_text(hold.expires_at)}
        return turn(self, Say("place_held", facts, _YES_OR_OTHER, card=hold))


_JUST_A_TIME = 12
_CHANGES = ("改到", "改成", "改在", "换到", "换成", "推到", "提前到")


def _names_another(heard: Said) -> bool:
    """Whether the words name another time or hall: nothing besides, or with a word of changing to it (改到下周三)."""
    named = bool(heard.spoken.names_a_time or heard.spoken.place)
    return named and (len(heard.text) <= _JUST_A_TIME or any(word in heard.text for word in _CHANGES))


_YES_OR_OTHER = (Choice("就这个时间", "confirm_place"), Choice("换个时间", "other_time"))


@dataclass(frozen=True, slots=True)
class Which:
    """Something booked is to be moved or given back: the only one there is, or the person says which."""

    spoken: Spoken
    appointment: AppointmentId | None = None
    name: Literal["which"] = "which"

    def hear(self, heard: Heard, situation: Situation) -> Turn:
        """The one just booked, or the only one, is meant; of several each has its buttons."""
        match heard:
            case Mine() if (meant := self._meant(heard)) is not None:
                if self.spoken.intent is Intent.CANCEL:
                    return turn(self, _sure(meant, heard))
                return move(meant.id, self.spoken)
            case Mine():
                return turn(starting.Idle(), starting.mine(heard, situation))
            case Said() if heard.spoken.intent is Intent.NO:
                return turn(starting.Idle(), Say("place_stays"))
            case Said() if heard.spoken.intent is Intent.YES:
                return turn(self, wish=ListMine())
            case _:
                return starting.Idle().hear(heard, situation)

    def _meant(self, mine: Mine) -> Appointment | None:
        just_booked = (one for one in mine.booked if one.id == self.appointment)
        return next(just_booked, mine.booked[0] if len(mine.booked) == 1 else None)


def _sure(appointment: Appointment, mine: Mine) -> Say:
    """What would be given back, read back as a date with its weekday; giving up needs its button."""
    facts = {
        "service": appointment.service_name,
        "when": local_text(appointment.start),
        "hall": mine.halls[appointment.hall].name,
    }
    give_back = Choice("取消这个预约", f"cancel_appointment:{appointment.id}")
    return Say("cancel_which", facts, (give_back, Choice("改时间", f"move_appointment:{appointment.id}")))


def change(spoken: Spoken, state: State) -> Turn:
    """Another time, or none: of what was booked a moment ago, else of what there is."""
    if spoken.intent is Intent.MOVE and isinstance(state, booking.Booked) and state.appointment is not None:
        return move(state.appointment, spoken)
    just_booked = state.appointment if isinstance(state, booking.Booked | Which) else None
    return turn(Which(spoken, just_booked), wish=ListMine())


def move(appointment: AppointmentId, spoken: Spoken) -> Turn:
    """Where an appointment could go, in the days that were named; a day in no calendar is asked for."""
    moving = Moving(appointment)
    if spoken.unknown_day:
        return moving.ask_day(spoken)
    return turn(moving, wish=FindMoves(appointment, spoken if spoken.names_a_time else None))


@dataclass(frozen=True, slots=True)
class Moving:
    """Another time for an appointment: what is offered can be pressed, another day can be said."""

    appointment: AppointmentId
    listed: tuple[tuple[SlotId, str], ...] = ()
    wanted: Spoken | None = None
    name: Literal["moving"] = "moving"

    def hear(self, heard: Heard, situation: Situation) -> Turn:
        """A press moves; the old place stays when the new one is gone."""
        match heard:
            case MovePlaces():
                return self._offer(heard)
            case Picked(value=value) if any(value == slot for slot, _ in self.listed):
                return turn(self, wish=MovePlace(self.appointment, SlotId(value)))
            case Said() if heard.spoken.names_a_time or heard.spoken.unknown_day:
                return move(self.appointment, heard.spoken.after(self.wanted))
            case Said() if heard.spoken.intent in {Intent.ANY, Intent.MOVE} and self.listed:
                return turn(self, wish=MovePlace(self.appointment, self.listed[0][0]))
            case Said() if heard.spoken.intent in {Intent.YES, Intent.BOOK}:
                return turn(self, Say("choose_slot_first", choices=self._choices()))
            case Said() if heard.spoken.intent is Intent.CANCEL:
                return change(heard.spoken, self)
            case Said() if heard.spoken.intent is Intent.NO:
                return turn(starting.Idle(), Say("place_stays"))
            case Said():
                return starting.Idle().hear(heard, situation)
            case Appointment():
                facts = {"service": heard.service_name, "number": heard.number}
                return turn(starting.Idle(), Say("place_moved", facts, card=heard))
            case Refused(refusal=SlotFull() | SlotPast()):
                near = tuple((SlotId(value), label) for label, value in heard.refusal.alternatives)
                return turn(Moving(self.appointment, near or self.listed), starting.refused(heard))
            case Refused():
                return turn(starting.Idle(), starting.refused(heard))
            case _:
                return turn(self, Say("choose_slot_first", choices=self._choices()))

    def ask_day(self, spoken: Spoken) -> Turn:
        """A day that only those who live there know."""
        return turn(self, booking.which_day(spoken, self._choices()))

    def _offer(self, places: MovePlaces) -> Turn:
        shown = places.slots[:_SLOTS_SHOWN]
        listed = tuple((slot.id, slot_label(slot, places.halls.get(slot.hall))) for slot in shown)
        state = Moving(self.appointment, listed, places.when)
        asked = when_words(places.when)
        facts = {
            "service": places.appointment.service_name,
            "when": local_text(places.appointment.start),
            "asked": f"{asked}，" if asked else "",
        }
        key = "choose_move" if listed else "no_move"
        return turn(state, Say(key, facts, state._choices()))

    def _choices(self) -> tuple[Choice, ...]:
        return tuple(Choice(label, slot) for slot, label in self.listed)


@dataclass(frozen=True, slots=True)
class Answering:
    """An answer to an offer: from a line, or in place of one that closes."""

    name: Literal["answering"] = "answering"

    def hear(self, heard: Heard, situation: Situation) -> Turn:
        """What came of it."""
        match heard:
            case Appointment():
                facts = {"service": heard.service_name, "number": heard.number}
                return turn(starting.Idle(), Say("place_confirmed", facts, card=heard))
            case Hold():
                return turn(starting.Idle(), Say("place_released", {"when": local_text(heard.start)}))
            case Waiting():
                return turn(starting.Idle(), Say("line_left", {"service": heard.service_name}))
            case Refused():
                return turn(starting.Idle(), starting.refused(heard))
            case _:
                return starting.Idle().hear(heard, situation)


def pressed(command: str, rest: str) -> Turn | None:
    """What is pressed below a notice or an appointment, wherever the conversation stands."""
    match command:
        case "move_appointment":
            return turn(Moving(AppointmentId(rest)), wish=FindMoves(AppointmentId(rest)))
        case "confirm_hold":
            return turn(Answering(), wish=ConfirmPlace(HoldId(rest)))
        case "release_hold":
            return turn(Answering(), wish=ReleasePlace(HoldId(rest)))
        case "leave_line":
            return turn(Answering(), wish=LeaveTheLine(WaitingId(rest)))
        case _:
            return None
