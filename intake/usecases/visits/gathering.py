"""What a visiting day is made from (上门安排的依据): the booked visits, the crew, and the plan so far."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta

from intake.model.booking import Appointment, AppointmentState
from intake.model.calendar import SHANGHAI
from intake.model.catalogue import CounterGroup
from intake.model.ids import AppointmentId, HallCode, PersonId
from intake.model.people import Account, Person, Role
from intake.model.places import Hall, OfferKind, Village
from intake.model.visits import Pause, Shift, Skill, Spot, Visit, VisitDay, VisitOrder, Window
from intake.ports import Roads, Uow, VisitRules

_AT_HOME = frozenset({AppointmentState.BOOKED, AppointmentState.KEPT, AppointmentState.NO_SHOW})


@dataclass(frozen=True, slots=True)
class Gathered:
    """依据: all that a plan of one hall's day is made from. Equal `basis` means that a plan is still the right one."""

    hall: Hall
    stored: VisitDay
    booked: Mapping[AppointmentId, Appointment]
    people: Mapping[PersonId, Person]
    villages: Mapping[PersonId, Village]
    orders: Mapping[AppointmentId, VisitOrder]
    crew: tuple[Account, ...]
    rules: VisitRules
    roads: Roads

    @property
    def visits(self) -> tuple[Visit, ...]:
        """The homes to visit, by their appointments."""
        return tuple(self._visit(appointment) for appointment in self.booked.values())

    @property
    def shifts(self) -> tuple[Shift, ...]:
        """The clerks who go, from the hall and back to it."""
        base = Spot(self.hall.code, self.hall.lat, self.hall.lon)
        day, rules = self.stored.day, self.rules
        pause = Pause(_window(day, rules.pause_from, rules.pause_until), rules.pause_minutes)
        window = _window(day, rules.day_starts, rules.day_ends)
        return tuple(Shift(a.code, base, window, _skills(a), pause) for a in self.crew)

    @property
    def basis(self) -> str:
        """The digest of visits, shifts and roads, the same in every process."""
        roads = (sorted(self.roads.minutes.items()), self.roads.road_factor, self.roads.km_per_hour)
        made_of = (_plain(self.visits), _plain(self.shifts), roads)
        return hashlib.sha256(repr(made_of).encode()).hexdigest()

    def _visit(self, appointment: Appointment) -> Visit:
        order = self.orders.get(appointment.id, VisitOrder(appointment.id))
        village = self.villages.get(appointment.person)
        place = village or self.hall
        return Visit(
            id=appointment.id,
            place=Spot(place.code, place.lat, place.lon),
            window=order.promised or Window(appointment.start, appointment.end),
            minutes=self.rules.minutes,
            skills=frozenset({Skill(appointment.group.value)}),
            promised=order.promised is not None,
            pinned_to=order.pinned_to,
            pinned_at=order.pinned_at,
        )


async def gather(uow: Uow, hall_code: HallCode, day: date, rules: VisitRules) -> Gathered:
    """Everything about one hall's day; raises `NotFound` for a hall nobody knows."""
    hall = await uow.places.hall(hall_code)
    stored = await uow.visits.day(hall_code, day)
    start = datetime.combine(day, time.min, SHANGHAI)
    booked = {
        a.id: a
        for a in await uow.appointments.at_hall(hall_code, start, start + timedelta(days=1))
        if a.kind is OfferKind.HOME_VISIT and a.state in _AT_HOME
    }
    people = {a.person: await uow.people.person(a.person) for a in booked.values()}
    known = {v.code: v for v in await uow.places.villages()} if booked else {}
    villages = {p.id: known[p.village] for p in people.values() if p.village in known}
    orders = {order.appointment: order for order in await uow.visits.orders(booked)} if booked else {}
    crew = _crew(await uow.people.accounts(role=Role.CLERK), stored, rules)
    roads = Roads(await uow.visits.road_minutes(), rules.road_factor, rules.km_per_hour)
    return Gathered(hall, stored, booked, people, villages, orders, crew, rules, roads)


def able_to_go(clerks: tuple[Account, ...], hall: HallCode) -> tuple[Account, ...]:
    """The clerks of a hall who may be sent, those of the comprehensive area first."""
    here = [clerk for clerk in clerks if clerk.hall == hall and clerk.active]
    return tuple(sorted(here, key=lambda clerk: (CounterGroup.COMPREHENSIVE not in clerk.groups, clerk.code)))


def _crew(clerks: tuple[Account, ...], stored: VisitDay, rules: VisitRules) -> tuple[Account, ...]:
    able = able_to_go(clerks, stored.hall)
    if stored.crew is None:
        return able[: rules.crew]
    return tuple(clerk for clerk in able if clerk.code in stored.crew)


def _skills(clerk: Account) -> frozenset[Skill]:
    return frozenset(Skill(group.value) for group in clerk.groups or CounterGroup)


def _plain(noun: object) -> object:
    """A noun as text that depends neither on the order of a set nor on the zone an instant is told in."""
    match noun:
        case datetime():
            return noun.astimezone(UTC).isoformat()
        case frozenset():
            return sorted(noun)
        case tuple():
            return tuple(_plain(part) for part in noun)
        case Visit() | Shift() | Spot() | Window() | Pause():
            return tuple(_plain(getattr(noun, field.name)) for field in fields(noun))
        case _:
            return noun


def _window(day: date, start: time, end: time) -> Window:
    return Window(datetime.combine(day, start, SHANGHAI), datetime.combine(day, end, SHANGHAI))
