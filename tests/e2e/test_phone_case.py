"""A case on its way: what the person sees on the phone while the county works."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.e2e.callers import Answer, ApiCaller
from tests.e2e.phones import PHOTO_MILLISECONDS, Phone, choose_picture
from tests.unit.materials.drawing import as_jpeg, id_card_front, on_a_table

ELDERS_CARD = "MZ10"


@pytest.fixture
async def clerk(county_url: str) -> ApiCaller:
    """The comprehensive counter at 安文."""
    return await ApiCaller.sign_in(county_url, "clerk-anwen-1")


async def hand_in(county_url: str, identity: str, service_code: str = ELDERS_CARD) -> Answer:
    """A case of that person, handed in at 安文 with nothing but the promise to bring the papers."""
    person = await ApiCaller.sign_in(county_url, identity)
    draft = await person.ask("/cases", service_code=service_code, hall="anwen")
    return await person.ask(f"/cases/{draft['id']}/submit", bring_later=True)


async def carry_to_the_issuing_window(case: Answer, clerk: ApiCaller) -> Answer:
    """Received, accepted, decided by the department, issued."""
    approver = await ApiCaller.sign_in(clerk.url, "approver-civil_affairs-1")
    case = await clerk.act(case, "receive")
    case = await clerk.act(case, "accept")
    case = await clerk.act(case, "hand-over")
    case = await approver.act(case, "decide", granted=True)
    return await clerk.act(case, "issue", way="窗口领取")


async def test_a_correction_is_photographed_on_the_cases_own_page(phone: Phone, clerk: ApiCaller):
    """What is wrong stands first and in red; one good photograph and one press answer it."""
    case = await clerk.act(await hand_in(phone.url, "citizen-1"), "receive")
    faults = {"m1": {"verdict": "unreadable", "remark": "身份证拍得太暗，请到亮处重拍。"}}
    await clerk.act(case, "correction", materials=faults, remark="请重拍身份证。")
    await phone.sign_in("金秀萍")
    await phone.open("办件")

    await phone.page.get_by_role("link", name="去补材料").click()
    await phone.reads("请您补材料")
    await phone.reads("身份证拍得太暗，请到亮处重拍。")
    material = phone.page.get_by_role("listitem").filter(has_text="居民身份证").first
    assert await phone.barriers() == []
    await choose_picture(material, as_jpeg(on_a_table(id_card_front())))
    await expect(material.get_by_role("button", name="看交上去的照片")).to_be_visible(
        timeout=PHOTO_MILLISECONDS
    )
    await phone.page.get_by_role("button", name="材料补好了，交上去").click()

    await phone.reads("补的材料交上去了")


async def test_the_collection_code_is_large_and_the_service_can_be_judged(phone: Phone, clerk: ApiCaller):
    """One reads it out at the window without opening another page."""
    await carry_to_the_issuing_window(await hand_in(phone.url, "citizen-2"), clerk)
    await phone.sign_in("马志福")
    await phone.open("办件")

    await phone.reads("到窗口报取件码")
    ready = phone.page.get_by_role("article").filter(has_text="取件码")
    await ready.get_by_role("link", name="看详情").first.click()
    await phone.page.get_by_role("button", name="非常满意", exact=True).click()
    assert await phone.barriers() == []
    await phone.page.get_by_role("button", name="提交评价").click()

    await phone.reads("谢谢您的评价")


async def test_a_notice_comes_while_the_page_is_open(phone: Phone, clerk: ApiCaller):
    """Without reloading, and on whichever tab one is: the tab of the conversation counts it."""
    case = await hand_in(phone.url, "citizen-3")
    await phone.sign_in("羊荣平")
    await phone.open("办件")
    await phone.reads("已提交，等待窗口收件")

    case = await clerk.act(case, "receive")
    await clerk.act(case, "accept")

    await phone.reads("已受理")
    await expect(phone.page.get_by_role("link", name="对话")).to_contain_text("条新消息")
