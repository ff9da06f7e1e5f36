"""咨询件: nobody's question is lost, and the soonest due is answered first."""

from dataclasses import replace
from datetime import timedelta

import pytest

from intake.errors import NotFound, Stale
from intake.model.ids import AccountCode, HallCode, QuestionId
from intake.model.question import QuestionState
from storage.sql.store import Store
from tests.contract.nouns import NOW, TODAY, question


async def test_a_question_comes_back_whole(store: Store) -> None:
    """With its answer, when it has one."""
    answered = question(state=QuestionState.ANSWERED, answer="在一楼", answered_at=NOW)
    async with store.open_uow() as uow:
        await uow.questions.add(answered)
        assert await uow.questions.get(answered.id) == answered
        with pytest.raises(NotFound):
            await uow.questions.get(QuestionId("nothing"))


async def test_a_hall_sees_what_is_open_soonest_due_first(store: Store) -> None:
    """Answered ones and other halls' are not in the way."""
    later = question(due_on=TODAY + timedelta(days=2))
    sooner = question(due_on=TODAY)
    async with store.open_uow() as uow:
        for one in (later, sooner, question(state=QuestionState.ANSWERED), question(hall="anwen")):
            await uow.questions.add(one)
        assert await uow.questions.at_hall(HallCode("county")) == (sooner, later)


async def test_an_asker_sees_the_newest_first(store: Store) -> None:
    """Own questions only."""
    older = question(asked_at=NOW - timedelta(days=1))
    newer = question()
    async with store.open_uow() as uow:
        for one in (older, newer, question(asker="citizen-2")):
            await uow.questions.add(one)
        assert await uow.questions.of_asker(AccountCode("citizen-1")) == (newer, older)


async def test_a_stale_answer_is_refused(store: Store) -> None:
    """Two clerks answer: the person gets the first answer and the second clerk is told."""
    asked = question()
    async with store.open_uow() as uow:
        await uow.questions.add(asked)
        saved = await uow.questions.save(replace(asked, state=QuestionState.ANSWERED, answer="在一楼"))
        assert await uow.questions.get(asked.id) == saved
        with pytest.raises(Stale):
            await uow.questions.save(replace(asked, answer="在二楼"))
