"""Races over the catalogue: two keepers put one checked file in force, and two put in force what was compared with the same day.

One wins; the others are told so, and what to do. Beside each race stands its twin with the naive code.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import select

from intake.model.exchange import GivenFile
from intake.model.ids import ServiceCode
from intake.usecases.catalogue.exchange import write_item
from intake.usecases.catalogue.importing import CheckFiles
from jiujinban.importing import OPERATOR
from storage.sql.store import Store
from storage.sql.tables import audit_entries, item_versions
from tests.contract.nouns import TODAY, item
from tests.desks import plain_desk
from tests.race import import_runners as runners
from tests.race.test_store_races import over_connections

CODE = ServiceCode("MZ01")


async def check(store: Store, *names: str) -> None:
    """Files that wait for a keeper's word, all compared with the catalogue as it is: each gives the item another name."""
    desk = plain_desk(store)
    for name in names:
        row = write_item(item(code=CODE, name=name))
        row["availability"] = {"county": "direct", "township": "direct", "village": "proxy"}
        file = GivenFile(f"{name}.json", json.dumps([row]).encode())
        checked = await desk.catalogue.stage_import(CheckFiles(OPERATOR, [file]))
        assert not checked.report.faults


async def names_given(store: Store) -> Sequence[str]:
    """The name of the item in each of its versions."""
    async with store.open_view() as view:
        rows = await view.catalogue.connection.execute(
            select(item_versions.c.document).order_by(item_versions.c.version)
        )
        return [document.name for document in rows.scalars()]


async def imports_audited(store: Store) -> int:
    """How often the trail says that a catalogue was put in force."""
    async with store.open_view() as view:
        acts = select(audit_entries.c.place).where(audit_entries.c.act == "catalogue.import")
        return len((await view.catalogue.connection.execute(acts)).all())


async def test_a_checked_file_is_put_in_force_once(store: Store, database_url: str) -> None:
    """Ten presses on one file: one version, one entry in the trail, and nine who are told what to do."""
    await check(store, "甲案")
    runners.told.clear()

    won = await over_connections(database_url, runners.apply, 10)

    assert len(won) == 1
    assert await names_given(store) == ["甲案"]
    assert await imports_audited(store) == 1
    assert len(runners.told) == 9
    assert {code for code, _ in runners.told} <= {"stale", "not_now"}
    assert all(next_step for _, next_step in runners.told)


async def test_twin_that_looks_first_puts_it_in_force_ten_times(store: Store, database_url: str) -> None:
    """All ten keepers believe that the import was theirs."""
    await check(store, "甲案")
    assert len(await over_connections(database_url, runners.apply_naively, 10)) == 10


async def test_a_comparison_that_is_out_of_date_is_not_applied(store: Store, database_url: str) -> None:
    """Two files were compared with one catalogue: after the first, nobody has seen what the second would change."""
    await check(store, "甲案", "乙案")
    runners.told.clear()

    won = await over_connections(database_url, runners.apply, 10)

    assert len(won) == 1
    assert len(await names_given(store)) == 1
    async with store.open_view() as view:
        current = await view.catalogue.current(CODE, TODAY)
        waiting = [one for one in await view.imports.recent() if one.id != won[0]]
    assert [one.file for one in waiting] != [f"{current.name}.json"]
    assert [one.state for one in waiting] == ["checked"]
    assert len(runners.told) == 9


async def test_twin_applies_what_was_compared_with_another_catalogue(store: Store, database_url: str) -> None:
    """One keeper's names are written over by the other's, and neither was shown it."""
    await check(store, "甲案", "乙案")
    await over_connections(database_url, runners.apply_naively, 10)
    assert {"甲案", "乙案"} <= set(await names_given(store))
