"""Glances (一瞥): what every request looks at first, looked up once for all that ask at the same moment.

A look-up that is on its way is never joined: whoever asks later shares the next. Nothing of a session is kept. So an answer
is as fresh as one's own look would have been, and a session that has ended is over for the very next request.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import partial

from sqlalchemy import select

from intake.errors import Busy
from intake.model.people import Account, Session
from intake.ports import Badge, CountyGlance, Rules
from storage.sql.people import account_in
from storage.sql.prepared import Prepared, Row, Run, among, given
from storage.sql.store import Store
from storage.sql.tables import accounts, revisions, sessions

_AT_ONCE = 256
_COUNTY = ""
Found = tuple[Session, Account | None]


@dataclass(frozen=True, slots=True)
class _County:
    """The county under one revision, parsed."""

    revision: int
    glance: CountyGlance
    rules: Rules


@dataclass(frozen=True, slots=True)
class _Seen:
    county: _County
    sessions: dict[str, Found]


class SqlGlances:
    """`intake.ports.Glances` over SQL, for one process."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._asked: list[tuple[str, asyncio.Future[_Seen]]] = []
        self._looking: asyncio.Task[None] | None = None
        self._county: _County | None = None

    async def badge(self, token_hash: str) -> Badge:
        """The session behind a token and whose it is."""
        seen = await self._look(token_hash)
        session, account = seen.sessions.get(token_hash, (None, None))
        return Badge(session, account, seen.county.rules, seen.county.glance)

    async def county(self) -> CountyGlance:
        """The halls and the calendar."""
        return (await self._look(_COUNTY)).county.glance

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
        revision, rows = await self._store.glance(partial(_look, tokens=tokens))
        county = self._county
        if county is None or county.revision != revision:
            county = self._county = await self._read_county(revision)
        return _Seen(county, {row[0]: self._found(row) for row in rows})

    async def _read_county(self, revision: int) -> _County:
        """Parsed once for each revision. Should it be a later one by now, the next look reads it once more."""
        async with self._store.open_view() as view:
            county = CountyGlance(await view.places.halls(), await view.places.calendar())
            return _County(revision, county, await view.places.rules())

    def _found(self, row: Row) -> Found:
        account = dict(zip(_ACCOUNT, row[_ACCOUNT_FROM:-1], strict=True))
        known = account_in(account, self._store.sealer) if account["code"] is not None else None
        return Session(*row[:_ACCOUNT_FROM]), known


def _look(run: Run, *, tokens: Sequence[str]) -> tuple[int, Sequence[Row]]:
    """The county's revision, and the sessions of some tokens, each with its account and that revision."""
    match tokens:
        case []:
            rows = []
        case [token]:
            rows = run(_BADGE, {"token": token})
        case _:
            rows = run(_BADGES, {"tokens": tokens})
    revision = rows[0][-1] if rows else next((row[0] for row in run(_REVISION, {})), None)
    return revision or 0, rows


_SESSION = [sessions.c[one.name] for one in fields(Session)]
_ACCOUNT, _ACCOUNT_FROM = [column.name for column in accounts.c], len(_SESSION)
_COUNTY_REVISION = select(revisions.c.value).where(revisions.c.subject == "county")
_REVISION = Prepared(_COUNTY_REVISION)
_SESSIONS = select(*_SESSION, *accounts.c, _COUNTY_REVISION.scalar_subquery().label("revision")).select_from(
    sessions.outerjoin(accounts, accounts.c.code == sessions.c.account)
)
_BADGE = Prepared(_SESSIONS.where(sessions.c.token_hash == given("token", sessions.c.token_hash)))
_BADGES = Prepared(_SESSIONS.where(among(sessions.c.token_hash, "tokens")))


def _tell(asked: Sequence[tuple[str, asyncio.Future[_Seen]]], answer: _Seen | Exception) -> None:
    for _, future in asked:
        if future.done():
            continue
        if isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(answer)
