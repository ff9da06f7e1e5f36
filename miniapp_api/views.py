"""What the pages see: people masked, instants in local time, and a ready sentence wherever a person reads one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime

from intake.model.authority import ROLE_WORDS, TABLE, Reach, Verb
from intake.model.booking import Appointment, Slot
from intake.model.calendar import SHANGHAI, WorkingCalendar, day_text, local_text
from intake.model.case import CASE_WORDS, LIFE, Act, Case, CaseEvent, CaseMaterial, CaseState, Page, Verdict
from intake.model.catalogue import GROUP_WORDS, Need, ProjectType, ServiceItem, TimeLimit, Way
from intake.model.grades import GRADES
from intake.model.ids import HallCode
from intake.model.lines import why_here
from intake.model.people import Account, Caller, Door, Person, mask_phone
from intake.model.places import KIND_WORDS, Hall
from intake.model.province import ProvinceRecord
from intake.model.question import QUESTION_WORDS, Question
from intake.model.queue import OVER, TICKET_WORDS, Ticket
from intake.model.tray import CounterTray, LaidCard, LaidPage
from intake.usecases.cases.deciding import BY_MAIL
from intake.usecases.cases.looking import CaseFile
from intake.usecases.places.booking import APPOINTMENT_WORDS
from intake.usecases.queue.watching import GroupLine, HallLine
from miniapp_api.typed import View

WAY_WORDS = {Way.DIRECT: "可直接办", Way.PROXY: "可代办", Way.NOT_HERE: "请到别处办"}
DOOR_WORDS = {
    Door.PHONE: "手机",
    Door.WECHAT: "微信",
    Door.TERMINAL: "终端",
    Door.DESK_PAGE: "窗口",
    Door.COUNTER: "窗口设备",
    Door.KIOSK: "自助机",
    Door.COMMAND_LINE: "管理命令",
}
GREEN_WORDS = {
    "": "",
    "elder": "老年人优先",
    "disabled": "残疾人优先",
    "pregnant": "孕妇优先",
    "service_member": "军人优先",
    "veteran": "退役军人优先",
}
ACT_WORDS = {
    "open": "开始填报",
    "add_page": "上传材料",
    "drop_page": "删除照片",
    "submit": "提交",
    "receive": "收件",
    "accept": "受理",
    "ask_correction": "要求补正",
    "resupply": "补正完成",
    "hand_over": "转部门审批",
    "decide": "审批",
    "issue": "出件",
    "deliver": "送达",
    "evaluate": "评价",
    "withdraw": "撤回",
    "redirect": "指明办法",
    "erase_photographs": "照片到期删除",
    "transfer": "转到其他中心",
    "escalate": "提请主任决定",
    "settle": "主任决定",
    "extend": "延长办理期限",
    "supply": "后补收讫",
    "wrong_code": "取件码输错",
    "lapse": "补正期满",
    "archive": "归档",
    "amend": "更正",
    "reopen": "重新办理",
    "remind_correction": "提醒补正",
    "remind_director": "催主任决定",
    "remind_collection": "提醒取件",
    "remind_later": "提醒后补",
}
VERDICT_WORDS = {
    Verdict.PENDING: "待核对",
    Verdict.ACCEPTED: "合格",
    Verdict.UNREADABLE: "看不清",
    Verdict.WRONG: "不是这样材料",
    Verdict.MISSING: "缺少",
}
# Which verb of the authority table each act needs; what is absent here is nobody's act on this page.
_NEEDS = {
    Act.RECEIVE: Verb.RECEIVE_CASE,
    Act.ASK_CORRECTION: Verb.RECEIVE_CASE,
    Act.ACCEPT: Verb.RECEIVE_CASE,
    Act.HAND_OVER: Verb.RECEIVE_CASE,
    Act.REDIRECT: Verb.RECEIVE_CASE,
    Act.DECIDE: Verb.DECIDE_CASE,
    Act.ISSUE: Verb.ISSUE_CASE,
    Act.DELIVER: Verb.ISSUE_CASE,
    Act.EVALUATE: Verb.EVALUATE_CASE,
    Act.WITHDRAW: Verb.WITHDRAW_CASE,
    Act.SUBMIT: Verb.WITHDRAW_CASE,
    Act.RESUPPLY: Verb.WITHDRAW_CASE,
    Act.SUPPLY: Verb.RECEIVE_CASE,
    Act.TRANSFER: Verb.TRANSFER_CASE,
    Act.SETTLE: Verb.SETTLE_CASE,
    Act.EXTEND: Verb.EXTEND_CASE,
    Act.ARCHIVE: Verb.ARCHIVE_CASE,
    Act.AMEND: Verb.AMEND_CLOSED,
    Act.REOPEN: Verb.AMEND_CLOSED,
}
# What the state admits and the case itself may not; in review the corrections are the approver's word, added by `acts_of`.
_ALSO: Mapping[Act, Callable[[Case], bool]] = {
    Act.ASK_CORRECTION: lambda case: case.state is not CaseState.IN_REVIEW,
    Act.EVALUATE: lambda case: case.evaluation is None,
    Act.RESUPPLY: lambda case: case.correction is not None,
    Act.SUPPLY: lambda case: bool(case.owing()),
    Act.ISSUE: lambda case: not case.owing(),
    Act.EXTEND: lambda case: case.extension is None,
}
# Acts that reception does before acceptance and the department while it reviews.
_REVIEWERS = (Act.ASK_CORRECTION, Act.ESCALATE)


def local(instant: datetime) -> str:
    """An instant as ISO 8601 with the county's offset."""
    return instant.astimezone(SHANGHAI).isoformat(timespec="seconds")


def limit_text(limit: TimeLimit, project: ProjectType = ProjectType.PROMISED) -> str:
    """A limit in words: 当场办结, 5个工作日."""
    if limit.days == 0 or project is ProjectType.IMMEDIATE:
        return "当场办结"
    return f"{limit.days}个{'工作日' if limit.working else '自然日'}"


class CounterView(View):
    """A counter."""

    code: str
    name: str
    group: str
    number: str


class MeView(View):
    """Who is signed in."""

    code: str
    name: str
    role: str
    role_text: str
    hall: str | None
    hall_name: str
    department: str | None
    village: str | None
    village_name: str
    groups: list[str]
    counters: list[CounterView]

    @classmethod
    def of(cls, account: Account, hall: Hall | None, village_name: str) -> MeView:
        """The account with the counters it may sit at."""
        counters = [
            CounterView(code=c.code, name=c.name, group=c.group, number=c.number)
            for c in (hall.counters if hall else ())
            if not account.groups or c.group in account.groups
        ]
        return cls(
            code=account.code,
            name=account.name,
            role=account.role,
            role_text=ROLE_WORDS[account.role],
            hall=account.hall,
            hall_name=hall.name if hall else "",
            department=account.department,
            village=account.village,
            village_name=village_name,
            groups=sorted(account.groups),
            counters=counters,
        )


class ItemCard(View):
    """An item in a list."""

    service_code: str
    name: str
    summary: str
    department: str
    project_type: str
    promised_text: str
    way: str | None = None
    way_text: str = ""

    @classmethod
    def of(cls, item: ServiceItem, way: Way | None = None) -> ItemCard:
        """The item, with the way one hall offers it when a hall is looked at."""
        return cls(
            service_code=item.code,
            name=item.name,
            summary=item.summary,
            department=item.department,
            project_type=item.project_type,
            promised_text=limit_text(item.promised_limit, item.project_type),
            way=way,
            way_text=WAY_WORDS[way] if way else "",
        )


class MaterialView(View):
    """A material of an item."""

    key: str
    name: str
    kind: str
    need: str
    when: str
    original: bool
    copies: int
    source: str
    shared: bool
    how: str


class QuestionAnswer(View):
    """A common question."""

    question: str
    answer: str


class FeeView(View):
    """A fee."""

    name: str
    standard: str
    ground: str


class HallWay(View):
    """A hall that takes an item."""

    hall: str
    hall_name: str
    way: str
    way_text: str
    address: str
    phone: str


class ItemView(View):
    """An item whole: the guide."""

    service_code: str
    version: int
    name: str
    summary: str
    department: str
    task_type: str
    project_type: str
    conditions: list[str]
    legal_text: str
    promised_text: str
    visits: int
    fees: list[FeeView]
    handled_by: list[str]
    grounds: list[str]
    result_name: str
    delivery: list[str]
    materials: list[MaterialView]
    questions: list[QuestionAnswer]
    kiosk: bool
    home_visit: bool
    online: bool
    halls: list[HallWay]

    @classmethod
    def of(cls, item: ServiceItem, halls: tuple[tuple[Hall, Way], ...]) -> ItemView:
        """The item and where it is done."""
        return cls(
            service_code=item.code,
            version=item.version,
            name=item.name,
            summary=item.summary,
            department=item.department,
            task_type=item.task_type,
            project_type=item.project_type,
            conditions=list(item.conditions),
            legal_text=limit_text(item.legal_limit),
            promised_text=limit_text(item.promised_limit, item.project_type),
            visits=item.visits,
            fees=[FeeView(name=f.name, standard=f.standard, ground=f.ground) for f in item.fees],
            handled_by=list(item.handled_by),
            grounds=list(item.grounds),
            result_name=item.result_name,
            delivery=list(item.delivery),
            materials=[
                MaterialView(
                    key=m.key,
                    name=m.name,
                    kind=m.kind,
                    need=m.need,
                    when=m.when,
                    original=m.original,
                    copies=m.copies,
                    source=m.source,
                    shared=m.shared,
                    how=m.how,
                )
                for m in item.materials
            ],
            questions=[QuestionAnswer(question=q.question, answer=q.answer) for q in item.questions],
            kiosk=item.kiosk,
            home_visit=item.home_visit,
            online=item.online,
            halls=[
                HallWay(
                    hall=hall.code,
                    hall_name=hall.name,
                    way=way,
                    way_text=WAY_WORDS[way],
                    address=hall.address,
                    phone=hall.phone,
                )
                for hall, way in halls
            ],
        )


class SlotView(View):
    """A place that can be booked; `least` is how many must have booked before it opens at all."""

    id: str
    hall: str
    hall_name: str
    kind: str
    kind_text: str
    start: str
    end: str
    when_text: str
    left: int
    least: int

    @classmethod
    def of(cls, slot: Slot, halls: Mapping[HallCode, Hall]) -> SlotView:
        """The slot with its hall's name."""
        return cls(
            id=slot.id,
            hall=slot.hall,
            hall_name=halls[slot.hall].name,
            kind=slot.kind,
            kind_text=KIND_WORDS[slot.kind],
            start=local(slot.start),
            end=local(slot.end),
            when_text=local_text(slot.start),
            left=max(1, slot.online_left),
            least=slot.min_bookings,
        )


class AppointmentView(View):
    """An appointment. `forgiven` is why an absence does not count; empty when it does, or when there was none."""

    id: str
    number: str
    hall: str
    hall_name: str
    kind: str
    kind_text: str
    start: str
    end: str
    when_text: str
    service_code: str
    service_name: str
    person_id: str
    case_id: str | None
    state: str
    state_text: str
    forgiven: str

    @classmethod
    def of(cls, appointment: Appointment, halls: Mapping[HallCode, Hall]) -> AppointmentView:
        """The appointment with its hall's name."""
        return cls(
            id=appointment.id,
            number=appointment.number,
            hall=appointment.hall,
            hall_name=halls[appointment.hall].name,
            kind=appointment.kind,
            kind_text=KIND_WORDS[appointment.kind],
            start=local(appointment.start),
            end=local(appointment.end),
            when_text=local_text(appointment.start),
            service_code=appointment.service_code,
            service_name=appointment.service_name,
            person_id=appointment.person,
            case_id=appointment.case,
            state=appointment.state,
            state_text=APPOINTMENT_WORDS[appointment.state],
            forgiven=appointment.forgiven,
        )


class DueView(View):
    """The last day of the promise, and how near it is: green, yellow, red; `standing` while the person corrects."""

    day: date
    day_text: str
    provisional: bool
    left_working_days: int
    light: str
    over_working_days: int
    standing: bool
    legal_day: date
    legal_text: str
    legally_over: bool

    @classmethod
    def of(cls, case: Case, calendar: WorkingCalendar, today: date, warning: int) -> DueView | None:
        """The clock of a case that was accepted."""
        clock = case.clock(calendar, today, warning)
        if clock is None:
            return None
        return cls(
            day=clock.due.day,
            day_text=day_text(clock.due.day),
            provisional=clock.due.provisional,
            left_working_days=clock.left,
            light=clock.light,
            over_working_days=clock.over,
            standing=clock.standing,
            legal_day=clock.legal_due.day,
            legal_text=day_text(clock.legal_due.day),
            legally_over=clock.legally_over,
        )


class PersonView(View):
    """A person, masked."""

    id: str
    name: str
    id_number: str
    phone: str
    age: int
    green: str
    green_text: str

    @classmethod
    def of(cls, person: Person, today: date) -> PersonView:
        """The person as anybody may be shown who may see the case."""
        green = person.green_channel(today)
        return cls(
            id=person.id,
            name=person.name,
            id_number=person.id_number.masked,
            phone=mask_phone(person.phone),
            age=person.age_on(today),
            green=green,
            green_text=GREEN_WORDS.get(green, ""),
        )


class PageView(View):
    """A photograph of a material."""

    id: str
    kind: str
    verdict: str
    advice: str
    added_at: str
    url: str

    @classmethod
    def of(cls, page: Page) -> PageView:
        """The page without its picture."""
        return cls(
            id=page.id,
            kind=page.kind,
            verdict=page.verdict,
            advice=page.advice,
            added_at=local(page.added_at),
            url=f"/api/v1/pages/{page.id}",
        )


class CaseMaterialView(View):
    """A material of a case."""

    key: str
    name: str
    kind: str
    need: str
    when: str
    verdict: str
    verdict_text: str
    remark: str
    pages: list[PageView]
    correct_by_text: str = ""
    promised_by: date | None = None
    promised_by_text: str = ""
    owed: bool = False

    @classmethod
    def of(cls, material: CaseMaterial) -> CaseMaterialView:
        """The material with its pages."""
        return cls(
            key=material.key,
            name=material.name,
            kind=material.kind,
            need=material.need,
            when=material.when,
            verdict=material.verdict,
            verdict_text=VERDICT_WORDS[material.verdict],
            remark=material.remark,
            pages=[PageView.of(page) for page in material.pages],
            correct_by_text=day_text(material.correct_by) if material.correct_by and material.faulty else "",
            promised_by=material.promise.due_on if material.promise else None,
            promised_by_text=day_text(material.promise.due_on) if material.promise else "",
            owed=material.owed,
        )


class EventView(View):
    """One act in a case's history."""

    act: str
    act_text: str
    state_text: str
    by_name: str
    door: str
    door_text: str
    at: str
    at_text: str
    words: str

    @classmethod
    def of(cls, event: CaseEvent) -> EventView:
        """The act in words."""
        return cls(
            act=event.act,
            act_text=ACT_WORDS.get(event.act, event.act),
            state_text=CASE_WORDS[event.state],
            by_name=event.by_name,
            door=event.door,
            door_text=DOOR_WORDS[event.door],
            at=local(event.at),
            at_text=local_text(event.at),
            words=event.words,
        )


class OutcomeView(View):
    """The decision."""

    granted: bool
    reason: str
    ground: str
    instead: str
    decided_at: str


class IssueView(View):
    """How the result goes out; the code is shown to the person only."""

    way: str
    code: str
    issued_at: str
    carrier: str = ""
    taken_by: str = ""
    relation: str = ""
    against: str = ""
    taken_text: str = ""


class EscalationView(View):
    """What waits for the director, and by when."""

    cause: str
    words: str
    due: date
    due_text: str
    overdue: bool
    back_to: str


class ExtensionView(View):
    """By how much the limit was made longer, why and on what ground."""

    days: int
    reason: str
    ground: str


class EvaluationView(View):
    """The evaluation."""

    grade: int
    grade_text: str
    words: str


class CorrectionView(View):
    """What is to be corrected, and until when."""

    remark: str
    due: date
    due_text: str
    round: int


class CaseCard(View):
    """A case in a list."""

    id: str
    number: str
    service_code: str
    service_name: str
    project_type: str
    department: str
    applicant_name: str
    proxy_name: str
    hall: str
    hall_name: str
    door: str
    door_text: str
    state: str
    state_text: str
    submitted_at: str | None
    submitted_text: str
    due: DueView | None
    rounds: int
    version: int
    escalation: EscalationView | None
    owing: list[str]
    owing_late: bool

    @classmethod
    def of(
        cls, case: Case, halls: Mapping[HallCode, Hall], calendar: WorkingCalendar, today: date, warning: int
    ) -> CaseCard:
        """The case in one row."""
        return cls(
            id=case.id,
            number=case.number,
            service_code=case.service_code,
            service_name=case.service_name,
            project_type=case.project_type,
            department=case.department,
            applicant_name=case.applicant_name,
            proxy_name=case.proxy_name,
            hall=case.hall,
            hall_name=halls[case.hall].name,
            door=case.door,
            door_text=DOOR_WORDS[case.door],
            state=case.state,
            state_text=CASE_WORDS[case.state],
            submitted_at=local(case.submitted_at) if case.submitted_at else None,
            submitted_text=local_text(case.submitted_at) if case.submitted_at else "",
            due=DueView.of(case, calendar, today, warning),
            rounds=case.rounds,
            version=case.version,
            escalation=_escalation(case, today),
            owing=[m.name for m in case.owing()],
            owing_late=any(m.promise and m.promise.due_on < today for m in case.owing()),
        )


class ProvinceView(View):
    """省平台办件: under which number the province's platform has the case, and how far it says it is."""

    number: str
    handed_at: datetime
    status: str
    status_at: datetime | None

    @classmethod
    def of(cls, record: ProvinceRecord) -> ProvinceView:
        """The record as people read it."""
        return cls(
            number=record.projid,
            handed_at=record.handed_at,
            status=record.status,
            status_at=record.status_at,
        )


class CaseView(CaseCard):
    """A case whole."""

    applicant: PersonView
    appointment_id: str | None
    materials: list[CaseMaterialView]
    lacking: list[str]
    outcome: OutcomeView | None
    issue: IssueView | None
    evaluation: EvaluationView | None
    correction: CorrectionView | None
    note: str
    history: list[EventView]
    acts: list[str]
    may_follow: list[str]
    extension: ExtensionView | None
    province: ProvinceView | None

    @classmethod
    def whole(
        cls,
        file: CaseFile,
        caller: Caller,
        halls: Mapping[HallCode, Hall],
        calendar: WorkingCalendar,
        today: date,
        warning: int,
    ) -> CaseView:
        """The case as this caller may see it, with what the caller may do to it now."""
        case = file.case
        own = case.applicant == caller.account.person or case.opened_by == caller.code
        return cls(
            **CaseCard.of(case, halls, calendar, today, warning).model_dump(exclude={"due", "escalation"}),
            due=DueView.of(case, calendar, today, warning),
            escalation=_escalation(case, today),
            applicant=PersonView.of(file.applicant, today),
            appointment_id=case.appointment,
            materials=[CaseMaterialView.of(material) for material in case.materials],
            lacking=[material.name for material in case.lacking()],
            outcome=_outcome(case),
            issue=_issue(case, show_code=own),
            evaluation=_evaluation(case),
            correction=_correction(case),
            note=case.note,
            history=[EventView.of(event) for event in file.history],
            acts=acts_of(case, caller),
            may_follow=[m.key for m in case.materials if m.need is Need.LATER and not m.pages],
            extension=_extension(case),
            province=ProvinceView.of(file.province) if file.province else None,
        )


def acts_of(case: Case, caller: Caller) -> list[str]:
    """What the caller may do to the case in its present state, by the authority table and the machine."""
    acts = [act.value for act in LIFE if _may(act, case, caller)]
    judging = Act.DECIDE if case.state is CaseState.IN_REVIEW else Act.ACCEPT
    if judging.value in acts:
        acts += [act.value for act in _REVIEWERS if act.value not in acts]
    return acts


def _may(act: Act, case: Case, caller: Caller) -> bool:
    verb = _NEEDS.get(act)
    reach = TABLE[verb].get(caller.role) if verb else None
    if reach is None or not case.may(act) or (act in _ALSO and not _ALSO[act](case)):
        return False
    match reach:
        case Reach.OWN:
            return case.applicant == caller.account.person or case.opened_by == caller.code
        case Reach.DEPARTMENT:
            return case.department == caller.account.department
        case Reach.HALL:
            return case.hall == caller.account.hall
        case _:
            return True


def _escalation(case: Case, today: date) -> EscalationView | None:
    if case.escalation is None:
        return None
    e = case.escalation
    return EscalationView(
        cause=e.cause,
        words=e.words,
        due=e.due_on,
        due_text=day_text(e.due_on),
        overdue=today > e.due_on,
        back_to=e.back_to,
    )


def _extension(case: Case) -> ExtensionView | None:
    if case.extension is None:
        return None
    e = case.extension
    return ExtensionView(days=e.limit.days, reason=e.reason, ground=e.ground)


def _outcome(case: Case) -> OutcomeView | None:
    if case.outcome is None:
        return None
    o = case.outcome
    return OutcomeView(
        granted=o.granted, reason=o.reason, ground=o.ground, instead=o.instead, decided_at=local(o.decided_at)
    )


def _issue(case: Case, *, show_code: bool) -> IssueView | None:
    if case.issue is None:
        return None
    issue, delivery = case.issue, case.issue.delivery
    return IssueView(
        way=issue.way,
        code=issue.code if show_code or issue.way == BY_MAIL else "",
        issued_at=local(issue.issued_at),
        carrier=issue.carrier,
        taken_by=delivery.to if delivery else "",
        relation=delivery.relation if delivery else "",
        against=delivery.against if delivery else "",
        taken_text=local_text(delivery.at) if delivery else "",
    )


def _evaluation(case: Case) -> EvaluationView | None:
    if case.evaluation is None:
        return None
    grade = case.evaluation.grade
    return EvaluationView(grade=grade, grade_text=GRADES[grade], words=case.evaluation.words)


def _correction(case: Case) -> CorrectionView | None:
    if case.correction is None:
        return None
    due = case.correction.due_on
    return CorrectionView(remark=case.correction.remark, due=due, due_text=day_text(due), round=case.rounds)


class TicketView(View):
    """A number in line."""

    id: str
    number: str
    holder: str
    service_code: str | None
    service_name: str
    group: str
    group_text: str
    green: str
    green_text: str
    booked_for_text: str
    state: str
    state_text: str
    counter: str | None
    counter_name: str
    clerk: str | None
    calls: int
    returns: int
    waited_minutes: int
    why: list[str]
    wait_text: str
    case_id: str | None
    appointment_id: str | None
    person_id: str | None
    version: int

    @classmethod
    def of(cls, ticket: Ticket, hall: Hall, now: datetime, line: HallLine | None = None) -> TicketView:
        """The number as the desk page shows it; with its line also why it stands there and how long it will wait."""
        counter = next((c.name for c in hall.counters if c.code == ticket.counter), "")
        return cls(
            id=ticket.id,
            number=ticket.number,
            holder=ticket.holder,
            service_code=ticket.service_code,
            service_name=ticket.service_name,
            group=ticket.group,
            group_text=GROUP_WORDS[ticket.group],
            green=ticket.green,
            green_text=GREEN_WORDS.get(ticket.green, ""),
            booked_for_text=local_text(ticket.booked_for) if ticket.booked_for else "",
            state=ticket.state,
            state_text=TICKET_WORDS[ticket.state],
            counter=ticket.counter,
            counter_name=counter,
            clerk=ticket.clerk,
            calls=ticket.calls,
            returns=ticket.returns,
            waited_minutes=max(0, int((now - ticket.taken_at).total_seconds() // 60)),
            why=_why(ticket, line),
            wait_text=_wait_text(ticket, line),
            case_id=ticket.case,
            appointment_id=ticket.appointment,
            person_id=ticket.person,
            version=ticket.version,
        )


def _why(ticket: Ticket, line: HallLine | None) -> list[str]:
    if line is None or ticket.state in OVER:
        return []
    return list(why_here(ticket, line.tickets, line.rules, GREEN_WORDS.get(ticket.green, "")))


def _wait_text(ticket: Ticket, line: HallLine | None) -> str:
    told = line.estimates.get(ticket.id) if line else None
    return told.in_words if told else ""


class GroupLineView(View):
    """One group of counters: how many wait, at how many open counters, and how long a newcomer would wait."""

    group: str
    group_text: str
    waiting: int
    counters: int
    wait_text: str

    @classmethod
    def of(cls, line: GroupLine) -> GroupLineView:
        """A group's line in words."""
        return cls(
            group=line.group,
            group_text=GROUP_WORDS[line.group],
            waiting=line.waiting,
            counters=line.counters,
            wait_text=line.newcomer.in_words,
        )


class OnCounterView(View):
    """A person's card on one of the hall's counters."""

    counter: str
    counter_name: str
    person_name: str
    pages: int
    read_at: str
    read_text: str

    @classmethod
    def of(cls, tray: CounterTray, hall: Hall) -> OnCounterView:
        """The tray in one row."""
        card = tray.card
        counter = card.counter or ""
        return cls(
            counter=counter,
            counter_name=next((c.name for c in hall.counters if c.code == counter), counter),
            person_name=tray.holder.name,
            pages=len(tray.pages),
            read_at=local(card.read_at),
            read_text=_read_text(card.read_at),
        )


class LaidCardView(View):
    """A card on a counter, with its holder masked."""

    id: str
    person: PersonView
    read_at: str
    read_text: str

    @classmethod
    def of(cls, card: LaidCard, holder: Person, today: date) -> LaidCardView:
        """The card as the clerk at its counter sees it."""
        person = PersonView.of(holder, today)
        return cls(id=card.id, person=person, read_at=local(card.read_at), read_text=_read_text(card.read_at))


class LaidPageView(View):
    """A page on a counter, in no case yet."""

    id: str
    kind: str
    verdict: str
    advice: str
    at: str
    url: str

    @classmethod
    def of(cls, page: LaidPage, card: LaidCard) -> LaidPageView:
        """The page without its picture."""
        return cls(
            id=page.id,
            kind=page.facts.kind,
            verdict=page.facts.verdict,
            advice=page.facts.advice,
            at=local(page.laid_at),
            url=f"/api/v1/halls/{card.hall}/counters/{card.counter}/pages/{page.id}",
        )


class CounterTrayView(View):
    """What lies on a counter: nothing, or a card and the pages laid for its holder."""

    counter: str
    card: LaidCardView | None
    pages: list[LaidPageView]

    @classmethod
    def of(cls, counter: str, tray: CounterTray | None, today: date) -> CounterTrayView:
        """The tray whole."""
        if tray is None:
            return cls(counter=counter, card=None, pages=[])
        card = LaidCardView.of(tray.card, tray.holder, today)
        pages = [LaidPageView.of(page, tray.card) for page in tray.pages]
        return cls(counter=counter, card=card, pages=pages)


def _read_text(read_at: datetime) -> str:
    """When a card was read, seldom more than half an hour ago."""
    return f"{read_at.astimezone(SHANGHAI):%H:%M}读卡"


class QuestionView(View):
    """A question."""

    id: str
    number: str
    text: str
    hall: str
    owner: str
    owner_name: str
    due: date
    due_text: str
    overdue: bool
    state: str
    state_text: str
    asked_at: str
    answer: str
    reopened: int
    grade: int | None
    grade_text: str
    version: int

    @classmethod
    def of(cls, question: Question, today: date) -> QuestionView:
        """The question and who answers by when."""
        return cls(
            id=question.id,
            number=question.number,
            text=question.text,
            hall=question.hall,
            owner=question.owner,
            owner_name=question.owner_name,
            due=question.due_on,
            due_text=day_text(question.due_on),
            overdue=question.overdue(today),
            state=question.state,
            state_text=QUESTION_WORDS[question.state],
            asked_at=local(question.asked_at),
            answer=question.answer,
            reopened=question.reopened,
            grade=question.grade,
            grade_text=GRADES[question.grade] if question.grade else "",
            version=question.version,
        )
