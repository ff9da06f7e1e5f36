"""What can be wished (请求) of the desk, by the counter that grants it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

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
from intake.model.matching import PersonFacts
from intake.model.places import OfferKind
from intake.model.speech import Spoken


@dataclass(frozen=True, slots=True)
class FindItem:
    """Find out which item is meant, or which of them, where the words may ask for several."""

    text: str
    facts: PersonFacts = field(default_factory=PersonFacts)
    several: tuple[str, ...] = ()


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


CatalogueWish = FindItem | Consider | Tell


@dataclass(frozen=True, slots=True)
class FindPlaces:
    """Free slots of a hall, or of one kind, in a span of days and a part of the day if one was named."""

    service_code: ServiceCode
    hall: HallCode | None
    when: Spoken | None = None
    skip: int = 0
    kind: OfferKind | None = None


@dataclass(frozen=True, slots=True)
class FindSoonest:
    """The soonest places anywhere and in any way, for the person."""

    service_code: ServiceCode
    person: PersonId | None


@dataclass(frozen=True, slots=True)
class FindMoves:
    """Where an appointment could go, in a span of days if one was named."""

    appointment: AppointmentId
    when: Spoken | None = None


FreePlaceWish = FindPlaces | FindSoonest | FindMoves


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
class TakePlace:
    """Book."""

    service_code: ServiceCode
    slot: SlotId
    person: PersonId | None


@dataclass(frozen=True, slots=True)
class MovePlace:
    """Another time for an appointment."""

    appointment: AppointmentId
    slot: SlotId


@dataclass(frozen=True, slots=True)
class GiveBack:
    """Cancel an appointment."""

    appointment: AppointmentId


PlaceWish = HoldIt | ConfirmPlace | ReleasePlace | TakePlace | MovePlace | GiveBack


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


DraftWish = Begin | LayPage | HandIn | HandInAgain


@dataclass(frozen=True, slots=True)
class ListMine:
    """Everything under way."""


@dataclass(frozen=True, slots=True)
class LookAt:
    """One case with its history."""

    number: str


@dataclass(frozen=True, slots=True)
class Judge:
    """Evaluate a finished case."""

    case: CaseId
    grade: int
    words: str = ""


@dataclass(frozen=True, slots=True)
class LookAtLines:
    """How long until it is the person's turn."""


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


OwnWish = ListMine | LookAt | Judge | LookAtLines | StandInLine | LeaveTheLine


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


@dataclass(frozen=True, slots=True)
class AskPerson:
    """Open a question for the first-responsible clerk."""

    text: str


PeopleWish = ListVillagers | FindVillager | AddVillager | AddRelative | RecordMandate | AskPerson


Wish = CatalogueWish | FreePlaceWish | PlaceWish | DraftWish | OwnWish | PeopleWish
