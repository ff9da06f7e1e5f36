"""A case on the desk page: from the person at the counter to the result in their hand."""

from __future__ import annotations

from playwright.async_api import expect

from tests.e2e.clerks import Clerk, Line, arrived, at_desk, at_home, submitted
from tests.services.pages import OpenPage

ALLOWANCE = "MZ09"
SUBSISTENCE = "MZ05"


async def in_hand(citizen: Line, clerk: Clerk, item: str, hall: str) -> str:
    """A submitted case lies open on the clerk's page and is received; says its number."""
    case = await submitted(citizen, item, hall)
    await clerk.open_case(case["applicant"]["name"])
    await clerk.press("F6")
    await clerk.done("收件")
    return str(case["number"])


async def test_a_case_goes_from_the_counter_to_the_department_and_back_into_the_hand(
    open_desk: OpenPage, open_phone: OpenPage, county_url: str
):
    """S2: received and issued at one window, decided behind it, and the clerk's hands stay on the keyboard."""
    citizen = await at_home(open_phone, county_url, "citizen-1")
    case = await submitted(citizen, ALLOWANCE, "anwen")
    clerk = await at_desk(open_desk, county_url, "clerk-dapan-1")
    approver = await at_desk(open_desk, county_url, "approver-civil_affairs-1")
    # 全城通办: handed in at one hall, the person stands at another.
    number = await arrived(citizen, case, "dapan")

    await clerk.press("F2")
    await expect(clerk.counter).to_contain_text(f"{number} 金秀萍 请到")
    await expect(clerk.case).to_contain_text(case["number"])
    await clerk.press("F4")
    await expect(clerk.counter).to_contain_text("办理中")
    await clerk.press("F6")
    await clerk.done("收件")
    await clerk.press("F6")
    await clerk.case.get_by_role("group", name="高龄津贴申请表").get_by_label("窗口已核对原件").check()
    assert await clerk.barriers() == []
    await clerk.press("F6")
    await clerk.done("受理")
    await clerk.press("F6")
    await clerk.done("转部门审批")

    await approver.page.get_by_role("button").filter(has_text=case["number"][-5:]).click()
    await expect(approver.case).to_contain_text(case["number"])
    await approver.press("F6")
    await expect(approver.case.get_by_role("form")).to_contain_text("准予办理")
    await approver.press("F6")
    await approver.done("审批决定")
    await expect(clerk.case.get_by_role("alert")).to_contain_text("准予办理")

    await clerk.press("F6")
    await expect(clerk.case.get_by_role("form")).to_contain_text("出件")
    await clerk.press("F6")
    await clerk.done("出件")
    code = (await citizen.get(f"/cases/{case['id']}"))["issue"]["code"]
    await clerk.press("F6")
    await clerk.case.get_by_role("textbox", name="取件码").fill(code)
    await clerk.case.get_by_label("不是本人，由别人代领").check()
    await clerk.case.get_by_role("textbox", name="代领人姓名").fill("王芳")
    await clerk.case.get_by_role("button", name="子女").click()
    assert await clerk.barriers() == []
    await clerk.press("F6")
    await clerk.done("送达")

    ended = await citizen.get(f"/cases/{case['id']}")
    assert (ended["state"], ended["issue"]["taken_by"]) == ("delivered", "王芳")


async def test_what_nobody_at_the_counter_may_settle_the_director_settles(
    open_desk: OpenPage, open_phone: OpenPage, county_url: str
):
    """提请主任: asked at the counter, seen with its day on the director's page, settled, and back with the clerk."""
    citizen = await at_home(open_phone, county_url, "citizen-3")
    clerk = await at_desk(open_desk, county_url, "clerk-lengshui-1")
    number = await in_hand(citizen, clerk, ALLOWANCE, "lengshui")
    await clerk.case.get_by_role("button", name="提请主任").click()
    await clerk.case.get_by_role("form").get_by_label("请主任决定什么").fill("年龄差一天，能不能先收")
    await clerk.press("F6")
    await clerk.done("提请主任")

    director = await at_desk(open_desk, county_url, "director-lengshui")
    await director.page.get_by_role("button").filter(has_text="等中心主任决定").first.click()
    await director.case.get_by_role("button", name="主任决定 F6").click()
    await expect(director.case.get_by_role("form")).to_contain_text("年龄差一天")
    assert await director.barriers() == []
    await director.press("F6")
    await director.done("主任决定")

    await expect(clerk.case.get_by_role("alert")).to_contain_text("主任决定")
    assert (await citizen.get(f"/cases/{number}"))["state"] == "received"


async def test_everything_wrong_is_told_at_once_and_comes_back_corrected(
    open_desk: OpenPage, open_phone: OpenPage, county_url: str
):
    """一次性告知: the person comes once more, not twice."""
    citizen = await at_home(open_phone, county_url, "citizen-2")
    clerk = await at_desk(open_desk, county_url, "clerk-xinwo-1")
    number = await in_hand(citizen, clerk, SUBSISTENCE, "xinwo")
    first, second = (
        clerk.case.get_by_role("listitem").filter(has=clerk.page.locator("fieldset")).nth(n) for n in (0, 1)
    )

    await first.get_by_label("看不清").check()
    await first.get_by_role("button", name="照片模糊").click()
    await second.get_by_label("不对").check()
    await expect(clerk.case.get_by_role("button", name="受理", exact=True)).to_be_disabled()
    await clerk.press("F7")
    await clerk.press("F6")
    await clerk.done("要求补正")

    case = await citizen.get(f"/cases/{number}")
    assert [m["verdict"] for m in case["materials"][:2]] == ["unreadable", "wrong"]
    assert case["materials"][0]["remark"].startswith("照片模糊")
    for material in case["materials"][:2]:
        await citizen.lay_page(case["id"], material["key"])
    await citizen.post(f"/cases/{case['id']}/resupply")
    await expect(clerk.case.get_by_role("alert")).to_contain_text("补正完成")


async def test_a_stale_page_shows_the_fresh_case_and_loses_no_word(
    open_desk: OpenPage, open_phone: OpenPage, county_url: str
):
    """Two clerks have the same case open; the second one had written half a page."""
    citizen = await at_home(open_phone, county_url, "citizen-3")
    quick = await at_desk(open_desk, county_url, "clerk-yushan-1")
    slow = await at_desk(open_desk, county_url, "clerk-yushan-2")
    await slow.page.route("**/cases/*/redirect", lambda route: quick_first(quick, route))
    number = await in_hand(citizen, quick, SUBSISTENCE, "yushan")
    await slow.open_case("羊荣平")
    await slow.case.get_by_role("button", name="指明办法").click()
    form = slow.case.get_by_role("form")
    await form.get_by_label("原因").fill("户籍在外县")
    await form.get_by_label("可行的办法").fill("请到户籍地民政局办理")
    await form.get_by_label("依据").fill("社会救助暂行办法")
    await slow.press("F6")

    await expect(slow.case.get_by_role("alert")).to_contain_text("受理")
    await expect(form.get_by_label("原因")).to_have_value("户籍在外县")
    assert (await citizen.get(f"/cases/{number}"))["state"] == "accepted"


async def quick_first(quick: Clerk, route) -> None:
    """While the slow clerk's answer is on its way, the quick one accepts."""
    await quick.press("F6")
    await quick.done("受理")
    await route.continue_()


async def test_a_look_at_a_full_id_number_is_announced_and_asked_for(
    open_desk: OpenPage, open_phone: OpenPage, county_url: str
):
    """PIPL: masked until somebody says in their own name that they need it."""
    citizen = await at_home(open_phone, county_url, "citizen-1")
    await submitted(citizen, SUBSISTENCE, "renchuan")
    clerk = await at_desk(open_desk, county_url, "clerk-renchuan-1")
    await clerk.open_case("金秀萍")
    number = clerk.case.get_by_text("330000198105160127")
    await expect(number).to_have_count(0)

    await clerk.case.get_by_role("button", name="查看证件号").click()
    await expect(clerk.case).to_contain_text("会以您的名字记入审计日志")
    await clerk.case.get_by_role("button", name="确认查看").click()

    await expect(number).to_be_visible()


async def test_a_photograph_is_enlarged_turned_and_judged_without_leaving_it(
    open_desk: OpenPage, open_phone: OpenPage, county_url: str
):
    """The clerk's eyes stay on the paper."""
    citizen = await at_home(open_phone, county_url, "citizen-2")
    clerk = await at_desk(open_desk, county_url, "clerk-shanghu-1")
    await in_hand(citizen, clerk, ALLOWANCE, "shanghu")
    await clerk.case.get_by_role("button", name="放大看").first.click()
    viewer = clerk.page.get_by_role("dialog")
    picture = viewer.get_by_role("img", name="的照片")
    await expect(picture).to_be_visible()
    upright = await picture.evaluate("image => image.style.transform")

    await clerk.press("r")
    await viewer.get_by_label("看不清").check()
    assert await picture.evaluate("image => image.style.transform") != upright
    assert await clerk.barriers() == []
    await clerk.press("Escape")

    await expect(viewer).to_have_count(0)
    await expect(clerk.case.get_by_role("button", name="要求补正")).to_be_visible()


async def test_a_question_is_answered_from_the_desk(
    open_desk: OpenPage, open_phone: OpenPage, county_url: str
):
    """S14: what the catalogue does not hold has an owner and a day, and gets an answer."""
    citizen = await at_home(open_phone, county_url, "citizen-3")
    clerk = await at_desk(open_desk, county_url, "clerk-fangqian-1", "/counter/questions")
    await expect(clerk.page.get_by_text("没有等答复的咨询")).to_be_visible()
    await citizen.post("/questions", text="我家屋后的古树谁来管？", hall="fangqian")

    await expect(clerk.page.get_by_text("首问责任人")).to_be_visible()
    await clerk.page.get_by_role("textbox", name="答复").fill("归县林业局管，我已转告，明天给您回电话。")
    await clerk.page.get_by_role("button", name="发送答复").click()

    await expect(clerk.page.get_by_text("没有等答复的咨询")).to_be_visible()
    answered = (await citizen.get("/questions"))["questions"]
    assert [question["answer"][:5] for question in answered] == ["归县林业局"]


async def test_a_session_that_ran_out_comes_back_to_the_words_that_were_typed(
    open_desk: OpenPage, open_phone: OpenPage, county_url: str
):
    """Twelve hours are over in the middle of a sentence."""
    citizen = await at_home(open_phone, county_url, "elder-40")
    clerk = await at_desk(open_desk, county_url, "clerk-panfeng-1")
    await in_hand(citizen, clerk, ALLOWANCE, "panfeng")
    await clerk.case.get_by_role("button", name="指明办法").click()
    await clerk.case.get_by_label("原因").fill("年龄还差三个月")
    await clerk.page.context.clear_cookies()

    await clerk.case.get_by_label("可行的办法").fill("满八十岁当月再来")
    await clerk.case.get_by_label("依据").fill("高龄津贴发放办法")
    await clerk.press("F6")
    await expect(clerk.page.get_by_text("登录已过期")).to_be_visible()
    await clerk.page.get_by_role("button", name="朱云莲").click()

    await expect(clerk.case.get_by_label("原因")).to_have_value("年龄还差三个月")
