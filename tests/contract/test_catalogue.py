"""事项清单: versions that follow each other, and readers who always see the ones in force."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from intake.errors import UnknownService
from intake.model.catalogue import Bundle, ServiceItem
from intake.model.ids import BundleCode, ServiceCode
from storage.sql.catalogue import SqlCatalogue
from storage.sql.store import Store
from tests.contract.nouns import TODAY, item

TOMORROW = TODAY + timedelta(days=1)
NEXT_MONTH = TODAY + timedelta(days=30)
BIRTH = Bundle(BundleCode("YJ-CS"), "出生一件事", "孩子出生后的事。", ("出生联办",), (ServiceCode("MZ01"),))
BIRTH_LATER = (replace(BIRTH, name="新生儿一件事"),)

Begin = Callable[[SqlCatalogue], Awaitable[object]]


async def test_an_item_comes_back_as_it_was_put(store: Store) -> None:
    """Every nested value survives: materials, neighbours, phrasings, exceptions of single halls."""
    async with store.open_uow() as uow:
        await uow.catalogue.replace([item()], TODAY)
        await uow.commit()

    async with store.open_view() as view:
        found = await view.catalogue.current(ServiceCode("MZ01"), TODAY)

    assert found == item(valid_from=TODAY)


async def test_only_what_differs_becomes_a_new_version(store: Store) -> None:
    """Importing the same file again changes nothing, whatever version numbers it carries."""
    async with store.open_uow() as uow:
        await uow.catalogue.replace([item(), item(code="MZ02")], TODAY)
        await uow.commit()

    async with store.open_uow() as uow:
        changed = await uow.catalogue.replace([item(version=7), item(code="MZ02", minutes=99)], TOMORROW)
        await uow.commit()

    assert changed == 1
    async with store.open_view() as view:
        assert (await view.catalogue.current(ServiceCode("MZ01"), TOMORROW)).version == 1
        assert (await view.catalogue.current(ServiceCode("MZ02"), TOMORROW)).version == 2


async def test_each_day_has_exactly_one_version(store: Store) -> None:
    """The day before a change still reads as it did; the old version says when it ended."""
    async with store.open_uow() as uow:
        await uow.catalogue.replace([item()], TODAY)
        await uow.catalogue.replace([item(minutes=20)], TOMORROW)
        await uow.commit()

    async with store.open_view() as view:
        before = await view.catalogue.current(ServiceCode("MZ01"), TODAY)
        after = await view.catalogue.current(ServiceCode("MZ01"), TOMORROW)

    assert (before.minutes, before.valid_to) == (10, TOMORROW)
    assert (after.minutes, after.valid_from, after.valid_to) == (20, TOMORROW, None)


async def test_a_version_replaced_on_its_first_day_stays_for_its_cases(store: Store) -> None:
    """Somebody opened a case in the morning; the correction of noon does not take its version away."""
    async with store.open_uow() as uow:
        await uow.catalogue.replace([item()], TODAY)
        await uow.catalogue.replace([item(minutes=20)], TODAY)
        await uow.commit()

    async with store.open_view() as view:
        assert (await view.catalogue.current(ServiceCode("MZ01"), TODAY)).minutes == 20
        assert (await view.catalogue.version(ServiceCode("MZ01"), 1)).minutes == 10


async def test_unknown_items_are_refused_by_name(store: Store) -> None:
    """No such code, not yet in force, and no such version are one refusal."""
    async with store.open_uow() as uow:
        await uow.catalogue.replace([item()], TODAY)
        with pytest.raises(UnknownService):
            await uow.catalogue.current(ServiceCode("XX99"), TODAY)
        with pytest.raises(UnknownService):
            await uow.catalogue.current(ServiceCode("MZ01"), TODAY - timedelta(days=1))
        with pytest.raises(UnknownService):
            await uow.catalogue.version(ServiceCode("MZ01"), 2)


async def test_all_items_in_force_are_listed_by_code(store: Store) -> None:
    """The list of a day holds one version of each item and nothing from the future."""
    async with store.open_uow() as uow:
        await uow.catalogue.replace([item(code="MZ02"), item(code="MZ01")], TODAY)
        await uow.catalogue.replace([item(code="MZ03")], TOMORROW)
        await uow.commit()

    async with store.open_view() as view:
        today = [i.code for i in await view.catalogue.all_current(TODAY)]
        tomorrow = [i.code for i in await view.catalogue.all_current(TOMORROW)]

    assert today == ["MZ01", "MZ02"]
    assert tomorrow == ["MZ01", "MZ02", "MZ03"]


async def test_another_process_sees_a_change_at_once(store: Store, database_url: str) -> None:
    """What is kept parsed in one process is dropped as soon as another has imported."""
    other = Store.open(database_url, store.keys)
    async with store.open_uow() as uow:
        await uow.catalogue.replace([item()], TODAY)
        await uow.commit()
    async with other.open_view() as view:
        await view.catalogue.all_current(TODAY)

    async with store.open_uow() as uow:
        await uow.catalogue.replace([item(minutes=20)], TODAY)
        await uow.commit()
    async with other.open_view() as view:
        seen = [i.minutes for i in await view.catalogue.all_current(TODAY)]
        one = (await view.catalogue.current(ServiceCode("MZ01"), TODAY)).minutes
    await other.close()

    assert (seen, one) == ([20], 20)


async def test_an_import_that_is_undone_leaves_nothing_in_memory(store: Store) -> None:
    """An import read its own items and then failed; the next one has the same revision number and other items."""
    async with store.open_uow() as uow:
        await uow.catalogue.replace([item(minutes=99)], TODAY)
        await uow.catalogue.all_current(TODAY)
    async with store.open_uow() as uow:
        await uow.catalogue.replace([item(minutes=20)], TODAY)
        await uow.commit()

    async with store.open_view() as view:
        assert [i.minutes for i in await view.catalogue.all_current(TODAY)] == [20]


async def test_the_revision_grows_with_every_change(store: Store) -> None:
    """Whoever keeps an index of the items knows by the number when to build it again."""
    async with store.open_view() as view:
        first = await view.catalogue.revision()
    async with store.open_uow() as uow:
        await uow.catalogue.replace([item()], TODAY)
        await uow.commit()
    async with store.open_view() as view:
        assert await view.catalogue.revision() > first


async def revision(store: Store) -> int:
    """The number by which an index of the items is known to be out of date."""
    async with store.open_view() as view:
        return await view.catalogue.revision()


async def import_twice(store: Store, begin: Begin = SqlCatalogue.lock) -> int:
    """By how much the revision has grown when what is in force was imported again."""
    async with store.open_uow() as uow:
        await uow.catalogue.replace([item(), item(code="MZ02")], TODAY)
        await uow.catalogue.replace([item(minutes=20)], NEXT_MONTH)
        await uow.catalogue.put_bundles([BIRTH])
        await uow.commit()
    before = await revision(store)
    async with store.open_uow() as uow:
        await begin(uow.catalogue)
        assert await uow.catalogue.replace([item(version=7), item(code="MZ02")], TODAY) == 0
        assert await uow.catalogue.replace([item(minutes=20)], NEXT_MONTH) == 0
        assert not await uow.catalogue.put_bundles([BIRTH])
        await uow.commit()
    return await revision(store) - before


async def test_what_is_in_force_already_leaves_the_revision_alone(store: Store) -> None:
    """A server is started again and imports the reference once more: nobody builds an index anew for that."""
    assert await import_twice(store) == 0


async def test_an_import_that_says_so_before_it_has_looked_begins_a_revision_for_nothing(
    store: Store,
) -> None:
    """The twin: whoever lets the revision grow in order to be alone is seen by the scene above."""
    assert await import_twice(store, SqlCatalogue.grow) == 1


async def test_an_import_makes_one_revision_however_much_it_changes(store: Store) -> None:
    """Items of two days, a withdrawn one and bundles come together, and an index is built once for them."""
    before = await revision(store)
    async with store.open_uow() as uow:
        await uow.catalogue.replace([item(), item(code="MZ02")], TODAY)
        await uow.catalogue.replace([item(minutes=20)], NEXT_MONTH)
        assert await uow.catalogue.withdraw([ServiceCode("MZ02")], TOMORROW) == 1
        assert await uow.catalogue.put_bundles([BIRTH])
        await uow.commit()

    assert await revision(store) == before + 1


async def test_what_is_withdrawn_already_leaves_the_revision_alone(store: Store) -> None:
    """The item's later version is gone with it, and need not go again."""
    async with store.open_uow() as uow:
        await uow.catalogue.replace([item()], TODAY)
        await uow.catalogue.replace([item(minutes=20)], NEXT_MONTH)
        await uow.catalogue.withdraw([ServiceCode("MZ01")], TOMORROW)
        await uow.commit()
    before = await revision(store)

    async with store.open_uow() as uow:
        assert await uow.catalogue.withdraw([ServiceCode("MZ01")], TOMORROW) == 0
        await uow.commit()

    assert await revision(store) == before


@pytest.mark.parametrize("changed", [BIRTH_LATER, ()])
async def test_bundles_that_differ_begin_a_revision(store: Store, changed: tuple[Bundle, ...]) -> None:
    """Another name is enough, and so is none at all."""
    async with store.open_uow() as uow:
        await uow.catalogue.put_bundles([BIRTH])
        await uow.commit()
    before = await revision(store)

    async with store.open_uow() as uow:
        assert await uow.catalogue.put_bundles(changed)
        await uow.commit()

    assert await revision(store) == before + 1


async def test_of_those_who_ask_at_once_one_reads(store: Store) -> None:
    """After an import everybody finds nothing kept: they wait for the one who reads, and share what was read."""
    async with store.open_uow() as uow:
        await uow.catalogue.replace([item(), item(code="MZ02")], TODAY)
        await uow.commit()

    async def ask() -> tuple[ServiceItem, ...]:
        async with store.open_view() as view:
            return await view.catalogue.all_current(TODAY)

    one, other, third = await asyncio.gather(ask(), ask(), ask())

    assert [item.code for item in one] == ["MZ01", "MZ02"]
    assert one is other is third


async def test_an_earlier_version_ends_where_a_waiting_one_begins(store: Store) -> None:
    """A change decided for next month stays decided, whatever is corrected until then; no day has two versions."""
    async with store.open_uow() as uow:
        await uow.catalogue.replace([item(minutes=20)], NEXT_MONTH)
        await uow.catalogue.replace([item(minutes=30)], TODAY)
        await uow.catalogue.replace([item(minutes=40)], TOMORROW)
        await uow.commit()

    async with store.open_view() as view:
        waiting = await view.catalogue.beginnings(TODAY)
        minutes = [
            (await view.catalogue.current(ServiceCode("MZ01"), day)).minutes
            for day in (TODAY, TOMORROW, NEXT_MONTH - timedelta(days=1), NEXT_MONTH)
        ]

    assert minutes == [30, 40, 40, 20]
    assert waiting == {"MZ01": (TOMORROW, NEXT_MONTH)}


async def test_a_withdrawn_item_is_gone_with_what_waited(store: Store) -> None:
    """From its day on nobody can apply for it; the cases of the day before keep their version."""
    async with store.open_uow() as uow:
        await uow.catalogue.replace([item(), item(code="MZ02")], TODAY)
        await uow.catalogue.replace([item(minutes=20)], NEXT_MONTH)
        gone = await uow.catalogue.withdraw([ServiceCode("MZ01")], TOMORROW)
        await uow.commit()

    assert gone == 1
    async with store.open_view() as view:
        assert [i.code for i in await view.catalogue.all_current(TODAY)] == ["MZ01", "MZ02"]
        assert [i.code for i in await view.catalogue.all_current(TOMORROW)] == ["MZ02"]
        assert [i.code for i in await view.catalogue.all_current(NEXT_MONTH)] == ["MZ02"]
        assert (await view.catalogue.version(ServiceCode("MZ01"), 1)).valid_to == TOMORROW


async def test_the_stamp_tells_whether_an_item_has_changed(store: Store) -> None:
    """The same items give the same stamp, also after something was taught; one item's change another."""
    async with store.open_uow() as uow:
        await uow.catalogue.replace([item()], TODAY)
        await uow.commit()
    async with store.open_view() as view:
        first = await view.catalogue.stamp()
    async with store.open_uow() as uow:
        await uow.catalogue.grow()
        await uow.commit()
    async with store.open_view() as view:
        taught = await view.catalogue.stamp()
    async with store.open_uow() as uow:
        await uow.catalogue.replace([item(minutes=20)], TODAY)
        await uow.commit()
    async with store.open_view() as view:
        changed = await view.catalogue.stamp()

    assert taught == first
    assert changed != first
