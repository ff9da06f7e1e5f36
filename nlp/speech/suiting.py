"""Suiting (合适): which of the times that a sentence names suit, and which do not."""

from __future__ import annotations

import re
from typing import Final

from nlp.speech.days import DAY_WORDS
from nlp.speech.times import TIME_WORDS

_WHEN: Final = f"(?:{DAY_WORDS.pattern}|{TIME_WORDS.pattern})"
_NOT_THEN: Final = r"(?<![行可便适成有])(?:不行|不可以|不方便|不合适|不成|没空|没时间|没人|别来|不要来|不能来|不能去|来不了|去不了|不在家|有事|要上班|得上班|要做工|要干活|要下地|在睡|睡觉|午睡)"
_UNFIT: Final = re.compile(
    rf"(?:除了?|除去|(?<![特区])别|不要)(?:在|是)?{_WHEN}|{_WHEN}[^,，。;；]{{0,4}}?{_NOT_THEN}"
)


def suiting(text: str) -> tuple[str, str]:
    """A normalised sentence without the times that do not suit, and these: 周四可以 and 周三没空 of 周三没空，周四可以."""
    return _UNFIT.sub("，", text), "，".join(found.group(0) for found in _UNFIT.finditer(text))
