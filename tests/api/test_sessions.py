"""登录: a session by bearer or by cookie, and a cookie alone changes nothing."""

from __future__ import annotations

import pytest
from aiohttp.test_utils import TestServer

from bot.channels.web import WebChannel
from bot.engine import Engine
from intake.model.ids import AccountCode
from miniapp_api.app import Surroundings, build_app
from papers.calendar import appointment_calendar
from tests.api.visitors import Door, Visitor, refusal

IDENTITIES = {
    "citizen-1",
    "citizen-2",
    "citizen-3",
    "proxy-1",
    "proxy-2",
    "clerk-county-1",
    "clerk-anwen-2",
    "approver-civil_affairs-1",
    "director-anwen",
    "supervisor",
    "keeper",
    "kiosk-1",
}


async def test_the_demo_shows_everybody_one_can_be(door):
    """With role and hall in words, for the sign-in page."""
    answer = await door.stranger.get("/api/v1/auth/demo")

    shown = {one["identity"]: one for one in answer.said["identities"]}
    assert set(shown) >= IDENTITIES
    assert shown["clerk-anwen-1"]["hall_name"] == "安文街道便民服务中心"
    assert shown["proxy-1"]["role_text"] == "村代办员"


@pytest.mark.parametrize("identity", sorted(IDENTITIES))
async def test_who_signs_in_is_who_they_are(door, identity):
    """The token of the answer is a session at once."""
    visitor = await door.sign_in(identity)

    me = (await visitor.get("/api/v1/me")).said

    assert me["code"] == identity


async def test_a_clerk_sees_the_counters_they_may_sit_at(door):
    """Comprehensive ones; not the police counter."""
    me = (await (await door.sign_in("clerk-anwen-1")).get("/api/v1/me")).said

    assert [counter["code"] for counter in me["counters"]] == [
        "anwen-comprehensive-1",
        "anwen-comprehensive-2",
    ]


async def cookie_of(door, identity):
    """A browser's session: the cookie alone."""
    answer = await door.stranger.post("/api/v1/auth/demo", {"identity": identity})
    cookie = answer.headers["Set-Cookie"]
    return answer, cookie


async def test_the_cookie_cannot_be_read_by_scripts_nor_sent_by_other_sites(door):
    """HttpOnly and SameSite; Secure as soon as the setting says that TLS is in front."""
    _, cookie = await cookie_of(door, "citizen-1")

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


async def test_a_cookie_alone_looks_and_changes_nothing(door):
    """A page of somebody else's that makes the browser press a button is refused (CSRF); ours says who it is."""
    _, cookie = await cookie_of(door, "citizen-1")
    browser = Visitor(door.stranger.http, door.stranger.url, {"Cookie": cookie.partition(";")[0]})
    ours = Visitor(browser.http, browser.url, {**browser.headers, "X-Requested-With": "jiujinban"})
    question = {"text": "公交卡在哪里充值"}

    assert (await browser.get("/api/v1/me")).said["code"] == "citizen-1"
    refusal(await browser.post("/api/v1/questions", question), 403, "from_elsewhere")
    assert (await browser.get("/api/v1/questions")).said["questions"] == []
    assert (await ours.post("/api/v1/questions", question)).status == 201


async def test_an_old_cookie_is_a_stranger_and_not_an_error(door):
    """The public pages still open; what needs a session says so."""
    browser = Visitor(door.stranger.http, door.stranger.url, {"Cookie": "jj_session=long-ago"})

    assert (await browser.get("/api/v1/items")).status == 200
    refusal(await browser.get("/api/v1/me"), 401, "not_signed_in")


@pytest.mark.parametrize("header", ["Bearer guess", "Bearer 汉字".encode().decode("latin-1")])
async def test_a_wrong_bearer_is_refused_even_where_none_is_needed(door, header):
    """A program that believes it is signed in must learn that it is not."""
    program = Visitor(door.stranger.http, door.stranger.url, {"Authorization": header})

    refusal(await program.get("/api/v1/items"), 401, "not_signed_in")


async def test_a_session_ends_when_one_signs_out(door):
    """And signing out twice is no error."""
    visitor = await door.sign_in("citizen-1")

    first = await visitor.post("/api/v1/auth/sign-out")
    refusal(await visitor.get("/api/v1/me"), 401, "not_signed_in")

    assert first.status == 204


async def test_a_session_expires(county, door):
    """After twelve hours the person signs in again, and what they wrote is still there."""
    visitor = await door.sign_in("citizen-1")
    await visitor.post("/api/v1/chat/messages", {"message_id": "1", "text": "我要办高龄津贴"})
    county.clock.forward(hours=12)

    refusal(await visitor.get("/api/v1/me"), 401, "not_signed_in")

    again = await door.sign_in("citizen-1")
    assert len((await again.get("/api/v1/chat/messages")).said["messages"]) == 2


async def test_without_the_demo_nobody_signs_in_by_name(county, tmp_path):
    """404 as if the address did not exist, and not even a list of names."""
    channel = WebChannel(Engine(county.desk, county.conversations), county.conversations, county.desk)
    around = Surroundings(channel, appointment_calendar, tmp_path, {}, "1.2.3", demo=False, secure=True)
    async with (
        TestServer(build_app(county.desk, around)) as server,
        Door.at(str(server.make_url(""))) as door,
    ):
        refusal(await door.stranger.get("/api/v1/auth/demo"), 404, "not_found")
        refusal(await door.stranger.post("/api/v1/auth/demo", {"identity": "citizen-1"}), 404, "not_found")


async def test_a_citizen_through_the_phone_and_a_clerk_through_the_desk_page(county, door):
    """The audit trail tells the doors apart."""
    for identity in ("citizen-1", "clerk-anwen-1", "kiosk-1"):
        await door.sign_in(identity)

    entries = {entry.by: entry.door for entry in await county.audited("account.sign_in")}

    assert entries == {
        AccountCode("citizen-1"): "phone",
        AccountCode("clerk-anwen-1"): "desk_page",
        AccountCode("kiosk-1"): "kiosk",
    }


async def browser_with(door, cookie):
    """A browser that sends this cookie and nothing else."""
    return Visitor(door.stranger.http, door.stranger.url, {"Cookie": f"jj_session={cookie}"})


async def test_guessed_cookies_are_stopped_and_nobody_else_is(county, door):
    """Five guesses; then 429 with how long to wait, once on record. Whoever is signed in from that hall works on."""
    clerk = await door.sign_in("clerk-anwen-1")
    for guess in range(5):
        answer = await (await browser_with(door, f"guess-{guess}")).get("/api/v1/me")
        refusal(answer, 401, "not_signed_in")
        assert 'jj_session=""' in answer.headers["Set-Cookie"]

    stopped = await (await browser_with(door, "guess-6")).get("/api/v1/me")

    refusal(stopped, 429, "locked_out")
    assert 1 <= int(stopped.headers["Retry-After"]) <= 15 * 60
    assert 'jj_session=""' in stopped.headers["Set-Cookie"]
    (entry,) = await county.audited("account.locked")
    assert entry.facts["place"].startswith("address:")
    assert (await clerk.get("/api/v1/me")).status == 200
    again = await door.sign_in("citizen-1")
    mine = await browser_with(door, again.headers["Authorization"].removeprefix("Bearer "))
    answer = await mine.get("/api/v1/me")
    assert (answer.status, "Set-Cookie" in answer.headers) == (200, False)


async def test_after_the_pause_guesses_are_counted_anew(county, door):
    """A quarter of an hour by the county's rules; the wait that was told is the wait there is."""
    for guess in range(6):
        stopped = await (await browser_with(door, f"guess-{guess}")).get("/api/v1/me")

    county.clock.forward(seconds=int(stopped.headers["Retry-After"]))

    refusal(await (await browser_with(door, "another")).get("/api/v1/me"), 401, "not_signed_in")


async def test_a_session_that_ran_out_is_no_guess(county, door):
    """Monday morning: everybody's page still has Friday's cookie, and nobody is locked out for it."""
    visitor = await door.sign_in("citizen-1")
    old = await browser_with(door, visitor.headers["Authorization"].removeprefix("Bearer "))
    county.clock.forward(hours=13)

    for _ in range(8):
        refusal(await old.get("/api/v1/me"), 401, "not_signed_in")

    assert await county.audited("account.locked") == []
