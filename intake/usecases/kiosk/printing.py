"""Slips (凭条): about one thing one slip, printed once, however long the finger stays on the glass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from intake.errors import AlreadyPrinted, BadInput, NotFound
from intake.model.authority import Belonging, Verb, require
from intake.model.ids import AccountCode, IntentKey, SlipId, TicketId
from intake.model.kiosk import Slip, SlipKind
from intake.model.leaving import Outgoing, Topic
from intake.model.people import Caller, Role
from intake.model.queue import Ticket
from intake.ports import Tools, Uow
from intake.usecases.intents import once
from intake.usecases.trail import audit


@dataclass(frozen=True, slots=True)
class Reprint:
    """The paper jammed: a clerk has a number's slip printed once more at a machine of the hall."""

    caller: Caller
    ticket: TicketId
    device: AccountCode
    key: IntentKey | None = None


async def queue_slip(
    uow: Uow,
    device: AccountCode,
    kind: SlipKind,
    subject: str,
    facts: Mapping[str, str],
    *,
    tools: Tools,
    copy: int = 1,
) -> Slip | None:
    """Lay a slip out for a machine with the change it tells of; None when there is one already."""
    slip = Slip(SlipId(tools.ids.new()), device, kind, subject, copy, facts, tools.clock.now())
    if not await uow.kiosks.add_slip(slip):
        return None
    message = Outgoing(Topic.PRINT, f"print:{device}", "print_slip", device, {"slip": slip.id})
    await uow.leaving.send(message)
    return slip


async def slips_waiting(caller: Caller, *, tools: Tools) -> tuple[Slip, ...]:
    """What the machine has still to print, the oldest first."""
    require(caller, Verb.SERVE_AT_KIOSK, Belonging(hall=caller.account.hall))
    async with tools.open_view() as view:
        return await view.kiosks.slips_waiting(caller.code)


async def claim_slip(caller: Caller, slip: SlipId, *, tools: Tools) -> Slip:
    """Take a slip to print it: given once, so that neither a retry nor a second page prints it again."""
    require(caller, Verb.SERVE_AT_KIOSK, Belonging(hall=caller.account.hall))
    async with tools.open_uow() as uow:
        known = await uow.kiosks.slip(slip)
        if known is None or known.device != caller.code:
            raise NotFound
        claimed = await uow.kiosks.claim_slip(slip, tools.clock.now())
        if claimed is None:
            raise AlreadyPrinted
        await uow.commit()
    return claimed


async def reprint(cmd: Reprint, *, tools: Tools) -> Slip:
    """Another copy of a number's slip."""
    require(cmd.caller, Verb.RUN_QUEUE)
    async with tools.open_uow() as uow:
        return await once(
            uow,
            cmd.caller,
            cmd.key,
            "reprint",
            act=lambda: _reprint(uow, cmd, tools),
            again=lambda found: _known(uow, SlipId(found)),
            name=lambda done: done.id,
        )


async def _reprint(uow: Uow, cmd: Reprint, tools: Tools) -> Slip:
    ticket = await uow.tickets.get(cmd.ticket)
    require(cmd.caller, Verb.RUN_QUEUE, Belonging(hall=ticket.hall))
    device = await uow.people.account(cmd.device)
    if device is None or device.role is not Role.DEVICE or device.hall != ticket.hall:
        raise BadInput(field="device", why="本中心没有这台自助机。")
    hall = await uow.places.hall(ticket.hall)
    copy = await uow.kiosks.copies(SlipKind.TICKET, ticket.id) + 1
    slip = await queue_slip(
        uow, device.code, SlipKind.TICKET, ticket.id, ticket_facts(ticket, hall.name), tools=tools, copy=copy
    )
    if slip is None:
        raise BadInput(field="ticket", why="这张凭条正在打印。")
    await audit(uow, cmd.caller, "queue.reprint", tools.clock.now(), ticket=ticket.number, copy=str(copy))
    return slip


async def _known(uow: Uow, slip: SlipId) -> Slip:
    known = await uow.kiosks.slip(slip)
    if known is None:
        raise NotFound
    return known


def ticket_facts(ticket: Ticket, hall: str) -> dict[str, str]:
    """What stands on a number's slip: no name, for slips are left lying about."""
    return {
        "number": ticket.number,
        "hall": hall,
        "service": ticket.service_name,
        "day": f"{ticket.day:%Y-%m-%d}",
    }
