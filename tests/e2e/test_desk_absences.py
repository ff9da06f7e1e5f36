"""爽约核实 on the desk: somebody rings and says why they did not come; with a reason it does not count."""

from __future__ import annotations

import sqlite3

from playwright.async_api import expect

from tests.e2e.clerks import at_desk
from tests.services.pages import OpenPage
from tests.services.servers import ServerProcesses


def nobody_came(servers: ServerProcesses, number: str) -> None:
    """What the server writes half an hour after the time; no scene waits for days."""
    (store,) = (servers.folder / "state").glob("*.db")
    with sqlite3.connect(store, timeout=30) as connection:
        written = connection.execute("UPDATE appointments SET state = 'no_show' WHERE number = ?", [number])
        assert written.rowcount == 1


async def test_an_absence_with_a_reason_does_not_count(
    open_desk: OpenPage, county_url: str, module_server_processes: ServerProcesses
) -> None:
    """Found by its day and number, forgiven with a reason, and shown with it ever after."""
    clerk = await at_desk(open_desk, county_url, "clerk-anwen-1")
    page, line = clerk.page, clerk.line
    await line.sign_in("citizen-1")
    slots = await line.get("/slots?item=MZ10&hall=anwen&kind=reserved")
    booked = await line.post("/appointments", slot_id=slots["slots"][-1]["id"], service_code="MZ10")
    nobody_came(module_server_processes, booked["number"])
    await line.sign_in("clerk-anwen-1")

    await page.get_by_role("link", name="爽约").click()
    await expect(page.get_by_text("这一天没有爽约的预约")).to_be_visible()
    assert await clerk.barriers() == []
    await page.get_by_label("哪一天约的").fill(booked["start"][:10])
    row = page.get_by_role("row").filter(has_text=booked["number"])
    await expect(row.get_by_role("button", name="不算爽约")).to_be_disabled()
    await row.get_by_label("没来的原因").fill("班车没有开，来不了")
    assert await clerk.barriers() == []
    await row.get_by_role("button", name="不算爽约").click()

    await expect(page.get_by_role("status").filter(has_text="已经记录")).to_be_visible()
    await expect(row).to_contain_text("不算爽约：班车没有开，来不了")
    assert await clerk.barriers() == []
    assert not await clerk.overflows()


async def test_the_halls_rules_for_its_line_are_readable_and_kept(
    open_desk: OpenPage, county_url: str
) -> None:
    """The director's page of queue rules: no barrier on it, and what is saved stands in words at once."""
    director = await at_desk(open_desk, county_url, "director-anwen")
    page = director.page
    await page.get_by_role("link", name="排队规则").click()
    field = page.get_by_label("后来的人最多有几位能排到一个人前面")
    await expect(field).to_be_visible()
    assert await director.barriers() == []
    assert not await director.overflows()

    await field.fill("4")
    await page.get_by_role("button", name="保存").click()

    await expect(page.get_by_text("后来的人最多有4位能排到您前面").first).to_be_visible()
    assert await director.barriers() == []
