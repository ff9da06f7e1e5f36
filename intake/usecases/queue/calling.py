"""Calling (叫号): one person to one counter, however many clerks press at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from intake.errors import BadInput, NobodyWaiting, NotAllowed, Stale
from intake.model.authority import TABLE, Belonging, Verb, require
from intake.model.booking import AppointmentState
from intake.model.calendar import local_day, local_text
from intake.model.catalogue import CounterGroup
from intake.model.ids import CounterCode, HallCode, IntentKey, ServiceCode, TicketId
from intake.model.leaving import Outgoing, Topic
from intake.model.lines import CounterPost, LineRules
from intake.model.people import Caller
from intake.model.places import Counter, Hall
from intake.model.queue import Ticket, TicketState
from intake.ports import Tools, Uow
from intake.usecases.intents import once
from intake.usecases.queue.moving import move
from intake.usecases.queue.ruling import rules_of


class TicketAct(StrEnum):
    """What becomes of a number."""

    RECALL = "recall"
    SERVE = "serve"
    MISS = "miss"
    PARK = "park"
    COME_BACK = "come_back"
    FINISH = "finish"
    LEAVE = "leave"


# What those who hold a number may do with it themselves, besides the clerks.
OWN_ACTS = frozenset({TicketAct.COME_BACK, TicketAct.LEAVE})


@dataclass(frozen=True, slots=True)
class CallNext:
    """The counter is free."""

    caller: Caller
    hall: HallCode
    counter: CounterCode
    key: IntentKey | None = None


@dataclass(frozen=True, slots=True)
class ChangeTicket:
    """One act on one number as the page showed it."""

    caller: Caller
    ticket: TicketId
    version: int
    act: TicketAct
    key: IntentKey | None = None


@dataclass(frozen=True, slots=True)
class ForwardTicket:
    """This person needs another kind of counter, too."""

    caller: Caller
    ticket: TicketId
    version: int
    group: CounterGroup
    key: IntentKey | None = None


@dataclass(frozen=True, slots=True)
class AmendTicket:
    """The slip says the wrong name or matter; None leaves the matter as it is."""

    caller: Caller
    ticket: TicketId
    version: int
    holder: str
    service_code: ServiceCode | None = None
    key: IntentKey | None = None


@dataclass(frozen=True, slots=True)
class SetPost:
    """A clerk opens or closes a counter."""

    caller: Caller
    hall: HallCode
    counter: CounterCode
    open: bool


Change = Callable[[Uow, Ticket, LineRules], Awaitable[Ticket]]


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
    """Recall, serve, miss, park, take back into line, finish, or let go; a repeated press hears the same answer."""

    async def change(uow: Uow, ticket: Ticket, rules: LineRules) -> Ticket:
        changed = await _done(uow, cmd, ticket, _acts(rules, tools.clock.now())[cmd.act](ticket), tools)
        if changed.state is TicketState.DONE and changed.appointment is not None:
            appointment = await uow.appointments.get(changed.appointment)
            await uow.appointments.save(replace(appointment, state=AppointmentState.KEPT))
        if changed.state is TicketState.MISSED:
            await _tell_missed(uow, changed, rules)
        return changed

    return await _changing(cmd, cmd.act, change, tools)


async def forward_ticket(cmd: ForwardTicket, *, tools: Tools) -> Ticket:
    """Into the line of another group of counters of the hall, with the number and the place the person has."""

    async def change(uow: Uow, ticket: Ticket, _: LineRules) -> Ticket:
        hall = await uow.places.hall(ticket.hall)
        if cmd.group not in hall.groups():
            raise BadInput(field="group", why="本中心没有这一类窗口。")
        return await _done(uow, cmd, ticket, ticket.forward(cmd.group), tools, "forward", group=cmd.group)

    return await _changing(cmd, "forward", change, tools)


async def amend_ticket(cmd: AmendTicket, *, tools: Tools) -> Ticket:
    """Correct what stands on a slip; the place in line stays what it was."""

    async def change(uow: Uow, ticket: Ticket, _: LineRules) -> Ticket:
        holder = cmd.holder.strip() or ticket.holder
        service, case = None, ticket.case
        if cmd.service_code is not None:
            item = await uow.catalogue.current(cmd.service_code, local_day(tools.clock.now()))
            service = (item.code, item.name)
            found = await uow.cases.open_for(ticket.person, item.code) if ticket.person else None
            case = found.id if found else None
        written = ticket.amend(holder=holder, service=service, case=case)
        return await _done(uow, cmd, ticket, written, tools, "amend")

    return await _changing(cmd, "amend", change, tools)


async def set_post(cmd: SetPost, *, tools: Tools) -> CounterPost:
    """Open or close a counter, so that those who wait are told the truth; doing it twice is no error."""
    require(cmd.caller, Verb.RUN_QUEUE, Belonging(hall=cmd.hall))
    async with tools.open_uow() as uow:
        counter = _counter(await uow.places.hall(cmd.hall), cmd.counter, cmd.caller)
        post = await _post(uow, cmd.caller, cmd.hall, counter, tools, is_open=cmd.open)
        await uow.commit()
    return post


async def pulses(*, tools: Tools) -> dict[HallCode, int]:
    """How often each hall's queue has changed; a page that saw another number is out of date."""
    async with tools.open_view() as view:
        return await view.leaving.pulses()


async def _call(uow: Uow, cmd: CallNext, tools: Tools) -> Ticket:
    now = tools.clock.now()
    hall = await uow.places.hall(cmd.hall)
    counter = _counter(hall, cmd.counter, cmd.caller)
    rules = await rules_of(uow, hall.code, tools)
    ticket = await uow.tickets.call_next(
        hall.code,
        local_day(now),
        {counter.group},
        counter.code,
        cmd.caller.code,
        most_overtaken=rules.most_overtaken,
    )
    if ticket is None:
        raise NobodyWaiting
    await _post(uow, cmd.caller, hall.code, counter, tools, is_open=True)
    waited = replace(ticket, state=TicketState.WAITING)
    called = replace(ticket, called_at=now)
    credit = f"{ticket.booked_credit}+{ticket.green_credit}"
    ticket = await move(
        uow, cmd.caller, "call", waited, called, now, counter=counter.code, green=ticket.green, credit=credit
    )
    await _tell(uow, ticket, counter, hall)
    return ticket


async def _tell(uow: Uow, ticket: Ticket, counter: Counter, hall: Hall) -> None:
    account = await uow.people.account_of(ticket.person) if ticket.person else None
    if account is not None:
        told = {"ticket": ticket.number, "counter": counter.name, "hall": hall.name}
        await uow.leaving.send(
            Outgoing(Topic.NOTICE, f"ticket:{ticket.id}", "ticket_called", account.code, told)
        )


async def _tell_missed(uow: Uow, ticket: Ticket, rules: LineRules) -> None:
    """Who did not hear the call hears until when the old place is theirs."""
    account = await uow.people.account_of(ticket.person) if ticket.person else None
    if account is None:
        return
    hall, until = await uow.places.hall(ticket.hall), rules.back_until(ticket)
    told = {"ticket": ticket.number, "hall": hall.name, "until": local_text(until) if until else ""}
    kind = "ticket_missed" if until else "ticket_missed_for_good"
    await uow.leaving.send(Outgoing(Topic.NOTICE, f"ticket:{ticket.id}", kind, account.code, told))


async def _changing(
    cmd: ChangeTicket | ForwardTicket | AmendTicket, verb: str, change: Change, tools: Tools
) -> Ticket:
    """One act on one number, once per key: who asks again hears how the number stands."""
    needed = _needed(cmd)
    require(cmd.caller, needed)

    async def act(uow: Uow) -> Ticket:
        ticket = (await uow.tickets.get(cmd.ticket)).as_of(local_day(tools.clock.now()))
        require(cmd.caller, needed, Belonging(person=ticket.person, hall=ticket.hall))
        if ticket.version != cmd.version:
            raise Stale(what=f"{ticket.number}号", version=ticket.version)
        return await change(uow, ticket, await rules_of(uow, ticket.hall, tools))

    async with tools.open_uow() as uow:
        return await once(
            uow,
            cmd.caller,
            cmd.key,
            f"{verb}:{cmd.ticket}",
            act=lambda: act(uow),
            again=lambda found: uow.tickets.get(TicketId(found)),
            name=lambda done: done.id,
        )


def _needed(cmd: ChangeTicket | ForwardTicket | AmendTicket) -> Verb:
    """Clerks run the line; coming back and leaving is also for whoever may hold the number."""
    own = isinstance(cmd, ChangeTicket) and cmd.act in OWN_ACTS
    return Verb.CHECK_IN if own and cmd.caller.role not in TABLE[Verb.RUN_QUEUE] else Verb.RUN_QUEUE


async def _done(
    uow: Uow,
    cmd: ChangeTicket | ForwardTicket | AmendTicket,
    before: Ticket,
    after: Ticket,
    tools: Tools,
    act: str = "",
    **facts: str,
) -> Ticket:
    act = cmd.act if isinstance(cmd, ChangeTicket) else act
    return await move(uow, cmd.caller, act, before, after, tools.clock.now(), **facts)


async def _post(
    uow: Uow, caller: Caller, hall: HallCode, counter: Counter, tools: Tools, *, is_open: bool
) -> CounterPost:
    """The counter as it stands from now on; one that stands so already is left alone."""
    now = tools.clock.now()
    known = next((post for post in await uow.lines.posts(hall) if post.counter == counter.code), None)
    same = known is not None and local_day(known.since) == local_day(now)
    if known is not None and same and (known.open, known.clerk) == (is_open, caller.code):
        return known
    post = CounterPost(hall, counter.code, counter.group, caller.code, is_open, now)
    await uow.lines.post(post)
    await uow.leaving.beat(hall)
    return post


def _counter(hall: Hall, code: CounterCode, caller: Caller) -> Counter:
    """The hall's counter, if the caller may sit there."""
    counter = next((c for c in hall.counters if c.code == code), None)
    if counter is None:
        raise BadInput(field="counter", why="本中心没有这个窗口。")
    if caller.account.groups and counter.group not in caller.account.groups:
        raise NotAllowed(who="这个窗口的工作人员")
    return counter


def _acts(rules: LineRules, now: datetime) -> dict[TicketAct, Callable[[Ticket], Ticket]]:
    return {
        TicketAct.RECALL: lambda ticket: ticket.recall(rules.recall_limit),
        TicketAct.SERVE: Ticket.serve,
        TicketAct.MISS: Ticket.miss,
        TicketAct.PARK: Ticket.park,
        TicketAct.COME_BACK: lambda ticket: ticket.come_back(
            rules.return_limit, within=timedelta(minutes=rules.return_minutes), now=now
        ),
        TicketAct.FINISH: Ticket.finish,
        TicketAct.LEAVE: Ticket.leave,
    }
