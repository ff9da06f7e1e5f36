"""LiveMatcher (在用匹配器): the matcher in service, exchanged whole when the catalogue changes."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from threading import Lock

from intake.model.catalogue import ServiceItem
from intake.model.matching import Match, PersonFacts
from nlp.matcher import Explanation, Matcher
from nlp.remembering import Answering, remembering
from nlp.second import SecondLook, is_unsure


class LiveMatcher:
    """在用匹配器: answers from one matcher while the next is built beside it; readers never wait.

    `version` is whatever the catalogue calls its state (a number, a digest). Processes that read the same
    catalogue hold equal versions. The latest few thousand answers are remembered, in memory only and no longer than
    their version is in service: the same few hundred wishes make up most of a day.

    With a second look it can `consider` as well: where words are unsure, an encoder is asked besides.
    """

    def __init__(
        self,
        items: Sequence[ServiceItem] = (),
        version: Hashable = None,
        build: Callable[[Sequence[ServiceItem]], Matcher] = Matcher.build,
        second: SecondLook | None = None,
    ) -> None:
        self._build = build
        self._building = Lock()
        self._second = second
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
        and stays if building fails. A second look reads the new version afterwards; until then words answer alone.
        """
        with self._building:
            if version is not None and version == self.version:
                return False
            self._in_service = _in_service(version, self._build(items))
            if self._second is not None:
                self._second.prepare(self.current, version)
            return True

    def match(self, text: str, *, facts: PersonFacts | None = None, limit: int = 5) -> Match:
        """As `Matcher.match`, from the version in service."""
        return self._in_service[2](text, facts, limit)

    async def consider(self, text: str, *, facts: PersonFacts | None = None, limit: int = 5) -> Match:
        """As `match`; where words alone are unsure, what the second look says, if it can say it at once."""
        version, _, answer = self._in_service
        first = answer(text, facts, limit)
        if self._second is None or not is_unsure(first):
            return first
        return await self._second.match(version, text, facts, limit) or first

    def explain(self, text: str, *, facts: PersonFacts | None = None, limit: int = 5) -> Explanation:
        """As `Matcher.explain`, from the version in service."""
        return self.current.explain(text, facts=facts, limit=limit)

    async def explain_considered(
        self, text: str, *, facts: PersonFacts | None = None, limit: int = 5
    ) -> Explanation:
        """The grounds of what `consider` answers."""
        version, matcher, _ = self._in_service
        first = matcher.explain(text, facts=facts, limit=limit)
        if self._second is None or not is_unsure(first.match):
            return first
        return await self._second.explain(version, text, facts, limit) or first

    def now(self) -> Mapping[str, float]:
        """For whoever watches the server: whether the second look knows the version in service (1) or not yet (0)."""
        return {} if self._second is None else {"encoder_ready": float(self._second.is_ready(self.version))}

    def tallies(self) -> Mapping[str, float]:
        """For whoever watches the server: how often the second look was asked so far, and what came of it."""
        return {} if self._second is None else self._second.tallies()

    def wait_for_second_look(self) -> None:
        """Until the second look has read what was put in service so far, or has failed over it."""
        if self._second is not None:
            self._second.wait()

    async def close(self) -> None:
        """End the second look."""
        if self._second is not None:
            await self._second.close()


def _in_service(version: Hashable, matcher: Matcher) -> tuple[Hashable, Matcher, Answering]:
    return version, matcher, remembering(matcher)
