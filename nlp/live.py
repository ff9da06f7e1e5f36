"""LiveMatcher (在用匹配器): the matcher in service, exchanged whole when the catalogue changes."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache
from threading import Lock
from typing import Final

from intake.model.catalogue import ServiceItem
from intake.model.matching import Match, PersonFacts
from nlp.matcher import Explanation, Matcher

_REMEMBERED: Final = 4096


class LiveMatcher:
    """在用匹配器: answers from one matcher while the next is built beside it; readers never wait.

    `version` is whatever the catalogue calls its state (a number, a digest). Processes that read the same
    catalogue hold equal versions. The latest few thousand answers are remembered, in memory only and no longer than
    their version is in service: the same few hundred wishes make up most of a day.
    """

    def __init__(
        self,
        items: Sequence[ServiceItem] = (),
        version: Hashable = None,
        build: Callable[[Sequence[ServiceItem]], Matcher] = Matcher.build,
    ) -> None:
        self._build = build
        self._building = Lock()
        self._in_service = _in_service(version, build(items))

    @property
    def version(self) -> Hashable:
        """The catalogue version that answers are given from."""
        return self._in_service[0]

    @property
    def current(self) -> Matcher:
        """The matcher in service; hold it to get several answers from one version."""
        return self._in_service[1]

    def renew(self, items: Sequence[ServiceItem], version: Hashable) -> bool:
        """Build from the items and put it in service; False when that version is in service already.

        Takes as long as a build: call it from a thread. The old matcher answers until the new one is whole,
        and stays if building fails.
        """
        with self._building:
            if version is not None and version == self.version:
                return False
            self._in_service = _in_service(version, self._build(items))
            return True

    def match(self, text: str, *, facts: PersonFacts | None = None, limit: int = 5) -> Match:
        """As `Matcher.match`, from the version in service."""
        return self._in_service[2](text, facts, limit)

    def explain(self, text: str, *, facts: PersonFacts | None = None, limit: int = 5) -> Explanation:
        """As `Matcher.explain`, from the version in service."""
        return self.current.explain(text, facts=facts, limit=limit)


_Answering = Callable[[str, PersonFacts | None, int], Match]


def _in_service(version: Hashable, matcher: Matcher) -> tuple[Hashable, Matcher, _Answering]:
    @lru_cache(maxsize=_REMEMBERED)
    def answer(text: str, facts: PersonFacts | None, limit: int) -> Match:
        return matcher.match(text, facts=facts, limit=limit)

    return version, matcher, answer
