"""代办: the elder's word and its end, two helpers in one matter, help asked for, and what a month is worth."""

from __future__ import annotations

from datetime import date

import pytest

from intake.errors import (
    AlreadyOpen,
    BadInput,
    LockedOut,
    MandateNeeded,
    NotAllowed,
    NotFound,
    NotNow,
    WrongNumber,
)
from intake.model.helping import HelpState
from intake.model.ids import IntentKey
from intake.usecases.cases.deciding import EvaluateCase
from intake.usecases.cases.drafting import OpenDraft, SubmitCase
from intake.usecases.people.helping import AskAgain, AskHelp, HandleHelp, HelpAct
from intake.usecases.people.mandates import RevokeMandate
from intake.usecases.people.representing import AddVillager, RecordMandate
from tests.desks import ALLOWANCE, ELDER_CARD, JIANSHAN, person_of

NUMBER = "330000195006300127"


async def mandate(county, who="proxy-1", whose="elder-1", **said):
    """The elder allows somebody one matter."""
    elder = await county.caller(whose)
    cmd = RecordMandate(await county.caller(who), person_of(elder), ALLOWANCE, "同意代办", **said)
    return await county.desk.people.record_mandate(cmd)


async def begin(county, who="proxy-1", whose="elder-1", item=ALLOWANCE):
    """A draft for the elder."""
    elder = await county.caller(whose)
    cmd = OpenDraft(await county.caller(who), person_of(elder), item, JIANSHAN)
    return await county.desk.cases.open_draft(cmd)


async def revoke(county, given, who="elder-1", why=""):
    """The word is taken back."""
    return await county.desk.people.revoke_mandate(RevokeMandate(await county.caller(who), given.id, why))


async def test_a_photographed_mandate_is_kept_and_shown_to_both_sides_only(county):
    """Encrypted like every page; each look is audited; a stranger has never heard of it."""
    given = await mandate(county, photo=b"form")

    for who in ("proxy-1", "elder-1", "clerk-jianshan-1"):
        seen = await county.desk.people.see_evidence(await county.caller(who), given.id)
        assert seen == b"form"
    with pytest.raises(NotFound):
        await county.desk.people.see_evidence(await county.caller("citizen-2"), given.id)
    assert len(await county.audited("mandate.evidence_seen")) == 3
    (told,) = await county.told("mandate_given")
    assert told.to == "elder-1"


async def test_a_word_may_cover_more_items_and_fewer_days(county):
    """Each item by name; a day longer than the county's rule is refused."""
    given = await mandate(county, more=(ELDER_CARD,), days=7)

    assert given.scope == (ALLOWANCE, ELDER_CARD)
    assert given.expires_on == date(2026, 11, 30)
    assert await begin(county, item=ELDER_CARD)
    with pytest.raises(BadInput):
        await mandate(county, days=91)


@pytest.mark.parametrize(
    ("who", "why"), [("elder-1", ""), ("clerk-anwen-1", "本人打电话说不办了"), ("proxy-1", "")]
)
async def test_the_word_is_taken_back_by_the_elder_by_a_clerk_for_them_or_by_the_helper(county, who, why):
    """From then on nothing more is done under it, not even with a draft begun before; both sides are told why."""
    given = await mandate(county)
    draft, proxy = await begin(county), await county.caller("proxy-1")

    await revoke(county, given, who, why)
    await revoke(county, given, who, why)

    with pytest.raises(MandateNeeded):
        await county.desk.cases.submit(SubmitCase(proxy, draft.id, bring_later=True))
    with pytest.raises(MandateNeeded):
        await begin(county)
    assert {told.to for told in await county.told("mandate_revoked")} == {"proxy-1", "elder-1"}
    (entry,) = await county.audited("mandate.revoke")
    assert entry.by == who
    (shown,) = await county.desk.people.my_mandates(await county.caller("elder-1"))
    assert (shown.in_force, shown.holder_name) == (False, proxy.account.name)


async def test_a_clerk_writes_down_what_the_elder_said_and_a_stranger_takes_nothing_back(county):
    """By office only on the person's word."""
    given = await mandate(county)

    with pytest.raises(BadInput):
        await revoke(county, given, "clerk-anwen-1")
    with pytest.raises(NotFound):
        await revoke(county, given, "citizen-2")
    with pytest.raises(NotAllowed):
        await revoke(county, given, "approver-civil_affairs-1", "不该办")
    county.clock.forward(days=91)
    with pytest.raises(NotNow):
        await revoke(county, given)


async def test_the_proxy_and_the_elders_child_hear_of_each_other(county):
    """Both have begun the same matter: each is told who else, once, and may telephone before somebody walks in vain."""
    await mandate(county)
    await mandate(county, "citizen-1", id_number=NUMBER)
    await begin(county)

    await begin(county, "citizen-1")
    await begin(county, "citizen-1")

    told = await county.told("case_doubled")
    assert {one.to: one.facts["other"] for one in told} == {
        "citizen-1": (await county.caller("proxy-1")).account.name,
        "proxy-1": (await county.caller("citizen-1")).account.name,
    }
    assert len(told) == 2


async def test_who_comes_after_the_case_was_handed_in_gets_its_number_and_the_first_hears_of_it(county):
    """One matter, one case; nobody is left believing they are the only one."""
    await mandate(county)
    await mandate(county, "citizen-1", id_number=NUMBER)
    draft = await begin(county)
    case = await county.desk.cases.submit(
        SubmitCase(await county.caller("proxy-1"), draft.id, bring_later=True)
    )

    for _ in range(2):
        with pytest.raises(AlreadyOpen) as refused:
            await begin(county, "citizen-1")

    assert case.number in refused.value.title
    assert {told.to for told in await county.told("case_doubled")} == {"citizen-1", "proxy-1"}
    assert len(await county.told("case_doubled")) == 2


async def test_whoever_guesses_an_id_number_is_stopped_after_five(county):
    """For a quarter of an hour nothing is looked at, also not the right one; it is audited."""
    for _ in range(5):
        with pytest.raises(WrongNumber):
            await mandate(county, "citizen-1", id_number="330000194309200129")

    with pytest.raises(LockedOut) as refused:
        await mandate(county, "citizen-1", id_number=NUMBER)
    with pytest.raises(LockedOut):
        await county.desk.people.add_relative(AddVillager(await county.caller("citizen-1"), "张三", NUMBER))
    assert "09:15" in refused.value.next_step
    (entry,) = await county.audited("account.locked")
    assert entry.by == "citizen-1"

    county.clock.forward(minutes=15)
    assert await mandate(county, "citizen-1", id_number=NUMBER)


async def ask(county, who="elder-1", text="想办高龄津贴，腿脚不便", key=None):
    """An elder wants help."""
    return await county.desk.people.ask_help(AskHelp(await county.caller(who), text, ALLOWANCE, key))


async def handle(county, request, act, who="proxy-1", words="", number=""):
    """What the helper does with it."""
    cmd = HandleHelp(await county.caller(who), request.id, request.version, act, words, number)
    return await county.desk.people.handle_help(cmd)


async def test_a_request_reaches_the_villages_proxy_with_a_day(county):
    """The asker reads who and until when; the same tap twice is one request; another village's proxy sees nothing."""
    request = await ask(county, key=IntentKey("help"))
    assert await ask(county, key=IntentKey("help")) == request

    assert (request.owner, request.state, request.due_on) == ("proxy-1", HelpState.ASKED, date(2026, 11, 24))
    assert [told.to for told in await county.told("help_asked")] == ["proxy-1"]
    assert [told.to for told in await county.told("help_noted")] == ["elder-1"]
    assert await county.desk.people.help_to_give(await county.caller("proxy-1")) == (request,)
    assert await county.desk.people.help_at(await county.caller("director-jianshan"), JIANSHAN) == (request,)
    with pytest.raises(NotFound):
        await handle(county, request, HelpAct.ACCEPT, "proxy-2")


async def test_taken_up_it_has_a_new_day_and_ends_with_the_cases_number(county):
    """The number must be of a case of this very person."""
    request = await handle(county, await ask(county), HelpAct.ACCEPT)
    assert request.due_on == date(2026, 11, 30)
    await mandate(county)
    draft, proxy = await begin(county), await county.caller("proxy-1")
    case = await county.desk.cases.submit(SubmitCase(proxy, draft.id, bring_later=True))

    done = await handle(county, request, HelpAct.DONE, number=case.number)

    assert (done.state, done.case_number) == (HelpState.DONE, case.number)
    assert (await county.told("help_done"))[0].to == "elder-1"


@pytest.mark.parametrize("act", [HelpAct.ADVISE, HelpAct.HAND_BACK, HelpAct.FORWARD])
async def test_a_helper_never_just_says_no(county, act):
    """An answer says how, giving back says the reason and the way on, sending on says why."""
    request = await ask(county)
    with pytest.raises(BadInput):
        await handle(county, request, act)

    assert await handle(county, request, act, words="请带户口本到尖山镇便民服务中心")


async def test_sent_to_the_hall_it_is_the_first_responsible_clerks(county):
    """The proxy has done with it, the clerk finishes it, and the history names both."""
    request = await handle(county, await ask(county), HelpAct.FORWARD, words="要到窗口核对户口")
    assert request.owner == "clerk-jianshan-1"

    await handle(county, request, HelpAct.DONE, "clerk-jianshan-1", "已上门办好")

    _, history = await county.desk.people.show_help(await county.caller("elder-1"), request.id)
    assert [(step.act, step.owner) for step in history] == [
        ("ask", "proxy-1"),
        ("forward", "clerk-jianshan-1"),
        ("done", "clerk-jianshan-1"),
    ]


async def test_given_back_it_is_opened_again_by_the_asker_and_then_the_hall_has_it(county):
    """Not the one who gave it back; the director knows, and what is late is on the director's list."""
    request = await handle(county, await ask(county), HelpAct.HAND_BACK, words="不是本村户口，请找玉山")
    cmd = AskAgain(await county.caller("elder-1"), request.id, "我户口就在本村")

    again = await county.desk.people.ask_again(cmd)

    assert (again.state, again.owner) == (HelpState.FORWARDED, "clerk-jianshan-1")
    assert [told.to for told in await county.told("help_again")] == ["director-jianshan"]
    county.clock.forward(days=2)
    late = await county.desk.questions.overdue(await county.caller("director-jianshan"), JIANSHAN)
    assert [one.id for one in late.help_requests] == [again.id]
    assert await county.desk.questions.remind_of_overdue() == 1
    assert await county.desk.questions.remind_of_overdue() == 0


async def test_a_month_is_base_business_and_stars_with_its_rows(county):
    """The county's rates; own praise counts for nothing; few evaluations give no star, and the formula says so."""
    await mandate(county)
    draft, proxy = await begin(county), await county.caller("proxy-1")
    case = await county.desk.cases.submit(SubmitCase(proxy, draft.id, bring_later=True))

    month = await county.desk.people.statement(proxy, proxy.code)

    assert [row.number for row in month.business] == [case.number]
    assert (month.stars, month.total_yuan) == (None, 300 + 8)
    assert month.formula[1] == "业务报酬：1件 × 8元 = 8元（当月最多计100件）"
    assert "不评星" in month.formula[2]
    assert (await county.desk.people.statement(proxy, proxy.code, date(2026, 10, 5))).business == ()
    for who in ("director-jianshan", "supervisor"):
        seen = await county.desk.people.statement(await county.caller(who), proxy.code)
        assert seen == month
    for who in ("proxy-2", "director-anwen"):
        with pytest.raises(NotFound):
            await county.desk.people.statement(await county.caller(who), proxy.code)
    with pytest.raises(BadInput):
        await county.desk.people.statement(proxy, proxy.code, date(2026, 12, 1))


async def test_the_proxy_cannot_pull_up_the_own_stars(county):
    """An evaluation the proxy gave is kept with the case, and is no row of the month."""
    await mandate(county)
    draft, proxy = await begin(county), await county.caller("proxy-1")
    case = await county.desk.cases.submit(SubmitCase(proxy, draft.id, bring_later=True))
    async with county.store.open_uow() as uow:
        await uow.cases.connection.exec_driver_sql("UPDATE cases SET state='issued'")
        await uow.commit()
    await county.desk.cases.evaluate(EvaluateCase(proxy, case.id, 5))

    assert (await county.desk.people.statement(proxy, proxy.code)).grades == ()
