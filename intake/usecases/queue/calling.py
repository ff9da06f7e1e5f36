"""Calling (叫号): one person to one counter, however many clerks press at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from intake.errors import BadInput, NobodyWaiting, NotAllowed, Stale
from intake.model.authority import Belonging, Verb, require
from intake.model.booking import AppointmentState
from intake.model.calendar import local_day
from intake.model.ids import CounterCode, HallCode, IntentKey, TicketId
from intake.model.leaving import Outgoing, Topic
from intake.model.people import Caller
from intake.model.queue import Ticket, TicketState
from intake.ports import Tools, Uow
from intake.usecases.intents import once
from intake.usecases.queue.moving import move


class TicketAct(StrEnum):
    """What a clerk does with a number that was called."""

    RECALL = "recall"
    SERVE = "serve"
    MISS = "miss"
    PARK = "park"
    COME_BACK = "come_back"
    FINISH = "finish"


@dataclass(frozen=True, slots=True)
class CallNext:
    """The counter is free."""

    caller: Caller
    hall: HallCode
    counter: CounterCode
    key: IntentKey | None = None


@dataclass(frozen=True, slots=True)
class ChangeTicket:
    """One act on one number as the clerk's page showed it."""

    caller: Caller
    ticket: TicketId
    version: int
    act: TicketAct


async def call_next(cmd: CallNext, *, tools: Tools) -> Ticket:
    """The first in line comes to this counter, and to no other."""
    require(cmd.caller, Verb.RUN_QUEUE, Belonging(hall=cmd.hall))
    async with tools.open_uow() as uow:
        return await once(
            uow,
            cmd.caller,
            cmd.key,
            "call_next",
            act=lambda: _call(uow, cmd, tools),
            again=lambda found: uow.tickets.get(TicketId(found)),
            name=lambda done: done.id,
        )


async def change_ticket(cmd: ChangeTicket, *, tools: Tools) -> Ticket:
    """Recall, serve, miss, park, take back into line, or finish."""
    now = tools.clock.now()
    async with tools.open_uow() as uow:
        ticket = await uow.tickets.get(cmd.ticket)
        require(cmd.caller, Verb.RUN_QUEUE, Belonging(hall=ticket.hall))
        if ticket.version != cmd.version:
            raise Stale(what=f"{ticket.number}号", version=ticket.version)
        saved = await move(uow, cmd.caller, cmd.act, ticket, _acts(tools)[cmd.act](ticket), now)
        if saved.state is TicketState.DONE and saved.appointment is not None:
            appointment = await uow.appointments.get(saved.appointment)
            await uow.appointments.save(replace(appointment, state=AppointmentState.KEPT))
        await uow.commit()
    return saved


async def hall_queue(caller: Caller, hall: HallCode, *, tools: Tools) -> tuple[Ticket, ...]:
    """Today's numbers of a hall in the order they will be called."""
    require(caller, Verb.SEE_QUEUE, Belonging(hall=hall))
    async with tools.open_view() as view:
        return await view.tickets.today(hall, local_day(tools.clock.now()))


async def _call(uow: Uow, cmd: CallNext, tools: Tools) -> Ticket:
    now = tools.clock.now()
    hall = await uow.places.hall(cmd.hall)
    counter = next((c for c in hall.counters if c.code == cmd.counter), None)
    if counter is None:
        raise BadInput(field="counter", why="本中心没有这个窗口。")
    if cmd.caller.account.groups and counter.group not in cmd.caller.account.groups:
        raise NotAllowed(who="这个窗口的工作人员")
    ticket = await uow.tickets.call_next(
        hall.code, local_day(now), {counter.group}, counter.code, cmd.caller.code
    )
    if ticket is None:
        raise NobodyWaiting
    waited = replace(ticket, state=TicketState.WAITING)
    ticket = await move(
        uow, cmd.caller, "call", waited, replace(ticket, called_at=now), now, counter=counter.code
    )
    account = await uow.people.account_of(ticket.person) if ticket.person else None
    if account is not None:
        told = {"ticket": ticket.number, "counter": counter.name, "hall": hall.name}
        await uow.leaving.send(
            Outgoing(Topic.NOTICE, f"ticket:{ticket.id}", "ticket_called", account.code, told)
        )
    return ticket


def _acts(tools: Tools) -> dict[TicketAct, Callable[[Ticket], Ticket]]:
    return {
        TicketAct.RECALL: lambda ticket: ticket.recall(tools.rules.recall_limit),
        TicketAct.SERVE: Ticket.serve,
        TicketAct.MISS: Ticket.miss,
        TicketAct.PARK: Ticket.park,
        TicketAct.COME_BACK: Ticket.come_back,
        TicketAct.FINISH: Ticket.finish,
    }


async def pulses(*, tools: Tools) -> dict[HallCode, int]:
    """How often each hall's queue has changed; a page that saw another number is out of date."""
    async with tools.open_view() as view:
        return await view.leaving.pulses()
