"""Opening times: what the public reads of a hall's coming days."""

from __future__ import annotations

from datetime import date, time, timedelta

from intake.model.calendar import CalendarDay, DayKind, WorkingCalendar
from intake.model.hours import Hours
from intake.model.places import HoursException, Period
from intake.usecases.places.opening import times_of
from intake.usecases.places.opentimes import hours_lines, open_day
from tests.desks import ANWEN

MONDAY = date(2026, 11, 23)


async def rules(county):
    """The reference county's hours, its calendar, and one township hall."""
    async with county.store.open_view() as view:
        hours, calendar = Hours(*await view.places.hours()), await view.places.calendar()
        return hours, calendar, await view.places.hall(ANWEN)


async def test_days_alike_are_one_line_and_a_days_own_hours_stand_apart(county):
    """Seven days are a few lines that fit a phone."""
    hours, calendar, hall = await rules(county)

    lines = hours_lines([open_day(MONDAY + timedelta(n), hall, hours, calendar) for n in range(7)])

    assert lines == (
        "星期一到星期五：08:30–11:30、14:00–17:00",
        "星期六：09:00–11:30（综合窗口）",
        "星期日：不开门",
        "错时服务（要预约）：星期一到星期五08:00–08:30（综合窗口）",
        "延时服务（要预约）：星期三17:30–19:30（综合窗口）",
    )


async def test_one_day_is_told_by_its_date(county):
    """星期六 alone could be any Saturday."""
    hours, calendar, hall = await rules(county)

    assert hours_lines([open_day(MONDAY + timedelta(5), hall, hours, calendar)]) == (
        "11月28日（星期六）：09:00–11:30（综合窗口）",
    )


async def test_an_exception_and_a_local_closure_say_why(county):
    """A closed door with its reason; the other days stay."""
    hours, calendar, hall = await rules(county)
    training = HoursException(hall.code, MONDAY, (Period(time(8, 30), time(10)),), "上午培训")
    flood = CalendarDay(MONDAY + timedelta(1), DayKind.CLOSURE, "防汛停办")
    closed = WorkingCalendar({**calendar.days, flood.day: flood}, calendar.announced)
    hours = Hours(hours.patterns, (*hours.exceptions, training))

    lines = hours_lines([open_day(MONDAY + timedelta(n), hall, hours, closed) for n in range(3)])

    assert lines[0] == "星期一：08:30–10:00"
    assert lines[1] == "星期二：不开门（防汛停办）"
    assert "08:30–11:30" in lines[2]


async def test_a_local_closure_opens_no_places(county):
    """What the page calls closed cannot be booked either, but for the machines."""
    hours, calendar, hall = await rules(county)
    flood = CalendarDay(MONDAY, DayKind.CLOSURE, "防汛停办")
    closed = WorkingCalendar({**calendar.days, MONDAY: flood}, calendar.announced)

    kinds = {time.kind.value for time in times_of(MONDAY, hall, hours.patterns, hours.exceptions, closed)}

    assert kinds <= {"kiosk"}
    assert times_of(MONDAY, hall, hours.patterns, hours.exceptions, calendar)
