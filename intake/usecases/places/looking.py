"""Looking at places: halls, villages, departments, and who is booked where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from intake.errors import NotFound
from intake.model.authority import Belonging, Verb, require
from intake.model.booking import Appointment
from intake.model.calendar import SHANGHAI, WorkingCalendar
from intake.model.ids import HallCode, PersonId
from intake.model.people import Account, Caller
from intake.model.places import Department, Hall, Village
from intake.ports import CountyGlance, Glances, Tools, Uow
from intake.usecases.owning import hall_near
from intake.usecases.questions.asking import home_hall

Place = TypeVar("Place", Hall, Village)


async def halls(*, tools: Tools) -> tuple[Hall, ...]:
    """All halls, the county's first."""
    return (await county(tools=tools)).halls


async def county(*, tools: Tools) -> CountyGlance:
    """The halls, the villages and the calendar, at one instant."""
    if tools.glances is not None:
        return await tools.glances.county()
    async with tools.open_view() as view:
        return await county_in(view)


async def county_in(view: Uow) -> CountyGlance:
    """As `county`, in a view that is open."""
    return CountyGlance(await view.places.halls(), await view.places.calendar(), await view.places.villages())


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
    if person is not None:
        caller = replace(caller, account=replace(caller.account, person=person, hall=None))
    if tools.glances is not None:
        return await _home_at_a_glance(caller.account, tools.glances)
    async with tools.open_view() as view:
        return await home_hall(view, caller)


async def _home_at_a_glance(account: Account, glances: Glances) -> Hall:
    """As `asking.home_hall`, without a wish and without a view."""
    county = await glances.county()
    if account.hall is not None:
        return _called(account.hall, county.halls, "便民服务中心")
    code = account.village if account.person is None else await glances.village_of(account.person)
    return hall_near(county.halls, _called(code, county.villages, "村（社区）") if code else None)


def _called(code: str, places: Sequence[Place], what: str) -> Place:
    found = next((place for place in places if place.code == code), None)
    if found is None:
        raise NotFound(what=what)
    return found


async def appointments_at(
    caller: Caller, hall: HallCode, day: date, *, tools: Tools
) -> tuple[Appointment, ...]:
    """A hall's appointments of one day, in order of time."""
    require(caller, Verb.SEE_QUEUE, Belonging(hall=hall))
    start = datetime.combine(day, time.min, SHANGHAI)
    async with tools.open_view() as view:
        return await view.appointments.at_hall(hall, start, start + timedelta(days=1))
