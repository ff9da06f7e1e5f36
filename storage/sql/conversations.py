"""对话 as rows: state and exchanges are kept sealed, and a save counts only under the fence it was begun with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import Integer, bindparam, delete, func, null, or_, select, update

from intake.errors import Stale
from intake.model.ids import AccountCode
from intake.ports import Exchange
from storage.crypto import Purpose, Sealer
from storage.sql.columns import Instant
from storage.sql.prepared import InsertInto, Prepared, Run, Statement, Values, among, either, given
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
    async def hold(self, account: AccountCode, message_id: str = "") -> AsyncIterator[_Held]:
        """See `intake.ports.Conversations.hold`."""
        async with self._turns.turn(account, message_id) as turn:
            yield _Held(self._store, self._sealer, self._now, account, turn)

    async def history(self, account: AccountCode, after: int, limit: int) -> tuple[Exchange, ...]:
        """See `intake.ports.Conversations.history`."""
        asked = {"account": account, "after": after, "limit": limit}
        rows = await self._store.look(lambda run: run(_HISTORY, asked))
        return tuple(
            Exchange(
                number=number,
                message_id=message_id,
                heard=self._sealer.open_text(heard, about_heard(account, message_id)),
                answer=self._sealer.open_text(answer, about_answer(account, message_id)),
                at=at,
            )
            for number, message_id, heard, answer, at in rows
        )

    async def lasts(self, accounts: Collection[AccountCode]) -> dict[AccountCode, int]:
        """See `intake.ports.Conversations.lasts`."""
        asked = {"accounts": sorted(accounts)}
        return dict(await self._store.look(lambda run: run(_LASTS, asked)))

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
        if message_id == self.turn.fence.message_id:
            sealed = self.turn.fence.answer_sealed
        else:
            sealed = await self.store.look(partial(_answer, account=self.account, message_id=message_id))
        return self.sealer.open_text(sealed, about_answer(self.account, message_id)) if sealed else None

    async def save(self, state: str, message_id: str, heard: str, answer: str) -> None:
        kept = {
            "mine": self.account,
            "fence": self.turn.fence.number,
            "state_sealed": self.sealer.seal_text(state, about_state(self.account)),
        }
        exchange = {
            "account": self.account,
            "message_id": message_id,
            "heard_sealed": self.sealer.seal_text(heard, about_heard(self.account, message_id)),
            "answer_sealed": self.sealer.seal_text(answer, about_answer(self.account, message_id)),
            "at": self.now(),
        }
        await self.store.write(partial(_save, kept=kept, exchange=exchange))
        self.turn.over = True


@dataclass(frozen=True, slots=True)
class _Fence:
    """Which holder of the row this is, the state as that holder found it, and how their message was answered before."""

    number: int
    state_sealed: str
    message_id: str = ""
    answer_sealed: str | None = None


@dataclass(frozen=True, slots=True)
class _RowLock:
    """A lease in the conversation's own row; its fence counts the holders."""

    store: Store
    now: Now
    lease: timedelta

    async def take(self, account: AccountCode, message_id: str) -> _Fence | None:
        now = self.now()
        lease = {"account": account, "now": now, "until": now + self.lease}
        return await self.store.write(partial(_take, lease=lease, message_id=message_id))

    async def keep(self, account: AccountCode, fence: _Fence) -> None:
        await self._hold_until(account, fence, self.now() + self.lease)

    async def let_go(self, account: AccountCode, fence: _Fence) -> None:
        await self._hold_until(account, fence, None)

    async def _hold_until(self, account: AccountCode, fence: _Fence, until: datetime | None) -> None:
        lease = {"mine": account, "fence": fence.number, "until": until}
        await self.store.write(lambda run: run.count(_HOLD_UNTIL, lease))


def _take(run: Run, *, lease: Values, message_id: str) -> _Fence | None:
    """The lock, with the answer the message got if it came before; nothing while somebody else holds it."""
    taken = run(_TAKE, lease)
    if not taken:
        return None
    ((number, state_sealed),) = taken
    answered = _answer(run, account=lease["account"], message_id=message_id) if message_id else None
    return _Fence(number, state_sealed, message_id, answered)


def _answer(run: Run, *, account: AccountCode, message_id: str) -> str | None:
    rows = run(_ANSWER, {"account": account, "message_id": message_id})
    return rows[0][0] if rows else None


def _save(run: Run, *, kept: Values, exchange: Values) -> None:
    """State and exchange, and the lock given back; raises `Stale` when it was lost meanwhile."""
    saved = run(_SAVE, kept)
    if not saved:
        raise Stale(what="这段对话")
    ((number,),) = saved
    run.count(_EXCHANGE, {**exchange, "number": number})
    if number > KEPT_EXCHANGES:
        run.count(_FORGET, {"account": exchange["account"], "last": number - KEPT_EXCHANGES})


def _taking(insert_into: InsertInto) -> Statement:
    c, until = conversations.c, bindparam("until", None, type_=Instant())
    first = {
        "account": given("account", c.account),
        "fence": 1,
        "held_until": until,
        "last": 0,
        "state_sealed": "",
    }
    free = or_(c.held_until.is_(None), c.held_until <= bindparam("now", None, type_=Instant()))
    insert = insert_into(conversations).values(first)
    later = {"fence": c.fence + 1, "held_until": insert.excluded["held_until"]}
    taken = insert.on_conflict_do_update(index_elements=["account"], set_=later, where=free)
    return taken.returning(c.fence, c.state_sealed)


def _exchanging(insert_into: InsertInto) -> Statement:
    values = {column.name: given(column.name, column) for column in exchanges.c}
    return insert_into(exchanges).values(values).on_conflict_do_nothing()


_C, _E = conversations.c, exchanges.c
_MINE = (_C.account == given("mine", _C.account), _C.fence == given("fence", _C.fence))
_HIS = _E.account == given("account", _E.account)
_TAKE, _EXCHANGE = either(_taking), either(_exchanging)
_ANSWER = Prepared(select(_E.answer_sealed).where(_HIS, _E.message_id == given("message_id", _E.message_id)))
_SAVE = Prepared(
    update(conversations)
    .where(*_MINE)
    .values(state_sealed=given("state_sealed", _C.state_sealed), last=_C.last + 1, held_until=null())
    .returning(_C.last)
)
_FORGET = Prepared(delete(exchanges).where(_HIS, _E.number <= given("last", _E.number)))
_HOLD_UNTIL = Prepared(update(conversations).where(*_MINE).values(held_until=given("until", _C.held_until)))
_LASTS = Prepared(select(_C.account, _C.last).where(among(_C.account, "accounts")))
_HISTORY = Prepared(
    select(_E.number, _E.message_id, _E.heard_sealed, _E.answer_sealed, _E.at)
    .where(_HIS, _E.number > given("after", _E.number))
    .order_by(_E.number)
    .limit(bindparam("limit", None, type_=Integer()))
)


def about_state(account: AccountCode) -> str:
    """Where a sealed dialogue state belongs."""
    return f"conversation.state:{account}"


def about_heard(account: AccountCode, message_id: str) -> str:
    """Where the sealed words of a message belong."""
    return f"conversation.heard:{account}:{message_id}"


def about_answer(account: AccountCode, message_id: str) -> str:
    """Where the sealed answer to a message belongs."""
    return f"conversation.answer:{account}:{message_id}"
