"""换密: after a rotation every seal comes under the new key, however often the work is broken off."""

from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.model.binding import Binding, Outside
from intake.model.case import PageFacts
from intake.model.ids import CardId, Digest, EventId, HallCode, PageId
from intake.model.people import Door, Person
from intake.model.tray import LaidCard, LaidPage
from storage.blobs import open_blobs
from storage.crypto import Algorithm, KeyRing, SealBroken
from storage.resealing import SEALED, ColumnWalk, reseal
from storage.sql import tables
from storage.sql.conversations import SqlConversations
from storage.sql.store import Store
from tests.contract import nouns
from tests.contract.nouns import NOW
from tests.contract.stores import KEYS

CLERK = nouns.account()


async def fill(store: Store, count: int = 3) -> list[Person]:
    """Something under every kind of seal."""
    people = [nouns.person() for _ in range(count)]
    card = LaidCard(
        CardId("card"), EventId("e"), CLERK.code, HallCode("county"), None, people[0].id, NOW, NOW
    )
    facts = PageFacts("id_card", 0.9, "good", "", "", {"name": "张奶奶"})
    page = LaidPage(
        PageId("laid"), EventId("f"), CLERK.code, card.id, people[0].id, Digest("ab" * 32), 1, facts,
        Door.COUNTER, NOW,
    )  # fmt: skip
    async with store.open_uow() as uow:
        for person in people:
            await uow.people.add(person)
        await uow.people.put_account(CLERK)
        await uow.bindings.add(Binding(CLERK.code, Outside(Door.WECHAT, "openid"), NOW))
        await uow.trays.lay_card(card)
        await uow.trays.lay_page(page)
        await uow.commit()
    async with SqlConversations(store).hold(CLERK.code) as held:
        await held.save("state", "m1", "我要办老年证", "好的")
    return people


async def test_everything_is_read_with_the_new_key_alone(
    store: Store, database_url: str, tmp_path: Path
) -> None:
    """The old key could be thrown away, were it not for the audit trail; and a second round does nothing."""
    people = await fill(store)
    digest = await open_blobs(str(tmp_path / "photographs"), KEYS).put(b"photograph")
    ring = KEYS.rotated(Algorithm.SM4)
    rotated = Store.open(database_url, ring)
    blobs = open_blobs(str(tmp_path / "photographs"), ring)

    first = await reseal(rotated, blobs)
    second = await reseal(rotated, blobs)
    await rotated.close()

    assert first.unreadable == []
    assert first.done == {
        "people.id_number_sealed": 3,
        "people.phone_sealed": 3,
        "people.address_sealed": 3,
        "accounts.phone_sealed": 1,
        "bindings.outside_sealed": 1,
        "laid_pages.facts_sealed": 1,
        "conversations.state_sealed": 1,
        "exchanges.heard_sealed": 1,
        "exchanges.answer_sealed": 1,
        "photographs": 1,
    }
    assert set(second.done.values()) == {0}
    new_key = replace(ring, masters={ring.current: ring.masters[ring.current]})
    with_new_key = Store.open(database_url, new_key)
    async with with_new_key.open_view() as view:
        assert await view.people.person(people[0].id) == people[0]
        assert await view.people.account(CLERK.code) == CLERK
        assert [page.facts.kind for page in await view.trays.pages(CardId("card"))] == ["id_card"]
        assert await view.people.by_id_number(people[1].id_number) == people[1]
    history = await SqlConversations(with_new_key).history(CLERK.code, 0, 9)
    await with_new_key.close()
    assert [exchange.heard for exchange in history] == ["我要办老年证"]
    assert await open_blobs(str(tmp_path / "photographs"), new_key).get(digest) == b"photograph"


def test_every_sealed_column_is_listed() -> None:
    """Somebody adds a table and forgets the rotation: its rows would stay under the old key for ever."""
    declared = {
        f"{table.name}.{column.name}"
        for table in tables.metadata.sorted_tables
        for column in table.columns
        if column.name.endswith("_sealed")
    }
    assert {str(column) for column in SEALED} == declared


class PowerCut(Exception):
    """The power fails."""


class ShortLived(Store):
    """A store whose process dies at its third writing."""

    def writing(self) -> AbstractAsyncContextManager[AsyncConnection]:
        self.writings = getattr(self, "writings", 0) + 1
        if self.writings == 3:
            raise PowerCut
        return super().writing()


async def test_work_that_was_broken_off_goes_on(store: Store, database_url: str) -> None:
    """In batches of two, with the power cut in the middle of a table."""
    await fill(store, 5)
    ring = KEYS.rotated()
    short, rotated = ShortLived.open(database_url, ring), Store.open(database_url, ring)
    blobs = open_blobs("memory:", ring)

    with pytest.raises(PowerCut):
        await reseal(short, blobs, rows_at_once=2)
    rest = await reseal(rotated, blobs, rows_at_once=2)
    await short.close()
    await rotated.close()

    assert rest.done["people.id_number_sealed"] == 1
    assert rest.done["people.phone_sealed"] == 5


async def test_a_broken_seal_is_told_and_stops_nothing(store: Store, database_url: str) -> None:
    """One damaged row among a county's; the others come under the new key."""
    people = await fill(store)
    damaged = update(tables.people).where(tables.people.c.id == people[1].id).values(phone_sealed="AAAA")
    async with store.writing() as connection:
        await connection.execute(damaged)
        await connection.commit()
    rotated = Store.open(database_url, KEYS.rotated())

    result = await reseal(rotated, open_blobs("memory:", rotated.keys))
    await rotated.close()

    assert result.unreadable == [f"people.phone_sealed {people[1].id}：密文格式不对"]
    assert result.done["people.phone_sealed"] == 2


async def test_a_change_made_meanwhile_is_not_undone(store: Store, database_url: str) -> None:
    """The clerk's telephone is corrected between our reading and our writing."""
    await fill(store)
    rotated = Store.open(database_url, KEYS.rotated())
    phones = next(column for column in SEALED if str(column) == "accounts.phone_sealed")
    walk = ColumnWalk(rotated, phones, [])
    changes = [change for row in await walk.after(None, 9) for change in walk.change(row)]

    async with store.open_uow() as uow:
        await uow.people.put_account(replace(CLERK, phone="13900009999"))
        await uow.commit()
    await walk.write(changes)
    await rotated.close()

    async with store.open_view() as view:
        account = await view.people.account(CLERK.code)
    assert account is not None
    assert account.phone == "13900009999"


async def test_a_server_that_was_not_restarted_goes_on_reading(
    tmp_path: Path, store: Store, database_url: str
) -> None:
    """It finds the new key in the file; without the file it would read nothing that was resealed."""
    people = await fill(store)
    (tmp_path / "keys.json").write_text(KEYS.dump())
    running = Store.open(database_url, replace(KEYS, file=tmp_path / "keys.json"))
    ring: KeyRing = KEYS.rotated()
    (tmp_path / "keys.json").write_text(ring.dump())
    rotated = Store.open(database_url, ring)
    await reseal(rotated, open_blobs("memory:", ring))

    async with running.open_view() as view:
        assert await view.people.person(people[0].id) == people[0]
    async with store.open_view() as view:
        with pytest.raises(SealBroken):
            await view.people.person(people[0].id)
    await running.close()
    await rotated.close()
