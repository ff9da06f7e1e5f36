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
    """The ways a place is said, longest first: 尖山镇便民服务中心 is also 尖山镇 and 尖山."""
    names = [place]
    if (said := _ENDINGS.sub("", place)) != place:
        names.append(said)
    if len(bare := _LEVEL.sub("", said)) >= _SHORTEST and bare != said:
        names.append(bare)
    return tuple(name for name in names if len(name) >= _SHORTEST)


def places_in(text: str, places: Sequence[str]) -> tuple[str, ...]:
    """The places named in a normalised sentence, those named most fully first; equals keep the list's order."""
    met = [
        (max((len(name) for name in spoken_names(place) if name in text), default=0), place)
        for place in places
    ]
    longest = max((length for length, _ in met), default=0)
    named = [(length, place) for length, place in met if length]
    named.sort(key=lambda pair: -pair[0])
    return tuple(place for length, place in named if length == longest or not _inside(place, named, text))


def _inside(place: str, named: Sequence[tuple[int, str]], text: str) -> bool:
    """Whether a shorter name was met only inside a longer one (胡村 in 上胡村)."""
    own = next(name for name in spoken_names(place) if name in text)
    longer = [name for _, other in named if other != place for name in spoken_names(other) if name in text]
    return any(own in name and own != name for name in longer)
