"""首问责任: nothing ends in a bare no; somebody with a name answers by a day."""

from __future__ import annotations

from datetime import date

import pytest

from intake.errors import BadInput, NotAllowed, NotFound, NotNow, Stale
from intake.model.ids import HallCode, IntentKey
from intake.model.question import QuestionState
from intake.usecases.questions.asking import AnswerQuestion, AskQuestion
from tests.desks import ANWEN, COUNTY, JIANSHAN

WORDS = "公交卡在哪里充值？"


async def ask(county, who="citizen-1", text=WORDS, hall=None, key=None):
    """Somebody wants to know something."""
    return await county.desk.questions.ask(AskQuestion(await county.caller(who), text, hall, key))


async def answer(county, question, who="clerk-anwen-1", words="在邮政储蓄银行。"):
    """A clerk answers it as their page shows it."""
    cmd = AnswerQuestion(await county.caller(who), question.id, question.version, words)
    return await county.desk.questions.answer(cmd)


async def test_a_question_has_an_owner_with_a_name_and_a_day(county):
    """citizen-1 lives in Anwen: its first-responsible clerk answers by the next working day, and knows it."""
    question, clerk = await ask(county), await county.caller("clerk-anwen-1")

    (told,) = await county.told("question_opened")
    assert (question.hall, question.owner, question.owner_name) == (ANWEN, clerk.code, clerk.account.name)
    assert question.due_on == date(2026, 11, 24)
    assert (told.to, told.facts["due"]) == (clerk.code, "11月24日（星期二）")
    assert await county.desk.questions.at_hall(clerk, ANWEN) == (question,)


async def test_a_question_asked_on_friday_is_due_on_monday(county):
    """A working day, not twenty-four hours."""
    county.clock.forward(days=4)

    assert (await ask(county)).due_on == date(2026, 11, 30)


@pytest.mark.parametrize(
    ("who", "wished", "hall"),
    [
        ("citizen-3", None, JIANSHAN),
        ("proxy-1", None, JIANSHAN),
        ("clerk-county-1", None, COUNTY),
        ("keeper", None, None),
        ("citizen-1", JIANSHAN, JIANSHAN),
    ],
)
async def test_the_hall_that_answers_is_the_wished_one_or_the_nearest(county, who, wished, hall):
    """By the village somebody lives in or acts for, or by the post they hold; a keeper asks nobody."""
    if hall is None:
        with pytest.raises(NotAllowed):
            await ask(county, who, hall=wished)
        return
    assert (await ask(county, who, hall=wished)).hall == hall


async def test_an_answer_reaches_the_asker_with_the_name_of_who_gave_it(county):
    """In the asker's own words, so that they know what it is about."""
    question = await ask(county)

    answered = await answer(county, question)

    (told,) = await county.told("question_answered")
    assert answered.state is QuestionState.ANSWERED
    assert (told.to, told.facts["text"], told.facts["answer"]) == ("citizen-1", WORDS, "在邮政储蓄银行。")
    assert told.facts["by"] == (await county.caller("clerk-anwen-1")).account.name
    assert await county.desk.questions.mine(await county.caller("citizen-1")) == (answered,)


async def test_a_question_is_answered_once_by_its_own_hall(county):
    """Another hall has never heard of it; a colleague's page is told that it is late; an empty answer is none."""
    question = await ask(county)

    for who, words, refusal in (
        ("clerk-county-1", "在银行。", NotFound),
        ("citizen-1", "在银行。", NotAllowed),
        ("clerk-anwen-1", "  ", BadInput),
    ):
        with pytest.raises(refusal):
            await answer(county, question, who, words)
    answered = await answer(county, question)
    with pytest.raises(Stale):
        await answer(county, question, "clerk-anwen-2")
    with pytest.raises(NotNow):
        await answer(county, answered, "clerk-anwen-2")


async def test_a_question_without_words_is_refused(county):
    """Nobody could answer it."""
    with pytest.raises(BadInput):
        await ask(county, text=" \n ")


async def test_a_question_to_a_hall_that_does_not_exist_is_refused(county):
    """It would lie there for ever."""
    with pytest.raises(NotFound):
        await ask(county, hall=HallCode("nowhere"))


async def test_a_question_asked_twice_under_one_key_is_one_question(county):
    """One number, and the clerk is told once."""
    one, other = await ask(county, key=IntentKey("k")), await ask(county, key=IntentKey("k"))

    assert one == other
    assert len(await county.told("question_opened")) == 1


async def test_a_very_long_question_is_kept_to_its_first_two_thousand_characters(county):
    """Enough to understand it; the rest is asked on the telephone."""
    assert (await ask(county, text="问" * 5000)).text == "问" * 2000
