"""At the kiosk (自助办理): the same verbs as at a counter, for whoever's card lies on the machine, and nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from intake.errors import NoCardRead, NotAtKiosk, NotFound, NotNow
from intake.model.authority import Belonging, Verb, require
from intake.model.booking import Appointment, AppointmentState
from intake.model.calendar import SHANGHAI, local_day
from intake.model.case import CASE_WORDS, Case, CaseState, Delivery
from intake.model.ids import AppointmentId, CaseId, HallCode, IntentKey, ServiceCode, TicketId
from intake.model.kiosk import STAYS, SlipKind, Visitor
from intake.model.people import Caller, Person
from intake.model.queue import NAMELESS, OVER, Ticket
from intake.model.tray import LaidCard
from intake.ports import Tools, Uow
from intake.usecases.cases.acting import keep
from intake.usecases.cases.tray import FromKiosk, OpenWalkIn, WalkIn, open_walk_in
from intake.usecases.intents import once
from intake.usecases.kiosk.printing import queue_slip, ticket_facts
from intake.usecases.kiosk.recording import item_here
from intake.usecases.queue.arriving import CheckIn, TakeNumber, check_in, take_number
from intake.usecases.queue.calling import ChangeTicket, TicketAct, change_ticket
from intake.usecases.trail import audit, leave_trail, notify


@dataclass(frozen=True, slots=True)
class ArriveHere:
    """Somebody booked is here: by the code on their phone, or by the card that lies on the machine.

    The code is the appointment's id, which nobody can guess; the number people read aloud opens nothing here.
    """

    caller: Caller
    code: AppointmentId | None = None
    key: IntentKey | None = None


@dataclass(frozen=True, slots=True)
class TakeNumberHere:
    """A number for whoever stands there: the card's holder, or somebody without a card."""

    caller: Caller
    service_code: ServiceCode | None = None
    key: IntentKey | None = None


@dataclass(frozen=True, slots=True)
class StartHere:
    """Hand a matter in with the card and the pages that lie on the machine."""

    caller: Caller
    service_code: ServiceCode
    key: IntentKey | None = None


@dataclass(frozen=True, slots=True)
class CollectHere:
    """The card's holder takes the result of an own case."""

    caller: Caller
    case: CaseId
    key: IntentKey | None = None


async def visitor(caller: Caller, *, tools: Tools) -> Visitor | None:
    """Whose card lies on the machine, with what is theirs; None when nobody's does. Every look is audited once a card."""
    hall = _kiosk_hall(caller)
    async with tools.open_view() as view:
        card = await _card(view, caller, tools)
        return None if card is None else await _visitor(view, card, hall, tools)


async def step_away(caller: Caller, *, tools: Tools) -> None:
    """The machine forgets who stood there: by the person's own press, or because nobody touched it any more."""
    _kiosk_hall(caller)
    async with tools.open_uow() as uow:
        if await uow.trays.lift_from(caller.code):
            await audit(uow, caller, "kiosk.step_away", tools.clock.now())
            await uow.commit()


async def arrive_here(cmd: ArriveHere, *, tools: Tools) -> Ticket:
    """Check in by code or by card; the slip comes once, the number is the same however often it is asked."""
    _kiosk_hall(cmd.caller)
    number = await (_coded(cmd.code, tools) if cmd.code else _booked_today(cmd.caller, tools))
    ticket = await check_in(CheckIn(cmd.caller, number, cmd.key), tools=tools)
    await _print_ticket(cmd.caller, ticket, tools)
    return ticket


async def take_number_here(cmd: TakeNumberHere, *, tools: Tools) -> Ticket:
    """A number from the machine; who has one already for the same matter gets that one, and no second slip."""
    hall = _kiosk_hall(cmd.caller)
    async with tools.open_view() as view:
        card = await _card(view, cmd.caller, tools)
    person, holder = (card.person, "") if card else (None, NAMELESS)
    wanted = TakeNumber(cmd.caller, hall, cmd.service_code, person, holder, cmd.key)
    ticket = await take_number(wanted, tools=tools)
    await _print_ticket(cmd.caller, ticket, tools)
    return ticket


async def come_back_here(caller: Caller, ticket: TicketId, *, tools: Tools) -> Ticket:
    """The card's holder was missed and is here now."""
    _kiosk_hall(caller)
    async with tools.open_view() as view:
        found = await view.tickets.get(ticket)
        card = await _card(view, caller, tools)
    if card is None:
        raise NoCardRead
    if found.person != card.person:
        raise NotFound
    return await change_ticket(ChangeTicket(caller, ticket, found.version, TicketAct.COME_BACK), tools=tools)


async def start_here(cmd: StartHere, *, tools: Tools) -> WalkIn:
    """Open and hand in a case, if the machine can; otherwise it says who can and gives the way there."""
    hall = _kiosk_hall(cmd.caller)
    async with tools.open_view() as view:
        item = await view.catalogue.current(cmd.service_code, local_day(tools.clock.now()))
        able = await item_here(view, cmd.caller, cmd.service_code, tools)
        name = (await view.places.hall(hall)).name
    if able is None or not able.start:
        raise NotAtKiosk(service=item.name, hall=name, alternatives=(("取号到窗口办", "take_number"),))
    opened = await open_walk_in(
        OpenWalkIn(cmd.caller, cmd.service_code, FromKiosk(cmd.caller.code), cmd.key), tools=tools
    )
    facts = {"number": opened.case.number, "service": opened.case.service_name, "hall": name}
    await _print(cmd.caller, SlipKind.CASE, opened.case.id, facts, tools)
    return opened


async def collect_here(cmd: CollectHere, *, tools: Tools) -> Case:
    """Give the card's holder the result of an own case; the card stands for the collection code."""
    _kiosk_hall(cmd.caller)
    async with tools.open_uow() as uow:
        return await once(
            uow,
            cmd.caller,
            cmd.key,
            f"collect:{cmd.case}",
            act=lambda: _collect(uow, cmd, tools),
            again=lambda found: uow.cases.get(CaseId(found)),
            name=lambda done: done.id,
        )


async def _collect(uow: Uow, cmd: CollectHere, tools: Tools) -> Case:
    now = tools.clock.now()
    case = await uow.cases.get(cmd.case)
    card = await _card(uow, cmd.caller, tools)
    if card is None:
        raise NoCardRead
    if case.applicant != card.person:
        raise NotFound
    hall = await uow.places.hall(_kiosk_hall(cmd.caller))
    able = await item_here(uow, cmd.caller, case.service_code, tools)
    if able is None or not able.finish:
        raise NotAtKiosk(service=case.service_name, hall=hall.name)
    if case.state is not CaseState.ISSUED:
        raise NotNow(what=f"办件{case.number}", state=CASE_WORDS[case.state])
    taken = Delivery(case.applicant_name, "本人", "自助机读身份证", cmd.caller.code, now)
    saved = await keep(uow, case.deliver(taken), tools)
    await leave_trail(uow, saved, cmd.caller, "deliver", now, words="自助机凭身份证领取")
    await notify(uow, saved, "please_evaluate", {})
    facts = {"number": saved.number, "service": saved.service_name, "hall": hall.name}
    await queue_slip(uow, cmd.caller.code, SlipKind.RESULT, saved.id, facts, tools=tools)
    return saved


async def _visitor(view: Uow, card: LaidCard, hall: HallCode, tools: Tools) -> Visitor:
    person = await view.people.person(card.person)
    held = await view.tickets.of_person(person.id, local_day(tools.clock.now()))
    return Visitor(
        card=card,
        person=person,
        pages=await view.trays.pages(card.id),
        appointments=await _appointments(view, person, hall, tools),
        tickets=tuple(t for t in held if t.hall == hall and t.state not in OVER),
        cases=await view.cases.of_person(person.id, 10),
    )


async def _appointments(view: Uow, person: Person, hall: HallCode, tools: Tools) -> tuple[Appointment, ...]:
    day = local_day(tools.clock.now())
    start = datetime.combine(day, time.min, SHANGHAI)
    theirs = await view.appointments.of_person(person.id)
    return tuple(
        a
        for a in theirs
        if a.hall == hall
        and a.state is AppointmentState.BOOKED
        and start <= a.start < start + timedelta(days=1)
    )


async def _coded(code: AppointmentId, tools: Tools) -> str:
    async with tools.open_view() as view:
        return (await view.appointments.get(code)).number


async def _booked_today(caller: Caller, tools: Tools) -> str:
    """The next of today's appointments of the card's holder; whoever has none is told to take a number."""
    found = await visitor(caller, tools=tools)
    if found is None:
        raise NoCardRead
    if found.appointments:
        return min(found.appointments, key=lambda one: one.start).number
    raise NotNow(what="今天在本中心", state="没有还没签到的预约，可以直接取号")


async def _card(view: Uow, caller: Caller, tools: Tools) -> LaidCard | None:
    card = await view.trays.on_device(caller.code)
    there = card is not None and not card.lifted and tools.clock.now() - card.touched_at <= STAYS
    return card if there else None


async def _print_ticket(caller: Caller, ticket: Ticket, tools: Tools) -> None:
    async with tools.open_view() as view:
        hall = await view.places.hall(ticket.hall)
    await _print(caller, SlipKind.TICKET, ticket.id, ticket_facts(ticket, hall.name), tools)


async def _print(caller: Caller, kind: SlipKind, subject: str, facts: dict[str, str], tools: Tools) -> None:
    async with tools.open_uow() as uow:
        if await queue_slip(uow, caller.code, kind, subject, facts, tools=tools) is not None:
            await uow.commit()


def _kiosk_hall(caller: Caller) -> HallCode:
    """The hall of a kiosk; a counter's device is none, and a machine reaches its own hall only."""
    hall = caller.account.hall
    require(caller, Verb.SERVE_AT_KIOSK, Belonging(hall=hall))
    if hall is None or caller.account.counter is not None:
        raise NotFound(what="自助机")
    return hall
