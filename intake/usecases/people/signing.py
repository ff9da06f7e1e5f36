"""Signing in and out (登录): sessions are kept by the hash of their token, never by the token."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from intake.errors import NotFound, NotSignedIn, Unauthenticated
from intake.model.ids import AccountCode
from intake.model.leaving import Notice
from intake.model.people import Account, Caller, Door, Role, Session
from intake.ports import Tools
from intake.usecases.trail import audit


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
        await uow.people.open_session(Session(hash_token(token), account.code, door, expires))
        caller = Caller(account, door)
        await audit(uow, caller, "account.sign_in", now)
        await uow.commit()
    return SignedIn(caller, token)


async def who_is(token: str, *, tools: Tools) -> Caller:
    """The caller of a live session; raises `NotSignedIn`."""
    async with tools.open_view() as view:
        session = await view.people.session(hash_token(token))
        if session is None or session.expires_at <= tools.clock.now():
            raise NotSignedIn
        account = await view.people.account(session.account)
    if account is None or not account.active:
        raise NotSignedIn
    return Caller(account, session.door)


async def sign_out(token: str, *, tools: Tools) -> None:
    """End the session; ending it twice is no error."""
    async with tools.open_uow() as uow:
        await uow.people.end_session(hash_token(token))
        await uow.commit()


async def device_by_token(token: str, door: Door, *, tools: Tools) -> Caller:
    """The enrolled device behind a token; raises `Unauthenticated`."""
    async with tools.open_view() as view:
        account = await view.people.device_by_token(hash_token(token))
    if account is None:
        raise Unauthenticated
    return Caller(account, door)


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


async def notices(caller: Caller, after: int, *, tools: Tools) -> tuple[Notice, ...]:
    """The caller's inbox after a given notice, oldest first."""
    async with tools.open_view() as view:
        return await view.leaving.notices(caller.code, after)
