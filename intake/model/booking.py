"""Booking (预约): places that exist as rows, and who holds one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from intake.model.catalogue import CounterGroup
from intake.model.ids import AccountCode, AppointmentId, CaseId, HallCode, PersonId, ServiceCode, SlotId
from intake.model.places import OfferKind


@dataclass(frozen=True, slots=True)
class Slot:
    """号源: a stretch of time at one counter group with separate online and counter quotas."""

    id: SlotId
    hall: HallCode
    group: CounterGroup
    kind: OfferKind
    start: datetime
    end: datetime
    online_capacity: int
    online_taken: int
    counter_capacity: int
    counter_taken: int
    notice_hours: int = 0

    @property
    def online_left(self) -> int:
        """Places still free for booking from home."""
        return max(0, self.online_capacity - self.online_taken)

    def bookable_at(self, now: datetime) -> bool:
        """Whether the notice the offer needs can still be given."""
        return now + timedelta(hours=self.notice_hours) < self.start


class AppointmentState(StrEnum):
    """预约状态."""

    BOOKED = "booked"
    CHECKED_IN = "checked_in"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Appointment:
    """预约: one place taken for one person and one matter."""

    id: AppointmentId
    number: str
    slot: SlotId
    hall: HallCode
    group: CounterGroup
    kind: OfferKind
    start: datetime
    end: datetime
    person: PersonId
    booked_by: AccountCode
    service_code: ServiceCode
    service_name: str
    case: CaseId | None
    state: AppointmentState
    version: int
    booked_at: datetime
