"""Hours (开放时间) as they change: what is changed, whom it touches, and what each of them answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from intake.model.ids import AccountCode, AppointmentId, ChangeId, HallCode, HoldId, PersonId
from intake.model.places import HoursException, HoursPattern, Period


@dataclass(frozen=True, slots=True)
class Closure:
    """停办: a hall is closed on some days, or keeps only these reserved periods; kiosks stay."""

    first_day: date
    last_day: date
    periods: tuple[Period, ...] = ()


@dataclass(frozen=True, slots=True)
class NewHours:
    """新的开放规则: from its first day a hall's rows of the same offer, counters and weekdays give way to this one.

    Without periods the offer ends.
    """

    pattern: HoursPattern


@dataclass(frozen=True, slots=True)
class Hours:
    """开放规则全集: weekly rows and dated exceptions, as stored."""

    patterns: tuple[HoursPattern, ...]
    exceptions: tuple[HoursException, ...]

    def after(self, change: Closure | NewHours, hall: HallCode, reason: str) -> Hours:
        """The rules with a change of one hall put in."""
        if isinstance(change, Closure):
            return self._closed(change, hall, reason)
        new = replace(change.pattern, hall=hall)
        kept = tuple(_giving_way(pattern, new, hall) for pattern in self.patterns)
        return replace(self, patterns=(*(p for p in kept if p is not None), *((new,) if new.periods else ())))

    def _closed(self, closure: Closure, hall: HallCode, reason: str) -> Hours:
        days = [
            closure.first_day + timedelta(days=n)
            for n in range((closure.last_day - closure.first_day).days + 1)
        ]
        others = tuple(e for e in self.exceptions if e.hall != hall or e.day not in days)
        return replace(
            self, exceptions=(*others, *(HoursException(hall, day, closure.periods, reason) for day in days))
        )


def _giving_way(pattern: HoursPattern, new: HoursPattern, hall: HallCode) -> HoursPattern | None:
    """A row as it is beside a new one: ended the day before, left out for one hall, or as it was."""
    same = (pattern.kind, pattern.hall in {None, hall}) == (new.kind, True)
    meet = new.group is None or pattern.group in {None, new.group}
    over = pattern.valid_to is not None and pattern.valid_to < new.valid_from
    if not same or not meet or over or not pattern.weekdays & new.weekdays:
        return pattern
    if (
        pattern.hall is None
        or (new.group is not None and pattern.group is None)
        or not pattern.weekdays <= new.weekdays
    ):
        return replace(
            pattern, gives_way=(*pattern.gives_way, (hall, new.group, new.valid_from, new.weekdays))
        )
    if pattern.valid_from >= new.valid_from:
        return None
    return replace(pattern, valid_to=new.valid_from - timedelta(days=1))


@dataclass(frozen=True, slots=True)
class HoursChange:
    """开放时间变更: who changed a hall's hours, when, why, and how many bookings it touched."""

    id: ChangeId
    hall: HallCode
    made_by: AccountCode
    made_by_name: str
    made_at: datetime
    reason: str
    what: str
    affected: int


class Answer(StrEnum):
    """答复: what somebody whose place was closed decided."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    MOVED = "moved"
    CANCELLED = "cancelled"
    NONE = "none"


ANSWER_WORDS = {
    Answer.PENDING: "等待答复",
    Answer.ACCEPTED: "接受了替换时间",
    Answer.MOVED: "自己另选了时间",
    Answer.CANCELLED: "取消了预约",
    Answer.NONE: "到期没有答复",
}


@dataclass(frozen=True, slots=True)
class Displacement:
    """受影响的预约: one booking a change took the place of, what is held instead, and the person's answer."""

    appointment: AppointmentId
    change: ChangeId
    hall: HallCode
    person: PersonId
    number: str
    service_name: str
    was_start: datetime
    made_at: datetime
    told_at: datetime | None = None
    hold: HoldId | None = None
    offered_start: datetime | None = None
    answer: Answer = Answer.PENDING
    answered_at: datetime | None = None


def periods_text(periods: Sequence[Period]) -> str:
    """Periods as people read them: 08:30—11:30、14:00—17:00."""
    return "、".join(f"{p.start:%H:%M}—{_end_text(p.end)}" for p in periods)


def _end_text(end: time) -> str:
    return "24:00" if end == time.max else f"{end:%H:%M}"
