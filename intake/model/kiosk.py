"""Kiosks (自助机): what each can do, who stands before it, and the slips it prints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from intake.model.booking import Appointment
from intake.model.case import Case
from intake.model.catalogue import ServiceItem, Way
from intake.model.ids import AccountCode, HallCode, ServiceCode, SlipId
from intake.model.people import Person
from intake.model.places import Hall
from intake.model.queue import Ticket
from intake.model.tray import LaidCard, LaidPage

# A card nobody touches counts as gone after this; the page clears itself sooner, and this holds if the page died.
STAYS: Final = timedelta(minutes=5)
EVERYTHING: Final = "*"


@dataclass(frozen=True, slots=True)
class KioskList:
    """自助机事项表: the items a machine was set up for; `*` stands for every item kiosks are meant for."""

    device: AccountCode
    hall: HallCode
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ability:
    """自助机能力记录: since when a machine takes an item to its end, and the release of the software that showed it.

    Written by the machine itself as it runs, and kept with its days: what it could do last month stays as it was.
    """

    device: AccountCode
    service_code: ServiceCode
    since: date
    release: str
    until: date | None = None

    def holds(self, on: date) -> bool:
        """Whether it holds on a day."""
        return self.since <= on and (self.until is None or on < self.until)


@dataclass(frozen=True, slots=True)
class KioskItem:
    """机上事项: one item of the catalogue as a machine is set up for it.

    Every item is found and explained there. `start`: a case is opened and handed in there. `finish`: its result reaches
    the person without a counter, so that nobody has to come again in opening hours.
    """

    service_code: ServiceCode
    start: bool
    finish: bool


# A result that comes electronically, by post or to the door needs no counter, nor one the machine prints or that is
# money or a registration.
_AT_THE_WINDOW = frozenset({"窗口领取", "现场领取"})
_PRINTED_OR_NOTHING = frozenset({"证明", "其他"})


def kiosk_items(
    setup: KioskList, hall: Hall, items: Iterable[ServiceItem]
) -> tuple[tuple[KioskItem, ...], tuple[str, ...]]:
    """All items in force as a machine is set up for them, and the entries of its list that name none: those are passed over.

    One wrong entry must not take the machine down: the others work, and the keeper is told which is wrong.
    """
    known = {item.code: item for item in items}
    wrong = tuple(code for code in setup.codes if code != EVERYTHING and ServiceCode(code) not in known)
    every = EVERYTHING in setup.codes
    found = (
        _as_set_up(hall, item, meant=item.kiosk and (every or item.code in setup.codes))
        for item in known.values()
    )
    return tuple(found), wrong


def _as_set_up(hall: Hall, item: ServiceItem, *, meant: bool) -> KioskItem:
    start = meant and item.availability.at(hall.code, hall.level) is not Way.NOT_HERE
    elsewhere = any(way not in _AT_THE_WINDOW for way in item.delivery)
    comes_itself = elsewhere or item.result_type in _PRINTED_OR_NOTHING
    return KioskItem(item.code, start=start, finish=start and comes_itself)


class SlipKind(StrEnum):
    """凭条种类: what a slip is about; about one thing there is one slip."""

    TICKET = "ticket"
    CASE = "case"
    RESULT = "result"


@dataclass(frozen=True, slots=True)
class Slip:
    """凭条: a piece of paper for one person, printed once; another copy is another slip, asked for by a clerk."""

    id: SlipId
    device: AccountCode
    kind: SlipKind
    subject: str
    copy: int
    facts: Mapping[str, str]
    made_at: datetime
    printed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Visitor:
    """机前的人: whose card lies on a kiosk now, and what is theirs here today."""

    card: LaidCard
    person: Person
    pages: tuple[LaidPage, ...]
    appointments: tuple[Appointment, ...]
    tickets: tuple[Ticket, ...]
    cases: tuple[Case, ...]
