"""Moving a number (排队状态变化): saved, its ended period written, audited and shown, all in one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from intake.model.leaving import AuditEntry
from intake.model.people import Caller
from intake.model.periods import period_between
from intake.model.queue import Ticket
from intake.ports import Uow


async def move(
    uow: Uow, caller: Caller, act: str, before: Ticket, after: Ticket, now: datetime, **facts: str
) -> Ticket:
    """Write what a number has become; when its state changed, the time spent in the earlier one is closed."""
    if after.state is not before.state:
        await uow.lines.close(period_between(before, after, now))
        after = replace(after, since=now)
    saved = await uow.tickets.save(after)
    await trail(uow, caller, act, saved, now, **facts)
    return saved


async def trail(uow: Uow, caller: Caller, act: str, ticket: Ticket, now: datetime, **facts: str) -> None:
    """Write the act into the audit trail and move the hall's pulse."""
    told = {"ticket": ticket.number, "hall": ticket.hall, **facts}
    await uow.leaving.audit(
        AuditEntry(f"queue.{act}", caller.code, caller.door, now, person=ticket.person, facts=told)
    )
    await uow.leaving.beat(ticket.hall)
