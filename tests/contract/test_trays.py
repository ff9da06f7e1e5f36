"""收件盘: what lies on a counter is found by whoever laid it, seen while it lies, and forgotten after."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from intake.errors import NotFound
from intake.model.case import PageFacts
from intake.model.ids import (
    AccountCode,
    CardId,
    CaseId,
    CounterCode,
    Digest,
    EventId,
    HallCode,
    PageId,
    PersonId,
)
from intake.model.people import Door
from intake.model.tray import WAITS, LaidCard, LaidPage
from storage.sql.store import Store
from tests.contract.nouns import NOW, fresh

HALL, COUNTER, DEVICE = HallCode("anwen"), CounterCode("anwen-1"), AccountCode("counter-anwen-1")
SINCE = NOW - WAITS
SEEN = PageFacts(
    "id_card", 0.93, "good", "all_read", "照片清楚。", {"name": "李样例", "birth_date": "1951-**-**"}
)


def laid_card(**changes: Any) -> LaidCard:
    """A card that was read just now."""
    made = LaidCard(
        id=CardId(fresh("card")),
        event=EventId(fresh("event")),
        device=DEVICE,
        hall=HALL,
        counter=COUNTER,
        person=PersonId("person-7"),
        read_at=NOW,
        touched_at=NOW,
    )
    return replace(made, **changes)


def laid_page(card: LaidCard, **changes: Any) -> LaidPage:
    """A page of the card's holder."""
    made = LaidPage(
        id=PageId(fresh("page")),
        event=EventId(fresh("event")),
        device=card.device,
        card=card.id,
        person=card.person,
        digest=Digest("cd" * 32),
        size=4321,
        facts=SEEN,
        door=Door.COUNTER,
        laid_at=NOW,
    )
    return replace(made, **changes)


async def lay(store: Store, *things: LaidCard | LaidPage) -> None:
    """Lay cards and pages down, in order."""
    async with store.open_uow() as uow:
        for thing in things:
            if isinstance(thing, LaidCard):
                await uow.trays.lay_card(thing)
            else:
                await uow.trays.lay_page(thing)
        await uow.commit()


async def test_a_machine_finds_what_it_laid_and_nothing_of_another_s(store: Store) -> None:
    """Event ids belong to the machine that made them."""
    card = laid_card()
    page = laid_page(card)
    await lay(store, card, page)

    async with store.open_view() as view:
        assert await view.trays.card_of(DEVICE, card.event) == card
        assert await view.trays.page_of(DEVICE, page.event) == page
        assert await view.trays.card_of(AccountCode("kiosk-2"), card.event) is None
        assert await view.trays.page_of(AccountCode("kiosk-2"), page.event) is None


async def test_an_event_lays_one_card(store: Store) -> None:
    """A machine that says the same thing twice does not make two people of one."""
    card = laid_card()
    await lay(store, card)

    with pytest.raises(IntegrityError):
        await lay(store, replace(card, id=CardId(fresh("card"))))


async def test_the_counters_of_a_hall_show_what_lies_there_now(store: Store) -> None:
    """The latest reading first; not a kiosk's, not another hall's, not one lifted or left alone too long."""
    earlier = laid_card(read_at=NOW - timedelta(minutes=2))
    latest = laid_card(counter=CounterCode("anwen-2"))
    at_the_limit = laid_card(read_at=NOW - timedelta(hours=1), touched_at=SINCE)
    await lay(
        store,
        earlier,
        latest,
        at_the_limit,
        laid_card(counter=None),
        laid_card(hall=HallCode("county")),
        laid_card(lifted=True),
        laid_card(touched_at=SINCE - timedelta(seconds=1)),
    )

    async with store.open_view() as view:
        assert await view.trays.lying(HALL, SINCE) == (latest, earlier, at_the_limit)


async def test_pages_come_back_in_the_order_they_came(store: Store) -> None:
    """The first sheet under the camera is the first sheet of the case."""
    card, other = laid_card(), laid_card()
    first = laid_page(card, id=PageId("page-z"))
    second = laid_page(card, id=PageId("page-a"))
    await lay(store, card, other, first, laid_page(other), second)

    async with store.open_view() as view:
        assert await view.trays.pages(card.id) == (first, second)


async def test_a_held_card_is_written_as_it_was_changed(store: Store) -> None:
    """Touched, then opened: both are there for the next one who looks."""
    card = laid_card()
    await lay(store, card)
    opened = card.touch(NOW + timedelta(minutes=3)).open(CaseId("case-1"))

    async with store.open_uow() as uow:
        assert await uow.trays.hold(card.id) == card
        await uow.trays.save(opened)
        await uow.commit()

    async with store.open_uow() as uow:
        assert await uow.trays.hold(card.id) == opened
        with pytest.raises(NotFound):
            await uow.trays.hold(CardId("no-such-card"))


async def test_a_held_card_is_kept_from_everybody_else(store: Store) -> None:
    """A page that comes while the case is being opened waits, and then sees the case."""
    card = laid_card()
    await lay(store, card)

    async def case_seen_by_a_late_page() -> CaseId | None:
        async with store.open_uow() as uow:
            return (await uow.trays.hold(card.id)).case

    async with store.open_uow() as uow:
        held = await uow.trays.hold(card.id)
        late = asyncio.create_task(case_seen_by_a_late_page())
        came_through, _ = await asyncio.wait({late}, timeout=0.2)
        await uow.trays.save(held.open(CaseId("case-1")))
        await uow.commit()

    assert not came_through
    assert await late == CaseId("case-1")


async def test_the_pages_of_one_reading_move_to_the_next(store: Store) -> None:
    """The same card put on the reader again keeps the papers."""
    before, after = laid_card(), laid_card()
    page = laid_page(before)
    await lay(store, before, after, page)

    async with store.open_uow() as uow:
        await uow.trays.move_pages(before.id, after.id)
        await uow.commit()

    async with store.open_view() as view:
        assert await view.trays.pages(before.id) == ()
        assert await view.trays.pages(after.id) == (replace(page, card=after.id),)


async def test_cards_nobody_touches_are_lifted_once(store: Store) -> None:
    """The halls whose screens change are named, each time only those."""
    old = SINCE - timedelta(seconds=1)
    await lay(
        store,
        laid_card(touched_at=old),
        laid_card(touched_at=old, hall=HallCode("county")),
        laid_card(touched_at=old, hall=HallCode("jianshan"), counter=None),
        laid_card(),
    )

    async with store.open_uow() as uow:
        assert await uow.trays.lift_untouched(SINCE) == {HALL, HallCode("county")}
        assert await uow.trays.lift_untouched(SINCE) == frozenset()
        assert len(await uow.trays.lying(HALL, NOW - timedelta(days=2))) == 1


async def test_old_visits_are_forgotten_with_their_pages(store: Store) -> None:
    """What nobody came back for is gone; today's stays."""
    yesterday = laid_card(touched_at=NOW - timedelta(days=1, seconds=1))
    today = laid_card()
    gone, kept = laid_page(yesterday), laid_page(today)
    await lay(store, yesterday, today, gone, kept)

    async with store.open_uow() as uow:
        assert await uow.trays.forget(NOW - timedelta(days=1)) == 1
        await uow.commit()

    async with store.open_view() as view:
        assert await view.trays.card_of(DEVICE, yesterday.event) is None
        assert await view.trays.page_of(DEVICE, gone.event) is None
        assert await view.trays.page_of(DEVICE, kept.event) == kept


async def test_what_was_read_on_a_page_does_not_lie_open(store: Store) -> None:
    """Whoever copies the database reads no name off a photograph."""
    card = laid_card()
    await lay(store, card, laid_page(card))

    async with store.open_view() as view:
        row = (await view.trays.connection.execute(text("SELECT * FROM laid_pages"))).one()
    assert "李样例" not in str(tuple(row))
