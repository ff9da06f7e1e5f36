"""The route table as the desk sees it: plans are sought in a worker process, for the solver keeps Python's lock."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from intake.model.visits import Plan, Shift, Visit
from planning.travel import RoadTravel, TableTravel

_SECONDS = 5.0
_hire = partial(ProcessPoolExecutor, 1, multiprocessing.get_context("spawn"))


class RoadFacts(Protocol):
    """What is known of the county's roads: a table of minutes by two codes, and what to reckon with beside it."""

    @property
    def minutes(self) -> Mapping[tuple[str, str], int]: ...
    @property
    def road_factor(self) -> float: ...
    @property
    def km_per_hour(self) -> float: ...


class RouteOffice:
    """排线室: one worker process, started when first needed and replaced when it died."""

    def __init__(self, seconds: float = _SECONDS, *, hire: Callable[[], ProcessPoolExecutor] = _hire) -> None:
        self._seconds, self._hire = seconds, hire
        self._pool: ProcessPoolExecutor | None = None

    async def plan(
        self, visits: Sequence[Visit], crew: Sequence[Shift], roads: RoadFacts, before: Plan | None
    ) -> Plan:
        """The best day found within the time; see `plan_day`. A worker that dies is tried once more."""
        travel = TableTravel(dict(roads.minutes), RoadTravel(roads.road_factor, roads.km_per_hour))
        order = _Order(tuple(visits), tuple(crew), travel, self._seconds, before)
        try:
            return await self._ask(order)
        except BrokenProcessPool:
            self.close()
            return await self._ask(order)

    @property
    def worker_pids(self) -> tuple[int, ...]:
        """The process ids of the workers that run now, for an operator's eyes."""
        return (
            tuple(process.pid for process in multiprocessing.active_children() if process.pid)
            if self._pool
            else ()
        )

    def close(self) -> None:
        """End the worker; a plan being sought is given up."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)

    async def _ask(self, order: _Order) -> Plan:
        if self._pool is None:
            self._pool = self._hire()
        return await asyncio.get_running_loop().run_in_executor(self._pool, _sought, order)


@dataclass(frozen=True, slots=True)
class _Order:
    visits: tuple[Visit, ...]
    crew: tuple[Shift, ...]
    travel: TableTravel
    seconds: float
    before: Plan | None


def _sought(order: _Order) -> Plan:
    from planning.routes import plan_day  # noqa: PLC0415 (the solver is loaded by the worker, the only one who uses it)

    return plan_day(order.visits, order.crew, order.travel, seconds=order.seconds, before=order.before)
