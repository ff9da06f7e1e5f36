"""Tutor (教学): the matcher opened for its keeper: its grounds, and what a lesson would do to its good answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

from intake.errors import Busy
from intake.model.catalogue import ServiceItem
from intake.model.learning import Edition, Effect, GoodAnswer, Lesson
from intake.model.matching import Explained
from nlp.explaining import explained
from nlp.live import LiveMatcher
from nlp.rehearsal import Stage

_STAGE = Stage()
_hire = partial(ProcessPoolExecutor, 1, get_context("spawn"))


class Tutor:
    """教学: rehearses in a process of its own, started by the first lesson and kept until `close`.

    A thread would do, but it would hold up whoever is being answered meanwhile: 0.2 s at worst on a busy machine.
    """

    def __init__(self, live: LiveMatcher, *, hire: Callable[[], ProcessPoolExecutor] = _hire) -> None:
        self._live, self._hire = live, hire
        self._stage: ProcessPoolExecutor | None = None

    async def explain(self, text: str, *, limit: int = 5) -> Explained:
        """What people are answered in a conversation, with its grounds."""
        return explained(await self._live.explain_considered(text, limit=limit))

    async def rehearse(
        self, lesson: Lesson, *, edition: Edition, items: Sequence[ServiceItem], good: Sequence[GoodAnswer]
    ) -> Effect:
        """As the port promises; one lesson at a time, the next waits. Raises `Busy` when the process died over it."""
        if self._stage is None:
            self._stage = self._hire()
        stage = self._stage
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(stage, _rehearse, lesson, edition, tuple(items), tuple(good))
        except BrokenExecutor as died:
            if self._stage is stage:
                self._stage = None
            raise Busy from died

    async def close(self) -> None:
        """End the process, after the lesson it is at."""
        stage, self._stage = self._stage, None
        if stage is not None:
            await asyncio.to_thread(stage.shutdown, cancel_futures=True)


def _rehearse(
    lesson: Lesson, edition: Edition, items: Sequence[ServiceItem], good: Sequence[GoodAnswer]
) -> Effect:
    """On the other side: this process's own stage."""
    return _STAGE.rehearse(lesson, edition, items, good)
