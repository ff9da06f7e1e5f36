"""Stress (重音): which clauses of an utterance ask, and how much less the others count.

A letter tells a life before it asks: 离婚, 过世 and 改嫁 in the story pull towards matters that nobody asked about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np

from nlp.postings import Floats, Places
from nlp.text import asks

_STORY: Final = 0.85
_SAYS: Final = 3
_MARKED: Final = re.compile(r"([^,，。!！?？;；:：]+)([,，。!！?？;；:：]*)")
_CJK: Final = re.compile(r"[\u3400-\u9fff]")


def clauses(text: str) -> list[str]:
    """The stretches between marks; a text of marks alone has none."""
    return [said for said, _ in _MARKED.findall(text)]


def laid_over(content: str, stress: Sequence[float], places: Places) -> Floats:
    """What the clause counts for that stands at each of these places of a content; the last, beyond its end."""
    if len(stress) <= 1:
        return np.ones(len(places))
    ends = [clause.end() for clause in _MARKED.finditer(content)]
    counts: Floats = np.array(stress).take(np.searchsorted(ends, places, side="right"), mode="clip")
    return counts


def stresses(asked: str, said: Sequence[str]) -> tuple[float, ...]:
    """How much each clause counts, 0 to 1; `said` are the same clauses without empty phrases.

    The clause before an asking one is part of the question; an asking clause that says nothing itself (怎么办？) hands
    its stress back.
    """
    marked = _MARKED.findall(asked)
    if len(marked) != len(said) or len(marked) == 1:
        return (1.0,) * len(said)
    stressed = set(_stressed([asks(clause + marks) for clause, marks in marked], said))
    if not stressed:
        return (1.0,) * len(said)
    stressed.update(place - 1 for place in tuple(stressed))
    return tuple(1.0 if place in stressed else _STORY for place in range(len(said)))


def _stressed(asking: Iterable[bool], said: Sequence[str]) -> Iterator[int]:
    for place, asked in enumerate(asking):
        if not asked:
            continue
        telling = (back for back in range(place, -1, -1) if len(_CJK.findall(said[back])) >= _SAYS)
        yield next(telling, place)
