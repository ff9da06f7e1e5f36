"""Made-up months of a county's work, and figures recounted from them in plain Python: the judge of the queries."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

from sqlalchemy import Table

from intake.model.booking import Appointment, AppointmentState
from intake.model.calendar import DueDay, local_day
from intake.model.case import Case, CaseEvent, CaseState, Correction, Evaluation, Issue, Outcome
from intake.model.catalogue import CounterGroup
from intake.model.figures import Listing, Month
from intake.model.follow_up import FollowUp, FollowUpState
from intake.model.ids import (
    AccountCode,
    AppointmentId,
    CaseId,
    CounterCode,
    FollowUpId,
    HallCode,
    PersonId,
    ServiceCode,
    SlotId,
    TicketId,
)
from intake.model.people import Door
from intake.model.periods import ServicePeriod
from intake.model.places import OfferKind
from intake.model.province import ProvinceRecord
from intake.model.queue import TicketState
from storage.sql.cases import case_row
from storage.sql.facts import facts_of
from storage.sql.rows import Values, as_row
from storage.sql.store import Store
from storage.sql.tables import (
    appointments,
    case_events,
    case_facts,
    cases,
    follow_ups,
    province_records,
    service_periods,
)
from storage.sql.uow import SqlUow
from tests.contract.nouns import appointment, draft

HALLS = tuple(map(HallCode, ("county", "anwen", "jianshan", "yushan")))
TODAY = date(2026, 11, 23)
MONTHS = tuple(Month(2026, number) for number in (9, 10, 11))
_START = datetime(2026, 8, 31, 14, tzinfo=UTC)
_SPAN = timedelta(days=84)
_STATES = (
    CaseState.SUBMITTED,
    CaseState.RECEIVED,
    CaseState.CORRECTION_ASKED,
    CaseState.ACCEPTED,
    CaseState.IN_REVIEW,
    CaseState.DECIDED,
    CaseState.ISSUED,
    CaseState.EVALUATED,
    CaseState.WITHDRAWN,
)
_ACTS = ("receive", "accept", "ask_correction", "decide", "issue")


@dataclass
class MadeCase:
    """A case as it ended up, the hall that accepted it, and its history."""

    case: Case
    accepted_hall: HallCode
    events: list[CaseEvent] = field(default_factory=list)


@dataclass
class MadeMonths:
    """Everything that happened in three months."""

    cases: list[MadeCase] = field(default_factory=list)
    province: list[ProvinceRecord] = field(default_factory=list)
    follow_ups: list[FollowUp] = field(default_factory=list)
    periods: list[ServicePeriod] = field(default_factory=list)
    appointments: list[Appointment] = field(default_factory=list)

    @cached_property
    def settled(self) -> frozenset[CaseId | None]:
        """The cases whose bad grade was followed up to its end."""
        return frozenset(f.case for f in self.follow_ups if f.state is FollowUpState.CLOSED)

    @cached_property
    def at_province(self) -> frozenset[CaseId]:
        """The cases the province has."""
        return frozenset(record.case for record in self.province)


def made_months(count: int, seed: int = 1) -> MadeMonths:
    """So many cases, and the visits and appointments that go with them."""
    dice = random.Random(seed)
    made = MadeMonths()
    for number in range(count):
        one = _case(dice, number)
        made.cases.append(one)
        if one.case.accepted_at and dice.random() < 0.8:
            made.province.append(
                ProvinceRecord(one.case.id, f"33072720260901{number:07}", one.case.accepted_at)
            )
        if one.case.evaluation and one.case.evaluation.bad and dice.random() < 0.8:
            made.follow_ups.append(_follow_up(dice, one.case, number))
        made.periods += _visit(dice, number)
        if dice.random() < 0.5:
            made.appointments.append(_appointment(dice, number))
    return made


def _when(dice: random.Random) -> datetime:
    return _START + _SPAN * dice.random()


def _case(dice: random.Random, number: int) -> MadeCase:
    submitted = _when(dice)
    state = dice.choice(_STATES)
    opened_hall, accepted_hall, hall = (dice.choice(HALLS) for _ in range(3))
    proxy = AccountCode(f"proxy-{dice.randrange(5)}") if dice.random() < 0.25 else None
    plain = draft(
        id=CaseId(f"case-{number:06}"),
        number=f"BJ20260901{number:06}",
        service_code=ServiceCode(f"MZ{number % 30:02}"),
        applicant=PersonId(f"person-{number:06}"),
        opened_by=proxy or AccountCode(f"citizen-{number}"),
        proxy_name="代办员" if proxy else "",
        door=dice.choice((Door.PHONE, Door.DESK_PAGE, Door.KIOSK)),
        opened_hall=opened_hall,
        hall=hall,
        state=state,
        opened_at=submitted,
        submitted_at=submitted,
        receiver=None if state is CaseState.SUBMITTED else AccountCode(f"clerk-{dice.randrange(6)}"),
        rounds=dice.choice((0, 0, 0, 1, 2)),
    )
    made = MadeCase(_gone_on(dice, plain), accepted_hall)
    made.events = list(_events(dice, made.case))
    return made


def _gone_on(dice: random.Random, case: Case) -> Case:
    """Accepted and decided as far as the state says; the clock stands while a correction is asked."""
    early = {CaseState.SUBMITTED, CaseState.RECEIVED, CaseState.WITHDRAWN}
    if case.state in early or case.submitted_at is None:
        return case
    accepted = case.submitted_at + timedelta(hours=dice.randrange(100))
    due = DueDay(local_day(accepted) + timedelta(days=dice.choice((0, 5, 10, 20))), provisional=False)
    case = replace(case, accepted_at=accepted, due=due)
    if case.state is CaseState.CORRECTION_ASKED:
        asked = Correction("", AccountCode("clerk-1"), due.day, due.day, CaseState.IN_REVIEW)
        return replace(case, correction=asked)
    if case.state in {CaseState.ACCEPTED, CaseState.IN_REVIEW}:
        return case
    decided = accepted + timedelta(hours=dice.randrange(24 * 25))
    outcome = Outcome(True, "", "", "", AccountCode(f"approver-{dice.randrange(3)}"), decided)
    case = replace(case, outcome=outcome, reviewer=outcome.decided_by)
    if case.state is CaseState.DECIDED:
        return case
    case = replace(case, issue=Issue("窗口领取", "123456", AccountCode("clerk-2"), decided))
    if case.state is CaseState.EVALUATED:
        at = decided + timedelta(days=dice.randrange(10))
        case = replace(case, evaluation=Evaluation(dice.choice((1, 2, 3, 4, 5, 5, 5)), "", at))
    return case


def _events(dice: random.Random, case: Case) -> Iterator[CaseEvent]:
    for act in _ACTS:
        if dice.random() < 0.5:
            by = AccountCode(f"clerk-{dice.randrange(6)}")
            yield CaseEvent(case.id, act, case.state, by, "某人", Door.DESK_PAGE, _when(dice))


def _follow_up(dice: random.Random, case: Case, number: int) -> FollowUp:
    judged = case.evaluation
    assert judged is not None
    state = dice.choice(tuple(FollowUpState))
    return FollowUp(
        id=FollowUpId(f"follow-{number}"),
        number=f"HF{number:06}",
        case=case.id,
        question=None,
        about=case.number,
        service_name=case.service_name,
        hall=case.hall,
        person=case.applicant,
        grader=case.opened_by,
        grade=judged.grade,
        words="",
        judged=frozenset(),
        owner=AccountCode("director-1"),
        owner_name="主任",
        contact_by=TODAY,
        due_on=TODAY,
        state=state,
        opened_at=judged.at,
        closed_at=judged.at if state is FollowUpState.CLOSED else None,
    )


def _visit(dice: random.Random, number: int) -> Iterator[ServicePeriod]:
    """A wait, sometimes missed; sometimes served after a while."""
    start, hall = _when(dice), dice.choice(HALLS)
    wait = timedelta(seconds=dice.randrange(3600))
    called = dice.random() < 0.9
    plain = ServicePeriod(
        ticket=TicketId(f"ticket-{number:06}"),
        place=1,
        hall=hall,
        group=dice.choice(tuple(CounterGroup)),
        day=local_day(start),
        service_code=None,
        kind=TicketState.WAITING,
        ended_as=TicketState.CALLED if called else TicketState.LEFT,
        start=start,
        end=start + wait,
        counter=CounterCode("c1"),
        clerk=AccountCode(f"clerk-{dice.randrange(6)}"),
    )
    yield plain
    if called:
        ended = dice.choice((TicketState.DONE, TicketState.DONE, TicketState.PARKED))
        done = plain.end + timedelta(seconds=dice.randrange(1800))
        yield replace(plain, place=2, kind=TicketState.SERVING, ended_as=ended, start=plain.end, end=done)


def _appointment(dice: random.Random, number: int) -> Appointment:
    start = _when(dice)
    return appointment(
        id=AppointmentId(f"appointment-{number:06}"),
        number=f"YY{number:06}",
        slot=SlotId("slot"),
        hall=dice.choice(HALLS),
        kind=dice.choice(tuple(OfferKind)),
        start=start,
        end=start + timedelta(minutes=30),
        person=PersonId(f"person-{number:06}"),
        state=dice.choice(tuple(AppointmentState)),
        booked_at=start,
    )


async def fill(store: Store, made: MadeMonths, *, singly: int) -> None:
    """Write everything: so many cases through the repository as the desk does, the others in bulk with the same facts."""
    async with store.open_uow() as uow:
        for one in made.cases[:singly]:
            accepted = one.case.accepted_at is not None
            await uow.cases.add(replace(one.case, hall=one.accepted_hall) if accepted else one.case)
            if accepted and one.case.hall != one.accepted_hall:
                await uow.cases.save(one.case)
        rest = made.cases[singly:]
        facts = [_facts(one) for one in rest]
        await _put(uow, cases, [case_row(one.case) for one in rest])
        await _put(uow, case_facts, facts)
        await _put(uow, case_events, [as_row(event) for one in made.cases for event in one.events])
        asked = [{**as_row(r), "ask_after": r.handed_at} for r in made.province]
        await _put(uow, province_records, asked)
        await _put(uow, follow_ups, [as_row(f) for f in made.follow_ups])
        timed = [{**as_row(p), "seconds": p.seconds, "hour": p.hour} for p in made.periods]
        await _put(uow, service_periods, timed)
        await _put(uow, appointments, [as_row(a) for a in made.appointments])
        await uow.commit()


def _facts(one: MadeCase) -> Values:
    facts = facts_of(one.case)
    assert facts is not None
    return facts | ({"hall": one.accepted_hall} if one.case.accepted_at else {})


async def _put(uow: SqlUow, table: Table, rows: Sequence[Values]) -> None:
    for start in range(0, len(rows), 5_000):
        await uow.figures.connection.execute(table.insert(), rows[start : start + 5_000])


Row = tuple[str, HallCode, str, str, float]
"""What a row is known by, its hall, who and what kind, and its value."""


def recount(made: MadeMonths, listing: Listing, month: Month, today: date) -> list[Row]:
    """The rows of a listing, by looking at everything that ever happened."""
    return sorted(_RECOUNTS[listing](made, month, today))


def _in(day: date | None, month: Month) -> bool:
    return day is not None and (day.year, day.month) == (month.year, month.number)


def _submitted(made: MadeMonths, month: Month, *, proxies_only: bool) -> Iterator[Row]:
    for one in made.cases:
        case = one.case
        proxy = case.opened_by if case.proxy_name else ""
        if case.submitted_at and _in(local_day(case.submitted_at), month) and (proxy or not proxies_only):
            yield (case.id, case.opened_hall, proxy, case.door, 0.0)


def _accepted(made: MadeMonths, month: Month, keep: Callable[[Case, MadeMonths], bool]) -> Iterator[Row]:
    for one in made.cases:
        case = one.case
        if case.accepted_at and _in(local_day(case.accepted_at), month) and keep(case, made):
            yield (case.id, one.accepted_hall, case.receiver or "", case.door, float(case.rounds))


def _without_value(rows: Iterator[Row]) -> Iterator[Row]:
    return ((at, hall, who, kind, 0.0) for at, hall, who, kind, _ in rows)


def _reckoned(made: MadeMonths, month: Month, today: date, wanted: bool | None) -> Iterator[Row]:
    """Each case once: in the month it was decided in time, or in the month in which its due day went by."""
    for one in made.cases:
        case = one.case
        if case.due is None or case.state is CaseState.CORRECTION_ASKED:
            continue
        decided = local_day(case.outcome.decided_at) if case.outcome else None
        in_time = decided is not None and decided <= case.due.day
        if decided is None and case.due.day >= today:
            continue
        day = decided if in_time else case.due.day
        if _in(day, month) and wanted in {None, in_time}:
            yield (case.id, one.accepted_hall, case.reviewer or "", case.door, 0.0)


def _graded(made: MadeMonths, month: Month, keep: Callable[[Case, MadeMonths], bool]) -> Iterator[Row]:
    for one in made.cases:
        case = one.case
        if case.evaluation and _in(local_day(case.evaluation.at), month) and keep(case, made):
            hall = one.accepted_hall if case.accepted_at else case.hall
            yield (case.id, hall, case.receiver or "", case.door, float(case.evaluation.grade))


def _bad(case: Case) -> bool:
    return case.evaluation is not None and case.evaluation.bad


def _settled(case: Case, made: MadeMonths) -> bool:
    return case.id in made.settled


def _at_province(case: Case, made: MadeMonths) -> bool:
    return case.id in made.at_province


def _spent(made: MadeMonths, month: Month, kind: TicketState, ended: Sequence[TicketState]) -> Iterator[Row]:
    for p in made.periods:
        if p.kind is kind and p.ended_as in ended and _in(p.day, month):
            seconds = float(round((p.end - p.start).total_seconds()))
            yield (f"{p.ticket}#{p.place}", p.hall, p.clerk or "", p.group, seconds)


def _booked(made: MadeMonths, month: Month, states: Sequence[AppointmentState]) -> Iterator[Row]:
    for a in made.appointments:
        if a.state in states and _in(local_day(a.start), month):
            yield (a.id, a.hall, a.booked_by, a.kind, 0.0)


def _acted(made: MadeMonths, month: Month, act: str) -> Iterator[Row]:
    for one in made.cases:
        for event in one.events:
            if event.act == act and _in(local_day(event.at), month):
                hall = one.accepted_hall if one.case.accepted_at else one.case.hall
                yield (one.case.id, hall, event.by, event.door, 0.0)


_KEPT = (AppointmentState.KEPT, AppointmentState.CHECKED_IN)
_RECOUNTS: Mapping[Listing, Callable[[MadeMonths, Month, date], Iterator[Row]]] = {
    Listing.SUBMITTED: lambda made, month, _: _submitted(made, month, proxies_only=False),
    Listing.BY_PROXY: lambda made, month, _: _submitted(made, month, proxies_only=True),
    Listing.ACCEPTED: lambda made, month, _: _accepted(made, month, lambda *_: True),
    Listing.HANDED: lambda made, month, _: _without_value(_accepted(made, month, _at_province)),
    Listing.NOT_HANDED: lambda made, month, _: _without_value(
        _accepted(made, month, lambda case, made: not _at_province(case, made))
    ),
    Listing.CORRECTED: lambda made, month, _: _accepted(made, month, lambda case, _: case.rounds > 0),
    Listing.RECKONED: lambda made, month, today: _reckoned(made, month, today, None),
    Listing.ON_TIME: lambda made, month, today: _reckoned(made, month, today, True),
    Listing.LATE: lambda made, month, today: _reckoned(made, month, today, False),
    Listing.GRADED: lambda made, month, _: _graded(made, month, lambda *_: True),
    Listing.BAD: lambda made, month, _: _graded(made, month, lambda case, _: _bad(case)),
    Listing.BAD_CLOSED: lambda made, month, _: _graded(
        made, month, lambda case, made: _bad(case) and _settled(case, made)
    ),
    Listing.BAD_OPEN: lambda made, month, _: _graded(
        made, month, lambda case, made: _bad(case) and not _settled(case, made)
    ),
    Listing.WAITED: lambda made, month, _: _spent(made, month, TicketState.WAITING, [TicketState.CALLED]),
    Listing.SERVED: lambda made, month, _: _spent(
        made, month, TicketState.SERVING, [TicketState.DONE, TicketState.PARKED]
    ),
    Listing.UNSERVED: lambda made, month, _: _spent(made, month, TicketState.WAITING, [TicketState.UNSERVED]),
    Listing.BOOKED: lambda made, month, _: _booked(made, month, (*_KEPT, AppointmentState.NO_SHOW)),
    Listing.KEPT: lambda made, month, _: _booked(made, month, _KEPT),
    Listing.NO_SHOW: lambda made, month, _: _booked(made, month, [AppointmentState.NO_SHOW]),
    Listing.RECEIVE_ACTS: lambda made, month, _: _acted(made, month, "receive"),
    Listing.ACCEPT_ACTS: lambda made, month, _: _acted(made, month, "accept"),
    Listing.CORRECTION_ACTS: lambda made, month, _: _acted(made, month, "ask_correction"),
    Listing.DECIDE_ACTS: lambda made, month, _: _acted(made, month, "decide"),
    Listing.ISSUE_ACTS: lambda made, month, _: _acted(made, month, "issue"),
}
