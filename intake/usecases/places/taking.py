"""How a place is taken (取号): look up, lock, decide, write. Each part stands alone, so that a batch can share them.

`look_up` reads what no lock is needed for; `decide` locks the slots, reads them again and asks `granting`; the writes
follow. Whoever books, holds, confirms, moves or is offered a place from a line comes through here.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from intake.errors import AlreadyBooked, NotFound
from intake.model.authority import Verb
from intake.model.booking import Appointment, AppointmentState, Hold, HoldPurpose, HoldState, Pool, Slot
from intake.model.calendar import local_day, local_text
from intake.model.catalogue import CounterGroup, ServiceItem
from intake.model.granting import Request, Standing, grant, own_hold_of, run_length, run_of, without
from intake.model.ids import (
    AccountCode,
    AppointmentId,
    CaseId,
    HallCode,
    HoldId,
    PersonId,
    ServiceCode,
    SlotId,
    VillageCode,
)
from intake.model.leaving import AuditEntry, Outgoing, Topic
from intake.model.people import RECEPTION, Caller, Person, Role
from intake.model.places import Hall, OfferKind
from intake.model.waiting import AT_THE_COUNTER
from intake.ports import Rules, Tools, Uow
from intake.usecases.cases.drafting import require_offered
from intake.usecases.people.mandates import require_may_act
from intake.usecases.places.reaching import way_to
from intake.usecases.places.searching import Drawing, drawing, full, serving_group

# Nobody takes a number at a machine or at home: what became of such a visit is written down by whoever made it.
_TO_WRITE_DOWN = timedelta(days=1)


class Order(NamedTuple):
    """要号单: who wants which place for whom and what."""

    caller: Caller
    person: PersonId
    service_code: ServiceCode
    slot: SlotId
    case: CaseId | None = None


class Wanted(NamedTuple):
    """查好的要号单: an order with everything that was read before a lock was taken."""

    order: Order
    person: Person
    item: ServiceItem
    hall: Hall
    first: Slot
    request: Request
    draws: Drawing
    standing: Standing
    own: Hold | None
    moving: Appointment | None
    village: VillageCode | None
    minutes: int

    @property
    def touched(self) -> frozenset[SlotId]:
        """Every slot the order takes from or gives back to: what has to be locked."""
        given_up = (*(self.own.run if self.own else ()), *(self.moving.slots if self.moving else ()))
        return frozenset((*self.request.run, *given_up))


class Granted(NamedTuple):
    """给到的号: the slots of the run and the pool they are taken from, decided at an instant."""

    slots: tuple[Slot, ...]
    pool: Pool
    at: datetime


class Place(NamedTuple):
    """给到的号的去处: where and when, for whom and what; as a `Hold` keeps it for a while, an appointment for good."""

    slot: SlotId
    run: tuple[SlotId, ...]
    pool: Pool
    hall: HallCode
    group: CounterGroup
    kind: OfferKind
    start: datetime
    end: datetime
    person: PersonId
    held_by: AccountCode
    service_code: ServiceCode
    service_name: str
    case: CaseId | None
    village: VillageCode | None
    minutes: int


async def look_up(uow: Uow, order: Order, tools: Tools, *, moving: Appointment | None = None) -> Wanted:
    """Read all that the decision leans on, and refuse what no free place would change; takes no lock."""
    now = tools.clock.now()
    today = local_day(now)
    person = await uow.people.person(order.person)
    if moving is None:
        await require_may_act(uow, order.caller, Verb.BOOK, person, order.service_code, today)
    item = await uow.catalogue.current(order.service_code, today)
    first = await uow.slots.get(order.slot, now)
    hall = await uow.places.hall(first.hall)
    await require_offered(uow, item, hall)
    if first.group is not serving_group(item, hall):
        raise NotFound(what="号源")
    village, minutes = await way_to(uow, item, person, hall, first.kind, tools.rules.booking)
    green = bool(person.green_channel(today))
    draws = drawing(order.caller, green=green)
    request = Request(
        person=person.id,
        service_code=item.code,
        run=run_of(first, run_length(minutes, first)),
        pools=draws.pools,
        green=green,
        by_proxy=order.caller.role is Role.PROXY,
        by_office=order.caller.role in RECEPTION,
        moving=moving.id if moving else None,
    )
    own = await uow.holds.of_matter(person.id, item.code)
    standing = await _standing(uow, order, now, tools)
    return Wanted(
        order, person, item, hall, first, request, draws, standing, own, moving, village, item.minutes
    )


async def decide(uow: Uow, wanted: Wanted, tools: Tools) -> Granted:
    """Lock what the order touches, count again, and grant a place or raise the refusal a clerk would speak."""
    touched = wanted.touched
    await uow.slots.lock(touched)
    now = tools.clock.now()
    slots = relieved(await uow.slots.read(touched, now), wanted, now)
    run = tuple(slot for slot in slots if slot.id in wanted.request.run)
    pool = grant(wanted.request, run, wanted.standing, tools.rules.booking, now)
    if pool is None:
        raise await full(uow, wanted.item, wanted.first, now, wanted.draws)
    return Granted(run, pool, now)


def relieved(slots: tuple[Slot, ...], wanted: Wanted, now: datetime) -> tuple[Slot, ...]:
    """The slots as the order finds them: its own hold and the place it moves away from do not stand in its way."""
    own = own_hold_of(wanted.own, wanted.person.id, wanted.item.code, now)
    if own is not None:
        slots = without(slots, own.run, own.pool, held=True)
    if wanted.moving is not None and wanted.moving.state is AppointmentState.BOOKED:
        slots = without(slots, wanted.moving.slots, wanted.moving.pool, held=False)
    return slots


async def refuse_second(uow: Uow, order: Order, tools: Tools) -> Appointment | None:
    """Pass when the matter has no place yet; returns one that has lost its own. A visit that is over stands in no way."""
    live = await uow.appointments.live_for(order.person, order.service_code)
    if live is None or live.state is AppointmentState.DISPLACED:
        return live
    if is_over(live, tools.clock.now(), tools.rules):
        await write_no_show(uow, live, tools)
        return None
    hall = await uow.places.hall(live.hall)
    raise AlreadyBooked(
        service=live.service_name,
        when=local_text(live.start),
        hall=hall.name,
        number=live.number,
        appointment=live.id,
    )


def is_over(appointment: Appointment, now: datetime, rules: Rules) -> bool:
    """Whether nobody came in time: right by the clock alone."""
    late = appointment.start + timedelta(minutes=rules.booking.no_show_after_minutes)
    if appointment.kind not in AT_THE_COUNTER:
        late = appointment.end + _TO_WRITE_DOWN
    return appointment.state is AppointmentState.BOOKED and now >= late


async def write_no_show(uow: Uow, appointment: Appointment, tools: Tools) -> Appointment:
    """Write down that nobody came (爽约); the person is told what it means and whom to tell why."""
    now = tools.clock.now()
    seen = appointment.kind in AT_THE_COUNTER
    gone = replace(
        appointment,
        state=AppointmentState.NO_SHOW,
        ended_at=now,
        forgiven="" if seen else "没有登记结果，不算爽约",
    )
    saved = await uow.appointments.save(gone)
    if seen:
        await tell(uow, saved, "no_show")
    return saved


async def end_own(uow: Uow, wanted: Wanted, now: datetime, became: AppointmentId | None = None) -> None:
    """End the hold the matter had: it became the appointment, was given up for another, or had lapsed unnoticed."""
    own = wanted.own
    if own is None:
        return
    if not own.live_at(now):
        await uow.holds.end(own, HoldState.LAPSED, now)
    elif became is not None and own.run == wanted.request.run:
        await uow.holds.end(own, HoldState.CONFIRMED, now, became)
    else:
        await uow.holds.end(own, HoldState.RELEASED, now)


def place_of(wanted: Wanted, granted: Granted) -> Place:
    """The place a granted order gets."""
    first, last = granted.slots[0], granted.slots[-1]
    return Place(
        first.id,
        wanted.request.run,
        granted.pool,
        first.hall,
        first.group,
        first.kind,
        first.start,
        last.end,
        wanted.person.id,
        wanted.order.caller.code,
        wanted.item.code,
        wanted.item.name,
        wanted.order.case,
        wanted.village,
        wanted.minutes,
    )


def new_hold(wanted: Wanted, granted: Granted, hold: HoldId, expires_at: datetime) -> Hold:
    """The hold a granted order becomes while the person chooses."""
    place = place_of(wanted, granted)
    return Hold(
        id=hold,
        purpose=HoldPurpose.CHOICE,
        state=HoldState.HELD,
        held_at=granted.at,
        expires_at=min(expires_at, place.start),
        appointment=wanted.moving.id if wanted.moving else None,
        **place._asdict(),
    )


def appointment_of(
    place: Place | Hold, appointment: AppointmentId, number: str, now: datetime
) -> Appointment:
    """The appointment at a place that was granted or held."""
    return Appointment(
        appointment,
        number,
        place.slot,
        place.hall,
        place.group,
        place.kind,
        place.start,
        place.end,
        place.person,
        place.held_by,
        place.service_code,
        place.service_name,
        place.case,
        AppointmentState.BOOKED,
        version=1,
        booked_at=now,
        run=place.run,
        pool=place.pool,
        village=place.village,
        minutes=place.minutes,
    )


def moved_to(appointment: Appointment, place: Place | Hold, *, counted: bool) -> Appointment:
    """The appointment at its new place, under its old number; a move the hall asked for is not counted."""
    return replace(
        appointment,
        slot=place.slot,
        run=place.run,
        pool=place.pool,
        hall=place.hall,
        group=place.group,
        kind=place.kind,
        start=place.start,
        end=place.end,
        village=place.village,
        minutes=place.minutes,
        state=AppointmentState.BOOKED,
        moves=appointment.moves + counted,
    )


async def number_of(uow: Uow, now: datetime) -> str:
    """A number people see; it is never given twice, and a gap is a booking that was not finished."""
    day = local_day(now).isoformat().replace("-", "")
    return f"YY{day}{await uow.numbers.next(f'appointment:{day}'):05d}"


async def trail(uow: Uow, appointment: Appointment, caller: Caller, act: str, at: datetime) -> None:
    """Write who did it, move the hall's pulse, and tell whoever is concerned."""
    facts = {"number": appointment.number}
    entry = AuditEntry(
        f"appointment.{act}", caller.code, caller.door, at, person=appointment.person, facts=facts
    )
    await uow.leaving.audit(entry)
    await uow.leaving.beat(appointment.hall)
    await tell(uow, appointment, act)


async def tell(uow: Uow, appointment: Appointment, act: str, **more: str) -> None:
    """Put one notice each for the person and for whoever booked on the way."""
    account = await uow.people.account_of(appointment.person)
    hall = await uow.places.hall(appointment.hall)
    told = {
        "number": appointment.number,
        "appointment": appointment.id,
        "service": appointment.service_name,
        "when": local_text(appointment.start),
        "hall": hall.name,
        "address": hall.address,
        "phone": hall.phone,
        **more,
    }
    for receiver in sorted({appointment.booked_by, *([account.code] if account else [])}):
        stream = f"appointment:{appointment.id}"
        await uow.leaving.send(Outgoing(Topic.NOTICE, stream, f"appointment_{act}", receiver, told))


async def audit_hold(uow: Uow, hold: Hold, caller: Caller, act: str, at: datetime) -> None:
    """Write who held, released or let go of which place."""
    facts = {"slot": hold.slot, "purpose": hold.purpose.value}
    await uow.leaving.audit(AuditEntry(act, caller.code, caller.door, at, person=hold.person, facts=facts))


async def _standing(uow: Uow, order: Order, now: datetime, tools: Tools) -> Standing:
    own = order.caller.account.person
    return await uow.appointments.standing(
        order.person,
        order.caller.code,
        order.service_code,
        circle=[own] if own else [],
        now=now,
        rules=tools.rules.booking,
    )
