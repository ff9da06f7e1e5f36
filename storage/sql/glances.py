"""Glances (一瞥): what every request looks at first, looked up once for all that ask at the same moment.

A look-up that is on its way is never joined: whoever asks later shares the next. So an answer is as fresh as one's own
look would have been, and a session that has ended is over for the very next request.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from intake.errors import Busy
from intake.model.ids import AccountCode
from intake.model.people import Account, Session
from intake.ports import Badge, CountyGlance
from storage.sql.rows import as_noun
from storage.sql.store import Store
from storage.sql.tables import accounts, sessions
from storage.sql.uow import SqlUow

_AT_ONCE = 256
_COUNTY = ""


@dataclass(frozen=True, slots=True)
class _Seen:
    county: CountyGlance
    badges: dict[str, Badge]


class SqlGlances:
    """`intake.ports.Glances` over SQL, for one process."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._asked: list[tuple[str, asyncio.Future[_Seen]]] = []
        self._looking: asyncio.Task[None] | None = None

    async def badge(self, token_hash: str) -> Badge:
        """The session behind a token and whose it is."""
        return (await self._look(token_hash)).badges[token_hash]

    async def county(self) -> CountyGlance:
        """The halls and the calendar."""
        return (await self._look(_COUNTY)).county

    async def close(self) -> None:
        """Whoever still waits is told to try again."""
        looking, self._looking = self._looking, None
        if looking is not None:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)

    async def _look(self, token_hash: str) -> _Seen:
        answer: asyncio.Future[_Seen] = asyncio.get_running_loop().create_future()
        self._asked.append((token_hash, answer))
        if self._looking is None:
            self._looking = asyncio.create_task(self._serve(), name="glances")
        return await answer

    async def _serve(self) -> None:
        some: list[tuple[str, asyncio.Future[_Seen]]] = []
        try:
            while self._asked:
                some, self._asked = self._asked[:_AT_ONCE], self._asked[_AT_ONCE:]
                try:
                    seen = await self._see(sorted({token for token, _ in some} - {_COUNTY}))
                except Exception as fault:  # noqa: BLE001 (whatever it is, all who asked are told)
                    _tell(some, fault)
                    continue
                _tell(some, seen)
        finally:
            self._looking = None
            _tell([*some, *self._asked], Busy())
            self._asked.clear()

    async def _see(self, tokens: Sequence[str]) -> _Seen:
        async with self._store.open_view() as view:
            found = await _sessions(view, tokens) if tokens else {}
            known = await _accounts(view, sorted({session.account for session in found.values()}))
            rules = await view.places.rules()
            county = CountyGlance(await view.places.halls(), await view.places.calendar())
        badges = {}
        for token in tokens:
            session = found.get(token)
            badges[token] = Badge(session, known.get(session.account) if session else None, rules)
        return _Seen(county, badges)


async def _sessions(view: SqlUow, tokens: Sequence[str]) -> dict[str, Session]:
    statement = select(sessions).where(sessions.c.token_hash.in_(tokens))
    rows = (await view.people.connection.execute(statement)).mappings()
    return {row["token_hash"]: as_noun(Session, row) for row in rows}


async def _accounts(view: SqlUow, codes: Sequence[AccountCode]) -> dict[AccountCode, Account]:
    if not codes:
        return {}
    rows = (
        await view.people.connection.execute(select(accounts).where(accounts.c.code.in_(codes)))
    ).mappings()
    return {row["code"]: view.people.account_in(row) for row in rows}


def _tell(asked: Sequence[tuple[str, asyncio.Future[_Seen]]], answer: _Seen | Exception) -> None:
    for _, future in asked:
        if future.done():
            continue
        if isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(answer)
