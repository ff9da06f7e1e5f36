"""Holds, moves, lines and "when is the soonest?" over HTTP."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated

from pydantic import Field

from intake.errors import NotFound
from intake.model.booking import Hold, HoldState
from intake.model.calendar import SHANGHAI, local_text
from intake.model.ids import AppointmentId, CaseId, HallCode, HoldId, PersonId, ServiceCode, SlotId, WaitingId
from intake.model.people import Caller
from intake.model.places import KIND_WORDS, OfferKind
from intake.model.waiting import WAITING_WORDS
from intake.usecases.places.absences import ForgiveAbsence
from intake.usecases.places.booking import ConfirmHold, HoldPlace, MoveAppointment, ReleaseHold
from intake.usecases.places.lines import InLine, JoinLine, LeaveLine
from intake.usecases.places.soonest import FindSoonest, Soonest
from miniapp_api.county import County
from miniapp_api.forms import Code, SlotCode, Words
from miniapp_api.typed import Api, Call, Form, NoForm, View
from miniapp_api.views import AppointmentView, SlotView, local

api = Api("booking")


class PlaceForm(Form):
    """Which place is kept for which matter; a proxy or a clerk names the person."""

    slot_id: SlotCode
    service_code: Code
    person_id: Code | None = None
    case_id: Code | None = None


class HoldForm(Form):
    """Which hold."""

    hold: Code


class MoveForm(Form):
    """Which appointment goes where."""

    appointment: Code
    slot_id: SlotCode


class ForgiveForm(Form):
    """Which absence is forgiven, and why."""

    appointment: Code
    reason: Words


class LineForm(Form):
    """Where, between which days and for which matter somebody waits for a place."""

    service_code: Code
    hall: Code
    first_day: date
    last_day: date
    kind: OfferKind | None = None
    person_id: Code | None = None


class EntryForm(Form):
    """Which entry."""

    entry: Code


class SoonestForm(Form):
    """Which item, and for whom."""

    item: Code
    person: Code | None = None
    limit: Annotated[int, Field(ge=1, le=30)] = 8


class HoldView(View):
    """A place that is kept until an instant. `seconds_left` spares the page a clock of its own."""

    id: str
    purpose: str
    slot: str
    hall: str
    hall_name: str
    kind: str
    kind_text: str
    start: str
    end: str
    when_text: str
    service_code: str
    service_name: str
    person_id: str
    state: str
    expires_at: str
    until_text: str
    seconds_left: int
    appointment_id: str | None

    @classmethod
    def of(cls, hold: Hold, county: County, now: datetime) -> HoldView:
        """The hold as it counts now."""
        lapsed = hold.state is HoldState.HELD and not hold.live_at(now)
        return cls(
            id=hold.id,
            purpose=hold.purpose,
            slot=hold.slot,
            hall=hold.hall,
            hall_name=county.halls[hold.hall].name,
            kind=hold.kind,
            kind_text=KIND_WORDS[hold.kind],
            start=local(hold.start),
            end=local(hold.end),
            when_text=local_text(hold.start),
            service_code=hold.service_code,
            service_name=hold.service_name,
            person_id=hold.person,
            state=HoldState.LAPSED if lapsed else hold.state,
            expires_at=local(hold.expires_at),
            until_text=local_text(hold.expires_at),
            seconds_left=max(0, int((hold.expires_at - now).total_seconds())),
            appointment_id=hold.appointment,
        )


class HoldsView(View):
    """What is held for the caller's own matters, next first."""

    holds: list[HoldView]


class WaitingView(View):
    """An entry in a line: `position` 1 is next, by `rule_text`; `offer` is the place to answer for."""

    id: str
    service_code: str
    service_name: str
    hall: str
    hall_name: str
    first_day: str
    last_day: str
    state: str
    state_text: str
    person_id: str
    joined_text: str
    position: int
    position_text: str
    rule_text: str
    offer: HoldView | None

    @classmethod
    def of(cls, seen: InLine, county: County, now: datetime) -> WaitingView:
        """The entry with its position in words."""
        entry = seen.entry
        last = entry.before - timedelta(seconds=1)
        return cls(
            id=entry.id,
            service_code=entry.service_code,
            service_name=entry.service_name,
            hall=entry.hall,
            hall_name=county.halls[entry.hall].name,
            first_day=local(entry.after)[:10],
            last_day=local(last)[:10],
            state=entry.state,
            state_text=WAITING_WORDS[entry.state],
            person_id=entry.person,
            joined_text=local_text(entry.joined_at),
            position=seen.position,
            position_text="有号了，请在时限内答复" if seen.offer else f"您排第{seen.position}位",
            rule_text=seen.in_words,
            offer=HoldView.of(seen.offer, county, now) if seen.offer else None,
        )


class WaitingsView(View):
    """Where the caller stands in line."""

    waiting: list[WaitingView]


class SoonestPlace(View):
    """A place with how far it is and why it stands where it stands."""

    slot: SlotView
    km: float | None
    why: list[str]
    address: str

    @classmethod
    def of(cls, found: Soonest, county: County) -> SoonestPlace:
        """The place as the page shows it."""
        return cls(
            slot=SlotView.of(found.slot, county.halls),
            km=found.km,
            why=list(found.why),
            address=found.hall.address,
        )


class SoonestView(View):
    """The soonest place of each hall and kind, best first."""

    places: list[SoonestPlace]


@api.operation(
    "GET",
    "/api/v1/soonest",
    SoonestForm,
    SoonestView,
    refuses=("unknown_service", "booked_out", "paused"),
)
async def soonest(call: Call[SoonestForm]) -> SoonestView:
    """最早能办: over all halls, kinds and days, ranked by time and way; only what the person would be granted."""
    form = call.form
    person = PersonId(form.person) if form.person else None
    if person is not None:
        await call.desk.people.person_of(call.caller, person)
    cmd = FindSoonest(ServiceCode(form.item), call.caller, person, form.limit)
    found = await call.desk.places.soonest(cmd)
    county = await County.of(call.desk, call.county)
    return SoonestView(places=[SoonestPlace.of(one, county) for one in found])


@api.operation(
    "POST",
    "/api/v1/holds",
    PlaceForm,
    HoldView,
    status=201,
    refuses=(
        "slot_full",
        "slot_past",
        "already_booked",
        "booked_out",
        "paused",
        "cooling_down",
        "not_this_way",
    ),
)
async def hold(call: Call[PlaceForm]) -> HoldView:
    """留号: the place is kept for a few minutes; the same place again is the same hold."""
    form = call.form
    held = await call.desk.places.hold(
        HoldPlace(
            call.caller,
            _for_whom(call.caller, form.person_id),
            ServiceCode(form.service_code),
            SlotId(form.slot_id),
            CaseId(form.case_id) if form.case_id else None,
            call.key,
        )
    )
    return HoldView.of(held, await County.of(call.desk, call.county), call.desk.now)


@api.operation("GET", "/api/v1/holds", NoForm, HoldsView)
async def holds(call: Call[NoForm]) -> HoldsView:
    """我的留号: choices, offers from a line, and what stands in for a place that closes."""
    mine = await call.desk.places.my_holds(call.caller)
    county, now = await County.of(call.desk, call.county), call.desk.now
    return HoldsView(holds=[HoldView.of(one, county, now) for one in mine])


@api.operation("POST", "/api/v1/holds/{hold}/confirm", HoldForm, AppointmentView, refuses=("hold_over",))
async def confirm(call: Call[HoldForm]) -> AppointmentView:
    """确认: the hold becomes the appointment; a second click shows it again."""
    done = await call.desk.places.confirm(ConfirmHold(call.caller, HoldId(call.form.hold), call.key))
    return (await County.of(call.desk, call.county)).appointment(done)


@api.operation("POST", "/api/v1/holds/{hold}/release", HoldForm, HoldView)
async def release(call: Call[HoldForm]) -> HoldView:
    """不要了: the place goes to the line, or is free, at once."""
    done = await call.desk.places.release(ReleaseHold(call.caller, HoldId(call.form.hold), call.key))
    return HoldView.of(done, await County.of(call.desk, call.county), call.desk.now)


@api.operation(
    "POST",
    "/api/v1/appointments/{appointment}/move",
    MoveForm,
    AppointmentView,
    refuses=("slot_full", "slot_past", "moved_enough", "not_now"),
)
async def move(call: Call[MoveForm]) -> AppointmentView:
    """改时间: the new place is taken and the old one given back as one act; otherwise all stays."""
    form = call.form
    cmd = MoveAppointment(call.caller, AppointmentId(form.appointment), SlotId(form.slot_id), call.key)
    return (await County.of(call.desk, call.county)).appointment(await call.desk.places.move(cmd))


@api.operation("POST", "/api/v1/appointments/{appointment}/forgive", ForgiveForm, AppointmentView)
async def forgive(call: Call[ForgiveForm]) -> AppointmentView:
    """不算爽约: an absence with a good reason does not count."""
    form = call.form
    cmd = ForgiveAbsence(call.caller, AppointmentId(form.appointment), form.reason, call.key)
    return (await County.of(call.desk, call.county)).appointment(await call.desk.places.forgive_absence(cmd))


@api.operation(
    "POST",
    "/api/v1/waiting",
    LineForm,
    WaitingView,
    status=201,
    refuses=("places_free", "already_waiting", "already_booked"),
)
async def join(call: Call[LineForm]) -> WaitingView:
    """排队等号: first come, first offered; 409 ``places_free`` when nobody needs to wait."""
    form = call.form
    cmd = JoinLine(
        call.caller,
        _for_whom(call.caller, form.person_id),
        ServiceCode(form.service_code),
        HallCode(form.hall),
        datetime.combine(form.first_day, time.min, SHANGHAI),
        datetime.combine(min(form.last_day, _LAST_DAY), time.min, SHANGHAI) + timedelta(days=1),
        form.kind,
        None,
        call.key,
    )
    seen = await call.desk.places.join_line(cmd)
    return WaitingView.of(seen, await County.of(call.desk, call.county), call.desk.now)


@api.operation("GET", "/api/v1/waiting", NoForm, WaitingsView)
async def waiting(call: Call[NoForm]) -> WaitingsView:
    """我的候补: position, and the offer to answer."""
    mine = await call.desk.places.my_lines(call.caller)
    county, now = await County.of(call.desk, call.county), call.desk.now
    return WaitingsView(waiting=[WaitingView.of(one, county, now) for one in mine])


@api.operation("POST", "/api/v1/waiting/{entry}/leave", EntryForm, WaitingsView)
async def leave(call: Call[EntryForm]) -> WaitingsView:
    """不等了: an open offer goes to the next in line at once."""
    await call.desk.places.leave_line(LeaveLine(call.caller, WaitingId(call.form.entry), call.key))
    mine = await call.desk.places.my_lines(call.caller)
    county, now = await County.of(call.desk, call.county), call.desk.now
    return WaitingsView(waiting=[WaitingView.of(one, county, now) for one in mine])


_LAST_DAY = date(9999, 12, 30)


def _for_whom(caller: Caller, person: str | None) -> PersonId:
    found = person or caller.account.person
    if found is None:
        raise NotFound(what="申请人")
    return PersonId(found)
