"""Granting the green channel (绿色通道认定): a clerk sees what no record says, writes it down, and answers for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from intake.errors import NotNow
from intake.model.authority import Belonging, Verb, require
from intake.model.green import GreenBasis, GreenGround, GreenReason
from intake.model.ids import IntentKey, TicketId
from intake.model.people import Caller
from intake.model.queue import TICKET_WORDS, Ticket, TicketState
from intake.ports import Tools, Uow
from intake.usecases.intents import once
from intake.usecases.owning import written
from intake.usecases.queue.moving import trail
from intake.usecases.queue.ruling import rules_of


@dataclass(frozen=True, slots=True)
class GrantGreen:
    """On what ground somebody who waits goes first, and what the clerk saw (a certificate, a belly, a uniform)."""

    caller: Caller
    ticket: TicketId
    version: int
    ground: GreenGround
    why: str
    key: IntentKey | None = None


async def grant_green(cmd: GrantGreen, *, tools: Tools) -> Ticket:
    """优先认定: the same credit everybody of the ground has, once, for somebody who still waits."""
    require(cmd.caller, Verb.GRANT_GREEN)
    why = written(cmd.why, "why", "请写明看到了什么，例如“出示残疾人证”。")
    async with tools.open_uow() as uow:
        ticket = await uow.tickets.get(cmd.ticket)
        require(cmd.caller, Verb.GRANT_GREEN, Belonging(hall=ticket.hall))
        return await once(
            uow,
            cmd.caller,
            cmd.key,
            "grant_green",
            act=lambda: _grant(uow, cmd, ticket, why, tools),
            again=lambda found: uow.tickets.get(TicketId(found)),
            name=lambda done: done.id,
        )


async def _grant(uow: Uow, cmd: GrantGreen, ticket: Ticket, why: str, tools: Tools) -> Ticket:
    if ticket.state is not TicketState.WAITING or ticket.green:
        state = "已在优先" if ticket.green else TICKET_WORDS[ticket.state]
        raise NotNow(what=f"{ticket.number}号", state=state)
    reason = GreenReason(cmd.ground, GreenBasis.SEEN, why)
    credit = (await rules_of(uow, ticket.hall, tools)).green_credit_minutes
    earlier = ticket.order_at - timedelta(minutes=credit)
    first = replace(ticket, green=reason.ground, green_credit=credit, order_at=earlier, version=cmd.version)
    saved = await uow.tickets.save(first)
    await trail(uow, cmd.caller, "grant_green", saved, tools.clock.now(), **reason.facts)
    return saved
