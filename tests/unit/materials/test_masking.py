"""What lists and chats may show of a page."""

from __future__ import annotations

from PIL import Image

from materials.masking import covers_of, masked_page
from materials.model import DocumentKind, FieldName, KindGuess, ReadField, Trust
from materials.page import Page
from materials.rendering import masked_value
from tests.unit.materials.drawing import NUMBER
from tests.unit.materials.pages import line

CARD = KindGuess(DocumentKind.ID_CARD_FRONT, 1.0)


def test_the_middle_of_a_number_is_covered_and_its_ends_stay():
    """330 at the front and 29 at the back are enough for the owner to know the card."""
    number = line(NUMBER, 100, 100)
    (quad,) = covers_of(Page.of([number]))
    left, right = quad[0][0], quad[1][0]
    one = number.width / 18

    assert left <= 100 + 3 * one + 1
    assert right >= 100 + 16 * one - 1
    assert left > 100
    assert right < 100 + number.width


def test_a_label_stuck_to_the_number_does_not_shift_the_cover():
    """公民身份号码 is six wide characters; the ink starts behind them."""
    (quad,) = covers_of(Page.of([line(f"公民身份号码{NUMBER}", 100, 100)]))

    assert 100 + 6 * 36 < quad[0][0] < 100 + 6 * 36 + 4 * 18


def test_digits_with_gaps_and_lookalikes_are_covered_too():
    """A bank number in groups, a number whose zeros were read as O: both are numbers to be hidden."""
    assert list(covers_of(Page.of([line("6200 0000 0000 0000 059", 0, 0)])))
    assert list(covers_of(Page.of([line("33OOOO199003O7OO29", 0, 0)])))
    assert not list(covers_of(Page.of([line("电话 13900000001", 0, 0)])))


def test_the_ink_is_on_the_picture():
    """The pixels over the number's middle are one colour, and the copy is small."""
    text = Page.of([line(NUMBER, 100, 100)])

    shown = masked_page(Image.new("RGB", (1600, 1200), "white"), text, CARD, 800)

    assert shown.size == (800, 600)
    assert shown.getpixel((130, 60)) == (40, 44, 52)
    assert shown.getpixel((400, 400)) == (255, 255, 255)


def test_a_card_whose_number_was_not_found_is_made_coarse():
    """Better no picture than a number on a list."""
    stripes = Image.effect_noise((1600, 1200), 90).convert("RGB")

    shown = masked_page(stripes, Page.of(()), CARD, 800)
    letter = masked_page(stripes, Page.of(()), KindGuess(DocumentKind.UNKNOWN, 1.0), 800)

    assert len(shown.getcolors(1 << 20) or ()) <= 24 * 24
    assert len(letter.getcolors(1 << 20) or ()) > 24 * 24 or len(letter.getcolors(1 << 20) or ()) > 100


def test_numbers_in_text_keep_their_ends_only():
    """The command line shows 330000**********29 and 1990-**-**."""

    def shown(name: FieldName, value: str) -> str:
        return masked_value(ReadField(name, value, Trust.PROVED, 1.0))

    assert shown(FieldName.ID_NUMBER, NUMBER) == "330000**********29"
    assert shown(FieldName.BANK_NUMBER, "6200000000000000059") == "***************0059"
    assert shown(FieldName.BIRTH_DATE, "1990-03-07") == "1990-**-**"
    assert shown(FieldName.CERTIFICATE_NUMBER, "T1") == "**"


def test_a_reading_printed_by_accident_shows_no_value():
    """A log line with a field in it carries its name only."""
    assert NUMBER not in repr(ReadField(FieldName.ID_NUMBER, NUMBER, Trust.PROVED, 1.0))
    assert NUMBER not in repr(line(NUMBER, 0, 0))
