"""Home visits over HTTP: the day's sheet, pins and swaps, and what became of each visit."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from intake.model.booking import Appointment
from intake.model.calendar import SHANGHAI, day_text
from intake.model.ids import AccountCode, AppointmentId, HallCode
from intake.model.people import mask_name
from intake.model.visits import Route, Stop, Window
from intake.usecases.places.booking import APPOINTMENT_WORDS
from intake.usecases.visits.going import EndVisit, VisitEnd, VisitSheet
from intake.usecases.visits.planning import NameCrew, OnDay, PinVisit, SwapVisits
from miniapp_api.forms import Code, Version
from miniapp_api.typed import Api, Call, Form, FormT, View

api = Api("visits")
_MOST_STOPS = 100


class DayForm(Form):
    """A hall's day."""

    hall: Code
    day: date


class CrewForm(DayForm):
    """Who goes; nobody named leaves it to the county's rule."""

    clerks: Annotated[tuple[Code, ...], Field(max_length=20)] = ()


class PinForm(Form):
    """Whose visit, by whom and as which stop; neither takes the pin away."""

    appointment: Code
    clerk: Code | None = None
    position: Annotated[int, Field(ge=1, le=_MOST_STOPS)] | None = None


class SwapForm(Form):
    """Two visits that change places."""

    appointment: Code
    other: Code


class VisitForm(Form):
    """Which visit."""

    appointment: Code


class EndForm(VisitForm):
    """What became of it, as the page showed it."""

    version: Version
    end: VisitEnd


class VisitView(View):
    """One home to visit: the name masked, neither telephone nor address."""

    appointment: str
    number: str
    version: int
    service: str
    person_name: str
    village: str
    wished: str
    promised: str
    arrive: str
    begin: str
    leave: str
    pinned_to: str | None
    pinned_at: int | None
    state: str
    state_text: str
    why_not: str


class RouteView(View):
    """One clerk's day on the road."""

    clerk: str
    clerk_name: str
    depart: str
    back: str
    pause: str
    travel_minutes: int
    stops: list[VisitView]


class ClerkView(View):
    """Somebody who may be sent."""

    code: str
    name: str
    going: bool


class VisitDayView(View):
    """A hall's visits of one day; `fresh` says whether the routes rest on what is so now."""

    hall: str
    hall_name: str
    day: date
    day_text: str
    planned: bool
    fresh: bool
    routes: list[RouteView]
    unplaced: list[VisitView]
    clerks: list[ClerkView]


class ContactView(View):
    """How to find and call somebody."""

    phone: str
    address: str


@api.operation("GET", "/api/v1/halls/{hall}/visits", DayForm, VisitDayView)
async def day_sheet(call: Call[DayForm]) -> VisitDayView:
    """上门单: the routes of a day in order, with times."""
    return await _sheet(call, HallCode(call.form.hall), call.form.day)


@api.operation("POST", "/api/v1/halls/{hall}/visits/plan", DayForm, VisitDayView, refuses=("stale",))
async def plan(call: Call[DayForm]) -> VisitDayView:
    """排路线: sought anew when something has changed since."""
    hall, day = HallCode(call.form.hall), call.form.day
    await call.desk.visits.plan(OnDay(call.caller, hall, day))
    return await _sheet(call, hall, day)


@api.operation("POST", "/api/v1/halls/{hall}/visits/crew", CrewForm, VisitDayView, refuses=("stale",))
async def crew(call: Call[CrewForm]) -> VisitDayView:
    """派人: who goes that day."""
    form = call.form
    hall, clerks = HallCode(form.hall), tuple(map(AccountCode, form.clerks))
    await call.desk.visits.name_crew(NameCrew(call.caller, hall, form.day, clerks))
    return await _sheet(call, hall, form.day)


@api.operation(
    "POST", "/api/v1/visits/{appointment}/pin", PinForm, VisitDayView, refuses=("visit_not_placed", "stale")
)
async def pin(call: Call[PinForm]) -> VisitDayView:
    """指定: by whom, and as which stop; refused when the day cannot be kept so."""
    form = call.form
    clerk = AccountCode(form.clerk) if form.clerk else None
    cmd = PinVisit(call.caller, AppointmentId(form.appointment), clerk, form.position)
    planned = await call.desk.visits.pin(cmd)
    return await _sheet(call, planned.hall, planned.day)


@api.operation(
    "POST", "/api/v1/visits/{appointment}/swap", SwapForm, VisitDayView, refuses=("visit_not_placed", "stale")
)
async def swap(call: Call[SwapForm]) -> VisitDayView:
    """对调: each goes to the other's clerk and turn."""
    form = call.form
    first, second = AppointmentId(form.appointment), AppointmentId(form.other)
    planned = await call.desk.visits.swap(SwapVisits(call.caller, first, second, call.key))
    return await _sheet(call, planned.hall, planned.day)


@api.operation("POST", "/api/v1/visits/{appointment}/contact", VisitForm, ContactView)
async def contact(call: Call[VisitForm]) -> ContactView:
    """联系方式: telephone and address for the crew; the look is audited."""
    found = await call.desk.visits.contact(call.caller, AppointmentId(call.form.appointment))
    return ContactView(phone=found.phone, address=found.address)


@api.operation(
    "POST", "/api/v1/visits/{appointment}/end", EndForm, VisitDayView, refuses=("stale", "not_now")
)
async def end(call: Call[EndForm]) -> VisitDayView:
    """上门结果: 办好了 or 家里没人."""
    form = call.form
    cmd = EndVisit(call.caller, AppointmentId(form.appointment), form.version, form.end, call.key)
    ended = await call.desk.visits.end(cmd)
    return await _sheet(call, ended.hall, ended.start.astimezone(SHANGHAI).date())


async def _sheet(call: Call[FormT], hall: HallCode, day: date) -> VisitDayView:
    return _shown(await call.desk.visits.sheet(OnDay(call.caller, hall, day)))


def _shown(sheet: VisitSheet) -> VisitDayView:
    plan = sheet.day.plan
    routes = plan.routes if plan else ()
    placed = {stop.visit for route in routes for stop in route.stops}
    why = {left.visit: left.words for left in plan.left_out} if plan else {}
    names = {clerk.code: clerk.name for clerk in sheet.able}
    going = {clerk.code for clerk in sheet.crew}
    return VisitDayView(
        hall=sheet.hall.code,
        hall_name=sheet.hall.name,
        day=sheet.day.day,
        day_text=day_text(sheet.day.day),
        planned=plan is not None,
        fresh=sheet.fresh,
        routes=[_route(sheet, route, names) for route in routes],
        unplaced=[
            _visit(sheet, a, None, why.get(a.id, ""))
            for a in sheet.appointments.values()
            if a.id not in placed
        ],
        clerks=[ClerkView(code=c.code, name=c.name, going=c.code in going) for c in sheet.able],
    )


def _route(sheet: VisitSheet, route: Route, names: dict[AccountCode, str]) -> RouteView:
    # Between a cancellation and the next plan a stop may name a visit that is no more.
    known = [(sheet.appointments[s.visit], s) for s in route.stops if s.visit in sheet.appointments]
    return RouteView(
        clerk=route.clerk,
        clerk_name=names.get(route.clerk, route.clerk),
        depart=_clock(route.depart),
        back=_clock(route.back),
        pause=_span(route.pause),
        travel_minutes=route.travel_minutes,
        stops=[_visit(sheet, appointment, stop, "") for appointment, stop in known],
    )


def _visit(sheet: VisitSheet, appointment: Appointment, stop: Stop | None, why_not: str) -> VisitView:
    order = sheet.orders.get(appointment.id)
    village = sheet.villages.get(appointment.person)
    return VisitView(
        appointment=appointment.id,
        number=appointment.number,
        version=appointment.version,
        service=appointment.service_name,
        person_name=mask_name(sheet.people[appointment.person].name),
        village=f"{village.township_name}{village.short_name}" if village else "没有登记村（社区）",
        wished=_span(Window(appointment.start, appointment.end)),
        promised=_span(order.promised if order else None),
        arrive=_clock(stop.arrive) if stop else "",
        begin=_clock(stop.begin) if stop else "",
        leave=_clock(stop.leave) if stop else "",
        pinned_to=order.pinned_to if order else None,
        pinned_at=order.pinned_at if order else None,
        state=appointment.state.value,
        state_text=APPOINTMENT_WORDS[appointment.state],
        why_not=why_not,
    )


def _clock(instant: datetime) -> str:
    return f"{instant.astimezone(SHANGHAI):%H:%M}"


def _span(window: Window | None) -> str:
    return f"{_clock(window.start)}–{_clock(window.end)}" if window else ""
