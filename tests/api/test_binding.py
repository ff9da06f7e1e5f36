"""微信绑定接口: the person's word, a code, and the way back."""

from __future__ import annotations

from intake.model.binding import Outside
from intake.model.people import Door
from intake.usecases.people.binding import BindOutside
from tests.api.visitors import refusal

MINE, CODES = "/api/v1/bindings/wechat", "/api/v1/bindings/wechat/codes"


async def test_a_code_is_given_to_who_agrees_and_binds_until_it_is_ended(county, door):
    """The page shows each step; ending it twice is no error."""
    citizen = await door.sign_in("citizen-1")
    assert (await citizen.get(MINE)).said == {"offered": False, "bound_since": None}

    offered = await citizen.post(CODES, {"agreed": True})
    await county.desk.people.bind_outside(BindOutside(Outside(Door.WECHAT, "o1"), offered.said["code"]))

    assert offered.status == 201
    assert len(offered.said["code"]) == 8
    assert (await citizen.get(MINE)).said["bound_since"].endswith("+08:00")
    assert (await citizen.ask("DELETE", MINE)).said["bound_since"] is None
    assert (await citizen.ask("DELETE", MINE)).status == 200


async def test_without_the_persons_word_there_is_no_code(county, door):
    """Nor for a clerk, nor for whoever is not signed in."""
    citizen, clerk = await door.sign_in("citizen-1"), await door.sign_in("clerk-anwen-1")

    refusal(await citizen.post(CODES, {"agreed": False}), 422, "invalid_form")
    refusal(await citizen.post(CODES, {}), 422, "invalid_form")
    refusal(await clerk.post(CODES, {"agreed": True}), 403, "not_allowed")
    refusal(await door.stranger.post(CODES, {"agreed": True}), 401, "not_signed_in")
    assert await county.audited("binding.agree") == []
