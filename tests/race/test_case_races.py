"""Races over one case: two take it in hand, two decide it, one decides what another asks to have corrected.

One wins, the others are told that their page is old. Beside each race stands its twin with the naive code.
"""

from __future__ import annotations

from dataclasses import replace

from intake.model.case import Case, CaseState
from storage.sql.store import Store
from tests.contract.nouns import NOW, draft
from tests.race import case_runners as runners
from tests.race.test_store_races import over_connections

REVIEWED = {CaseState.DECIDED, CaseState.CORRECTION_ASKED}


async def put(store: Store, state: CaseState) -> Case:
    """The only case of the county."""
    case = replace(draft(), number="BJ1", state=state, submitted_at=NOW)
    async with store.open_uow() as uow:
        await uow.cases.add(case)
        await uow.commit()
    return case


async def now(store: Store) -> Case:
    """How the race ended."""
    case = await runners.only_case(store)
    async with store.open_view() as view:
        return await view.cases.get(case)


async def test_a_case_is_taken_in_hand_by_one_clerk(store: Store, database_url: str) -> None:
    """Ten clerks press 收件 on the same page: one has it, and it is that one's."""
    await put(store, CaseState.SUBMITTED)

    won = await over_connections(database_url, runners.receive, 10)

    assert won == [(await now(store)).receiver]


async def test_twin_writing_oneself_down_takes_it_ten_times(store: Store, database_url: str) -> None:
    """All ten believe that they have it."""
    await put(store, CaseState.SUBMITTED)
    assert len(await over_connections(database_url, runners.receive_naively, 10)) == 10


async def test_a_case_is_decided_once(store: Store, database_url: str) -> None:
    """One grants, one declines, at the same moment: the person hears one answer, and it is the one that stands."""
    await put(store, CaseState.IN_REVIEW)

    won = await over_connections(database_url, runners.decide, 10)

    ended = await now(store)
    assert ended.outcome is not None
    assert won == [ended.outcome.decided_by]


async def test_twin_deciding_over_each_other_answers_ten_times(store: Store, database_url: str) -> None:
    """Ten answers to one person."""
    await put(store, CaseState.IN_REVIEW)
    assert len(await over_connections(database_url, runners.decide_naively, 10)) == 10


async def test_a_case_is_decided_or_sent_back_and_never_both(store: Store, database_url: str) -> None:
    """Half of them decide, half ask for a photograph; what stands is whole."""
    await put(store, CaseState.IN_REVIEW)

    won = await over_connections(database_url, runners.decide_or_ask, 10)

    ended = await now(store)
    assert len(won) == 1
    assert ended.state in REVIEWED
    assert (ended.outcome is not None) == (ended.state is CaseState.DECIDED)
    assert (ended.correction is not None) == (ended.state is CaseState.CORRECTION_ASKED)


async def test_twin_writing_the_state_does_both(store: Store, database_url: str) -> None:
    """The person is asked for a photograph of a matter that is decided."""
    await put(store, CaseState.IN_REVIEW)
    assert len(await over_connections(database_url, runners.decide_or_ask_naively, 10)) == 10


async def test_every_wrong_code_counts(store: Store, database_url: str) -> None:
    """Ten guesses at once are ten, or a code could be guessed in parallel."""
    await put(store, CaseState.ISSUED)

    counted = await over_connections(database_url, runners.try_code, 10)

    assert sorted(map(int, counted)) == list(range(1, 11))


async def test_twin_adding_one_to_what_was_seen_lets_codes_be_guessed(
    store: Store, database_url: str
) -> None:
    """The naive code counts guesses of the same moment as one."""
    await put(store, CaseState.ISSUED)
    await over_connections(database_url, runners.try_code, 1)

    counted = await over_connections(database_url, runners.try_code_naively, 6)

    assert len(set(counted)) < len(counted)
