"""微信文字: one text of several replies, numbered where a number counts, and cut where a reader would."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.wechat_words import code_in, drawn, menu, split


def reply(text: str, *choices: str, hint: str = ""):
    """A reply as the engine says it."""
    return {"text": text, "choices": [{"label": c, "value": f"v:{c}", "hint": hint} for c in choices]}


def test_only_what_a_number_stands_for_now_is_numbered():
    """The engine takes 1 for the first of the last choices; two lists with a 1 would mislead."""
    text = drawn([reply("先看这个", "甲", "乙"), reply("再看这个", "丙", "丁"), reply("完了")])

    assert text == "先看这个\n\n再看这个\n1. 丙\n2. 丁\n回复数字就行。\n\n完了"


def test_a_hint_stands_beside_its_choice():
    """How many places are left."""
    assert "1. 9:00（还有3个号）" in drawn([reply("选时间", "9:00", hint="还有3个号")])


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=400), st.integers(30, 200))
def test_a_split_text_fits_and_loses_nothing_but_space(text, longest):
    """No message is empty, none too long, no character is cut in two."""
    parts = split(text, longest)

    assert all(part.strip() and len(part.encode()) <= longest for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_it_is_cut_between_paragraphs_if_it_can_be():
    """And else between lines, or after a sentence."""
    assert split("一二三\n四五六\n\n七八九十", 30) == ("一二三\n四五六", "七八九十")
    assert split("一二三四五六\n七八九", 24) == ("一二三四五六", "七八九")
    assert split("一二三四。五六七八九", 24) == ("一二三四。", "五六七八九")
    assert split("一二三四五六七八九十", 15) == ("一二三四五", "六七八九十")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("12345678", "12345678"),
        (" 1234 5678。", "12345678"),
        ("绑定码：01234567", "01234567"),
        ("1234567", None),
        ("123456789", None),
        ("13900000001", None),
        ("330727194003041226", None),
        ("１２３４５６７８", None),
        ("我要办12345678这件事情好不好啊", None),
        ("1", None),
    ],
)
def test_a_code_is_told_from_other_numbers(text, code):
    """A telephone number or an ID number is none."""
    assert code_in(text) == code


def test_the_menu_leads_to_the_binding_page():
    """Its other entries are words."""
    buttons = menu("https://jiujinban.example/#/wechat")["button"]

    assert [button.get("url") for button in buttons][-1] == "https://jiujinban.example/#/wechat"
    assert all(button.get("key") or button.get("url") for button in buttons)
