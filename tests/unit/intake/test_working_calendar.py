"""工作日历: one table behind every deadline."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.model.calendar import CalendarDay, DayKind, WorkingCalendar, day_text
from intake.model.catalogue import TimeLimit

DAYS = st.dates(date(2026, 1, 1), date(2026, 10, 1))
LIMITS = st.builds(TimeLimit, st.integers(0, 40))


def calendar_with(*holidays: date) -> WorkingCalendar:
    """2026 with these days off."""
    return WorkingCalendar(
        {day: CalendarDay(day, DayKind.HOLIDAY, "放假") for day in holidays}, frozenset({2026})
    )


@given(DAYS, LIMITS, st.lists(DAYS, max_size=8), DAYS)
def test_one_more_holiday_never_makes_a_deadline_earlier(start, limit, holidays, another):
    """A newly announced holiday gives the county more days, never fewer."""
    before = calendar_with(*holidays).due(start, limit)
    after = calendar_with(*holidays, another).due(start, limit)

    assert after.day >= before.day


@given(DAYS, LIMITS)
def test_a_limit_holds_exactly_its_working_days(start, limit):
    """Five working days are five, counted from the day after."""
    calendar = calendar_with(date(2026, 5, 1))

    due = calendar.due(start, limit)

    assert calendar.working_days_between(start, due.day) == limit.days
    assert limit.days == 0 or calendar.is_working(due.day)


def test_a_make_up_saturday_is_a_working_day():
    """10月10日 is a Saturday on which offices work."""
    saturday = date(2026, 10, 10)
    calendar = WorkingCalendar(
        {saturday: CalendarDay(saturday, DayKind.MAKEUP, "国庆节调休")}, frozenset({2026})
    )

    assert calendar.is_working(saturday)
    assert calendar.due(date(2026, 10, 9), TimeLimit(1)).day == saturday


def test_a_year_that_is_not_announced_is_said_to_be_provisional():
    """A deadline that leans on 2027 says 待公布 instead of guessing."""
    calendar = WorkingCalendar({}, frozenset({2026}))

    assert calendar.due(date(2026, 12, 30), TimeLimit(5)).provisional
    assert not calendar.due(date(2026, 12, 1), TimeLimit(5)).provisional


@pytest.mark.parametrize(
    ("day", "text"), [(date(2026, 11, 28), "11月28日（星期六）"), (date(2026, 11, 23), "11月23日（星期一）")]
)
def test_a_day_reads_with_its_weekday(day, text):
    """明天下午 is read back as a date with its weekday."""
    assert day_text(day) == text


def test_nothing_lies_between_a_day_and_an_earlier_one():
    """A clock never runs backwards."""
    calendar = calendar_with()

    assert calendar.working_days_between(date(2026, 6, 10), date(2026, 6, 10) - timedelta(days=3)) == 0
