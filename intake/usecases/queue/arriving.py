"""Arriving (签到取号): booked or not, a person gets one number for the day, and a place in a line that is fair."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from intake.errors import BadInput, NotNow, TooEarly
from intake.model.authority import Belonging, Verb, require
from intake.model.booking import Appointment, AppointmentState
from intake.model.calendar import SHANGHAI, local_day, local_text
from intake.model.case import Case
from intake.model.catalogue import CounterGroup, ServiceItem
from intake.model.green import green_reason
from intake.model.ids import AppointmentId, HallCode, IntentKey, PersonId, ServiceCode, TicketId
from intake.model.people import Caller, Person
from intake.model.places import Hall
from intake.model.queue import OVER, Ticket, TicketState
from intake.ports import Tools, Uow
from intake.usecases.intents import once, taking_turns
from intake.usecases.places.booking import APPOINTMENT_WORDS, serving_group
from intake.usecases.queue.moving import trail
from intake.usecases.queue.ruling import rules_of

_PREFIX = {
    CounterGroup.COMPREHENSIVE: "A",
    CounterGroup.POLICE: "B",
    CounterGroup.MARKET: "C",
    CounterGroup.UTILITY: "D",
    CounterGroup.TAX: "E",
    CounterGroup.PROPERTY: "F",
}


@dataclass(frozen=True, slots=True)
class CheckIn:
    """The booked person is here: by the number people read aloud, or by the id that stands in their code."""

    caller: Caller
    appointment: str
    key: IntentKey | None = None


@dataclass(frozen=True, slots=True)
class TakeNumber:
    """Somebody without an appointment wants to be served; a case already begun comes along."""

    caller: Caller
    hall: HallCode
    service_code: ServiceCode | None
    person: PersonId | None = None
    holder: str = ""
    key: IntentKey | None = None


async def check_in(cmd: CheckIn, *, tools: Tools) -> Ticket:
    """Give the booked person a number; twice gives the same one."""
    require(cmd.caller, Verb.CHECK_IN)

    async def act(uow: Uow) -> Ticket:
        appointment = await _appointment(uow, cmd.appointment)
        about = Belonging(appointment.person, appointment.booked_by, hall=appointment.hall)
        require(cmd.caller, Verb.CHECK_IN, about)
        taken = await uow.tickets.of_appointment(appointment.id)
        if taken is not None:
            return taken.as_of(local_day(tools.clock.now()))
        await _require_timely(uow, appointment, tools)
        ticket = await _ticket_for(uow, appointment, tools)
        await uow.tickets.add(ticket)
        await uow.appointments.save(replace(appointment, state=AppointmentState.CHECKED_IN))
        await trail(uow, cmd.caller, "check_in", ticket, tools.clock.now(), **await _why_first(uow, ticket))
        await uow.commit()
        return ticket

    return await taking_turns(tools, act)


async def _appointment(uow: Uow, said: str) -> Appointment:
    by_number = await uow.appointments.by_number(said)
    return by_number if by_number is not None else await uow.appointments.get(AppointmentId(said))


async def take_number(cmd: TakeNumber, *, tools: Tools) -> Ticket:
    """Give a walk-in a number."""
    async with tools.open_uow() as uow:
        return await once(
            uow,
            cmd.caller,
            cmd.key,
            "take_number",
            act=lambda: _walk_in(uow, cmd, tools),
            again=lambda found: uow.tickets.get(TicketId(found)),
            name=lambda done: done.id,
        )


async def _walk_in(uow: Uow, cmd: TakeNumber, tools: Tools) -> Ticket:
    now = tools.clock.now()
    # Who names nobody takes the number for themselves; a mere name on the slip is the caller's own, too.
    own = cmd.caller.account.person if not cmd.holder.strip() else None
    wanted = cmd.person or own
    slip = cmd.caller.code if wanted is None else None
    require(cmd.caller, Verb.CHECK_IN, Belonging(hall=cmd.hall, person=wanted, opened_by=slip))
    hall = await uow.places.hall(cmd.hall)
    item = await uow.catalogue.current(cmd.service_code, local_day(now)) if cmd.service_code else None
    person = await uow.people.person(wanted) if wanted else None
    holder = person.name if person else cmd.holder.strip()
    if not holder:
        raise BadInput(field="holder", why="请填写来办事的人的姓名。")
    case = await uow.cases.open_for(person.id, item.code) if person and item else None
    group = serving_group(item, hall) if item else CounterGroup.COMPREHENSIVE
    arrival = _Arrival(hall, group, holder, person, item, case)
    if (known := await _same_matter(uow, arrival, local_day(now))) is not None:
        return known
    ticket = await _ticket(uow, tools, arrival)
    # Again, now that the allocator lets one through at a time: two helpers who take a number for one person get one.
    if (known := await _same_matter(uow, arrival, local_day(now))) is not None:
        return known
    await uow.tickets.add(ticket)
    await trail(uow, cmd.caller, "take_number", ticket, now, **await _why_first(uow, ticket))
    return ticket


async def _same_matter(uow: Uow, arrival: _Arrival, day: date) -> Ticket | None:
    """The number a person already holds for the same thing here today: one person stands in one line once."""
    if arrival.person is None:
        return None
    code = arrival.item.code if arrival.item else None
    held = await uow.tickets.of_person(arrival.person.id, day)
    return next(
        (t for t in held if (t.hall, t.service_code) == (arrival.hall.code, code) and t.state not in OVER),
        None,
    )


async def _require_timely(uow: Uow, appointment: Appointment, tools: Tools) -> None:
    """From so long before its time until the day is over: a number is of one day."""
    now, day = tools.clock.now(), local_day(appointment.start)
    rules = await rules_of(uow, appointment.hall, tools)
    if appointment.state is not AppointmentState.BOOKED:
        raise NotNow(what=f"预约{appointment.number}", state=APPOINTMENT_WORDS[appointment.state])
    earliest = appointment.start - timedelta(minutes=rules.check_in_early_minutes)
    opens = max(earliest, datetime.combine(day, time.min, SHANGHAI))
    when = local_text(appointment.start)
    if now < opens:
        raise TooEarly(number=appointment.number, when=when, opens=local_text(opens))
    if local_day(now) > day:
        raise NotNow(what=f"预约{appointment.number}（{when}）", state="已经过了")


async def _ticket_for(uow: Uow, appointment: Appointment, tools: Tools) -> Ticket:
    hall = await uow.places.hall(appointment.hall)
    person = await uow.people.person(appointment.person)
    item = await uow.catalogue.current(appointment.service_code, local_day(tools.clock.now()))
    case = await uow.cases.open_for(person.id, item.code)
    arrival = _Arrival(hall, appointment.group, person.name, person, item, case, appointment)
    return await _ticket(uow, tools, arrival)


@dataclass(frozen=True, slots=True)
class _Arrival:
    """Somebody at the door, with what is known of them."""

    hall: Hall
    group: CounterGroup
    holder: str
    person: Person | None
    item: ServiceItem | None
    case: Case | None
    appointment: Appointment | None = None


async def _ticket(uow: Uow, tools: Tools, arrival: _Arrival) -> Ticket:
    now = tools.clock.now()
    day = local_day(now)
    hall, item, person, appointment = arrival.hall, arrival.item, arrival.person, arrival.appointment
    green = person.green_channel(day) if person else ""
    booked = appointment.start if appointment else None
    precedence = (await rules_of(uow, hall.code, tools)).precedence
    booked_credit, green_credit = precedence.credits(now, booked_start=booked, green=bool(green))
    number = await uow.numbers.next(f"ticket:{hall.code}:{arrival.group}:{day:%Y%m%d}")
    return Ticket(
        id=TicketId(tools.ids.new()),
        number=f"{_PREFIX[arrival.group]}{number:03d}",
        hall=hall.code,
        group=arrival.group,
        day=day,
        person=person.id if person else None,
        holder=arrival.holder,
        service_code=item.code if item else None,
        service_name=item.name if item else "咨询",
        appointment=appointment.id if appointment else None,
        booked_for=booked,
        case=arrival.case.id if arrival.case else None,
        green=green,
        state=TicketState.WAITING,
        order_at=precedence.order_at(now, booked_start=booked, green=bool(green)),
        taken_at=now,
        since=now,
        booked_credit=booked_credit,
        green_credit=green_credit,
    )


async def _why_first(uow: Uow, ticket: Ticket) -> dict[str, str]:
    """On what ground the number goes first and how that is known, for the audit trail; nothing when it does not."""
    if not ticket.green or ticket.person is None:
        return {"green": ticket.green}
    reason = green_reason(await uow.people.person(ticket.person), ticket.day)
    return reason.facts if reason else {"green": ticket.green}
