"""Opening times as the public reads them: when a hall is open on the coming days, and for what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from intake.model.calendar import WorkingCalendar, day_text
from intake.model.catalogue import GROUP_WORDS, CounterGroup
from intake.model.hours import Hours
from intake.model.ids import HallCode
from intake.model.places import KIND_WORDS, Hall, OfferKind, Period
from intake.ports import Tools
from intake.usecases.places.opening import open_periods

_MOST_DAYS = 31


@dataclass(frozen=True, slots=True)
class OpenSpan:
    """开放时间: the periods of one kind of offer; `groups` is empty where every counter of the hall is open."""

    kind: OfferKind
    periods: tuple[Period, ...]
    groups: frozenset[CounterGroup]


@dataclass(frozen=True, slots=True)
class OpenDay:
    """某日开放: what a hall opens on one day, regular hours first; nothing means closed, `reason` says why if known."""

    day: date
    spans: tuple[OpenSpan, ...]
    reason: str = ""


async def open_days(first: date, count: int, *, tools: Tools) -> Mapping[HallCode, tuple[OpenDay, ...]]:
    """`count` days (at most 31) from the first, of every hall."""
    async with tools.open_view() as view:
        halls, calendar = await view.places.halls(), await view.places.calendar()
        hours = Hours(*await view.places.hours())
    days = [first + timedelta(days=ahead) for ahead in range(min(count, _MOST_DAYS))]
    return {hall.code: tuple(open_day(day, hall, hours, calendar) for day in days) for hall in halls}


def open_day(day: date, hall: Hall, hours: Hours, calendar: WorkingCalendar) -> OpenDay:
    """What the rules, the exceptions and the calendar open on one day."""
    found: dict[tuple[OfferKind, tuple[Period, ...]], set[CounterGroup]] = {}
    for kind, group, periods in open_periods(day, hall, hours.patterns, hours.exceptions, calendar):
        if kind not in _NOT_HOURS and periods:
            found.setdefault((kind, periods), set()).add(group)
    everybody = hall.groups()
    spans = [
        OpenSpan(kind, periods, frozenset() if groups >= everybody else frozenset(groups))
        for (kind, periods), groups in found.items()
    ]
    exception = next((e for e in hours.exceptions if e.hall == hall.code and e.day == day), None)
    special = calendar.days.get(day)
    reason = exception.reason if exception else special.name if special else ""
    return OpenDay(day, tuple(sorted(spans, key=_first_regular)), reason)


def hours_lines(days: Sequence[OpenDay]) -> tuple[str, ...]:
    """The days in words, neighbours that are alike in one line: 星期一到星期五：08:30–11:30、14:00–17:00."""
    alike: list[tuple[list[OpenDay], str]] = []
    for day in days:
        said = open_words(day)
        if alike and alike[-1][1] == said:
            alike[-1][0].append(day)
        else:
            alike.append(([day], said))
    return tuple(f"{_span_of_days(those)}：{said}" for those, said in alike)


def open_words(day: OpenDay) -> str:
    """What one day opens: regular hours first, other offers with their names, and 不开门 with its reason."""
    if not day.spans:
        return f"不开门（{day.reason}）" if day.reason else "不开门"
    return "；".join(map(_span_words, day.spans))


def _span_words(span: OpenSpan) -> str:
    times = "、".join(f"{period.start:%H:%M}–{period.end:%H:%M}" for period in span.periods)
    where = f"（{'、'.join(GROUP_WORDS[group] for group in sorted(span.groups))}）" if span.groups else ""
    if span.kind is OfferKind.RESERVED:
        return f"{times}{where}"
    return f"{KIND_WORDS[span.kind]}服务{times}{where}，要预约"


def _span_of_days(days: Sequence[OpenDay]) -> str:
    first, last = days[0].day, days[-1].day
    return day_text(first) if first == last else f"{day_text(first)}到{day_text(last)}"


# A visit at home and a machine that never closes are offers, not hours of the house.
_NOT_HOURS = frozenset({OfferKind.HOME_VISIT, OfferKind.KIOSK, OfferKind.VOLUNTEER})


def _first_regular(span: OpenSpan) -> tuple[bool, bool, str, Period]:
    return (span.kind is not OfferKind.RESERVED, bool(span.groups), span.kind.value, span.periods[0])
