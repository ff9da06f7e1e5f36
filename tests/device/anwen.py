"""The hall of Anwen on a real store: one counter PC, one clerk, a clock that moves when told to."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest_asyncio
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from sqlalchemy import select

from device_bridge.agent.simulator.cards import SAMPLES, Sample
from device_bridge.gateway.routes import bridge_routes
from device_bridge.wire import IdCardReading
from intake.desk import Desk
from intake.errors import PhotoRefused
from intake.model.case import Case, CaseEvent, PageFacts
from intake.model.ids import (
    AccountCode,
    CaseId,
    CounterCode,
    EventId,
    IntentKey,
    ServiceCode,
)
from intake.model.people import Caller, Door
from intake.ports import Matcher, ReadPhoto, RoutePlanner, Rules, Speech, Tools, Tutor
from intake.usecases.cases.tray import FromCounter, FromMachine, LayCard, LayPage, OpenWalkIn, WalkIn
from jiujinban.clock import RandomIds
from jiujinban.printing import PaperRoom
from miniapp_api.app import Surroundings, build_app
from storage.sql.store import Store
from storage.sql.tables import audit_entries
from tests.desks import ANWEN, ELDER_CARD, KEYS
from tests.fakes import MemoryBlobs, SetClock

ITEM, HALL, COUNTER = ELDER_CARD, ANWEN, CounterCode("anwen-comprehensive-1")
TOKEN = "token-of-the-counter-in-anwen"
ELDER, RESIDENT = SAMPLES[Sample.ELDER].reading, SAMPLES[Sample.RESIDENT].reading


def event(number: int) -> EventId:
    """The id of an event, as a machine makes them."""
    return EventId(str(UUID(int=number)))


class PlainReader:
    """A reading room that counts, keeps what it gets, and tells a blurred page from a good one by its first word."""

    def __init__(self) -> None:
        self.readings = 0

    async def read(self, content: bytes, *, expected_kind: str | None) -> ReadPhoto:
        self.readings += 1
        if content.startswith(b"unreadable"):
            raise PhotoRefused(why="打不开。", how="请重拍。")
        verdict, advice = (
            ("retake", "照片有点糊，请重拍。") if content.startswith(b"blurred") else ("good", "")
        )
        return ReadPhoto(content, PageFacts(expected_kind or "other", 0.0, verdict, "", advice, {}))


@dataclass(frozen=True, slots=True)
class Anwen:
    """What a scene at the counter looks at and acts through."""

    store: Store
    desk: Desk
    clock: SetClock
    photos: PlainReader
    blobs: MemoryBlobs
    machine: Caller
    kiosk: Caller
    clerk: Caller

    async def lay_card(self, number: int, holder: IdCardReading = ELDER, by: Caller | None = None) -> None:
        """Put somebody's card on the reader."""
        cmd = LayCard(by or self.machine, event(number), holder.name, holder.number, holder.address)
        await self.desk.cases.lay_card(cmd)

    async def lay_page(
        self, number: int, card: int, content: bytes = b"page", by: Caller | None = None
    ) -> PageFacts:
        """Take a picture for the holder of a card."""
        return await self.desk.cases.lay_page(
            LayPage(by or self.machine, event(number), event(card), content)
        )

    async def open_by_machine(
        self, number: int, card: int, *pages: int, item: ServiceCode = ITEM, by: Caller | None = None
    ) -> WalkIn:
        """Type the item's code at the counter PC."""
        tray = FromMachine(event(card), tuple(event(page) for page in pages))
        cmd = OpenWalkIn(by or self.machine, item, tray, IntentKey(event(number)))
        return await self.desk.cases.open_walk_in(cmd)

    async def open_by_clerk(self, *, item: ServiceCode = ITEM, key: str | None = None) -> WalkIn:
        """Press 收件 on the desk page."""
        cmd = OpenWalkIn(
            self.clerk, item, FromCounter(HALL, COUNTER), IntentKey(key) if key is not None else None
        )
        return await self.desk.cases.open_walk_in(cmd)

    async def case(self, number: str) -> Case:
        """A case as it is stored."""
        async with self.store.open_view() as view:
            return await view.cases.by_number(number)

    async def history(self, case: CaseId) -> tuple[CaseEvent, ...]:
        """What happened to a case."""
        async with self.store.open_view() as view:
            return await view.cases.history(case)

    async def contents(self, case: CaseId) -> list[bytes]:
        """What was photographed for a case, in order."""
        async with self.store.open_view() as view:
            pages = [p for material in (await view.cases.get(case)).materials for p in material.pages]
        return [self.blobs.kept[page.digest] for page in pages]

    async def pulse(self) -> int:
        """How often the hall's screens had to change."""
        return (await self.desk.queue.pulses()).get(HALL, 0)

    async def audited(self, act: str) -> list[tuple[str, str]]:
        """Who did an act, through which door, oldest first."""
        chosen = select(audit_entries.c.by, audit_entries.c.door).where(audit_entries.c.act == act)
        async with self.store.open_view() as view:
            rows = await view.trays.connection.execute(chosen.order_by(audit_entries.c.place))
            return [(by, door) for by, door in rows]


@pytest_asyncio.fixture
async def anwen(reference_store: Path, tmp_path: Path) -> AsyncIterator[Anwen]:
    """The hall on a store of the scene's own."""
    own = tmp_path / "county.db"
    shutil.copy(reference_store, own)
    store = Store.open(f"sqlite:///{own}", KEYS)
    clock, photos, blobs = SetClock(), PlainReader(), MemoryBlobs()
    desk = Desk(_tools(store, clock, photos, blobs))
    try:
        await desk.people.enrol_device(AccountCode("counter-anwen-1"), TOKEN)
        machine = await desk.people.device_by_token(TOKEN, Door.COUNTER)
        await desk.people.enrol_device(AccountCode("kiosk-2"), "token-of-the-kiosk")
        kiosk = await desk.people.device_by_token("token-of-the-kiosk", Door.KIOSK)
        clerk = (await desk.people.sign_in_as(AccountCode("clerk-anwen-1"), Door.DESK_PAGE)).caller
        yield Anwen(store, desk, clock, photos, blobs, machine, kiosk, clerk)
    finally:
        await store.close()


@pytest_asyncio.fixture
async def address(anwen: Anwen, tmp_path: Path) -> AsyncIterator[str]:
    """The county's server on a port, with the gateway and the pages' API."""
    unused = cast("Any", None)
    around = Surroundings(unused, unused, tmp_path, {}, "test", demo=True)
    app: web.Application = build_app(anwen.desk, around, bridge_routes(anwen.desk))
    async with TestServer(app) as server:
        yield str(server.make_url("/")).rstrip("/")


@asynccontextmanager
async def browser(address: str, identity: str) -> AsyncIterator[ClientSession]:
    """A browser in which somebody has signed in."""
    async with ClientSession(address) as session:
        answer = await session.post("/api/v1/auth/demo", json={"identity": identity})
        session.headers["Authorization"] = f"Bearer {(await answer.json())['token']}"
        yield session


def _tools(store: Store, clock: SetClock, photos: PlainReader, blobs: MemoryBlobs) -> Tools:
    """A desk at which nobody is understood."""
    unused = cast("Any", None)
    return Tools(
        open_uow=store.open_uow,
        open_view=store.open_view,
        clock=clock,
        ids=RandomIds(),
        matcher=cast("Matcher", unused),
        tutor=cast("Tutor", unused),
        speech=cast("Speech", unused),
        photos=photos,
        blobs=blobs,
        papers=PaperRoom(),
        rules=Rules(),
        routes=cast("RoutePlanner", unused),
    )
