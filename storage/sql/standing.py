"""已有情况 as the books say it: what the rules of booking ask about people and bookers, for one of them or for many at once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    union_all,
)

from intake.model.booking import AppointmentState, BookingRules, HoldState
from intake.model.calendar import SHANGHAI, local_day
from intake.model.granting import Standing
from intake.model.ids import AccountCode, PersonId, ServiceCode, SlotId
from intake.model.waiting import AT_THE_COUNTER
from storage.sql.columns import Instant
from storage.sql.prepared import Prepared, Run, among, one_of
from storage.sql.tables import appointments, holds

_Returned = Mapping[tuple[str, str], Sequence[tuple[SlotId, datetime]]]
LIVE = (AppointmentState.BOOKED, AppointmentState.DISPLACED)
_CAME = frozenset({AppointmentState.CHECKED_IN, AppointmentState.KEPT})
_TELLING = (*sorted(_CAME), AppointmentState.NO_SHOW, AppointmentState.BOOKED)


class Ask(NamedTuple):
    """About whom the books are asked; `circle` are the people who count as one with the person."""

    person: PersonId
    booker: AccountCode
    service: ServiceCode
    circle: frozenset[PersonId] = frozenset()


def standings(run: Run, asks: Sequence[Ask], now: datetime, rules: BookingRules) -> dict[Ask, Standing]:
    """What the books say for each; as many statements for a hundred as for one."""
    people = sorted({ask.person for ask in asks})
    bookers = sorted({ask.booker for ask in asks})
    circles = sorted({one for ask in asks for one in (ask.person, *ask.circle)})
    counts = _counts(run, people, bookers, now)
    held = _held(run, people, now)
    absent = _absences(run, people, now, rules)
    returned = _given_back(run, bookers, circles, now, rules)
    return {
        ask: Standing(
            live + sum(n for service, n in held[ask.person].items() if service != ask.service),
            made,
            *counts.get(("bookers", ask.booker), _NONE),
            absences=absent[ask.person],
            given_back=_returned_of(ask, returned),
        )
        for ask in asks
        for live, made in [counts.get(("people", ask.person), _NONE)]
    }


def _at(name: str) -> ColumnElement[datetime]:
    return bindparam(name, None, type_=Instant())


def _sum(*where: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((and_(*where), 1), else_=0)), 0)


def _counting(column: Column[Any], wanted: str) -> Select[Any]:
    """For each: how many live ones lie ahead, and how many were made today."""
    c = appointments.c
    live = _sum(c.start > _at("now"), one_of(c.state, LIVE))
    made = _sum(c.start >= _at("day"), c.booked_at >= _at("day"))
    statement = select(_said(wanted), column, live, made).where(
        among(column, wanted), c.start >= _at("since")
    )
    return statement.group_by(column)


def _returning(column: Column[Any], wanted: str) -> Select[Any]:
    """Which slots were given back lately, and when."""
    c = appointments.c
    lately = (
        c.start > _at("now"),
        one_of(c.state, [AppointmentState.CANCELLED]),
        c.ended_at > _at("since"),
    )
    return select(_said(wanted), column, c.run, c.slot, c.ended_at).where(among(column, wanted), *lately)


def _said(wanted: str) -> ColumnElement[str]:
    return literal_column(f"'{wanted}'").label("whose")


def _of_both(asking: Callable[[Column[Any], str], Select[Any]]) -> Prepared:
    """Of people and of bookers in one statement; the first column says of which."""
    c = appointments.c
    return Prepared(union_all(asking(c.person, "people"), asking(c.booked_by, "bookers")))


def _staying_away() -> Prepared:
    c = appointments.c
    telling = (among(c.person, "people"), c.start >= _at("since"), one_of(c.state, _TELLING))
    over_unseen = and_(c.start <= _at("over"), one_of(c.kind, sorted(AT_THE_COUNTER)))
    counted = or_(~one_of(c.state, [AppointmentState.BOOKED]), over_unseen)
    return Prepared(select(c.person, c.start, c.state, c.forgiven).where(*telling, counted).order_by(c.start))


_COUNTS, _RETURNS = _of_both(_counting), _of_both(_returning)
_ABSENCES = _staying_away()
_NONE = (0, 0)
_HELD = Prepared(
    select(holds.c.person, holds.c.service_code).where(
        among(holds.c.person, "people"),
        one_of(holds.c.state, [HoldState.HELD]),
        holds.c.expires_at > _at("now"),
    )
)


def _counts(
    run: Run, people: Sequence[PersonId], bookers: Sequence[AccountCode], now: datetime
) -> Mapping[tuple[str, str], tuple[int, int]]:
    day = datetime.combine(local_day(now), time.min, SHANGHAI)
    asked = {"people": people, "bookers": bookers, "now": now, "day": day, "since": min(day, now)}
    return {(of, whose): (int(live), int(made)) for of, whose, live, made in run(_COUNTS, asked)}


def _held(run: Run, people: Sequence[PersonId], now: datetime) -> Mapping[PersonId, Counter[ServiceCode]]:
    found: dict[PersonId, Counter[ServiceCode]] = defaultdict(Counter)
    for person, service in run(_HELD, {"people": people, "now": now}):
        found[person][service] += 1
    return found


def _absences(
    run: Run, people: Sequence[PersonId], now: datetime, rules: BookingRules
) -> Mapping[PersonId, tuple[datetime, ...]]:
    """Right by the clock: a visit whose time is over counts, whether or not a chore has written it down."""
    since = now - timedelta(days=rules.no_show_window_days)
    over = now - timedelta(minutes=rules.no_show_after_minutes)
    came: dict[PersonId, datetime] = defaultdict(lambda: since)
    stayed_away: dict[PersonId, list[datetime]] = defaultdict(list)
    for person, start, state, forgiven in run(_ABSENCES, {"people": people, "since": since, "over": over}):
        if state in _CAME:
            came[person] = start
        elif not forgiven:
            stayed_away[person].append(start)
    return {
        person: tuple(start for start in stayed_away[person] if start > came[person]) for person in people
    }


def _given_back(
    run: Run, bookers: Sequence[AccountCode], people: Sequence[PersonId], now: datetime, rules: BookingRules
) -> _Returned:
    """Places given back lately, by who had booked them and by whom they were for, each until when it counts."""
    rest = timedelta(minutes=rules.cool_down_minutes)
    asked = {"people": people, "bookers": bookers, "now": now, "since": now - rest}
    found: dict[tuple[str, str], list[tuple[SlotId, datetime]]] = defaultdict(list)
    for of, whose, several, first, ended in run(_RETURNS, asked):
        found[of, whose] += [(slot, ended + rest) for slot in (several or (first,))]
    return found


def _returned_of(ask: Ask, back: _Returned) -> tuple[tuple[SlotId, datetime], ...]:
    if not back:
        return ()
    people = sorted({ask.person, *ask.circle})
    theirs = (("bookers", ask.booker), *(("people", person) for person in people))
    return tuple(one for whose in theirs for one in back.get(whose, ()))
