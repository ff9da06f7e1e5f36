"""Text as people send it becomes comparable."""

from __future__ import annotations

import pytest

from nlp.text import focus, grams, normalise


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("我要辦理身分證補領", "我要办理身分证补领"),
        ("ＡＢＣ１２３", "abc123"),
        ("身\u200b份\u2060证\u202e丢\x00了", "身份证丢 了"),
        ("  户口  本\t丢了 ", "户口 本 丢了"),
        ("\ud800身份证", "身份证"),
        ("", ""),
    ],
)
def test_width_script_and_debris_do_not_matter(sent: str, read: str) -> None:
    """The same wish typed on another keyboard reads the same."""
    assert normalise(sent) == read


def test_a_long_letter_is_read_at_its_beginning_and_end() -> None:
    """Ten thousand characters cost no more than four thousand."""
    letter = "起" + "中" * 10_000 + "终"

    read = normalise(letter)

    assert read.startswith("起")
    assert read.endswith("终")
    assert len(read) <= 4001


def test_the_sentence_that_asks_is_found_in_a_letter() -> None:
    """A clerk reads the question, not the story of the weather before it."""
    story = "我家住在山上，离县城很远。" * 20
    letter = f"{story}请问我母亲的老年证怎么办理？{story}"

    assert "老年证怎么办理" in focus(normalise(letter))
    assert len(focus(normalise(letter))) <= 120


def test_a_letter_without_any_mark_is_still_cut_short() -> None:
    """A letter in one breath is read in part."""
    assert len(focus("字" * 3000)) <= 120


def test_grams_do_not_cross_marks_and_keep_numbers_whole() -> None:
    """Two halves of a sentence make no word together."""
    assert grams("办证,12345") == ["办", "证", "办证", "12345"]
