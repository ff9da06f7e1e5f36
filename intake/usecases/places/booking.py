"""Booking (预约): take a place, hold it for a while, move it, give it back. Every place exactly once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from intake.errors import HoldOver, MovedEnough, NotFound, NotNow, SlotFull
from intake.model.authority import Belonging, Verb, require
from intake.model.booking import Appointment, AppointmentState, Hold, HoldState
from intake.model.calendar import local_day, local_text
from intake.model.case import CASE_WORDS, Case, CaseState
from intake.model.granting import own_hold_of
from intake.model.hours import Answer
from intake.model.ids import AppointmentId, CaseId, HoldId, IntentKey, PersonId, ServiceCode, SlotId
from intake.model.people import Caller
from intake.model.waiting import AT_THE_COUNTER, WaitingState
from intake.ports import Foreseen, Tools, Uow
from intake.usecases.intents import once, sharing
from intake.usecases.places.displacing import written_answer
from intake.usecases.places.lines import leave_line, offer_freed
from intake.usecases.places.searching import (
    Drawing,
    FindSlots,
    find_slots,
    nearest_to,
    serving_group,
    slot_text,
)
from intake.usecases.places.taking import (
    Granted,
    Order,
    Wanted,
    appointment_of,
    audit_hold,
    decide,
    end_own,
    is_over,
    look_up,
    moved_to,
    new_hold,
    number_of,
    place_of,
    refuse_second,
    trail,
    write_no_show,
)

__all__ = [
    "APPOINTMENT_WORDS",
    "AT_THE_COUNTER",
    "BookAppointment",
    "CancelAppointment",
    "ConfirmHold",
    "FindSlots",
    "HoldPlace",
    "MoveAppointment",
    "ReleaseHold",
    "book_appointment",
    "cancel_appointment",
    "confirm_hold",
    "find_slots",
    "hold_place",
    "move_appointment",
    "my_appointments",
    "my_holds",
    "release_hold",
    "serving_group",
    "slot_text",
]

APPOINTMENT_WORDS = {
    AppointmentState.BOOKED: "已预约",
    AppointmentState.DISPLACED: "须改时间",
    AppointmentState.CHECKED_IN: "已到场取号",
    AppointmentState.CANCELLED: "已取消",
    AppointmentState.NO_SHOW: "未到场",
    AppointmentState.KEPT: "已办理",
}
_CAN_CHANGE = frozenset({AppointmentState.BOOKED, AppointmentState.DISPLACED})


@dataclass(frozen=True, slots=True)
class BookAppointment:
    """One place for one person and one matter; `case` ties it to a draft."""

    caller: Caller
    person: PersonId
    service_code: ServiceCode
    slot: SlotId
    case: CaseId | None = None
    key: IntentKey | None = None


@dataclass(frozen=True, slots=True)
class HoldPlace:
    """Keep a place while the person reads, asks the family, or lays out the papers."""

    caller: Caller
    person: PersonId
    service_code: ServiceCode
    slot: SlotId
    case: CaseId | None = None
    key: IntentKey | None = None


@dataclass(frozen=True, slots=True)
class ConfirmHold:
    """Yes to a held place: one's own choice, an offer from the line, or what stands in for a place that closes."""

    caller: Caller
    hold: HoldId
    key: IntentKey | None = None


@dataclass(frozen=True, slots=True)
class ReleaseHold:
    """No to a held place."""

    caller: Caller
    hold: HoldId
    key: IntentKey | None = None


@dataclass(frozen=True, slots=True)
class MoveAppointment:
    """Another time or hall for the same matter, under the same number."""

    caller: Caller
    appointment: AppointmentId
    slot: SlotId
    key: IntentKey | None = None


@dataclass(frozen=True, slots=True)
class CancelAppointment:
    """Give the place back."""

    caller: Caller
    appointment: AppointmentId
    key: IntentKey | None = None


async def book_appointment(cmd: BookAppointment, *, tools: Tools) -> Appointment:
    """Take one place for the person, or raise the refusal a clerk would speak."""
    require(cmd.caller, Verb.BOOK)

    async def act(uow: Uow) -> Appointment:
        return await once(
            uow,
            cmd.caller,
            cmd.key,
            "book",
            act=lambda: _book(uow, cmd, tools),
            again=lambda found: uow.appointments.get(AppointmentId(found)),
            name=lambda done: done.id,
        )

    foreseen = _foreseen(cmd.caller, cmd.key, tools)._replace(
        person=cmd.person, service=cmd.service_code, slot=cmd.slot, case=cmd.case
    )
    return await sharing(tools, foreseen, act)


async def hold_place(cmd: HoldPlace, *, tools: Tools) -> Hold:
    """Keep one place until an instant; the same place asked for again is the same hold, another one lets the first go."""
    require(cmd.caller, Verb.BOOK)

    async def act(uow: Uow) -> Hold:
        return await once(
            uow,
            cmd.caller,
            cmd.key,
            "hold",
            act=lambda: _hold(uow, cmd, tools),
            again=lambda found: uow.holds.get(HoldId(found)),
            name=lambda done: done.id,
        )

    foreseen = _foreseen(cmd.caller, cmd.key, tools)._replace(
        person=cmd.person, service=cmd.service_code, slot=cmd.slot
    )
    return await sharing(tools, foreseen, act)


async def confirm_hold(cmd: ConfirmHold, *, tools: Tools) -> Appointment:
    """Turn a hold into the appointment while it lasts; a second click shows the appointment of the first."""
    require(cmd.caller, Verb.CHANGE_BOOKING)

    async def act(uow: Uow) -> Appointment:
        return await once(
            uow,
            cmd.caller,
            cmd.key,
            "confirm",
            act=lambda: _confirm(uow, cmd, tools),
            again=lambda found: uow.appointments.get(AppointmentId(found)),
            name=lambda done: done.id,
        )

    return await sharing(tools, _foreseen(cmd.caller, cmd.key, tools)._replace(hold=cmd.hold), act)


async def release_hold(cmd: ReleaseHold, *, tools: Tools) -> Hold:
    """Let a held place go; it is offered to the line, or free, in the same breath. Twice changes nothing."""
    require(cmd.caller, Verb.CHANGE_BOOKING)

    async def act(uow: Uow) -> Hold:
        return await once(
            uow,
            cmd.caller,
            cmd.key,
            "release",
            act=lambda: _release(uow, cmd, tools),
            again=lambda found: uow.holds.get(HoldId(found)),
            name=lambda done: done.id,
        )

    return await sharing(tools, _foreseen(cmd.caller, cmd.key, tools)._replace(hold=cmd.hold), act)


async def move_appointment(cmd: MoveAppointment, *, tools: Tools) -> Appointment:
    """Take the new place and give the old one back as one act; when the new one is gone, the old one stays."""
    require(cmd.caller, Verb.CHANGE_BOOKING)

    async def act(uow: Uow) -> Appointment:
        return await once(
            uow,
            cmd.caller,
            cmd.key,
            "move",
            act=lambda: _move(uow, cmd, tools),
            again=lambda found: uow.appointments.get(AppointmentId(found)),
            name=lambda done: done.id,
        )

    foreseen = _foreseen(cmd.caller, cmd.key, tools)._replace(slot=cmd.slot, appointment=cmd.appointment)
    return await sharing(tools, foreseen, act)


async def cancel_appointment(cmd: CancelAppointment, *, tools: Tools) -> Appointment:
    """Cancel while the person has not come; the place goes to the line, or is free, in the same breath."""
    require(cmd.caller, Verb.CANCEL_BOOKING)

    async def act(uow: Uow) -> Appointment:
        return await once(
            uow,
            cmd.caller,
            cmd.key,
            "cancel",
            act=lambda: _cancel(uow, cmd, tools),
            again=lambda found: uow.appointments.get(AppointmentId(found)),
            name=lambda done: done.id,
        )

    return await sharing(
        tools, _foreseen(cmd.caller, cmd.key, tools)._replace(appointment=cmd.appointment), act
    )


async def my_appointments(caller: Caller, *, tools: Tools) -> tuple[Appointment, ...]:
    """The caller's own appointments and those made for others, next first."""
    async with tools.open_view() as view:
        booked = await view.appointments.booked_by(caller.code)
        mine = await view.appointments.of_person(caller.account.person) if caller.account.person else ()
    found = {appointment.id: appointment for appointment in (*booked, *mine)}
    return tuple(sorted(found.values(), key=lambda appointment: appointment.start))


async def my_holds(caller: Caller, *, tools: Tools) -> tuple[Hold, ...]:
    """What is held now for the caller or by the caller for others: choices, offers, what stands in for closed places."""
    person, now = caller.account.person, tools.clock.now()
    async with tools.open_view() as view:
        own = await view.holds.of_person(person, now) if person else ()
        for_others = await view.holds.held_by(caller.code, now)
    found = {hold.id: hold for hold in (*own, *for_others)}
    return tuple(sorted(found.values(), key=lambda hold: hold.start))


def _foreseen(caller: Caller, key: IntentKey | None, tools: Tools) -> Foreseen:
    """What every act at the counter looks at; each adds what its own command tells."""
    now, rules = tools.clock.now(), tools.rules.booking
    return Foreseen(caller.code, caller.account.person, key, at=now, rules=rules)


async def _book(uow: Uow, cmd: BookAppointment, tools: Tools) -> Appointment:
    order = Order(cmd.caller, cmd.person, cmd.service_code, cmd.slot, cmd.case)
    wanted = await look_up(uow, order, tools)
    displaced = await refuse_second(uow, order, tools)
    if displaced is not None:
        return await _move(uow, MoveAppointment(cmd.caller, displaced.id, cmd.slot), tools)
    granted = await decide(uow, wanted, tools)
    return await write_booking(uow, wanted, granted, tools)


async def write_booking(uow: Uow, wanted: Wanted, granted: Granted, tools: Tools) -> Appointment:
    """Write a granted order down as an appointment, with all it leaves behind."""
    now, order = granted.at, wanted.order
    new = AppointmentId(tools.ids.new())
    await end_own(uow, wanted, now, new)
    await _take(uow, wanted, granted)
    appointment = appointment_of(place_of(wanted, granted), new, await number_of(uow, now), now)
    await uow.appointments.add(appointment)
    await leave_line(uow, appointment.person, appointment.service_code, WaitingState.TAKEN)
    if order.case is not None:
        await _tie(uow, order.case, appointment)
    await trail(uow, appointment, order.caller, "book", now)
    await offer_freed(uow, _let_go(wanted), tools)
    return appointment


async def _hold(uow: Uow, cmd: HoldPlace, tools: Tools) -> Hold:
    order = Order(cmd.caller, cmd.person, cmd.service_code, cmd.slot, cmd.case)
    wanted = await look_up(uow, order, tools)
    displaced = await refuse_second(uow, order, tools)
    if displaced is not None:
        wanted = await look_up(uow, order, tools, moving=displaced)
    own = own_hold_of(wanted.own, wanted.person.id, wanted.item.code, tools.clock.now())
    if own is not None and own.run == wanted.request.run:
        return own
    granted = await decide(uow, wanted, tools)
    await end_own(uow, wanted, granted.at)
    expires = granted.at + timedelta(minutes=tools.rules.booking.hold_minutes)
    hold = new_hold(wanted, granted, HoldId(tools.ids.new()), expires)
    await uow.holds.add(hold)
    await leave_line(uow, hold.person, hold.service_code, WaitingState.LEFT, only_offered=True)
    await audit_hold(uow, hold, cmd.caller, "place.hold", granted.at)
    await offer_freed(uow, _let_go(wanted), tools)
    return hold


async def _confirm(uow: Uow, cmd: ConfirmHold, tools: Tools) -> Appointment:
    hold = await _own_hold(uow, cmd.caller, cmd.hold)
    moving = await _to_move(uow, hold)
    if hold.state is HoldState.CONFIRMED and moving is not None:
        return moving
    old = moving.slots if moving is not None and moving.state is AppointmentState.BOOKED else ()
    await uow.slots.lock({*hold.run, *old})
    now = tools.clock.now()
    became = moving.id if moving else AppointmentId(tools.ids.new())
    if not await uow.holds.end(hold, HoldState.CONFIRMED, now, became):
        return await _confirmed_before(uow, hold, tools)
    if not await uow.slots.take(hold.run, hold.pool, now):
        raise await _over(uow, hold, tools)
    done = await _write_confirmed(uow, cmd.caller, hold, moving, became, tools)
    await leave_line(uow, hold.person, hold.service_code, WaitingState.TAKEN)
    return done


async def _to_move(uow: Uow, hold: Hold) -> Appointment | None:
    """The appointment a hold became or would move: the one it names, or one that has lost its place meanwhile."""
    if hold.appointment is not None:
        return await uow.appointments.get(hold.appointment)
    live = await uow.appointments.live_for(hold.person, hold.service_code)
    return live if live is not None and live.state is AppointmentState.DISPLACED else None


async def _write_confirmed(
    uow: Uow, caller: Caller, hold: Hold, moving: Appointment | None, became: AppointmentId, tools: Tools
) -> Appointment:
    now = tools.clock.now()
    if moving is not None:
        await written_answer(uow, moving, Answer.ACCEPTED, now)
    if moving is None:
        order = Order(caller, hold.person, hold.service_code, hold.slot)
        await refuse_second(uow, order, tools)
        appointment = appointment_of(hold, became, await number_of(uow, now), now)
        await uow.appointments.add(appointment)
        act = "book"
    else:
        if moving.state not in _CAN_CHANGE:
            raise NotNow(what=f"预约{moving.number}", state=APPOINTMENT_WORDS[moving.state])
        if moving.state is AppointmentState.BOOKED:
            await uow.slots.give_back(moving.slots, moving.pool)
        appointment = await uow.appointments.save(moved_to(moving, hold, counted=False))
        act = "move"
    if hold.case is not None:
        await _tie(uow, hold.case, appointment)
    await trail(uow, appointment, caller, act, now)
    return appointment


async def _confirmed_before(uow: Uow, hold: Hold, tools: Tools) -> Appointment:
    """Somebody's other click was faster, or the time is over: shown as what it is."""
    now_is = await uow.holds.get(hold.id)
    if now_is.state is HoldState.CONFIRMED and now_is.appointment is not None:
        return await uow.appointments.get(now_is.appointment)
    raise await _over(uow, hold, tools)


async def _over(uow: Uow, hold: Hold, tools: Tools) -> HoldOver:
    now = tools.clock.now()
    item = await uow.catalogue.current(hold.service_code, local_day(now))
    near = await nearest_to(uow, item, await uow.slots.get(hold.slot, now), now, Drawing())
    texts = "".join(f"{label}；" for label, _ in near)
    return HoldOver(
        when=local_text(hold.start),
        until=local_text(hold.expires_at),
        nearest=texts or "近两周暂无空位，可以排队等号；",
        alternatives=tuple((label, slot.id) for label, slot in near),
    )


async def _release(uow: Uow, cmd: ReleaseHold, tools: Tools) -> Hold:
    hold = await _own_hold(uow, cmd.caller, cmd.hold)
    await uow.slots.lock(hold.run)
    now = tools.clock.now()
    if not await uow.holds.end(hold, HoldState.RELEASED, now):
        return await uow.holds.get(hold.id)
    await leave_line(uow, hold.person, hold.service_code, WaitingState.LEFT, only_offered=True)
    await audit_hold(uow, hold, cmd.caller, "place.release", now)
    await offer_freed(uow, hold.run, tools)
    return replace(hold, state=HoldState.RELEASED)


async def _move(uow: Uow, cmd: MoveAppointment, tools: Tools) -> Appointment:
    moving = await _own_appointment(uow, cmd.caller, cmd.appointment, Verb.CHANGE_BOOKING)
    _require_movable(moving, tools)
    order = Order(cmd.caller, moving.person, moving.service_code, cmd.slot)
    wanted = await look_up(uow, order, tools, moving=moving)
    if wanted.request.run == moving.slots and moving.state is AppointmentState.BOOKED:
        return moving
    granted = await decide(uow, wanted, tools)
    now, asked_by_hall = granted.at, moving.state is AppointmentState.DISPLACED
    await end_own(uow, wanted, now, moving.id)
    if not asked_by_hall:
        await uow.slots.give_back(moving.slots, moving.pool)
    await _take(uow, wanted, granted)
    await written_answer(uow, moving, Answer.MOVED, now)
    place = place_of(wanted, granted)
    moved = await uow.appointments.save(moved_to(moving, place, counted=not asked_by_hall))
    await leave_line(uow, moved.person, moved.service_code, WaitingState.TAKEN)
    await trail(uow, moved, cmd.caller, "move", now)
    await offer_freed(uow, _let_go(wanted), tools)
    return moved


def _require_movable(moving: Appointment, tools: Tools) -> None:
    """Before its time, and not too often; a move the hall made necessary does not count."""
    if moving.state not in _CAN_CHANGE or is_over(moving, tools.clock.now(), tools.rules):
        raise NotNow(what=f"预约{moving.number}", state=APPOINTMENT_WORDS[moving.state])
    most = tools.rules.booking.moves_per_appointment
    if moving.state is AppointmentState.BOOKED and moving.moves >= most:
        raise MovedEnough(most=most)


async def _cancel(uow: Uow, cmd: CancelAppointment, tools: Tools) -> Appointment:
    appointment = await _own_appointment(uow, cmd.caller, cmd.appointment, Verb.CANCEL_BOOKING)
    if appointment.state not in _CAN_CHANGE:
        raise NotNow(what=f"预约{appointment.number}", state=APPOINTMENT_WORDS[appointment.state])
    if is_over(appointment, tools.clock.now(), tools.rules):
        await write_no_show(uow, appointment, tools)
        return await uow.appointments.get(appointment.id)
    own = await uow.holds.of_matter(appointment.person, appointment.service_code)
    freed = {*appointment.slots, *(own.run if own else ())}
    await uow.slots.lock(freed)
    now = tools.clock.now()
    await written_answer(uow, appointment, Answer.CANCELLED, now)
    saved = await uow.appointments.save(replace(appointment, state=AppointmentState.CANCELLED, ended_at=now))
    if appointment.state is AppointmentState.BOOKED:
        await uow.slots.give_back(appointment.slots, appointment.pool)
    if own is not None:
        await uow.holds.end(own, HoldState.RELEASED, now)
    await trail(uow, saved, cmd.caller, "cancel", now)
    await offer_freed(uow, freed, tools)
    return saved


async def _take(uow: Uow, wanted: Wanted, granted: Granted) -> None:
    """The same count once more, in the statement that takes: what no lock and no reading can have missed."""
    if not await uow.slots.take(wanted.request.run, granted.pool, granted.at):
        raise SlotFull(when=local_text(wanted.first.start))


def _let_go(wanted: Wanted) -> frozenset[SlotId]:
    """The slots an order has given a place of back."""
    return wanted.touched - frozenset(wanted.request.run)


async def _own_hold(uow: Uow, caller: Caller, hold_id: HoldId) -> Hold:
    hold = await uow.holds.get(hold_id)
    about = Belonging(hold.person, hold.held_by, hall=hold.hall)
    require(caller, Verb.CHANGE_BOOKING, about)
    return hold


async def _own_appointment(
    uow: Uow, caller: Caller, appointment_id: AppointmentId, verb: Verb
) -> Appointment:
    appointment = await uow.appointments.get(appointment_id)
    about = Belonging(appointment.person, appointment.booked_by, hall=appointment.hall)
    require(caller, verb, about)
    return appointment


async def _tie(uow: Uow, case_id: CaseId, appointment: Appointment) -> Case:
    case = await uow.cases.get(case_id)
    if (case.applicant, case.service_code) != (appointment.person, appointment.service_code):
        raise NotFound
    if case.state not in {CaseState.DRAFT, CaseState.SUBMITTED}:
        raise NotNow(what=f"办件{case.number}", state=CASE_WORDS[case.state])
    return await uow.cases.save(replace(case, appointment=appointment.id, hall=appointment.hall))
