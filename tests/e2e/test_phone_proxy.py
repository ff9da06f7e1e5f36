"""A village proxy at somebody's kitchen table."""

from __future__ import annotations

from playwright.async_api import expect

from tests.e2e.phones import Phone
from tests.unit.materials.drawing import as_jpeg, id_card_front, on_a_table

ELDER_OF_ANOTHER_VILLAGE = ("蔡慧梅", "330000194309200129")


async def test_an_elders_matter_is_done_with_a_recorded_word_and_both_names(phone: Phone):
    """Chosen from the village list, agreed to aloud, booked, photographed, handed in."""
    await phone.sign_in("朱明松")
    await phone.open("村民")
    await phone.reads("330000**********27")
    elder = phone.page.get_by_role("listitem").filter(has_text="楼淑芬")
    await elder.get_by_role("button", name="为他办").click()
    await phone.reads("现在为楼淑芬办事")

    await phone.say("想办老年优待证")
    await phone.press("预约办理")
    await phone.press("本人同意")
    await phone.log.get_by_role("button", name="便民服务中心").first.click()
    await phone.log.get_by_role("button", name="月").first.click()
    await phone.press("现在拍照交材料")
    await phone.photograph(as_jpeg(on_a_table(id_card_front())))
    await phone.press("就交这些")
    await phone.press("确认提交")
    await phone.reads("提交好了")

    await phone.open("办件")
    row = phone.page.get_by_role("article").filter(has_text="楼淑芬").first
    await expect(row).to_contain_text("老年人优待证")
    await row.get_by_role("link", name="看详情").click()
    await expect(phone.page.get_by_text("申请人 楼淑芬")).to_contain_text("代办")


async def test_another_villages_elder_is_refused_with_whom_to_call(phone: Phone):
    """The proxy reads the name of the colleague to ask, not only that it cannot be."""
    name, id_number = ELDER_OF_ANOTHER_VILLAGE
    await phone.sign_in("朱明松")
    await phone.open("村民")
    await phone.page.get_by_role("button", name="添加村民").click()
    form = phone.page.get_by_role("dialog", name="添加村民")
    await form.get_by_label("姓名").fill(name)
    await form.get_by_label("身份证号").fill(id_number)

    await form.get_by_role("button", name="添加", exact=True).click()

    await expect(form.get_by_role("alert").filter(has_text="代办员")).to_contain_text("电话")


async def test_a_slip_in_an_id_number_is_seen_before_it_is_sent(phone: Phone):
    """The check digit tells while the card is still in the hand."""
    await phone.sign_in("朱明松")
    await phone.open("村民")
    await phone.page.get_by_role("button", name="添加村民").click()
    form = phone.page.get_by_role("dialog", name="添加村民")
    await form.get_by_label("身份证号").fill("330000194309200128")

    await form.get_by_label("姓名").fill("蔡慧梅")

    await expect(form.get_by_text("身份证号不对")).to_be_visible()
    await expect(form.get_by_role("button", name="添加", exact=True)).to_be_disabled()


async def test_a_citizen_has_no_village_list(phone: Phone):
    """Neither as a tab nor by its address."""
    await phone.sign_in("金秀萍")

    await phone.page.goto(f"{phone.url}/#/villagers")

    await expect(phone.log).to_be_visible()
    await expect(phone.page.get_by_role("link", name="村民")).to_have_count(0)
