"""The day's end (日终): what the calendar has settled by itself is written down, and who was not reached is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import partial

from intake.model.booking import AppointmentState
from intake.model.calendar import SHANGHAI, day_text, local_day
from intake.model.ids import AccountCode, TicketId
from intake.model.leaving import AuditEntry, Outgoing, Topic
from intake.model.people import Door
from intake.model.periods import period_between
from intake.model.queue import Ticket, TicketState
from intake.ports import Tools, Uow
from intake.usecases.intents import taking_turns

_BY_RULE = AccountCode("system")
_ROUND = 200
# A server that was away for longer than this leaves older numbers as they were; they count as over all the same.
_LOOKED_BACK = timedelta(days=31)


async def close_days(*, tools: Tools) -> int:
    """The chore behind the day's change; nothing depends on its hour, for no number is open after its day.

    Returns how many numbers of earlier days it has closed.
    """
    today = local_day(tools.clock.now())
    async with tools.open_view() as view:
        left_open = await view.tickets.left_open(today - _LOOKED_BACK, today, _ROUND)
    closed = 0
    for ticket in left_open:
        closed += await taking_turns(tools, partial(_close, ticket.id, tools))
    return closed


async def _close(ticket_id: TicketId, tools: Tools, uow: Uow) -> bool:
    now = tools.clock.now()
    before = await uow.tickets.get(ticket_id)
    after = before.as_of(local_day(now))
    if after.state is before.state:
        return False
    end = datetime.combine(before.day + timedelta(days=1), time.min, SHANGHAI)
    # Only of a wait is it known that it lasted to the end; how long a call or a service took is not, and is not counted.
    if before.state is TicketState.WAITING:
        await uow.lines.close(period_between(before, after, end))
    saved = await uow.tickets.save(replace(after, since=end))
    await _keep_appointment(uow, saved)
    facts = {"ticket": saved.number, "hall": saved.hall, "from": before.state.value, "to": saved.state.value}
    await uow.leaving.audit(
        AuditEntry("queue.close_day", _BY_RULE, Door.COMMAND_LINE, now, person=saved.person, facts=facts)
    )
    if saved.state is TicketState.UNSERVED:
        await _tell(uow, saved)
    await uow.leaving.beat(saved.hall)
    await uow.commit()
    return True


async def _keep_appointment(uow: Uow, ticket: Ticket) -> None:
    """Who was served had come as booked, as if the clerk had pressed 办完."""
    if ticket.state is not TicketState.DONE or ticket.appointment is None:
        return
    appointment = await uow.appointments.get(ticket.appointment)
    await uow.appointments.save(replace(appointment, state=AppointmentState.KEPT))


async def _tell(uow: Uow, ticket: Ticket) -> None:
    account = await uow.people.account_of(ticket.person) if ticket.person else None
    if account is None:
        return
    hall = await uow.places.hall(ticket.hall)
    told = {
        "ticket": ticket.number,
        "service": ticket.service_name,
        "day": day_text(ticket.day),
        "hall": hall.name,
        "phone": hall.phone,
    }
    await uow.leaving.send(
        Outgoing(Topic.NOTICE, f"ticket:{ticket.id}", "ticket_unserved", account.code, told)
    )
