"""Words written by ear are put back as they are meant; clean words stay."""

from __future__ import annotations

import pytest

from nlp import Matcher
from nlp.reading import read


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("残级证怎么评", "残疾证怎么评"),
        ("我要办户照", "我要办护照"),
        ("社宝卡丢了", "社保卡丢了"),
        ("查一下电废", "查一下电费"),
        ("准千证过期了", "准迁证过期了"),
    ],
)
def test_a_word_written_by_ear_is_mended(matcher: Matcher, heard: str, meant: str) -> None:
    """Voice input writes what it hears."""
    index = matcher.index

    assert index.read(heard).content == read(meant, index.dictionary).content


@pytest.mark.parametrize(
    "clean",
    [
        "身份证到期了要换",
        "我妈七十了想办老年优待证",
        "请问农村危房改造怎么申请补助",
        "在网上怎么查自己的公积金",
        "儿子明年上小学要准备什么",
        "叔公四十年没回来,就想见一面",
        "跟师父学了三年木匠",
        "车间吸了多年粉尘",
        "正规纳税户",
    ],
)
def test_clean_words_stay(matcher: Matcher, clean: str) -> None:
    """Nobody who wrote right is misread."""
    index = matcher.index

    assert index.read(clean).content == read(clean, index.dictionary).content
