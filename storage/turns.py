"""Taking turns (轮流): one conversation of an account at a time, whichever process its messages reach."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, Protocol, TypeVar
from weakref import WeakValueDictionary

from intake.errors import Busy
from intake.model.ids import AccountCode

LEASE = timedelta(seconds=30)
PATIENCE = timedelta(seconds=30)
KEPT_EXCHANGES = 200
_FIRST_LOOK_SECONDS = 0.02
_LAST_LOOK_SECONDS = 0.25

Fence = TypeVar("Fence")


class Lock(Protocol[Fence]):
    """A lock with an end: whoever takes it gets a fence that no later holder shares."""

    async def take(self, account: AccountCode, message_id: str) -> Fence | None:
        """The lock for the length of a lease, for a message if it names one; None while somebody else has it."""

    async def keep(self, account: AccountCode, fence: Fence) -> None:
        """Begin the lease anew, if it is still ours."""

    async def let_go(self, account: AccountCode, fence: Fence) -> None:
        """Give the lock back, if it is still ours."""


@dataclass
class Turn(Generic[Fence]):
    """One's turn; `over` is set by whoever gave the lock back already, together with the last thing written."""

    fence: Fence
    over: bool = False


class Turns(Generic[Fence]):
    """The line before a lock. Those of one process wait in order; only the first of them asks the lock."""

    def __init__(
        self, lock: Lock[Fence], *, lease: timedelta = LEASE, patience: timedelta = PATIENCE
    ) -> None:
        self._lock = lock
        self._lease = lease.total_seconds()
        self._patience = patience.total_seconds()
        self._lines: WeakValueDictionary[AccountCode, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def turn(self, account: AccountCode, message_id: str) -> AsyncIterator[Turn[Fence]]:
        """One's turn for a message, with the lease renewed as long as it lasts; raises `Busy` when it does not come in time."""
        deadline = asyncio.get_running_loop().time() + self._patience
        line = self._lines.setdefault(account, asyncio.Lock())
        try:
            async with asyncio.timeout_at(deadline):
                await line.acquire()
        except TimeoutError:
            raise Busy from None
        try:
            turn = Turn(await self._first_free(account, message_id, deadline))
            renewing = asyncio.create_task(
                self._renew(account, turn.fence), name=f"renew the turn of {account}"
            )
            try:
                yield turn
            finally:
                renewing.cancel()
                # A renewal that failed is no news: if the turn was lost by it, saving has said so.
                await asyncio.gather(renewing, return_exceptions=True)
                if not turn.over:
                    await self._lock.let_go(account, turn.fence)
        finally:
            line.release()

    async def _first_free(self, account: AccountCode, message_id: str, deadline: float) -> Fence:
        pause = _FIRST_LOOK_SECONDS
        while (fence := await self._lock.take(account, message_id)) is None:
            if asyncio.get_running_loop().time() + pause > deadline:
                raise Busy
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LAST_LOOK_SECONDS)
        return fence

    async def _renew(self, account: AccountCode, fence: Fence) -> None:
        while True:
            await asyncio.sleep(self._lease / 3)
            await self._lock.keep(account, fence)
