"""指标: every figure is what a patient person counts by hand, and the rows it lists are the rows it counted."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import pytest_asyncio

from intake.model.case import CaseState
from intake.model.figures import ListedRow, Listing, Month, Split
from intake.model.ids import AccountCode
from storage.sql.figures import LISTINGS
from storage.sql.store import Store
from storage.sql.uow import SqlUow
from tests.months import HALLS, MONTHS, TODAY, MadeMonths, fill, made_months, recount

KIOSK = AccountCode("kiosk-1")


@pytest_asyncio.fixture
async def made(store: Store) -> MadeMonths:
    """A county's three months, in the store."""
    months = made_months(400)
    await fill(store, months, singly=0)
    return months


async def test_every_figure_is_what_a_recount_says(store: Store) -> None:
    """All listings, all months, by hall, by person and by kind: counts and sums as counted by hand from the nouns."""
    made = made_months(3000)
    await fill(store, made, singly=100)
    async with store.open_view() as view:
        for listing in LISTINGS:
            for month in MONTHS:
                rows = recount(made, listing, month, TODAY)
                for split, key in ((Split.NONE, None), (Split.WHO, 2), (Split.KIND, 3)):
                    expected: dict[tuple[str, str], tuple[int, float]] = defaultdict(lambda: (0, 0.0))
                    for row in rows:
                        name = (row[1], str(row[key]) if key else "")
                        expected[name] = (expected[name][0] + 1, expected[name][1] + row[4])
                    tallies = await view.figures.tally(listing, month, HALLS, TODAY, split)
                    found = {(t.hall, t.key): (t.count, t.total) for t in tallies}
                    assert found == dict(expected), (listing, month, split)


async def test_the_rows_listed_are_the_rows_counted(store: Store, made: MadeMonths) -> None:
    """Page after page, nobody twice and nobody left out, for every listing; another hall's rows are not among them."""
    async with store.open_view() as view:
        for listing in LISTINGS:
            expected = [row for row in recount(made, listing, MONTHS[1], TODAY) if row[1] == HALLS[1]]
            listed = await _all_rows(view, listing)
            assert sorted(row.at.split("#")[0] for row in listed) == sorted(
                r[0].split("#")[0] for r in expected
            )
            assert len({row.at for row in listed}) == len(listed), listing


async def _all_rows(view: SqlUow, listing: Listing) -> list[ListedRow]:
    listed: list[ListedRow] = []
    while True:
        after = listed[-1].at if listed else ""
        page = await view.figures.rows(listing, MONTHS[1], [HALLS[1]], TODAY, after=after, limit=40)
        listed += page
        if len(page) < 40:
            return listed


async def test_one_clerks_rows_are_that_clerks(store: Store, made: MadeMonths) -> None:
    """A click on a clerk's number shows the cases behind it, and no colleague's."""
    async with store.open_view() as view:
        tallies = await view.figures.tally(Listing.RECEIVE_ACTS, MONTHS[1], HALLS, TODAY, Split.WHO)
        count = sum(t.count for t in tallies if t.key == "clerk-3")
        rows = await view.figures.rows(
            Listing.RECEIVE_ACTS, MONTHS[1], HALLS, TODAY, split=Split.WHO, key="clerk-3", limit=10_000
        )

    assert len(rows) == count > 0
    assert {row.who for row in rows} == {"clerk-3"}


async def test_a_case_keeps_the_hall_that_accepted_it(store: Store) -> None:
    """Accepted here and handed out there: here it stays in the figures (全城通办 must not cost a hall its work)."""
    one = next(one for one in made_months(50).cases if one.case.state is CaseState.ISSUED)
    accepted = replace(one.case, hall=HALLS[1])
    async with store.open_uow() as uow:
        await uow.cases.add(accepted)
        await uow.cases.save(replace(accepted, hall=HALLS[2]))
        await uow.commit()
    assert one.case.accepted_at is not None
    month = Month.of(one.case.accepted_at.date())

    async with store.open_view() as view:
        tallies = await view.figures.tally(Listing.ACCEPTED, month, HALLS, TODAY)

    assert [(t.hall, t.count) for t in tallies] == [(HALLS[1], 1)]
