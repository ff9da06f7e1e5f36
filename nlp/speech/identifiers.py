"""Identifiers (号码): mobile numbers and resident ID numbers said or typed in a sentence."""

from __future__ import annotations

import re
from typing import Final

_SPOKEN_DIGITS: Final = str.maketrans("零〇幺一二两三四五六七八九", "0011223456789")
_PHONE: Final = re.compile(r"(?<![0-9])(?:\+?86)?(1[3-9][0-9]{9})(?![0-9])")
_ID: Final = re.compile(r"(?<![0-9])([1-9][0-9]{16}[0-9xX])(?![0-9a-zA-Z])")
_GAPS: Final = re.compile(r"(?<=[0-9])[\s\-－—·.]+(?=[0-9xX])")
# GB 11643-1999: weights of the first seventeen digits, and the check character for each remainder of 11.
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"
_NUMBERS: Final = re.compile(r"[0-9xX\s\-－—·.]{6,}")
_NOT_THE_NAME: Final = re.compile(
    r"(?:居民)?身份证(?:号码?)?|号码?|姓名|名字|[我咱他她](?:的)?(?:老)?(?:妈妈?|爸爸?|爹|娘|爷爷|奶奶|外公|外婆|公公|婆婆|老公|老婆|爱人|母亲|父亲)?(?:的)?(?:叫|是)"
    r"|[我咱他她](?:的)?(?:妈妈?|爸爸?|爷爷|奶奶|公公|婆婆|老公|老婆|爱人|母亲|父亲)|^(?:叫|是)|[\s,，。.:：;；、()（）]+"
)
# No name begins with these.
_NAME: Final = re.compile(
    r"(?![我你您他她它就再帮给要是不没能第])[\u3400-\u9fff]{2,4}(?:·[\u3400-\u9fff]{2,6})?"
)


def _digits(text: str) -> str:
    return _GAPS.sub("", text.translate(_SPOKEN_DIGITS))


def phone_in(text: str) -> str:
    """The first mobile number, as eleven digits (139 0000 0001, 幺三九…); "" when there is none."""
    found = _PHONE.search(_digits(text))
    return found.group(1) if found else ""


def id_number_in(text: str) -> str:
    """The first resident ID number whose check character is right (GB 11643), X upper-case; "" otherwise."""
    for found in _ID.finditer(_digits(text)):
        number = found.group(1).upper()
        if _checked(number):
            return number
    return ""


def _checked(number: str) -> bool:
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
    return _CHECKS[total % 11] == number[-1]


def name_in(text: str) -> str:
    """The name that stands beside an ID number, or alone: 楼淑芬 in 我妈叫楼淑芬，身份证330…; "" when there is none."""
    said = _NOT_THE_NAME.sub(" ", _NUMBERS.sub(" ", text)).split()
    return said[0] if len(said) == 1 and _NAME.fullmatch(said[0]) else ""
