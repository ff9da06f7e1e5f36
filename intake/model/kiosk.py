"""Kiosks (自助机): what each can do, who stands before it, and the slips it prints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
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
    """自助机能力记录: what one machine can do of one item, and since when it can.

    `search`: found and explained there. `start`: a case is opened and handed in there. `finish`: its result reaches the
    person without a counter, so that nobody has to come again in opening hours.
    """

    device: AccountCode
    hall: HallCode
    service_code: ServiceCode
    search: bool
    start: bool
    finish: bool
    recorded_at: datetime


# A result that comes electronically, by post or to the door needs no counter, nor one the machine prints or that is
# money or a registration.
_AT_THE_WINDOW = frozenset({"窗口领取", "现场领取"})
_PRINTED_OR_NOTHING = frozenset({"证明", "其他"})


def abilities(
    setup: KioskList, hall: Hall, items: Iterable[ServiceItem], now: datetime
) -> tuple[tuple[Ability, ...], tuple[str, ...]]:
    """A machine's records for all items in force, and the entries of its list that name no item: those are passed over.

    One wrong entry must not take the machine down: the others work, and the keeper is told which is wrong.
    """
    known = {item.code: item for item in items}
    wrong = tuple(code for code in setup.codes if code != EVERYTHING and ServiceCode(code) not in known)
    every = EVERYTHING in setup.codes
    records = tuple(
        _ability(setup, hall, item, now, meant=item.kiosk and (every or item.code in setup.codes))
        for item in known.values()
    )
    return records, wrong


def _ability(setup: KioskList, hall: Hall, item: ServiceItem, now: datetime, *, meant: bool) -> Ability:
    start = meant and item.availability.at(hall.code, hall.level) is not Way.NOT_HERE
    elsewhere = any(way not in _AT_THE_WINDOW for way in item.delivery)
    comes_itself = elsewhere or item.result_type in _PRINTED_OR_NOTHING
    return Ability(
        setup.device, hall.code, item.code, search=True, start=start, finish=start and comes_itself,
        recorded_at=now,
    )  # fmt: skip


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
