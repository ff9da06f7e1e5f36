"""Watching the line (看队列): the clerks' whole line, the hall's screen without names, and one's own place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from intake.model.authority import Belonging, Verb, require
from intake.model.calendar import local_day
from intake.model.catalogue import CounterGroup
from intake.model.ids import HallCode, TicketId
from intake.model.lines import CounterPost, Estimate, LineRules, crowd_of
from intake.model.people import Caller, mask_name
from intake.model.places import Hall
from intake.model.queue import NAMELESS, Ticket, TicketState
from intake.ports import Tools, Uow
from intake.usecases.queue.ruling import rules_of

# So far back the pace of a hall is measured.
MEASURED_DAYS = 28


@dataclass(frozen=True, slots=True)
class GroupLine:
    """一类窗口的队: how many wait, at how many open counters, and how long whoever comes now would wait."""

    group: CounterGroup
    waiting: int
    counters: int
    newcomer: Estimate


@dataclass(frozen=True, slots=True)
class HallLine:
    """大厅队列: today's numbers in the order they will be called, with the estimate of each who waits."""

    hall: Hall
    tickets: tuple[Ticket, ...]
    estimates: dict[TicketId, Estimate]
    groups: tuple[GroupLine, ...]
    posts: tuple[CounterPost, ...]
    rules: LineRules


@dataclass(frozen=True, slots=True)
class Shown:
    """屏上一行: a number as everybody in the hall may see it."""

    number: str
    holder: str
    group: CounterGroup
    state: TicketState
    counter: str
    counter_number: str
    calls: int
    called_at: datetime | None
    first: bool
    wait: str


@dataclass(frozen=True, slots=True)
class Display:
    """叫号屏: all that a screen in the hall shows; no id, no whole name, no matter stands on it."""

    hall: Hall
    called: tuple[Shown, ...]
    next: tuple[Shown, ...]
    missed: tuple[Shown, ...]
    groups: tuple[GroupLine, ...]
    rules: LineRules


@dataclass(frozen=True, slots=True)
class Place:
    """我的号: one's own number, with the estimate while it waits; once missed, until when it may come back to its place."""

    ticket: Ticket
    hall: Hall
    estimate: Estimate | None
    rules: LineRules
    back_until: datetime | None


async def hall_queue(caller: Caller, hall: HallCode, *, tools: Tools) -> tuple[Ticket, ...]:
    """Today's numbers of a hall in the order they will be called."""
    return (await hall_line(caller, hall, tools=tools)).tickets


async def hall_line(caller: Caller, hall: HallCode, *, tools: Tools) -> HallLine:
    """The whole line, for those who work at it."""
    require(caller, Verb.SEE_QUEUE, Belonging(hall=hall))
    async with tools.open_view() as view:
        return await _line(view, hall, tools)


async def display(caller: Caller, hall: HallCode, *, tools: Tools) -> Display:
    """What hangs on the wall: called, next and missed numbers with masked names."""
    require(caller, Verb.SEE_DISPLAY, Belonging(hall=hall))
    async with tools.open_view() as view:
        line = await _line(view, hall, tools)
    return display_of(line)


async def my_places(caller: Caller, *, tools: Tools) -> tuple[Place, ...]:
    """The caller's own numbers of today, the last taken first, with how long they will wait."""
    person, day = caller.account.person, local_day(tools.clock.now())
    if person is None:
        return ()
    async with tools.open_view() as view:
        mine = await view.tickets.of_person(person, day)
        lines = {hall: await _line(view, hall, tools) for hall in {ticket.hall for ticket in mine}}
    return tuple(
        Place(
            ticket,
            line.hall,
            line.estimates.get(ticket.id),
            line.rules,
            _still(line.rules.back_until(ticket), tools.clock.now()),
        )
        for ticket in mine
        for line in (lines[ticket.hall],)
    )


def _still(until: datetime | None, now: datetime) -> datetime | None:
    return until if until is not None and now <= until else None


def display_of(line: HallLine) -> Display:
    """A line as the hall may see it."""
    called = [t for t in line.tickets if t.state in {TicketState.CALLED, TicketState.SERVING}]
    called.sort(key=lambda ticket: ticket.called_at or ticket.since, reverse=True)
    missed = [t for t in line.tickets if t.state is TicketState.MISSED]
    missed.sort(key=lambda ticket: ticket.since, reverse=True)
    waiting = (ticket for ticket in line.tickets if ticket.state is TicketState.WAITING)
    return Display(
        hall=line.hall,
        called=tuple(_shown(ticket, line) for ticket in called),
        next=tuple(_shown(ticket, line) for ticket in waiting),
        missed=tuple(_shown(ticket, line) for ticket in missed),
        groups=line.groups,
        rules=line.rules,
    )


async def _line(view: Uow, hall_code: HallCode, tools: Tools) -> HallLine:
    now = tools.clock.now()
    day = local_day(now)
    hall = await view.places.hall(hall_code)
    rules = await rules_of(view, hall_code, tools)
    tickets = await view.tickets.today(hall_code, day, most_overtaken=rules.most_overtaken)
    posts = tuple(p for p in await view.lines.posts(hall_code) if local_day(p.since) == day)
    hours = await view.lines.measured(hall_code, _since(day))
    estimates: dict[TicketId, Estimate] = {}
    groups = []
    for group in sorted(hall.groups() | {ticket.group for ticket in tickets}):
        crowd = crowd_of(group, tickets, posts, hours, rules, now)
        told = crowd.estimates(now)
        estimates |= {ticket.id: told[place] for place, ticket in enumerate(crowd.waiting)}
        groups.append(GroupLine(group, len(crowd.waiting), crowd.counters, told[-1]))
    return HallLine(hall, tickets, estimates, tuple(groups), posts, rules)


def _since(day: date) -> date:
    return day - timedelta(days=MEASURED_DAYS)


def _shown(ticket: Ticket, line: HallLine) -> Shown:
    counter = next((c for c in line.hall.counters if c.code == ticket.counter), None)
    estimate = line.estimates.get(ticket.id)
    return Shown(
        number=ticket.number,
        holder=ticket.holder if ticket.holder == NAMELESS else mask_name(ticket.holder),
        group=ticket.group,
        state=ticket.state,
        counter=counter.name if counter else "",
        counter_number=counter.number if counter else "",
        calls=ticket.calls,
        called_at=ticket.called_at,
        first=bool(ticket.green_credit),
        wait=estimate.in_words if estimate else "",
    )
