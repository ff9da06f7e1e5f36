"""The counter's path on the real desk: reader, camera, agent, HTTP, gateway, store, and a case like any other."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import AsyncIterator
from dataclasses import fields
from typing import Any, cast

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from device_bridge.agent.simulator.cards import SAMPLES, Sample
from device_bridge.gateway.folder_keep import FolderKeep
from device_bridge.gateway.routes import bridge_routes
from intake.desk import Desk
from intake.model.case import Case, CaseState, PageFacts
from intake.model.ids import AccountCode, Digest, HallCode, ServiceCode
from intake.model.people import Door, IdNumber
from intake.ports import Matcher, ReadPhoto, Rules, Speech, Tools
from intake.usecases.cases.drafting import AddPage, OpenDraft, SubmitCase
from jiujinban.clock import RandomIds, SystemClock
from jiujinban.importing import import_catalogue_files, import_county_files
from jiujinban.reference import reference_folder
from miniapp_api.refusals import answer_refusals
from storage.crypto import KeyRing, Purpose, Sealer
from storage.sql.store import Store
from tests.device.scenery import Clerk

if sys.platform == "win32":
    pytest.skip("Windows has no pseudo-terminals", allow_module_level=True)

from device_bridge.agent.simulator.stage import DemoFailed, DemoPost, demonstrate

TOKEN = "token-of-the-counter-in-anwen"
ITEM, HALL = ServiceCode("MZ10"), HallCode("anwen")
# What two people's cases for one item may differ in: whose they are, when they were opened, and the door.
OWN = {"id", "number", "applicant", "applicant_name", "opened_by", "opened_at", "submitted_at", "materials"}


class PlainReader:
    """A reading room that keeps what it gets and recognises nothing."""

    async def read(self, content: bytes, *, expected_kind: str | None) -> ReadPhoto:
        return ReadPhoto(content, PageFacts(expected_kind or "other", 0.0, "good", "", "", {}))


class MemoryBlobs:
    """Photographs in memory."""

    def __init__(self) -> None:
        self.kept: dict[Digest, bytes] = {}

    async def put(self, content: bytes) -> Digest:
        digest = Digest(hashlib.sha256(content).hexdigest())
        self.kept[digest] = content
        return digest

    async def get(self, digest: Digest) -> bytes:
        return self.kept[digest]


class Anwen:
    """The hall of the reference county on a real store, with the gateway on a port."""

    def __init__(self, store: Store, desk: Desk, address: str) -> None:
        self.store = store
        self.desk = desk
        self.address = address

    def counter(self) -> DemoPost:
        """Where the simulated counter PC stands."""
        return DemoPost(self.address, TOKEN, HALL, f"{HALL}-comprehensive-1", ITEM)

    async def case(self, number: str) -> Case:
        """A case as it is stored."""
        async with self.store.open_view() as view:
            return await view.cases.by_number(number)


@pytest.fixture
async def anwen(tmp_path) -> AsyncIterator[Anwen]:
    """A county with one enrolled counter PC."""
    keys = KeyRing.new()
    store = Store.open(f"sqlite:///{tmp_path / 'county.db'}", keys)
    try:
        await store.migrate()
        desk = await open_desk(store)
        app = web.Application(middlewares=[answer_refusals])
        app.add_routes(bridge_routes(desk, FolderKeep(tmp_path / "tray", Sealer(keys, Purpose.PAGES))))
        async with TestServer(app) as server:
            yield Anwen(store, desk, str(server.make_url("/")).rstrip("/"))
    finally:
        await store.close()


async def open_desk(store: Store) -> Desk:
    """A desk over the reference county, in which nobody is understood and every photograph is good."""
    unused = cast("Any", None)
    tools = Tools(
        open_uow=store.open_uow,
        open_view=store.open_view,
        clock=SystemClock(),
        ids=RandomIds(),
        matcher=cast("Matcher", unused),
        speech=cast("Speech", unused),
        photos=PlainReader(),
        blobs=MemoryBlobs(),
        rules=Rules(),
    )
    desk = Desk(tools)
    await import_catalogue_files(desk, [reference_folder() / "catalogue" / "civil_affairs.json"])
    await import_county_files(desk, sorted((reference_folder() / "county").glob("*.json")))
    await desk.people.enrol_device(AccountCode("counter-anwen-1"), TOKEN)
    return desk


async def open_by_phone(desk: Desk) -> str:
    """Let a citizen open the same item with two photographs; return the number."""
    citizen = (await desk.people.sign_in_as(AccountCode("citizen-1"), Door.PHONE)).caller
    assert citizen.account.person is not None
    draft = await desk.cases.open_draft(OpenDraft(citizen, citizen.account.person, ITEM, HALL))
    for photograph in (b"first", b"second"):
        await desk.cases.add_page(AddPage(citizen, draft.id, photograph))
    return (await desk.cases.submit(SubmitCase(citizen, draft.id, bring_later=True))).number


async def test_a_counter_case_differs_from_a_phone_case_in_its_door_and_in_nothing_else(anwen):
    """Reader, camera and 收件 on one side, a phone on the other: the same kind of case lies on the desk."""
    at_home = await anwen.case(await open_by_phone(anwen.desk))

    at_counter = await anwen.case(await demonstrate(anwen.counter(), Clerk()))

    different = {
        part.name
        for part in fields(Case)
        if part.name not in OWN and getattr(at_home, part.name) != getattr(at_counter, part.name)
    }
    assert different == {"door"}
    assert (at_home.door, at_counter.door) == (Door.PHONE, Door.COUNTER)
    assert at_counter.state is CaseState.SUBMITTED
    assert [(m.key, m.need, len(m.pages)) for m in at_counter.materials] == [
        (m.key, m.need, len(m.pages)) for m in at_home.materials
    ]


async def test_the_card_makes_the_person_known_to_the_county(anwen):
    """Name, number and the newest address stand in the register; nobody typed them."""
    card = SAMPLES[Sample.ELDER]

    number = await demonstrate(anwen.counter(), Clerk())

    applicant = (await anwen.case(number)).applicant
    async with anwen.store.open_view() as view:
        person = await view.people.person(applicant)
    assert (person.name, person.id_number) == (card.reading.name, IdNumber(card.reading.number))
    assert person.address == card.newest_address


async def test_a_second_case_for_the_same_matter_is_refused_with_the_first_ones_number(anwen):
    """The clerk reads that it is already under way, and under which number."""
    number = await demonstrate(anwen.counter(), Clerk())
    clerk = Clerk()

    with pytest.raises(DemoFailed):
        await demonstrate(anwen.counter(), clerk)

    said = dict(zip(clerk.heard, clerk.facts, strict=True))["opening_refused"]
    assert number in said["title"]
    assert said["next_step"]
