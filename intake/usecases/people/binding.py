"""Binding (绑定): whoever is signed in gets a code to send from outside; what comes from there is theirs from then on.

The code goes from the signed-in page to the outside and never the other way round: a link that is sent outside and opened
by somebody who is signed in would bind the sender's WeChat to the reader's account, and links are forwarded every day.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from intake.errors import BindingCodeOver
from intake.model.authority import Belonging, Verb, require
from intake.model.binding import DIGITS, LASTS, Binding, Outside
from intake.model.ids import AccountCode
from intake.model.leaving import AuditEntry
from intake.model.people import Account, Caller, Door
from intake.ports import Tools, Uow
from intake.usecases.intents import taking_turns
from intake.usecases.people.locking import count_wrong_at, require_place_unlocked
from intake.usecases.trail import audit

_NOBODY = AccountCode("nobody")


@dataclass(frozen=True, slots=True)
class BindingCode:
    """绑定码: told this once to whoever is signed in."""

    code: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class BindOutside:
    """Somebody outside has sent what may be a code."""

    outside: Outside
    code: str = field(repr=False)


async def offer_binding(caller: Caller, *, tools: Tools) -> BindingCode:
    """A fresh code for one who has read what binding means and agrees; earlier codes of theirs are void."""
    require(caller, Verb.BIND_OUTSIDE, Belonging(opened_by=caller.code))
    return await taking_turns(tools, lambda uow: _offer(uow, caller, tools))


async def bind_outside(cmd: BindOutside, *, tools: Tools) -> Caller:
    """Bind, ending whatever either side was bound to before; raises `BindingCodeOver`, and `LockedOut` for a guesser."""
    place = _place_of(cmd.outside)
    await require_place_unlocked(place, tools)
    account = await taking_turns(tools, lambda uow: _bind(uow, cmd, tools))
    if account is None:
        await count_wrong_at(place, _NOBODY, cmd.outside.door, tools)
        raise BindingCodeOver
    return Caller(account, cmd.outside.door)


async def bound_as(outside: Outside, *, tools: Tools) -> Caller | None:
    """Who speaks when it speaks from there; None for nobody, and for an account that may no longer sign in."""
    async with tools.open_view() as view:
        binding = await view.bindings.of_outside(outside)
        account = await view.people.account(binding.account) if binding else None
    return Caller(account, outside.door) if account is not None and account.active else None


async def my_binding(caller: Caller, door: Door, *, tools: Tools) -> Binding | None:
    """The caller's binding at a door, if there is one."""
    async with tools.open_view() as view:
        return await view.bindings.of_account(caller.code, door)


async def end_binding(caller: Caller, door: Door, *, tools: Tools) -> bool:
    """End the caller's binding at a door, and forget who they are there; False when there was none."""
    async with tools.open_uow() as uow:
        binding = await uow.bindings.of_account(caller.code, door)
        if binding is None or not await uow.bindings.end(binding):
            return False
        await audit(uow, caller, "binding.end", tools.clock.now(), outside=door, why="asked")
        await uow.commit()
    return True


async def gone_outside(outside: Outside, *, tools: Tools) -> bool:
    """Somebody left the platform's account: their binding ends with it; False when there was none."""
    async with tools.open_uow() as uow:
        binding = await uow.bindings.of_outside(outside)
        if binding is None or not await uow.bindings.end(binding):
            return False
        await _audit_end(uow, binding, "left", tools)
        await uow.commit()
    return True


async def _offer(uow: Uow, caller: Caller, tools: Tools) -> BindingCode:
    now = tools.clock.now()
    code = BindingCode(tools.ids.code(DIGITS), now + LASTS)
    await uow.bindings.offer(code.code, caller.code, code.expires_at)
    await audit(uow, caller, "binding.agree", now)
    await uow.commit()
    return code


async def _bind(uow: Uow, cmd: BindOutside, tools: Tools) -> Account | None:
    now, outside = tools.clock.now(), cmd.outside
    code = await uow.bindings.claim(cmd.code, now)
    account = await uow.people.account(code) if code else None
    if account is None or not account.active:
        return None
    for before in (
        await uow.bindings.of_outside(outside),
        await uow.bindings.of_account(account.code, outside.door),
    ):
        if before is not None and await uow.bindings.end(before):
            await _audit_end(uow, before, "replaced", tools)
    await uow.bindings.add(Binding(account.code, outside, now))
    await audit(uow, Caller(account, outside.door), "binding.make", now, outside=outside.door)
    await uow.commit()
    return account


async def _audit_end(uow: Uow, binding: Binding, why: str, tools: Tools) -> None:
    door = binding.outside.door
    facts = {"outside": str(door), "why": why}
    await uow.leaving.audit(AuditEntry("binding.end", binding.account, door, tools.clock.now(), facts=facts))


def _place_of(outside: Outside) -> str:
    """Where wrong codes are counted: a hash, for an openid is somebody's. It is random and long, so a plain one will do."""
    return f"outside:{hashlib.sha256(f'{outside.door}:{outside.name}'.encode()).hexdigest()[:32]}"
