"""已有情况 as the books say it: what the rules of booking ask about people and bookers, for one of them or for many at once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Column, ColumnElement, and_, bindparam, case, func, or_, select

from intake.model.booking import AppointmentState, BookingRules, HoldState
from intake.model.calendar import SHANGHAI, local_day
from intake.model.granting import Standing
from intake.model.ids import AccountCode, PersonId, ServiceCode, SlotId
from intake.model.waiting import AT_THE_COUNTER
from storage.sql.columns import Instant
from storage.sql.prepared import Prepared, Run, among, one_of
from storage.sql.tables import appointments, holds

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
    mine = _counts(run, _OF_PEOPLE, people, now)
    theirs = _counts(run, _OF_BOOKERS, bookers, now)
    held = _held(run, people, now)
    absent = _absences(run, people, now, rules)
    returned = _given_back(run, bookers, circles, now, rules)
    return {
        ask: Standing(
            mine[ask.person][0] + sum(n for service, n in held[ask.person].items() if service != ask.service),
            mine[ask.person][1],
            *theirs[ask.booker],
            absent[ask.person],
            returned.of(ask),
        )
        for ask in asks
    }


def _at(name: str) -> ColumnElement[datetime]:
    return bindparam(name, None, type_=Instant())


def _sum(*where: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((and_(*where), 1), else_=0)), 0)


def _counting(column: Column[Any]) -> Prepared:
    """For each: how many live ones lie ahead, and how many were made today."""
    c = appointments.c
    live = _sum(c.start > _at("now"), one_of(c.state, LIVE))
    made = _sum(c.start >= _at("day"), c.booked_at >= _at("day"))
    statement = select(column, live, made).where(among(column, "wanted"), c.start >= _at("since"))
    return Prepared(statement.group_by(column))


def _returning(column: Column[Any]) -> Prepared:
    """Which slots were given back lately, and when."""
    c = appointments.c
    lately = (
        c.start > _at("now"),
        one_of(c.state, [AppointmentState.CANCELLED]),
        c.ended_at > _at("since"),
    )
    return Prepared(select(column, c.run, c.slot, c.ended_at).where(among(column, "wanted"), *lately))


def _staying_away() -> Prepared:
    c = appointments.c
    telling = (among(c.person, "people"), c.start >= _at("since"), one_of(c.state, _TELLING))
    over_unseen = and_(c.start <= _at("over"), one_of(c.kind, sorted(AT_THE_COUNTER)))
    counted = or_(~one_of(c.state, [AppointmentState.BOOKED]), over_unseen)
    return Prepared(select(c.person, c.start, c.state, c.forgiven).where(*telling, counted).order_by(c.start))


_OF_PEOPLE, _OF_BOOKERS = _counting(appointments.c.person), _counting(appointments.c.booked_by)
_BACK_OF_PEOPLE, _BACK_OF_BOOKERS = (
    _returning(appointments.c.person),
    _returning(appointments.c.booked_by),
)
_ABSENCES = _staying_away()
_HELD = Prepared(
    select(holds.c.person, holds.c.service_code).where(
        among(holds.c.person, "people"),
        one_of(holds.c.state, [HoldState.HELD]),
        holds.c.expires_at > _at("now"),
    )
)


def _counts(
    run: Run, statement: Prepared, wanted: Sequence[str], now: datetime
) -> Mapping[str, tuple[int, int]]:
    day = datetime.combine(local_day(now), time.min, SHANGHAI)
    found: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for whose, live, made in run(
        statement, {"wanted": wanted, "now": now, "day": day, "since": min(day, now)}
    ):
        found[whose] = (int(live), int(made))
    return found


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


@dataclass(frozen=True, slots=True)
class _Returned:
    """Places given back lately, by who had booked them and by whom they were for."""

    by_booker: Mapping[str, Sequence[tuple[SlotId, datetime]]]
    by_person: Mapping[str, Sequence[tuple[SlotId, datetime]]]

    def of(self, ask: Ask) -> tuple[tuple[SlotId, datetime], ...]:
        theirs = [self.by_booker.get(ask.booker, ())]
        theirs += [self.by_person.get(person, ()) for person in sorted({ask.person, *ask.circle})]
        return tuple(one for some in theirs for one in some)


def _given_back(
    run: Run, bookers: Sequence[AccountCode], people: Sequence[PersonId], now: datetime, rules: BookingRules
) -> _Returned:
    rest = timedelta(minutes=rules.cool_down_minutes)

    def walk(statement: Prepared, wanted: Sequence[str]) -> dict[str, list[tuple[SlotId, datetime]]]:
        found: dict[str, list[tuple[SlotId, datetime]]] = defaultdict(list)
        for whose, several, first, ended in run(
            statement, {"wanted": wanted, "now": now, "since": now - rest}
        ):
            found[whose] += [(slot, ended + rest) for slot in (several or (first,))]
        return found

    return _Returned(walk(_BACK_OF_BOOKERS, bookers), walk(_BACK_OF_PEOPLE, people))
