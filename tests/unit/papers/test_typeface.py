"""Setting Chinese: where lines break, and what is done about characters no font has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.typeface import noto_sans_sc, printable, wrapped

GLYPHS = frozenset(map(ord, "张测试背面反光，请重拍。（）A1 "))


def wide(text: str) -> float:
    """Every sign one unit wide."""
    return len(text)


def test_a_rare_character_in_a_name_is_written_as_its_code():
    """Nobody takes home a paper with an empty box for a name."""
    assert printable("张𠮷", GLYPHS) == "张〔U+20BB7〕"


@pytest.mark.parametrize("sign", ["😀", "\x0b", "\x00", "\ufe0f", "\u200b", "\ud800"])
def test_signs_that_mean_nothing_on_paper_are_left_out(sign):
    """Emoji and stray control characters typed on a phone."""
    assert printable(f"反光{sign}，请重拍。", GLYPHS) == "反光，请重拍。"


def test_no_line_begins_with_a_stop():
    """请重拍。 keeps its stop, though the line must break a character earlier."""
    assert wrapped("背面反光，请重拍。请重拍。", 4, wide) == ["背面反", "光，请重", "拍。请重", "拍。"]


def test_a_number_stays_on_one_line():
    """A telephone number torn in two is read wrongly."""
    assert wrapped("打电话0579-84660101。", 14, wide) == ["打电话", "0579-84660101。"]


def test_a_line_break_in_the_text_is_one_on_paper():
    """The clerk's own paragraphs stay."""
    assert wrapped("一\n\n二", 10, wide) == ["一", "", "二"]


@given(st.text("张请，。（）《》A1b \n", max_size=60), st.integers(1, 12))
def test_no_sign_is_lost_and_no_line_too_wide(text, width):
    """However it is broken, the words are all there."""
    lines = wrapped(text, width, wide)

    assert "".join(lines).replace(" ", "") == text.replace("\n", "").replace(" ", "")
    assert max(map(wide, lines)) <= width


def test_the_typeface_comes_with_us():
    """No font of the machine is asked for."""
    assert noto_sans_sc().read_bytes()[:4] == b"OTTO"
