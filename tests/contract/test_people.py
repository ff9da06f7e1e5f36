"""People as kept: found by their number, read by nobody who only has the file."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from intake.errors import NotFound, Stale
from intake.model.ids import AccountCode, MandateId, PersonId, ServiceCode, VillageCode
from intake.model.people import Door, Mandate, Role, Session
from storage.crypto import SealBroken
from storage.sql import tables
from storage.sql.store import Store
from tests.contract.nouns import NOW, TODAY, account, id_number, person

VILLAGE = VillageCode("330727001201")


async def test_a_person_comes_back_whole(store: Store) -> None:
    """Name, number, telephone, address and what entitles to the green channel."""
    elder = person()
    async with store.open_uow() as uow:
        await uow.people.add(elder)
        await uow.commit()

    async with store.open_view() as view:
        assert await view.people.person(elder.id) == elder


async def test_where_somebody_lives_is_asked_without_opening_anything_of_theirs(store: Store) -> None:
    """The nearest hall is named with every message; nobody's number is read for it."""
    elder = person()
    async with store.open_uow() as uow:
        await uow.people.add(elder)
        await uow.people.connection.execute(update(tables.people).values(id_number_sealed="YnJva2Vu"))
        await uow.commit()

    async with store.open_view() as view:
        assert await view.people.village_of(elder.id) == elder.village
        with pytest.raises(SealBroken):
            await view.people.person(elder.id)
        with pytest.raises(NotFound):
            await view.people.village_of(PersonId("nobody"))


async def test_a_person_is_found_by_the_number_on_the_card(store: Store) -> None:
    """The card reader says a number; the county knows who it is, or that it does not."""
    elder = person()
    async with store.open_uow() as uow:
        await uow.people.add(elder)
        await uow.commit()

    async with store.open_view() as view:
        assert await view.people.by_id_number(elder.id_number) == elder
        assert await view.people.by_id_number(id_number(999, birth="19991231")) is None


async def test_nobody_is_entered_twice(store: Store) -> None:
    """Two clerks who enter the same card at once: the second is told to look again."""
    elder = person()
    async with store.open_uow() as uow:
        await uow.people.add(elder)
        with pytest.raises(Stale):
            await uow.people.add(person(id_number=elder.id_number))


async def test_what_identifies_or_reaches_a_person_is_not_in_the_database(store: Store) -> None:
    """A stolen copy holds no number, telephone or address, nor a plain hash that could be tried out."""
    elder = person()
    async with store.open_uow() as uow:
        await uow.people.add(elder)
        await uow.people.put_account(account(phone="13900000077"))
        await uow.commit()
        rows = [
            *(await uow.people.connection.execute(select(tables.people))).all(),
            *(await uow.people.connection.execute(select(tables.accounts))).all(),
        ]

    told = str(rows)
    for secret in (elder.id_number.value, elder.phone, elder.address, "13900000077"):
        assert secret not in told


async def test_a_sealed_field_moved_to_another_person_is_noticed(store: Store) -> None:
    """Somebody with access to the database gives one person the number of another."""
    one, other = person(), person()
    async with store.open_uow() as uow:
        await uow.people.add(one)
        await uow.people.add(other)
        sealed = select(tables.people.c.phone_sealed).where(tables.people.c.id == one.id).scalar_subquery()
        swap = tables.people.update().where(tables.people.c.id == other.id).values(phone_sealed=sealed)
        await uow.people.connection.execute(swap)
        with pytest.raises(SealBroken):
            await uow.people.person(other.id)


async def test_a_village_lists_its_people_eldest_first(store: Store) -> None:
    """The proxy's list begins with those who need help most."""
    younger = person(id_number=id_number(1, birth="19600101"))
    elder = person(id_number=id_number(2, birth="19400101"))
    async with store.open_uow() as uow:
        for somebody in (younger, elder, person(village=VillageCode("elsewhere"))):
            await uow.people.add(somebody)
        await uow.commit()

    async with store.open_view() as view:
        assert await view.people.in_village(VILLAGE) == (elder, younger)


async def test_an_unknown_person_is_not_found(store: Store) -> None:
    """An id nobody has."""
    async with store.open_view() as view:
        with pytest.raises(NotFound):
            await view.people.person(PersonId("nobody"))


async def test_accounts_come_back_by_code_and_role(store: Store) -> None:
    """All, those of a role, one, or none."""
    clerk, proxy = account(code="b"), account(code="a", role=Role.PROXY, village=VILLAGE, groups=frozenset())
    async with store.open_uow() as uow:
        await uow.people.put_account(clerk)
        await uow.people.put_account(proxy)
        await uow.commit()

    async with store.open_view() as view:
        assert await view.people.accounts() == (proxy, clerk)
        assert await view.people.accounts(role=Role.CLERK) == (clerk,)
        assert await view.people.account(AccountCode("b")) == clerk
        assert await view.people.account(AccountCode("nobody")) is None
        assert await view.people.proxy_of(VILLAGE) == proxy
        assert await view.people.proxy_of(VillageCode("elsewhere")) is None


async def test_a_retired_proxy_does_not_serve_the_village(store: Store) -> None:
    """The successor is named, not whoever had the post."""
    retired = account(code="a", role=Role.PROXY, village=VILLAGE, active=False)
    successor = account(code="b", role=Role.PROXY, village=VILLAGE)
    async with store.open_uow() as uow:
        await uow.people.put_account(retired)
        await uow.people.put_account(successor)
        assert await uow.people.proxy_of(VILLAGE) == successor


async def test_a_person_has_the_citizen_account_and_not_the_post(store: Store) -> None:
    """A clerk who is also a citizen is told of private matters under the citizen account."""
    elder = PersonId("p-1")
    async with store.open_uow() as uow:
        await uow.people.put_account(account(code="a", person=elder))
        assert await uow.people.account_of(elder) is None
        citizen = account(code="b", role=Role.CITIZEN, person=elder)
        await uow.people.put_account(citizen)
        assert await uow.people.account_of(elder) == citizen


async def test_a_device_keeps_its_token_when_the_county_is_imported_again(store: Store) -> None:
    """An import must not lock every kiosk out; a new token voids the old one."""
    kiosk = account(code="kiosk-1", role=Role.DEVICE, groups=frozenset())
    async with store.open_uow() as uow:
        await uow.people.put_account(kiosk, token_hash="first")
        await uow.people.put_account(kiosk)
        assert await uow.people.device_by_token("first") == kiosk

        await uow.people.put_account(kiosk, token_hash="second")
        assert await uow.people.device_by_token("first") is None
        assert await uow.people.device_by_token("second") == kiosk


async def test_a_revoked_device_has_no_token(store: Store) -> None:
    """A stolen kiosk is shut out by its account."""
    async with store.open_uow() as uow:
        await uow.people.put_account(account(code="k", role=Role.DEVICE, active=False), token_hash="t")
        assert await uow.people.device_by_token("t") is None


async def test_a_session_lasts_until_it_is_ended(store: Store) -> None:
    """Signing out twice is no error."""
    session = Session("hash", AccountCode("citizen-1"), Door.WECHAT, NOW + timedelta(hours=12))
    async with store.open_uow() as uow:
        await uow.people.open_session(session)
        assert await uow.people.session("hash") == session
        await uow.people.end_session("hash")
        await uow.people.end_session("hash")
        assert await uow.people.session("hash") is None


async def test_mandates_are_listed_newest_first(store: Store) -> None:
    """The mandate that counts is the latest word of the elder."""
    first = Mandate(
        MandateId("m-1"),
        PersonId("p"),
        AccountCode("proxy"),
        ServiceCode("MZ01"),
        "同意代办",
        None,
        NOW,
        TODAY,
    )
    later = Mandate(
        MandateId("m-2"),
        PersonId("p"),
        AccountCode("proxy"),
        ServiceCode("MZ01"),
        "同意",
        None,
        NOW + timedelta(days=1),
        TODAY,
        revoked_at=NOW + timedelta(days=2),
    )
    async with store.open_uow() as uow:
        await uow.people.add_mandate(first)
        await uow.people.add_mandate(later)
        assert await uow.people.mandates(PersonId("p"), AccountCode("proxy")) == (later, first)
        assert await uow.people.mandates(PersonId("p"), AccountCode("another")) == ()


async def test_what_was_sealed_before_a_rotation_is_still_read(store: Store, database_url: str) -> None:
    """The operator changes the key; people of last year are found and read as before."""
    elder = person()
    async with store.open_uow() as uow:
        await uow.people.add(elder)
        await uow.commit()

    rotated = Store.open(database_url, store.keys.rotated())
    async with rotated.open_view() as view:
        found = await view.people.by_id_number(elder.id_number)
    await rotated.close()

    assert found == elder


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_file_itself_holds_no_number(store: Store, tmp_path: Path) -> None:
    """Not in a table, nor in the log that is written ahead of it."""
    elder = person()
    async with store.open_uow() as uow:
        await uow.people.add(elder)
        await uow.commit()

    written = b"".join((tmp_path / name).read_bytes() for name in ("store.db", "store.db-wal"))
    assert elder.name.encode() in written
    assert elder.id_number.value.encode() not in written
