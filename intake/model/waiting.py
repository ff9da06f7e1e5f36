"""Waiting for a place (候补): who stands in line where, and whose turn a freed place is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from intake.model.booking import Slot
from intake.model.catalogue import CounterGroup
from intake.model.ids import AccountCode, CaseId, HallCode, HoldId, PersonId, ServiceCode, WaitingId
from intake.model.places import OfferKind

# A home visit or a kiosk is asked for by name; "when is there a place at the hall?" means one of these.
AT_THE_COUNTER = frozenset({OfferKind.RESERVED, OfferKind.STAGGERED, OfferKind.AFTER_HOURS})


class WaitingState(StrEnum):
    """候补状态."""

    WAITING = "waiting"
    OFFERED = "offered"
    TAKEN = "taken"
    LAPSED = "lapsed"
    LEFT = "left"
    OVER = "over"


WAITING_WORDS = {
    WaitingState.WAITING: "排队等号",
    WaitingState.OFFERED: "有号等您答复",
    WaitingState.TAKEN: "已约上",
    WaitingState.LAPSED: "没有按时答复",
    WaitingState.LEFT: "已退出",
    WaitingState.OVER: "没有等到",
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """候补登记: one person's one matter in line for a place at a hall between two instants; `places` in a row it takes.

    The line of a hall is in the order of `joined_at`, and nothing else. With no `kind`, any at the counter will do.
    """

    id: WaitingId
    person: PersonId
    joined_by: AccountCode
    service_code: ServiceCode
    service_name: str
    hall: HallCode
    group: CounterGroup
    kind: OfferKind | None
    after: datetime
    before: datetime
    places: int
    minutes: int
    green: bool
    case: CaseId | None
    state: WaitingState
    joined_at: datetime
    hold: HoldId | None = None
    answer_by: datetime | None = None
    version: int = 1

    def suits(self, slot: Slot) -> bool:
        """Whether a place of that slot is one the person waits for."""
        kinds = AT_THE_COUNTER if self.kind is None else {self.kind}
        there = (self.hall, self.group) == (slot.hall, slot.group) and slot.kind in kinds
        return there and self.after <= slot.start < self.before

    def lapsed_at(self, now: datetime) -> bool:
        """Whether the time to answer an offer is over; nothing needs to have noticed."""
        return self.state is WaitingState.OFFERED and self.answer_by is not None and now >= self.answer_by
