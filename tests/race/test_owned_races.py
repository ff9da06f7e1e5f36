"""Races over what somebody owns: two answer one question, two close one follow-up, two accept one request for help.

One wins, the others are told that their page is old. Beside each race stands its twin with the naive code.
"""

from __future__ import annotations

from intake.model.follow_up import FollowUp, FollowUpState
from intake.model.helping import HelpRequest, HelpState
from intake.model.ids import AccountCode, CaseId, FollowUpId, HallCode, HelpId, PersonId
from storage.sql import tables
from storage.sql.store import Store
from tests.contract.nouns import NOW, TODAY, fresh, question
from tests.race import owned_runners as runners
from tests.race.test_store_races import over_connections

HALL, ELDER = HallCode("county"), PersonId("elder")


async def ask(store: Store) -> None:
    """The only question of the county."""
    async with store.open_uow() as uow:
        await uow.questions.add(question())
        await uow.commit()


async def grade_badly(store: Store) -> None:
    """The only follow-up of the county; the person was heard."""
    begun = FollowUp(
        FollowUpId(fresh("f")), fresh("HF"), CaseId(fresh("c")), None, "BJ1", "事项", HALL, ELDER,
        AccountCode("citizen-1"), 2, "慢", frozenset({AccountCode("clerk")}), AccountCode("director"), "主任", TODAY,
        TODAY, FollowUpState.CONTACTED, NOW, contacted_at=NOW,
    )  # fmt: skip
    async with store.open_uow() as uow:
        await uow.follow_ups.add(begun)
        await uow.commit()


async def ask_for_help(store: Store) -> None:
    """The only request for help of the county."""
    asked = HelpRequest(
        HelpId(fresh("h")), fresh("DB"), ELDER, "老人", AccountCode("elder-1"), None, HALL, None, "", "请帮忙",
        AccountCode("proxy-1"), "代办员", TODAY, HelpState.ASKED, NOW,
    )  # fmt: skip
    async with store.open_uow() as uow:
        await uow.help_requests.add(asked)
        await uow.commit()


async def test_a_question_is_answered_once(store: Store, database_url: str) -> None:
    """Ten clerks press 答复 on the same page: the asker hears one answer, and it is the one that stands."""
    await ask(store)

    won = await over_connections(database_url, runners.answer, 10)

    row = await runners.only(store, tables.questions)
    async with store.open_view() as view:
        ended = await view.questions.get(row)
    assert won == [ended.answered_by]
    assert ended.answer == f"{won[0]}的答复"


async def test_twin_answering_over_each_other_answers_ten_times(store: Store, database_url: str) -> None:
    """Ten clerks believe that theirs is the answer."""
    await ask(store)
    assert len(await over_connections(database_url, runners.answer_naively, 10)) == 10


async def test_a_follow_up_is_closed_once(store: Store, database_url: str) -> None:
    """Director and supervisor press 办结 at the same moment: one remedy stands, under its own name."""
    await grade_badly(store)

    won = await over_connections(database_url, runners.close, 10)

    row = await runners.only(store, tables.follow_ups)
    async with store.open_view() as view:
        ended = await view.follow_ups.get(row)
    assert won == [ended.closed_by]
    assert ended.remedy == f"{won[0]}的整改"


async def test_twin_closing_over_each_other_closes_ten_times(store: Store, database_url: str) -> None:
    """The person is told ten remedies."""
    await grade_badly(store)
    assert len(await over_connections(database_url, runners.close_naively, 10)) == 10


async def test_a_request_for_help_is_accepted_by_one(store: Store, database_url: str) -> None:
    """Ten press 接单 at once: one comes to the elder's door."""
    await ask_for_help(store)

    won = await over_connections(database_url, runners.accept, 10)

    row = await runners.only(store, tables.help_requests)
    async with store.open_view() as view:
        ended = await view.help_requests.get(row)
    assert won == [ended.owner]
    assert ended.state is HelpState.ACCEPTED


async def test_twin_accepting_over_each_other_sends_ten(store: Store, database_url: str) -> None:
    """All ten set out."""
    await ask_for_help(store)
    assert len(await over_connections(database_url, runners.accept_naively, 10)) == 10
