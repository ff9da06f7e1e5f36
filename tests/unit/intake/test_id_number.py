"""公民身份号码 and the person behind it: what is a number, what it says, and what of it may be shown."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from intake.model.ids import PersonId
from intake.model.people import IdNumber, Person, Sex, check_digit, mask_name, mask_phone

# Nobody's region, so that no generated number can be a real person's.
FIRST17 = st.builds(
    lambda birth, serial: f"330000{birth:%Y%m%d}{serial:03d}",
    st.dates(date(1900, 1, 1), date(2026, 12, 31)),
    st.integers(0, 999),
)
NUMBERS = FIRST17.map(lambda first17: first17 + check_digit(first17))


def weighted_sum(number: str) -> int:
    """GB 11643 as the standard states it: weights 2^(i-1) mod 11 from the right, the whole is 1 modulo 11."""
    digits = [10 if sign == "X" else int(sign) for sign in reversed(number)]
    return sum(digit * pow(2, place, 11) for place, digit in enumerate(digits)) % 11


@given(NUMBERS)
def test_a_number_is_taken_exactly_when_its_check_digit_is_the_standards(text):
    """Every other last character is a slip of the pen."""
    lasts = [last for last in "0123456789X" if IdNumber.parse(text[:17] + last) is not None]

    assert lasts == [text[17]]
    assert weighted_sum(text) == 1


@given(NUMBERS, st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(text, place, off):
    """A number misread by one digit never finds somebody else."""
    wrong = str((int(text[place]) + off) % 10)

    assert IdNumber.parse(text[:place] + wrong + text[place + 1 :]) is None


@given(NUMBERS, st.integers(0, 15))
def test_two_neighbouring_digits_swapped_are_noticed(text, place):
    """The commonest slip of all."""
    assume(text[place] != text[place + 1])

    swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]

    assert IdNumber.parse(swapped) is None


@pytest.mark.parametrize("day", ["19810229", "19811301", "19810431", "00000101", "19810500"])
def test_a_day_that_never_was_is_no_birthday(day):
    """29 February 1981 does not exist, however right the check digit."""
    first17 = f"330000{day}012"

    assert IdNumber.parse(first17 + check_digit(first17)) is None


@pytest.mark.parametrize("written", ["330000196808210 11x", " 33000019680821011X\n", "330000\t19680821011X"])
def test_spaces_and_a_small_x_are_forgiven(written):
    """As people type it on a telephone."""
    assert IdNumber.parse(written) == IdNumber("33000019680821011X")


@pytest.mark.parametrize(
    "written",
    [
        "",
        "33000019680821011",
        "33000019680821011XX",
        "３３００００１９６８０８２１０１１Ｘ",
        "身份证号",
        "x" * 18,
    ],
)
def test_what_has_not_the_shape_is_no_number(written):
    """Too short, too long, in wide digits or in words."""
    assert IdNumber.parse(written) is None


def test_a_number_says_the_birthday_and_the_sex():
    """An odd sequence is a man's, an even one a woman's."""
    man, woman = IdNumber("33000019680821011X"), IdNumber("330000195006300127")

    assert (man.birth, man.sex) == (date(1968, 8, 21), Sex.MALE)
    assert (woman.birth, woman.sex) == (date(1950, 6, 30), Sex.FEMALE)


@given(NUMBERS)
def test_a_log_line_never_carries_the_number(text):
    """However it is printed, birthday and sequence stay hidden."""
    shown = repr(IdNumber(text))

    assert text not in shown
    assert re.fullmatch(r"IdNumber\(330000\*{10}" + text[-2:] + r"\)", shown)


def test_a_printed_person_keeps_number_telephone_and_address_hidden(elder):
    """A traceback shows who it was about, and nothing one could misuse."""
    shown = repr(elder)

    assert elder.name in shown
    for hidden in (elder.id_number.value, elder.phone, elder.address):
        assert hidden not in shown


@pytest.mark.parametrize(
    ("phone", "shown"), [("13900000001", "139****0001"), ("8466001", "*******"), ("", "")]
)
def test_a_telephone_is_shown_by_its_ends(phone, shown):
    """Enough to recognise one's own, too little to call somebody else's; a short one not at all."""
    assert mask_phone(phone) == shown


@pytest.mark.parametrize(("name", "shown"), [("李明", "*明"), ("欧阳小明", "*阳小明"), ("", "")])
def test_a_public_display_hides_the_first_character_of_a_name(name, shown):
    """As the provincial portal does."""
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("day", "age"), [(date(2026, 6, 29), 75), (date(2026, 6, 30), 76), (date(2026, 7, 1), 76)]
)
def test_a_year_is_full_on_the_birthday(elder, day, age):
    """The day before one is still a year younger."""
    assert elder.age_on(day) == age


@pytest.mark.parametrize(
    ("day", "tags", "ground"),
    [
        (date(2020, 6, 29), frozenset(), ""),
        (date(2020, 6, 30), frozenset(), "elder"),
        (date(2019, 1, 1), frozenset({"veteran"}), "veteran"),
        (date(2019, 1, 1), frozenset({"low_income"}), ""),
        (date(2026, 1, 1), frozenset({"disabled"}), "elder"),
    ],
)
def test_the_green_channel_opens_at_seventy_or_for_those_the_policy_names(elder, day, tags, ground):
    """The ground is told, for it is explained at the counter and audited."""
    assert replace(elder, tags=tags).green_channel(day) == ground


@pytest.fixture
def elder() -> Person:
    """Somebody who turned seventy on 30 June 2020."""
    number = IdNumber("330000195006300127")
    return Person(PersonId("elder-1"), "楼淑芬", number, "13900003004", None, "尖山镇某村8号")
