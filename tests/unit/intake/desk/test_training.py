"""培训与授权: who may receive what, and who says so by name when somebody may not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from intake.errors import BadInput, DutyClash, NotAllowed, NotAuthorised, NotFound, NotTrained
from intake.model.calendar import SHANGHAI
from intake.model.ids import AccountCode, IntentKey, ServiceCode, TrainingId
from intake.model.people import Account, Role
from intake.model.staffing import Post, Training
from intake.usecases.cases.deciding import DecideCase
from intake.usecases.people.authorising import Authorise, RecordTraining
from intake.usecases.people.staffing import PlanDuty
from tests.desks import ALLOWANCE, ANWEN, COUNTY, NEW_ID_CARD
from tests.journeys import clerks, in_review, submitted

CLERK, COLLEAGUE, DIRECTOR = "clerk-anwen-1", "clerk-anwen-2", "director-anwen"
LATER = date(2028, 12, 31)


async def out_of_date(county, code=CLERK, course="intake-2.0"):
    """The clerk's record of a course ends before any scene plays."""
    async with county.store.open_uow() as uow:
        await uow.staff.connection.exec_driver_sql(
            f"UPDATE trainings SET until='2026-11-22' WHERE account='{code}' AND course='{course}'"  # noqa: S608 (made-up)
        )
        await uow.commit()


async def train(county, who=DIRECTOR, code=CLERK, course="intake-2.0", until=LATER, key=None):
    """The director writes a course down."""
    cmd = RecordTraining(await county.caller(who), AccountCode(code), course, until, key=key)
    return await county.desk.people.record_training(cmd)


async def say(county, allowed, who=DIRECTOR, code=CLERK, item=ALLOWANCE, until=None):
    """The director's word on one item."""
    cmd = Authorise(await county.caller(who), AccountCode(code), item, allowed, "本周专办养老", until)
    return await county.desk.people.authorise(cmd)


async def test_a_clerk_whose_training_has_run_out_is_told_who_can_and_how_to_be_trained(county):
    """Not a bare no: the colleague's name, the course, where it is taught, and the director who writes it down."""
    case = await submitted(county)
    await out_of_date(county)

    with pytest.raises(NotTrained) as refused:
        await county.desk.cases.receive(await clerks(county, case, CLERK))

    director = (await county.caller(DIRECTOR)).account.name
    colleague = (await county.caller(COLLEAGUE)).account.name
    assert "政务服务2.0收件" in refused.value.title
    for expected in (colleague, director, "星期一开班"):
        assert expected in refused.value.next_step


async def test_once_the_director_has_written_the_course_down_the_clerk_receives(county):
    """At once, and it is audited; the same tap twice is one record."""
    case = await submitted(county)
    await out_of_date(county)

    first = await train(county, key=IntentKey("k"))
    again = await train(county, key=IntentKey("k"))

    assert first == again
    assert (await county.desk.cases.receive(await clerks(county, case, CLERK))).receiver == CLERK
    (entry,) = await county.audited("staff.train")
    assert (entry.by, entry.facts["account"]) == (DIRECTOR, CLERK)


async def test_an_item_may_ask_for_a_course_of_its_own(county):
    """高龄津贴 is received by those trained in serving elders; other items are not touched."""
    await out_of_date(county, course="accessible-service")
    case, other = await submitted(county), await submitted(county, item=ServiceCode("YB05"))

    with pytest.raises(NotTrained) as refused:
        await county.desk.cases.receive(await clerks(county, case, CLERK))

    assert "适老服务" in refused.value.title
    assert await county.desk.cases.receive(await clerks(county, other, CLERK))


async def test_a_training_counts_through_its_last_day():
    """The day itself is still good, the next is not."""
    recorded = datetime(2026, 1, 1, tzinfo=SHANGHAI)
    clerk, director = AccountCode(CLERK), AccountCode(DIRECTOR)
    record = Training(TrainingId("t"), clerk, "intake-2.0", LATER, director, recorded)

    assert record.valid_on(LATER)
    assert not record.valid_on(date(2029, 1, 1))


async def test_the_director_takes_one_item_from_a_clerk_and_gives_it_back(county):
    """With the reason the clerk reads, until a day, or until it is taken back."""
    case = await submitted(county)
    await say(county, allowed=False)

    with pytest.raises(NotAuthorised) as refused:
        await county.desk.cases.receive(await clerks(county, case, CLERK))
    await say(county, allowed=None)

    assert "本周专办养老" in refused.value.title
    assert await county.desk.cases.receive(await clerks(county, case, CLERK))


async def test_the_director_lets_a_comprehensive_clerk_receive_one_item_of_another_counter(county):
    """The police counter's item, while the colleague is away; the word ends with its day."""
    case = await submitted(county, item=NEW_ID_CARD)
    with pytest.raises(NotFound):
        await county.desk.cases.receive(await clerks(county, case, CLERK))

    await say(county, allowed=True, item=NEW_ID_CARD, until=date(2026, 11, 23))

    assert await county.desk.cases.receive(await clerks(county, case, CLERK))
    county.clock.forward(days=1)
    other = await submitted(county, "citizen-2", item=NEW_ID_CARD)
    with pytest.raises(NotFound):
        await county.desk.cases.receive(await clerks(county, other, CLERK))


async def test_a_clerk_who_sits_only_at_professional_counters_is_a_professional_one(county):
    """综合 and 专业 are two roles: the second receives its own kind, and issues nothing."""
    professional = await county.caller("clerk-county-3")

    assert professional.role is Role.SPECIALIST


@pytest.mark.parametrize("who", ["clerk-anwen-1", "supervisor", "citizen-1", "director-county"])
async def test_only_the_halls_own_director_keeps_its_staff(county, who):
    """Nobody trains or authorises themselves; another hall's director has never heard of them."""
    for attempt in (train(county, who), say(county, allowed=True, who=who)):
        with pytest.raises((NotAllowed, NotFound)):
            await attempt


@pytest.mark.parametrize(("course", "until"), [("no-such", LATER), ("intake-2.0", date(2026, 11, 22))])
async def test_a_course_is_one_of_the_countys_and_not_over_yet(county, course, until):
    """What cannot be right is said."""
    with pytest.raises(BadInput):
        await train(county, course=course, until=until)


async def plan(county, code=CLERK, start=9, end=12, who=DIRECTOR, post=Post.RECEPTION):
    """A duty on Tuesday."""
    begins, ends = (datetime(2026, 11, 24, hour, tzinfo=SHANGHAI) for hour in (start, end))
    cmd = PlanDuty(await county.caller(who), AccountCode(code), post, begins, ends)
    return await county.desk.people.plan_duty(cmd)


async def test_the_roster_says_who_is_lacking_what_and_who_is_on_duty(county):
    """In one look, for the director of the hall and for the supervisor."""
    await out_of_date(county)
    await plan(county)
    county.clock.forward(hours=24)

    for who in (DIRECTOR, "supervisor"):
        roster = await county.desk.people.staff(await county.caller(who), ANWEN)
        clerk = next(member for member in roster.members if member.account.code == CLERK)
        assert clerk.lacking == ("intake-2.0",)
        assert clerk.on_duty is not None
        assert [duty.account for duty in roster.duties] == [CLERK]
    with pytest.raises(NotFound):
        await county.desk.people.staff(await county.caller(DIRECTOR), COUNTY)


async def test_nobody_stands_at_two_posts_at_once(county):
    """The refusal names who and when; what is cancelled, or begins when the other ends, clashes with nothing."""
    first = await plan(county)

    with pytest.raises(DutyClash) as refused:
        await plan(county, start=11, end=14)
    assert await plan(county, start=12, end=14)
    director = await county.caller(DIRECTOR)
    assert (await county.desk.people.cancel_duty(director, first.id)).cancelled

    assert (await county.caller(CLERK)).account.name in refused.value.title
    assert await plan(county, start=9, end=12)


async def test_an_approver_without_training_does_not_decide_and_hears_who_can_change_it(county):
    """后台审批 asks for its course, too; the county's supervisor writes it down, and the same press decides."""
    case, code = await in_review(county), "approver-civil_affairs-1"
    await out_of_date(county, code=code)
    approver, supervisor = await county.caller(code), await county.caller("supervisor")
    grant = DecideCase(approver, case.id, case.version, granted=True)

    with pytest.raises(NotTrained) as refused:
        await county.desk.cases.decide(grant)
    assert "不能审批“高龄津贴申领”" in refused.value.title
    assert supervisor.account.name in refused.value.next_step
    (listed,) = [m for m in await county.desk.people.approvers(supervisor) if m.account.code == code]
    assert listed.lacking == ("intake-2.0",)

    await train(county, "supervisor", code)

    assert (await county.desk.cases.decide(grant)).outcome.granted


async def test_an_item_may_ask_a_course_of_whoever_decides_on_it(county):
    """By the county's file; other items of the department are not touched, and a trained colleague is named."""
    case, code = await in_review(county), "approver-civil_affairs-1"
    async with county.store.open_uow() as uow:
        rules = await uow.places.rules()
        courses = {ALLOWANCE: ("accessible-service",)}
        await uow.places.put_rules(replace(rules, training=replace(rules.training, decision_courses=courses)))
        await uow.people.put_account(
            Account(AccountCode("colleague"), "陈小满", Role.APPROVER, department=case.department)
        )
        for course in ("intake-2.0", "accessible-service"):
            passed = Training(
                TrainingId(course),
                AccountCode("colleague"),
                course,
                LATER,
                AccountCode("x"),
                county.clock.now(),
            )
            await uow.staff.add_training(passed)
        await uow.commit()

    with pytest.raises(NotTrained) as refused:
        await county.desk.cases.decide(
            DecideCase(await county.caller(code), case.id, case.version, granted=True)
        )

    assert "适老服务" in refused.value.title
    assert "请由陈小满审批" in refused.value.next_step


async def test_only_the_countys_supervisor_writes_down_what_an_approver_has_passed(county):
    """A hall's director keeps the hall; a department has none."""
    with pytest.raises(NotAllowed):
        await train(county, DIRECTOR, "approver-civil_affairs-1")
    with pytest.raises(NotAllowed):
        await train(county, "supervisor", CLERK)
