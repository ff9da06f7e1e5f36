"""When a booked place closes (改约): nobody is dropped. Another place is held, the person is told, the answer is kept."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from intake.errors import Refusal
from intake.model.booking import Appointment, AppointmentState, Hold, HoldPurpose, HoldState, Slot
from intake.model.calendar import local_day, local_text
from intake.model.granting import Request, grant, pools_for, run_length, run_of
from intake.model.hours import Answer, Displacement
from intake.model.ids import AppointmentId, ChangeId, HoldId, SlotId
from intake.model.waiting import WaitingState
from intake.ports import Tools, Uow
from intake.usecases.intents import taking_turns
from intake.usecases.places.lines import offer_freed
from intake.usecases.places.searching import drawing, nearest_to
from intake.usecases.places.taking import tell

_ROUND = 50


async def displace(
    uow: Uow, closing: Sequence[Slot], change: ChangeId, tools: Tools
) -> tuple[Appointment, ...]:
    """Take the bookings and holds out of locked slots that close; each booking waits for another place from now on."""
    now = tools.clock.now()
    ids = [slot.id for slot in closing]
    touched = [a for a in await uow.appointments.taking(ids) if a.start > now]
    for appointment in touched:
        await uow.slots.give_back(appointment.slots, appointment.pool)
        await uow.appointments.save(replace(appointment, state=AppointmentState.DISPLACED))
        await uow.hours.add_displacement(_displacement(appointment, change, now))
    await _end_holds(uow, ids, now)
    return tuple(touched)


async def hold_alternatives(*, tools: Tools) -> int:
    """Hold another place for whoever has lost theirs and has not been told yet, and tell them; returns how many."""
    async with tools.open_view() as view:
        untold = await view.hours.untold(_ROUND)
    told = 0
    for displacement in untold:
        told += await taking_turns(tools, partial(_hold_one, displacement, tools))
    return told


async def end_unanswered(*, tools: Tools) -> int:
    """Close the displaced bookings whose own time has passed without an answer; returns how many."""
    now = tools.clock.now()
    async with tools.open_view() as view:
        late = await view.hours.unanswered(now, _ROUND)
    for displacement in late:
        await taking_turns(tools, partial(_end_one, displacement, now))
    return len(late)


def suggested(appointment: Appointment, free: Sequence[Slot], spoken_for: Collection[SlotId]) -> Slot | None:
    """The nearest free slot to the lost one that is not yet meant for somebody else who lost theirs."""
    open_ones = [slot for slot in free if slot.id not in spoken_for and slot.min_bookings == 1]
    return min(open_ones, key=lambda slot: abs(slot.start - appointment.start), default=None)


def _displacement(appointment: Appointment, change: ChangeId, now: datetime) -> Displacement:
    return Displacement(
        appointment=appointment.id,
        change=change,
        hall=appointment.hall,
        person=appointment.person,
        number=appointment.number,
        service_name=appointment.service_name,
        was_start=appointment.start,
        made_at=now,
    )


async def _end_holds(uow: Uow, ids: Sequence[SlotId], now: datetime) -> None:
    """A hold on a slot that closes is over; who was offered it from a line keeps their place in that line."""
    for hold in await uow.holds.on(ids, now):
        await uow.holds.end(hold, HoldState.RELEASED, now)
        if hold.purpose is HoldPurpose.OFFER:
            entry = await uow.waitings.offered(hold.id, hold.person)
            if entry is not None:
                again = replace(entry, state=WaitingState.WAITING, hold=None, answer_by=None)
                await uow.waitings.save(again)
        if hold.purpose is HoldPurpose.ALTERNATIVE and hold.appointment is not None:
            await uow.hours.look_again(hold.appointment)


async def _end_one(displacement: Displacement, now: datetime, uow: Uow) -> None:
    appointment = await uow.appointments.get(displacement.appointment)
    await uow.hours.answer(appointment.id, Answer.NONE, now)
    if appointment.state is AppointmentState.DISPLACED:
        gone = replace(appointment, state=AppointmentState.CANCELLED, ended_at=now)
        await tell(uow, await uow.appointments.save(gone), "unanswered")
    await uow.commit()


async def _hold_one(displacement: Displacement, tools: Tools, uow: Uow) -> bool:
    """Hold the nearest place that is really free for one person, or tell them that they can choose or stand in line.

    False when another server has told them meanwhile; then nothing is held here either.
    """
    appointment = await uow.appointments.get(displacement.appointment)
    hold = None
    if appointment.state is AppointmentState.DISPLACED:
        hold = await _hold_nearest(uow, appointment, tools)
    if not await uow.hours.told(appointment.id, hold, tools.clock.now()):
        return False
    if appointment.state is AppointmentState.DISPLACED:
        await _say(uow, appointment, displacement, hold)
    await uow.commit()
    return True


async def _hold_nearest(uow: Uow, appointment: Appointment, tools: Tools) -> Hold | None:
    tried: set[SlotId] = set()
    while (slot := await _nearest_free(uow, appointment, tried, tools)) is not None:
        hold = await _hold_at(uow, appointment, slot, tools)
        if hold is not None:
            return hold
        tried.add(slot.id)
    return None


async def _nearest_free(
    uow: Uow, appointment: Appointment, tried: Collection[SlotId], tools: Tools
) -> Slot | None:
    now = tools.clock.now()
    item = await uow.catalogue.current(appointment.service_code, local_day(now))
    lost = await uow.slots.get(appointment.slot, now)
    person = await uow.people.person(appointment.person)
    draws = drawing(None, green=bool(person.green_channel(local_day(now))))
    near = await nearest_to(uow, item, lost, now, draws)
    return next((slot for _, slot in near if slot.id not in tried), None)


async def _hold_at(uow: Uow, appointment: Appointment, slot: Slot, tools: Tools) -> Hold | None:
    """A hold at a slot for somebody who lost their place; None when it is gone."""
    now = tools.clock.now()
    item = await uow.catalogue.current(appointment.service_code, local_day(now))
    person = await uow.people.person(appointment.person)
    green = bool(person.green_channel(local_day(now)))
    run = run_of(slot, run_length(item.minutes, slot))
    own = await uow.holds.of_matter(appointment.person, appointment.service_code)
    await uow.slots.lock({*run, *(own.run if own else ())})
    if own is not None and own.live_at(now):
        return own
    if own is not None:
        await uow.holds.end(own, HoldState.LAPSED, now)
    slots = await uow.slots.read(run, now)
    request = Request(
        appointment.person,
        appointment.service_code,
        run,
        pools_for(counter=False, green=green),
        green=green,
        by_office=True,
        moving=appointment.id,
    )
    standing = await uow.appointments.standing(
        appointment.person,
        appointment.booked_by,
        appointment.service_code,
        circle=(),
        now=now,
        rules=tools.rules.booking,
    )
    try:
        pool = grant(request, slots, standing, tools.rules.booking, now)
    except Refusal:
        return None
    if pool is None:
        return None
    until = min(now + timedelta(hours=tools.rules.booking.alternative_hours), slots[0].book_before)
    hold = Hold(
        id=HoldId(tools.ids.new()),
        purpose=HoldPurpose.ALTERNATIVE,
        slot=slot.id,
        run=run,
        pool=pool,
        hall=slot.hall,
        group=slot.group,
        kind=slot.kind,
        start=slot.start,
        end=slots[-1].end,
        person=appointment.person,
        held_by=appointment.booked_by,
        service_code=appointment.service_code,
        service_name=appointment.service_name,
        case=None,
        state=HoldState.HELD,
        held_at=now,
        expires_at=until,
        appointment=appointment.id,
        village=appointment.village,
        minutes=appointment.minutes,
    )
    await uow.holds.add(hold)
    return hold


async def _say(uow: Uow, appointment: Appointment, displacement: Displacement, hold: Hold | None) -> None:
    change = await uow.hours.change(displacement.change)
    if hold is None:
        await tell(uow, appointment, "displaced", reason=change.reason)
        return
    hall = await uow.places.hall(hold.hall)
    facts = {
        "reason": change.reason,
        "hold": hold.id,
        "instead": f"{local_text(hold.start)}，{hall.name}",
        "until": local_text(hold.expires_at),
    }
    await tell(uow, appointment, "displaced_held", **facts)


async def written_answer(uow: Uow, appointment: Appointment, answer: Answer, now: datetime) -> AppointmentId:
    """Write what somebody who lost their place decided; a booking that kept its place has nothing to answer."""
    if appointment.state is AppointmentState.DISPLACED:
        await uow.hours.answer(appointment.id, answer, now)
    return appointment.id


async def free_again(uow: Uow, opened: Collection[SlotId], tools: Tools) -> None:
    """What opens anew or grows is offered to the lines first."""
    await uow.slots.lock(opened)
    await offer_freed(uow, opened, tools)
