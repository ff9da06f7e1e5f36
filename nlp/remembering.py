"""Remembering (记住): the latest answers of one matcher, in memory only: the same few hundred wishes make up most of a day."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from intake.model.matching import Match, PersonFacts
from nlp.matcher import Matcher

_REMEMBERED: Final = 4096
Answering = Callable[[str, PersonFacts | None, int], Match]


def remembering(matcher: Matcher) -> Answering:
    """The matcher's `match`, with its latest few thousand answers kept as long as this is."""

    @lru_cache(maxsize=_REMEMBERED)
    def answer(text: str, facts: PersonFacts | None, limit: int) -> Match:
        return matcher.match(text, facts=facts, limit=limit)

    return answer
