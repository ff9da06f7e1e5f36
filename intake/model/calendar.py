"""The working calendar (工作日历): one table behind booking and every deadline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from functools import lru_cache

from intake.model.catalogue import TimeLimit

# China has kept one zone without summer time since 1991, so a fixed offset is exact for every date we handle.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
_SATURDAY = 5


class DayKind(StrEnum):
    """日期性质: what an announced day is."""

    HOLIDAY = "holiday"
    MAKEUP = "makeup_workday"
    CLOSURE = "local_closure"


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """特殊日: a holiday, a make-up working day (调休) or a day on which the county's offices stay shut, and whether it is
    only expected so far.
    """

    day: date
    kind: DayKind
    name: str
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class DueDay:
    """到期日: the last day of a limit; provisional when it leans on a year not yet announced. `working` says which days the
    limit counts.
    """

    day: date
    provisional: bool
    working: bool = True


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """工作日历: weekends, announced holidays and make-up days; years it does not know stay provisional."""

    days: Mapping[date, CalendarDay] = field(default_factory=dict)
    announced: frozenset[int] = frozenset()

    def is_working(self, day: date) -> bool:
        """Whether public offices work on that day."""
        special = self.days.get(day)
        if special is not None:
            return special.kind is DayKind.MAKEUP
        return day.weekday() < _SATURDAY

    def name_of(self, day: date) -> str:
        """The holiday's or make-up day's name, or an empty string."""
        special = self.days.get(day)
        return special.name if special else ""

    def announced_for(self, day: date) -> bool:
        """Whether the State Council's notice for the year of that day is in the table."""
        return day.year in self.announced

    def due(self, start: date, limit: TimeLimit) -> DueDay:
        """The last day of a limit that begins the day after `start`; 0 days means `start` itself."""
        day, left, provisional = start, limit.days, False
        while left > 0:
            day += timedelta(days=1)
            provisional = provisional or not self.announced_for(day)
            left -= not limit.working or self.is_working(day)
        return DueDay(day, provisional and limit.working, limit.working)

    def resumed(self, due: DueDay, stopped: date, on: date) -> DueDay:
        """The last day of a limit whose clock was stopped on one day and runs again from another: as many days are left as
        then. What was over already stays over by as much.
        """
        if on <= stopped:
            return due
        if due.day < stopped:
            return replace(due, day=due.day + (on - stopped))
        left = self.days_left(due, stopped)
        again = self.due(on, TimeLimit(left, due.working))
        if left == 0 and due.working:
            again = self.due(on, TimeLimit(0 if self.is_working(on) else 1))
        return replace(
            again, provisional=again.provisional or (due.working and not self.announced_for(again.day))
        )

    def longer(self, due: DueDay, by: TimeLimit) -> DueDay:
        """The last day when a limit is made longer."""
        later = self.due(due.day, by)
        return DueDay(later.day, due.provisional or later.provisional, due.working)

    def days_left(self, due: DueDay, today: date) -> int:
        """How many of the limit's own days lie between a day and its last; 0 on the last day and after it."""
        if due.working:
            return self.working_days_between(today, due.day)
        return max(0, (due.day - today).days)

    def days_over(self, due: DueDay, today: date) -> int:
        """By how many of the limit's own days it is over; 0 until then. A holiday after the last day does not count."""
        if due.working:
            return self.working_days_between(due.day, today)
        return max(0, (today - due.day).days)

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days lie after `start`, up to and including `end`; 0 when `end` is not later."""
        span = (end - start).days
        return sum(self.is_working(start + timedelta(days=n)) for n in range(1, span + 1))


def local_day(instant: datetime) -> date:
    """The day it is in the county at that instant."""
    return instant.astimezone(SHANGHAI).date()


@lru_cache(maxsize=4096)
def local_text(instant: datetime) -> str:
    """An instant as people read it: 11月28日（星期六）09:00. Kept, for the same few hours are read out all day."""
    at = instant.astimezone(SHANGHAI)
    return f"{day_text(at)}{at.hour:02}:{at.minute:02}"


def day_text(day: date) -> str:
    """A day as people read it: 11月28日（星期六）."""
    return f"{day.month}月{day.day}日（星期{'一二三四五六日'[day.weekday()]}）"
