"""Authorising (培训与授权): who may receive and who may decide what, by counter group, director's word and training."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from intake.errors import BadInput, NotAuthorised, NotFound, NotTrained
from intake.model.authority import Belonging, Verb, require
from intake.model.calendar import local_day
from intake.model.case import Case
from intake.model.catalogue import ServiceItem
from intake.model.ids import AccountCode, DepartmentName, IntentKey, ServiceCode, TrainingId
from intake.model.people import RECEPTION, Account, Caller, Role
from intake.model.staffing import Authorisation, Training, TrainingRules, lacking_courses
from intake.ports import Tools, Uow
from intake.usecases.intents import once
from intake.usecases.owning import director_of, written
from intake.usecases.trail import audit

_NAMED = 3


@dataclass(frozen=True, slots=True)
class RecordTraining:
    """A course a member of the hall's staff has passed, and until when it counts."""

    caller: Caller
    account: AccountCode
    course: str
    until: date
    note: str = ""
    key: IntentKey | None = None


@dataclass(frozen=True, slots=True)
class Authorise:
    """The director's word on one clerk and one item; `allowed=None` takes an earlier word back."""

    caller: Caller
    account: AccountCode
    service_code: ServiceCode
    allowed: bool | None
    why: str
    until: date | None = None
    key: IntentKey | None = None


async def require_may_receive(uow: Uow, caller: Caller, item: ServiceItem, now: datetime) -> None:
    """Pass when the clerk may receive the item; else `NotFound`, `NotAuthorised` or `NotTrained`, saying who can.

    The rules are read where they are stored: a county that changes them does not restart its servers.
    """
    today = local_day(now)
    word = await uow.staff.authorisation(caller.code, item.code)
    said = word if word is not None and word.holds_on(today) else None
    granted = said is not None and said.allowed
    require(caller, Verb.RECEIVE_CASE, Belonging(group=None if granted else item.counter_group))
    if said is not None and not said.allowed:
        who, director = await _who_can(uow, caller, item, today)
        raise NotAuthorised(service=item.name, why=said.why, who=who, director=director)
    rules = (await uow.places.rules()).training
    trainings = await uow.staff.trainings({caller.code})
    lacking = lacking_courses(trainings, rules.asked_of(caller.role, item), today)
    if lacking:
        who, director = await _who_can(uow, caller, item, today)
        courses = rules.named(lacking)
        raise NotTrained(
            courses=courses, service=item.name, how=rules.how_to, who=who, director=director, act="受理"
        )


async def require_may_decide(uow: Uow, caller: Caller, case: Case, now: datetime) -> None:
    """Pass when the approver is trained for the item; else `NotTrained`, naming the colleagues who are."""
    today = local_day(now)
    rules = (await uow.places.rules()).training
    asked = rules.asked_to_decide(case.service_code)
    lacking = lacking_courses(await uow.staff.trainings({caller.code}), asked, today)
    if not lacking:
        return
    colleagues = [a for a in await approvers_of(uow, case.department) if a.code != caller.code]
    trainings = await uow.staff.trainings({account.code for account in colleagues})
    able = [a.name for a in colleagues if not lacking_courses(_own(a, trainings), asked, today)]
    keepers = [a.name for a in await uow.people.accounts(role=Role.SUPERVISOR) if a.active]
    keeper = f"县级督查人员{keepers[0]}" if keepers else "县级督查人员"
    raise NotTrained(
        courses=rules.named(lacking),
        service=case.service_name,
        how=rules.how_to,
        who="、".join(able[:_NAMED]) or f"{keeper}安排的同事",
        director=keeper,
        act="审批",
    )


async def approvers_of(uow: Uow, department: DepartmentName | None = None) -> list[Account]:
    """The approvers at work in a department, or in all of them, by code."""
    everybody = await uow.people.accounts(role=Role.APPROVER)
    return [a for a in everybody if a.active and department in {None, a.department}]


async def record_training(cmd: RecordTraining, *, tools: Tools) -> Training:
    """登记培训: appended; the same record twice is one."""
    course = written(cmd.course, "course", "请选择培训课程。")
    async with tools.open_uow() as uow:
        member = await _trainee(uow, cmd.caller, cmd.account)
        return await once(
            uow,
            cmd.caller,
            cmd.key,
            "record_training",
            act=lambda: _record(uow, cmd, member, course, tools),
            again=lambda found: _recorded(uow, member.code, TrainingId(found)),
            name=lambda done: done.id,
        )


async def authorise(cmd: Authorise, *, tools: Tools) -> Authorisation | None:
    """事项授权: one more item, or one item less, than the clerk's counter groups say."""
    require(cmd.caller, Verb.KEEP_STAFF)
    why = written(cmd.why, "why", "请写明为什么这样授权。")
    async with tools.open_uow() as uow:
        member = await member_of(uow, cmd.caller, cmd.account)
        if member.role not in RECEPTION:
            raise BadInput(field="account", why=f"{member.name}不是窗口人员，不需要受理授权。")
        return await once(
            uow,
            cmd.caller,
            cmd.key,
            "authorise",
            act=lambda: _authorise(uow, cmd, member, why, tools),
            again=lambda _: uow.staff.authorisation(member.code, cmd.service_code),
            name=lambda _: f"{member.code} {cmd.service_code}",
        )


async def member_of(uow: Uow, caller: Caller, code: AccountCode) -> Account:
    """A member of the caller's hall, for whoever keeps its staff; raises `NotFound` for everybody else's."""
    require(caller, Verb.KEEP_STAFF)
    account = await uow.people.account(code)
    if account is None:
        raise NotFound(what="工作人员")
    require(caller, Verb.KEEP_STAFF, Belonging(hall=account.hall))
    return account


async def _trainee(uow: Uow, caller: Caller, code: AccountCode) -> Account:
    """A member of the caller's hall, or for the county's supervisor an approver of any department."""
    account = await uow.people.account(code)
    if account is not None and account.role is Role.APPROVER:
        require(caller, Verb.KEEP_APPROVERS)
        return account
    return await member_of(uow, caller, code)


def missing(
    account: Account, trainings: tuple[Training, ...], rules: TrainingRules, on: date
) -> tuple[str, ...]:
    """The courses the account's role asks for and the account has no valid record of."""
    return lacking_courses(_own(account, trainings), rules.asked_of(account.role), on)


def _own(account: Account, trainings: Iterable[Training]) -> list[Training]:
    return [training for training in trainings if training.account == account.code]


async def _record(uow: Uow, cmd: RecordTraining, member: Account, course: str, tools: Tools) -> Training:
    now = tools.clock.now()
    rules = (await uow.places.rules()).training
    if rules.course_names and course not in rules.course_names:
        raise BadInput(field="course", why=f"没有这门课，请选：{rules.named(rules.course_names)}。")
    if cmd.until < local_day(now):
        raise BadInput(field="until", why="有效期已经过了，请填今天以后的日期。")
    new = TrainingId(tools.ids.new())
    training = Training(new, member.code, course, cmd.until, cmd.caller.code, now, cmd.note.strip())
    if not await uow.staff.add_training(training):
        known = await uow.staff.trainings({member.code})
        return next(t for t in known if (t.course, t.until) == (course, cmd.until))
    facts = {"account": member.code, "course": course, "until": cmd.until.isoformat()}
    await audit(uow, cmd.caller, "staff.train", now, **facts)
    return training


async def _recorded(uow: Uow, account: AccountCode, training: TrainingId) -> Training:
    return next(t for t in await uow.staff.trainings({account}) if t.id == training)


async def _authorise(
    uow: Uow, cmd: Authorise, member: Account, why: str, tools: Tools
) -> Authorisation | None:
    now = tools.clock.now()
    item = await uow.catalogue.current(cmd.service_code, local_day(now))
    said = {True: "allow", False: "withhold", None: "as_usual"}[cmd.allowed]
    facts = {"account": member.code, "service": item.code, "said": said, "why": why}
    await audit(uow, cmd.caller, "staff.authorise", now, **facts)
    if cmd.allowed is None:
        await uow.staff.drop_authorisation(member.code, item.code)
        return None
    word = Authorisation(member.code, item.code, cmd.allowed, cmd.until, why, cmd.caller.code, now)
    await uow.staff.put_authorisation(word)
    return word


async def _who_can(uow: Uow, caller: Caller, item: ServiceItem, today: date) -> tuple[str, str]:
    """The names a clerk is told: colleagues who may receive the item, and the director who can change it."""
    hall = caller.account.hall
    director = await director_of(uow, hall) if hall else None
    name = f"中心主任{director.name}" if director else "中心主任"
    able = await _able(uow, caller, item, today) if hall else []
    return "、".join(able[:_NAMED]) or f"{name}安排的同事", name


async def _able(uow: Uow, caller: Caller, item: ServiceItem, today: date) -> list[str]:
    hall = caller.account.hall
    staff = [a for a in await uow.people.at_hall(hall) if a.role in RECEPTION] if hall else []
    codes = {account.code for account in staff} - {caller.code}
    rules = (await uow.places.rules()).training
    trainings = await uow.staff.trainings(codes)
    words = {
        word.account: word.allowed
        for word in await uow.staff.authorisations(codes)
        if word.service_code == item.code and word.holds_on(today)
    }

    def can(account: Account) -> bool:
        in_group = not account.groups or item.counter_group in account.groups
        trained = not lacking_courses(_own(account, trainings), rules.asked_of(account.role, item), today)
        return trained and words.get(account.code, in_group)

    return [account.name for account in staff if account.code in codes and can(account)]
