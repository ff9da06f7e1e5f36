"""Several wishes (几件事): where one breath asks for more than one thing, each by itself."""

from __future__ import annotations

import re
from typing import Final

_JOINT: Final = re.compile(
    r"[,，。;；、\s]*(?:还有(?!(?:多少|多久|几|没有|吗|[0-9零一二两三四五六七八九十半]+个?(?:天|日|周|星期|礼拜|月|年|小时|分钟)))(?:就是)?|另外(?:还)?|顺便(?:再|把)?|顺带(?:再|把)?|还想|还要|还得|再(?=[办补把给帮换])|同时(?:还|要)?)"
    r"|[,，。;；](?=[^,，。;；]{1,10}也(?:要|想|得|到期))"
)
_SHORTEST: Final = 3
_MOST: Final = 3


def several_in(text: str) -> tuple[str, ...]:
    """The wishes of a normalised sentence that joins a few (身份证丢了要补，顺便把社保卡也换了); () when it joins none.

    Whether each is a matter is for whoever finds items: 还有 also joins what belongs together.
    """
    parts = tuple(part.strip(" ,，。;；") for part in _JOINT.split(text))
    long_enough = tuple(part for part in parts if len(part) >= _SHORTEST)
    return long_enough if 1 < len(long_enough) <= _MOST else ()
