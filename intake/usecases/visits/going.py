"""Going (上门): the day's sheet as the crew sees it, and what became of each visit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from intake.errors import NotFound, NotNow, Stale
from intake.model.authority import Belonging, Verb, require
from intake.model.booking import Appointment, AppointmentState
from intake.model.calendar import local_day, local_text
from intake.model.ids import AppointmentId, IntentKey, PersonId
from intake.model.leaving import AuditEntry
from intake.model.people import Account, Caller, Person, Role
from intake.model.places import Hall, OfferKind, Village
from intake.model.visits import VisitDay, VisitOrder
from intake.ports import Tools, Uow
from intake.usecases.intents import once
from intake.usecases.places.booking import APPOINTMENT_WORDS
from intake.usecases.visits.gathering import able_to_go, gather
from intake.usecases.visits.planning import OnDay


@dataclass(frozen=True, slots=True)
class VisitSheet:
    """上门单: a hall's day of visits with whoever is visited; `fresh` says whether the plan rests on what is so now."""

    hall: Hall
    day: VisitDay
    fresh: bool
    appointments: Mapping[AppointmentId, Appointment]
    people: Mapping[PersonId, Person]
    villages: Mapping[PersonId, Village]
    orders: Mapping[AppointmentId, VisitOrder]
    crew: tuple[Account, ...]
    able: tuple[Account, ...]


class VisitEnd(StrEnum):
    """上门结果."""

    DONE = "done"
    NOBODY_HOME = "nobody_home"


_ENDS = {VisitEnd.DONE: AppointmentState.KEPT, VisitEnd.NOBODY_HOME: AppointmentState.NO_SHOW}


@dataclass(frozen=True, slots=True)
class EndVisit:
    """What became of a visit, said by the clerk at the door."""

    caller: Caller
    appointment: AppointmentId
    version: int
    end: VisitEnd
    key: IntentKey | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """联系方式: how to find and call somebody; each look is written down."""

    phone: str
    address: str

    def __repr__(self) -> str:
        """Nothing, so that a log line never carries them."""
        return "Contact(…)"


async def visit_sheet(cmd: OnDay, *, tools: Tools) -> VisitSheet:
    """The day's visits as last planned; people's telephones and addresses are not on it."""
    require(cmd.caller, Verb.SEE_VISITS, Belonging(hall=cmd.hall))
    async with tools.open_view() as view:
        made = await gather(view, cmd.hall, cmd.day, tools.rules.visits)
        clerks = await view.people.accounts(role=Role.CLERK)
    return VisitSheet(
        hall=made.hall,
        day=made.stored,
        fresh=made.stored.basis == made.basis,
        appointments=made.booked,
        people=made.people,
        villages=made.villages,
        orders=made.orders,
        crew=made.crew,
        able=able_to_go(clerks, cmd.hall),
    )


async def contact_of(caller: Caller, appointment: AppointmentId, *, tools: Tools) -> Contact:
    """The telephone and the address of the person to be visited, for the crew; the look is audited."""
    require(caller, Verb.MAKE_VISIT)
    async with tools.open_uow() as uow:
        booked = await _at_home(uow, caller, Verb.MAKE_VISIT, appointment)
        person = await uow.people.person(booked.person)
        facts = {"number": booked.number}
        entry = AuditEntry(
            "visits.contact", caller.code, caller.door, tools.clock.now(), person=person.id, facts=facts
        )
        await uow.leaving.audit(entry)
        await uow.commit()
    return Contact(person.phone, person.address)


async def end_visit(cmd: EndVisit, *, tools: Tools) -> Appointment:
    """办好了 or 家里没人, on the day itself and once."""
    require(cmd.caller, Verb.MAKE_VISIT)
    async with tools.open_uow() as uow:
        return await once(
            uow,
            cmd.caller,
            cmd.key,
            "end_visit",
            act=lambda: _end(uow, cmd, tools),
            again=lambda found: uow.appointments.get(AppointmentId(found)),
            name=lambda done: done.id,
        )


async def _end(uow: Uow, cmd: EndVisit, tools: Tools) -> Appointment:
    now = tools.clock.now()
    booked = await _at_home(uow, cmd.caller, Verb.MAKE_VISIT, cmd.appointment)
    if booked.version != cmd.version:
        raise Stale(what=f"预约{booked.number}", version=booked.version)
    if booked.state is not AppointmentState.BOOKED:
        raise NotNow(what=f"预约{booked.number}", state=APPOINTMENT_WORDS[booked.state])
    if local_day(now) < local_day(booked.start):
        raise NotNow(what=f"预约{booked.number}（{local_text(booked.start)}）", state="还没到上门的日子")
    saved = await uow.appointments.save(replace(booked, state=_ENDS[cmd.end]))
    facts = {"number": saved.number}
    entry = AuditEntry(
        f"visits.{cmd.end}", cmd.caller.code, cmd.caller.door, now, person=saved.person, facts=facts
    )
    await uow.leaving.audit(entry)
    await uow.leaving.beat(saved.hall)
    return saved


async def _at_home(uow: Uow, caller: Caller, verb: Verb, appointment: AppointmentId) -> Appointment:
    booked = await uow.appointments.get(appointment)
    require(caller, verb, Belonging(hall=booked.hall))
    if booked.kind is not OfferKind.HOME_VISIT:
        raise NotFound
    return booked
