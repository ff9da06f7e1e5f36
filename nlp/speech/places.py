"""Places (地点): the halls and villages a sentence names, out of a list the county gives."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

# Written names end in their office's form; people say the place.
_ENDINGS: Final = re.compile(
    r"(?:便民服务中心|政务服务中心|行政服务中心|村民委员会|村委会|居民委员会|居委会|办事处)$"
)
_LEVEL: Final = re.compile(r"(?:社区|街道|镇|乡|村)$")
_SHORTEST: Final = 2


@cache
def spoken_names(place: str) -> tuple[str, ...]:
    """The ways a place is said, each the beginning of the one before: 尖山镇便民服务中心 is also 尖山镇 and 尖山."""
    names = [place]
    if (said := _ENDINGS.sub("", place)) != place:
        names.append(said)
    if len(bare := _LEVEL.sub("", said)) >= _SHORTEST and bare != said:
        names.append(bare)
    return tuple(name for name in names if len(name) >= _SHORTEST)


def places_in(text: str, places: Sequence[str]) -> tuple[str, ...]:
    """The places named in a normalised sentence, those named most fully first; equals keep the list's order."""
    # Whoever says more of a name says its shortest form too; few of a county's places are in a sentence.
    named = [
        (max(len(name) for name in names if name in text), place)
        for place in places
        if (names := spoken_names(place)) and names[-1] in text
    ]
    named.sort(key=lambda pair: -pair[0])
    longest = named[0][0] if named else 0
    return tuple(place for length, place in named if length == longest or not _inside(place, named, text))


def _inside(place: str, named: Sequence[tuple[int, str]], text: str) -> bool:
    """Whether a shorter name was met only inside a longer one (胡村 in 上胡村)."""
    own = next(name for name in spoken_names(place) if name in text)
    longer = [name for _, other in named if other != place for name in spoken_names(other) if name in text]
    return any(own in name and own != name for name in longer)
