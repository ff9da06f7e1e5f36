"""自助机 as rows: lists, abilities and slips; a slip is given out once because one statement both looks and takes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.model.ids import AccountCode, SlipId
from intake.model.kiosk import Ability, KioskList, Slip, SlipKind
from storage.sql.rows import add_once, as_noun, as_row, one, put
from storage.sql.tables import kiosk_abilities, kiosk_lists, revisions, slips

_SUBJECT = "kiosk_abilities"


class SqlKiosks:
    """The kiosks in one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def put_list(self, setup: KioskList) -> None:
        await put(self.connection, kiosk_lists, [as_row(setup)])
        await self.note_recorded_for(-1)

    async def lists(self) -> tuple[KioskList, ...]:
        rows = await self.connection.execute(select(kiosk_lists).order_by(kiosk_lists.c.device))
        return tuple(as_noun(KioskList, row) for row in rows.mappings())

    async def record(self, records: Sequence[Ability]) -> int:
        if not records:
            return 0
        device = records[0].device
        before = {one.service_code: one for one in await self.abilities(device)}
        changed = [as_row(one) for one in records if before.get(one.service_code) != one]
        gone = set(before) - {one.service_code for one in records}
        c = kiosk_abilities.c
        if gone:
            await self.connection.execute(
                delete(kiosk_abilities).where(c.device == device, c.service_code.in_(sorted(gone)))
            )
        await put(self.connection, kiosk_abilities, changed)
        return len(changed) + len(gone)

    async def abilities(self, device: AccountCode | None = None) -> tuple[Ability, ...]:
        c = kiosk_abilities.c
        wanted = select(kiosk_abilities).order_by(c.device, c.service_code)
        if device is not None:
            wanted = wanted.where(c.device == device)
        return tuple(as_noun(Ability, row) for row in (await self.connection.execute(wanted)).mappings())

    async def recorded_for(self) -> int:
        row = await one(self.connection, revisions, revisions.c.subject == _SUBJECT)
        return -1 if row is None else int(row["value"])

    async def note_recorded_for(self, revision: int) -> None:
        await put(self.connection, revisions, [{"subject": _SUBJECT, "value": revision}])

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
