"""Opening times as the public reads them: when a hall is open on the coming days, and for what."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
_WEEK = 7


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
    """The days in words: regular hours first, then each offer that has to be booked; neighbouring days that are alike are
    one stretch. Within a week a weekday is enough; a single day, or more than a week, is told by its date.
    """
    name = _weekday if 1 < len(days) <= _WEEK else day_text
    kinds = dict.fromkeys(
        span.kind for day in days for span in day.spans if span.kind is not OfferKind.RESERVED
    )
    regular = [f"{when}：{said}" for when, said in _stretches(days, OfferKind.RESERVED, name)]
    booked = [
        f"{KIND_WORDS[kind]}服务（要预约）：{when}{said}"
        for kind in kinds
        for when, said in _stretches(days, kind, name)
        if said
    ]
    return (*regular, *booked)


def _stretches(
    days: Sequence[OpenDay], kind: OfferKind, name: Callable[[date], str]
) -> list[tuple[str, str]]:
    alike: list[tuple[list[date], str]] = []
    for day in days:
        said = _said_of(day, kind)
        if alike and alike[-1][1] == said:
            alike[-1][0].append(day.day)
        else:
            alike.append(([day.day], said))
    return [(name(d[0]) if len(d) == 1 else f"{name(d[0])}到{name(d[-1])}", said) for d, said in alike]


def _said_of(day: OpenDay, kind: OfferKind) -> str:
    said = "；".join(_span_words(span) for span in day.spans if span.kind is kind)
    if said or kind is not OfferKind.RESERVED:
        return said
    return f"不开门（{day.reason}）" if day.reason else "不开门"


def _span_words(span: OpenSpan) -> str:
    times = "、".join(f"{period.start:%H:%M}–{period.end:%H:%M}" for period in span.periods)
    return (
        f"{times}（{'、'.join(GROUP_WORDS[group] for group in sorted(span.groups))}）"
        if span.groups
        else times
    )


def _weekday(day: date) -> str:
    return f"星期{'一二三四五六日'[day.weekday()]}"


# A visit at home and a machine that never closes are offers, not hours of the house.
_NOT_HOURS = frozenset({OfferKind.HOME_VISIT, OfferKind.KIOSK, OfferKind.VOLUNTEER})


def _first_regular(span: OpenSpan) -> tuple[bool, bool, str, Period]:
    return (span.kind is not OfferKind.RESERVED, bool(span.groups), span.kind.value, span.periods[0])
