"""What is heard (听到): the person's words and presses, and what the desk answers to a wish."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from intake.errors import Refusal
from intake.model.booking import Appointment, AppointmentState, Hold, Slot
from intake.model.case import Case
from intake.model.catalogue import CommonQuestion, ServiceItem
from intake.model.ids import HallCode, ServiceCode
from intake.model.matching import Match
from intake.model.people import Mandate, Person
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


@dataclass(frozen=True, slots=True)
class Refused:
    """The desk's refusal of the last wish."""

    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Unclear:
    """The words named no matter: a state in the middle of something asks again for what it waits for."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of what was asked: of a hall with its coming days, and of an item unless it is not clear which.

    `machines` are the halls with a kiosk, nearest first.
    """

    asks: tuple[Aspect, ...]
    hall: Hall
    days: tuple[OpenDay, ...] = ()
    about: Consideration | None = None
    machines: tuple[Hall, ...] = ()


@dataclass(frozen=True, slots=True)
class Several:
    """One breath asked for more than one item: each with its name, in the order of the words."""

    items: tuple[tuple[ServiceCode, str], ...]


@dataclass(frozen=True, slots=True)
class Touched:
    """A bare word is about several turns of life: 小孩 about birth and school."""

    offers: tuple[BundleOffer, ...]


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
    | Several
    | Touched
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
