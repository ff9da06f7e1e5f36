"""Changing what is booked: a place kept until it is confirmed, another time, and what a line or a closed day offers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from bot.dialogue import booking, starting
from bot.dialogue.vocabulary import (
    Choice,
    ConfirmPlace,
    FindMoves,
    Heard,
    LeaveTheLine,
    MovePlace,
    MovePlaces,
    Picked,
    Refused,
    ReleasePlace,
    Said,
    Say,
    Situation,
    Turn,
    Whose,
    turn,
)
from bot.dialogue.words import slot_label
from intake.errors import SlotFull, SlotPast
from intake.model.booking import Appointment, Hold
from intake.model.calendar import local_text
from intake.model.ids import AppointmentId, HallCode, HoldId, ServiceCode, SlotId, WaitingId
from intake.model.speech import Intent
from intake.model.waiting import Waiting

_SLOTS_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Held:
    """A place is kept for a few minutes, and its day and time were read back: yes, or another time."""

    service_code: ServiceCode
    hold: HoldId
    whose: Whose = field(default_factory=Whose)
    hall: HallCode | None = None
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
            case Said() if heard.spoken.intent is Intent.NO:
                return turn(self, wish=ReleasePlace(self.hold))
            case Said():
                return starting.Idle(whose=self.whose).hear(heard, situation)
            case Appointment():
                return booking.Booked(self.service_code, self.whose, heard.id).booked(heard)
            case Hold():
                return booking.ChoosingSlot(self.service_code, self.whose, self.hall).look()
            case Refused():
                return booking.ChoosingSlot(self.service_code, self.whose, self.hall).refuse(heard)
            case _:
                return turn(self, Say("confirm_place_first", choices=_YES_OR_OTHER))

    def offer(self, hold: Hold) -> Turn:
        """The place read back as a date with its weekday, and until when it is kept."""
        facts = {
            "when": local_text(hold.start),
            "service": hold.service_name,
            "until": local_text(hold.expires_at),
        }
        return turn(self, Say("place_held", facts, _YES_OR_OTHER))


_YES_OR_OTHER = (Choice("就这个时间", "confirm_place"), Choice("换个时间", "other_time"))


@dataclass(frozen=True, slots=True)
class Moving:
    """Another time for an appointment: what is offered can be pressed, another day can be said."""

    appointment: AppointmentId
    listed: tuple[tuple[SlotId, str], ...] = ()
    name: Literal["moving"] = "moving"

    def hear(self, heard: Heard, situation: Situation) -> Turn:
        """A press moves; the old place stays when the new one is gone."""
        match heard:
            case MovePlaces():
                return self._offer(heard)
            case Picked(value=value) if any(value == slot for slot, _ in self.listed):
                return turn(self, wish=MovePlace(self.appointment, SlotId(value)))
            case Said() if heard.spoken.first_day or heard.spoken.part or heard.spoken.at:
                return turn(self, wish=FindMoves(self.appointment, heard.spoken))
            case Said() if heard.spoken.intent is Intent.NO:
                return turn(starting.Idle(), Say("place_stays"))
            case Said():
                return starting.Idle().hear(heard, situation)
            case Appointment():
                facts = {
                    "when": local_text(heard.start),
                    "service": heard.service_name,
                    "number": heard.number,
                }
                return turn(starting.Idle(), Say("place_moved", facts, card=heard))
            case Refused(refusal=SlotFull() | SlotPast()):
                near = tuple((SlotId(value), label) for label, value in heard.refusal.alternatives)
                return turn(Moving(self.appointment, near or self.listed), starting.refused(heard))
            case Refused():
                return turn(starting.Idle(), starting.refused(heard))
            case _:
                return turn(self, Say("choose_slot_first", choices=self._choices()))

    def _offer(self, places: MovePlaces) -> Turn:
        shown = places.slots[:_SLOTS_SHOWN]
        listed = tuple((slot.id, slot_label(slot, places.halls.get(slot.hall))) for slot in shown)
        state = Moving(self.appointment, listed)
        facts = {"service": places.appointment.service_name, "when": local_text(places.appointment.start)}
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
                facts = {
                    "when": local_text(heard.start),
                    "service": heard.service_name,
                    "number": heard.number,
                }
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
