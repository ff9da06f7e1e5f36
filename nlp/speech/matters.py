"""Matters (提事): whether words begin a matter or add one, or ask something beside the one at hand."""

from __future__ import annotations

import re
from typing import Final

_NO_QUESTION: Final = r"(?!几|多少|什么|哪)"
_GOT: Final = r"(?:办|领|弄|搞|开|报|申请|交|查|转|迁|补|换|打)"
_WISH: Final = re.compile(
    rf"(?:那|就|我|帮我|给我|先|还)*(?:想要?|要|来)(?:去|来)?(?:办|申请|申领|领|开个?|补)(?!好|完){_NO_QUESTION}"
)
_BY_ITSELF: Final = re.compile(
    rf"(?:怎么|咋|如何|哪里|哪儿){_GOT}|手续|^(?:那|还是|就)*先(?![生前天])|也(?:要|想|丢|到期|没|得|不见)"
    rf"|(?:还|我)(?:要|想)(?:去|来)?(?:问|办|查|打|开|申请|申领|领|补|换){_NO_QUESTION}|呢$"
)
_HAD: Final = re.compile(
    r"(?:已经|早就?|都)?(?:有了|办好了|办过了|弄好了|开好了|领了)$|(?:在.{1,4}(?:那里|那边|手里|家里)|都在|(?<!没)有的?)$|^(?:已经|早就)办"
)
_WHETHER: Final = re.compile(
    r"要不要|用不用|需不需要|能不能|可不可以|是不是|有没有|会不会|行不行|算不算|够不够|(?:吗|么|伐)$|多少|利息|几个"
)


def begins_a_wish(text: str) -> bool:
    """Whether a normalised sentence begins as a wish does: 我要办…, but not 要办几个证."""
    return bool(_WISH.match(text))


def stands_by_itself(text: str) -> bool:
    """Whether a normalised sentence asks how something is done (残疾证怎么办), or adds one thing to another (身份证也丢了)."""
    return bool(_BY_ITSELF.search(text))


def asks_whether(text: str) -> bool:
    """Whether a normalised sentence asks if, or how much of, something is needed or to be had: 消防要不要."""
    return bool(_WHETHER.search(text))


def had_already(text: str) -> bool:
    """Whether a normalised sentence says that something is done: 出生证明有了."""
    return bool(_HAD.search(text))
