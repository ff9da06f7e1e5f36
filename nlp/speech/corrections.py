"""Corrections (更正): what somebody puts in the place of what was said before: 不是我，是我妈."""

from __future__ import annotations

import re
from typing import Final

_REGRET: Final = (
    r"(?:不对|不是的?|(?:我)?(?:搞|弄|说|写|选|点|打|记)?错了|(?:我)?(?:是)?说的是|(?:我)?的意思是|更正一下)"
)
# Something is put in its place only behind a pause, and by one of these: 不是周六，是周日 and 不去尖山了，去玉山.
_OLD_THEN_NEW: Final = re.compile(
    r"不(?:是|去|到|要|选|在)[^,，。;；]{1,10}[,，。;；]\s*(?P<new>(?:我|那就|就)?(?:(?:要办|想办)的?)?(?:是|去|到|要|选|在|改|换|给|应该|而是).+)"
)
# Dictated words have no pause, but say 是 twice: 不是我是我妈.
_IN_ONE_BREATH: Final = re.compile(r"不是[^是,，。;；]{1,6}(?P<new>是.{1,10})")
_NEW_THEN_OLD: Final = re.compile(
    r"(?P<new>(?:我)?(?:要|想)?(?:是|去|到|要|选|在)[^,，。;；]{1,10}?)[,，]?不(?:是|去|到|要|选|在).{1,8}"
)
_REGRETTED: Final = re.compile(rf"{_REGRET}(?:[,，。!！\s]*{_REGRET})*[,，。!！\s]+(?P<new>.+)")
# Who says what they said needs no pause: 我说的是低保.
_MEANT: Final = re.compile(r"我(?:说|讲|问)的是(?P<new>.{2,10})")
_IN_TURN: Final = (_REGRETTED, _MEANT, _OLD_THEN_NEW, _IN_ONE_BREATH, _NEW_THEN_OLD)


def put_right(text: str) -> str:
    """The words that a normalised sentence puts in the place of others, or "" when it corrects nothing."""
    said = text.strip(" ,，。!！?？")
    for pattern in _IN_TURN:
        if found := pattern.fullmatch(said):
            said = found.group("new")
    return "" if said == text.strip(" ,，。!！?？") else said
