"""转办码 as rows: one phone gets the matter, because one statement both looks and takes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.model.handover import Handover
from intake.model.ids import AccountCode, CaseId, HandoverId
from storage.sql.rows import as_noun, as_row, one
from storage.sql.tables import handovers


class SqlHandovers:
    """The codes on the halls' tablets in one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def add(self, handover: Handover) -> None:
        await self.connection.execute(handovers.insert().values(as_row(handover)))

    async def get(self, handover: HandoverId) -> Handover | None:
        row = await one(self.connection, handovers, handovers.c.id == handover)
        return None if row is None else as_noun(Handover, row)

    async def by_token(self, token_hash: str) -> Handover | None:
        row = await one(self.connection, handovers, handovers.c.token_hash == token_hash)
        return None if row is None else as_noun(Handover, row)

    async def void(self, made_by: AccountCode) -> None:
        unclaimed = (handovers.c.made_by == made_by, handovers.c.claimed_by.is_(None), ~handovers.c.voided)
        await self.connection.execute(update(handovers).where(*unclaimed).values(voided=True))

    async def claim(self, token_hash: str, by: AccountCode, now: datetime) -> Handover | None:
        waits = (
            handovers.c.token_hash == token_hash,
            handovers.c.claimed_by.is_(None),
            ~handovers.c.voided,
            handovers.c.expires_at > now,
        )
        statement = update(handovers).where(*waits).values(claimed_by=by, claimed_at=now).returning(handovers)
        row = (await self.connection.execute(statement)).mappings().first()
        return None if row is None else as_noun(Handover, row)

    async def led_to(self, handover: HandoverId, case: CaseId) -> None:
        await self.connection.execute(update(handovers).where(handovers.c.id == handover).values(case=case))
