"""选时间 on a phone: the soonest place with its reason, a place kept while one thinks, another time later."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.e2e.phones import Phone

CHOOSE = re.compile("[0-9]+月[0-9]+日（星期.）[0-9]{2}:[0-9]{2}")


async def open_times(phone: Phone, item: str = "MZ10") -> None:
    """The times of an item."""
    await phone.sign_in("金秀萍")
    await phone.page.goto(f"{phone.url}/#/book/{item}")
    await expect(phone.page.get_by_role("heading", name="最早能办")).to_be_visible()


async def test_a_place_is_kept_confirmed_and_moved(phone: Phone) -> None:
    """The person sees how long it is kept, says yes, and chooses another time a minute later."""
    page = phone.page
    await open_times(phone)
    assert await phone.barriers() == []

    await page.get_by_role("button", name=CHOOSE).first.click()
    await expect(page.get_by_role("timer")).to_contain_text("给您留着")
    assert await phone.barriers() == []
    await page.get_by_role("button", name="就约这个时间").click()
    await expect(page.get_by_text("预约号")).to_be_visible()

    await page.get_by_role("link", name="改时间").click()
    await expect(page.get_by_text("改时间，原来约的是")).to_be_visible()
    await page.get_by_role("button", name=re.compile("^[0-9]{2}:[0-9]{2}")).last.click()
    await page.get_by_role("button", name="是的，改到这里").click()

    await expect(page.get_by_text("预约号")).to_be_visible()
    assert await phone.barriers() == []


async def test_another_time_lets_the_kept_place_go(phone: Phone) -> None:
    """The list is there again, with nothing held."""
    page = phone.page
    await open_times(phone, "MZ09")
    await page.get_by_role("button", name=CHOOSE).first.click()
    await page.get_by_role("button", name="换个时间").click()

    await expect(page.get_by_role("heading", name="最早能办")).to_be_visible()
    await expect(page.get_by_role("timer")).to_have_count(0)


ALLOW = """async (name) => {
  const ask = async (path, body) => (await fetch(`/api/v1${path}`, {
    method: body ? 'POST' : 'GET', headers: { 'Content-Type': 'application/json', 'X-Requested-With': 'jiujinban' }, body: body && JSON.stringify(body),
  })).json()
  const { people } = await ask('/villagers')
  const person_id = people.find((one) => one.name === name).id
  return ask('/mandates', { person_id, service_code: 'MZ10', statement: '本人当面同意' })
}"""


async def test_a_proxy_books_moves_and_cancels_for_an_elder(phone: Phone) -> None:
    """First it is chosen for whom, among those whose word holds; the elder's name stands beside each step."""
    page = phone.page
    await phone.sign_in("朱明松")
    await page.goto(f"{phone.url}/#/book/MZ10")
    await expect(page.get_by_text("请选一位村民")).to_have_count(1)
    await expect(page.get_by_role("option", name="楼淑芬")).to_have_count(0)
    await expect(page.get_by_role("heading", name="最早能办")).to_have_count(0)
    assert await phone.barriers() == []

    await page.evaluate(ALLOW, "楼淑芬")
    await page.reload()
    await page.get_by_label("给谁约").select_option("楼淑芬")
    await expect(page.get_by_role("heading", name="最早能办")).to_be_visible()
    assert await phone.barriers() == []
    assert not await phone.overflows()
    await page.get_by_role("button", name=CHOOSE).first.click()
    await expect(page.get_by_text("（楼淑芬）")).to_be_visible()
    await page.get_by_role("button", name="就约这个时间").click()

    row = page.get_by_role("listitem").filter(has_text="楼淑芬").first
    await expect(row).to_contain_text("预约号")
    await row.get_by_role("link", name="改时间").click()
    await page.get_by_role("button", name=re.compile("^[0-9]{2}:[0-9]{2}")).last.click()
    await page.get_by_role("button", name="是的，改到这里").click()
    await (
        page.get_by_role("listitem")
        .filter(has_text="楼淑芬")
        .first.get_by_role("button", name="取消预约")
        .click()
    )
    await page.get_by_role("button", name="是的，取消").click()

    await expect(page.get_by_text("以前的预约")).to_be_visible()
