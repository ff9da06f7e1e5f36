"""A shared transaction (合并提交): many acts, each with a unit of work of its own, read together and written together.

Everything the commands tell of is read in one go, before the first act; what an act writes lies on the books in memory,
seen by the acts after it, and is written with theirs. Whatever is not foreseen here raises `Unforeseen`: that act is then
run on the ordinary repositories, in a savepoint, after everything before it was written.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar, cast

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.ports import Uow
from storage.sql.books import Books, Sight, look
from storage.sql.prepared import at_once
from storage.sql.rooms import SharedUow, Unforeseen
from storage.sql.uow import SqlUow
from storage.sql.writing import Changes, Clash, write

__all__ = ["Act", "Clash", "Outcome", "Shared"]

Done = TypeVar("Done")
Act = Callable[[Uow], Awaitable[Done]]


class Outcome(NamedTuple, Generic[Done]):
    """What became of one act."""

    done: Done | None = None
    fault: Exception | None = None


class Shared:
    """One transaction that several acts share; one act at a time works in it."""

    def __init__(
        self,
        connection: AsyncConnection,
        open_uow: Callable[[], SqlUow],
        sight: Sight,
    ) -> None:
        self.connection = connection
        self.foreseen = sight.foreseen
        self.keys = frozenset((one.by, one.key) for one in sight.foreseen)
        self.real = open_uow()
        self.changes = Changes()
        self.read: dict[Hashable, Any] = {}
        self.series = sight.series
        self._sight = sight
        self._nested = open_uow
        self._uow: SharedUow | None = None

    async def run(self, act: Act[Done]) -> Outcome[Done]:
        """Run one act; its refusal is its own, and leaves nothing behind."""
        uow = self._uow = self._uow or SharedUow(self, await self._look())
        uow.committed = False
        try:
            done = await act(cast("Uow", uow))
        except Unforeseen:
            uow.journal.undo()
            return await self._run_really(act)
        except DBAPIError:
            raise
        except Exception as fault:  # noqa: BLE001 (whatever it is, it is this caller's answer and nobody else's)
            uow.journal.undo()
            return Outcome(fault=fault)
        if uow.committed:
            uow.journal.settle()
        else:
            uow.journal.undo()
        return Outcome(done)

    async def flush(self) -> None:
        """Write what was kept in memory. Raises `Clash` when another process was faster."""
        changes, self.changes = self.changes, Changes(beats=self.changes.beats)
        if changes.worth_writing:
            await at_once(self.connection, partial(write, changes=changes))

    async def finish(self) -> None:
        """Write everything, the halls' pulses last, and commit."""
        await at_once(self.connection, partial(write, changes=self.changes, last=True))
        await self.connection.commit()

    async def once(self, what: Hashable, read: Callable[[], Awaitable[Any]]) -> Any:  # noqa: ANN401 (of as many kinds as there are reads)
        """What is read for all acts by whichever asks first."""
        if what not in self.read:
            self.read[what] = await read()
        return self.read[what]

    async def _look(self) -> Books:
        sight = self._sight._replace(series=self.series)
        books = await at_once(self.connection, partial(look, sight=sight, people=self.real.people))
        self.real.revisions.know(books.revisions)
        return books

    async def _run_really(self, act: Act[Done]) -> Outcome[Done]:
        await self.flush()
        savepoint = await self.connection.begin_nested()
        uow = self._nested()
        committed = _commits_into(self, uow)
        try:
            done = await act(uow)
        except DBAPIError:
            raise
        except Exception as fault:  # noqa: BLE001 (as above)
            await savepoint.rollback()
            return Outcome(fault=fault)
        await (savepoint.commit() if committed else savepoint.rollback())
        if committed:
            self.read.clear()
            self._uow = None
        return Outcome(done)


def _commits_into(shared: Shared, uow: SqlUow) -> list[bool]:
    """Let the unit of work's commit end its savepoint's part only; what it returns is true afterwards."""
    committed: list[bool] = []

    async def commit() -> None:
        shared.changes.beats |= dict.fromkeys(uow.leaving.take_beats(), 1)
        committed.append(True)

    uow.commit = commit  # type: ignore[method-assign]  # the same unit of work, with another end
    return committed
