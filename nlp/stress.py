"""Stress (重音): which clauses of an utterance ask, and how much less the others count.

A letter tells a life before it asks: 离婚, 过世 and 改嫁 in the story pull towards matters that nobody asked about.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from nlp.text import asks

_LOW: Final = float(os.environ.get("LOW", "0.6"))
_NEAR: Final = float(os.environ.get("NEAR", "1.0"))
_SAYS: Final = 3
_MARKED: Final = re.compile(r"([^,，。!！?？;；:：]+)([,，。!！?？;；:：]*)")
_CJK: Final = re.compile(r"[\u3400-\u9fff]")


def clauses(text: str) -> list[str]:
    """The stretches between marks; a text of marks alone has none."""
    return [said for said, _ in _MARKED.findall(text)]


def stresses(asked: str, said: Sequence[str]) -> tuple[float, ...]:
    """How much each clause counts, 0 to 1; `said` are the same clauses without empty phrases.

    An asking clause that says nothing itself (怎么办？) hands its stress to the one before it.
    """
    marked = _MARKED.findall(asked)
    if len(marked) != len(said) or len(marked) == 1:
        return (1.0,) * len(said)
    stressed = set(_stressed([asks(clause + marks) for clause, marks in marked], said))
    if not stressed:
        return (1.0,) * len(said)
    return tuple(
        1.0 if place in stressed else _NEAR if place + 1 in stressed else _LOW for place in range(len(said))
    )


def _stressed(asking: Iterable[bool], said: Sequence[str]) -> Iterator[int]:
    for place, asked in enumerate(asking):
        if not asked:
            continue
        while place > 0 and len(_CJK.findall(said[place])) < _SAYS:
            place -= 1
        yield place
