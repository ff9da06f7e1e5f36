"""A unit of work: everything in it happens, or nothing, and those who look wait for nobody."""

import asyncio

import pytest

from intake.errors import NotFound
from storage.sql.engines import BadAddress
from storage.sql.store import Store
from tests.contract.nouns import NOW, TODAY, draft, item, open_time, person
from tests.contract.stores import KEYS


async def test_leaving_without_commit_undoes_everything(store: Store) -> None:
    """The refusal at the end takes the beginning back."""
    elder, case = person(), draft()

    async def adds_and_refuses() -> None:
        async with store.open_uow() as uow:
            await uow.people.add(elder)
            await uow.cases.add(case)
            raise NotFound

    with pytest.raises(NotFound):
        await adds_and_refuses()

    async with store.open_view() as view:
        with pytest.raises(NotFound):
            await view.people.person(elder.id)
        with pytest.raises(NotFound):
            await view.cases.get(case.id)


async def test_a_view_sees_one_instant(store: Store) -> None:
    """A page never shows half of somebody else's change."""
    async with store.open_uow() as uow:
        await uow.catalogue.replace([item()], TODAY)
        await uow.commit()

    async with store.open_view() as view:
        before = await view.catalogue.revision()
        async with store.open_uow() as uow:
            await uow.catalogue.replace([item(minutes=99)], TODAY)
            await uow.commit()
        assert await view.catalogue.revision() == before
        assert [i.minutes for i in await view.catalogue.all_current(TODAY)] == [10]

    async with store.open_view() as view:
        assert [i.minutes for i in await view.catalogue.all_current(TODAY)] == [99]


async def test_a_view_does_not_wait_for_a_writer(store: Store) -> None:
    """The queue screen goes on while an import runs."""
    async with store.open_uow() as uow:
        await uow.slots.open([open_time()])
        async with asyncio.timeout(2), store.open_view() as view:
            assert await view.slots.free(at={(open_time().hall, open_time().group)}, now=NOW, after=NOW) == ()


async def test_a_view_cannot_change_anything(store: Store) -> None:
    """Whoever only looks is held to it by the database."""
    with pytest.raises(Exception, match=r"(?i)read-?only"):
        async with store.open_view() as view:
            await view.people.add(person())


async def test_a_cancelled_caller_leaves_no_lock_behind(store: Store) -> None:
    """The phone hung up in the middle; the next one is served."""
    entered = asyncio.Event()

    async def never_finishes() -> None:
        async with store.open_uow() as uow:
            await uow.numbers.next("series")
            entered.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(never_finishes())
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    async with asyncio.timeout(2), store.open_uow() as uow:
        assert await uow.numbers.next("series") == 1


async def test_a_caller_cancelled_within_a_statement_leaves_no_lock_behind(store: Store) -> None:
    """The phone hung up while the database was at work."""

    async def books(entered: asyncio.Event) -> None:
        async with store.open_uow() as uow:
            entered.set()
            for _ in range(50):
                await uow.numbers.next("series")

    for steps in range(20):
        entered = asyncio.Event()
        task = asyncio.create_task(books(entered))
        async with asyncio.timeout(5):
            await entered.wait()
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])

    async with asyncio.timeout(5), store.open_uow() as uow:
        assert await uow.numbers.next("series") == 1


async def test_ping_answers(store: Store) -> None:
    """The health page asks the database itself."""
    await store.ping()


@pytest.mark.parametrize("url", ["mysql://a/b", "no address", "sqlite://", "sqlite:///:memory:"])
def test_an_address_that_cannot_be_opened_is_refused_at_once(url: str) -> None:
    """A typing error stops the start, not the first booking."""
    with pytest.raises(BadAddress):
        Store.open(url, KEYS)
