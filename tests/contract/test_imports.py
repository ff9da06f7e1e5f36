"""待确认导入: what was read of a file comes back as it was, however much it is and whichever release kept it."""

from __future__ import annotations

import zlib

from sqlalchemy import update

from intake.model.catalogue import Bundle, ServiceItem
from intake.model.exchange import CatalogueContent, ImportReport, ImportState, WaitingImport
from intake.model.ids import AccountCode, BundleCode, ImportId, ServiceCode
from storage.sql.columns import adapter
from storage.sql.store import Store
from storage.sql.tables import catalogue_imports
from tests.contract.nouns import NOW, TODAY, fresh, item

BUNDLES = (Bundle(BundleCode("YJ-CS"), "出生一件事", "孩子出生后的事。", (), (ServiceCode("MZ000"),)),)


def items(count: int) -> tuple[ServiceItem, ...]:
    """So many items, told apart by their codes."""
    return tuple(item(code=f"MZ{n:03}") for n in range(count))


async def kept(store: Store, content: CatalogueContent) -> WaitingImport:
    """A checked file with this content."""
    waiting = WaitingImport(
        ImportId(fresh("import")), "清单.xlsx", AccountCode("keeper"), "管理员", NOW, whole=False, begins=TODAY,
        state=ImportState.CHECKED, stamp="", report=ImportReport(len(content.items), 0, (), ()),
    )  # fmt: skip
    async with store.open_uow() as uow:
        await uow.imports.add(waiting, await uow.imports.packed(content))
        await uow.commit()
    return waiting


async def content_of(store: Store, waiting: WaitingImport) -> CatalogueContent:
    """What was read of the file."""
    async with store.open_view() as view:
        return await view.imports.content(waiting.id)


async def test_many_items_come_back_in_their_order(store: Store) -> None:
    """More than are kept in one piece, and the bundles with them."""
    content = CatalogueContent(items(120), BUNDLES)

    assert await content_of(store, await kept(store, content)) == content


async def test_a_file_without_items_comes_back_too(store: Store) -> None:
    """Bundles may come alone."""
    content = CatalogueContent((), BUNDLES)

    assert await content_of(store, await kept(store, content)) == content


async def test_what_an_earlier_release_kept_in_one_piece_is_read(store: Store) -> None:
    """A file that was checked before the server was brought up to date may be applied after it."""
    content = CatalogueContent(items(3), BUNDLES)
    waiting = await kept(store, CatalogueContent())
    whole = zlib.compress(adapter(CatalogueContent).dump_json(content), 1)
    async with store.open_uow() as uow:
        mine = update(catalogue_imports).where(catalogue_imports.c.id == waiting.id)
        await uow.imports.connection.execute(mine.values(content=whole))
        await uow.commit()

    assert await content_of(store, waiting) == content


async def test_the_last_files_come_newest_first(store: Store) -> None:
    """Each with its own report."""
    first = await kept(store, CatalogueContent(items(1)))
    second = await kept(store, CatalogueContent(items(2)))

    async with store.open_view() as view:
        recent = await view.imports.recent()

    assert recent == (second, first)
