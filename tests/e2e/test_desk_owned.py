"""S14: what a person asks or complains of has somebody's name and a day on it, until the person says that it is right."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.e2e.callers import Answer, ApiCaller
from tests.e2e.clerks import Clerk, at_desk
from tests.e2e.phones import Phone
from tests.services.pages import OpenPage

ASKED = "家里老人走不动，社保认证怎么办？"


def line_of(clerk: Clerk, words: str):
    """The row of the to-do page that holds these words."""
    return clerk.page.get_by_role("listitem").filter(has_text=words)


async def owner_of(url: str, words: str) -> Answer:
    """The question as its asker sees it."""
    mine = (await (await ApiCaller.sign_in(url, "citizen-3")).see("/questions"))["questions"]
    return next(one for one in mine if one["text"] == words)


async def test_a_question_is_handed_over_with_its_clock_answered_asked_again_and_judged(
    open_desk: OpenPage, phone: Phone, county_url: str
):
    """The asker always reads who answers and by when; a hand-over wins nobody a day."""
    citizen = await ApiCaller.sign_in(county_url, "citizen-3")
    asked = await citizen.ask("/questions", text=ASKED, hall="shuangfeng")
    first = await at_desk(open_desk, county_url, asked["owner"], "/todo")
    row = line_of(first, ASKED)
    await row.get_by_label("转交给").select_option(index=1)
    await row.get_by_label("的原因").fill("他专办社保")
    assert await first.barriers() == []
    await row.get_by_role("button", name="转交（期限不变）").click()
    await expect(first.page.get_by_text("已转交，期限不变")).to_be_visible()
    handed = await owner_of(county_url, ASKED)
    assert handed["owner"] != asked["owner"]
    assert handed["due"] == asked["due"]

    second = await at_desk(open_desk, county_url, handed["owner"], "/todo")
    await line_of(second, ASKED).get_by_role("textbox", name="答复").fill("手机上能做")
    await line_of(second, ASKED).get_by_role("button", name="发送答复").click()
    await phone.sign_in("羊荣平")
    await phone.page.goto(f"{county_url}/#/trust")
    mine = phone.page.get_by_role("listitem").filter(has_text=ASKED)
    await mine.get_by_label("哪里没答清楚").fill("老人没有手机")
    assert await phone.barriers() == []
    await mine.get_by_role("button", name="还没答清楚，请再答").click()
    await expect(mine).to_contain_text("会在")

    await second.page.reload()
    await line_of(second, ASKED).get_by_role("textbox", name="答复").fill("我们上门做，周三上午去")
    await line_of(second, ASKED).get_by_role("button", name="发送答复").click()
    await expect(second.page.get_by_text(re.compile("已答复 ZX"))).to_be_visible()
    await phone.page.reload()
    await mine.get_by_role("button", name="满意", exact=True).click()
    await expect(mine).to_contain_text("您的评价：满意")


async def test_a_bad_grade_is_followed_up_with_a_call_an_end_and_a_second_grade(
    open_desk: OpenPage, phone: Phone, county_url: str
):
    """The director calls, says what was found and done; the person reads it and judges again."""
    case = await delivered(county_url)
    await phone.sign_in("马志福")
    await phone.page.goto(f"{county_url}/#/cases/{case['id']}")
    await expect(phone.page.get_by_text(case["number"], exact=True)).to_be_visible()
    await phone.page.get_by_role("button", name="不满意", exact=True).click()
    await phone.page.get_by_label("哪里让您不满意").fill("窗口一直没有人")
    await phone.page.get_by_role("button", name="提交评价").click()
    await phone.reads("谢谢您的评价")

    director = await at_desk(open_desk, county_url, "director-shuangxi", "/todo")
    row = line_of(director, "窗口一直没有人")
    await expect(row).to_contain_text("前联系群众")
    await row.get_by_role("button", name="看电话").click()
    await expect(row.get_by_role("link", name=re.compile(r"^1\d{10}$"))).to_be_visible()
    await row.get_by_label("联系记录").fill("电话里说只开了一个窗口")
    await row.get_by_role("button", name="登记联系").click()
    await row.get_by_label("核实情况").fill("当天只开了一个窗口")
    await row.get_by_label("整改和答复").fill("周一起加开一个窗口")
    assert await director.barriers() == []
    await row.get_by_role("button", name="办结").click()
    await expect(director.page.get_by_text("群众会收到处理结果")).to_be_visible()

    await phone.page.goto(f"{county_url}/#/trust")
    opinion = phone.page.get_by_role("listitem").filter(has_text="窗口一直没有人")
    await expect(opinion).to_contain_text("周一起加开一个窗口")
    await opinion.get_by_role("button", name="基本满意").click()
    await expect(opinion).to_contain_text("您再次评价：基本满意")


async def delivered(url: str) -> Answer:
    """A finished case of 马志福's, done on the spot."""
    citizen = await ApiCaller.sign_in(url, "citizen-2")
    clerk = await ApiCaller.sign_in(url, "clerk-shuangxi-1")
    approver = await ApiCaller.sign_in(url, "approver-civil_affairs-1")
    draft = await citizen.ask("/cases", service_code="MZ10", hall="shuangxi")
    case = await citizen.ask(f"/cases/{draft['id']}/submit", bring_later=True)
    for act in ("receive", "accept", "hand-over"):
        case = await clerk.act(case, act)
    case = await approver.act(case, "decide", granted=True)
    return await clerk.act(case, "issue", way="当场交付")


async def test_a_case_goes_on_at_another_hall_and_comes_home_by_post(
    open_desk: OpenPage, phone: Phone, county_url: str
):
    """全城通办: moved on the person's wish with its history, issued where it is, and the phone shows the courier's number."""
    citizen = await ApiCaller.sign_in(county_url, "citizen-1")
    draft = await citizen.ask("/cases", service_code="MZ09", hall="yaochuan")
    case = await citizen.ask(f"/cases/{draft['id']}/submit", bring_later=True)
    clerk = await at_desk(open_desk, county_url, "clerk-yaochuan-1")
    await clerk.open_case("金秀萍")
    await clerk.case.get_by_role("button", name="转到其他中心").click()
    await clerk.case.get_by_label("转到哪个中心").select_option(label="大盘镇便民服务中心")
    await clerk.case.get_by_role("button", name="群众要求就近办").click()
    await clerk.press("F6")
    await clerk.done("转到其他中心")

    there = await ApiCaller.sign_in(county_url, "clerk-dapan-1")
    approver = await ApiCaller.sign_in(county_url, "approver-civil_affairs-1")
    case = await there.see(f"/cases/{case['id']}")
    for act in ("receive", "accept", "hand-over"):
        case = await there.act(case, act)
    case = await approver.act(case, "decide", granted=True)
    window = await at_desk(open_desk, county_url, "clerk-dapan-2", f"/counter/cases?case={case['id']}")
    await expect(window.case).to_contain_text("群众要求就近办")
    await window.press("F6")
    await window.case.get_by_label("邮寄").check()
    await expect(window.case.get_by_role("button", name="确定")).to_be_disabled()
    await window.case.get_by_role("textbox", name="快递单号").fill("EMS1234567890")
    assert await window.barriers() == []
    await window.press("F6")
    await window.done("出件")

    await phone.sign_in("金秀萍")
    await phone.page.goto(f"{county_url}/#/cases/{case['id']}")
    post = phone.page.get_by_role("group", name="取件")
    await expect(post).to_contain_text("中国邮政快递单号")
    assert re.sub(r"\s", "", await post.inner_text()).endswith("EMS1234567890")
    await phone.reads("大盘镇便民服务中心")


async def test_a_result_is_brought_to_the_door_and_taken_by_the_family(
    open_desk: OpenPage, phone: Phone, county_url: str
):
    """送上门: the phone has the code to tell at the door, the desk writes down who took it against what, and the phone reads that."""
    citizen = await ApiCaller.sign_in(county_url, "citizen-3")
    draft = await citizen.ask("/cases", service_code="MZ09", hall="panfeng")
    case = await citizen.ask(f"/cases/{draft['id']}/submit", bring_later=True)
    caller = await ApiCaller.sign_in(county_url, "clerk-panfeng-1")
    approver = await ApiCaller.sign_in(county_url, "approver-civil_affairs-1")
    for act in ("receive", "accept", "hand-over"):
        case = await caller.act(case, act)
    await approver.act(case, "decide", granted=True)
    clerk = await at_desk(open_desk, county_url, "clerk-panfeng-1", f"/counter/cases?case={case['id']}")
    await expect(clerk.case).to_contain_text(case["applicant_name"])
    await clerk.press("F6")
    await clerk.case.get_by_label("送上门").check()
    await clerk.press("F6")
    await clerk.done("出件")

    await phone.sign_in(case["applicant_name"])
    await phone.page.goto(f"{county_url}/#/cases/{case['id']}")
    told = phone.page.get_by_role("group", name="取件")
    await expect(told).to_contain_text("送到时报取件码")
    code = re.sub(r"\D", "", await told.inner_text())

    await clerk.press("F6")
    await expect(clerk.case).not_to_contain_text(code)
    await clerk.case.get_by_role("textbox", name="取件码").fill(code)
    await clerk.case.get_by_label("不是本人，由别人代领").check()
    await clerk.case.get_by_role("textbox", name="代领人姓名").fill("孔小芳")
    await clerk.case.get_by_role("textbox", name="与申请人的关系").fill("子女")
    assert await clerk.barriers() == []
    await clerk.press("F6")
    await clerk.done("送达")

    await phone.page.reload()
    await phone.reads("由孔小芳（子女）签收，凭取件码")


async def test_not_here_but_there_is_written_to_the_person(
    open_desk: OpenPage, phone: Phone, county_url: str
):
    """指明办法: at the counter nobody hears a bare no; the phone says why, by what law, and what works."""
    citizen = await ApiCaller.sign_in(county_url, "citizen-2")
    draft = await citizen.ask("/cases", service_code="MZ09", hall="jiuhe")
    case = await citizen.ask(f"/cases/{draft['id']}/submit", bring_later=True)
    clerk = await at_desk(open_desk, county_url, "clerk-jiuhe-1")
    await clerk.open_case("马志福")
    await clerk.case.get_by_role("button", name="指明办法").click()
    form = clerk.case.get_by_role("form")
    await form.get_by_role("textbox", name="原因").fill("户籍不在本县")
    await form.get_by_role("textbox", name="可行的办法").fill("请到户籍地民政局办理，可以网上申请")
    await clerk.page.keyboard.press("F6")
    await expect(form.get_by_role("status")).to_contain_text("依据")
    await form.get_by_role("textbox", name="依据").fill("高龄津贴发放办法")
    await clerk.press("F6")
    await clerk.done("指明办法")

    await phone.sign_in("马志福")
    await phone.page.goto(f"{county_url}/#/cases/{case['id']}")
    for words in ("这件事要换个办法办", "户籍不在本县", "高龄津贴发放办法", "请到户籍地民政局办理"):
        await phone.reads(words)
