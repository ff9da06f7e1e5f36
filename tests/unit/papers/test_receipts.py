"""Receipts and notices, read back from the finished PDF as a viewer shows it."""

import re
from datetime import date

import cv2
import numpy as np
import pypdfium2
import pytest

from intake.errors import BadInput
from intake.model.calendar import DueDay
from intake.model.case import Verdict
from intake.model.catalogue import ProjectType, TimeLimit
from papers.receipts import correction_notice, receipt, refusal_notice
from tests.unit.papers.desk_things import HALL, LINK, NOW, PERSON, case, held, item, sent_back, turned_down


class Paper:
    """A PDF in a viewer."""

    def __init__(self, content: bytes) -> None:
        self._pdf = pypdfium2.PdfDocument(content)

    @property
    def pages(self) -> list[str]:
        """The text of each page, without line breaks."""
        return [re.sub(r"\s", "", page.get_textpage().get_text_range()) for page in self._pdf]

    @property
    def text(self) -> str:
        return "".join(self.pages)

    def scanned(self) -> str:
        """What a phone reads from the first page's QR code."""
        picture = self._pdf[0].render(scale=3, grayscale=True).to_numpy()
        return cv2.QRCodeDetectorAruco().detectAndDecode(np.ascontiguousarray(picture.squeeze()))[0]

    def ink_outside_margins(self) -> int:
        """How many dark pixels stand within 8 mm of the edge, where printers cut off."""
        dark = 0
        for page in self._pdf:
            picture = page.render(scale=1, grayscale=True).to_numpy().squeeze() < 128
            edge = round(8 / 25.4 * 72)
            dark += int(picture.sum() - picture[edge:-edge, edge:-edge].sum())
        return dark


def receipt_of(a_case=None, an_item=None) -> Paper:
    """The receipt of a case."""
    return Paper(receipt(a_case or case(), an_item or item(), HALL, PERSON, link=LINK, at=NOW))


def correction_of(a_case) -> Paper:
    """The notice of what is wrong with a case."""
    return Paper(correction_notice(a_case, item(), HALL, link=LINK, at=NOW))


def test_a_receipt_says_what_was_received_and_by_when_it_is_done():
    """The number, the matter, each paper with its pages, the hall and the day."""
    paper = receipt_of()

    for words in [
        "BJ2026112700042",
        "老年优待证办理",
        "1居民身份证2页已收",
        "尖山镇便民服务中心（尖山镇样例路1号）",
        "2026年12月11日（星期五）前",
        "0579-84660101",
        "2026年11月27日（星期五）",
    ]:
        assert words in paper.text


def test_a_receipt_shows_neither_the_whole_name_nor_the_number():
    """It may be left lying on the counter."""
    paper = receipt_of()

    assert "*测试" in paper.text
    assert "330000**********20" in paper.text
    assert PERSON.name not in paper.text
    assert PERSON.id_number.value not in paper.text


def test_both_names_stand_on_a_receipt_for_a_proxy():
    """And none is invented where nobody acted for the person."""
    assert "代办人李代办" in receipt_of().text
    assert "代办人" not in receipt_of(case(proxy_name="")).text


def test_a_phone_held_over_the_receipt_opens_the_case():
    """The QR code is printed sharp enough to be read."""
    assert receipt_of().scanned() == LINK


def test_a_receipt_before_acceptance_promises_no_day():
    """The clock has not begun to run."""
    assert "受理后马上告诉您" in receipt_of(case(due=None)).text


def test_a_due_day_in_a_year_whose_holidays_are_unknown_says_so():
    """A day that may move is not told as if it could not."""
    due = DueDay(date(2027, 1, 8), provisional=True)

    assert "节假日安排还没公布" in receipt_of(case(due=due)).text


def test_an_immediate_case_is_done_on_the_spot():
    """No number of days."""
    at_once = item(project_type=ProjectType.IMMEDIATE, promised_limit=TimeLimit(0))

    text = receipt_of(case(project_type=ProjectType.IMMEDIATE, due=None), at_once).text

    assert "承诺时限当场办结" in text
    assert "个工作日" not in text


def test_every_fault_is_told_at_once_however_many_pages_it_takes():
    """Forty faults on one notice: nobody is sent home twice."""
    faults = [held(f"m{n}", f"第{n}样材料", Verdict.UNREADABLE, f"第{n}处看不清") for n in range(40)]

    paper = correction_of(sent_back(*faults))

    assert len(paper.pages) > 1
    assert all(f"看不清：第{n}处看不清" in paper.text for n in range(40))
    assert {page.count("怎么补") for page in paper.pages[:-1]} == {1}
    assert f"第2页共{len(paper.pages)}页" in paper.pages[1]


def test_a_notice_says_how_to_put_it_right_and_by_which_day():
    """What is wrong, what would be right, until when, and how to send it."""
    fault = held("m1", "居民身份证", Verdict.WRONG, "这是社保卡")
    paper = correction_of(sent_back(fault, held("m2", "照片", Verdict.ACCEPTED), remark="请带上户口本。"))

    for words in [
        "居民身份证",
        "不是这样材料：这是社保卡",
        "正反面都要拍",
        "2026年12月11日",
        "请带上户口本。",
    ]:
        assert words in paper.text
    assert "照片" not in paper.text
    assert paper.scanned() == LINK


def test_a_remark_longer_than_a_page_is_printed_to_its_end():
    """Nothing falls off the bottom of the paper."""
    long = "请重拍这一页，字要看得清楚。" * 200 + "就是这些。"

    paper = correction_of(sent_back(held("m1", "居民身份证", Verdict.UNREADABLE, long)))

    assert "就是这些。" in paper.text
    assert paper.ink_outside_margins() == 0


def test_a_notice_of_nothing_is_not_printed():
    """It would send somebody on an errand."""
    with pytest.raises(ValueError, match="nothing is asked"):
        correction_of(case())


def test_a_refusal_names_reason_ground_and_the_way_that_works():
    """And the rights one has against it."""
    refused = turned_down("未满60周岁。", "老年人权益保障办法第二条", "年满60周岁当月起就能办。")

    text = Paper(refusal_notice(refused, HALL, link=LINK, at=NOW)).text

    for words in [
        "未满60周岁。",
        "老年人权益保障办法第二条",
        "年满60周岁当月起就能办。",
        "行政复议",
        HALL.phone,
    ]:
        assert words in text


@pytest.mark.parametrize("words", [("", "依据", "办法"), ("原因", "", "办法"), ("原因", "依据", "")])
def test_a_bare_no_cannot_be_printed(words):
    """Without a reason, a ground or a way on there is no such decision, and so no such paper."""
    with pytest.raises(BadInput):
        refusal_notice(turned_down(*words), HALL, link=LINK, at=NOW)


def test_a_case_that_was_granted_gets_no_refusal():
    """The clerk pressed the wrong button."""
    with pytest.raises(ValueError, match="was not turned down"):
        refusal_notice(case(), HALL, link=LINK, at=NOW)


def test_a_rare_name_is_never_an_empty_box():
    """The code stands where the character would, to be corrected by hand."""
    assert "〔U+20BB7〕" in receipt_of(case(applicant_name="张𠮷")).text
