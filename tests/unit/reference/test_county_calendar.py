"""工作日日历: the days that deadlines and slots are counted in, checked against two independent sources."""

from datetime import date, timedelta
from typing import Any

import chinese_calendar
import holidays
import pytest

Record = dict[str, Any]


def _days(calendar: Record, year: int, kind: str) -> set[date]:
    return {
        date.fromisoformat(day["date"])
        for day in calendar["days"]
        if day["kind"] == kind and day["date"].startswith(f"{year}-")
    }


def _working_days(calendar: Record, year: int) -> list[date]:
    """Apply the rule itself: weekdays that are no holiday, and make-up days."""
    rest, made_up = _days(calendar, year, "holiday"), _days(calendar, year, "makeup_workday")
    start = date(year, 1, 1)
    every = [start + timedelta(days=offset) for offset in range((date(year + 1, 1, 1) - start).days)]
    return [day for day in every if day in made_up or (day.isoweekday() <= 5 and day not in rest)]


@pytest.mark.parametrize("year", [2025, 2026])
def test_announced_years_count_the_same_working_days_as_both_packages(calendar: Record, year: int) -> None:
    """A deadline falls on the day that the State Council's notice makes it fall on."""
    ours = _working_days(calendar, year)
    china = holidays.country_holidays("CN", years=year)
    first, last = date(year, 1, 1), date(year, 12, 31)

    assert calendar["years"][str(year)]["announced"] is True
    assert ours == chinese_calendar.get_workdays(first, last)
    assert ours == [
        first + timedelta(days=n) for n in range(365) if china.is_working_day(first + timedelta(days=n))
    ]


def test_the_make_up_days_of_2026_are_working_days(calendar: Record) -> None:
    """Six weekend days on which the hall is open and a deadline runs."""
    assert sorted(_days(calendar, 2026, "makeup_workday")) == [
        date(2026, 1, 4),
        date(2026, 2, 14),
        date(2026, 2, 28),
        date(2026, 5, 9),
        date(2026, 9, 20),
        date(2026, 10, 10),
    ]


def test_2027_holds_the_statutory_days_and_guesses_no_swap(calendar: Record) -> None:
    """Before the notice, nobody is told that a Saturday of 2027 is a working day."""
    statutory = set(holidays.country_holidays("CN", years=2027))

    assert calendar["years"]["2027"]["announced"] is False
    assert _days(calendar, 2027, "holiday") == statutory
    assert _days(calendar, 2027, "makeup_workday") == set()


def test_a_day_is_provisional_until_its_year_is_announced(calendar: Record) -> None:
    """The page can say 待公布 beside a day that the notice may still move."""
    for day in calendar["days"]:
        assert day["provisional"] is not calendar["years"][day["date"][:4]]["announced"]


def test_each_day_stands_once_and_in_order(calendar: Record) -> None:
    """No day is both a holiday and a working day."""
    dates = [day["date"] for day in calendar["days"]]

    assert dates == sorted(set(dates))


def test_make_up_days_fall_on_weekends(calendar: Record) -> None:
    """A weekday needs no making up: such a row would be a slip of the pen."""
    made_up = _days(calendar, 2025, "makeup_workday") | _days(calendar, 2026, "makeup_workday")

    assert all(day.isoweekday() >= 6 for day in made_up)
