"""Times (钟点): the hour or the part of the day a sentence names."""

from __future__ import annotations

import re
from datetime import time
from typing import Final

from intake.model.speech import DayPart
from nlp.speech.numbers import number_of

_PARTS: Final = (
    (DayPart.NOON, "中午|正午|晌午|午间|午休"),
    (DayPart.AFTERNOON, "下午|午后|下半天|下昼|后半天"),
    (DayPart.MORNING, "上午|早上|早晨|清早|一早|大清早|上半天|前半天|明早|今早|早间|上昼|凌晨|半夜"),
    (DayPart.EVENING, "晚上|傍晚|夜里|晚间|明晚|今晚|夜头|下班后|下班以后"),
)
_PART: Final = tuple((part, re.compile(words)) for part, words in _PARTS)
_NUMERAL: Final = r"[0-9]{1,2}|[一二两三四五六七八九十]{1,3}"
_CLOCK: Final = re.compile(r"(?<!\d)([01]?\d|2[0-4])[::]([0-5]\d)(?!\d)")
# 早一点 and 快一点 name no hour.
_SPOKEN: Final = re.compile(
    rf"(?<![早晚快慢近远多少好])({_NUMERAL})(?:点钟|点|时)(?!多?[材资])(?:(半)|(一刻|三刻)|({_NUMERAL})分?)?"
)
_UNTIL: Final = re.compile(r"(?:之前|以前|前)")
_QUARTERS: Final = {"一刻": 15, "三刻": 45}
_NOON_HOUR, _LATEST_MORNING_WORD, _MIDNIGHT = 12, 11, 24
_EARLIEST_OFFICE_HOUR: Final = 7
# 七点以后来 is no word of coming another time.
TIME_WORDS: Final = re.compile(
    f"(?:{_CLOCK.pattern}|{_SPOKEN.pattern}|{'|'.join(words for _, words in _PARTS)})(?:以后|之后|以前|之前|左右)?"
)


def part_in(text: str) -> DayPart | None:
    """The part of the day named, or None."""
    return next((part for part, pattern in _PART if pattern.search(text)), None)


def time_in(text: str) -> time | None:
    """The clock time named (9:30, 下午三点半, 十点一刻), or None.

    Without a part of the day, one to six o'clock means the afternoon: no hall is open before seven.
    """
    if found := _CLOCK.search(text):
        return _told(int(found.group(1)), int(found.group(2)), part_in(text))
    if not (found := _SPOKEN.search(text)):
        return None
    hour = number_of(found.group(1))
    return None if hour is None else _told(hour, _minute(found), part_in(text))


def until_in(text: str) -> time | None:
    """The clock time before which somebody can come (三点以前), or None."""
    found = _CLOCK.search(text) or _SPOKEN.search(text)
    return time_in(text) if found and _UNTIL.match(text, found.end()) else None


def _minute(found: re.Match[str]) -> int:
    if found.group(2):
        return 30
    if found.group(3):
        return _QUARTERS[found.group(3)]
    return (number_of(found.group(4)) or 0) if found.group(4) else 0


def _told(hour: int, minute: int, part: DayPart | None) -> time | None:
    late = part in {DayPart.AFTERNOON, DayPart.EVENING} or (
        part is DayPart.NOON and hour < _EARLIEST_OFFICE_HOUR
    )
    small_without_part = part is None and hour < _EARLIEST_OFFICE_HOUR
    if hour < _NOON_HOUR and (late or small_without_part) and hour > 0:
        hour += _NOON_HOUR
    if hour == _MIDNIGHT:
        hour = 0
    try:
        return time(hour, minute)
    except ValueError:
        return None
