"""Trainings, authorisations and duties as rows."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.errors import NotFound
from intake.model.ids import AccountCode, DutyId, HallCode, ServiceCode
from intake.model.staffing import Authorisation, Duty, Training
from storage.sql.rows import add_once, as_noun, as_row, one, put
from storage.sql.tables import accounts, authorisations, duties, trainings


class SqlStaff:
    """The staff's records in one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def add_training(self, training: Training) -> bool:
        return await add_once(self.connection, trainings, as_row(training))

    async def trainings(self, accounts_: Collection[AccountCode]) -> tuple[Training, ...]:
        of_them = trainings.c.account.in_(sorted(accounts_))
        statement = select(trainings).where(of_them).order_by(trainings.c.until.desc(), trainings.c.id)
        return tuple(as_noun(Training, row) for row in (await self.connection.execute(statement)).mappings())

    async def authorisation(self, account: AccountCode, service: ServiceCode) -> Authorisation | None:
        said = (authorisations.c.account == account) & (authorisations.c.service_code == service)
        row = await one(self.connection, authorisations, said)
        return None if row is None else as_noun(Authorisation, row)

    async def authorisations(self, accounts_: Collection[AccountCode]) -> tuple[Authorisation, ...]:
        of_them = authorisations.c.account.in_(sorted(accounts_))
        order = (authorisations.c.account, authorisations.c.service_code)
        rows = await self.connection.execute(select(authorisations).where(of_them).order_by(*order))
        return tuple(as_noun(Authorisation, row) for row in rows.mappings())

    async def put_authorisation(self, authorisation: Authorisation) -> None:
        await put(self.connection, authorisations, [as_row(authorisation)])

    async def drop_authorisation(self, account: AccountCode, service: ServiceCode) -> bool:
        said = (authorisations.c.account == account) & (authorisations.c.service_code == service)
        return (await self.connection.execute(delete(authorisations).where(said))).rowcount == 1

    async def hold_roster(self, account: AccountCode) -> None:
        # A write on the account's own row: two directors who plan one clerk at once take turns.
        own = accounts.c.code == account
        await self.connection.execute(update(accounts).where(own).values(code=accounts.c.code))

    async def add_duty(self, duty: Duty) -> None:
        await self.connection.execute(duties.insert().values(as_row(duty)))

    async def duty(self, duty: DutyId) -> Duty:
        row = await one(self.connection, duties, duties.c.id == duty)
        if row is None:
            raise NotFound
        return as_noun(Duty, row)

    async def cancel_duty(self, duty: DutyId) -> bool:
        standing = (duties.c.id == duty, duties.c.cancelled.is_(False))
        return (
            await self.connection.execute(update(duties).where(*standing).values(cancelled=True))
        ).rowcount == 1

    async def duties_at(self, hall: HallCode, start: datetime, end: datetime) -> tuple[Duty, ...]:
        within = (duties.c.hall == hall, duties.c.start < end, duties.c.end > start)
        statement = select(duties).where(*within).order_by(duties.c.start, duties.c.account, duties.c.id)
        return tuple(as_noun(Duty, row) for row in (await self.connection.execute(statement)).mappings())

    async def duties_of(self, account: AccountCode, start: datetime, end: datetime) -> tuple[Duty, ...]:
        within = (duties.c.account == account, duties.c.start < end, duties.c.end > start)
        statement = select(duties).where(*within).order_by(duties.c.start, duties.c.id)
        return tuple(as_noun(Duty, row) for row in (await self.connection.execute(statement)).mappings())
