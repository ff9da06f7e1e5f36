"""Numbers that prove themselves."""

from __future__ import annotations

import pytest

from materials.numbers import bank_number_in, credit_code_in, id_number, id_numbers_in, luhn_holds
from tests.unit.materials.drawing import NUMBER, number

DEMO = ("330000", "99")


def test_a_number_that_nobody_was_given_counts_only_where_the_demo_says_so():
    """330000… has a right check digit, but no county is called 0000; a real hall does not take it."""
    assert id_number(NUMBER) is None
    assert id_number(NUMBER, DEMO) is not None


@pytest.mark.parametrize("region", ["890000", "990000", "000000", "160102", "843307"])
def test_a_region_that_does_not_exist_is_a_misread(region):
    """A wrong digit in the region can satisfy the check digit; the table of provinces tells."""
    assert id_number(number("19900307", region=region)) is None


@pytest.mark.parametrize("birth", ["19900230", "19901301"])
def test_a_day_that_never_was_is_a_misread(birth):
    """30 February is not a birthday."""
    assert id_number(number(birth), DEMO) is None


def test_every_single_misread_digit_is_caught():
    """The check digit catches each wrong digit at each of the 18 places."""
    wrong = [
        NUMBER[:at] + digit + NUMBER[at + 1 :]
        for at in range(17)
        for digit in "0123456789"
        if digit != NUMBER[at]
    ]

    assert not [text for text in wrong if id_number(text, ("33", "0", *"123456789"))]


def test_a_number_is_found_in_its_line_and_lookalikes_are_read_as_digits():
    """公民身份号码 may stick to the number, an O may stand for a zero, the x may be small."""
    ending_x = next(n for n in (number("19620509", k) for k in range(1, 60)) if n.endswith("X"))

    assert [n.value for n in id_numbers_in(f"公民身份号码{NUMBER.replace('0', 'O', 3)}", DEMO)] == [NUMBER]
    assert [n.value for n in id_numbers_in(ending_x.lower(), DEMO)] == [ending_x]


def test_the_number_inside_a_disability_certificates_twenty_digits_is_found():
    """残疾人证 numbers are the ID number with kind and grade behind it."""
    assert [n.value for n in id_numbers_in(f"证号{NUMBER}43", DEMO)] == [NUMBER]
    assert not list(id_numbers_in(f"证号{NUMBER}4", DEMO))


def test_a_bank_number_is_proved_by_its_last_digit():
    """One wrong digit, or two neighbours changed over, is noticed."""
    right = "6200000000000000059"

    assert bank_number_in("6200 0000 0000 0000 059") == right
    assert bank_number_in("6200000000000000058") is None
    assert bank_number_in("2600000000000000059") is None
    assert luhn_holds("79927398713")


def test_a_credit_code_is_proved_by_its_check_character():
    """Of the 31 possible last characters of a made-up code, only the one of GB 32100's weights is taken."""
    weights = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    code = "92330000MA0TEWTX0"
    total = sum(alphabet.index(sign) * weight for sign, weight in zip(code, weights, strict=True))

    taken = [last for last in alphabet if credit_code_in(f"统一社会信用代码：{code}{last}")]

    assert taken == [alphabet[(31 - total % 31) % 31]]
