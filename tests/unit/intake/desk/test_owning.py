"""首问责任 and 工单: what waits has an owner, the clock does not start anew on its way, and nothing just ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from intake.errors import (
    BadInput,
    LockedOut,
    NotAllowed,
    NotFound,
    NotNow,
    NotSignedIn,
    PhotoRefused,
    Stale,
    Unauthenticated,
)
from intake.model.green import GreenGround
from intake.model.ids import AccountCode, IntentKey
from intake.model.people import Door
from intake.model.question import QuestionState
from intake.model.work_order import OrderAbout, OrderState
from intake.usecases.questions.asking import AnswerQuestion, AskQuestion
from intake.usecases.questions.ordering import AddOrderImage, OpenOrder, OrderAct, WorkOnOrder
from intake.usecases.questions.owning import HandOverQuestion, JudgeAnswer, ReopenQuestion
from intake.usecases.queue.arriving import TakeNumber
from intake.usecases.queue.greening import GrantGreen
from tests.desks import ALLOWANCE, ANWEN, person_of

CLERK, COLLEAGUE, DIRECTOR = "clerk-anwen-1", "clerk-anwen-2", "director-anwen"


async def asked(county, who="citizen-1"):
    """Somebody wants to know something."""
    return await county.desk.questions.ask(AskQuestion(await county.caller(who), "公交卡在哪里充值？"))


async def answered(county):
    """A question with its answer."""
    question = await asked(county)
    cmd = AnswerQuestion(await county.caller(CLERK), question.id, question.version, "在邮政储蓄银行。")
    return await county.desk.questions.answer(cmd)


async def hand_over(county, question, to=COLLEAGUE, who=CLERK, why="社保的事她熟", key=None):
    """It goes to a colleague."""
    caller = await county.caller(who)
    cmd = HandOverQuestion(caller, question.id, question.version, AccountCode(to), why, key)
    return await county.desk.questions.hand_over(cmd)


async def test_handed_over_a_question_keeps_its_day_and_says_who_had_it(county):
    """The new owner is told; the history names both; the same tap twice hands over once."""
    question = await asked(county)
    county.clock.forward(hours=5)

    handed = await hand_over(county, question, key=IntentKey("h"))
    assert await hand_over(county, question, key=IntentKey("h")) == handed

    assert (handed.owner, handed.due_on) == (COLLEAGUE, question.due_on)
    assert await county.desk.questions.to_answer(await county.caller(COLLEAGUE)) == (handed,)
    assert await county.desk.questions.to_answer(await county.caller(CLERK)) == ()
    _, history = await county.desk.questions.show(await county.caller("citizen-1"), question.id)
    assert [(step.act, step.owner, step.due_on) for step in history] == [
        ("ask", CLERK, question.due_on),
        ("hand_over", COLLEAGUE, question.due_on),
    ]


@pytest.mark.parametrize("to", ["clerk-county-1", "citizen-1", "nobody", "approver-civil_affairs-1"])
async def test_it_is_handed_over_within_the_hall_only(county, to):
    """And to somebody who answers."""
    with pytest.raises(NotFound):
        await hand_over(county, await asked(county), to)


async def test_a_page_that_is_out_of_date_hands_nothing_over(county):
    """Two clerks press: the second reads that it is somebody else's already."""
    question = await asked(county)
    await hand_over(county, question)

    with pytest.raises(Stale):
        await hand_over(county, question, DIRECTOR)


async def test_an_answer_that_did_not_help_opens_the_question_again_with_a_new_day(county):
    """By the asker alone; the director is told."""
    question = await answered(county)
    citizen = await county.caller("citizen-1")
    county.clock.forward(days=3)
    stranger = await county.caller("citizen-2")
    with pytest.raises(NotFound):
        await county.desk.questions.reopen(ReopenQuestion(stranger, question.id, "没说清"))

    again = await county.desk.questions.reopen(ReopenQuestion(citizen, question.id, "哪一家银行？"))

    assert (again.state, again.reopened, again.due_on) == (QuestionState.OPEN, 1, date(2026, 11, 27))
    assert {told.to for told in await county.told("question_reopened")} == {CLERK, DIRECTOR}
    with pytest.raises(NotNow):
        await county.desk.questions.reopen(ReopenQuestion(citizen, question.id, "快一点"))


async def test_the_askers_grade_closes_the_question_and_a_bad_one_is_followed_up_by_somebody_else(county):
    """Once for each answer."""
    question, citizen = await answered(county), await county.caller("citizen-1")

    closed = await county.desk.questions.judge(JudgeAnswer(citizen, question.id, 2, "答非所问"))

    assert (closed.state, closed.grade) == (QuestionState.CLOSED, 2)
    (follow_up,) = await county.desk.questions.follow_ups_at(await county.caller(DIRECTOR), ANWEN)
    assert (follow_up.question, follow_up.owner) == (question.id, DIRECTOR)
    assert CLERK in follow_up.judged
    with pytest.raises(NotNow):
        await county.desk.questions.judge(JudgeAnswer(citizen, question.id, 5))


async def test_a_question_past_its_day_is_the_directors_to_see_and_hears_of_it_once(county):
    """The worker looks every hour; a question is called to mind once for each of its days."""
    question = await asked(county)
    county.clock.forward(days=2)

    assert await county.desk.questions.remind_of_overdue() == 1
    assert await county.desk.questions.remind_of_overdue() == 0

    (told,) = await county.told("overdue")
    assert (told.to, told.facts["number"]) == (DIRECTOR, question.number)
    for who, hall in ((DIRECTOR, ANWEN), ("supervisor", None)):
        late = await county.desk.questions.overdue(await county.caller(who), hall)
        assert late.questions == (question,)
    with pytest.raises(NotFound):
        await county.desk.questions.overdue(await county.caller("director-county"), ANWEN)


async def ordered(county, who=CLERK, item=ALLOWANCE, key=None):
    """Something is wrong with an item."""
    cmd = OpenOrder(await county.caller(who), "材料清单里多了一张表，群众手里没有", item, key)
    return await county.desk.questions.open_order(cmd)


async def work(county, order, act, who, words="改好了"):
    """One act on the order."""
    cmd = WorkOnOrder(await county.caller(who), order.id, order.version, act, words)
    return await county.desk.questions.work_on_order(cmd)


async def test_an_order_is_answered_verified_and_closed_each_by_whose_act_it_is(county):
    """Nobody verifies their own answer, and nothing closes that was not verified."""
    order = await ordered(county, key=IntentKey("o"))
    assert await ordered(county, key=IntentKey("o")) == order
    assert (order.about, order.owner) == (OrderAbout.ITEM, "keeper")
    with pytest.raises(NotNow):
        await work(county, order, OrderAct.CLOSE, "keeper")
    with pytest.raises(NotFound):
        await work(county, order, OrderAct.ANSWER, "operator")

    answer = await work(county, order, OrderAct.ANSWER, "keeper")
    with pytest.raises(NotAllowed):
        await work(county, answer, OrderAct.VERIFY, "keeper")
    with pytest.raises(NotFound):
        await work(county, answer, OrderAct.VERIFY, COLLEAGUE)
    verified = await work(county, answer, OrderAct.VERIFY, CLERK)
    closed = await work(county, verified, OrderAct.CLOSE, "keeper")

    assert closed.state is OrderState.CLOSED
    _, history = await county.desk.questions.show_order(await county.caller("supervisor"), order.id)
    assert [step.act for step in history] == ["open", "answer", "verify", "close"]
    assert await county.desk.questions.orders(await county.caller("keeper"), closed=True) == (closed,)


async def test_an_order_that_was_not_solved_is_opened_again_with_a_new_day(county):
    """With what is still wrong."""
    order = await work(county, await ordered(county), OrderAct.ANSWER, "keeper")
    county.clock.forward(days=2)
    with pytest.raises(BadInput):
        await work(county, order, OrderAct.REOPEN, CLERK, " ")

    again = await work(county, order, OrderAct.REOPEN, CLERK, "表还在")

    assert (again.state, again.reopened, again.due_on) == (OrderState.OPEN, 1, date(2026, 11, 30))


async def test_what_is_wrong_with_the_system_is_the_operators(county):
    """A proxy reports it; the keeper does not answer for it."""
    order = await ordered(county, "proxy-1", None)

    assert (order.about, order.owner) == (OrderAbout.SYSTEM, "operator")
    assert await county.desk.questions.orders(await county.caller("keeper")) == ()
    assert await county.desk.questions.orders(await county.caller("operator")) == (order,)


async def test_a_screenshot_is_opened_safely_and_shown_to_the_keeper(county):
    """What is no picture is refused; the same picture twice is one; each look is audited; a stranger sees none."""
    order, clerk = await ordered(county), await county.caller(CLERK)

    async def add(content):
        return await county.desk.questions.add_order_image(AddOrderImage(clerk, order.id, content))

    with pytest.raises(PhotoRefused):
        await add(b"%PDF-1.7")
    await add(b"form")
    order = await add(b"form")

    assert len(order.images) == 1
    keeper = await county.caller("keeper")
    assert await county.desk.questions.see_order_image(keeper, order.id, 0) == b"form"
    with pytest.raises(NotFound):
        await county.desk.questions.see_order_image(await county.caller(COLLEAGUE), order.id, 0)
    with pytest.raises(NotFound):
        await county.desk.questions.see_order_image(keeper, order.id, 1)
    assert len(await county.audited("order.image_seen")) == 1


async def test_a_clerk_lets_somebody_go_first_whom_no_record_knows(county):
    """With the ground and what was seen, once; the audit says by whom and how it was known."""
    clerk = await county.caller(CLERK)
    ticket = await county.desk.queue.take_number(TakeNumber(clerk, ANWEN, ALLOWANCE, holder="李女士"))

    def grant(now, why="腹部隆起，出示孕检手册"):
        return county.desk.queue.grant_green(
            GrantGreen(clerk, now.id, now.version, GreenGround.PREGNANT, why)
        )

    with pytest.raises(BadInput):
        await grant(ticket, " ")
    first = await grant(ticket)

    assert (first.green, first.order_at) == ("pregnant", ticket.order_at - timedelta(minutes=20))
    with pytest.raises(NotNow):
        await grant(first)
    (entry,) = await county.audited("queue.grant_green")
    assert (entry.by, entry.facts["basis"], entry.facts["why"]) == (CLERK, "seen", "腹部隆起，出示孕检手册")


async def test_the_audit_says_how_it_is_known_that_an_elder_goes_first(county):
    """By the age in the ID number; nobody has to be asked."""
    clerk, elder = await county.caller(CLERK), await county.caller("elder-13")

    await county.desk.queue.take_number(TakeNumber(clerk, ANWEN, ALLOWANCE, person_of(elder)))

    (entry,) = await county.audited("queue.take_number")
    assert (entry.facts["green"], entry.facts["basis"]) == ("elder", "age")


async def test_a_desk_left_alone_signs_its_clerk_out_and_a_telephone_stays(county):
    """Two hours unused for the staff; a villager is not sent to sign in again every time."""
    clerk = await county.desk.people.sign_in_as(AccountCode(CLERK), Door.DESK_PAGE)
    citizen = await county.desk.people.sign_in_as(AccountCode("citizen-1"), Door.PHONE)
    county.clock.forward(minutes=119)
    assert await county.desk.people.who_is(clerk.token)
    county.clock.forward(minutes=119)
    assert await county.desk.people.who_is(clerk.token)

    county.clock.forward(minutes=121)

    with pytest.raises(NotSignedIn):
        await county.desk.people.who_is(clerk.token)
    assert await county.desk.people.who_is(citizen.token)


async def test_whoever_guesses_tokens_is_stopped_and_nobody_else(county):
    """From that address only, and whoever has the right token there goes on working."""
    signed_in = await county.desk.people.sign_in_as(AccountCode(CLERK), Door.DESK_PAGE)
    for n in range(5):
        with pytest.raises(Unauthenticated):
            await county.desk.people.device_by_token(f"guess-{n}", Door.COUNTER, "10.0.0.9")

    with pytest.raises(LockedOut):
        await county.desk.people.device_by_token("guess", Door.COUNTER, "10.0.0.9")
    with pytest.raises(LockedOut):
        await county.desk.people.who_is("guess", "10.0.0.9")

    with pytest.raises(NotSignedIn):
        await county.desk.people.who_is("guess", "10.0.0.10")
    assert await county.desk.people.who_is(signed_in.token, "10.0.0.9")


async def test_a_lost_telephone_is_signed_out_everywhere(county):
    """And the audit says so; sessions that are long over are forgotten."""
    signed_in = [await county.desk.people.sign_in_as(AccountCode("proxy-1"), Door.PHONE) for _ in range(2)]

    assert await county.desk.people.end_sessions_of(AccountCode("proxy-1")) == 2

    for one in signed_in:
        with pytest.raises(NotSignedIn):
            await county.desk.people.who_is(one.token)
    assert len(await county.audited("account.sign_out_everywhere")) == 1
    await county.desk.people.sign_in_as(AccountCode("proxy-1"), Door.PHONE)
    county.clock.forward(days=3)
    assert await county.desk.people.forget_sessions() == 1


async def test_a_switched_off_owner_is_replaced_by_the_director(county):
    """The first-responsible clerk has left: the question is not nobody's."""
    clerk = await county.caller(CLERK)
    async with county.store.open_uow() as uow:
        await uow.people.put_account(replace(clerk.account, active=False))
        await uow.commit()

    assert (await asked(county)).owner == DIRECTOR
