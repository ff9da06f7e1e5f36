"""The lunar calendar (农历) of 2024 to 2039: villagers name days by it, offices do not.

Each year is one number, as almanacs code it: bits 4 to 15 tell the long (30-day) months from month 12 up to
month 1, the lowest four bits the leap month (0: none), bit 16 whether the leap month is long.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

_FIRST_YEAR: Final = 2024
_NEW_YEAR: Final = date(2024, 2, 10)
_YEARS: Final = (
    0x04B60, 0x0A6E6, 0x0A4E0, 0x0D260, 0x0EA65, 0x0D530, 0x05AA0, 0x076A3,
    0x096D0, 0x04AFB, 0x04AD0, 0x0A4D0, 0x1D0B6, 0x0D250, 0x0D520, 0x0DD45,
)  # fmt: skip
# Day = ⌊y·D + C⌋ − ⌊y/4⌋ of the year's last two digits (寿星通式), true from 2000 to 2099 for these two.
_A_YEAR: Final = 0.2422
_TERMS: Final = {"清明": (4, 4.81), "冬至": (12, 21.94)}
_LONG, _SHORT = 30, 29
_LAST_MONTH: Final = 12


def _months(code: int) -> list[tuple[int, int]]:
    """The months of a year in order, each with its number of days; a leap month repeats its number."""
    leap = code & 0xF
    months: list[tuple[int, int]] = []
    for month in range(1, _LAST_MONTH + 1):
        months.append((month, _LONG if code >> (16 - month) & 1 else _SHORT))
        if month == leap:
            months.append((month, _LONG if code >> 16 & 1 else _SHORT))
    return months


def solar_day(year: int, month: int, day: int) -> date | None:
    """The day of the common calendar for a lunar one (the first of two equal months); None outside the table."""
    if not 0 <= year - _FIRST_YEAR < len(_YEARS):
        return None
    start = _NEW_YEAR
    for code in _YEARS[: year - _FIRST_YEAR]:
        start += timedelta(sum(days for _, days in _months(code)))
    for number, days in _months(_YEARS[year - _FIRST_YEAR]):
        if number == month:
            return start + timedelta(day - 1) if 1 <= day <= days else None
        start += timedelta(days)
    return None


def next_lunar_day(today: date, month: int, day: int) -> date | None:
    """The next day, from `today` on, with that lunar month and day."""
    days = (solar_day(year, month, day) for year in (today.year - 1, today.year, today.year + 1))
    return next((found for found in days if found is not None and found >= today), None)


def solar_term(year: int, name: str) -> date:
    """The day of 清明 or 冬至 in a year from 2000 to 2099; raises `KeyError` for another term."""
    month, constant = _TERMS[name]
    short = year % 100
    return date(year, month, int(short * _A_YEAR + constant) - short // 4)
