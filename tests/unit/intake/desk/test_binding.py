"""绑定微信: a code from the signed-in page, sent from outside, makes what is said there the person's own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intake.errors import BindingCodeOver, LockedOut, NotAllowed
from intake.model.binding import LASTS, Outside
from intake.model.people import Door
from intake.usecases.people.binding import BindOutside
from tests.desks import County

OPENID = Outside(Door.WECHAT, "oyORnuP8q7ou2gfYjqLzSIWZf0rs")
ANOTHER = Outside(Door.WECHAT, "oAnotherTelephone")


async def bound(county: County, who: str = "citizen-1", outside: Outside = OPENID):
    """Somebody's WeChat, bound as people do it; returns who it speaks as."""
    offered = await county.desk.people.offer_binding(await county.caller(who))
    return await county.desk.people.bind_outside(BindOutside(outside, offered.code))


async def test_nobody_speaks_from_outside_until_they_are_bound(county):
    """An openid is not a person."""
    people = county.desk.people
    assert await people.bound_as(OPENID) is None

    caller = await bound(county)

    assert (caller.code, caller.door) == ("citizen-1", Door.WECHAT)
    assert await people.bound_as(OPENID) == caller
    assert [entry.by for entry in await county.audited("binding.agree")] == ["citizen-1"]
    (made,) = await county.audited("binding.make")
    assert (made.by, made.door, dict(made.facts)) == ("citizen-1", Door.WECHAT, {"outside": "wechat"})


async def test_a_code_binds_once_and_for_ten_minutes(county):
    """Read over a shoulder, it is of no use to a second one; found on a screenshot, neither."""
    people, me = county.desk.people, await county.caller("citizen-1")
    used = (await people.offer_binding(me)).code
    await people.bind_outside(BindOutside(OPENID, used))
    with pytest.raises(BindingCodeOver):
        await people.bind_outside(BindOutside(ANOTHER, used))

    late = (await people.offer_binding(me)).code
    county.clock.forward(seconds=LASTS.total_seconds())
    with pytest.raises(BindingCodeOver):
        await people.bind_outside(BindOutside(ANOTHER, late))

    assert (await people.bound_as(OPENID)).code == "citizen-1"
    assert await people.bound_as(ANOTHER) is None


async def test_whoever_guesses_is_stopped_and_nobody_else_is(county):
    """Five wrong ones from one WeChat; the next one is not even looked at, the neighbour's is."""
    people = county.desk.people
    offered = await people.offer_binding(await county.caller("citizen-1"))
    wrong = "00000000" if offered.code != "00000000" else "11111111"
    for _ in range(5):
        with pytest.raises(BindingCodeOver):
            await people.bind_outside(BindOutside(ANOTHER, wrong))

    with pytest.raises(LockedOut):
        await people.bind_outside(BindOutside(ANOTHER, offered.code))
    assert (await people.bind_outside(BindOutside(OPENID, offered.code))).code == "citizen-1"
    (locked,) = await county.audited("account.locked")
    assert ANOTHER.name not in repr(locked)


async def test_a_new_telephone_takes_the_place_of_the_old(county):
    """The sold one reads nothing more."""
    await bound(county, outside=OPENID)
    await bound(county, outside=ANOTHER)

    assert await county.desk.people.bound_as(OPENID) is None
    assert (await county.desk.people.bound_as(ANOTHER)).code == "citizen-1"
    assert [dict(entry.facts)["why"] for entry in await county.audited("binding.end")] == ["replaced"]


async def test_a_telephone_that_changes_hands_is_the_new_owners(county):
    """The earlier one's matters are not told there any more."""
    await bound(county, "citizen-1")
    await bound(county, "citizen-2")

    assert (await county.desk.people.bound_as(OPENID)).code == "citizen-2"
    assert await county.desk.people.my_binding(await county.caller("citizen-1"), Door.WECHAT) is None


async def test_it_ends_when_the_person_says_so_or_leaves_the_account(county):
    """Either way it is written down, and from then on nobody speaks from there; again is no error."""
    people, me = county.desk.people, await county.caller("citizen-1")
    await bound(county)
    assert await people.end_binding(me, Door.WECHAT)
    assert not await people.end_binding(me, Door.WECHAT)
    assert await people.bound_as(OPENID) is None

    await bound(county)
    assert await people.gone_outside(OPENID)
    assert not await people.gone_outside(OPENID)
    assert await people.bound_as(OPENID) is None

    assert [dict(entry.facts)["why"] for entry in await county.audited("binding.end")] == ["asked", "left"]


async def test_who_may_not_sign_in_any_more_does_not_speak_from_outside(county):
    """An account that was closed is closed at every door."""
    await bound(county)
    me = await county.caller("citizen-1")
    async with county.store.open_uow() as uow:
        await uow.people.put_account(replace(me.account, active=False))
        await uow.commit()

    assert await county.desk.people.bound_as(OPENID) is None


@pytest.mark.parametrize("who", ["clerk-anwen-1", "director-anwen", "keeper", "kiosk-1"])
async def test_staff_and_machines_are_not_bound(county, who):
    """Their word moves other people's cases."""
    with pytest.raises(NotAllowed):
        await county.desk.people.offer_binding(await county.caller(who))


async def test_codes_past_their_time_are_forgotten(county):
    """The hourly chore that forgets sessions sees to them."""
    people, me = county.desk.people, await county.caller("citizen-1")
    code = (await people.offer_binding(me)).code
    county.clock.forward(seconds=LASTS.total_seconds() + 1)
    await people.forget_sessions()
    county.clock.forward(seconds=-LASTS.total_seconds())

    with pytest.raises(BindingCodeOver):
        await people.bind_outside(BindOutside(OPENID, code))
