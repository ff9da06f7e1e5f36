"""放号: weekly rules, dated exceptions and the calendar become the places one can book."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from intake.model.calendar import SHANGHAI, CalendarDay, DayKind, WorkingCalendar
from intake.model.catalogue import CounterGroup
from intake.model.ids import CounterCode, HallCode
from intake.model.places import CapacityPer, Counter, HoursException, HoursPattern, OfferKind, Period
from intake.usecases.places.opening import times_of
from tests.contract.nouns import hall as made_hall

MONDAY, SATURDAY, SUNDAY = date(2026, 11, 23), date(2026, 11, 28), date(2026, 11, 29)
MAKE_UP_SATURDAY, HOLIDAY = date(2026, 10, 10), date(2026, 10, 1)
CALENDAR = WorkingCalendar(
    {
        MAKE_UP_SATURDAY: CalendarDay(MAKE_UP_SATURDAY, DayKind.MAKEUP, "国庆节调休"),
        HOLIDAY: CalendarDay(HOLIDAY, DayKind.HOLIDAY, "国庆节"),
    },
    frozenset({2026}),
)
COMPREHENSIVE, POLICE = CounterGroup.COMPREHENSIVE, CounterGroup.POLICE
HALL = made_hall(
    counters=(
        Counter(CounterCode("c-1"), "综合窗口1", COMPREHENSIVE, "01"),
        Counter(CounterCode("c-2"), "综合窗口2", COMPREHENSIVE, "02"),
        Counter(CounterCode("p-1"), "公安窗口", POLICE, "03"),
    ),
    kiosks=("kiosk-1", "kiosk-2"),
)
WORKDAYS = HoursPattern(
    hall=None,
    group=None,
    kind=OfferKind.RESERVED,
    valid_from=date(2026, 1, 1),
    valid_to=None,
    weekdays=frozenset({1, 2, 3, 4, 5}),
    periods=(Period(time(8, 30), time(10, 0)),),
    slot_minutes=30,
    online_capacity=1,
    counter_capacity=2,
    capacity_per=CapacityPer.COUNTER,
    on_holidays=False,
    notice_hours=1,
)
SATURDAYS = replace(WORKDAYS, weekdays=frozenset({6}), periods=(Period(time(9), time(9, 30)),))
EVENINGS = replace(WORKDAYS, kind=OfferKind.AFTER_HOURS, periods=(Period(time(17, 30), time(18, 0)),))
NIGHT_AND_DAY = replace(
    WORKDAYS,
    kind=OfferKind.KIOSK,
    group=COMPREHENSIVE,
    weekdays=frozenset({1, 2, 3, 4, 5, 6, 7}),
    periods=(Period(time(23), time.max),),
    slot_minutes=60,
    capacity_per=CapacityPer.KIOSK,
    on_holidays=True,
)


def opened(day, *patterns, exceptions=(), hall=HALL):
    """The places the hall opens on a day by some rules."""
    return times_of(day, hall, patterns, exceptions, CALENDAR)


def starts(times, group=COMPREHENSIVE):
    """When they start, at one group's counters, in local time."""
    return [time.start.astimezone(SHANGHAI).strftime("%H:%M") for time in times if time.group is group]


def test_a_period_is_cut_into_places_that_end_within_it():
    """08:30 to 10:00 holds three half hours and no fourth that would run over."""
    times = opened(MONDAY, WORKDAYS)

    assert starts(times) == ["08:30", "09:00", "09:30"]
    assert {time.end - time.start for time in times} == {timedelta(minutes=30)}


def test_the_last_stretch_must_fit():
    """Forty minutes twice do not fit into ninety three times."""
    assert starts(opened(MONDAY, replace(WORKDAYS, slot_minutes=40))) == ["08:30", "09:10"]


def test_a_weekend_day_opens_only_what_is_meant_for_it():
    """Saturday has its own duty; Sunday is closed."""
    assert starts(opened(SATURDAY, WORKDAYS, SATURDAYS)) == ["09:00"]
    assert opened(SUNDAY, WORKDAYS, SATURDAYS) == []


def test_a_make_up_saturday_has_a_mondays_hours():
    """On 10月10日 people find the hall open as on a Monday, not on Saturday's short duty."""
    assert starts(opened(MAKE_UP_SATURDAY, WORKDAYS, SATURDAYS)) == ["08:30", "09:00", "09:30"]


def test_a_holiday_opens_only_what_runs_on_holidays():
    """The first of October is a Thursday: the counters rest, the kiosk does not."""
    times = opened(HOLIDAY, WORKDAYS, EVENINGS, NIGHT_AND_DAY)

    assert {time.kind for time in times} == {OfferKind.KIOSK}


def test_a_dated_exception_replaces_the_reserved_hours_and_rests_the_others():
    """“今天上午停电，下午开门”: only the afternoon can be booked, and no evening service."""
    afternoon = HoursException(HALL.code, MONDAY, (Period(time(14), time(14, 30)),), "停电检修")

    times = opened(MONDAY, WORKDAYS, EVENINGS, exceptions=(afternoon,))

    assert starts(times) == ["14:00"]
    assert {time.kind for time in times} == {OfferKind.RESERVED}


def test_a_hall_closed_for_a_day_opens_nothing_but_its_kiosks():
    """The counters are shut; the machine in the entrance is not."""
    closed = HoursException(HALL.code, MONDAY, (), "台风停工")

    times = opened(MONDAY, WORKDAYS, EVENINGS, NIGHT_AND_DAY, exceptions=(closed,))

    assert {time.kind for time in times} == {OfferKind.KIOSK}


@pytest.mark.parametrize(("hall", "day"), [(HallCode("other"), MONDAY), (HALL.code, SATURDAY)])
def test_an_exception_is_for_its_hall_and_its_day_alone(hall, day):
    """A typhoon over there does not close us."""
    closed = HoursException(hall, day, (), "停工")

    assert starts(opened(MONDAY, WORKDAYS, exceptions=(closed,))) == ["08:30", "09:00", "09:30"]


@pytest.mark.parametrize(
    ("per", "comprehensive", "police"),
    [(CapacityPer.COUNTER, (2, 4), (1, 2)), (CapacityPer.GROUP, (1, 2), (1, 2))],
)
def test_places_are_counted_per_counter_or_per_group(per, comprehensive, police):
    """Two comprehensive counters take two people at once, if the rule counts counters."""
    times = opened(MONDAY, replace(WORKDAYS, capacity_per=per))

    found = {time.group: (time.online_capacity, time.counter_capacity) for time in times}
    assert found == {COMPREHENSIVE: comprehensive, POLICE: police}


def test_kiosk_places_are_counted_per_machine():
    """Two machines, two people; a hall without machines offers none."""
    (place,) = opened(MONDAY, NIGHT_AND_DAY)

    assert place.online_capacity == len(HALL.kiosks)
    assert opened(MONDAY, NIGHT_AND_DAY, hall=replace(HALL, kiosks=())) == []


def test_a_period_until_24_00_ends_with_the_day():
    """The last hour of the night belongs to the day it began in."""
    (place,) = opened(MONDAY, NIGHT_AND_DAY)

    assert place.start == datetime(2026, 11, 23, 23, tzinfo=SHANGHAI)
    assert place.end == datetime(2026, 11, 24, 0, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "changes",
    [
        {"hall": HallCode("other")},
        {"group": CounterGroup.TAX},
        {"valid_to": MONDAY - timedelta(days=1)},
        {"valid_from": MONDAY + timedelta(days=1)},
    ],
)
def test_a_rule_opens_only_what_it_speaks_of(changes):
    """Another hall, counters this hall has not, a season that is over or has not begun: no places."""
    assert opened(MONDAY, replace(WORKDAYS, **changes)) == []


def test_a_rule_holds_on_its_first_and_on_its_last_day():
    """Valid from and valid to are both included, as people read them."""
    one_day = replace(WORKDAYS, valid_from=MONDAY, valid_to=MONDAY)

    assert starts(opened(MONDAY, one_day)) == ["08:30", "09:00", "09:30"]
