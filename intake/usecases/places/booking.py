"""Booking (预约): find a place, take it, give it back. Every place exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from intake.errors import AlreadyBooked, NotFound, NotNow, SlotFull, SlotPast
from intake.model.authority import Belonging, Verb, require
from intake.model.booking import Appointment, AppointmentState, Slot
from intake.model.calendar import local_day, local_text
from intake.model.case import CASE_WORDS, Case, CaseState
from intake.model.catalogue import CounterGroup, ServiceItem, Way
from intake.model.ids import AppointmentId, CaseId, HallCode, IntentKey, PersonId, ServiceCode, SlotId
from intake.model.leaving import AuditEntry, Outgoing, Topic
from intake.model.people import Caller
from intake.model.places import Hall, OfferKind
from intake.ports import Tools, Uow
from intake.usecases.cases.drafting import require_offered
from intake.usecases.intents import once
from intake.usecases.people.mandates import require_may_act

_NEAREST = 3
_KIND_WORDS = {
    OfferKind.RESERVED: "预约",
    OfferKind.STAGGERED: "错时",
    OfferKind.AFTER_HOURS: "延时",
    OfferKind.HOME_VISIT: "上门",
    OfferKind.KIOSK: "自助",
}
# A home visit or a kiosk is asked for by name; "when is there a place at the hall?" means one of these.
AT_THE_COUNTER = frozenset({OfferKind.RESERVED, OfferKind.STAGGERED, OfferKind.AFTER_HOURS})


@dataclass(frozen=True, slots=True)
class FindSlots:
    """Free places for an item: at some halls or all, from an instant on."""

    service_code: ServiceCode
    halls: frozenset[HallCode] | None = None
    after: datetime | None = None
    before: datetime | None = None
    kinds: frozenset[OfferKind] | None = None
    limit: int = 200


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
class CancelAppointment:
    """Give the place back."""

    caller: Caller
    appointment: AppointmentId
    key: IntentKey | None = None


def slot_text(slot: Slot, hall: Hall) -> str:
    """A place as people read it: 11月28日（星期六）09:00 安文街道便民服务中心（预约）."""
    return f"{local_text(slot.start)} {hall.name}（{_KIND_WORDS[slot.kind]}）"


async def find_slots(cmd: FindSlots, *, tools: Tools) -> tuple[Slot, ...]:
    """Places somebody could book now, soonest first; only at halls that take the item."""
    now = tools.clock.now()
    async with tools.open_view() as view:
        item = await view.catalogue.current(cmd.service_code, local_day(now))
        halls = [
            h for h in await view.places.halls() if _takes(item, h) and (not cmd.halls or h.code in cmd.halls)
        ]
        return await _free(view, item, halls, cmd, now)


async def book_appointment(cmd: BookAppointment, *, tools: Tools) -> Appointment:
    """Take one place for the person, or raise the refusal a clerk would speak."""
    async with tools.open_uow() as uow:
        return await once(
            uow,
            cmd.caller,
            cmd.key,
            "book",
            act=lambda: _book(uow, cmd, tools),
            again=lambda found: uow.appointments.get(AppointmentId(found)),
            name=lambda done: done.id,
        )


async def cancel_appointment(cmd: CancelAppointment, *, tools: Tools) -> Appointment:
    """Cancel while the person has not come; the place is free again in the same breath."""
    async with tools.open_uow() as uow:
        return await once(
            uow,
            cmd.caller,
            cmd.key,
            "cancel",
            act=lambda: _cancel(uow, cmd, tools),
            again=lambda found: uow.appointments.get(AppointmentId(found)),
            name=lambda done: done.id,
        )


async def my_appointments(caller: Caller, *, tools: Tools) -> tuple[Appointment, ...]:
    """The caller's own appointments and those made for others, next first."""
    async with tools.open_view() as view:
        booked = await view.appointments.booked_by(caller.code)
        mine = await view.appointments.of_person(caller.account.person) if caller.account.person else ()
    found = {appointment.id: appointment for appointment in (*booked, *mine)}
    return tuple(sorted(found.values(), key=lambda appointment: appointment.start))


async def _cancel(uow: Uow, cmd: CancelAppointment, tools: Tools) -> Appointment:
    appointment = await uow.appointments.get(cmd.appointment)
    about = Belonging(appointment.person, appointment.booked_by, hall=appointment.hall)
    require(cmd.caller, Verb.CANCEL_BOOKING, about)
    if appointment.state is not AppointmentState.BOOKED:
        raise NotNow(what=f"预约{appointment.number}", state=APPOINTMENT_WORDS[appointment.state])
    saved = await uow.appointments.save(replace(appointment, state=AppointmentState.CANCELLED))
    await uow.slots.release(appointment.slot, online=True)
    await _trail(uow, saved, cmd.caller, "cancel", tools.clock.now())
    return saved


async def _book(uow: Uow, cmd: BookAppointment, tools: Tools) -> Appointment:
    now = tools.clock.now()
    person = await uow.people.person(cmd.person)
    today = local_day(now)
    await require_may_act(uow, cmd.caller, Verb.BOOK, person, cmd.service_code, today)
    item = await uow.catalogue.current(cmd.service_code, today)
    slot = await uow.slots.get(cmd.slot)
    hall = await uow.places.hall(slot.hall)
    await require_offered(uow, item, hall)
    if slot.group is not serving_group(item, hall):
        raise NotFound(what="号源")
    await _refuse_second(uow, cmd)
    if not slot.bookable_at(now):
        raise SlotPast(when=local_text(slot.start))
    claimed = await uow.slots.claim(slot.id, online=True)
    if claimed is None:
        raise await _full(uow, item, slot, now)
    appointment = _appointment(
        AppointmentId(tools.ids.new()), await _number(uow, now), cmd, claimed, item, now
    )
    await uow.appointments.add(appointment)
    if cmd.case is not None:
        await _tie(uow, cmd.case, appointment)
    await _trail(uow, appointment, cmd.caller, "book", now)
    return appointment


async def _refuse_second(uow: Uow, cmd: BookAppointment) -> None:
    live = await uow.appointments.live_for(cmd.person, cmd.service_code)
    if live is None:
        return
    hall = await uow.places.hall(live.hall)
    raise AlreadyBooked(
        service=live.service_name,
        when=local_text(live.start),
        hall=hall.name,
        number=live.number,
        appointment=live.id,
    )


async def _tie(uow: Uow, case_id: CaseId, appointment: Appointment) -> Case:
    case = await uow.cases.get(case_id)
    if (case.applicant, case.service_code) != (appointment.person, appointment.service_code):
        raise NotFound(what="办件")
    if case.state not in {CaseState.DRAFT, CaseState.SUBMITTED}:
        raise NotNow(what=f"办件{case.number}", state=CASE_WORDS[case.state])
    return await uow.cases.save(replace(case, appointment=appointment.id, hall=appointment.hall))


async def _full(uow: Uow, item: ServiceItem, slot: Slot, now: datetime) -> SlotFull:
    """The refusal with the nearest free places: first the same hall, around the wished time; then the other halls."""
    halls = {h.code: h for h in await uow.places.halls() if _takes(item, h)}
    wish = FindSlots(item.code, after=max(now, slot.start - timedelta(days=1)))
    same = await _free(uow, item, [halls[slot.hall]], wish, now)
    elsewhere = await _free(uow, item, [h for h in halls.values() if h.code != slot.hall], wish, now)
    nearest = (*_around(same, slot.start)[: _NEAREST - 1], *_around(elsewhere, slot.start))[:_NEAREST]
    texts = [slot_text(near, halls[near.hall]) for near in nearest]
    return SlotFull(
        when=local_text(slot.start),
        nearest="".join(f"{text}；" for text in texts) or "近两周暂无空位，可留言登记；",
        alternatives=tuple(zip(texts, (near.id for near in nearest), strict=True)),
    )


def _around(slots: Sequence[Slot], wished: datetime) -> list[Slot]:
    return sorted(slots, key=lambda slot: abs(slot.start - wished))


def _takes(item: ServiceItem, hall: Hall) -> bool:
    return item.availability.at(hall.code, hall.level) is not Way.NOT_HERE


def serving_group(item: ServiceItem, hall: Hall) -> CounterGroup:
    """The counters of a hall that take an item: its own group where the hall has one, else the comprehensive area."""
    return item.counter_group if item.counter_group in hall.groups() else CounterGroup.COMPREHENSIVE


async def _free(
    uow: Uow, item: ServiceItem, halls: Sequence[Hall], cmd: FindSlots, now: datetime
) -> tuple[Slot, ...]:
    found: list[Slot] = []
    for group in sorted({serving_group(item, hall) for hall in halls}):
        codes = {hall.code for hall in halls if serving_group(item, hall) is group}
        found += await uow.slots.free(
            group=group,
            now=now,
            after=max(now, cmd.after or now),
            before=cmd.before,
            halls=codes,
            kinds=cmd.kinds or AT_THE_COUNTER,
            limit=cmd.limit,
        )
    return tuple(sorted(found, key=lambda slot: (slot.start, slot.hall)))[: cmd.limit]


def _appointment(
    appointment: AppointmentId,
    number: str,
    cmd: BookAppointment,
    slot: Slot,
    item: ServiceItem,
    now: datetime,
) -> Appointment:
    return Appointment(
        id=appointment,
        number=number,
        slot=slot.id,
        hall=slot.hall,
        group=slot.group,
        kind=slot.kind,
        start=slot.start,
        end=slot.end,
        person=cmd.person,
        booked_by=cmd.caller.code,
        service_code=item.code,
        service_name=item.name,
        case=cmd.case,
        state=AppointmentState.BOOKED,
        version=1,
        booked_at=now,
    )


async def _number(uow: Uow, now: datetime) -> str:
    day = local_day(now)
    return f"YY{day:%Y%m%d}{await uow.numbers.next(f'appointment:{day:%Y%m%d}'):05d}"


async def _trail(uow: Uow, appointment: Appointment, caller: Caller, act: str, at: datetime) -> None:
    entry = AuditEntry(
        f"appointment.{act}",
        caller.code,
        caller.door,
        at,
        person=appointment.person,
        facts={"number": appointment.number},
    )
    await uow.leaving.audit(entry)
    await uow.leaving.beat(appointment.hall)
    account = await uow.people.account_of(appointment.person)
    hall = await uow.places.hall(appointment.hall)
    told = {
        "number": appointment.number,
        "service": appointment.service_name,
        "when": local_text(appointment.start),
        "hall": hall.name,
        "address": hall.address,
    }
    for receiver in sorted({appointment.booked_by, *([account.code] if account else [])}):
        message = Outgoing(
            Topic.NOTICE, f"appointment:{appointment.id}", f"appointment_{act}", receiver, told
        )
        await uow.leaving.send(message)


APPOINTMENT_WORDS = {
    AppointmentState.BOOKED: "已预约",
    AppointmentState.CHECKED_IN: "已到场取号",
    AppointmentState.CANCELLED: "已取消",
    AppointmentState.NO_SHOW: "未到场",
    AppointmentState.KEPT: "已办理",
}
