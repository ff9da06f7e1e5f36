"""What is written to the person: on the phone in plain words, and on paper for whoever wants it in the hand."""

from __future__ import annotations

import re

import pypdfium2
import pytest
from playwright.async_api import expect

from tests.e2e.callers import Answer, ApiCaller
from tests.e2e.clerks import at_desk
from tests.e2e.phones import Phone
from tests.services.pages import OpenPage

ALLOWANCE = "MZ09"
REASON, GROUND = "年龄还差三个月", "《浙江省高龄津贴发放办法》第五条"
INSTEAD = "满八十岁当月带身份证到任一便民服务中心，当场受理"


@pytest.fixture
async def clerk(county_url: str) -> ApiCaller:
    """The comprehensive counter at 安文."""
    return await ApiCaller.sign_in(county_url, "clerk-anwen-1")


async def received(clerk: ApiCaller, identity: str) -> Answer:
    """A case of that person in the clerk's hands, its papers promised for the counter."""
    person = await ApiCaller.sign_in(clerk.url, identity)
    draft = await person.ask("/cases", service_code=ALLOWANCE, hall="anwen")
    case = await person.ask(f"/cases/{draft['id']}/submit", bring_later=True)
    return await clerk.act(case, "receive")


async def printed(phone: Phone, paper: str) -> str:
    """What stands on a paper that is downloaded from the phone, without its spaces."""
    async with phone.page.expect_download() as coming:
        await phone.page.get_by_role("link", name=f"{paper}（PDF）").click()
    with pypdfium2.PdfDocument(await (await coming.value).path()) as document:
        return re.sub(r"\s", "", "".join(page.get_textpage().get_text_range() for page in document))


async def look_at(phone: Phone, name: str, case: Answer) -> None:
    """The person opens the case."""
    await phone.sign_in(name)
    await phone.page.goto(f"{phone.url}/#/cases/{case['id']}")
    await expect(phone.page.get_by_text(case["number"], exact=True)).to_be_visible()


async def test_nobody_is_refused_without_reason_ground_and_the_way_that_works(
    open_desk: OpenPage, phone: Phone, clerk: ApiCaller, county_url: str
):
    """The desk does not send a bare no; the phone says all three, the paper too, with where to complain."""
    case = await clerk.act(await clerk.act(await received(clerk, "citizen-1"), "accept"), "hand-over")
    approver = await at_desk(open_desk, county_url, "approver-civil_affairs-1")
    await approver.page.get_by_role("button").filter(has_text=case["number"][-5:]).click()
    await expect(approver.case).to_contain_text(case["number"])
    await approver.press("F6")
    form = approver.case.get_by_role("form")
    await form.get_by_label("不予办理").check()
    await form.get_by_role("textbox", name="原因").fill(REASON)
    send = form.get_by_role("button", name="F6")
    await expect(send).to_be_disabled()
    await form.get_by_role("textbox", name="依据").fill(GROUND)
    await expect(send).to_be_disabled()
    await form.get_by_role("textbox", name="可行的办法").fill(INSTEAD)
    assert await approver.barriers() == []
    await approver.press("F6")
    await approver.done("审批决定")

    await look_at(phone, "金秀萍", case)
    card = phone.page.get_by_role("main")
    await expect(card).to_contain_text("这件事要换个办法办")
    for words in (REASON, GROUND, INSTEAD):
        await expect(card).to_contain_text(words)
    assert await phone.barriers() == []
    paper = await printed(phone, "不予办理告知书")
    for words in (case["number"], REASON, GROUND, INSTEAD, "行政复议"):
        assert words in paper
    await phone.open("对话")
    await phone.reads(INSTEAD)


async def test_everything_to_be_put_right_is_written_once_with_its_day(phone: Phone, clerk: ApiCaller):
    """一次性告知: each paper with what is wrong with it, and until when, on the phone and on paper."""
    case = await received(clerk, "citizen-2")
    faults = {
        "m1": {"verdict": "missing", "remark": "请带身份证原件"},
        "m2": {"verdict": "wrong", "remark": "这是社保卡，不是银行卡"},
    }
    case = await clerk.act(case, "correction", materials=faults, remark="两样补齐就能受理")

    await look_at(phone, "马志福", case)
    for words in ("请带身份证原件", "这是社保卡，不是银行卡", case["correction"]["due_text"]):
        await phone.reads(words)
    paper = await printed(phone, "一次性告知单")
    for words in (case["number"], "请带身份证原件", "这是社保卡，不是银行卡", "两样补齐就能受理"):
        assert words in paper


async def test_what_is_accepted_is_written_with_the_day_it_will_be_done(phone: Phone, clerk: ApiCaller):
    """受理通知书: the promise has a date, and the page and the paper say the same one."""
    case = await clerk.act(await received(clerk, "citizen-3"), "accept")

    await look_at(phone, "羊荣平", case)
    await phone.reads(case["due"]["day_text"])
    paper = await printed(phone, "受理通知书")
    assert case["number"] in paper
    assert re.sub(r"（.*）", "", case["due"]["day_text"]) in paper
