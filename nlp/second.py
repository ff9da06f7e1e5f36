"""SecondLook (再看一眼): where words alone are unsure, the sentence is compared in meaning as well, off the event loop.

An encoder takes a hundred times as long as the words do, and tells something only where they waver. So it has one
thread, a short queue, and no duty: whoever would have to wait gets the answer of the words.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from logging import getLogger
from threading import Event
from typing import Final, TypeVar

from intake.model.matching import Decision, Match, PersonFacts
from nlp.encoder import SentenceEncoder, Stopped
from nlp.matcher import Explanation, Matcher
from nlp.remembering import Answering, remembering

_WAITING: Final = 8
_BARE: Final = 5
_TALLIES: Final = ("encoder_asked", "encoder_busy", "encoder_unready", "encoder_failed")
_Told = TypeVar("_Told")
_log = getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Read:
    """One edition with its vectors; its latest answers are remembered as long as it is in service."""

    version: Hashable
    matcher: Matcher
    match: Answering


class SecondLook:
    """再看一眼: an encoder on a thread of its own. It reads one edition of the catalogue after the other, and answers in between.

    Made and asked on one event loop; `prepare` may be called from any thread.
    """

    def __init__(self, encoder: SentenceEncoder, stop: Event) -> None:
        self._encoder = encoder
        self._stop = stop
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="encoder")
        self._wanted: Hashable = None
        self._read: _Read | None = None
        self._waiting = 0
        self._tallies = dict.fromkeys(_TALLIES, 0.0)

    def prepare(self, matcher: Matcher, version: Hashable) -> None:
        """Begin to read an edition; returns at once. One that is overtaken by the next is not read at all."""
        self._wanted = version
        if not self._stop.is_set():
            self._thread.submit(self._prepare, matcher, version)

    def is_ready(self, version: Hashable) -> bool:
        """Whether that edition is read, so that it can be asked about."""
        return self._read is not None and self._read.version == version

    async def match(
        self, version: Hashable, text: str, facts: PersonFacts | None, limit: int
    ) -> Match | None:
        """The answer for that edition; None when it is not read yet, or when too many wait."""
        return await self._asked(version, lambda read: read.match(text, facts, limit))

    async def explain(
        self, version: Hashable, text: str, facts: PersonFacts | None, limit: int
    ) -> Explanation | None:
        """The answer with its grounds, or None as `match`."""
        return await self._asked(version, lambda read: read.matcher.explain(text, facts=facts, limit=limit))

    def tallies(self) -> Mapping[str, float]:
        """How often it was asked so far; of these turned away, since others waited or the edition was not read yet."""
        return dict(self._tallies)

    def wait(self) -> None:
        """Until everything is read that was asked for so far; may take minutes."""
        self._thread.submit(lambda: None).result()

    async def close(self) -> None:
        """Leave the edition at hand within a second, and answer whoever waits; what is encoded is kept."""
        self._stop.set()
        await asyncio.to_thread(self._thread.shutdown)

    def _prepare(self, matcher: Matcher, version: Hashable) -> None:
        if version != self._wanted or self._stop.is_set():
            return
        try:
            deeper = matcher.with_encoder(self._encoder)
        except Stopped:
            return
        except Exception:  # noqa: BLE001 (whatever fails over there, people are answered)
            # The words go on answering; whoever looks after the server must still hear of it.
            self._tallies["encoder_failed"] += 1
            _log.exception("encoder_failed")
            return
        self._read = _Read(version, deeper, remembering(deeper))

    async def _asked(self, version: Hashable, ask: Callable[[_Read], _Told]) -> _Told | None:
        read = self._read
        self._tallies["encoder_asked"] += 1
        if read is None or read.version != version:
            self._tallies["encoder_unready"] += 1
            return None
        if self._waiting >= _WAITING or self._stop.is_set():
            self._tallies["encoder_busy"] += 1
            return None
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, ask, read)
        finally:
            self._waiting -= 1


def is_unsure(match: Match) -> bool:
    """Whether words alone waver: no one item stands out. Words that say nothing at all are no riddle.

    Nor are a few characters (迁户口): an encoder was measured to find less from them, and to be surer of one thing where
    the person should be asked which.
    """
    return bool(match.candidates) and match.decision is not Decision.MATCH and len(match.focus) > _BARE
