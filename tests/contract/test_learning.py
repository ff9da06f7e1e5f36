"""说法: counted by different people, never by name; the same words lead to one item only."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from intake.errors import NotFound, Stale
from intake.model.catalogue import Bundle
from intake.model.ids import AccountCode, BundleCode, HeardId, ServiceCode, TeachingId
from intake.model.learning import Ending, GoodAnswer, HeardState, Hearing, Led, Teaching
from storage.sql import tables
from storage.sql.store import Store
from tests.contract.nouns import NOW, TODAY, fresh, item
from tests.contract.stores import KEYS

WORDS = "坐车不要钱的那个本本"
CARD, BUS = ServiceCode("MZ10"), ServiceCode("JT03")
LATER = NOW + timedelta(hours=1)


def teaching(**changes: Any) -> Teaching:
    """Words that lead to the elder card since the first revision."""
    made = Teaching(TeachingId(fresh("teaching")), WORDS, CARD, None, AccountCode("keeper"), NOW, since=1)
    return replace(made, **changes)


async def hear(
    store: Store,
    ending: Ending,
    code: ServiceCode | None = None,
    *,
    by: str = "citizen-1",
    text: str = WORDS,
    at: datetime = NOW,
) -> None:
    """Somebody's words led to something."""
    async with store.open_uow() as uow:
        hearing = Hearing(text, ending, code, AccountCode(by), at)
        await uow.learning.hear(hearing, HeardId(fresh("heard")))
        await uow.commit()


async def queue(store: Store, state: HeardState = HeardState.OPEN) -> list[str]:
    """The words that wait, in their order."""
    async with store.open_view() as view:
        return [row.text for row in await view.learning.queue(state, 50)]


async def test_words_are_one_row_with_all_they_led_to(store: Store) -> None:
    """Two people meant the card, one the bus pass and found nothing before: one row says so."""
    await hear(store, Ending.UNMATCHED, by="citizen-1")
    await hear(store, Ending.CHOSEN, BUS, by="citizen-1")
    await hear(store, Ending.CHOSEN, CARD, by="citizen-2")
    await hear(store, Ending.CHOSEN, CARD, by="citizen-3", at=LATER)

    async with store.open_view() as view:
        (row,) = await view.learning.queue(HeardState.OPEN, 50)
        assert await view.learning.heard(row.id) == row

    assert (row.times, row.people, row.unmatched) == (4, 3, 1)
    assert (row.first_at, row.last_at) == (NOW, LATER)
    assert row.led == (
        Led(Ending.CHOSEN, CARD, 2), Led(Ending.CHOSEN, BUS, 1), Led(Ending.UNMATCHED, None, 1),
    )  # fmt: skip


async def test_one_person_a_thousand_times_is_one_person(store: Store) -> None:
    """Nobody can shout a sentence to the top of the keeper's list."""
    async with store.open_uow() as uow:
        for _ in range(1000):
            shout = Hearing("我要当县长", Ending.UNMATCHED, None, AccountCode("shouter"), NOW)
            await uow.learning.hear(shout, HeardId(fresh("heard")))
        await uow.commit()
    for who in ("citizen-1", "citizen-2"):
        await hear(store, Ending.UNMATCHED, by=who)

    async with store.open_view() as view:
        first, second = await view.learning.queue(HeardState.OPEN, 50)

    assert (first.text, first.unmatched) == (WORDS, 2)
    assert (second.times, second.people, second.unmatched) == (1000, 1, 1)


async def test_what_matched_nothing_comes_first(store: Store) -> None:
    """Then what most people said; words everybody was answered rightly do not wait at all."""
    await hear(store, Ending.UNMATCHED, text="没人懂")
    for who in ("citizen-1", "citizen-2", "citizen-3"):
        await hear(store, Ending.CHOSEN, CARD, by=who, text="三个人选")
        await hear(store, Ending.AGREED, CARD, by=who, text="都答对")
    await hear(store, Ending.CORRECTED, CARD, text="窗口纠正")

    assert await queue(store) == ["没人懂", "三个人选", "窗口纠正"]
    assert await queue(store, HeardState.ANSWERED) == ["都答对"]


async def test_words_once_answered_rightly_wait_when_somebody_is_not(store: Store) -> None:
    """The next person meant something else."""
    await hear(store, Ending.AGREED, CARD)
    await hear(store, Ending.UNMATCHED, by="citizen-2")

    assert await queue(store) == [WORDS]


async def test_what_was_dismissed_does_not_come_back(store: Store) -> None:
    """However often it is said again."""
    await hear(store, Ending.UNMATCHED)
    async with store.open_uow() as uow:
        (row,) = await uow.learning.queue(HeardState.OPEN, 50)
        await uow.learning.mark(row.id, HeardState.DISMISSED)
        await uow.commit()
    await hear(store, Ending.UNMATCHED, by="citizen-2")

    assert await queue(store) == []
    assert await queue(store, HeardState.DISMISSED) == [WORDS]


async def test_who_said_it_cannot_be_read_nor_joined(store: Store) -> None:
    """Whoever steals the tables learns neither who asked about a divorce nor what else the same person asked."""
    await hear(store, Ending.UNMATCHED, text="离婚要什么手续")
    await hear(store, Ending.UNMATCHED, text="找工作")

    async with store.open_view() as view:
        kept = list(await view.learning.connection.execute(select(tables.heard_endings.c.who)))

    assert not [who for (who,) in kept if "citizen" in who]
    assert len(set(kept)) == 2


async def test_words_several_people_agree_on_are_a_good_answer(store: Store) -> None:
    """Three different people, one item, nobody against."""
    for who in ("citizen-1", "citizen-2", "citizen-3"):
        await hear(store, Ending.AGREED, CARD, by=who)
        await hear(store, Ending.AGREED, CARD, by=who, text="有人反对")
        await hear(store, Ending.UNMATCHED, by=who, text="没人懂")
    for _ in range(3):
        await hear(store, Ending.AGREED, CARD, text="一个人说三遍")
    await hear(store, Ending.CHOSEN, BUS, text="有人反对", by="citizen-4")

    async with store.open_view() as view:
        assert await view.learning.agreed(3, 50) == (GoodAnswer(WORDS, (CARD,)),)


async def test_old_words_are_forgotten_with_whoever_said_them(store: Store) -> None:
    """What nobody has said again goes; what somebody has stays."""
    await hear(store, Ending.UNMATCHED, text="很久以前", at=NOW - timedelta(days=200))
    await hear(store, Ending.UNMATCHED, at=NOW - timedelta(days=200))
    await hear(store, Ending.UNMATCHED, by="citizen-2", at=NOW)

    async with store.open_uow() as uow:
        assert await uow.learning.forget(NOW - timedelta(days=180)) == 1
        await uow.commit()

    assert await queue(store) == [WORDS]
    async with store.open_view() as view:
        kept = (await view.learning.connection.execute(select(tables.heard_endings))).all()
    assert len(kept) == 2


async def test_unknown_words_and_teachings_are_refused(store: Store) -> None:
    """An old page, or somebody guessing."""
    async with store.open_view() as view:
        with pytest.raises(NotFound):
            await view.learning.heard(HeardId("nothing"))
        with pytest.raises(NotFound):
            await view.learning.teaching(TeachingId("nothing"))


async def test_the_same_words_are_taught_once(store: Store) -> None:
    """Two keepers at once: the second is told, and the words lead to one item."""
    first, second = teaching(), teaching(service_code=BUS)
    async with store.open_uow() as uow:
        assert await uow.learning.teach(first)
        assert not await uow.learning.teach(second)
        await uow.commit()

    async with store.open_view() as view:
        assert await view.learning.taught() == (first,)
        assert await view.learning.taught_as(WORDS) == first
        assert await view.learning.taught_as("别的话") is None


async def test_a_teaching_taken_back_stays_in_the_books(store: Store) -> None:
    """Who taught it and who took it back can be read; the words are free for another item."""
    taught = teaching()
    back = replace(taught, withdrawn_by=AccountCode("keeper"), withdrawn_at=LATER, until=2)
    async with store.open_uow() as uow:
        await uow.learning.teach(taught)
        await uow.learning.withdraw(back)
        with pytest.raises(Stale):
            await uow.learning.withdraw(back)
        assert await uow.learning.teach(teaching(service_code=BUS, since=3))
        await uow.commit()

    async with store.open_view() as view:
        assert await view.learning.teaching(taught.id) == back
        assert [t.service_code for t in await view.learning.taught()] == [BUS]


async def test_growing_is_seen_by_every_process(store: Store, database_url: str) -> None:
    """A matcher in another process learns by the number that it is out of date; the items stay what they are."""
    other = Store.open(database_url, store.keys)
    async with store.open_uow() as uow:
        await uow.catalogue.replace([item()], TODAY)
        await uow.commit()
    async with other.open_view() as view:
        before, items = await view.catalogue.revision(), await view.catalogue.all_current(TODAY)

    async with store.open_uow() as uow:
        grown = await uow.catalogue.grow()
        await uow.commit()

    async with other.open_view() as view:
        assert await view.catalogue.revision() == grown == before + 1
        assert await view.catalogue.all_current(TODAY) == items
    await other.close()


async def test_growth_that_is_undone_leaves_nothing_in_memory(store: Store) -> None:
    """A lesson failed after it looked at the items; the next import has the same revision and other items."""
    async with store.open_uow() as uow:
        await uow.catalogue.replace([item()], TODAY)
        await uow.commit()
    async with store.open_uow() as uow:
        await uow.catalogue.grow()
        await uow.catalogue.all_current(TODAY)
    async with store.open_uow() as uow:
        await uow.catalogue.replace([item(minutes=20)], TODAY)
        await uow.commit()

    async with store.open_view() as view:
        assert [i.minutes for i in await view.catalogue.all_current(TODAY)] == [20]


async def test_bundles_are_replaced_whole_and_keep_their_order(store: Store) -> None:
    """一件事 stand as the county's file has them."""
    birth = Bundle(
        BundleCode("YJ-CS"), "出生一件事", "孩子出生后的事。", ("出生联办",), (ServiceCode("HK01"),)
    )
    end = replace(birth, code=BundleCode("YJ-SH"), name="身后一件事", items=(ServiceCode("HK16"), CARD))
    async with store.open_uow() as uow:
        assert await uow.catalogue.bundles() == ()
        await uow.catalogue.put_bundles([birth, end])
        assert await uow.catalogue.bundles() == (birth, end)
        await uow.catalogue.put_bundles([end])
        await uow.commit()

    async with store.open_view() as view:
        assert await view.catalogue.bundles() == (end,)


async def test_bundles_that_another_process_imports_are_there_for_the_next_view(
    store: Store, database_url: str
) -> None:
    """They are kept parsed, and no longer than the catalogue's revision."""
    birth = Bundle(BundleCode("YJ-CS"), "出生一件事", "", ("出生联办",), (ServiceCode("HK01"),))
    elsewhere = Store.open(database_url, KEYS)
    for bundles in ((birth,), (replace(birth, name="新生儿一件事"),)):
        async with elsewhere.open_uow() as uow:
            await uow.catalogue.put_bundles(bundles)
            await uow.commit()
        async with store.open_view() as view:
            assert await view.catalogue.bundles() == bundles
    await elsewhere.close()
