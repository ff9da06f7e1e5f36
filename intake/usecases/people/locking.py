"""Lockout (输错锁定): whoever guesses is stopped after a few wrong secrets, wherever the guesses come from."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from math import ceil

from intake.errors import LockedOut
from intake.model.calendar import local_text
from intake.model.ids import AccountCode
from intake.model.leaving import AuditEntry
from intake.model.people import Caller, Door
from intake.ports import Tools

_WINDOW = timedelta(minutes=30)
# Nobody is signed in where a wrong token comes from.
_NOBODY = AccountCode("nobody")


async def require_unlocked(caller: Caller, tools: Tools) -> None:
    """Pass, or raise `LockedOut` for an account that guessed too often."""
    await require_place_unlocked(_place_of(caller), tools)


async def count_wrong(caller: Caller, tools: Tools) -> None:
    """One more wrong secret from an account."""
    await count_wrong_at(_place_of(caller), caller.code, caller.door, tools)


def place_of_address(address: str) -> str:
    """A network address as a place to count at: its hash, for an address is somebody's. Empty for no address."""
    if not address:
        return ""
    return f"address:{hashlib.sha256(address.encode()).hexdigest()[:32]}"


async def require_place_unlocked(place: str, tools: Tools) -> None:
    """Pass, or raise `LockedOut` with the minute from which it may be tried again."""
    if not place:
        return
    now = tools.clock.now()
    async with tools.open_view() as view:
        known = await view.people.lockout(place)
    if known is not None and known.locked_until is not None and known.locked(now):
        wait = ceil((known.locked_until - now).total_seconds())
        raise LockedOut(until=local_text(known.locked_until), wait_seconds=wait)


async def count_wrong_at(place: str, by: AccountCode, door: Door, tools: Tools) -> None:
    """Count in one statement, so that guesses made at once are all counted; lock when they are too many."""
    if not place:
        return
    now = tools.clock.now()
    async with tools.open_uow() as uow:
        rules = await uow.places.rules()
        wrong = await uow.people.wrong_secret(place, now, now - _WINDOW)
        if wrong >= rules.wrong_secrets:
            await uow.people.lock(place, now + timedelta(minutes=rules.lockout_minutes))
            facts = {"place": place, "minutes": str(rules.lockout_minutes)}
            await uow.leaving.audit(AuditEntry("account.locked", by or _NOBODY, door, now, facts=facts))
        await uow.commit()


def _place_of(caller: Caller) -> str:
    return f"account:{caller.code}"
