"""Signing in and out (登录): sessions are kept by the hash of their token, never by the token."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from intake.errors import NotFound, NotSignedIn, Unauthenticated
from intake.model.ids import AccountCode
from intake.model.leaving import AuditEntry, Notice
from intake.model.people import Account, Caller, Door, Role, Session
from intake.ports import Badge, CountyGlance, Rules, Tools
from intake.usecases.people.locking import count_wrong_at, place_of_address, require_place_unlocked
from intake.usecases.trail import audit

_SEEN_EVERY = timedelta(minutes=1)
# A screen on the wall is nobody's desk: it stays signed in for its hours.
_STAFF = frozenset(Role) - {Role.CITIZEN, Role.PROXY, Role.DEVICE}
_NOBODY = AccountCode("nobody")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """登录结果: the caller and the secret token of the session, told once."""

    caller: Caller
    token: str


def hash_token(token: str) -> str:
    """How a token is remembered: a plain SHA-256 is enough, for tokens are random and long."""
    return hashlib.sha256(token.encode()).hexdigest()


async def sign_in_as(code: AccountCode, door: Door, *, tools: Tools) -> SignedIn:
    """Open a session for an account whose identity somebody else has proven (demo, 浙里办, WeChat)."""
    now = tools.clock.now()
    token = tools.ids.token()
    async with tools.open_uow() as uow:
        account = await uow.people.account(code)
        if account is None or not account.active:
            raise NotFound(what="身份")
        expires = now + timedelta(hours=tools.rules.session_hours)
        await uow.people.open_session(Session(hash_token(token), account.code, door, expires, now))
        caller = Caller(account, door)
        await audit(uow, caller, "account.sign_in", now)
        await uow.commit()
    return SignedIn(caller, token)


@dataclass(frozen=True, slots=True)
class Greeting:
    """招呼: who has come, and the county as it stands at that moment, where it was looked at along with them."""

    caller: Caller
    county: CountyGlance | None


async def who_is(token: str, address: str = "", *, tools: Tools) -> Caller:
    """The caller of a live session; raises as `greet` does."""
    return (await greet(token, address, tools=tools)).caller


async def greet(token: str, address: str = "", *, tools: Tools) -> Greeting:
    """The caller of a live session; raises `NotSignedIn`, and `LockedOut` where too many tokens were guessed.

    Only a token that never was a session's, or is forgotten, counts as a guess at the address. Whoever has a live
    session from there is not touched: a whole hall may share one address. A session ends after its hours, and a member of staff's also when it was left unused too long.
    """
    now = tools.clock.now()
    badge = await _badge(hash_token(token), tools)
    session, account = badge.session, badge.account
    if session is None:
        place = place_of_address(address)
        await require_place_unlocked(place, tools)
        await count_wrong_at(place, _NOBODY, Door.PHONE, tools)
        raise NotSignedIn
    if account is None or not account.active or session.expires_at <= now:
        raise NotSignedIn
    if account.role in _STAFF:
        await _note_use(session, badge.rules, now, tools)
    return Greeting(Caller(account, session.door), badge.county)


async def _note_use(session: Session, rules: Rules, now: datetime, tools: Tools) -> None:
    """Remember that a member of staff's session is in use; raises `NotSignedIn` for one that was left alone too long."""
    seen = session.seen_at or session.expires_at - timedelta(hours=tools.rules.session_hours)
    if now - seen > timedelta(minutes=rules.staff_idle_minutes):
        raise NotSignedIn
    if now - seen > _SEEN_EVERY:
        await _see(session.token_hash, now, tools)


async def _badge(token_hash: str, tools: Tools) -> Badge:
    if tools.glances is not None:
        return await tools.glances.badge(token_hash)
    async with tools.open_view() as view:
        session = await view.people.session(token_hash)
        account = await view.people.account(session.account) if session else None
        return Badge(session, account, await view.places.rules())


async def _see(token_hash: str, now: datetime, tools: Tools) -> None:
    """Written once a minute and not with every request: reading must not wait for writers. Only of staff, for nobody
    else's session ends by being left alone: a crowd that comes to book would write a thousand lines nobody reads.
    """
    async with tools.open_uow() as uow:
        await uow.people.see_session(token_hash, now)
        await uow.commit()


async def sign_out(token: str, *, tools: Tools) -> None:
    """End the session; ending it twice is no error."""
    async with tools.open_uow() as uow:
        await uow.people.end_session(hash_token(token))
        await uow.commit()


async def device_by_token(token: str, door: Door, address: str = "", *, tools: Tools) -> Caller:
    """The enrolled device behind a token; raises `Unauthenticated`, and `LockedOut` where too many were guessed."""
    async with tools.open_view() as view:
        account = await view.people.device_by_token(hash_token(token))
    if account is None:
        place = place_of_address(address)
        await require_place_unlocked(place, tools)
        await count_wrong_at(place, _NOBODY, door, tools)
        raise Unauthenticated
    return Caller(account, door)


async def end_sessions_of(code: AccountCode, *, tools: Tools) -> int:
    """Sign an account out everywhere (lost telephone, left post); returns how many sessions ended."""
    now = tools.clock.now()
    async with tools.open_uow() as uow:
        ended = await uow.people.end_sessions(code)
        entry = AuditEntry("account.sign_out_everywhere", _NOBODY, Door.COMMAND_LINE, now)
        await uow.leaving.audit(replace(entry, facts={"account": code, "sessions": str(ended)}))
        await uow.commit()
    return ended


async def forget_sessions(*, tools: Tools) -> int:
    """Forget what expired a day ago, and codes at once; returns how many sessions."""
    async with tools.open_uow() as uow:
        forgotten = await uow.people.forget_sessions(tools.clock.now() - timedelta(days=1))
        await uow.bindings.forget_codes(tools.clock.now())
        await uow.commit()
    return forgotten


async def enrol_device(code: AccountCode, token: str, *, tools: Tools) -> Account:
    """Give a registered device its token; the earlier one is void from now on."""
    async with tools.open_uow() as uow:
        account = await uow.people.account(code)
        if account is None or account.role is not Role.DEVICE:
            raise NotFound(what="设备")
        await uow.people.put_account(account, token_hash=hash_token(token))
        await uow.commit()
    return account


async def accounts(*, tools: Tools, role: Role | None = None) -> tuple[Account, ...]:
    """All accounts, or those of one role, by code."""
    async with tools.open_view() as view:
        return await view.people.accounts(role=role)


async def inbox_lasts(codes: Collection[AccountCode], *, tools: Tools) -> dict[AccountCode, int]:
    """The number of the last notice in each inbox that is not empty: whether there is news, not what it says."""
    async with tools.open_view() as view:
        return await view.leaving.inbox_lasts(codes)


async def notices(caller: Caller, after: int, *, tools: Tools) -> tuple[Notice, ...]:
    """The caller's inbox after a given notice, oldest first."""
    async with tools.open_view() as view:
        return await view.leaving.notices(caller.code, after)
