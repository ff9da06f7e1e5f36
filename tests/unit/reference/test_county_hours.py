"""办事时间: five kinds of offer, none of which asks one counter to be in two places."""

from datetime import date, time, timedelta
from itertools import combinations, pairwise
from typing import Any

import pytest

Record = dict[str, Any]

FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)
AT_A_COUNTER = ("reserved", "staggered", "after_hours")


def _minute(clock: str) -> int:
    """Count minutes since midnight; 24:00 is the end of the day and has no `datetime.time`."""
    if clock == "24:00":
        return 24 * 60
    read = time.fromisoformat(clock)
    return read.hour * 60 + read.minute


def _spans(pattern: Record) -> list[tuple[int, int]]:
    return [(_minute(period["start"]), _minute(period["end"])) for period in pattern["periods"]]


def _holds_on(pattern: Record, day: date) -> bool:
    until = pattern["valid_to"] or LAST.isoformat()
    return day.isoweekday() in pattern["weekdays"] and pattern["valid_from"] <= day.isoformat() <= until


def _offers(hours: Record, hall: str, group: str, day: date, kinds: tuple[str, ...]) -> list[Record]:
    return [
        pattern
        for pattern in hours["patterns"]
        if pattern["kind"] in kinds
        and pattern["hall"] in {"*", hall}
        and pattern["group"] in {"*", group}
        and _holds_on(pattern, day)
    ]


def _clashes(patterns: list[Record]) -> bool:
    spans = sorted(span for pattern in patterns for span in _spans(pattern))
    return any(later[0] < earlier[1] for earlier, later in pairwise(spans))


def _every_week() -> list[date]:
    """Take one Monday to Sunday of each month and the seams between the seasons: patterns repeat weekly."""
    mondays = [FIRST + timedelta(days=28 * step) for step in range((LAST - FIRST).days // 28)]
    seams = [date(2026, 6, 29), date(2026, 9, 28), date(2027, 6, 28), date(2027, 9, 27)]
    return [start + timedelta(days=offset) for start in mondays + seams for offset in range(7)]


def test_no_counter_group_is_offered_twice_at_once(hours: Record, hall_by_code: dict[str, Record]) -> None:
    """Two rows never sell the same clerk's same half hour, so every matching row may simply be taken."""
    clashing = [
        (hall["code"], group, day)
        for hall in hall_by_code.values()
        for group in {counter["group"] for counter in hall["counters"]}
        for day in _every_week()
        if _clashes(_offers(hours, hall["code"], group, day, AT_A_COUNTER))
    ]

    assert clashing == []


def test_every_hall_is_open_on_each_weekday(hours: Record, hall_by_code: dict[str, Record]) -> None:
    """No gap between the winter and the summer hours: on each Monday to Friday a place can be booked."""
    weekdays = [FIRST + timedelta(days=offset) for offset in range((LAST - FIRST).days + 1)]

    shut = [
        (hall, day)
        for hall in hall_by_code
        for day in weekdays
        if day.isoweekday() <= 5 and len(_offers(hours, hall, "comprehensive", day, ("reserved",))) != 1
    ]

    assert shut == []


@pytest.mark.parametrize("hall", ["county", "anwen", "xinwo", "yushan", "jianshan", "shanghu"])
def test_a_saturday_morning_can_be_booked(hours: Record, hall: str) -> None:
    """Who works all week books Saturday from nine."""
    saturday = date(2026, 11, 28)

    offers = _offers(hours, hall, "comprehensive", saturday, ("reserved",))

    assert [offer["periods"] for offer in offers] == [[{"start": "09:00", "end": "11:30"}]]
    assert all(offer["online_capacity"] > 0 for offer in offers)


def test_summer_afternoons_start_half_an_hour_later(hours: Record) -> None:
    """In July the hall opens again at half past two; in November at two."""
    afternoons = [
        _offers(hours, "dapan", "comprehensive", day, ("reserved",))[0]["periods"][1]["start"]
        for day in (date(2026, 7, 1), date(2026, 11, 23))
    ]

    assert afternoons == ["14:30", "14:00"]


def test_all_five_kinds_are_offered(hours: Record) -> None:
    """错时、延时、预约、上门、自助, and a volunteer's help: each can be booked somewhere."""
    assert {pattern["kind"] for pattern in hours["patterns"]} == {
        "reserved",
        "staggered",
        "after_hours",
        "home_visit",
        "kiosk",
        "volunteer",
    }


def test_every_slot_fits_its_period(hours: Record) -> None:
    """A period is a whole number of slots in order of the clock: no place that ends after the doors close."""
    for pattern in hours["patterns"]:
        spans = _spans(pattern)
        assert all(start < end and (end - start) % pattern["slot_minutes"] == 0 for start, end in spans)
        assert all(first[1] <= second[0] for first, second in combinations(spans, 2))


def test_every_row_is_bookable_and_names_a_real_hall(hours: Record, hall_by_code: dict[str, Record]) -> None:
    """Each row offers something, to a group its hall has, in words a person can read."""
    for pattern in hours["patterns"]:
        groups = {counter["group"] for hall in hall_by_code.values() for counter in hall["counters"]}
        if pattern["hall"] != "*":
            groups = {counter["group"] for counter in hall_by_code[pattern["hall"]]["counters"]}
        assert pattern["group"] in groups | {"*"}
        assert pattern["online_capacity"] + pattern["counter_capacity"] > 0
        assert pattern["capacity_per"] in {"counter", "group", "kiosk"}
        assert set(pattern["weekdays"]) <= set(range(1, 8))
        assert pattern["note"]


def test_the_kiosk_hours_stand_where_the_kiosks_stand(hours: Record, hall_by_code: dict[str, Record]) -> None:
    """A hall with a machine offers it day and night, holidays too; a hall without one offers none."""
    rows = {pattern["hall"]: pattern for pattern in hours["patterns"] if pattern["kind"] == "kiosk"}

    assert set(rows) == {hall["code"] for hall in hall_by_code.values() if hall["kiosks"]}
    assert all(row["on_holidays"] and row["weekdays"] == [1, 2, 3, 4, 5, 6, 7] for row in rows.values())
    assert all(row["periods"] == [{"start": "00:00", "end": "24:00"}] for row in rows.values())


def test_an_exception_gives_its_reason(hours: Record, hall_by_code: dict[str, Record]) -> None:
    """Who finds the hall shut on an ordinary day reads why; shut means no hours, shortened means some."""
    keys = [(exception["hall"], exception["date"]) for exception in hours["exceptions"]]

    assert len(keys) == len(set(keys))
    for exception in hours["exceptions"]:
        assert exception["hall"] in hall_by_code
        assert exception["closed"] is (exception["periods"] == [])
        assert exception["reason"]
