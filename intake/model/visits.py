"""The nouns of a day of home visits (上门服务日): who wants to be visited, who goes, and what was planned.

Every instant is aware and falls on a whole minute; durations are whole minutes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NewType

from intake.model.ids import AccountCode, AppointmentId, HallCode

Skill = NewType("Skill", str)


@dataclass(frozen=True, slots=True)
class Spot:
    """地点: a village or a hall on the map, in degrees. Two spots of one code are the same place."""

    code: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Window:
    """时间窗: from one instant to another, both included."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        """Refuse a window that a plan in whole minutes could not keep."""
        for instant in (self.start, self.end):
            if instant.tzinfo is None or instant.second or instant.microsecond:
                raise ValueError(f"{instant} is not an aware instant on a whole minute")
        if self.end < self.start:
            raise ValueError(f"a window cannot end ({self.end}) before it starts ({self.start})")


@dataclass(frozen=True, slots=True)
class Visit:
    """上门预约: one home visit. The clerk begins it within `window` and has all of `skills`.

    `promised` says that the person was told the window. A clerk at the desk may pin the visit to one colleague
    (`pinned_to`) or to a place in the colleague's day (`pinned_at`, 1 is the first stop).
    """

    id: AppointmentId
    place: Spot
    window: Window
    minutes: int
    skills: frozenset[Skill] = frozenset()
    promised: bool = False
    pinned_to: AccountCode | None = None
    pinned_at: int | None = None

    def __post_init__(self) -> None:
        """Refuse what no plan could mean."""
        if self.minutes < 0 or (self.pinned_at is not None and self.pinned_at < 1):
            raise ValueError(f"visit {self.id} lasts {self.minutes} minutes at position {self.pinned_at}")

    @property
    def firm(self) -> bool:
        """Whether it goes before visits nobody has given their word on."""
        return self.promised or self.pinned_to is not None or self.pinned_at is not None


@dataclass(frozen=True, slots=True)
class Pause:
    """歇息: a break of so many minutes that begins within a window, wherever the clerk then is."""

    window: Window
    minutes: int


@dataclass(frozen=True, slots=True)
class Shift:
    """上门班次: one clerk's day on the road, from the base and back to it within `window`."""

    clerk: AccountCode
    base: Spot
    window: Window
    skills: frozenset[Skill] = frozenset()
    pause: Pause | None = None

    def __post_init__(self) -> None:
        """Refuse a pause that would not lie within the shift."""
        if self.pause and not self._holds(self.pause):
            raise ValueError(f"the pause of {self.clerk} does not lie within the shift")

    def _holds(self, pause: Pause) -> bool:
        latest = pause.window.end + timedelta(minutes=pause.minutes)
        return self.window.start <= pause.window.start and latest <= self.window.end

    def can(self, visit: Visit) -> bool:
        """Whether the clerk has the skills and nobody else was named."""
        return visit.skills <= self.skills and visit.pinned_to in {None, self.clerk}


@dataclass(frozen=True, slots=True)
class Stop:
    """上门一站: when the clerk arrives at a home, begins, and leaves again."""

    visit: AppointmentId
    arrive: datetime
    begin: datetime
    leave: datetime


@dataclass(frozen=True, slots=True)
class Route:
    """上门路线: one clerk's stops in order. `travel_minutes` is the driving alone, home again included."""

    clerk: AccountCode
    depart: datetime
    stops: tuple[Stop, ...]
    back: datetime
    pause: Window | None
    travel_minutes: int


class Reason(StrEnum):
    """排不上的原因: why a visit is on nobody's route."""

    NOBODY_ON_DUTY = "nobody_on_duty"
    PINNED_TO_ABSENT = "pinned_to_absent"
    SKILL_MISSING = "skill_missing"
    OUT_OF_REACH = "out_of_reach"
    POSITION_TAKEN = "position_taken"
    DAY_FULL = "day_full"
    NOT_SOLVED = "not_solved"


# What the desk reads: the reason and the way on.
REASON_WORDS: Mapping[Reason, str] = {
    Reason.NOBODY_ON_DUTY: "这一天没有上门的班次。请先排班，或者和群众另约一天。",
    Reason.PINNED_TO_ABSENT: "指定的工作人员这一天没有上门班次。请改派别人，或者另约一天。",
    Reason.SKILL_MISSING: "当班的人都没有办这件事的资质。请加派有资质的工作人员，或者另约一天。",
    Reason.OUT_OF_REACH: "约定的时间里，从出发点赶不到，或者赶不回来。请和群众换个时间，或者请村代办员先去。",
    Reason.POSITION_TAKEN: "指定的顺序排不出来。请换个顺序，或者取消指定。",
    Reason.DAY_FULL: "这一天的路线排满了。请加派一人、换个时间，或者另约一天。",
    Reason.NOT_SOLVED: "给的时间里没有算完。请再排一次。",
}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """未排上: a visit on nobody's route, and why."""

    visit: AppointmentId
    reason: Reason

    @property
    def words(self) -> str:
        """The reason and the way on, for the clerk at the desk."""
        return REASON_WORDS[self.reason]


@dataclass(frozen=True, slots=True)
class Plan:
    """上门安排: every visit once, on a route or among those left out. Clerks without a stop have no route."""

    routes: tuple[Route, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def travel_minutes(self) -> int:
        """All driving of the day."""
        return sum(route.travel_minutes for route in self.routes)


def promise(visits: Sequence[Visit], plan: Plan, *, leeway: int = 15) -> tuple[Visit, ...]:
    """The visits with what a plan allows the desk to tell people: a window of `leeway` minutes to either side of the
    planned beginning, within what they had asked for. Visits left out, and those already promised, stay as they are.
    """
    begins = {stop.visit: stop.begin for route in plan.routes for stop in route.stops}
    return tuple(
        visit
        if visit.promised or visit.id not in begins
        else _told(visit, begins[visit.id], timedelta(minutes=leeway))
        for visit in visits
    )


def _told(visit: Visit, begin: datetime, leeway: timedelta) -> Visit:
    window = Window(max(visit.window.start, begin - leeway), min(visit.window.end, begin + leeway))
    return replace(visit, window=window, promised=True)


@dataclass(frozen=True, slots=True)
class VisitOrder:
    """上门指派: what was decided about one visit besides its appointment: a clerk's pin, and the window it was told.

    A promised window outlives every new plan of the day; only the appointment's own end takes it away.
    """

    appointment: AppointmentId
    pinned_to: AccountCode | None = None
    pinned_at: int | None = None
    promised: Window | None = None


@dataclass(frozen=True, slots=True)
class VisitDay:
    """上门安排单: a hall's visits of one day as they were last planned.

    `crew` names who goes when the director has said so; None leaves it to the county's rule. `basis` is the digest of
    all that the plan was made from: where it differs from what is so now, the plan is out of date.
    """

    hall: HallCode
    day: date
    crew: tuple[AccountCode, ...] | None = None
    plan: Plan | None = None
    basis: str = ""
    version: int = 0
