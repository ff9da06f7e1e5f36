"""收件盘 as rows; what was read off a page lies sealed, for it may be the number on an ID card."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import RowMapping, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.errors import NotFound
from intake.model.case import PageFacts
from intake.model.ids import AccountCode, CardId, EventId, HallCode
from intake.model.tray import LaidCard, LaidPage
from storage.crypto import Sealer
from storage.sql.columns import adapter
from storage.sql.rows import as_noun, as_row, one
from storage.sql.tables import laid_cards, laid_pages


class SqlTrays:
    """What lies on the counters in one unit of work."""

    def __init__(self, connection: AsyncConnection, sealer: Sealer) -> None:
        self.connection = connection
        self._sealer = sealer

    async def lay_card(self, card: LaidCard) -> None:
        await self.connection.execute(laid_cards.insert().values(as_row(card)))

    async def card_of(self, device: AccountCode, event: EventId) -> LaidCard | None:
        row = await one(
            self.connection, laid_cards, laid_cards.c.device == device, laid_cards.c.event == event
        )
        return None if row is None else as_noun(LaidCard, row)

    async def lying(self, hall: HallCode, since: datetime) -> tuple[LaidCard, ...]:
        there = (laid_cards.c.hall == hall, ~laid_cards.c.lifted, laid_cards.c.counter.is_not(None))
        statement = select(laid_cards).where(*there, laid_cards.c.touched_at >= since)
        latest = statement.order_by(laid_cards.c.read_at.desc(), laid_cards.c.id.desc())
        return tuple(as_noun(LaidCard, row) for row in (await self.connection.execute(latest)).mappings())

    async def on_device(self, device: AccountCode) -> LaidCard | None:
        latest = select(laid_cards).where(laid_cards.c.device == device)
        latest = latest.order_by(laid_cards.c.read_at.desc(), laid_cards.c.id.desc()).limit(1)
        row = (await self.connection.execute(latest)).mappings().first()
        return None if row is None else as_noun(LaidCard, row)

    async def lift_from(self, device: AccountCode) -> int:
        there = (laid_cards.c.device == device, ~laid_cards.c.lifted)
        return (await self.connection.execute(update(laid_cards).where(*there).values(lifted=True))).rowcount

    async def hold(self, card: CardId) -> LaidCard:
        # On SQLite whoever may change anything already keeps everybody else from it.
        statement = select(laid_cards).where(laid_cards.c.id == card).with_for_update()
        row = (await self.connection.execute(statement)).mappings().first()
        if row is None:
            raise NotFound
        return as_noun(LaidCard, row)

    async def save(self, card: LaidCard) -> None:
        await self.connection.execute(
            update(laid_cards).where(laid_cards.c.id == card.id).values(as_row(card))
        )

    async def lay_page(self, page: LaidPage) -> None:
        row = as_row(page)
        told = adapter(PageFacts).dump_json(row.pop("facts")).decode()
        row["facts_sealed"] = self._sealer.seal_text(told, f"laid_page.facts:{page.id}")
        await self.connection.execute(laid_pages.insert().values(row))

    async def page_of(self, device: AccountCode, event: EventId) -> LaidPage | None:
        row = await one(
            self.connection, laid_pages, laid_pages.c.device == device, laid_pages.c.event == event
        )
        return None if row is None else self._page(row)

    async def pages(self, card: CardId) -> tuple[LaidPage, ...]:
        statement = (
            select(laid_pages)
            .where(laid_pages.c.card == card)
            .order_by(laid_pages.c.laid_at, laid_pages.c.place)
        )
        return tuple(map(self._page, (await self.connection.execute(statement)).mappings()))

    async def move_pages(self, before: CardId, after: CardId) -> None:
        await self.connection.execute(
            update(laid_pages).where(laid_pages.c.card == before).values(card=after)
        )

    async def lift_untouched(self, since: datetime) -> frozenset[HallCode]:
        untouched = (~laid_cards.c.lifted, laid_cards.c.counter.is_not(None), laid_cards.c.touched_at < since)
        statement = update(laid_cards).where(*untouched).values(lifted=True).returning(laid_cards.c.hall)
        return frozenset((await self.connection.execute(statement)).scalars())

    async def forget(self, before: datetime) -> int:
        old = select(laid_cards.c.id).where(laid_cards.c.touched_at < before)
        await self.connection.execute(delete(laid_pages).where(laid_pages.c.card.in_(old)))
        return (
            await self.connection.execute(delete(laid_cards).where(laid_cards.c.touched_at < before))
        ).rowcount

    def _page(self, row: RowMapping) -> LaidPage:
        told = self._sealer.open_text(row["facts_sealed"], f"laid_page.facts:{row['id']}")
        return as_noun(LaidPage, {**row, "facts": adapter(PageFacts).validate_json(told)})
