"""S13: what is done in an elder's name is seen by everybody it concerns, and ends with the elder's word."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.e2e.callers import Answer, ApiCaller
from tests.e2e.clerks import Line
from tests.e2e.phones import Phone
from tests.services.pages import OpenPage

ELDER, ELDERS_NUMBER = "elder-1", "330000195006300127"
ALLOWANCE, ELDERS_CARD = "MZ09", "MZ10"
# What a case is worth in the reference county, up to a hundred of them.
CASE_YUAN = 8


async def begun(helper: ApiCaller, item: str, **proof: str) -> Answer:
    """A matter the helper begins for the elder, under a word of its own."""
    said = "我同意由他替我办"
    await helper.ask("/mandates", person_id=ELDER, service_code=item, statement=said, **proof)
    return await helper.ask("/cases", person_id=ELDER, service_code=item, hall="anwen")


async def test_a_proxy_and_the_elders_child_hear_of_each_other(open_phone: OpenPage, county_url: str):
    """Two people do not collect the same papers twice: each reads who else is at it and whom to call."""
    proxy, child = [Phone(await open_phone(), county_url) for _ in range(2)]
    await proxy.sign_in("朱明松")
    await child.sign_in("马志福")

    await begun(await ApiCaller.sign_in(county_url, "proxy-1"), ALLOWANCE)
    await begun(await ApiCaller.sign_in(county_url, "citizen-2"), ALLOWANCE, id_number=ELDERS_NUMBER)

    await proxy.reads(re.compile("请注意：楼淑芬的“高龄津贴申领”，马志福.*也在办"))
    await child.reads(re.compile("请注意：楼淑芬的“高龄津贴申领”，朱明松.*也在办"))


async def test_an_elder_takes_the_word_back_on_the_phone_and_the_proxy_is_stopped(
    open_phone: OpenPage, county_url: str
):
    """At once, in the middle of the matter; the proxy reads what is lacking, and nothing was handed in."""
    draft = await begun(await ApiCaller.sign_in(county_url, "proxy-1"), ELDERS_CARD)
    proxy, elder = [Phone(await open_phone(), county_url) for _ in range(2)]
    await proxy.sign_in("朱明松")
    await proxy.page.goto(f"{county_url}/#/cases/{draft['id']}")
    hand_in = proxy.page.get_by_role("button", name="就交这些")
    await expect(hand_in).to_be_visible()

    await Line(elder.page.context.request, county_url).sign_in(ELDER)
    await elder.page.goto(county_url)
    await elder.open("我的")
    await elder.page.get_by_role("link", name="授权").click()
    given = elder.page.get_by_role("listitem").filter(has_text="老年人优待证").filter(has_text="有效")
    await given.get_by_role("button", name="撤销授权").click()
    assert await elder.barriers() == []
    sheet = elder.page.get_by_role("dialog", name="撤销这份授权？")
    await sheet.get_by_role("button", name="撤销", exact=True).click()
    await expect(given).to_have_count(0)

    await hand_in.click()
    await expect(proxy.page.get_by_role("alert")).to_contain_text("授权")
    seen = await (await ApiCaller.sign_in(county_url, "proxy-1")).see(f"/cases/{draft['id']}")
    assert seen["state"] == "draft"


async def test_a_proxys_month_adds_up_to_what_is_paid(phone: Phone):
    """Base, business and stars: each with its formula on the phone, and the rows are the cases that were counted."""
    await phone.sign_in("朱明松")
    await phone.open("我的")
    await phone.page.get_by_role("link", name="我的报酬单").click()
    month = await (await ApiCaller.sign_in(phone.url, "proxy-1")).see("/statement")

    await phone.reads(f"{month['month']}：{month['total_yuan']}元")
    for line in month["formula"]:
        await phone.reads(line)
    parts = month["base_yuan"] + month["business_yuan"] + month["star_yuan"]
    assert parts == month["total_yuan"]
    assert month["business_yuan"] == len(month["business"]) * CASE_YUAN
    rows = phone.page.get_by_role("listitem").filter(has_text=re.compile(r"BJ\d+"))
    await expect(rows).to_have_count(len(month["business"]) + len(month["grades"]))
    assert await phone.barriers() == []
