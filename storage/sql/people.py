"""People as rows: what identifies or reaches a person lies sealed, and is found through a keyed hash."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, case, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.errors import NotFound, Stale
from intake.model.ids import AccountCode, HallCode, MandateId, PersonId, VillageCode
from intake.model.people import Account, IdNumber, Lockout, Mandate, Person, Role, Session
from storage.crypto import Sealer
from storage.sql.prepared import Prepared, at_once, given
from storage.sql.rows import Values, add_once, as_noun, as_row, insert_into, one, put
from storage.sql.tables import accounts, lockouts, mandates, people, sessions

_LATEST = 200


class SqlPeople:
    """People, accounts, sessions and mandates in one unit of work."""

    def __init__(self, connection: AsyncConnection, sealer: Sealer) -> None:
        self.connection = connection
        self._sealer = sealer

    async def person(self, person: PersonId) -> Person:
        row = await one(self.connection, people, people.c.id == person)
        if row is None:
            raise NotFound
        return self.person_in(row)

    async def village_of(self, person: PersonId) -> VillageCode | None:
        rows = await at_once(self.connection, lambda run: run(VILLAGE_OF, {"person": person}))
        if not rows:
            raise NotFound
        village: VillageCode | None = rows[0][0]
        return village

    async def by_id_number(self, number: IdNumber) -> Person | None:
        indexed = people.c.id_number_index == self._sealer.keys.look_up(number.value)
        row = await one(self.connection, people, indexed)
        return None if row is None else self.person_in(row)

    async def in_village(self, village: VillageCode) -> tuple[Person, ...]:
        rows = await self.connection.execute(select(people).where(people.c.village == village))
        # A birth date in the clear would sort them in SQL and give away half of the ID number.
        return tuple(sorted(map(self.person_in, rows.mappings()), key=lambda p: (p.id_number.birth, p.id)))

    async def add(self, person: Person) -> None:
        if not await add_once(self.connection, people, self._person_row(person)):
            raise Stale(what=f"{person.name}的登记")

    async def account(self, code: AccountCode) -> Account | None:
        return await self._one_account(accounts.c.code == code)

    async def account_of(self, person: PersonId) -> Account | None:
        # By the person alone: with the role as well, SQLite would walk through all the county's citizens.
        rows = await self.connection.execute(select(accounts).where(accounts.c.person == person))
        theirs = map(self.account_in, rows.mappings())
        return next((account for account in theirs if account.role is Role.CITIZEN), None)

    async def accounts(self, *, role: Role | None = None) -> tuple[Account, ...]:
        statement = select(accounts).order_by(accounts.c.code)
        if role is not None:
            statement = statement.where(accounts.c.role == role)
        return tuple(map(self.account_in, (await self.connection.execute(statement)).mappings()))

    async def proxy_of(self, village: VillageCode) -> Account | None:
        serving = (accounts.c.village == village, accounts.c.role == Role.PROXY, accounts.c.active)
        return await self._one_account(*serving)

    async def put_account(self, account: Account, *, token_hash: str = "") -> None:
        row = as_row(account)
        row["phone_sealed"] = self._sealer.seal_text(row.pop("phone"), f"account.phone:{account.code}")
        # Without a token the one a device already has stays: importing the county again must not lock devices out.
        await put(self.connection, accounts, [row | ({"token_hash": token_hash} if token_hash else {})])

    async def device_by_token(self, token_hash: str) -> Account | None:
        device = (accounts.c.token_hash == token_hash, accounts.c.role == Role.DEVICE, accounts.c.active)
        return await self._one_account(*device)

    async def open_session(self, session: Session) -> None:
        await put(self.connection, sessions, [as_row(session)])

    async def session(self, token_hash: str) -> Session | None:
        row = await one(self.connection, sessions, sessions.c.token_hash == token_hash)
        return None if row is None else as_noun(Session, row)

    async def end_session(self, token_hash: str) -> None:
        await self.connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash))

    async def see_session(self, token_hash: str, at: datetime) -> None:
        seen = update(sessions).where(sessions.c.token_hash == token_hash).values(seen_at=at)
        await self.connection.execute(seen)

    async def end_sessions(self, account: AccountCode) -> int:
        return (await self.connection.execute(delete(sessions).where(sessions.c.account == account))).rowcount

    async def forget_sessions(self, before: datetime) -> int:
        await self.connection.execute(delete(lockouts).where(lockouts.c.last_at < before))
        return (
            await self.connection.execute(delete(sessions).where(sessions.c.expires_at < before))
        ).rowcount

    async def lockout(self, place: str) -> Lockout | None:
        row = await one(self.connection, lockouts, lockouts.c.place == place)
        return None if row is None else as_noun(Lockout, row)

    async def wrong_secret(self, place: str, at: datetime, since: datetime) -> int:
        insert = insert_into(self.connection, lockouts).values(place=place, wrong=1, last_at=at)
        again = case((lockouts.c.last_at < since, 1), else_=lockouts.c.wrong + 1)
        counted = insert.on_conflict_do_update(
            index_elements=["place"], set_={"wrong": again, "last_at": at}
        ).returning(lockouts.c.wrong)
        return int((await self.connection.execute(counted)).scalar_one())

    async def lock(self, place: str, until: datetime) -> None:
        locked = update(lockouts).where(lockouts.c.place == place).values(locked_until=until, wrong=0)
        await self.connection.execute(locked)

    async def right_secret(self, place: str) -> None:
        await self.connection.execute(delete(lockouts).where(lockouts.c.place == place))

    async def at_hall(self, hall: HallCode) -> tuple[Account, ...]:
        here = select(accounts).where(accounts.c.hall == hall, accounts.c.active).order_by(accounts.c.code)
        return tuple(map(self.account_in, (await self.connection.execute(here)).mappings()))

    async def mandate(self, mandate: MandateId) -> Mandate:
        row = await one(self.connection, mandates, mandates.c.id == mandate)
        if row is None:
            raise NotFound
        return as_noun(Mandate, row)

    async def given_by(self, person: PersonId) -> tuple[Mandate, ...]:
        return await self._mandates(mandates.c.person == person)

    async def held_by(self, proxy: AccountCode) -> tuple[Mandate, ...]:
        return await self._mandates(mandates.c.proxy == proxy)

    async def revoke_mandate(self, mandate: MandateId, by: AccountCode, why: str, at: datetime) -> bool:
        in_force = (mandates.c.id == mandate, mandates.c.revoked_at.is_(None))
        statement = update(mandates).where(*in_force).values(revoked_at=at, revoked_by=by, revoked_why=why)
        return (await self.connection.execute(statement)).rowcount == 1

    async def _mandates(self, *where: ColumnElement[bool]) -> tuple[Mandate, ...]:
        newest = (mandates.c.given_at.desc(), mandates.c.id.desc())
        statement = select(mandates).where(*where).order_by(*newest).limit(_LATEST)
        return tuple(as_noun(Mandate, row) for row in (await self.connection.execute(statement)).mappings())

    async def add_mandate(self, mandate: Mandate) -> None:
        await self.connection.execute(mandates.insert().values(as_row(mandate)))

    async def mandates(self, person: PersonId, proxy: AccountCode) -> tuple[Mandate, ...]:
        given = (mandates.c.person == person, mandates.c.proxy == proxy)
        statement = select(mandates).where(*given).order_by(mandates.c.given_at.desc(), mandates.c.id.desc())
        return tuple(as_noun(Mandate, row) for row in (await self.connection.execute(statement)).mappings())

    async def _one_account(self, *where: ColumnElement[bool]) -> Account | None:
        statement = select(accounts).where(*where).order_by(accounts.c.code).limit(1)
        row = (await self.connection.execute(statement)).mappings().first()
        return None if row is None else self.account_in(row)

    def _person_row(self, person: Person) -> Values:
        number = person.id_number.value
        return {
            "id": person.id,
            "name": person.name,
            "id_number_sealed": self._sealer.seal_text(number, f"person.id_number:{person.id}"),
            "id_number_index": self._sealer.keys.look_up(number),
            "phone_sealed": self._sealer.seal_text(person.phone, f"person.phone:{person.id}"),
            "address_sealed": self._sealer.seal_text(person.address, f"person.address:{person.id}"),
            "village": person.village,
            "tags": person.tags,
        }

    def person_in(self, row: RowMapping | Values) -> Person:
        """The person a row holds."""
        return Person(
            id=row["id"],
            name=row["name"],
            id_number=IdNumber(
                self._sealer.open_text(row["id_number_sealed"], f"person.id_number:{row['id']}")
            ),
            phone=self._sealer.open_text(row["phone_sealed"], f"person.phone:{row['id']}"),
            village=row["village"],
            address=self._sealer.open_text(row["address_sealed"], f"person.address:{row['id']}"),
            tags=row["tags"],
        )

    def account_in(self, row: RowMapping | Values) -> Account:
        """The account a row holds."""
        return account_in(row, self._sealer)


def account_in(row: RowMapping | Values, sealer: Sealer) -> Account:
    """The account a row holds."""
    phone = sealer.open_text(row["phone_sealed"], f"account.phone:{row['code']}")
    return as_noun(Account, {**row, "phone": phone})


VILLAGE_OF = Prepared(select(people.c.village).where(people.c.id == given("person", people.c.id)))
