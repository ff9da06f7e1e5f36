"""登录与设备: who somebody is, for how long, and what is remembered of the secret."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from intake.errors import NotFound, NotSignedIn, Unauthenticated
from intake.model.ids import AccountCode
from intake.model.people import Door
from storage.sql.tables import accounts, sessions

CITIZEN, DEVICE = AccountCode("citizen-1"), AccountCode("counter-anwen-1")


async def test_who_signed_in_is_known_by_the_token_until_it_expires(county):
    """Twelve hours: a working day, not a week on a lost phone."""
    signed_in = await county.desk.people.sign_in_as(CITIZEN, Door.PHONE)

    known = await county.desk.people.who_is(signed_in.token)
    county.clock.forward(hours=12)

    assert (known.code, known.door) == (CITIZEN, Door.PHONE)
    with pytest.raises(NotSignedIn):
        await county.desk.people.who_is(signed_in.token)


async def test_after_signing_out_the_token_is_worth_nothing(county):
    """Doing it twice is no error, and a guess never was a session."""
    signed_in = await county.desk.people.sign_in_as(CITIZEN, Door.PHONE)

    await county.desk.people.sign_out(signed_in.token)
    await county.desk.people.sign_out(signed_in.token)

    for token in (signed_in.token, "guess", ""):
        with pytest.raises(NotSignedIn):
            await county.desk.people.who_is(token)


async def test_who_left_the_service_is_out_at_once(county):
    """An open session does not outlive the account."""
    signed_in = await county.desk.people.sign_in_as(AccountCode("clerk-anwen-1"), Door.DESK_PAGE)
    async with county.store.open_uow() as uow:
        await uow.people.put_account(replace(signed_in.caller.account, active=False))
        await uow.commit()

    with pytest.raises(NotSignedIn):
        await county.desk.people.who_is(signed_in.token)
    with pytest.raises(NotFound):
        await county.desk.people.sign_in_as(AccountCode("clerk-anwen-1"), Door.DESK_PAGE)


async def test_nobody_signs_in_under_a_name_that_does_not_exist(county):
    """Whatever is typed."""
    with pytest.raises(NotFound):
        await county.desk.people.sign_in_as(AccountCode("nobody"), Door.PHONE)


async def test_no_secret_lies_in_the_store(county):
    """Whoever reads the tables can sign in as nobody."""
    token = (await county.desk.people.sign_in_as(CITIZEN, Door.PHONE)).token
    await county.desk.people.enrol_device(DEVICE, "the-device's-secret")

    async with county.store.open_view() as view:
        connection = view.people.connection
        rows = [*(await connection.execute(select(sessions))), *(await connection.execute(select(accounts)))]

    kept = "\n".join(map(str, rows))
    assert token not in kept
    assert "the-device's-secret" not in kept


async def test_a_device_enrolled_anew_answers_only_to_its_new_token(county):
    """The machine that was stolen is out with one command."""
    await county.desk.people.enrol_device(DEVICE, "old")
    await county.desk.people.enrol_device(DEVICE, "new")

    assert (await county.desk.people.device_by_token("new", Door.COUNTER)).code == DEVICE
    for token in ("old", ""):
        with pytest.raises(Unauthenticated):
            await county.desk.people.device_by_token(token, Door.COUNTER)


@pytest.mark.parametrize("code", ["citizen-1", "clerk-anwen-1", "nothing"])
async def test_only_a_registered_device_is_enrolled(county, code):
    """A person never becomes a machine with a token of its own."""
    with pytest.raises(NotFound):
        await county.desk.people.enrol_device(AccountCode(code), "token")
