"""S8: a proxy tells what is wrong from the village; the keeper answers at the desk; whoever told it has the last word."""

from __future__ import annotations

from playwright.async_api import expect

from tests.e2e.clerks import PHOTO_MILLISECONDS, SHEET, Clerk, at_desk
from tests.e2e.phones import Phone
from tests.services.pages import OpenPage

WRONG = "写着要户口本，到窗口说不用"


async def test_what_is_wrong_with_an_item_is_told_from_the_phone_and_answered_until_it_is_right(
    open_desk: OpenPage, phone: Phone, county_url: str
):
    """Words and a picture go up, the answer comes down, "not yet" sends it back, and "right now" ends it."""
    await report(phone, WRONG)
    keeper = await at_desk(open_desk, county_url, "keeper", "/orders")
    await keeper.page.get_by_role("button").filter(has_text=WRONG).click()
    await expect(keeper.page.get_by_role("img", name="截图 1")).to_be_visible()
    assert await keeper.barriers() == []
    await answer(keeper, "已删掉户口本，请再看")

    await phone.reads("已删掉户口本，请再看")
    assert await phone.barriers() == []
    await phone.page.get_by_label("还有哪里不对").fill("手机上还是老样子")
    await phone.page.get_by_role("button", name="没有解决").click()
    await phone.reads("已经请他们再看")

    await keeper.page.reload()
    await keeper.page.get_by_role("button").filter(has_text=WRONG).click()
    await expect(keeper.page.get_by_text("手机上还是老样子")).to_be_visible()
    await answer(keeper, "手机上也改好了")
    await phone.page.get_by_role("button", name="已解决").click()
    await phone.reads("谢谢您")

    await keeper.page.reload()
    await keeper.page.get_by_role("button").filter(has_text=WRONG).click()
    await keeper.page.get_by_role("button", name="归档", exact=True).click()
    await expect(keeper.page.get_by_text("已归档")).to_be_visible()


async def test_a_report_typed_without_a_line_is_still_there_when_the_line_is_back(phone: Phone):
    """A mountain valley: nothing is typed twice, and what was told once is one order."""
    await phone.sign_in("朱明松")
    await open_form(phone)
    await phone.page.get_by_label("手机、机器用着不对").check()
    await phone.page.get_by_label("看到了什么").fill("扫码扫不出来")
    await phone.page.context.set_offline(True)
    await phone.page.get_by_role("button", name="提交工单").click()
    await phone.reads("网络不通")
    await phone.page.context.set_offline(False)
    await phone.page.reload()
    await phone.page.get_by_role("button", name="提一张工单").click()
    await expect(phone.page.get_by_label("看到了什么")).to_have_value("扫码扫不出来")

    await phone.page.get_by_label("手机、机器用着不对").check()
    await phone.page.get_by_role("button", name="提交工单").click()

    await expect(phone.page.get_by_role("heading", name="系统")).to_contain_text("等待答复")


async def report(phone: Phone, words: str) -> None:
    """From the page of the item it is about, with a photograph."""
    await phone.sign_in("朱明松")
    await phone.page.goto(f"{phone.url}/#/items/MZ09")
    await phone.page.get_by_role("link", name="提工单").click()
    form = phone.page.get_by_role("form", name="提工单")
    await expect(form.get_by_label("哪件事")).to_have_value("高龄津贴申领")
    await form.get_by_label("看到了什么").fill(words)
    await form.get_by_label("再选一张").set_input_files(SHEET)
    await expect(form.get_by_role("img", name="第1张照片")).to_be_visible()
    assert await phone.barriers() == []
    assert not await phone.overflows()
    await form.get_by_role("button", name="提交工单").click()
    await expect(phone.page.get_by_role("link", name="第1张照片")).to_be_visible(timeout=PHOTO_MILLISECONDS)


async def open_form(phone: Phone) -> None:
    """By the menu."""
    await phone.open("我的")
    await phone.page.get_by_role("link", name="问题工单").click()
    await phone.page.get_by_role("button", name="提一张工单").click()


async def answer(keeper: Clerk, words: str) -> None:
    """The keeper writes what was done."""
    await keeper.page.get_by_role("textbox", name="答复").fill(words)
    await keeper.page.get_by_role("button", name="答复", exact=True).click()
    await expect(keeper.page.get_by_text("已答复，等提出人核实。")).to_be_visible()
