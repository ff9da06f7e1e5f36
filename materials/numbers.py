"""Numbers that prove themselves: a check digit, and whatever else the number must agree with."""

from __future__ import annotations

import re
from collections.abc import Iterator

from intake.model.people import IdNumber

# GB/T 2260, province level; 71 Taiwan, 81 Hong Kong, 82 Macao and 83 Taiwan residents have no counties.
_WITHOUT_COUNTIES = frozenset({"71", "81", "82", "83"})
_PROVINCES = _WITHOUT_COUNTIES | {
    str(code)
    for first, last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65))
    for code in range(first, last + 1)
}
# The permanent residence card of foreigners: 9, then the place of application and the country.
_FOREIGN_RESIDENT = re.compile(r"9[1-9]\d{4}")
_NO_COUNTY = "0000"
# What print is taken for inside a run of digits. Longer tables were considered (B/8, S/5, Z/2): each
# doubles the wrong numbers that happen to pass a check digit, and the reader does not make these mistakes
# on print.
_LOOKALIKES = str.maketrans(
    {"O": "0", "o": "0", "〇": "0", "l": "1", "I": "1", "|": "1", "x": "X", "×": "X", "Х": "X"}
)
_RUN = re.compile(r"[0-9X]{15,22}")
_ID_LENGTH = 18
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC = re.compile(r"(?<![0-9A-Z])[0-9A-HJ-NPQRTUWXY]{18}(?![0-9A-Z])")


def id_number(text: str, demo_prefixes: tuple[str, ...] = ()) -> IdNumber | None:
    """The ID number `text` is: check digit, real date, and a region that is issued or named for the demo."""
    number = IdNumber.parse(text)
    if number is None or not _region_exists(number.value, demo_prefixes):
        return None
    return number


def id_numbers_in(text: str, demo_prefixes: tuple[str, ...] = ()) -> Iterator[IdNumber]:
    """Every valid ID number in a line; a disability certificate's 20 digits begin with one."""
    for run in _RUN.findall(text.translate(_LOOKALIKES)):
        number = id_number(run[:_ID_LENGTH], demo_prefixes)
        if number is not None and len(run) in {_ID_LENGTH, _ID_LENGTH + 2}:
            yield number


def bank_number_in(text: str) -> str | None:
    """A bank card number of 16 to 19 digits whose last one is right by Luhn (ISO/IEC 7812-1)."""
    digits = "".join(re.findall(r"[0-9]+", text.translate(_LOOKALIKES)))
    for length in (19, 18, 17, 16):
        for run in re.findall(rf"(?=([3-6]\d{{{length - 1}}}))", digits):
            if len(digits) == length and luhn_holds(run):
                return str(run)
    return None


def luhn_holds(digits: str) -> bool:
    """Whether the last digit is right by the Luhn formula."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += sum(divmod(value, 10))
    return total % 10 == 0


def credit_code_in(text: str) -> str | None:
    """A 统一社会信用代码 whose check character is right by GB 32100-2015 (MOD 31, weights 3^i)."""
    return next((code for code in _USCC.findall(text.upper()) if _credit_code_holds(code)), None)


def _credit_code_holds(code: str) -> bool:
    total = sum(_USCC_ALPHABET.index(sign) * pow(3, place, 31) for place, sign in enumerate(code[:17]))
    return _USCC_ALPHABET[-total % 31] == code[17]


def _region_exists(value: str, demo_prefixes: tuple[str, ...]) -> bool:
    if demo_prefixes and value.startswith(demo_prefixes):
        return True
    if _FOREIGN_RESIDENT.match(value):
        # 99 is no country code that is issued, and is the prefix that made-up cards carry.
        return not value.startswith("99")
    issued = value[:2] in _PROVINCES
    return issued and (value[2:6] != _NO_COUNTY or value[:2] in _WITHOUT_COUNTIES)
