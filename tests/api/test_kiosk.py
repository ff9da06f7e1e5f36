"""自助机 over HTTP: a token for a session, a short list of requests, and the hall's screen instead of its line."""

from __future__ import annotations

from intake.model.ids import AccountCode
from tests.api.visitors import Door, Visitor
from tests.desks import County

TOKEN = "enrolled-for-the-scene"
SAID = {"X-Requested-With": "jiujinban"}


async def switched_on(county: County, door: Door) -> Visitor:
    """A machine that was enrolled and has just started."""
    await county.desk.people.enrol_device(AccountCode("kiosk-2"), TOKEN)
    answer = await door.stranger.post("/api/v1/kiosk/session", {"token": TOKEN})
    assert answer.status == 201, answer.content
    cookie = answer.headers["Set-Cookie"].partition(";")[0]
    return Visitor(door.stranger.http, door.stranger.url, {"Cookie": cookie, **SAID})


async def test_the_token_opens_a_session_and_a_guessed_one_none(county: County, door: Door) -> None:
    """What is in the browser afterwards no script can read."""
    kiosk = await switched_on(county, door)

    told = (await kiosk.get("/api/v1/kiosk")).said
    assert (told["device"], told["hall"]) == ("kiosk-2", "anwen")
    assert "MZ10" in told["can_start"]
    assert (await door.stranger.post("/api/v1/kiosk/session", {"token": "guessed"})).status == 401


async def test_the_machine_sees_the_screen_and_not_the_line(county: County, door: Door) -> None:
    """A whole name stands in nothing it can read."""
    clerk, kiosk = await door.sign_in("clerk-anwen-1"), await switched_on(county, door)
    await clerk.post("/api/v1/halls/anwen/tickets", {"holder": "王大爷"})

    line = await kiosk.get("/api/v1/halls/anwen/queue")
    screen = await kiosk.get("/api/v1/halls/anwen/display")

    assert line.status == 403
    assert "王大爷" not in screen.content.decode()
    assert [shown["holder"] for shown in screen.said["next"]] == ["*大爷"]


async def test_one_wish_is_one_number_and_one_slip(county: County, door: Door) -> None:
    """The same key twice: the retry of a machine whose line broke."""
    kiosk = await switched_on(county, door)

    one = await kiosk.post("/api/v1/kiosk/tickets", key="wish")
    other = await kiosk.post("/api/v1/kiosk/tickets", key="wish")
    (slip,) = (await kiosk.get("/api/v1/kiosk/slips")).said["slips"]
    claimed = await kiosk.post(f"/api/v1/kiosk/slips/{slip['id']}/claim")
    again = await kiosk.post(f"/api/v1/kiosk/slips/{slip['id']}/claim")

    assert one.said == other.said
    assert claimed.said["facts"]["number"] == one.said["number"]
    assert (again.status, again.said["code"]) == (409, "already_printed")


async def test_what_it_takes_to_the_end_it_reports_for_the_rate(county: County, door: Door) -> None:
    """As its page does at every start."""
    kiosk = await switched_on(county, door)
    able = (await kiosk.get("/api/v1/kiosk")).said["can_finish"]

    told = await kiosk.ask("PUT", "/api/v1/kiosk/abilities", json={"services": able, "release": "1"})

    assert told.status == 200, told.content
    assert set(told.said["services"]) == set(able)
