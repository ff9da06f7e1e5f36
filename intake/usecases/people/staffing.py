"""Staff of a hall (人员与排班): who works there, what they may do, and who is on duty now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from intake.errors import BadInput, DutyClash, NotFound, NotNow
from intake.model.authority import Belonging, Verb, require
from intake.model.calendar import SHANGHAI, local_day, local_text
from intake.model.ids import AccountCode, CounterCode, DutyId, HallCode, IntentKey
from intake.model.people import RECEPTION, Account, Caller, Role
from intake.model.staffing import Duty, Member, Post, TrainingRules
from intake.ports import Tools, Uow
from intake.usecases.intents import once
from intake.usecases.people.authorising import approvers_of, member_of, missing
from intake.usecases.trail import audit

_LONGEST_DUTY = timedelta(hours=12)
_WORKING = RECEPTION | {Role.DIRECTOR}


@dataclass(frozen=True, slots=True)
class PlanDuty:
    """One member of the hall's staff at one post, from an instant to another."""

    caller: Caller
    account: AccountCode
    post: Post
    start: datetime
    end: datetime
    counter: CounterCode | None = None
    key: IntentKey | None = None


@dataclass(frozen=True, slots=True)
class Roster:
    """中心人员表: the members of a hall, and a week's duties."""

    hall: HallCode
    members: tuple[Member, ...]
    duties: tuple[Duty, ...]


async def staff_of(caller: Caller, hall: HallCode, monday: date | None, *, tools: Tools) -> Roster:
    """A hall's staff with trainings, authorisations, what is lacking, who is on duty, and the duties of a week."""
    require(caller, Verb.SEE_STAFF, Belonging(hall=hall))
    now = tools.clock.now()
    today = local_day(now)
    first = monday or today - timedelta(days=today.weekday())
    start = datetime.combine(first, time.min, SHANGHAI)
    async with tools.open_view() as view:
        await view.places.hall(hall)
        accounts = [a for a in await view.people.at_hall(hall) if a.role in _WORKING]
        codes = {account.code for account in accounts}
        trainings = await view.staff.trainings(codes)
        words = await view.staff.authorisations(codes)
        rules = (await view.places.rules()).training
        here = await view.staff.duties_at(hall, now, now + timedelta(seconds=1))
        week = await view.staff.duties_at(hall, start, start + timedelta(days=7))

    def member(account: Account) -> Member:
        return Member(
            account,
            tuple(t for t in trainings if t.account == account.code),
            tuple(w for w in words if w.account == account.code),
            missing(account, trainings, rules, today),
            next((d for d in here if d.account == account.code and d.on_at(now)), None),
        )

    planned = tuple(duty for duty in week if not duty.cancelled)
    return Roster(hall, tuple(map(member, accounts)), planned)


async def approvers(caller: Caller, *, tools: Tools) -> tuple[Member, ...]:
    """部门审批人员: of all departments, by department and code, with their trainings and what is lacking."""
    require(caller, Verb.KEEP_APPROVERS)
    today = local_day(tools.clock.now())
    async with tools.open_view() as view:
        accounts = await approvers_of(view)
        trainings = await view.staff.trainings({account.code for account in accounts})
        rules = (await view.places.rules()).training
    found = [
        Member(
            account,
            tuple(t for t in trainings if t.account == account.code),
            (),
            missing(account, trainings, rules, today),
        )
        for account in accounts
    ]
    return tuple(sorted(found, key=lambda one: (one.account.department or "", one.account.code)))


async def plan_duty(cmd: PlanDuty, *, tools: Tools) -> Duty:
    """排班: nobody stands at two posts at once; two plans for one person take turns, and the second is refused."""
    require(cmd.caller, Verb.KEEP_STAFF)
    if not cmd.start < cmd.end <= cmd.start + _LONGEST_DUTY:
        raise BadInput(field="end", why="班次要有开始和结束，最长12小时。")
    async with tools.open_uow() as uow:
        member = await member_of(uow, cmd.caller, cmd.account)
        return await once(
            uow,
            cmd.caller,
            cmd.key,
            "plan_duty",
            act=lambda: _plan(uow, cmd, member, tools),
            again=lambda found: uow.staff.duty(DutyId(found)),
            name=lambda done: done.id,
        )


async def cancel_duty(caller: Caller, duty: DutyId, *, tools: Tools) -> Duty:
    """取消班次: it stays for the record; twice is no error, a duty that has begun is worked to its end."""
    require(caller, Verb.KEEP_STAFF)
    now = tools.clock.now()
    async with tools.open_uow() as uow:
        found = await uow.staff.duty(duty)
        require(caller, Verb.KEEP_STAFF, Belonging(hall=found.hall))
        if found.start <= now:
            raise NotNow(what="这个班次", state="已开始")
        if await uow.staff.cancel_duty(duty):
            facts = {"account": found.account, "start": found.start.isoformat()}
            await audit(uow, caller, "staff.cancel_duty", now, **facts)
        await uow.commit()
        return await uow.staff.duty(duty)


async def _plan(uow: Uow, cmd: PlanDuty, member: Account, tools: Tools) -> Duty:
    now = tools.clock.now()
    hall = await uow.places.hall(member.hall or HallCode(""))
    if cmd.counter is not None and cmd.counter not in {counter.code for counter in hall.counters}:
        raise NotFound(what="窗口")
    await uow.staff.hold_roster(member.code)
    new = DutyId(tools.ids.new())
    duty = Duty(new, member.code, hall.code, cmd.post, cmd.counter, cmd.start, cmd.end, cmd.caller.code)
    for other in await uow.staff.duties_of(member.code, cmd.start, cmd.end):
        if duty.overlaps(other):
            raise DutyClash(name=member.name, when=local_text(other.start))
    await uow.staff.add_duty(duty)
    facts = {"account": member.code, "post": cmd.post, "start": cmd.start.isoformat()}
    await audit(uow, cmd.caller, "staff.plan_duty", now, **facts)
    return duty


async def training_rules(*, tools: Tools) -> TrainingRules:
    """The county's courses and who needs which."""
    async with tools.open_view() as view:
        return (await view.places.rules()).training
