"""When a photograph is taken again, and what the person is told."""

from __future__ import annotations

from itertools import product

import pytest

from materials.documents import read_fields
from materials.judging import Evidence, judge
from materials.kinds import recognise
from materials.model import Judgement, Metrics, Reason, Verdict
from materials.page import Page
from materials.rules import PhotoRules
from tests.unit.materials.drawing import NUMBER
from tests.unit.materials.pages import page

FINE = Metrics(sharpness=900.0, brightness=160.0, highlight=235.0, glare=0.0)
DARK = Metrics(sharpness=15.0, brightness=12.0, highlight=25.0, glare=0.0)
SHINING = Metrics(sharpness=900.0, brightness=170.0, highlight=255.0, glare=0.08)
SOFT = Metrics(sharpness=9.0, brightness=150.0, highlight=220.0, glare=0.0)
FRAME = (1600, 1200)

WHOLE = (
    ("姓名张测试",), ("性别女", "民族汉"), ("出生1990年3月7日",), ("住址浙江省测试市样例县1号",),
    ("公民身份号码", "", NUMBER),
)  # fmt: skip
WITHOUT_NUMBER = (*WHOLE[:4], ("公民身份号码",))


def judged(
    text: Page, metrics: Metrics = FINE, expected: str | None = "id_card", size: tuple[int, int] = FRAME
) -> Judgement:
    """The verdict on a page of text, as the workshop comes to it."""
    guess = recognise(text, expected)
    fields = read_fields(guess, text, PhotoRules(demo_prefixes=("330000",)))
    return judge(Evidence(metrics, text, guess, fields, size, expected))


@pytest.mark.parametrize("metrics", [FINE, DARK, SHINING, SOFT], ids=["fine", "dark", "shining", "soft"])
def test_a_card_that_was_read_whole_is_good_whatever_the_pixels_say(metrics):
    """A dim kitchen is no reason to send anybody back for another photograph."""
    said = judged(page(*WHOLE), metrics)

    assert (said.verdict, said.reason) == (Verdict.GOOD, Reason.ALL_READ)
    assert "姓名" in said.sentence
    assert "核对" in said.next_step


@pytest.mark.parametrize(
    ("metrics", "reason", "advice"),
    [
        (DARK, Reason.TOO_DARK, "窗边"),
        (SHINING, Reason.GLARE, "避开灯光"),
        (SOFT, Reason.BLURRED, "擦一下镜头"),
        (FINE, Reason.FIELDS_MISSING, "放平"),
    ],
)
def test_a_lacking_field_is_named_with_the_one_thing_that_would_help(metrics, reason, advice):
    """The pixels choose the advice; the sentence names what could not be read."""
    said = judged(page(*WITHOUT_NUMBER), metrics)

    assert (said.verdict, said.reason) == (Verdict.RETAKE, reason)
    assert "身份证号码" in said.sentence
    assert advice in said.next_step


def test_print_that_reaches_the_edge_means_the_card_was_cut_off():
    """The four corners are asked for."""
    text = page(*WITHOUT_NUMBER)
    just_wide_enough = int(max(x for line in text.lines for x, _ in line.quad)) + 2

    assert judged(text, size=(just_wide_enough, 1200)).reason is Reason.CUT_OFF


def test_a_known_other_document_is_named():
    """这张像是户口簿, 这里需要的是身份证."""
    register = page(
        ("常住人口登记卡",), ("姓名", "张测试", "户主或与户主关系", "长女"), ("公民身份号码", NUMBER)
    )

    said = judged(register)

    assert (said.verdict, said.reason) == (Verdict.RETAKE, Reason.WRONG_DOCUMENT)
    assert "户口簿" in said.sentence
    assert "身份证" in said.sentence
    assert "窗口" in said.next_step


def test_a_paper_without_fixed_shape_is_never_called_wrong():
    """Asked for a medical record and shown something like a form, a clerk looks; nobody is sent back."""
    form = page(("高龄津贴申请表",), ("姓名",), ("申请人签名",))

    assert judged(form, expected="medical_record").verdict is Verdict.ASK_PERSON
    assert judged(form, expected="other").verdict is Verdict.GOOD


def test_a_legible_page_of_unknown_kind_goes_to_a_person_when_a_card_was_asked_for():
    """The machine does not know it; it does not say no."""
    unknown = page(("样例县某某证件",), ("编号一二三",))

    assert judged(unknown).verdict is Verdict.ASK_PERSON
    assert judged(unknown, expected=None).verdict is Verdict.GOOD


def test_a_page_without_text_is_dark_blurred_or_for_a_person():
    """Nothing readable: the visible defect is told, else a clerk looks."""
    nothing = Page.of(())

    assert judged(nothing, DARK).reason is Reason.TOO_DARK
    assert judged(nothing, SOFT).reason is Reason.BLURRED
    assert judged(nothing, FINE).verdict is Verdict.ASK_PERSON


def test_a_portrait_needs_no_words():
    """一寸照: nothing to read, and that is right."""
    assert judged(Page.of(()), FINE, expected="photo").reason is Reason.PORTRAIT_RECEIVED


def test_unsure_lines_ask_for_a_closer_check():
    """Complete but read with doubt: taken, and the person is asked to check each field."""
    assert judged(page(*WHOLE, confidence=0.88)).reason is Reason.READ_CHECK_CLOSELY


def test_no_sentence_is_left_with_a_hole():
    """Every verdict names things in words; no placeholder and no English reaches a person."""
    pages = [page(*rows) for rows in (WHOLE, WITHOUT_NUMBER, (("样本",),), ())]
    asked_for = (None, "id_card", "bank_card", "photo", "other")

    said = [judged(*case) for case in product(pages, (FINE, DARK, SHINING, SOFT), asked_for)]

    for one in said:
        assert not set("{}_") & set(one.sentence + one.next_step), one
        assert one.next_step
