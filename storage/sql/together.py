"""Acts that wait together share a transaction (合并提交): what a disk takes for one flush, a hundred bookings get for one.

There is no timer. An act that finds nobody at work begins at once; those that come meanwhile wait for that flush and then
share the next. On SQLite this is the one writer's group commit; on PostgreSQL a hundred bookings are a few set-based
statements and one commit, while the row locks and guarded statements keep other processes out as ever.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple, TypeVar, cast

import structlog
from sqlalchemy.exc import DBAPIError

from intake.errors import Busy
from intake.ports import Foreseen
from storage.sql.sharing import Act, Clash, Outcome
from storage.sql.store import Store

Done = TypeVar("Done")
_log = structlog.get_logger("together")
# More would let the first wait for work that is not theirs; fewer would leave the disk's flush half used.
AT_ONCE = 128
_TRIES = 3


class _Waiter(NamedTuple):
    foreseen: Foreseen
    act: Act[Any]
    answer: asyncio.Future[Any]

    @property
    def gone(self) -> bool:
        """Whether the caller has hung up."""
        return self.answer.done()

    def tell(self, outcome: Outcome[Any]) -> None:
        """Answer the caller, if there still is one."""
        if self.gone:
            return
        if outcome.fault is not None:
            self.answer.set_exception(outcome.fault)
        else:
            self.answer.set_result(outcome.done)


class SqlTogether:
    """`intake.ports.Together` over SQL, for one process."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: deque[_Waiter] = deque()
        self._work: asyncio.Task[None] | None = None
        self._series = ""

    async def __call__(self, foreseen: Foreseen, act: Act[Done]) -> Done:
        """Run the act with whoever waits at the same time; raises what the act raises."""
        waiter = _Waiter(foreseen, act, asyncio.get_running_loop().create_future())
        self._waiting.append(waiter)
        if self._work is None:
            # A task of its own: the caller who happened to come first may hang up without taking the others along.
            self._work = asyncio.create_task(self._serve(), name="shared transactions")
        return cast("Done", await waiter.answer)

    async def close(self) -> None:
        """End what is being done; whoever still waits is told to try again."""
        work, self._work = self._work, None
        if work is not None:
            work.cancel()
            with suppress(asyncio.CancelledError):
                await work

    async def _serve(self) -> None:
        some: list[_Waiter] = []
        try:
            while self._waiting:
                some = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
                await self._together([waiter for waiter in some if not waiter.gone])
        finally:
            self._work = None
            for waiter in (*some, *self._waiting):
                waiter.tell(Outcome(fault=Busy()))
            self._waiting.clear()

    async def _together(self, waiters: Sequence[_Waiter]) -> None:
        if not waiters:
            return
        try:
            outcomes = await self._share(waiters)
        except Exception as fault:  # noqa: BLE001 (whatever it is: everybody gets their own try)
            if not isinstance(fault, Clash | Busy | DBAPIError):
                _log.error("shared_transaction_failed", exc_info=fault)
            outcomes = [await self._alone(waiter) for waiter in waiters]
        for waiter, outcome in zip(waiters, outcomes, strict=True):
            waiter.tell(outcome)

    async def _share(self, waiters: Sequence[_Waiter]) -> list[Outcome[Any]]:
        async with self._store.sharing([waiter.foreseen for waiter in waiters], self._series) as shared:
            outcomes = [await shared.run(waiter.act) for waiter in waiters]
            await shared.finish()
        self._series = shared.series
        return outcomes

    async def _alone(self, waiter: _Waiter) -> Outcome[Any]:
        """One act by itself: what could not be kept for all is kept, or fails, for each."""
        for _ in range(_TRIES):
            outcome = await self._try(waiter)
            if not isinstance(outcome.fault, Busy):
                break
        return outcome

    async def _try(self, waiter: _Waiter) -> Outcome[Any]:
        try:
            async with self._store.open_uow() as uow:
                return Outcome(done=await waiter.act(uow))
        except Exception as fault:  # noqa: BLE001 (it is this caller's answer)
            return Outcome(fault=fault)
