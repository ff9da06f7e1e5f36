"""Reminders (提醒): the day before and an hour before, each once, in the person's own channel."""

from __future__ import annotations

from datetime import datetime, timedelta

from intake.errors import UnknownService
from intake.model.booking import Appointment
from intake.model.calendar import local_day, local_text
from intake.model.catalogue import Need
from intake.model.leaving import Outgoing, Topic
from intake.model.places import OfferKind
from intake.ports import Tools, Uow

_HOUR = timedelta(hours=1)
_SOON = timedelta(hours=2)
_COUNTED_IN_DAYS = 2


async def remind_coming(*, tools: Tools) -> int:
    """Send the reminders that have come due; returns how many. Several workers may do it: each is sent once."""
    now = tools.clock.now()
    given = 0
    # The nearer one first: who is told "in an hour" need not be told "tomorrow" any more.
    for minutes in sorted(tools.rules.reminders_minutes):
        async with tools.open_uow() as uow:
            for appointment in await uow.appointments.to_remind(now, minutes):
                given += await _remind(uow, appointment, minutes, tools)
            await uow.commit()
    return given


async def _remind(uow: Uow, appointment: Appointment, minutes: int, tools: Tools) -> bool:
    if not await uow.appointments.remind(appointment, minutes):
        return False
    for earlier in tools.rules.reminders_minutes:
        if earlier > minutes:
            await uow.appointments.remind(appointment, earlier)
    await _send(uow, appointment, tools.clock.now())
    return True


async def _send(uow: Uow, appointment: Appointment, now: datetime) -> None:
    account = await uow.people.account_of(appointment.person)
    hall = await uow.places.hall(appointment.hall)
    kind = "visit_reminder" if appointment.kind is OfferKind.HOME_VISIT else "appointment_reminder"
    told = {
        "number": appointment.number,
        "service": appointment.service_name,
        "ahead": _ahead(appointment.start, now),
        "when": local_text(appointment.start),
        "hall": hall.name,
        "address": hall.address,
        "phone": hall.phone,
        "bring": await _bring(uow, appointment),
    }
    for receiver in sorted({appointment.booked_by, *([account.code] if account else [])}):
        await uow.leaving.send(Outgoing(Topic.NOTICE, f"appointment:{appointment.id}", kind, receiver, told))


async def _bring(uow: Uow, appointment: Appointment) -> str:
    """What must be there; nothing for an item that has left the catalogue."""
    try:
        item = await uow.catalogue.current(appointment.service_code, local_day(appointment.start))
    except UnknownService:
        return ""
    return "、".join(m.name for m in item.materials if m.need is Need.REQUIRED and m.asked_for and not m.when)


def _ahead(start: datetime, now: datetime) -> str:
    """How far off it is, as people say it: 1小时后, 今天, 明天, 3天后."""
    if start - now <= _SOON:
        return f"{max(1, round((start - now) / _HOUR))}小时后"
    days = (local_day(start) - local_day(now)).days
    return ("今天", "明天")[days] if days < _COUNTED_IN_DAYS else f"{days}天后"
