"""对话 as rows: state and exchanges are kept sealed, and a save counts only under the fence it was begun with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, or_, select, update

from intake.errors import Stale
from intake.model.ids import AccountCode
from intake.ports import Exchange
from storage.crypto import Purpose, Sealer
from storage.sql.rows import insert_into
from storage.sql.store import Store
from storage.sql.tables import conversations, exchanges
from storage.turns import KEPT_EXCHANGES, LEASE, PATIENCE, Turn, Turns

Now = Callable[[], datetime]


def _utc_now() -> datetime:
    return datetime.now(UTC)


class SqlConversations:
    """`intake.ports.Conversations` beside the cases."""

    def __init__(
        self, store: Store, *, now: Now = _utc_now, lease: timedelta = LEASE, patience: timedelta = PATIENCE
    ) -> None:
        self._store = store
        self._now = now
        self._sealer = Sealer(store.keys, Purpose.CONVERSATIONS)
        self._turns = Turns(_RowLock(store, now, lease), lease=lease, patience=patience)

    @asynccontextmanager
    async def hold(self, account: AccountCode) -> AsyncIterator[_Held]:
        """See `intake.ports.Conversations.hold`."""
        async with self._turns.turn(account) as turn:
            yield _Held(self._store, self._sealer, self._now, account, turn)

    async def history(self, account: AccountCode, after: int, limit: int) -> tuple[Exchange, ...]:
        """See `intake.ports.Conversations.history`."""
        mine = (exchanges.c.account == account, exchanges.c.number > after)
        statement = select(exchanges).where(*mine).order_by(exchanges.c.number).limit(limit)
        async with self._store.reading() as connection:
            rows = (await connection.execute(statement)).mappings().all()
        return tuple(
            Exchange(
                number=row["number"],
                message_id=row["message_id"],
                heard=self._sealer.open_text(row["heard_sealed"], about_heard(account, row["message_id"])),
                answer=self._sealer.open_text(row["answer_sealed"], about_answer(account, row["message_id"])),
                at=row["at"],
            )
            for row in rows
        )

    async def forget(self, before: datetime, *, dry_run: bool = False) -> int:
        """See `intake.ports.Conversations.forget`."""
        old = exchanges.c.at < before
        if dry_run:
            async with self._store.reading() as connection:
                counted = select(func.count()).select_from(exchanges).where(old)
                return int((await connection.execute(counted)).scalar_one())
        said = select(exchanges.c.account).where(exchanges.c.account == conversations.c.account)
        silent = (conversations.c.state_sealed != "", ~said.exists())
        async with self._store.writing() as connection:
            forgotten = (await connection.execute(delete(exchanges).where(old))).rowcount
            # The row stays: it counts, and whoever waits for what comes after number 57 must not miss a new number 1.
            await connection.execute(update(conversations).where(*silent).values(state_sealed=""))
            await connection.commit()
        return forgotten


@dataclass(frozen=True, slots=True)
class _Held:
    """`intake.ports.HeldConversation` while the row's fence is ours; saving gives it back in the same transaction."""

    store: Store
    sealer: Sealer
    now: Now
    account: AccountCode
    turn: Turn[_Fence]

    async def load(self) -> str | None:
        sealed = self.turn.fence.state_sealed
        return self.sealer.open_text(sealed, about_state(self.account)) if sealed else None

    async def answered(self, message_id: str) -> str | None:
        same = (exchanges.c.account == self.account, exchanges.c.message_id == message_id)
        async with self.store.reading() as connection:
            sealed = (await connection.execute(select(exchanges.c.answer_sealed).where(*same))).scalar()
        return (
            None if sealed is None else self.sealer.open_text(sealed, about_answer(self.account, message_id))
        )

    async def save(self, state: str, message_id: str, heard: str, answer: str) -> None:
        kept = {"state_sealed": self.sealer.seal_text(state, about_state(self.account))}
        saved = (
            update(conversations)
            .where(_mine(self.account, self.turn.fence))
            .values(**kept, last=conversations.c.last + 1, held_until=None)
            .returning(conversations.c.last)
        )
        async with self.store.writing() as connection:
            number = (await connection.execute(saved)).scalar()
            if number is None:
                raise Stale(what="这段对话")
            row = {
                "account": self.account,
                "number": number,
                "message_id": message_id,
                "heard_sealed": self.sealer.seal_text(heard, about_heard(self.account, message_id)),
                "answer_sealed": self.sealer.seal_text(answer, about_answer(self.account, message_id)),
                "at": self.now(),
            }
            await connection.execute(insert_into(connection, exchanges).values(row).on_conflict_do_nothing())
            forgotten = (exchanges.c.account == self.account, exchanges.c.number <= number - KEPT_EXCHANGES)
            await connection.execute(delete(exchanges).where(*forgotten))
            await connection.commit()
        self.turn.over = True


@dataclass(frozen=True, slots=True)
class _Fence:
    """Which holder of the row this is, and the state as that holder found it."""

    number: int
    state_sealed: str


@dataclass(frozen=True, slots=True)
class _RowLock:
    """A lease in the conversation's own row; its fence counts the holders."""

    store: Store
    now: Now
    lease: timedelta

    async def take(self, account: AccountCode) -> _Fence | None:
        now = self.now()
        async with self.store.writing() as connection:
            first = {
                "account": account,
                "fence": 1,
                "held_until": now + self.lease,
                "last": 0,
                "state_sealed": "",
            }
            insert = insert_into(connection, conversations).values(first)
            free = or_(conversations.c.held_until.is_(None), conversations.c.held_until <= now)
            later = {"fence": conversations.c.fence + 1, "held_until": now + self.lease}
            statement = insert.on_conflict_do_update(index_elements=["account"], set_=later, where=free)
            returning = statement.returning(conversations.c.fence, conversations.c.state_sealed)
            row = (await connection.execute(returning)).one_or_none()
            await connection.commit()
        return None if row is None else _Fence(row.fence, row.state_sealed)

    async def keep(self, account: AccountCode, fence: _Fence) -> None:
        await self._hold_until(account, fence, self.now() + self.lease)

    async def let_go(self, account: AccountCode, fence: _Fence) -> None:
        await self._hold_until(account, fence, None)

    async def _hold_until(self, account: AccountCode, fence: _Fence, until: datetime | None) -> None:
        async with self.store.writing() as connection:
            await connection.execute(
                update(conversations).where(_mine(account, fence)).values(held_until=until)
            )
            await connection.commit()


def about_state(account: AccountCode) -> str:
    """Where a sealed dialogue state belongs."""
    return f"conversation.state:{account}"


def about_heard(account: AccountCode, message_id: str) -> str:
    """Where the sealed words of a message belong."""
    return f"conversation.heard:{account}:{message_id}"


def about_answer(account: AccountCode, message_id: str) -> str:
    """Where the sealed answer to a message belongs."""
    return f"conversation.answer:{account}:{message_id}"


def _mine(account: AccountCode, fence: _Fence) -> ColumnElement[bool]:
    return (conversations.c.account == account) & (conversations.c.fence == fence.number)
