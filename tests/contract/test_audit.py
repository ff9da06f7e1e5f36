"""审计链: whoever changes the trail in the database is found, and so is the place."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import text

from intake.model.ids import AccountCode, CaseId, PersonId
from intake.model.leaving import AuditEntry
from intake.model.people import Door
from storage.crypto import KeyRing
from storage.sql.audit import AuditChain
from storage.sql.store import Store
from storage.sql.tables import audit_entries
from tests.contract.nouns import NOW

OPEN_THE_WALL = {
    "sqlite": ["DROP TRIGGER audit_entries_no_update", "DROP TRIGGER audit_entries_no_delete"],
    "postgresql": ["ALTER TABLE audit_entries DISABLE TRIGGER USER"],
}


@pytest_asyncio.fixture
async def chain(store: Store) -> AsyncIterator[AuditChain]:
    """A chain over five entries."""
    await write(store, 5)
    chained = AuditChain(store)
    assert await chained.seal() == 5
    yield chained


async def write(store: Store, count: int) -> None:
    """Entries of several shapes."""
    async with store.open_uow() as uow:
        for number in range(count):
            person, case = (PersonId("p"), CaseId("c")) if number % 2 else (None, None)
            facts = {"number": f"BJ{number}", "a": "中文"}
            entry = AuditEntry(
                f"act.{number}", AccountCode("clerk-1"), Door.COUNTER, NOW, person, case, facts
            )
            await uow.leaving.audit(entry)
        await uow.commit()


async def tamper(store: Store, *statements: str) -> None:
    """Somebody who owns the database and knows SQL."""
    async with store.writing() as connection:
        for statement in (*OPEN_THE_WALL[connection.dialect.name], *statements):
            await connection.execute(text(statement))
        await connection.commit()


async def test_an_untouched_trail_is_whole(store: Store, chain: AuditChain) -> None:
    """Sealing again seals nothing twice, and what is new is counted until it is sealed."""
    await write(store, 2)
    before = await chain.verify()
    assert (before.whole, before.head.links, before.unsealed) == (True, 5, 2)
    assert await chain.seal() == 2
    assert await chain.seal() == 0
    after = await chain.verify([before.head])
    assert (after.whole, after.head.links, after.unsealed) == (True, 7, 0)


async def test_an_empty_trail_is_whole(store: Store) -> None:
    """The first day."""
    chain = AuditChain(store)
    assert await chain.seal() == 0
    assert (await chain.verify()).whole


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (
            "UPDATE audit_entries SET \"by\" = 'somebody-else' WHERE act = 'act.2'",
            "第3环的记录（编号3）与封印不符，现为：act.2 · somebody-else · 2026-11-23 01:00:00",
        ),
        (
            "UPDATE audit_entries SET person = NULL WHERE act = 'act.1'",
            "第2环的记录（编号2）与封印不符，现为：act.1 · clerk-1 · 2026-11-23 01:00:00",
        ),
        (
            "UPDATE audit_entries SET door = 'through the window' WHERE act = 'act.1'",
            "第2环的记录（编号2）读不出来，内容已被改坏",
        ),
        (
            "UPDATE audit_entries SET facts = '[]' WHERE act = 'act.4'",
            "第5环的记录（编号5）读不出来，内容已被改坏",
        ),
        ("DELETE FROM audit_entries WHERE act = 'act.3'", "第4环的记录（编号4）被删除"),
        ("DELETE FROM audit_seals WHERE link = 2", "第2环起缺少1环"),
        ("UPDATE audit_seals SET entry = 99 WHERE link = 5", "第5环的记录（编号99）被删除"),
        (
            "UPDATE audit_seals SET key = 'mine' WHERE link = 1",
            "第1环的记录（编号1）与封印不符，现为：act.0 · clerk-1 · 2026-11-23 01:00:00",
        ),
    ],
)
async def test_tampering_is_found_and_located(
    store: Store, chain: AuditChain, statement: str, told: str
) -> None:
    """The first broken link names the entry, the reason, and what stands there now."""
    await tamper(store, statement)
    verified = await chain.verify()
    assert str(verified.faults[0]) == told


def swapped(table: str, column: str) -> list[str]:
    """The second and the third row change places."""
    return [
        f"UPDATE {table} SET {column} = {after} WHERE {column} = {before}"  # noqa: S608 (names of our own tables)
        for before, after in ((2, 99), (3, 2), (99, 3))
    ]


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        (
            [("audit_entries", "place")],
            "第2环的记录（编号2）与封印不符，现为：act.2 · clerk-1 · 2026-11-23 01:00:00",
        ),
        (
            [("audit_entries", "place"), ("audit_seals", "link")],
            "第2环的记录（编号3）与封印不符，现为：act.1 · clerk-1 · 2026-11-23 01:00:00",
        ),
    ],
    ids=["entries", "entries and links"],
)
async def test_two_entries_that_change_places_are_found(
    store: Store, chain: AuditChain, tables: list[tuple[str, str]], told: str
) -> None:
    """Nothing is missing and no word differs, but what was done first is said to have been done second."""
    await tamper(store, *(statement for table in tables for statement in swapped(*table)))
    assert str((await chain.verify()).faults[0]) == told


async def test_an_entry_slipped_in_afterwards_is_found(store: Store) -> None:
    """Somebody writes last year's permission today, at a number that was never given out."""
    await write_at(store, 5)
    await write_at(store, 20_000)
    chain = AuditChain(store)
    await chain.seal()
    await write_at(store, 4)

    await chain.seal()

    assert [(fault.entry, fault.why) for fault in (await chain.verify()).faults] == [
        (4, "从未封印：是事后补进去的")
    ]


async def test_the_head_is_told_without_reading_the_chain(store: Store, chain: AuditChain) -> None:
    """To be noted every evening on paper."""
    assert await chain.head() == (await chain.verify()).head


async def test_a_trail_cut_short_is_found_by_a_head_noted_elsewhere(store: Store, chain: AuditChain) -> None:
    """The end of a chain hangs free; what was noted on paper does not."""
    noted = (await chain.verify()).head
    await tamper(
        store, "DELETE FROM audit_seals WHERE link = 5", "DELETE FROM audit_entries WHERE act = 'act.4'"
    )
    assert (await chain.verify()).whole
    assert not (await chain.verify([noted])).whole


async def test_a_chain_made_anew_without_the_key_is_found(
    store: Store, chain: AuditChain, database_url: str
) -> None:
    """Whoever owns the database but not the keys cannot reseal what they changed."""
    await tamper(store, "UPDATE audit_entries SET act = 'innocent'", "DELETE FROM audit_seals")
    forger = Store.open(database_url, KeyRing.new())
    await AuditChain(forger).seal()
    await forger.close()
    assert not (await chain.verify()).whole


async def test_the_chain_outlives_a_rotation(store: Store, chain: AuditChain, database_url: str) -> None:
    """Each link is checked with the key it was made with."""
    rotated = Store.open(database_url, store.keys.rotated())
    await write(store, 1)
    assert await AuditChain(rotated).seal() == 1
    assert (await AuditChain(rotated).verify()).whole
    await rotated.close()


async def test_two_processes_seal_each_entry_once(store: Store, database_url: str) -> None:
    """Both workers wake at the same minute."""
    await write(store, 30)
    other = Store.open(database_url, store.keys)
    sealed = await asyncio.gather(AuditChain(store).seal(), AuditChain(other).seal())
    await other.close()
    assert sum(sealed) == 30
    assert (await AuditChain(store).verify()).whole


async def test_an_entry_that_was_committed_late_is_sealed_too(store: Store, chain: AuditChain) -> None:
    """A number lower than the last sealed one becomes visible: a long transaction has ended."""
    await write_at(store, 50)
    assert await chain.seal() == 1
    await write_at(store, 40)
    assert await chain.seal() == 1
    assert (await chain.verify()).whole


async def write_at(store: Store, place: int) -> None:
    """An entry with a number of its own."""
    row = {"act": "late", "by": "a", "door": "phone", "at": NOW, "facts": {}, "place": place}
    async with store.writing() as connection:
        await connection.execute(audit_entries.insert().values(row))
        await connection.commit()
