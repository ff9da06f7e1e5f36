"""去标识: what is kept of a sentence does not tell who said it, and still tells what they wanted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.model.nameless import nameless


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("我的身份证号330000195601010014，想办老年证", "我的身份证号 想办老年证"),
        ("身份证 330000 19560101 001X 补办", "身份证 补办"),
        ("电话13900000001，来办低保", "电话 来办低保"),
        ("打我电话 139-0000-0001 社保卡丢了", "打我电话 社保卡丢了"),
        ("１３９０００００００１ 医保转移", "医保转移"),
        ("幺三九零零零零零零零幺 改号码", "改号码"),
        ("办件BJ2026112300001到哪一步了", "办件 到哪一步了"),
        ("浙G12345要过户", "要过户"),
        ("发到zhang@example.com，开证明", "发到 开证明"),
        ("1956年3月2日出生，能领高龄津贴吗", "出生,能领高龄津贴吗"),
        ("安文街道花溪路12号3幢401室办房产证", "安文街道花溪路 办房产证"),
        ("我叫王秀英，想办残疾证", "我叫 想办残疾证"),
        ("我妈王秀英今年七十了想办老年证", "我妈 今年七十了想办老年证"),
        ("王秀英的身份证丢了", "的身份证丢了"),
        ("张大明先生要办护照", "先生要办护照"),
        ("姓名：欧阳小兰 要改名字", "姓名 要改名字"),
    ],
)
def test_what_names_a_person_is_gone_and_the_matter_stays(said: str, kept: str) -> None:
    """Numbers, plates, addresses, days of birth and names, however they are written."""
    assert nameless(said) == kept


@pytest.mark.parametrize(
    "said",
    [
        "我妈高龄补贴要怎么领",
        "打12345投诉",
        "95598停电报修",
        "老人高中毕业证丢了",
        "儿子车祸在外地报销",
        "我叫救护车",
        "妈妈钱包丢了身份证补办",
        "本人今年刚回本地",
        "c1驾照到期",
        "120",
    ],
)
def test_words_that_only_look_like_a_name_or_number_stay(said: str) -> None:
    """Hotlines, ages, and words that begin like a surname: without them there is nothing to learn."""
    assert nameless(said) == said


@pytest.mark.parametrize("said", ["", "。。。", "139 0000 0001", "330000195601010014", "🙂", "1"])
def test_where_little_is_left_nothing_is_kept(said: str) -> None:
    """A number alone is no wish."""
    assert nameless(said) == ""


@given(
    st.text(max_size=60),
    st.from_regex(r"(?:3300|9901)\d{13}[\dXx]|1[3-9]\d{9}", fullmatch=True),
    st.text(max_size=60),
)
def test_no_number_survives_whatever_stands_around_it(before: str, number: str, after: str) -> None:
    """Whatever else was typed, and in any script."""
    assert number.upper() not in nameless(f"{before}{number}{after}").upper()


@given(st.text(max_size=200))
def test_what_is_kept_is_kept_again_as_it_is(said: str) -> None:
    """The same words are one row, whether they come as they were said or as they were kept."""
    once = nameless(said)

    assert nameless(once) == once
