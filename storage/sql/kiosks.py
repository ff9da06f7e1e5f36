"""自助机 as rows: lists, abilities and slips; a slip is given out once because one statement both looks and takes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.model.ids import AccountCode, ServiceCode, SlipId
from intake.model.kiosk import Ability, KioskList, Slip, SlipKind
from storage.sql.rows import add_once, as_noun, as_row, one, put
from storage.sql.tables import kiosk_abilities, kiosk_lists, slips


class SqlKiosks:
    """The kiosks in one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def put_list(self, setup: KioskList) -> None:
        await put(self.connection, kiosk_lists, [as_row(setup)])

    async def lists(self) -> tuple[KioskList, ...]:
        rows = await self.connection.execute(select(kiosk_lists).order_by(kiosk_lists.c.device))
        return tuple(as_noun(KioskList, row) for row in rows.mappings())

    async def record(
        self, device: AccountCode, services: Collection[ServiceCode], on: date, release: str
    ) -> int:
        c = kiosk_abilities.c
        known = {each.service_code for each in await self.abilities(on) if each.device == device}
        gone, came = known - set(services), set(services) - known
        if gone:
            mine = (c.device == device, c.service_code.in_(sorted(gone)), c.until.is_(None))
            await self.connection.execute(update(kiosk_abilities).where(*mine).values(until=on))
        # Lost and found again on one day, it was never lost.
        await put(
            self.connection,
            kiosk_abilities,
            [as_row(Ability(device, service, on, release)) for service in sorted(came)],
        )
        return len(gone) + len(came)

    async def abilities(self, on: date) -> tuple[Ability, ...]:
        c = kiosk_abilities.c
        holds = (c.since <= on, or_(c.until.is_(None), c.until > on))
        rows = await self.connection.execute(
            select(kiosk_abilities).where(*holds).order_by(c.device, c.service_code)
        )
        return tuple(as_noun(Ability, row) for row in rows.mappings())

    async def add_slip(self, slip: Slip) -> bool:
        return await add_once(self.connection, slips, as_row(slip))

    async def slip(self, slip: SlipId) -> Slip | None:
        row = await one(self.connection, slips, slips.c.id == slip)
        return None if row is None else as_noun(Slip, row)

    async def slips_waiting(self, device: AccountCode) -> tuple[Slip, ...]:
        waiting = select(slips).where(slips.c.device == device, slips.c.printed_at.is_(None))
        rows = await self.connection.execute(waiting.order_by(slips.c.made_at, slips.c.id))
        return tuple(as_noun(Slip, row) for row in rows.mappings())

    async def claim_slip(self, slip: SlipId, now: datetime) -> Slip | None:
        waiting = (slips.c.id == slip, slips.c.printed_at.is_(None))
        statement = update(slips).where(*waiting).values(printed_at=now).returning(slips)
        row = (await self.connection.execute(statement)).mappings().first()
        return None if row is None else as_noun(Slip, row)

    async def copies(self, kind: SlipKind, subject: str) -> int:
        of_it = select(func.count()).where(slips.c.kind == kind, slips.c.subject == subject)
        return int((await self.connection.execute(of_it)).scalar_one())
