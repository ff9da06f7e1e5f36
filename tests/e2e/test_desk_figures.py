"""The dashboard down to its rows, and a catalogue file up to the moment it counts, on the desk page."""

from __future__ import annotations

import json

from playwright.async_api import expect

from tests.e2e.clerks import at_desk
from tests.services.pages import OpenPage


async def test_a_number_opens_onto_as_many_rows(open_desk: OpenPage, county_url: str):
    """The director presses 一网通办率's missing rows and sees exactly those, with names masked."""
    director = await at_desk(open_desk, county_url, "director-anwen", "/figures")
    tile = director.page.get_by_role("listitem").filter(has_text="一网通办率")
    missing = tile.get_by_role("button", name="看差的")
    wanted = int("".join(sign for sign in await missing.inner_text() if sign.isdigit()))

    await missing.click()

    rows = director.page.get_by_role("region", name="安文街道便民服务中心 一网通办率").locator("tbody tr")
    await expect(rows).to_have_count(wanted)
    for row in await rows.all():
        await expect(row.locator("td").nth(3)).to_contain_text("*")


async def test_a_keeper_sees_the_change_before_it_counts(open_desk: OpenPage, county_url: str):
    """A file with another time for one item: the old and the new value stand side by side, then it is in force."""
    keeper = await at_desk(open_desk, county_url, "keeper", "/catalogue/imports")
    exported = await keeper.page.request.get(f"{county_url}/api/v1/catalogue/export?form=json")
    row = (await exported.json())["items"][0]
    row["minutes"] += 7
    file = {
        "name": "一项.json",
        "mimeType": "application/json",
        "buffer": json.dumps({"items": [row]}).encode(),
    }

    await keeper.page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]  # a file made here
    await keeper.page.get_by_role("button", name="核对文件").click()
    change = keeper.page.get_by_role("group", name="核对结果")
    await expect(change).to_contain_text("窗口时长（分钟）")
    await expect(change).to_contain_text(str(row["minutes"]))
    await keeper.page.get_by_role("button", name="确认，让变动生效").click()

    await expect(keeper.page.get_by_role("heading", name="一项.json：已生效")).to_be_visible()
