"""差评回访: a bad grade is work with an owner and a day, and nobody closes the one that judged them."""

from __future__ import annotations

from datetime import date

import pytest

from intake.errors import BadInput, JudgedThemselves, NotAllowed, NotContacted, NotFound, NotNow
from intake.model.follow_up import FollowUpState
from intake.model.ids import AccountCode, IntentKey
from intake.usecases.cases.deciding import EvaluateCase
from intake.usecases.questions.following import CloseFollowUp, HandOverFollowUp, JudgeAgain, NoteContact
from tests.desks import ANWEN, person_of
from tests.journeys import delivered

DIRECTOR, CITIZEN = "director-anwen", "citizen-1"


async def judged(county, grade=2, words="等了太久"):
    """A finished case with its grade; the follow-up it began, or None."""
    case, citizen = await delivered(county), await county.caller(CITIZEN)
    await county.desk.cases.evaluate(EvaluateCase(citizen, case.id, grade, words))
    async with county.store.open_view() as view:
        return await view.follow_ups.of_case(case.id)


async def contact(county, follow_up, who=DIRECTOR, words="电话里群众说等了两个小时"):
    """The person was called."""
    cmd = NoteContact(await county.caller(who), follow_up.id, follow_up.version, words)
    return await county.desk.questions.note_contact(cmd)


async def close(
    county, follow_up, who=DIRECTOR, finding="窗口只开了一个", remedy="周一加开一个窗口", key=None
):
    """What was found and done."""
    caller = await county.caller(who)
    cmd = CloseFollowUp(caller, follow_up.id, follow_up.version, finding, remedy, key)
    return await county.desk.questions.close_follow_up(cmd)


@pytest.mark.parametrize("grade", [1, 2])
async def test_a_bad_grade_becomes_the_directors_work_with_a_day_for_the_call_and_one_for_the_end(
    county, grade
):
    """The director is told what was said; the person is told who will call, and until when."""
    follow_up = await judged(county, grade)

    assert (follow_up.owner, follow_up.state) == (DIRECTOR, FollowUpState.OPEN)
    assert (follow_up.contact_by, follow_up.due_on) == (date(2026, 11, 24), date(2026, 11, 30))
    assert [told.to for told in await county.told("follow_up_opened")] == [DIRECTOR]
    assert [told.to for told in await county.told("follow_up_noted")] == [CITIZEN]
    assert await county.desk.questions.follow_ups_at(await county.caller(DIRECTOR), ANWEN) == (follow_up,)
    assert await county.desk.questions.follow_ups_at(await county.caller("supervisor"), None) == (follow_up,)


@pytest.mark.parametrize("grade", [3, 4, 5])
async def test_a_good_grade_is_nobodys_work(county, grade):
    """Nothing to follow up."""
    assert await judged(county, grade) is None


async def test_everybody_who_had_the_case_in_hand_is_judged_and_the_person_is_not(county):
    """The clerk who received it and the approver who decided it."""
    follow_up = await judged(county)

    assert {"clerk-anwen-1", "approver-civil_affairs-1"} <= follow_up.judged
    assert CITIZEN not in follow_up.judged


async def test_nobody_who_was_judged_follows_up(county):
    """Not by hand-over either; the refusal says who does it instead."""
    follow_up = await judged(county)
    director = await county.caller(DIRECTOR)

    with pytest.raises(JudgedThemselves) as refused:
        await contact(county, follow_up, "clerk-anwen-1")
    to = AccountCode("clerk-anwen-1")
    cmd = HandOverFollowUp(director, follow_up.id, follow_up.version, to, "你来回访")
    with pytest.raises(JudgedThemselves):
        await county.desk.questions.hand_over_follow_up(cmd)
    able = await county.desk.questions.may_follow_up(director, follow_up.id)

    assert "中心主任" in refused.value.next_step
    assert "clerk-anwen-1" not in {account.code for account in able}


async def test_it_is_closed_by_contact_finding_and_remedy_in_that_order(county):
    """The person must have been heard first; then they read what was done, in the words of who did it."""
    follow_up = await judged(county)
    with pytest.raises(NotContacted):
        await close(county, follow_up)
    for missing in ({"finding": " "}, {"remedy": ""}):
        with pytest.raises(BadInput):
            await close(county, follow_up, **missing)

    contacted = await contact(county, follow_up)
    closed = await close(county, contacted, key=IntentKey("close"))
    again = await close(county, contacted, key=IntentKey("close"))

    assert closed == again
    (told,) = await county.told("follow_up_closed")
    assert (told.to, told.facts["remedy"]) == (CITIZEN, "周一加开一个窗口")
    _, history = await county.desk.questions.show_follow_up(await county.caller("supervisor"), follow_up.id)
    assert [step.act for step in history] == ["open", "contact", "close"]
    with pytest.raises(NotNow):
        await contact(county, closed)


async def test_it_is_handed_over_to_a_clerk_who_had_nothing_to_do_with_it_and_keeps_its_days(county):
    """Only then may that clerk work on it."""
    follow_up = await judged(county)
    with pytest.raises(NotFound):
        await contact(county, follow_up, "clerk-anwen-2")
    director = await county.caller(DIRECTOR)
    cmd = HandOverFollowUp(
        director, follow_up.id, follow_up.version, AccountCode("clerk-anwen-2"), "请你联系"
    )

    handed = await county.desk.questions.hand_over_follow_up(cmd)

    assert (handed.owner, handed.due_on) == ("clerk-anwen-2", follow_up.due_on)
    assert await contact(county, handed, "clerk-anwen-2")


async def test_the_person_judges_once_more_after_the_closing_and_not_before(county):
    """The first grade stays beside the second; nobody else judges in their name."""
    follow_up = await judged(county)
    citizen = await county.caller(CITIZEN)
    with pytest.raises(NotNow):
        await county.desk.questions.judge_again(JudgeAgain(citizen, follow_up.id, 5))
    closed = await close(county, await contact(county, follow_up))
    with pytest.raises(NotFound):
        await county.desk.questions.judge_again(JudgeAgain(await county.caller("citizen-2"), closed.id, 5))
    with pytest.raises(NotAllowed):
        await county.desk.questions.judge_again(JudgeAgain(await county.caller(DIRECTOR), closed.id, 5))

    again = await county.desk.questions.judge_again(JudgeAgain(citizen, closed.id, 4, "这次好了"))

    assert (again.grade, again.second_grade) == (2, 4)
    assert again.person == person_of(citizen)
    with pytest.raises(NotNow):
        await county.desk.questions.judge_again(JudgeAgain(citizen, closed.id, 1))


async def test_what_is_late_is_on_the_directors_list(county):
    """By the day of the first call, and afterwards by the closing day."""
    follow_up = await judged(county)
    director = await county.caller(DIRECTOR)
    assert (await county.desk.questions.overdue(director, ANWEN)).follow_ups == ()
    county.clock.forward(days=2)
    assert (await county.desk.questions.overdue(director, ANWEN)).follow_ups == (follow_up,)

    await contact(county, follow_up)

    assert (await county.desk.questions.overdue(director, ANWEN)).follow_ups == ()


async def test_whoever_has_to_call_sees_the_number_and_the_look_is_written_down(county):
    """The director calls; the clerk who was judged does not learn whom to call."""
    follow_up, director = await judged(county), await county.caller(DIRECTOR)

    seen = await county.desk.questions.number_to_call(director, follow_up.id)

    async with county.store.open_view() as view:
        person = await view.people.person(follow_up.person)
    assert (seen.name, seen.phone) == (person.name, person.phone)
    (entry,) = await county.audited("follow_up.phone_seen")
    assert (entry.by, entry.person, person.phone in str(entry)) == (DIRECTOR, person.id, False)
    with pytest.raises(JudgedThemselves):
        await county.desk.questions.number_to_call(await county.caller("clerk-anwen-1"), follow_up.id)
