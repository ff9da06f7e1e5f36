"""绑定: one account for one WeChat, on either database; of who somebody is there nothing stays when it ends."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from intake.errors import Stale
from intake.model.binding import Binding, Outside
from intake.model.ids import AccountCode
from intake.model.people import Door
from storage.sql.store import Store
from storage.sql.tables import binding_codes, bindings
from tests.contract.nouns import NOW, fresh

LATER = NOW + timedelta(minutes=10)


def outside(door: Door = Door.WECHAT) -> Outside:
    """Somebody on a platform."""
    return Outside(door, fresh("openid"))


def account() -> AccountCode:
    """Somebody with an account."""
    return AccountCode(fresh("citizen"))


async def bound(store: Store, binding: Binding) -> Binding:
    """A binding that is made."""
    async with store.open_uow() as uow:
        await uow.bindings.add(binding)
        await uow.commit()
    return binding


async def test_a_binding_is_found_from_either_side(store: Store) -> None:
    """By who writes, and by whom a notice is for."""
    made = await bound(store, Binding(account(), outside(), NOW))

    async with store.open_view() as view:
        assert await view.bindings.of_outside(made.outside) == made
        assert await view.bindings.of_account(made.account, Door.WECHAT) == made
        assert await view.bindings.of_account(made.account, Door.TERMINAL) is None
        assert await view.bindings.of_outside(Outside(Door.TERMINAL, made.outside.name)) is None
        assert await view.bindings.bound([made.account, account()], Door.WECHAT) == {made.account}
        assert await view.bindings.bound([], Door.WECHAT) == frozenset()


async def test_neither_side_is_bound_twice(store: Store) -> None:
    """The second hears that things have changed, and its unit of work goes on."""
    made = await bound(store, Binding(account(), outside(), NOW))
    async with store.open_uow() as uow:
        with pytest.raises(Stale):
            await uow.bindings.add(Binding(made.account, outside(), NOW))
        with pytest.raises(Stale):
            await uow.bindings.add(Binding(account(), made.outside, NOW))
        await uow.bindings.add(Binding(account(), outside(), NOW))
        await uow.commit()


async def test_what_ended_leaves_nothing(store: Store) -> None:
    """No openid of somebody who is no longer bound lies anywhere; ending it again is no error."""
    made = await bound(store, Binding(account(), outside(), NOW))
    async with store.open_uow() as uow:
        assert await uow.bindings.end(made)
        assert not await uow.bindings.end(made)
        await uow.commit()

    async with store.reading() as connection:
        rows = select(bindings).where(bindings.c.account == made.account)
        assert (await connection.execute(rows)).all() == []


async def test_who_somebody_is_and_a_code_are_not_to_be_read_in_the_rows(store: Store) -> None:
    """Nor is the code's plain hash, which anybody could look up among a hundred million."""
    made = await bound(store, Binding(account(), outside(), NOW))
    async with store.open_uow() as uow:
        await uow.bindings.offer("01234567", made.account, LATER)
        await uow.commit()

    async with store.reading() as connection:
        (row,) = (await connection.execute(select(bindings).where(bindings.c.account == made.account))).all()
        mine = select(binding_codes).where(binding_codes.c.account == made.account)
        (code,) = (await connection.execute(mine)).all()
    assert made.outside.name not in repr(row)
    assert "01234567" not in repr(code)
    assert "924592b9b103f14f833faafb67f480691f01988aa457c0061769f58cd47311bc" not in repr(code)


async def test_a_code_is_used_up_by_one_of_many_at_once(store: Store) -> None:
    """Eight who overheard it send it in the same second."""
    whose = account()
    async with store.open_uow() as uow:
        await uow.bindings.offer("11111111", whose, LATER)
        await uow.commit()

    async def claim() -> AccountCode | None:
        async with store.open_uow() as uow:
            claimed = await uow.bindings.claim("11111111", NOW)
            await uow.commit()
        return claimed

    claimed = await asyncio.gather(*(claim() for _ in range(8)))
    assert [each for each in claimed if each] == [whose]


async def test_a_newer_code_takes_the_place_of_the_older_and_none_outlives_its_time(store: Store) -> None:
    """At the very second of its end it is over; forgotten ones are gone."""
    whose = account()
    async with store.open_uow() as uow:
        await uow.bindings.offer("22222222", whose, LATER)
        await uow.bindings.offer("33333333", whose, LATER)
        assert await uow.bindings.claim("22222222", NOW) is None
        assert await uow.bindings.claim("33333333", LATER) is None
        await uow.bindings.forget_codes(LATER + timedelta(seconds=1))
        assert await uow.bindings.claim("33333333", NOW) is None
        await uow.commit()


async def test_the_same_digits_are_not_given_to_two(store: Store) -> None:
    """Whoever is second asks for others."""
    async with store.open_uow() as uow:
        await uow.bindings.offer("44444444", account(), LATER)
        with pytest.raises(Stale):
            await uow.bindings.offer("44444444", account(), LATER)
