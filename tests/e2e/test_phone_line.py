"""A bad line in a mountain village: nothing said or photographed is lost, and nothing is done twice."""

from __future__ import annotations

from playwright.async_api import expect

from tests.e2e.phones import Phone, choose_picture
from tests.unit.materials.drawing import as_jpeg, letter

WORDS = "我妈七十了，想办老年优待证"


async def test_words_said_without_a_line_are_kept_and_sent_when_it_is_back(phone: Phone):
    """The person sees that they are kept, and need not type them again."""
    await phone.sign_in("金秀萍")

    async with phone.without_a_line():
        await phone.type_and_send(WORDS)
        await phone.reads("还没发出，已存好")
        await phone.reads("网络不通")
    await phone.page.get_by_role("button", name="重发").first.click()

    await expect(phone.log.get_by_role("heading", name="老年人优待证办理")).to_be_visible()
    await expect(phone.page.get_by_text("网络不通")).to_have_count(0)


async def test_an_answer_that_got_lost_does_not_make_the_words_count_twice(phone: Phone):
    """The server has heard them; sent again, they get the first answer."""
    await phone.sign_in("马志福")

    async with phone.without_a_line(after_delivery=True):
        await phone.type_and_send("社保卡丢了想补办")
        await phone.reads("网络不通")
    await phone.page.get_by_role("button", name="重发").first.click()

    await expect(phone.page.get_by_text("网络不通")).to_have_count(0)
    await expect(phone.log.get_by_text("社保卡丢了想补办")).to_have_count(1)
    await expect(phone.log.get_by_role("button", name="预约办理")).to_have_count(1)


async def test_an_unsent_photograph_outlives_the_page(phone: Phone):
    """The battery ran out on the way home from the hills; opened again, the page sends what it kept."""
    await phone.sign_in("羊荣平")
    async with phone.without_a_line():
        await phone.page.get_by_role("button", name="拍照", exact=True).click()
        await choose_picture(phone.page.get_by_role("dialog", name="发照片"), as_jpeg(letter()))
        await phone.reads("还没发出，已存好")

    await phone.page.reload()

    await expect(phone.log.get_by_role("img", name="您拍的照片")).to_be_visible()
    await phone.reads("照片先别急着发")


async def test_half_a_sentence_is_still_there_after_a_telephone_call(phone: Phone):
    """What was typed and not sent comes back to the box."""
    await phone.sign_in("羊荣平")
    box = phone.page.get_by_label("说说您要办的事")
    await box.fill("我想给孩子")

    await phone.page.reload()

    await expect(box).to_have_value("我想给孩子")


async def test_a_page_that_cannot_be_fetched_says_so_and_tries_again(phone: Phone):
    """A list that does not come is not an empty list."""
    await phone.sign_in("羊荣平")
    await phone.page.route("**/api/v1/cases", lambda route: route.abort())
    await phone.open("办件")
    await phone.reads("网络不通，没能打开")
    await phone.page.unroute("**/api/v1/cases")

    await phone.page.get_by_role("button", name="再试一次").click()

    await phone.reads("您还没有在办的事")
