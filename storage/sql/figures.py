"""指标 as queries: each listing is one SELECT with the same columns; counting it and listing it are two readings of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Float,
    RowMapping,
    Select,
    Text,
    and_,
    cast,
    func,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.model.booking import AppointmentState
from intake.model.calendar import local_day
from intake.model.figures import ListedRow, Listing, Month, Split, Tally
from intake.model.follow_up import FollowUpState
from intake.model.ids import HallCode
from intake.model.queue import TicketState
from storage.sql.tables import (
    appointments,
    case_events,
    case_facts,
    follow_ups,
    province_records,
    service_periods,
    tickets,
)

_WORST = 2
_f, _p, _a, _e = case_facts.c, service_periods.c, appointments.c, case_events.c


@dataclass(frozen=True, slots=True)
class Scope:
    """统计范围: a month, the halls asked about, and the day it is."""

    month: Month
    halls: tuple[HallCode, ...]
    today: date


Query = Callable[[Scope], Select[Any]]


def _facts(
    day: ColumnElement[Any],
    hall: ColumnElement[Any],
    *more: ColumnElement[bool],
    who: ColumnElement[Any] = _f.receiver,
    value: ColumnElement[Any] | None = None,
) -> Query:
    """Cases whose day of some kind lies in the month."""

    def query(scope: Scope) -> Select[Any]:
        columns = _columns(at=_f.case, hall=hall, case=_f.case, who=who, kind=_f.door, day=day, value=value)
        in_month = day.between(scope.month.first, scope.month.last)
        return select(*columns).where(in_month, hall.in_(scope.halls), *more)

    return query


def _reckoned(*more: ColumnElement[bool]) -> Query:
    """Cases that were decided in time, or whose due day has passed."""
    facts = _facts(_f.reckoned_on, _f.hall, *more, who=_f.reviewer)
    return lambda scope: facts(scope).where(or_(_f.decided_on.is_not(None), _f.due_on < scope.today))


def _periods(kind: TicketState, *ended_as: TicketState) -> Query:
    """Stretches of visits' time, each with its seconds."""

    def query(scope: Scope) -> Select[Any]:
        columns = _columns(
            at=_p.ticket + literal("#") + cast(_p.place, Text),
            hall=_p.hall,
            number=func.coalesce(tickets.c.number, ""),
            service_code=_p.service_code,
            service_name=func.coalesce(tickets.c.service_name, ""),
            who=func.coalesce(_p.clerk, ""),
            kind=_p.group,
            day=_p.day,
            value=cast(_p.seconds, Float),
        )
        joined = service_periods.outerjoin(tickets, tickets.c.id == _p.ticket)
        here = (_p.hall.in_(scope.halls), _p.day.between(scope.month.first, scope.month.last))
        how = (_p.kind == kind, _p.ended_as.in_(ended_as))
        return select(*columns).select_from(joined).where(*here, *how)

    return query


def _appointments(*states: AppointmentState) -> Query:
    """Appointments whose time has come, without those that were cancelled."""

    def query(scope: Scope) -> Select[Any]:
        columns = _columns(
            at=_a.id,
            hall=_a.hall,
            case=_a.case,
            number=_a.number,
            service_code=_a.service_code,
            service_name=_a.service_name,
            who=_a.booked_by,
            kind=_a.kind,
            note=_a.state,
        )
        start, after = scope.month.instants()
        here = (_a.hall.in_(scope.halls), _a.start >= start, _a.start < after)
        return select(*columns, _a.start.label("start")).where(*here, _a.state.in_(states))

    return query


def _acts(act: str) -> Query:
    """What was done on cases, by whoever did it, at the hall that keeps the case."""

    def query(scope: Scope) -> Select[Any]:
        columns = _columns(
            at=_f.case + literal("#") + cast(_e.place, Text),
            hall=_f.hall,
            case=_f.case,
            who=_e.by,
            kind=_e.door,
        )
        joined = case_events.join(case_facts, _f.case == _e.case)
        start, after = scope.month.instants()
        here = (_e.act == act, _e.at >= start, _e.at < after, _f.hall.in_(scope.halls))
        return select(*columns).select_from(joined).where(*here)

    return query


def _columns(**given: ColumnElement[Any] | None) -> list[ColumnElement[Any]]:
    """The columns every listing has, those it does not speak of empty."""
    made: list[ColumnElement[Any]] = []
    for name, empty in _EMPTY.items():
        value = given.get(name)
        made.append((empty() if value is None else value).label(name))
    return made


_EMPTY: Mapping[str, Callable[[], ColumnElement[Any]]] = {
    "at": lambda: literal(""),
    "hall": lambda: literal(""),
    "case": lambda: cast(null(), Text),
    "number": lambda: literal(""),
    "service_code": lambda: cast(null(), Text),
    "service_name": lambda: literal(""),
    "who": lambda: literal(""),
    "kind": lambda: literal(""),
    "day": lambda: cast(null(), Date),
    "value": lambda: cast(null(), Float),
    "note": lambda: literal(""),
}
_handed = select(province_records.c.case).where(province_records.c.case == _f.case).exists()
_closed = (
    select(follow_ups.c.id)
    .where(follow_ups.c.case == _f.case, follow_ups.c.state == FollowUpState.CLOSED)
    .exists()
)
_kept = (AppointmentState.KEPT, AppointmentState.CHECKED_IN)
_graded = {"who": _f.receiver, "value": cast(_f.grade, Float)}
_in_time = and_(_f.decided_on.is_not(None), _f.decided_on <= _f.due_on)
LISTINGS: Mapping[Listing, Query] = {
    Listing.SUBMITTED: _facts(_f.submitted_on, _f.opened_hall, who=_f.proxy),
    Listing.BY_PROXY: _facts(_f.submitted_on, _f.opened_hall, _f.proxy != "", who=_f.proxy),
    Listing.ACCEPTED: _facts(_f.accepted_on, _f.hall, value=cast(_f.rounds, Float)),
    Listing.HANDED: _facts(_f.accepted_on, _f.hall, _handed),
    Listing.NOT_HANDED: _facts(_f.accepted_on, _f.hall, ~_handed),
    Listing.CORRECTED: _facts(_f.accepted_on, _f.hall, _f.rounds > 0, value=cast(_f.rounds, Float)),
    Listing.RECKONED: _reckoned(),
    Listing.ON_TIME: _reckoned(_in_time),
    Listing.LATE: _reckoned(or_(_f.decided_on.is_(None), _f.decided_on > _f.due_on)),
    Listing.GRADED: _facts(_f.graded_on, _f.hall, **_graded),
    Listing.BAD: _facts(_f.graded_on, _f.hall, _f.grade <= _WORST, **_graded),
    Listing.BAD_CLOSED: _facts(_f.graded_on, _f.hall, _f.grade <= _WORST, _closed, **_graded),
    Listing.BAD_OPEN: _facts(_f.graded_on, _f.hall, _f.grade <= _WORST, ~_closed, **_graded),
    Listing.WAITED: _periods(TicketState.WAITING, TicketState.CALLED),
    Listing.SERVED: _periods(TicketState.SERVING, TicketState.DONE, TicketState.PARKED),
    Listing.UNSERVED: _periods(TicketState.WAITING, TicketState.UNSERVED),
    Listing.BOOKED: _appointments(*_kept, AppointmentState.NO_SHOW),
    Listing.KEPT: _appointments(*_kept),
    Listing.NO_SHOW: _appointments(AppointmentState.NO_SHOW),
    Listing.RECEIVE_ACTS: _acts("receive"),
    Listing.ACCEPT_ACTS: _acts("accept"),
    Listing.CORRECTION_ACTS: _acts("ask_correction"),
    Listing.DECIDE_ACTS: _acts("decide"),
    Listing.ISSUE_ACTS: _acts("issue"),
}


class SqlFigures:
    """Figures in one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def tally(
        self,
        listing: Listing,
        month: Month,
        halls: Collection[HallCode],
        today: date,
        split: Split = Split.NONE,
    ) -> tuple[Tally, ...]:
        listed = LISTINGS[listing](Scope(month, tuple(sorted(halls)), today)).subquery()
        key = _key(listed.c, split)
        counted = select(
            listed.c.hall, key, func.count(), func.coalesce(func.sum(listed.c.value), 0.0)
        ).group_by(*([listed.c.hall] if split is Split.NONE else [listed.c.hall, key]))
        rows = await self.connection.execute(counted)
        return tuple(Tally(hall, who or "", count, float(total)) for hall, who, count, total in rows)

    async def rows(
        self,
        listing: Listing,
        month: Month,
        halls: Collection[HallCode],
        today: date,
        *,
        key: str = "",
        split: Split = Split.NONE,
        after: str = "",
        limit: int = 50,
    ) -> tuple[ListedRow, ...]:
        listed = LISTINGS[listing](Scope(month, tuple(sorted(halls)), today)).subquery()
        mine = [listed.c.at > after] if after else []
        if split is not Split.NONE:
            mine.append(_key(listed.c, split) == key)
        page = select(listed).where(*mine).order_by(listed.c.at).limit(limit)
        return tuple(_listed(row) for row in (await self.connection.execute(page)).mappings())


def _key(columns: Any, split: Split) -> ColumnElement[Any]:  # noqa: ANN401 (the columns of whichever listing)
    match split:
        case Split.WHO:
            return columns.who  # type: ignore[no-any-return]  # a column by name
        case Split.KIND:
            return cast(columns.kind, Text)
        case _:
            return literal("")


def _listed(row: RowMapping) -> ListedRow:
    day = row["day"] or (local_day(row["start"]) if row.get("start") else None)
    values = {name: row[name] for name in _EMPTY} | {
        "day": day,
        "kind": str(row["kind"]),
        "note": str(row["note"]),
    }
    return ListedRow(**values)
