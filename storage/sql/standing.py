"""已有情况 as the books say it: what the rules of booking ask about people and bookers, for one of them or for many at once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.model.booking import AppointmentState, BookingRules, HoldState
from intake.model.calendar import SHANGHAI, local_day
from intake.model.granting import Standing
from intake.model.ids import AccountCode, PersonId, ServiceCode, SlotId
from intake.model.waiting import AT_THE_COUNTER
from storage.sql.tables import appointments, holds

LIVE = (AppointmentState.BOOKED, AppointmentState.DISPLACED)
_CAME = frozenset({AppointmentState.CHECKED_IN, AppointmentState.KEPT})
_TELLING = (*sorted(_CAME), AppointmentState.NO_SHOW, AppointmentState.BOOKED)


@dataclass(frozen=True, slots=True)
class Ask:
    """About whom the books are asked; `circle` are the people who count as one with the person."""

    person: PersonId
    booker: AccountCode
    service: ServiceCode
    circle: frozenset[PersonId] = frozenset()


async def standings(
    connection: AsyncConnection, asks: Sequence[Ask], now: datetime, rules: BookingRules
) -> dict[Ask, Standing]:
    """What the books say for each; as many statements for a hundred as for one."""
    people = sorted({ask.person for ask in asks})
    bookers = sorted({ask.booker for ask in asks})
    circles = sorted({one for ask in asks for one in (ask.person, *ask.circle)})
    mine = await _counts(connection, appointments.c.person, people, now)
    theirs = await _counts(connection, appointments.c.booked_by, bookers, now)
    held = await _held(connection, people, now)
    absent = await _absences(connection, people, now, rules)
    returned = await _given_back(connection, bookers, circles, now, rules)
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


async def _counts(
    connection: AsyncConnection, column: Column[Any], wanted: Sequence[str], now: datetime
) -> Mapping[str, tuple[int, int]]:
    """For each: how many live ones lie ahead, and how many were made today."""
    day = datetime.combine(local_day(now), time.min, SHANGHAI)
    statement = (
        select(column, _sum(*ahead(now)), _sum(appointments.c.start >= day, appointments.c.booked_at >= day))
        .where(column.in_(wanted), appointments.c.start >= min(day, now))
        .group_by(column)
    )
    found: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for whose, live, made in await connection.execute(statement):
        found[whose] = (int(live), int(made))
    return found


async def _held(
    connection: AsyncConnection, people: Sequence[PersonId], now: datetime
) -> Mapping[PersonId, Counter[ServiceCode]]:
    live = (holds.c.person.in_(people), holds.c.state == HoldState.HELD, holds.c.expires_at > now)
    found: dict[PersonId, Counter[ServiceCode]] = defaultdict(Counter)
    for person, service in await connection.execute(
        select(holds.c.person, holds.c.service_code).where(*live)
    ):
        found[person][service] += 1
    return found


async def _absences(
    connection: AsyncConnection, people: Sequence[PersonId], now: datetime, rules: BookingRules
) -> Mapping[PersonId, tuple[datetime, ...]]:
    """Right by the clock: a visit whose time is over counts, whether or not a chore has written it down."""
    since = now - timedelta(days=rules.no_show_window_days)
    over = now - timedelta(minutes=rules.no_show_after_minutes)
    c = appointments.c
    telling = (c.person.in_(people), c.start >= since, c.state.in_(_TELLING))
    over_unseen = and_(c.start <= over, c.kind.in_(sorted(AT_THE_COUNTER)))
    counted = or_(c.state != AppointmentState.BOOKED, over_unseen)
    rows = select(c.person, c.start, c.state, c.forgiven).where(*telling, counted).order_by(c.start)
    came: dict[PersonId, datetime] = defaultdict(lambda: since)
    stayed_away: dict[PersonId, list[datetime]] = defaultdict(list)
    for person, start, state, forgiven in await connection.execute(rows):
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


async def _given_back(
    connection: AsyncConnection,
    bookers: Sequence[AccountCode],
    people: Sequence[PersonId],
    now: datetime,
    rules: BookingRules,
) -> _Returned:
    c = appointments.c
    rest = timedelta(minutes=rules.cool_down_minutes)
    lately = (c.start > now, c.state == AppointmentState.CANCELLED, c.ended_at > now - rest)

    async def walk(column: Column[Any], wanted: Collection[str]) -> dict[str, list[tuple[SlotId, datetime]]]:
        found: dict[str, list[tuple[SlotId, datetime]]] = defaultdict(list)
        rows = select(column, c.run, c.slot, c.ended_at).where(column.in_(wanted), *lately)
        for whose, run, first, ended in await connection.execute(rows):
            found[whose] += [(slot, ended + rest) for slot in (run or (first,))]
        return found

    return _Returned(await walk(c.booked_by, bookers), await walk(c.person, people))


def ahead(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Live and still to come."""
    return appointments.c.start > now, appointments.c.state.in_(LIVE)


def _sum(*where: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((and_(*where), 1), else_=0)), 0)
