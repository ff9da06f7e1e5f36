"""The pace of cases (办件节奏): a county's numbers for when a rule looks at a case, and what it then does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from intake.model.calendar import WorkingCalendar
from intake.model.case import CLOSED_STATES, Case, CaseState


class Lapse(StrEnum):
    """补正逾期: what a rule does with a correction whose time is over."""

    ESCALATE = "escalate"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class LongerLimit:
    """可延长期限: by how many working days the law lets a limit be made longer, once, and which law."""

    days: int
    ground: str


def _by_law() -> Mapping[str, LongerLimit]:
    return {"行政许可": LongerLimit(10, "《中华人民共和国行政许可法》第四十二条")}


@dataclass(frozen=True, slots=True)
class Pace:
    """办件规则: days, tries and ways; `extensions` says for which kind of item the law knows a longer limit."""

    warning_working_days: int = 2
    correction_most_working_days: int = 30
    correction_reminder_working_days: int = 2
    correction_lapse: Lapse = Lapse.ESCALATE
    escalation_working_days: int = 2
    later_working_days: int = 5
    later_reminder_working_days: int = 1
    collection_reminder_days: int = 15
    collection_tries: int = 5
    archive_days: int = 30
    extensions: Mapping[str, LongerLimit] = field(default_factory=_by_law)


def next_look(case: Case, calendar: WorkingCalendar, pace: Pace, today: date) -> date | None:
    """The day on which a rule has to look at the case again, if nobody acts before; None when there is none."""
    looks = [
        day for day in (_own_look(case, calendar, pace, today), _later_look(case, calendar, pace)) if day
    ]
    return min(looks, default=None)


def working_days_before(day: date, count: int, calendar: WorkingCalendar) -> date:
    """The last day from which at least so many working days remain until a day."""
    start = day
    while calendar.working_days_between(start, day) < count:
        start -= timedelta(days=1)
    return start


def _own_look(case: Case, calendar: WorkingCalendar, pace: Pace, today: date) -> date | None:
    match case.state:
        case CaseState.CORRECTION_ASKED if case.correction is not None:
            asked = case.correction
            if asked.reminded:
                return asked.due_on + timedelta(days=1)
            return working_days_before(asked.due_on, pace.correction_reminder_working_days, calendar)
        case CaseState.ESCALATED if case.escalation is not None and not case.escalation.reminded:
            return case.escalation.due_on + timedelta(days=1)
        case CaseState.ISSUED if case.issue is not None and not case.issue.reminded:
            return today + timedelta(days=pace.collection_reminder_days)
        case state if state in CLOSED_STATES and state is not CaseState.ARCHIVED:
            return today + timedelta(days=pace.archive_days)
        case _:
            return None


def _later_look(case: Case, calendar: WorkingCalendar, pace: Pace) -> date | None:
    """Once before the day of a promise, and once after it."""
    if case.state not in {CaseState.ACCEPTED, CaseState.IN_REVIEW, CaseState.DECIDED}:
        return None
    promises = [m.promise for m in case.owing() if m.promise is not None and not m.promise.reminded]
    days = [working_days_before(p.due_on, pace.later_reminder_working_days, calendar) for p in promises]
    return min(days, default=None)
