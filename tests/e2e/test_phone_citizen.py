"""A citizen at home: from a sentence to a case number."""

from __future__ import annotations

from playwright.async_api import expect

from tests.e2e.phones import Phone, choose_picture
from tests.unit.materials.drawing import as_jpeg, blurred, id_card_front, number, on_a_table, portrait

CARD = on_a_table(id_card_front())


async def book_first_place(phone: Phone) -> None:
    """The nearest hall and its first free time."""
    await phone.log.get_by_role("button", name="便民服务中心").first.click()
    await phone.log.get_by_role("button", name="月").first.click()
    await phone.reads("约好了")


async def test_a_daughter_brings_her_mothers_card_under_way_in_one_sitting(phone: Phone):
    """She says it in her own words, and ends with a number she can ask after."""
    await phone.sign_in("金秀萍")

    await phone.say("我妈七十了，想办老年优待证")
    await expect(phone.log.get_by_role("heading", name="老年人优待证办理")).to_be_visible()
    await expect(phone.log.get_by_role("checkbox", name="居民身份证").first).to_be_visible()
    await phone.reads("不收费")

    await phone.press("预约办理")
    await phone.press("家人")
    await phone.say(number("19560312"))
    await phone.say("试云华")
    await phone.press("本人同意")
    await book_first_place(phone)
    await phone.press("现在拍照交材料")
    await phone.photograph(as_jpeg(CARD))
    await phone.press("就交这些")
    await phone.press("确认提交")
    await phone.reads("提交好了！办件编号")

    await phone.open("办件")
    await expect(phone.page.get_by_role("heading", name="老年人优待证办理")).to_be_visible()
    await phone.reads("已提交，等待窗口收件")
    await phone.page.get_by_role("button", name="预约", exact=True).click()
    await expect(phone.page.get_by_role("link", name="记到手机日历")).to_be_visible()


async def test_a_blurred_photograph_is_told_at_once_and_taken_again(phone: Phone):
    """Not days later at the counter."""
    await phone.sign_in("马志福")
    await phone.say("社保卡丢了想补办")
    await phone.press("预约办理")
    await book_first_place(phone)
    await phone.press("现在拍照交材料")

    await phone.photograph(as_jpeg(blurred(CARD, 14)))

    await phone.reads("居民身份证收到了")
    await expect(phone.log.get_by_role("button", name="就用这张")).to_be_visible()
    await phone.photograph(as_jpeg(CARD))
    await phone.reads("收到居民身份证")


async def test_what_is_in_no_catalogue_gets_a_named_clerk_and_a_day(phone: Phone):
    """Never a bare no; and the question can be found again."""
    await phone.sign_in("羊荣平")

    await phone.say("我家门口的路灯坏了谁来修")

    await phone.reads("已经转给")
    await phone.open("我的")
    await phone.reads("我家门口的路灯坏了谁来修")


async def test_an_appointment_is_given_back_only_after_a_second_thought(phone: Phone):
    """A thumb that slips cancels nothing."""
    await phone.sign_in("羊荣平")
    await phone.say("我想办老年优待证")
    await phone.press("预约办理")
    await book_first_place(phone)
    await phone.open("办件")
    await phone.page.get_by_role("button", name="预约", exact=True).click()

    await phone.page.get_by_role("button", name="取消预约").click()
    await phone.page.get_by_role("button", name="不取消").click()
    await expect(phone.page.get_by_role("button", name="取消预约")).to_be_visible()

    await phone.page.get_by_role("button", name="取消预约").click()
    await phone.page.get_by_role("button", name="是的，取消").click()
    await expect(phone.page.get_by_role("button", name="取消预约")).to_have_count(0)


async def test_a_photograph_before_any_matter_is_answered_with_what_to_say_first(phone: Phone):
    """The camera button is always there, so somebody will press it first."""
    await phone.sign_in("羊荣平")
    await phone.page.get_by_role("button", name="重来").click()
    await phone.page.get_by_role("button", name="拍照", exact=True).click()

    await choose_picture(phone.page.get_by_role("dialog", name="发照片"), as_jpeg(portrait()))

    await phone.reads("照片先别急着发")
