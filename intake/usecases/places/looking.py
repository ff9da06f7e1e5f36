"""Looking at places: halls, villages, departments, and who is booked where."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from intake.model.authority import Belonging, Verb, require
from intake.model.booking import Appointment
from intake.model.calendar import SHANGHAI, WorkingCalendar
from intake.model.ids import HallCode, PersonId
from intake.model.people import Caller
from intake.model.places import Department, Hall, Village
from intake.ports import CountyGlance, Tools, Uow
from intake.usecases.questions.asking import home_hall


async def halls(*, tools: Tools) -> tuple[Hall, ...]:
    """All halls, the county's first."""
    return (await county(tools=tools)).halls


async def county(*, tools: Tools) -> CountyGlance:
    """The halls and the calendar, at one instant."""
    if tools.glances is not None:
        return await tools.glances.county()
    async with tools.open_view() as view:
        return CountyGlance(await view.places.halls(), await view.places.calendar())


async def villages(*, tools: Tools) -> tuple[Village, ...]:
    """All villages by code."""
    async with tools.open_view() as view:
        return await view.places.villages()


async def departments(*, tools: Tools) -> tuple[Department, ...]:
    """All departments."""
    async with tools.open_view() as view:
        return await view.places.departments()


async def calendar(*, tools: Tools) -> WorkingCalendar:
    """The working calendar."""
    return (await county(tools=tools)).calendar


async def home_hall_of(caller: Caller, person: PersonId | None, *, tools: Tools) -> Hall:
    """The hall nearest to the caller, or to the person the caller acts for."""
    async with tools.open_view() as view:
        return await home_hall_for(view, caller, person)


async def home_hall_for(view: Uow, caller: Caller, person: PersonId | None) -> Hall:
    """As `home_hall_of`, in a view that is open."""
    if person is None:
        return await home_hall(view, caller)
    return await home_hall(view, replace(caller, account=replace(caller.account, person=person, hall=None)))


async def appointments_at(
    caller: Caller, hall: HallCode, day: date, *, tools: Tools
) -> tuple[Appointment, ...]:
    """A hall's appointments of one day, in order of time."""
    require(caller, Verb.SEE_QUEUE, Belonging(hall=hall))
    start = datetime.combine(day, time.min, SHANGHAI)
    async with tools.open_view() as view:
        return await view.appointments.at_hall(hall, start, start + timedelta(days=1))
