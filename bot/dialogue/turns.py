"""A turn (一轮): what is said, which state follows, and what is wished of the desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.dialogue.wishes import Wish
from intake.model.booking import Appointment, Hold
from intake.model.case import Case
from intake.model.catalogue import ServiceItem
from intake.model.ids import PersonId, ServiceCode
from intake.model.people import Role
from intake.usecases.cases.drafting import PageAdded

if TYPE_CHECKING:
    from bot.dialogue.states import State


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
    """What a state may know of the speaker without asking the desk; `later` are the items they named for afterwards."""

    role: Role
    later: tuple[tuple[ServiceCode, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Meant:
    """What the person turned out to mean by earlier words: the item they took, or None of what was offered."""

    words: str
    item: ServiceCode | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """What a state makes of what it heard: words, the next state, at most one wish, and what it learnt of words.

    `later` are the items that wait until this one is done; None leaves those that wait already.
    """

    says: tuple[Say, ...]
    then: State
    wish: Wish | None = None
    meant: Meant | None = None
    later: tuple[tuple[ServiceCode, str], ...] | None = None


def turn(then: State, *says: Say, wish: Wish | None = None, meant: Meant | None = None) -> Turn:
    """A turn, the next state first, for it reads as "then …, saying …"."""
    return Turn(says, then, wish, meant)
