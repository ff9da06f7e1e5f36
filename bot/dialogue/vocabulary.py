"""The words of a dialogue: what can be heard, what can be said, and what can be wished of the desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from intake.errors import Refusal
from intake.model.booking import Appointment, AppointmentState, Hold, Slot
from intake.model.case import Case
from intake.model.catalogue import CommonQuestion, ServiceItem
from intake.model.ids import (
    AppointmentId,
    CaseId,
    HallCode,
    HoldId,
    PersonId,
    ServiceCode,
    SlotId,
    WaitingId,
)
from intake.model.matching import Match, PersonFacts
from intake.model.people import Mandate, Person, Role
from intake.model.places import Hall
from intake.model.question import Question
from intake.model.speech import Aspect, Spoken
from intake.model.waiting import Waiting
from intake.usecases.cases.drafting import PageAdded
from intake.usecases.cases.looking import CaseFile
from intake.usecases.catalogue.finding import BundleOffer, Consideration
from intake.usecases.places.lines import InLine
from intake.usecases.places.opentimes import OpenDay
from intake.usecases.places.soonest import Soonest
from intake.usecases.queue.watching import Place

if TYPE_CHECKING:
    from bot.dialogue.states import State


# --- what is heard from the person -----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Said:
    """Words, with what the hearing made of them."""

    spoken: Spoken

    @property
    def text(self) -> str:
        """The words."""
        return self.spoken.text


@dataclass(frozen=True, slots=True)
class Picked:
    """A choice that was offered, by its value."""

    value: str


@dataclass(frozen=True, slots=True)
class Photographed:
    """A photograph; its bytes stay with the engine and never enter a state."""


# --- what is heard from the desk -------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Refused:
    """The desk's refusal of the last wish."""

    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Unclear:
    """The words named no matter: a state in the middle of something asks again for what it waits for."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of what was asked: of a hall with its coming days, and of an item unless it is not clear which."""

    asks: tuple[Aspect, ...]
    hall: Hall
    days: tuple[OpenDay, ...] = ()
    about: Consideration | None = None


@dataclass(frozen=True, slots=True)
class Explained:
    """A common question of the matter at hand was asked, and this is its answer."""

    question: CommonQuestion


@dataclass(frozen=True, slots=True)
class Places:
    """Free slots with their halls; where there are none, the opening days that were asked about, and until when one can book."""

    slots: tuple[Slot, ...]
    halls: Mapping[HallCode, Hall]
    days: tuple[OpenDay, ...] = ()
    until: date | None = None


@dataclass(frozen=True, slots=True)
class SoonestPlaces:
    """The soonest place of each hall and kind, best first, with why each stands there."""

    rows: tuple[Soonest, ...]


@dataclass(frozen=True, slots=True)
class InLineNow:
    """Where the person stands: numbers of today, lines for a place, and the next appointment."""

    numbers: tuple[Place, ...]
    lines: tuple[InLine, ...]
    coming: Appointment | None


@dataclass(frozen=True, slots=True)
class MovePlaces:
    """Where an appointment could go, in the days that were named if any were."""

    appointment: Appointment
    slots: tuple[Slot, ...]
    halls: Mapping[HallCode, Hall]
    when: Spoken | None = None


@dataclass(frozen=True, slots=True)
class Mine:
    """What is under way for the person."""

    cases: tuple[Case, ...]
    appointments: tuple[Appointment, ...]
    halls: Mapping[HallCode, Hall]

    @property
    def booked(self) -> tuple[Appointment, ...]:
        """The appointments that can still be changed, next first."""
        live = {AppointmentState.BOOKED, AppointmentState.DISPLACED}
        return tuple(one for one in self.appointments if one.state in live)


@dataclass(frozen=True, slots=True)
class Villagers:
    """The people a proxy may act for."""

    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody known has that ID number."""

    id_number: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A draft, with its item to say how each material is to be brought."""

    case: Case
    item: ServiceItem


Learned = (
    Refused
    | Unclear
    | Match
    | BundleOffer
    | Consideration
    | Told
    | Explained
    | Places
    | SoonestPlaces
    | InLineNow
    | MovePlaces
    | Appointment
    | Hold
    | InLine
    | Waiting
    | Opened
    | PageAdded
    | Case
    | CaseFile
    | Mine
    | Question
    | Villagers
    | Person
    | Unknown
    | Mandate
)
Heard = Said | Picked | Photographed | Learned


# --- what can be wished of the desk ----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class FindItem:
    """Find out which item is meant."""

    text: str
    facts: PersonFacts = field(default_factory=PersonFacts)


@dataclass(frozen=True, slots=True)
class Consider:
    """All about one item."""

    service_code: ServiceCode
    person: PersonId | None
    asked: str = ""


@dataclass(frozen=True, slots=True)
class Tell:
    """What was asked of a matter or a hall; without either, of what the person has booked and of the hall nearest to them."""

    spoken: Spoken
    service_code: ServiceCode | None = None
    person: PersonId | None = None
    hall: HallCode | None = None


@dataclass(frozen=True, slots=True)
class FindPlaces:
    """Free slots of a hall, in a span of days and a part of the day if one was named."""

    service_code: ServiceCode
    hall: HallCode | None
    when: Spoken | None = None
    skip: int = 0


@dataclass(frozen=True, slots=True)
class FindSoonest:
    """The soonest places anywhere and in any way, for the person."""

    service_code: ServiceCode
    person: PersonId | None


@dataclass(frozen=True, slots=True)
class LookAtLines:
    """How long until it is the person's turn."""


@dataclass(frozen=True, slots=True)
class TakePlace:
    """Book."""

    service_code: ServiceCode
    slot: SlotId
    person: PersonId | None


@dataclass(frozen=True, slots=True)
class GiveBack:
    """Cancel an appointment."""

    appointment: AppointmentId


@dataclass(frozen=True, slots=True)
class HoldIt:
    """Keep a place until it is confirmed."""

    service_code: ServiceCode
    slot: SlotId
    person: PersonId | None


@dataclass(frozen=True, slots=True)
class ConfirmPlace:
    """Yes to a held place."""

    hold: HoldId


@dataclass(frozen=True, slots=True)
class ReleasePlace:
    """No to a held place."""

    hold: HoldId


@dataclass(frozen=True, slots=True)
class FindMoves:
    """Where an appointment could go, in a span of days if one was named."""

    appointment: AppointmentId
    when: Spoken | None = None


@dataclass(frozen=True, slots=True)
class MovePlace:
    """Another time for an appointment."""

    appointment: AppointmentId
    slot: SlotId


@dataclass(frozen=True, slots=True)
class StandInLine:
    """Tell me when a place comes free."""

    service_code: ServiceCode
    hall: HallCode
    first_day: date | None
    last_day: date | None
    person: PersonId | None


@dataclass(frozen=True, slots=True)
class LeaveTheLine:
    """Wait no longer."""

    entry: WaitingId


@dataclass(frozen=True, slots=True)
class Begin:
    """Open the draft."""

    service_code: ServiceCode
    hall: HallCode
    person: PersonId | None


@dataclass(frozen=True, slots=True)
class LayPage:
    """Lay the photograph just sent under a material, or under whichever it shows."""

    case: CaseId
    material: str | None


@dataclass(frozen=True, slots=True)
class HandIn:
    """Submit the draft."""

    case: CaseId
    appointment: AppointmentId | None
    bring_later: bool


@dataclass(frozen=True, slots=True)
class HandInAgain:
    """The correction is complete."""

    case: CaseId


@dataclass(frozen=True, slots=True)
class LookAt:
    """One case with its history."""

    number: str


@dataclass(frozen=True, slots=True)
class ListMine:
    """Everything under way."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Evaluate a finished case."""

    case: CaseId
    grade: int
    words: str = ""


@dataclass(frozen=True, slots=True)
class AskPerson:
    """Open a question for the first-responsible clerk."""

    text: str


@dataclass(frozen=True, slots=True)
class ListVillagers:
    """Whom the proxy may act for."""


@dataclass(frozen=True, slots=True)
class FindVillager:
    """Somebody by ID number."""

    id_number: str


@dataclass(frozen=True, slots=True)
class AddVillager:
    """Somebody new of the proxy's village."""

    name: str
    id_number: str


@dataclass(frozen=True, slots=True)
class AddRelative:
    """Somebody of the citizen's family."""

    name: str
    id_number: str


@dataclass(frozen=True, slots=True)
class RecordMandate:
    """The elder's word for one matter."""

    person: PersonId
    service_code: ServiceCode
    statement: str
    id_number: str = ""


Wish = (
    FindItem
    | Consider
    | Tell
    | FindPlaces
    | FindSoonest
    | LookAtLines
    | TakePlace
    | GiveBack
    | HoldIt
    | ConfirmPlace
    | ReleasePlace
    | FindMoves
    | MovePlace
    | StandInLine
    | LeaveTheLine
    | Begin
    | LayPage
    | HandIn
    | HandInAgain
    | LookAt
    | ListMine
    | Judge
    | AskPerson
    | ListVillagers
    | FindVillager
    | AddVillager
    | AddRelative
    | RecordMandate
)


# --- what is said ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to press: what it reads, what it sends, and a smaller line below."""

    label: str
    value: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Say:
    """One reply: the key of its sentence, the facts that fill it, the choices below it, and a card to draw.

    A held or booked place fills `place` of the sentence, too: when, how and in which hall.
    """

    key: str
    facts: Mapping[str, str] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    card: ServiceItem | Case | Hold | Appointment | PageAdded | None = None


@dataclass(frozen=True, slots=True)
class Whose:
    """For whom the conversation is acting: the caller, or somebody by id and name; a relative by the number given, too."""

    person: PersonId | None = None
    name: str = ""
    id_number: str = ""


@dataclass(frozen=True, slots=True)
class Situation:
    """What a state may know of the speaker without asking the desk."""

    role: Role
    is_working_hours: bool = True


@dataclass(frozen=True, slots=True)
class Meant:
    """What the person turned out to mean by earlier words: the item they took, or None of what was offered."""

    words: str
    item: ServiceCode | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """What a state makes of what it heard: words, the next state, at most one wish, and what it learnt of words."""

    says: tuple[Say, ...]
    then: State
    wish: Wish | None = None
    meant: Meant | None = None


def turn(then: State, *says: Say, wish: Wish | None = None, meant: Meant | None = None) -> Turn:
    """A turn, the next state first, for it reads as "then …, saying …"."""
    return Turn(says, then, wish, meant)
