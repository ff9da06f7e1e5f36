"""Upgrades: what every released program has written becomes this release's, on both databases, and nothing is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from intake.model.case import CaseState
from intake.model.catalogue import CounterGroup
from intake.model.ids import AccountCode, IntentKey, PersonId, ServiceCode
from intake.model.leaving import Topic
from storage.backup import restore_backup
from storage.backup.folder import Manifest
from storage.blobs import SealedBlobs, open_blobs
from storage.crypto import KeyRing, load_keys
from storage.sql.audit import AuditChain
from storage.sql.conversations import SqlConversations
from storage.sql.store import Store
from tests.contract.nouns import NOW
from tests.contract.test_migrations import differences, empty_url

__all__ = ["empty_url"]

RELEASED = ("0001", "0002")
FOLDER = Path(__file__).parent / "released"
ME = AccountCode("citizen-1")


@pytest.fixture(params=RELEASED)
def released(request: pytest.FixtureRequest) -> str:
    """A revision that counties have in use."""
    return str(request.param)


@pytest.fixture
def keys(released: str) -> KeyRing:
    """The ring that release wrote with."""
    return load_keys(FOLDER / f"{released}.keys.json")


@pytest.fixture
def photographs(tmp_path: Path, keys: KeyRing) -> SealedBlobs:
    """An empty place for the photographs."""
    return open_blobs(str(tmp_path / "photographs"), keys)


@pytest_asyncio.fixture
async def upgraded(
    released: str, empty_url: str, keys: KeyRing, photographs: SealedBlobs
) -> AsyncIterator[Store]:
    """That release's county, filled into that release's tables and brought up to this one's."""
    store = Store.open(empty_url, keys)
    await restore_backup(FOLDER / released, store, photographs)
    yield store
    await store.close()


def test_every_released_revision_is_tried() -> None:
    """Nobody adds a folder that no scene reads, or loses one."""
    folders = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())
    assert folders == sorted(RELEASED)
    assert [Manifest.read(FOLDER / name).revision for name in RELEASED] == list(RELEASED)


async def test_cases_keep_their_state_history_and_pages(upgraded: Store, photographs: SealedBlobs) -> None:
    """The person's file looks as it did the evening before the upgrade."""
    async with upgraded.open_view() as view:
        issued = await view.cases.by_number("BJ2026112300001")
        acts = [event.act for event in await view.cases.history(issued.id)]
        submitted = await view.cases.by_number("BJ2026112300002")
        draft = await view.cases.draft_of(
            await person_of(upgraded, "citizen-3"), ServiceCode("MZ09"), AccountCode("citizen-3")
        )

    assert (issued.state, submitted.state) == (CaseState.ISSUED, CaseState.SUBMITTED)
    assert acts[:2] == ["open", "add_page"]
    assert acts[-3:] == ["hand_over", "decide", "issue"]
    assert draft is not None
    shown = [await photographs.get(page.digest) for material in issued.materials for page in material.pages]
    assert sorted(shown) == [b"bank_card", b"id_card"]


async def person_of(store: Store, code: str) -> PersonId:
    """The person behind a citizen's account."""
    async with store.open_view() as view:
        account = await view.people.account(AccountCode(code))
    assert account is not None
    assert account.person is not None
    return account.person


async def test_people_are_found_by_their_number_and_can_sign_in(upgraded: Store) -> None:
    """Sealed fields open, the keyed hash still leads to the person, the session of this morning goes on."""
    async with upgraded.open_view() as view:
        person = await view.people.person(await person_of(upgraded, "citizen-1"))
        found = await view.people.by_id_number(person.id_number)
        session = await view.people.session("0" * 64)

    assert found == person
    assert person.phone
    assert session is not None
    assert session.account == ME


async def test_bookings_questions_words_and_news_are_there(upgraded: Store) -> None:
    """And what waited in the outbox is still on its way."""
    async with upgraded.open_view() as view:
        (appointment,) = await view.appointments.booked_by(AccountCode("citizen-2"))
        slot = await view.slots.get(appointment.slot, NOW)
        free = await view.slots.free(at=[(slot.hall, CounterGroup.COMPREHENSIVE)], now=NOW, after=NOW)
        (question,) = await view.questions.of_asker(ME)
        told = [notice.kind for notice in await view.leaving.notices(ME, 0)]
    async with upgraded.open_uow() as uow:
        waiting = await uow.leaving.due(NOW, tuple(Topic))

    assert slot.online_taken == 1
    assert slot in free
    assert question.text == "养鸭子补贴找谁"
    assert "case_submitted" in told
    assert [message.topic for message in waiting].count(Topic.PROVINCE) == 1
    (exchange,) = await SqlConversations(upgraded).history(ME, 0, 10)
    assert (exchange.heard, exchange.answer) == ("想办老年优待证", "请带身份证")


async def test_keys_are_remembered_and_numbers_go_on(upgraded: Store) -> None:
    """A retry over the upgrade does nothing twice, and no number is given a second time."""
    async with upgraded.open_uow() as uow:
        again = await uow.intents.begin(ME, IntentKey("ask-1"), "ask_question")
        number = await uow.numbers.next("case:20261123")

    assert again
    assert number == 3


async def test_the_audit_chain_is_whole_and_the_tables_are_this_releases(upgraded: Store) -> None:
    """The seals were made by the old program and hold in the new one."""
    verified = await AuditChain(upgraded).verify()
    async with upgraded.writing() as connection:
        unlike = await connection.run_sync(differences)

    assert verified.whole
    assert verified.head.links == 18
    assert unlike == []
