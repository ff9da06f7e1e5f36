"""The reference county on a real SQLite store, for scenes at the desk: imported once, copied for each of them."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import RowMapping, Select, select

from intake.desk import Desk
from intake.model.calendar import local_day
from intake.model.ids import AccountCode, HallCode, PersonId, ServiceCode
from intake.model.leaving import AuditEntry, Outgoing, Topic
from intake.model.people import Caller, Door, Role
from intake.ports import Rules, Tools
from jiujinban.clock import RandomIds
from jiujinban.importing import import_catalogue_files, import_county_files
from jiujinban.printing import PaperRoom
from jiujinban.reference import reference_folder
from nlp.live import LiveMatcher
from nlp.matcher import Matcher
from nlp.speech.listening import Ear
from nlp.tutor import Tutor
from storage.crypto import KeyRing
from storage.sql.glances import SqlGlances
from storage.sql.rows import as_noun
from storage.sql.store import Store
from storage.sql.tables import audit_entries, outbox
from storage.sql.together import SqlTogether
from tests.fakes import MemoryBlobs, MemoryConversations, RoutesAtOnce, ScriptedReader, SetClock

KEYS = KeyRing.new()
ANWEN, COUNTY, JIANSHAN = HallCode("anwen"), HallCode("county"), HallCode("jianshan")
# 高龄津贴 (10 working days; an identity card and a bank card must be there), 优待证 (on the spot; an identity card),
# 结婚登记 (at the county hall only), 身份证补领 (at police counters).
ALLOWANCE, ELDER_CARD = ServiceCode("MZ09"), ServiceCode("MZ10")
MARRIAGE, NEW_ID_CARD = ServiceCode("MZ01"), ServiceCode("SF03")
_HOME = {Role.CITIZEN: Door.PHONE, Role.PROXY: Door.PHONE, Role.DEVICE: Door.KIOSK}


@dataclass(frozen=True, slots=True)
class County:
    """A county with its desk; the clock stands at a Monday morning until a scene lets it go on."""

    store: Store
    desk: Desk
    clock: SetClock
    conversations: MemoryConversations

    async def caller(self, code: str, door: Door | None = None) -> Caller:
        """Somebody of the reference county, at the door such people use."""
        async with self.store.open_view() as view:
            account = await view.people.account(AccountCode(code))
        assert account is not None, code
        return Caller(account, door or _HOME.get(account.role, Door.DESK_PAGE))

    async def told(self, kind: str) -> list[Outgoing]:
        """The messages of a kind that wait to be delivered or were, in the order they were written."""
        rows = await self._rows(select(outbox).where(outbox.c.kind == kind).order_by(outbox.c.id))
        return [as_noun(Outgoing, row) for row in rows]

    async def audited(self, act: str) -> list[AuditEntry]:
        """What the audit trail says of an act, in order."""
        rows = await self._rows(select(audit_entries).where(audit_entries.c.act == act))
        return [as_noun(AuditEntry, row) for row in rows]

    async def deliver_notices(self) -> None:
        """What the worker does all day: what waits in the outbox lies in the inboxes."""
        now = self.clock.now()
        async with self.store.open_uow() as uow:
            for message in await uow.leaving.due(now, {Topic.NOTICE}):
                await uow.leaving.put_notice(message, now)
                await uow.leaving.delivered(message, now)
            await uow.commit()

    async def _rows(self, statement: Select[Any]) -> Sequence[RowMapping]:
        async with self.store.open_view() as view:
            rows: Sequence[RowMapping] = (await view.leaving.connection.execute(statement)).mappings().all()
        return rows


def person_of(caller: Caller) -> PersonId:
    """The person behind a citizen's account."""
    assert caller.account.person is not None
    return caller.account.person


@pytest_asyncio.fixture(scope="session")
async def reference_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the whole reference county and two weeks of open places; nothing has happened in it yet.

    Made once, for all folders whose conftest brings this fixture.
    """
    file = tmp_path_factory.getbasetemp() / "reference-county.db"
    if file.exists():
        return file
    store = Store.open(f"sqlite:///{file}", KEYS)
    await store.migrate()
    desk = Desk(_tools(store, SetClock(), Matcher.build([]), Ear([]), Tutor(LiveMatcher())))
    await import_county_files(desk, sorted((reference_folder() / "county").glob("*.json")))
    await import_catalogue_files(desk, sorted((reference_folder() / "catalogue").glob("*.json")))
    await desk.places.open_slots()
    await store.close()
    return file


@pytest_asyncio.fixture
async def county(reference_store: Path, tmp_path: Path) -> AsyncIterator[County]:
    """The county, for one scene to change as it likes."""
    async with county_for(reference_store, tmp_path) as made:
        yield made


@asynccontextmanager
async def county_for(reference_store: Path, folder: Path) -> AsyncIterator[County]:
    """A county of its own in a folder."""
    own = folder / "county.db"
    shutil.copy(reference_store, own)
    store, clock = Store.open(f"sqlite:///{own}", KEYS), SetClock()
    async with store.open_view() as view:
        places = [hall.name for hall in await view.places.halls()]
        places += [village.short_name for village in await view.places.villages()]
    matcher = await _matcher(store)
    tutor = Tutor(LiveMatcher(build=lambda _: matcher))
    desk = Desk(_tools(store, clock, matcher, Ear(places), tutor))
    yield County(store, desk, clock, MemoryConversations())
    await tutor.close()
    await store.close()


_matchers: list[Matcher] = []


async def _matcher(store: Store) -> Matcher:
    """The matcher of the reference catalogue: two seconds once, for no scene changes it."""
    if not _matchers:
        async with store.open_view() as view:
            items = await view.catalogue.all_current(local_day(SetClock().now()))
        _matchers.append(Matcher.build(items))
    return _matchers[0]


def plain_desk(store: Store) -> Desk:
    """A desk over any store, at which no words are understood."""
    return Desk(_tools(store, SetClock(), Matcher.build([]), Ear([]), Tutor(LiveMatcher())))


def _tools(store: Store, clock: SetClock, matcher: Matcher, ear: Ear, tutor: Tutor) -> Tools:
    return Tools(
        open_uow=store.open_uow,
        open_view=store.open_view,
        clock=clock,
        ids=RandomIds(),
        matcher=matcher,
        tutor=tutor,
        speech=ear,
        photos=ScriptedReader(),
        blobs=MemoryBlobs(),
        papers=PaperRoom(),
        rules=Rules(),
        routes=RoutesAtOnce(),
        together=SqlTogether(store),
        glances=SqlGlances(store),
    )
