"""开放时间 on the desk: the director sees whom a closure touches, does it, and reads what people answered."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from playwright.async_api import expect

from intake.model.calendar import SHANGHAI
from tests.e2e.clerks import at_desk
from tests.services.pages import OpenPage


def working_day_ahead() -> date:
    """A weekday a few days from now."""
    day = datetime.now(SHANGHAI).date() + timedelta(days=4)
    while day.isoweekday() > 5:
        day += timedelta(days=1)
    return day


async def test_a_director_sees_a_closure_before_doing_it(open_desk: OpenPage, county_url: str) -> None:
    """One citizen is booked that day; after the closure their answer stands on the page."""
    director = await at_desk(open_desk, county_url, "director-anwen")
    page, line, day = director.page, director.line, working_day_ahead()
    await line.sign_in("citizen-1")
    slots = await line.get(f"/slots?item=MZ10&hall=anwen&from={day}&to={day}")
    booked = await line.post("/appointments", slot_id=slots["slots"][0]["id"], service_code="MZ10")
    await line.sign_in("director-anwen")

    await page.get_by_role("link", name="开放时间").click()
    await page.get_by_label("从哪天").fill(day.isoformat())
    await page.get_by_label("到哪天").fill(day.isoformat())
    await page.get_by_label("原因").fill("供电线路检修")
    await page.get_by_role("button", name="看看会影响谁").click()
    await expect(page.get_by_text("预览（还没有生效）")).to_be_visible()
    await expect(page.get_by_role("cell", name=booked["number"])).to_be_visible()
    assert await director.barriers() == []
    await page.get_by_role("button", name="生效，并通知").click()

    await expect(page.get_by_text("已留好替换时间并通知")).to_be_visible()
    await expect(page.get_by_text("等待答复")).to_be_visible()
    assert await director.barriers() == []
    await line.sign_in("citizen-1")
    (held,) = (await line.get("/holds"))["holds"]
    await line.post(f"/holds/{held['id']}/confirm")
    await line.sign_in("director-anwen")
    await page.reload()

    await expect(page.get_by_text("接受了替换时间")).to_be_visible()
