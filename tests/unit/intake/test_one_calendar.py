"""一张工作日历: no announcement makes a deadline earlier, no stopped clock runs, and one instant is one day everywhere."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from intake.model.calendar import (
    CalendarDay,
    DayKind,
    DueDay,
    WorkingCalendar,
    day_text,
    local_day,
    local_text,
)
from intake.model.case import CaseState, Correction, Verdict
from intake.model.catalogue import TimeLimit
from intake.model.ids import AccountCode
from miniapp_api.views import local
from tests.contract.nouns import draft

ROOT = Path(__file__).resolve().parents[3]
ROOMS = ("intake", "storage", "bot", "miniapp_api", "papers", "provincial", "planning", "jiujinban")
CLOCKS = {"intake/model/calendar.py", "jiujinban/clock.py"}
DAYS = st.dates(date(2026, 1, 1), date(2026, 10, 1))
SPANS = st.integers(0, 25)
INSTANTS = st.integers(0, 730 * 24 * 60).map(
    lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=n)
)
LIMITS = st.builds(TimeLimit, st.integers(0, 20), st.booleans())
KINDS = st.sampled_from((DayKind.HOLIDAY, DayKind.CLOSURE))


def calendar_with(*days: tuple[date, DayKind]) -> WorkingCalendar:
    """2026 and 2027 with these days off."""
    return WorkingCalendar({d: CalendarDay(d, kind, "放假") for d, kind in days}, frozenset({2026, 2027}))


@given(DAYS, LIMITS, SPANS, SPANS, st.lists(st.tuples(DAYS, KINDS), max_size=6), DAYS, KINDS)
def test_one_more_day_off_never_makes_the_day_after_a_correction_earlier(
    start, limit, asked_after, stood, off, another, kind
):
    """Accepted, stopped, begun again: whenever the county announces a day off, nobody's promise comes nearer."""
    asked, answered = start + timedelta(days=asked_after), start + timedelta(days=asked_after + stood)

    def ends(calendar: WorkingCalendar) -> date:
        return calendar.resumed(calendar.due(start, limit), asked, answered).day

    assert ends(calendar_with(*off, (another, kind))) >= ends(calendar_with(*off))


@given(DAYS, LIMITS, SPANS, SPANS, st.lists(st.tuples(DAYS, KINDS), max_size=6))
def test_a_clock_begins_again_with_what_was_left_on_it(start, limit, asked_after, stood, off):
    """Three days were left when the person was asked: three are left when they have answered."""
    calendar = calendar_with(*off)
    asked, answered = start + timedelta(days=asked_after), start + timedelta(days=asked_after + stood)
    due = calendar.due(start, limit)

    again = calendar.resumed(due, asked, answered)

    if due.day >= asked:
        waits = 0 if not due.working or calendar.is_working(answered) or answered == asked else 1
        left = calendar.days_left(due, asked)
        assert calendar.days_left(again, answered) == (max(left, waits) if stood else left)
        assert again.day >= answered
    else:
        assert again.day - due.day == answered - asked, "what was over is over by as much"


@given(st.integers(0, 40), st.integers(0, 60))
def test_while_the_person_corrects_every_look_shows_the_same(asked_after, later):
    """Yellow or green or red: however often the page is opened meanwhile."""
    calendar = calendar_with((date(2026, 12, 1), DayKind.HOLIDAY))
    asked = date(2026, 11, 23) + timedelta(days=asked_after)
    due = calendar.due(date(2026, 11, 23), TimeLimit(10))
    case = replace(
        draft(),
        state=CaseState.CORRECTION_ASKED,
        due=due,
        legal_due=calendar.longer(due, TimeLimit(10)),
        correction=Correction("", AccountCode("c"), asked, asked + timedelta(days=14), CaseState.IN_REVIEW),
        materials=tuple(replace(m, verdict=Verdict.WRONG) for m in draft().materials),
    )

    first = case.clock(calendar, asked, 2)
    look = case.clock(calendar, asked + timedelta(days=later), 2)

    assert first is not None
    assert look is not None
    assert look.standing
    assert (look.left, look.light) == (first.left, first.light) or (first.left, look.left) == (0, 1)


@given(INSTANTS)
def test_one_instant_is_one_day_in_every_room(at):
    """Just before and after midnight in the county, the case's number, the page, the sentence and the deadline agree."""
    day = local_day(at)

    assert local(at)[:10] == day.isoformat()
    assert local_text(at).startswith(day_text(day))
    assert local_day(at.astimezone(UTC)) == day
    assert calendar_with().due(day, TimeLimit(0)).day == day


def test_no_room_decides_a_day_by_itself():
    """A day is made of an instant in one place; elsewhere `.date()` of an instant would be the day in London."""
    guilty = []
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*.py")):
            name = file.relative_to(ROOT).as_posix()
            if name in CLOCKS or "/migrations/" in name:
                continue
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                call = (
                    node.func if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else None
                )
                if call is not None and call.attr in {"today", "utcnow"} and isinstance(call.value, ast.Name):
                    guilty.append(f"{name}: {ast.unparse(node)}")
    assert guilty == []


def test_a_local_closure_is_no_working_day_and_an_unknown_year_is_no_guess():
    """The county's own day off moves a deadline; a year nobody announced makes it provisional and says so."""
    closed = date(2026, 11, 25)
    calendar = WorkingCalendar({closed: CalendarDay(closed, DayKind.CLOSURE, "防汛停办")}, frozenset({2026}))

    assert calendar.due(date(2026, 11, 24), TimeLimit(1)) == DueDay(date(2026, 11, 26), provisional=False)
    assert calendar.name_of(closed) == "防汛停办"
    assert calendar.due(date(2026, 12, 30), TimeLimit(3)).provisional
