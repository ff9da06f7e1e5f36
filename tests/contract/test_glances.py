"""一瞥: what every request looks at first is as fresh as a look of one's own, on one kept connection and without it."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from intake.errors import NotFound, UnknownService
from intake.model.catalogue import ServiceItem
from intake.model.ids import PersonId
from intake.model.people import Account, Door, Session
from intake.ports import Rules
from storage.sql.glances import SqlGlances
from storage.sql.store import Store
from tests.contract.nouns import NOW, TODAY, account, item, person
from tests.contract.stores import KEYS

ELDER = account(phone="13900000077")


async def sign_in(store: Store, *tokens: str, whose: Account = ELDER) -> None:
    """Sessions of one account."""
    async with store.open_uow() as uow:
        await uow.people.put_account(whose)
        for token in tokens:
            await uow.people.open_session(
                Session(token, whose.code, Door.PHONE, NOW + timedelta(hours=12), NOW)
            )
        await uow.commit()


async def put_item(store: Store, its: ServiceItem) -> None:
    """One item in force."""
    async with store.open_uow() as uow:
        await uow.catalogue.replace([its], TODAY)
        await uow.commit()


async def test_a_badge_is_the_session_and_whose_it_is(store: Store) -> None:
    """With the telephone that was sealed, and the rules of the county."""
    await sign_in(store, "token")

    badge = await SqlGlances(store).badge("token")

    assert badge.session is not None
    assert (badge.session.account, badge.account) == (ELDER.code, ELDER)
    assert badge.rules == Rules()


async def test_an_unknown_token_opens_nothing(store: Store) -> None:
    """Nobody is mistaken for somebody else."""
    await sign_in(store, "token")

    badge = await SqlGlances(store).badge("guess")

    assert (badge.session, badge.account) == (None, None)


async def test_a_session_that_was_ended_is_over_for_the_next_look(database_url: str, store: Store) -> None:
    """Also when another process ended it: nothing of a session is kept between two looks."""
    await sign_in(store, "token")
    glances, elsewhere = SqlGlances(store), Store.open(database_url, KEYS)
    assert (await glances.badge("token")).session is not None

    async with elsewhere.open_uow() as uow:
        await uow.people.end_session("token")
        await uow.commit()
    await elsewhere.close()

    assert (await glances.badge("token")).session is None


async def test_an_account_that_was_closed_is_closed_for_the_next_look(store: Store) -> None:
    """Whoever left their post does nothing more from an open page."""
    await sign_in(store, "token")
    glances = SqlGlances(store)
    assert (await glances.badge("token")).account == ELDER

    await sign_in(store, whose=replace(ELDER, active=False))

    assert (await glances.badge("token")).account == replace(ELDER, active=False)


async def test_many_who_look_at_once_each_see_their_own(store: Store) -> None:
    """Whether they share a look or not."""
    tokens = [f"token-{n}" for n in range(40)]
    await sign_in(store, *tokens[::2])
    glances = SqlGlances(store)

    badges = await asyncio.gather(*(glances.badge(token) for token in tokens))

    found = [badge.session.token_hash if badge.session else None for badge in badges]
    assert found == [token if n % 2 == 0 else None for n, token in enumerate(tokens)]


async def test_the_county_is_read_anew_when_its_revision_changes(store: Store) -> None:
    """New rules count from the next request on."""
    await sign_in(store, "token")
    glances = SqlGlances(store)
    assert (await glances.badge("token")).rules == Rules()

    async with store.open_uow() as uow:
        await uow.places.put_rules(Rules(session_hours=3))
        await uow.commit()

    assert (await glances.badge("token")).rules == Rules(session_hours=3)


async def test_the_catalogue_is_the_one_in_force(database_url: str, store: Store) -> None:
    """Whoever imports it, at whatever process: the next look shows it."""
    await put_item(store, item())
    glances, elsewhere = SqlGlances(store), Store.open(database_url, KEYS)
    before = await glances.catalogue(TODAY)

    await put_item(elsewhere, item(minutes=99))
    await elsewhere.close()

    assert [one.minutes for one in before.items.values()] == [item().minutes]
    assert (await glances.item(item().code, TODAY)).minutes == 99
    after = await glances.catalogue(TODAY)
    assert [one.minutes for one in after.items.values()] == [99]
    assert (await glances.catalogue(TODAY)).items == after.items


async def test_an_item_that_is_not_in_the_catalogue_is_unknown(store: Store) -> None:
    """Whether the day is kept or not."""
    glances = SqlGlances(store)
    with pytest.raises(UnknownService):
        await glances.item(item().code, TODAY)
    await glances.catalogue(TODAY)
    with pytest.raises(UnknownService):
        await glances.item(item().code, TODAY)


async def test_a_village_is_that_of_the_person(store: Store) -> None:
    """As it is registered now; whoever is not registered has none."""
    moved = person()
    async with store.open_uow() as uow:
        await uow.people.add(moved)
        await uow.commit()

    assert await SqlGlances(store).village_of(moved.id) == moved.village
    with pytest.raises(NotFound):
        await SqlGlances(store).village_of(PersonId("nobody"))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_kept_connection_that_is_gone_is_replaced(store: Store) -> None:
    """Nobody is asked to sign in because a file was closed."""
    await sign_in(store, "token")
    glances = SqlGlances(store)
    await glances.badge("token")

    store._engines.glances._bare.close()  # type: ignore[attr-defined]  # noqa: SLF001 (what no scene can bring about)

    assert (await glances.badge("token")).account == ELDER
    assert (await glances.badge("token")).account == ELDER


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_server_that_restarts_is_asked_again(store: Store, database_url: str) -> None:
    """Every line to it was cut; the next look opens one."""
    await sign_in(store, "token")
    glances, other = SqlGlances(store), Store.open(database_url, KEYS)
    await glances.badge("token")

    async with other.writing() as connection:
        mine = text(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await connection.execute(mine)
    await other.close()

    assert (await glances.badge("token")).account == ELDER
    assert (await glances.badge("token")).account == ELDER
