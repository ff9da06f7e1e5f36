"""Booking over HTTP: free places, taking one, giving it back, and the calendar file."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated, Protocol

from aiohttp import web
from pydantic import Field

from intake.errors import NotFound
from intake.model.booking import Appointment
from intake.model.calendar import SHANGHAI
from intake.model.ids import AppointmentId, CaseId, HallCode, PersonId, ServiceCode, SlotId
from intake.model.places import Hall, OfferKind
from intake.usecases.places.booking import BookAppointment, CancelAppointment, FindSlots
from miniapp_api.county import County
from miniapp_api.forms import Code, SlotCode
from miniapp_api.typed import Api, Call, Form, NoForm, OpenTo, View
from miniapp_api.views import AppointmentView, SlotView

api = Api("booking")


class CalendarPaper(Protocol):
    """Writes an appointment as an .ics file."""

    def __call__(self, appointment: Appointment, hall: Hall) -> bytes: ...


CALENDAR_PAPER: web.AppKey[CalendarPaper] = web.AppKey("calendar_paper", CalendarPaper)


class SlotsForm(Form):
    """Which item, and where and when it would suit."""

    item: Code
    hall: Code | None = None
    first_day: Annotated[date | None, Field(alias="from")] = None
    last_day: Annotated[date | None, Field(alias="to")] = None
    kind: OfferKind | None = None
    person: Code | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class BookingForm(Form):
    """Which place for which matter; a proxy or a clerk names the person."""

    slot_id: SlotCode
    service_code: Code
    person_id: Code | None = None
    case_id: Code | None = None


class AppointmentForm(Form):
    """Which appointment."""

    appointment: Code


class HallDayForm(Form):
    """Which hall's day; today when none is named."""

    hall: Code
    day: date | None = None


class SlotsView(View):
    """Free places, soonest first."""

    slots: list[SlotView]


class AppointmentsView(View):
    """Appointments, next first."""

    appointments: list[AppointmentView]


@api.operation("GET", "/api/v1/slots", SlotsForm, SlotsView, open_to=OpenTo.ALL, refuses=("unknown_service",))
async def slots(call: Call[SlotsForm]) -> SlotsView:
    """可约时间: free places for an item, soonest first, at one hall or all; for somebody the caller may act for."""
    form, caller = call.form, call.known
    person = PersonId(form.person) if form.person and caller else None
    if caller is not None and person is not None:
        await call.desk.people.person_of(caller, person)
    cmd = FindSlots(
        ServiceCode(form.item),
        frozenset({HallCode(form.hall)}) if form.hall else None,
        _start(form.first_day),
        _start(form.last_day + timedelta(days=1)) if form.last_day and form.last_day < date.max else None,
        frozenset({form.kind}) if form.kind else None,
        form.limit,
        caller,
        person,
    )
    found = await call.desk.places.find_slots(cmd)
    county = await County.of(call.desk, call.county)
    return SlotsView(slots=[SlotView.of(slot, county.halls) for slot in found])


@api.operation(
    "POST",
    "/api/v1/appointments",
    BookingForm,
    AppointmentView,
    status=201,
    refuses=("unknown_service", "slot_full", "slot_past", "already_booked", "not_offered_here"),
)
async def book(call: Call[BookingForm]) -> AppointmentView:
    """预约: 201 booked, 404 ``unknown_service``, 409 ``slot_full`` with the nearest free places."""
    form = call.form
    person = form.person_id or call.caller.account.person
    if person is None:
        raise NotFound(what="申请人")
    case = CaseId(form.case_id) if form.case_id else None
    cmd = BookAppointment(
        call.caller, PersonId(person), ServiceCode(form.service_code), SlotId(form.slot_id), case, call.key
    )
    appointment = await call.desk.places.book(cmd)
    return (await County.of(call.desk, call.county)).appointment(appointment)


@api.operation("GET", "/api/v1/appointments", NoForm, AppointmentsView)
async def appointments(call: Call[NoForm]) -> AppointmentsView:
    """我的预约: the caller's own and those made for others."""
    mine = await call.desk.places.my_appointments(call.caller)
    county = await County.of(call.desk, call.county)
    return AppointmentsView(appointments=[county.appointment(appointment) for appointment in mine])


@api.operation("GET", "/api/v1/halls/{hall}/appointments", HallDayForm, AppointmentsView)
async def at_hall(call: Call[HallDayForm]) -> AppointmentsView:
    """中心某天的预约: for the hall's own staff, in order of time, whatever became of them."""
    day = call.form.day or call.desk.today
    found = await call.desk.places.appointments_at(call.caller, HallCode(call.form.hall), day)
    county = await County.of(call.desk)
    return AppointmentsView(appointments=[county.appointment(appointment) for appointment in found])


@api.operation("POST", "/api/v1/appointments/{appointment}/cancel", AppointmentForm, AppointmentView)
async def cancel(call: Call[AppointmentForm]) -> AppointmentView:
    """取消预约: the place is free again at once."""
    cancelled = await call.desk.places.cancel(
        CancelAppointment(call.caller, AppointmentId(call.form.appointment), call.key)
    )
    return (await County.of(call.desk, call.county)).appointment(cancelled)


@api.raw("GET", "/api/v1/appointments/{appointment}/calendar.ics", AppointmentForm, "text/calendar")
async def calendar_file(call: Call[AppointmentForm]) -> web.StreamResponse:
    """日历文件: the appointment for the phone's own calendar."""
    mine = await call.desk.places.my_appointments(call.caller)
    found = next((a for a in mine if a.id == call.form.appointment), None)
    if found is None:
        raise NotFound
    county = await County.of(call.desk, call.county)
    body = call.request.app[CALENDAR_PAPER](found, county.halls[found.hall])
    headers = {"Content-Disposition": f'attachment; filename="{found.number}.ics"'}
    return web.Response(body=body, content_type="text/calendar", charset="utf-8", headers=headers)


def _start(day: date | None) -> datetime | None:
    return datetime.combine(day, time.min, SHANGHAI) if day else None
