"""Glances (一瞥): what every request looks at first, looked up once for all that ask at the same moment.

A look-up that is on its way is never joined: whoever asks later shares the next. Every look fetches the row; what is kept of
it is only what its words were read as. So an answer is as fresh as one's own look would have been, and a session that has
ended is over for the very next request.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date

from sqlalchemy import select

from intake.errors import Busy, NotFound
from intake.model.catalogue import ServiceItem
from intake.model.ids import PersonId, ServiceCode, VillageCode
from intake.model.people import Account, Session
from intake.ports import Badge, CatalogueGlance, CountyGlance, Rules
from storage.sql.catalogue import DayInForce, known_item
from storage.sql.people import VILLAGE_OF, account_in
from storage.sql.prepared import Prepared, Row, among, given
from storage.sql.store import Store
from storage.sql.tables import accounts, revisions, sessions

_AT_ONCE = 256
_COUNTY = ""
# Each some three kilobytes; whoever comes after so many others is read once more.
_READINGS = 4096
Found = tuple[Session | None, Account | None]
_NOBODY: Found = (None, None)
_NOTHING_READ: tuple[Row, Found] = ((), _NOBODY)


@dataclass(frozen=True, slots=True)
class _County:
    """The county under one revision, parsed."""

    revision: int | None
    glance: CountyGlance
    rules: Rules


@dataclass(frozen=True, slots=True)
class _Seen:
    county: _County
    catalogue: int
    sessions: dict[str, Found]


class SqlGlances:
    """`intake.ports.Glances` over SQL, for one process."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._asked: list[tuple[str, asyncio.Future[_Seen]]] = []
        self._looking: asyncio.Task[None] | None = None
        self._county: _County | None = None
        self._read: dict[str, tuple[Row, Found]] = {}

    async def badge(self, token_hash: str) -> Badge:
        """The session behind a token and whose it is."""
        seen = await self._look(token_hash)
        session, account = seen.sessions.get(token_hash, _NOBODY)
        return Badge(session, account, seen.county.rules, seen.county.glance)

    async def county(self) -> CountyGlance:
        """The halls, the villages and the calendar."""
        return (await self._look(_COUNTY)).county.glance

    async def item(self, code: ServiceCode, on: date) -> ServiceItem:
        """The item in force on a day; raises `UnknownService`."""
        kept = await self._in_force(on)
        if kept is not None:
            return known_item(kept.by_code.get(code))
        async with self._store.open_view() as view:
            return await view.catalogue.current(code, on)

    async def catalogue(self, on: date) -> CatalogueGlance:
        """What the catalogue holds on a day."""
        kept = await self._in_force(on)
        if kept is not None and (bundles := self._store.in_force.bundles) is not None:
            return CatalogueGlance(kept.by_code, bundles)
        async with self._store.open_view() as view:
            items = await view.catalogue.all_current(on)
            return CatalogueGlance({item.code: item for item in items}, await view.catalogue.bundles())

    async def village_of(self, person: PersonId) -> VillageCode | None:
        """Where a person is registered; raises `NotFound` for one who is not."""
        rows = await self._store.glance(VILLAGE_OF, {"person": person})
        if not rows:
            raise NotFound
        village: VillageCode | None = rows[0][0]
        return village

    async def close(self) -> None:
        """Whoever still waits is told to try again."""
        looking, self._looking = self._looking, None
        if looking is not None:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)

    async def _in_force(self, on: date) -> DayInForce | None:
        """The items of a day, where they are kept and are those of the revision as it is."""
        revision, kept = (await self._look(_COUNTY)).catalogue, self._store.in_force
        return kept.days.get(on) if kept.revision == revision else None

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
        rows = await self._rows(tokens)
        (*_, revision, catalogue) = rows[0] if rows else await self._revisions()
        county = self._county
        if county is None or county.revision != revision:
            county = self._county = await self._read_county(revision)
        return _Seen(county, catalogue or 0, {row[0]: self._found(row) for row in rows})

    async def _rows(self, tokens: Sequence[str]) -> Sequence[Row]:
        """The sessions of some tokens, each with its account and the revisions of county and catalogue."""
        match tokens:
            case []:
                return ()
            case [token]:
                return await self._store.glance(_BADGE, {"token": token})
            case _:
                return await self._store.glance(_BADGES, {"tokens": tokens})

    async def _revisions(self) -> Row:
        (row,) = await self._store.glance(_REVISIONS, {})
        return row

    async def _read_county(self, revision: int | None) -> _County:
        """Parsed once for each revision. Should it be a later one by now, the next look reads it once more."""
        async with self._store.open_view() as view:
            places = view.places
            county = CountyGlance(await places.halls(), await places.calendar(), await places.villages())
            return _County(revision, county, await places.rules())

    def _found(self, row: Row) -> Found:
        """What a row says. One that says what it said before, word by word, need not be parsed and unsealed again."""
        row_before, found = self._read.get(row[0], _NOTHING_READ)
        if row_before != row:
            found = self._parsed(row)
            if len(self._read) >= _READINGS:
                del self._read[next(iter(self._read))]
            self._read[row[0]] = row, found
        return found

    def _parsed(self, row: Row) -> Found:
        (said,) = self._store.read(_BADGES, [row])
        account = dict(zip(_ACCOUNT, said[_ACCOUNT_FROM:-2], strict=True))
        known = account_in(account, self._store.sealer) if account["code"] is not None else None
        return Session(*said[:_ACCOUNT_FROM]), known


_SESSION = [sessions.c[one.name] for one in fields(Session)]
_ACCOUNT, _ACCOUNT_FROM = [column.name for column in accounts.c], len(_SESSION)
_LATEST = [
    select(revisions.c.value).where(revisions.c.subject == subject).scalar_subquery().label(subject)
    for subject in ("county", "catalogue")
]
_REVISIONS = Prepared(select(*_LATEST))
_SESSIONS = select(*_SESSION, *accounts.c, *_LATEST).select_from(
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
