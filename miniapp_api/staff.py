"""Staff over HTTP: who works in a hall, what they were trained in and may do, and who is on duty."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from intake.model.authority import ROLE_WORDS
from intake.model.calendar import day_text, local_text
from intake.model.catalogue import GROUP_WORDS, ServiceItem
from intake.model.ids import AccountCode, CounterCode, DutyId, HallCode, ServiceCode
from intake.model.places import Hall
from intake.model.staffing import POST_WORDS, Authorisation, Duty, Member, Post, Training, TrainingRules
from intake.usecases.people.authorising import Authorise, RecordTraining
from intake.usecases.people.staffing import PlanDuty
from miniapp_api.forms import Code, Words
from miniapp_api.typed import Api, Call, Form, FormT, NoForm, View
from miniapp_api.views import local

api = Api("staff")
_ALLOWED = {"allow": True, "withhold": False, "usual": None}


class RosterForm(Form):
    """Which hall, and the Monday of which week; this week's without one."""

    hall: Code
    week: date | None = None


class TrainingForm(Form):
    """Which course, good through which day."""

    account: Code
    course: Code | Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
    until: date
    note: Words = ""


class AuthoriseForm(Form):
    """Which item, and whether the clerk may receive it; `usual` takes an earlier word back."""

    account: Code
    service_code: Code
    allowed: Literal["allow", "withhold", "usual"]
    why: Words
    until: date | None = None


class DutyForm(Form):
    """Who stands at which post, from when to when."""

    account: Code
    post: Post
    start: AwareDatetime
    end: AwareDatetime
    counter: Code | None = None


class CancelForm(Form):
    """Which duty."""

    duty: Code


class TrainingView(View):
    """A training record."""

    course: str
    course_text: str
    until: date
    until_text: str
    valid: bool
    note: str


class AuthorisationView(View):
    """The director's word on one item."""

    service_code: str
    service_name: str
    allowed: bool
    until: date | None
    why: str


class DutyView(View):
    """A duty."""

    id: str
    account: str
    name: str
    post: str
    post_text: str
    counter_name: str
    start: str
    end: str
    text: str


class MemberView(View):
    """A member of the hall's staff."""

    code: str
    name: str
    role: str
    role_text: str
    groups_text: list[str]
    trainings: list[TrainingView]
    lacking: list[str]
    authorisations: list[AuthorisationView]
    on_duty: DutyView | None


class CourseView(View):
    """A course of the county."""

    course: str
    name: str


class RosterView(View):
    """A hall's staff and its week."""

    hall: str
    members: list[MemberView]
    duties: list[DutyView]
    courses: list[CourseView]
    how_to: str


class ApproverView(View):
    """Somebody who decides for a department."""

    code: str
    name: str
    department: str
    trainings: list[TrainingView]
    lacking: list[str]


class ApproversView(View):
    """All departments' approvers, and the courses there are."""

    approvers: list[ApproverView]
    courses: list[CourseView]
    how_to: str


@api.operation("GET", "/api/v1/halls/{hall}/staff", RosterForm, RosterView)
async def roster(call: Call[RosterForm]) -> RosterView:
    """中心人员: trainings, authorisations, who is on duty, and the week's duties."""
    hall_code = HallCode(call.form.hall)
    found = await call.desk.people.staff(call.caller, hall_code, call.form.week)
    rules = await call.desk.people.training_rules()
    hall = next(h for h in await call.desk.places.halls() if h.code == hall_code)
    names = {member.account.code: member.account.name for member in found.members}
    items = {item.code: item for item in await call.desk.catalogue.all()}
    seen = _Seen(hall, names, rules, items, call.desk.today)
    return RosterView(
        hall=hall_code,
        members=[seen.member(member) for member in found.members],
        duties=[seen.duty(duty) for duty in found.duties],
        courses=_courses(rules),
        how_to=rules.how_to,
    )


@api.operation("GET", "/api/v1/approvers", NoForm, ApproversView)
async def approvers(call: Call[NoForm]) -> ApproversView:
    """部门审批人员: what each was trained in and what is lacking, by department."""
    found = await call.desk.people.approvers(call.caller)
    rules, today = await call.desk.people.training_rules(), call.desk.today
    rows = [
        ApproverView(
            code=one.account.code,
            name=one.account.name,
            department=one.account.department or "",
            trainings=[_training(t, rules, today) for t in one.trainings],
            lacking=[rules.course_names.get(course, course) for course in one.lacking],
        )
        for one in found
    ]
    return ApproversView(approvers=rows, courses=_courses(rules), how_to=rules.how_to)


@api.operation(
    "POST",
    "/api/v1/staff/{account}/trainings",
    TrainingForm,
    TrainingView,
    status=201,
    refuses=("bad_input",),
)
async def record_training(call: Call[TrainingForm]) -> TrainingView:
    """登记培训."""
    form = call.form
    account = AccountCode(form.account)
    cmd = RecordTraining(call.caller, account, form.course, form.until, form.note, call.key)
    training = await call.desk.people.record_training(cmd)
    return _training(training, await call.desk.people.training_rules(), call.desk.today)


@api.operation(
    "POST",
    "/api/v1/staff/{account}/authorisations",
    AuthoriseForm,
    AuthorisationView,
    refuses=("bad_input", "unknown_service"),
)
async def authorise(call: Call[AuthoriseForm]) -> AuthorisationView:
    """事项授权: one more item or one less than the counter groups say."""
    form = call.form
    account, service = AccountCode(form.account), ServiceCode(form.service_code)
    cmd = Authorise(call.caller, account, service, _ALLOWED[form.allowed], form.why, form.until, call.key)
    word = await call.desk.people.authorise(cmd)
    item = await call.desk.catalogue.show(service)
    allowed, until = (word.allowed, word.until) if word else (True, None)
    return AuthorisationView(
        service_code=service, service_name=item.name, allowed=allowed, until=until, why=form.why
    )


@api.operation(
    "POST",
    "/api/v1/staff/{account}/duties",
    DutyForm,
    DutyView,
    status=201,
    refuses=("duty_clash", "bad_input"),
)
async def plan_duty(call: Call[DutyForm]) -> DutyView:
    """排班."""
    form = call.form
    counter = CounterCode(form.counter) if form.counter else None
    account = AccountCode(form.account)
    cmd = PlanDuty(call.caller, account, form.post, form.start, form.end, counter, call.key)
    return await _shown(call, await call.desk.people.plan_duty(cmd))


@api.operation("POST", "/api/v1/duties/{duty}/cancel", CancelForm, DutyView, refuses=("not_now",))
async def cancel_duty(call: Call[CancelForm]) -> DutyView:
    """取消班次."""
    return await _shown(call, await call.desk.people.cancel_duty(call.caller, DutyId(call.form.duty)))


async def _shown(call: Call[FormT], duty: Duty) -> DutyView:
    hall = next(h for h in await call.desk.places.halls() if h.code == duty.hall)
    names = {account.code: account.name for account in await call.desk.people.accounts()}
    return _duty(duty, hall, names)


class _Seen:
    """What turns a roster's codes into names."""

    def __init__(
        self,
        hall: Hall,
        names: dict[AccountCode, str],
        rules: TrainingRules,
        items: dict[ServiceCode, ServiceItem],
        today: date,
    ) -> None:
        self._hall, self._names, self._rules, self._items = hall, names, rules, items
        self._today = today

    def member(self, member: Member) -> MemberView:
        """One row."""
        account = member.account
        return MemberView(
            code=account.code,
            name=account.name,
            role=account.role,
            role_text=ROLE_WORDS[account.role],
            groups_text=[GROUP_WORDS[group] for group in sorted(account.groups)],
            trainings=[_training(t, self._rules, self._today) for t in member.trainings],
            lacking=[self._rules.course_names.get(course, course) for course in member.lacking],
            authorisations=[self._word(word) for word in member.authorisations],
            on_duty=self.duty(member.on_duty) if member.on_duty else None,
        )

    def duty(self, duty: Duty) -> DutyView:
        """One duty."""
        return _duty(duty, self._hall, self._names)

    def _word(self, word: Authorisation) -> AuthorisationView:
        item = self._items.get(word.service_code)
        return AuthorisationView(
            service_code=word.service_code,
            service_name=item.name if item else word.service_code,
            allowed=word.allowed,
            until=word.until,
            why=word.why,
        )


def _courses(rules: TrainingRules) -> list[CourseView]:
    return [CourseView(course=code, name=name) for code, name in rules.course_names.items()]


def _training(training: Training, rules: TrainingRules, today: date) -> TrainingView:
    return TrainingView(
        course=training.course,
        course_text=rules.course_names.get(training.course, training.course),
        until=training.until,
        until_text=f"{training.until.year}年{day_text(training.until)}",
        valid=training.valid_on(today),
        note=training.note,
    )


def _duty(duty: Duty, hall: Hall, names: dict[AccountCode, str]) -> DutyView:
    counter = next((c.name for c in hall.counters if c.code == duty.counter), "")
    return DutyView(
        id=duty.id,
        account=duty.account,
        name=names.get(duty.account, duty.account),
        post=duty.post,
        post_text=POST_WORDS[duty.post],
        counter_name=counter,
        start=local(duty.start),
        end=local(duty.end),
        text=f"{local_text(duty.start)}—{_clock(duty.end)}",
    )


def _clock(instant: datetime) -> str:
    return local(instant)[11:16]
