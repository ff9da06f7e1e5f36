"""Places: the county, its halls, counters and villages, and when they are open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt

from intake.model.catalogue import CounterGroup, HallLevel
from intake.model.ids import (
    AccountCode,
    CounterCode,
    DepartmentName,
    DivisionCode,
    HallCode,
    SlotId,
    VillageCode,
)


class OfferKind(StrEnum):
    """5+X 办事模式: the kinds of offer a place can be booked under; a volunteer (志愿服务点) helps, and decides nothing."""

    RESERVED = "reserved"
    STAGGERED = "staggered"
    AFTER_HOURS = "after_hours"
    HOME_VISIT = "home_visit"
    KIOSK = "kiosk"
    VOLUNTEER = "volunteer"


KIND_WORDS: Mapping[OfferKind, str] = {
    OfferKind.RESERVED: "预约",
    OfferKind.STAGGERED: "错时",
    OfferKind.AFTER_HOURS: "延时",
    OfferKind.HOME_VISIT: "上门",
    OfferKind.KIOSK: "自助",
    OfferKind.VOLUNTEER: "志愿帮办",
}


@dataclass(frozen=True, slots=True)
class Village:
    """村（社区）: the smallest place, served by its proxy and its township's hall."""

    code: VillageCode
    name: str
    short_name: str
    township: DivisionCode
    township_name: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Department:
    """部门: who decides behind the desk."""

    code: str
    name: DepartmentName
    phone: str


@dataclass(frozen=True, slots=True)
class Counter:
    """窗口: one counter of a hall and the group it belongs to."""

    code: CounterCode
    name: str
    group: CounterGroup
    number: str


@dataclass(frozen=True, slots=True)
class Hall:
    """便民服务中心: a service hall, its counters and the clerk who is first responsible."""

    code: HallCode
    name: str
    level: HallLevel
    division: DivisionCode
    address: str
    phone: str
    lat: float
    lon: float
    serves: tuple[DivisionCode, ...]
    counters: tuple[Counter, ...]
    kiosks: tuple[str, ...]
    first_responsible: AccountCode

    def groups(self) -> frozenset[CounterGroup]:
        """The counter groups the hall has."""
        return frozenset(c.group for c in self.counters)


@dataclass(frozen=True, slots=True)
class Period:
    """时段: opening hours within one day, local time."""

    start: time
    end: time


class CapacityPer(StrEnum):
    """号源按何计: what a pattern's two capacities are counted for."""

    COUNTER = "counter"
    GROUP = "group"
    KIOSK = "kiosk"


@dataclass(frozen=True, slots=True)
class HoursPattern:
    """开放规则: which places one kind of offer opens, week after week, while valid; None means every hall or group."""

    hall: HallCode | None
    group: CounterGroup | None
    kind: OfferKind
    valid_from: date
    valid_to: date | None
    weekdays: frozenset[int]
    periods: tuple[Period, ...]
    slot_minutes: int
    online_capacity: int
    counter_capacity: int
    capacity_per: CapacityPer
    on_holidays: bool
    notice_hours: int
    note: str = ""
    min_bookings: int = 1
    helper_periods: tuple[Period, ...] = ()
    green_capacity: int = 0
    green_until_hours: int = 0
    area: tuple[DivisionCode, ...] = ()
    travel_minutes_limit: int = 0
    opened_by: str = ""
    gives_way: tuple[tuple[HallCode, CounterGroup | None, date, frozenset[int]], ...] = ()

    @property
    def in_sessions(self) -> bool:
        """Whether each of its periods opens as a whole: for enough people only, or by somebody who must know in time."""
        return self.min_bookings > 1 or bool(self.opened_by)

    def in_force(self, day: date, hall: HallCode, group: CounterGroup, weekday: int) -> bool:
        """Whether the row still holds there that day, or a hall's own newer row has taken its place."""
        return not any(
            where == hall and which in {None, group} and day >= since and weekday in weekdays
            for where, which, since, weekdays in self.gives_way
        )


@dataclass(frozen=True, slots=True)
class HoursException:
    """例外日: one dated change of a hall's reserved hours; no periods means closed but for the kiosks."""

    hall: HallCode
    day: date
    periods: tuple[Period, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class OpenTime:
    """计划号源: a place to be opened: start and end as instants, with its two quotas."""

    hall: HallCode
    group: CounterGroup
    kind: OfferKind
    start: datetime
    end: datetime
    online_capacity: int
    counter_capacity: int
    notice_hours: int
    green_capacity: int = 0
    green_until_hours: int = 0
    book_before: datetime | None = None
    helper: bool = False
    session: str = ""
    min_bookings: int = 1

    @property
    def last_call(self) -> datetime:
        """From when on it can no longer be booked: the notice before its start, or before its whole session."""
        return self.book_before or self.start - timedelta(hours=self.notice_hours)

    @property
    def green_until(self) -> datetime | None:
        """Until when its green places are kept; None when it has none."""
        return self.start - timedelta(hours=self.green_until_hours) if self.green_capacity else None

    @property
    def slot(self) -> SlotId:
        """The id of its slot: where, which counters, which offer and when (UTC); the same time is the same slot."""
        return slot_at(self.hall, self.group, self.kind, self.start)


def slot_at(hall: HallCode, group: CounterGroup, kind: OfferKind, start: datetime) -> SlotId:
    """The id of the slot that begins at an instant."""
    return SlotId(f"{hall}.{group.value}.{kind.value}.{start.astimezone(UTC):%Y%m%dT%H%MZ}")


_EARTH_KM = 6371.0


def straight_km(hall: Hall, place: Village | Hall) -> float:
    """The great-circle distance between a hall and a village or another hall, by the haversine formula."""
    half_lat, half_lon = radians(place.lat - hall.lat) / 2, radians(place.lon - hall.lon) / 2
    chord = sin(half_lat) ** 2 + cos(radians(hall.lat)) * cos(radians(place.lat)) * sin(half_lon) ** 2
    return 2 * _EARTH_KM * asin(sqrt(chord))
