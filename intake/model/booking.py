"""Booking (预约): places that exist as rows, who holds one for a while, and who has one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from intake.model.catalogue import CounterGroup
from intake.model.ids import (
    AccountCode,
    AppointmentId,
    CaseId,
    HallCode,
    HoldId,
    PersonId,
    ServiceCode,
    SlotId,
    VillageCode,
)
from intake.model.places import OfferKind


class Pool(StrEnum):
    """号池: the quotas of one slot; a place taken from one is given back to the same."""

    ONLINE = "online"
    COUNTER = "counter"
    GREEN = "green"


@dataclass(frozen=True, slots=True)
class BookingRules:
    """预约规则: county policy about places, in numbers; a county sets its own in `rules.json`."""

    hold_minutes: int = 10
    moves_per_appointment: int = 3
    cool_down_minutes: int = 30
    live_per_person: int = 3
    made_per_person_and_day: int = 2
    live_per_proxy: int = 30
    made_per_proxy_and_day: int = 15
    no_show_after_minutes: int = 30
    no_show_limit: int = 3
    no_show_limit_green: int = 0
    no_show_window_days: int = 90
    no_show_pause_days: int = 7
    offer_minutes: int = 15
    alternative_hours: int = 24
    km_worth_minutes: int = 6
    road_factor: float = 1.6
    km_per_hour: float = 35.0


@dataclass(frozen=True, slots=True)
class Slot:
    """号源: a stretch of time at one counter group. `taken` counts bookings, `held` what is held at the instant it was read.

    `waiting` is how many people in line this slot would suit: what is left belongs to them first.
    """

    id: SlotId
    hall: HallCode
    group: CounterGroup
    kind: OfferKind
    start: datetime
    end: datetime
    book_before: datetime
    online_capacity: int
    online_taken: int
    counter_capacity: int
    counter_taken: int
    green_capacity: int = 0
    green_taken: int = 0
    green_until: datetime | None = None
    online_held: int = 0
    counter_held: int = 0
    green_held: int = 0
    waiting: int = 0
    notice_hours: int = 0
    closed: bool = False
    helper: bool = False
    session: str = ""
    min_bookings: int = 1

    def left(self, pool: Pool) -> int:
        """Places of one pool that nobody has and nobody holds."""
        match pool:
            case Pool.ONLINE:
                return self.online_capacity - self.online_taken - self.online_held
            case Pool.COUNTER:
                return self.counter_capacity - self.counter_taken - self.counter_held
            case Pool.GREEN:
                return self.green_capacity - self.green_taken - self.green_held

    @property
    def online_left(self) -> int:
        """Places still free for booking from home, less those that people in line will be offered."""
        return max(0, self.left(Pool.ONLINE) - self.waiting)

    def bookable_at(self, now: datetime) -> bool:
        """Whether it is open and the notice the offer needs can still be given."""
        return not self.closed and now < self.book_before


class AppointmentState(StrEnum):
    """预约状态. `displaced`: the hall closes at that time; the person chooses another place."""

    BOOKED = "booked"
    DISPLACED = "displaced"
    CHECKED_IN = "checked_in"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Appointment:
    """预约: one place taken for one person and one matter; a long matter takes a run of slots, the first is `slot`.

    A home visit names the `village` it goes to and the `minutes` it takes there.
    """

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
    run: tuple[SlotId, ...] = ()
    pool: Pool = Pool.ONLINE
    moves: int = 0
    ended_at: datetime | None = None
    village: VillageCode | None = None
    minutes: int = 0
    forgiven: str = ""

    @property
    def slots(self) -> tuple[SlotId, ...]:
        """Every slot it takes a place of."""
        return self.run or (self.slot,)


class HoldPurpose(StrEnum):
    """留号缘由: a person is choosing, a waiting person is offered it, or it stands in for a place that closes."""

    CHOICE = "choice"
    OFFER = "offer"
    ALTERNATIVE = "alternative"


class HoldState(StrEnum):
    """留号状态. A hold past its expiry counts for nothing whatever its state says."""

    HELD = "held"
    CONFIRMED = "confirmed"
    RELEASED = "released"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Hold:
    """留号: a place kept for one person and one matter until an instant; at that instant it is free again.

    `appointment` is the one it became, or the one that would move here.
    """

    id: HoldId
    purpose: HoldPurpose
    slot: SlotId
    run: tuple[SlotId, ...]
    pool: Pool
    hall: HallCode
    group: CounterGroup
    kind: OfferKind
    start: datetime
    end: datetime
    person: PersonId
    held_by: AccountCode
    service_code: ServiceCode
    service_name: str
    case: CaseId | None
    state: HoldState
    held_at: datetime
    expires_at: datetime
    appointment: AppointmentId | None = None
    village: VillageCode | None = None
    minutes: int = 0

    def live_at(self, now: datetime) -> bool:
        """Whether it counts: to the second before its expiry it does, at its expiry no more."""
        return self.state is HoldState.HELD and now < self.expires_at
