"""A crowd of signed-in people before the same slots: who wants a place by the hundred, without a sign-in each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import insert

from intake.model.booking import BookingRules
from intake.model.catalogue import CounterGroup
from intake.model.ids import AccountCode, HallCode, PersonId, SlotId
from intake.model.people import Account, Door, IdNumber, Person, Role, Session, check_digit
from intake.model.places import OfferKind, slot_at
from intake.ports import Rules
from intake.usecases.people.signing import hash_token
from jiujinban.importing import import_catalogue_files, import_county_files
from jiujinban.reference import reference_folder
from jiujinban.settings import Settings
from jiujinban.wiring import open_house
from storage.crypto import Purpose, Sealer
from storage.sql import tables
from storage.sql.rows import as_row
from storage.sql.store import Store

ITEM, HALL = "MZ10", "county"


async def gather_crowd(url: str, state: Path, *, people: int, slots: int, places: int) -> list[str]:
    """The reference county with a crowd, each of whom is signed in, and slots of so many places; returns the slots."""
    settings = Settings(state=state, database_url=url)
    async with open_house(settings, listening=False) as house:
        folder = reference_folder()
        await import_county_files(house.desk, sorted((folder / "county").glob("*.json")))
        await import_catalogue_files(house.desk, [folder / "catalogue" / "civil_affairs.json"])
        unbounded = BookingRules(live_per_person=10**6, made_per_person_and_day=10**6, cool_down_minutes=0)
        async with house.store.open_uow() as uow:
            await uow.places.put_rules(Rules(booking=unbounded))
            await uow.commit()
        for first in range(0, people, 5_000):
            await sign_in_crowd(house.store, first, min(first + 5_000, people))
        return await _slots(house.store, slots, places)


async def press(http: aiohttp.ClientSession, url: str, person: int, slot: str) -> tuple[int, dict[str, Any]]:
    """One of the crowd presses 预约, every time with the same key."""
    wish = {"slot_id": slot, "service_code": ITEM}
    headers = {"Authorization": f"Bearer t{person}", "Idempotency-Key": f"press-{person}"}
    async with http.post(f"{url}/api/v1/appointments", json=wish, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


async def sign_in_crowd(store: Store, first: int, last: int) -> None:
    """People of a crowd by number, each with a session whose token is `t` and the number."""
    sealer = Sealer(store.keys, Purpose.FIELDS)
    expires = datetime.now(UTC) + timedelta(days=1)
    people: list[dict[str, Any]] = []
    accounts, sessions = [], []
    for n in range(first, last):
        first17 = f"33000019{n // 1000 % 100:02d}0101{n % 1000:03d}"
        person = Person(PersonId(f"b{n}"), f"群众{n}", IdNumber(first17 + check_digit(first17)), "", None, "")
        account = Account(AccountCode(f"b{n}"), person.name, Role.CITIZEN, person=person.id)
        number = sealer.seal_text(person.id_number.value, f"person.id_number:{person.id}")
        people.append(
            {"id": person.id, "name": person.name, "id_number_sealed": number, "id_number_index": f"b{n}",
             "phone_sealed": sealer.seal_text("", f"person.phone:{person.id}"),
             "address_sealed": sealer.seal_text("", f"person.address:{person.id}"),
             "village": None, "tags": frozenset()}
        )  # fmt: skip
        row = as_row(account)
        row.pop("phone")
        accounts.append({**row, "phone_sealed": sealer.seal_text("", f"account.phone:{account.code}")})
        sessions.append(as_row(Session(hash_token(f"t{n}"), account.code, Door.PHONE, expires)))
    async with store.writing() as connection:
        await connection.execute(insert(tables.people), people)
        await connection.execute(insert(tables.accounts), accounts)
        await connection.execute(insert(tables.sessions), sessions)
        await connection.commit()


async def _slots(store: Store, count: int, places: int) -> list[str]:
    # At minutes at which no hall opens a slot of its own.
    first = (datetime.now(UTC) + timedelta(days=7)).replace(minute=7, second=0, microsecond=0)
    rows = [
        {
            "id": _slot(start), "hall": HallCode(HALL), "group": CounterGroup.COMPREHENSIVE,
            "kind": OfferKind.RESERVED, "start": start, "end": start + timedelta(minutes=30),
            "online_capacity": places, "counter_capacity": 0, "notice_hours": 0, "book_before": start,
            "green_capacity": 0,
        }
        for start in (first + timedelta(minutes=30 * n) for n in range(count))
    ]  # fmt: skip
    async with store.writing() as connection:
        await connection.execute(insert(tables.slots), rows)
        await connection.commit()
    return [str(row["id"]) for row in rows]


def _slot(start: datetime) -> SlotId:
    return slot_at(HallCode(HALL), CounterGroup.COMPREHENSIVE, OfferKind.RESERVED, start)
