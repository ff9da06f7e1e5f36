"""Numbers (数): Chinese and Arabic numerals, and the choice a person makes by number."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from intake.model.speech import LAST

_DIGITS: Final = {
    "零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "俩": 2, "三": 3, "四": 4,
    "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "幺": 1,
}  # fmt: skip
_TEN: Final = 10
_UNITS: Final = {"十": 10, "百": 100, "千": 1000}
NUMERAL: Final = r"(?:[0-9]+|[零〇一二两俩三四五六七八九十百千万]+)"
_SHORT_NUMERAL: Final = r"(?:[0-9]{1,3}|[一二两三四五六七八九十]{1,3})"
_CHOICE: Final = re.compile(
    rf"(?:我?(?:要|选|就|办|想办|想要|先办?)?(?:这)?)?(?:第|选项|序号|no\.?)?\s*({_SHORT_NUMERAL})\s*(?:个|项|条|种|号|样)?"
    r"(?:吧|啊|的|呗|好了|就行|怎么办|怎么弄)?[\s.。、,,!！)）]*"
)
_FIRST: Final = re.compile(
    r"(?:我?(?:要|选)|就)?(?:头一个|最上面(?:那个)?|上面那个|最前面(?:那个)?)[吧的。.]*"
)
_LAST: Final = re.compile(r"(?:我?(?:要|选))?(?:最后(?:那|一|那一)?个|最下面(?:那个)?|末一个)[吧的。.]*")


def number_of(numeral: str) -> int | None:
    """The value of one numeral, Arabic or Chinese (十五, 二百零三, 一千二, 两万); None when it is not one."""
    if numeral.isascii() and numeral.isdigit():
        return int(numeral[:12])
    if not numeral or any(c not in _DIGITS and c not in _UNITS and c != "万" for c in numeral):
        return None
    head, wan, tail = numeral.partition("万")
    if not wan:
        return _below_ten_thousand(numeral)
    if "万" in tail:
        return None
    high, low = _below_ten_thousand(head) if head else 1, _below_ten_thousand(tail) if tail else 0
    return None if high is None or low is None else high * 10_000 + low


def _below_ten_thousand(numeral: str) -> int | None:
    if all(c in _DIGITS for c in numeral):
        return int("".join(str(_DIGITS[c]) for c in numeral))
    total, digit, last_unit = 0, None, 10_000
    for char in numeral:
        if char in _DIGITS:
            digit = _DIGITS[char]
            continue
        unit = _UNITS[char]
        if unit >= last_unit:
            return None
        total += (1 if digit is None else digit) * unit
        digit, last_unit = None, unit
    return total + _tail(digit, last_unit, numeral)


def _tail(digit: int | None, last_unit: int, numeral: str) -> int:
    """The last digit: units, but 一百二 is 120 and 一千二 is 1,200."""
    if digit is None:
        return 0
    spoken_short = last_unit > _TEN and len(numeral) > 1 and numeral[-2] in _UNITS
    return digit * (last_unit // 10 if spoken_short else 1)


def choice_in(text: str, count: int | None = None) -> int | None:
    """The number a whole answer chooses (第1个, 一, 1。, 选2, 最后一个), or None.

    The answer must be nothing but the choice: 11 is not 1, and 1990年 chooses nothing. With `count`, numbers
    outside 1..count choose nothing, and 最后一个 means `count`.
    """
    said = unicodedata.normalize("NFKC", text).strip().lower()
    if _LAST.fullmatch(said):
        return count or LAST
    if _FIRST.fullmatch(said):
        return 1
    found = _CHOICE.fullmatch(said)
    number = number_of(found.group(1)) if found else None
    if number is None or number < 1 or (count is not None and number > count):
        return None
    return number
