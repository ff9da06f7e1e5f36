"""Not coming (爽约): written down by the clock, forgiven by a person who hears why, with the reason."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from intake.errors import BadInput, NotNow
from intake.model.authority import Belonging, Verb, require
from intake.model.booking import Appointment, AppointmentState
from intake.model.ids import AppointmentId, IntentKey
from intake.model.leaving import AuditEntry
from intake.model.people import Caller
from intake.ports import Tools, Uow
from intake.usecases.intents import once, taking_turns
from intake.usecases.places.taking import is_over, write_no_show

_ROUND = 100


@dataclass(frozen=True, slots=True)
class ForgiveAbsence:
    """The bus did not come, somebody was ill: this absence does not count."""

    caller: Caller
    appointment: AppointmentId
    reason: str
    key: IntentKey | None = None


async def forgive_absence(cmd: ForgiveAbsence, *, tools: Tools) -> Appointment:
    """Take an absence out of the count, with the reason and the name of who forgave it."""
    require(cmd.caller, Verb.FORGIVE_ABSENCE)

    async def act(uow: Uow) -> Appointment:
        return await once(
            uow,
            cmd.caller,
            cmd.key,
            "forgive_absence",
            act=lambda: _forgive(uow, cmd, tools),
            again=lambda found: uow.appointments.get(AppointmentId(found)),
            name=lambda done: done.id,
        )

    return await taking_turns(tools, act)


async def write_absences(*, tools: Tools) -> int:
    """Write down who did not come; limits and free places were right before, by the clock. Returns how many."""
    now = tools.clock.now()
    before = now - timedelta(minutes=tools.rules.booking.no_show_after_minutes)
    async with tools.open_view() as view:
        overdue = await view.appointments.overdue(before, _ROUND)
    written = 0
    for appointment in overdue:
        if is_over(appointment, now, tools.rules):
            written += await _write(appointment.id, tools)
    return written


async def _write(appointment_id: AppointmentId, tools: Tools) -> bool:
    async def act(uow: Uow) -> bool:
        appointment = await uow.appointments.get(appointment_id)
        if not is_over(appointment, tools.clock.now(), tools.rules):
            return False
        await write_no_show(uow, appointment, tools)
        await uow.commit()
        return True

    return await taking_turns(tools, act)


async def _forgive(uow: Uow, cmd: ForgiveAbsence, tools: Tools) -> Appointment:
    appointment = await uow.appointments.get(cmd.appointment)
    require(cmd.caller, Verb.FORGIVE_ABSENCE, Belonging(hall=appointment.hall))
    if not cmd.reason.strip():
        raise BadInput(field="reason", why="请写明为什么不算爽约。")
    if is_over(appointment, tools.clock.now(), tools.rules):
        appointment = await write_no_show(uow, appointment, tools)
    if appointment.state is not AppointmentState.NO_SHOW:
        raise NotNow(what=f"预约{appointment.number}", state="没有爽约")
    facts = {"number": appointment.number, "reason": cmd.reason.strip()}
    now = tools.clock.now()
    entry = AuditEntry(
        "appointment.forgive", cmd.caller.code, cmd.caller.door, now, person=appointment.person, facts=facts
    )
    await uow.leaving.audit(entry)
    return await uow.appointments.save(replace(appointment, forgiven=cmd.reason.strip()))
