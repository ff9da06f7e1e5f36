"""Ages (年龄): how old the person spoken of is."""

from __future__ import annotations

import re
from typing import Final

from nlp.speech.numbers import number_of

_OLDEST: Final = 130
_NUMERAL: Final = r"([0-9]{1,3}|[零一二两三四五六七八九十百]+)"
_YEARS: Final = re.compile(_NUMERAL + r"\s*(?:多|几)?\s*(?:周岁|虚岁|岁)")
_MONTHS: Final = re.compile(_NUMERAL + r"\s*个?(?:多)?月(?:大|的(?:宝宝|孩子|小孩|娃))")
_REACHED: Final = re.compile(
    r"(?:今年|都|快|已经|刚|满|有|妈|爸|爷|奶|公|婆|娘|爹|人)\s*"
    + _NUMERAL
    + r"\s*(?:了|啦|多了|出头|岁|$|[,，。.])"
)
_AFTER_REACHED: Final = re.compile(r"年|月|日|号|元|块|次|个|天|万")


def age_in(text: str) -> int | None:
    """The first age told in years (七十了, 我妈75岁, 6个月的宝宝 is 0), or None."""
    if found := _YEARS.search(text):
        return _plausible(number_of(found.group(1)))
    if _MONTHS.search(text):
        return 0
    for found in _REACHED.finditer(text):
        if not _AFTER_REACHED.match(text, found.end(1)):
            return _plausible(number_of(found.group(1)), youngest=10)
    return None


def _plausible(age: int | None, youngest: int = 0) -> int | None:
    return age if age is not None and youngest <= age <= _OLDEST else None
