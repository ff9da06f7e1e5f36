"""By somebody's word at the counter: who goes first whom no record knows, and whose mandate is taken back."""

from __future__ import annotations

from playwright.async_api import expect

from tests.e2e.clerks import Clerk, Line, at_desk
from tests.e2e.phones import Phone
from tests.services.pages import OpenPage

ALLOWANCE = "MZ09"
ELDER, PROXY = "楼淑芬", "朱明松"


async def test_somebody_whom_no_record_knows_goes_first_by_a_clerks_word(
    open_desk: OpenPage, county_url: str
):
    """S16: granted with its ground, first in the list with the reason beside it, called next, and written down."""
    clerk = await at_desk(open_desk, county_url, "clerk-yaochuan-1")
    early, late = [await number_of_walk_in(clerk, "yaochuan", name) for name in ("陈小满", "李秋月")]
    await expect(clerk.page.get_by_role("row").nth(1)).to_contain_text(early)

    await clerk.page.get_by_role("button", name=f"{late} 优先认定").click()
    form = clerk.page.get_by_role("form", name=f"{late} 优先认定")
    await expect(form.get_by_role("button", name="确认优先")).to_be_disabled()
    await form.get_by_label("孕妇").check()
    await expect(form.get_by_label("看到了什么")).to_have_value("本人说明怀孕，出示孕检手册")
    assert await clerk.barriers() == []
    await form.get_by_role("button", name="确认优先").click()

    first = clerk.page.get_by_role("row").nth(1)
    await expect(first).to_contain_text(late)
    await expect(first).to_contain_text("孕妇优先")
    await first.get_by_text("为什么排在这里").click()
    await expect(first).to_contain_text("孕妇优先，按早到20分钟排")
    await clerk.press("F2")
    await expect(clerk.counter).to_contain_text(f"{late} 李秋月 请到")
    await expect(clerk.counter).to_contain_text("为什么先叫")


async def number_of_walk_in(clerk: Clerk, hall: str, holder: str) -> str:
    """Somebody without a card takes a number; says which."""
    ticket = await clerk.line.post(f"/halls/{hall}/tickets", holder=holder)
    await expect(clerk.page.get_by_role("cell", name=str(ticket["number"]), exact=True)).to_be_visible()
    return str(ticket["number"])


async def test_an_elder_takes_a_mandate_back_at_the_counter(
    open_desk: OpenPage, open_phone: OpenPage, county_url: str
):
    """S13: the clerk sees what was allowed to whom and writes down what the elder says; the proxy is stopped at once."""
    phone = Phone(await open_phone(), county_url)
    await phone.sign_in(PROXY)
    proxy = Line(phone.page.context.request, county_url)
    elder = next(one["id"] for one in (await proxy.get("/villagers"))["people"] if one["name"] == ELDER)
    await proxy.post("/mandates", person_id=elder, service_code=ALLOWANCE, statement="我同意由代办员替我办")
    draft = await proxy.post("/cases", person_id=elder, service_code=ALLOWANCE, hall="anwen")
    clerk = await at_desk(open_desk, county_url, "clerk-yushan-1", f"/counter/cases?case={draft['id']}")
    await clerk.case.get_by_text("授权委托", exact=True).click()
    given = (
        clerk.case.get_by_role("list", name="授权委托").get_by_role("listitem").filter(has_text="高龄津贴")
    )

    await expect(given).to_contain_text("我同意由代办员替我办")
    await given.get_by_role("button", name="撤销这份授权").click()
    await expect(given.get_by_role("button", name="确认撤销")).to_be_disabled()
    await given.get_by_role("button", name="本人到窗口说不再委托").click()
    assert await clerk.barriers() == []
    await given.get_by_role("button", name="确认撤销").click()

    await expect(given).to_contain_text("已撤销")
    refused = await proxy.requests.post(
        f"{county_url}/api/v1/cases/{draft['id']}/submit",
        data={"bring_later": True},
        headers={"X-Requested-With": "jiujinban"},
    )
    assert (await refused.json())["code"] == "mandate_needed"
    await phone.reads("本人到窗口说不再委托")
