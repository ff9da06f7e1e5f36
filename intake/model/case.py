"""Cases (办件): one person's one matter, from the first photograph to the result in hand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from intake.errors import BadInput, NotNow, StillOwed, StillToCorrect
from intake.model.calendar import DueDay, WorkingCalendar, local_day
from intake.model.catalogue import Need, ProjectType, ServiceItem, TimeLimit
from intake.model.ids import (
    AccountCode,
    AppointmentId,
    CaseId,
    DepartmentName,
    Digest,
    HallCode,
    MandateId,
    PageId,
    PersonId,
    ServiceCode,
)
from intake.model.people import Door


class CaseState(StrEnum):
    """办件状态; `docs/case-life.md` draws the machine from `LIFE` below."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RECEIVED = "received"
    CORRECTION_ASKED = "correction_asked"
    ESCALATED = "escalated"
    ACCEPTED = "accepted"
    IN_REVIEW = "in_review"
    DECIDED = "decided"
    ISSUED = "issued"
    DELIVERED = "delivered"
    EVALUATED = "evaluated"
    ARCHIVED = "archived"
    WITHDRAWN = "withdrawn"
    REDIRECTED = "redirected"


CASE_WORDS: Mapping[CaseState, str] = {
    CaseState.DRAFT: "准备中",
    CaseState.SUBMITTED: "已提交，等待窗口收件",
    CaseState.RECEIVED: "窗口已收件",
    CaseState.CORRECTION_ASKED: "请补正材料",
    CaseState.ESCALATED: "等中心主任决定",
    CaseState.ACCEPTED: "已受理",
    CaseState.IN_REVIEW: "部门审批中",
    CaseState.DECIDED: "已办结，等待出件",
    CaseState.ISSUED: "可取件",
    CaseState.DELIVERED: "已取件",
    CaseState.EVALUATED: "已评价",
    CaseState.ARCHIVED: "已归档",
    CaseState.WITHDRAWN: "已撤回",
    CaseState.REDIRECTED: "已指明其他办法",
}


class Act(StrEnum):
    """办件动作: the only ways a case changes."""

    SUBMIT = "submit"
    RECEIVE = "receive"
    ASK_CORRECTION = "ask_correction"
    RESUPPLY = "resupply"
    ACCEPT = "accept"
    HAND_OVER = "hand_over"
    DECIDE = "decide"
    ISSUE = "issue"
    DELIVER = "deliver"
    EVALUATE = "evaluate"
    WITHDRAW = "withdraw"
    TRANSFER = "transfer"
    REDIRECT = "redirect"
    ARCHIVE = "archive"
    LAPSE = "lapse"
    ESCALATE = "escalate"
    SETTLE = "settle"
    EXTEND = "extend"
    SUPPLY = "supply"
    AMEND = "amend"
    REOPEN = "reopen"


_S = CaseState
# What is closed changes only by the privilege to amend or to reopen it; all else it still knows is the evaluation and the archive.
CLOSED_STATES = frozenset({_S.DELIVERED, _S.EVALUATED, _S.ARCHIVED, _S.WITHDRAWN, _S.REDIRECTED})
# The whole machine: from which states each act is possible. Where an act leads is said by the method of its name.
LIFE: Mapping[Act, frozenset[CaseState]] = {
    Act.SUBMIT: frozenset({_S.DRAFT}),
    Act.RECEIVE: frozenset({_S.SUBMITTED}),
    Act.ASK_CORRECTION: frozenset({_S.RECEIVED, _S.IN_REVIEW}),
    # A person whose time has lapsed may still answer while the director thinks about it.
    Act.RESUPPLY: frozenset({_S.CORRECTION_ASKED, _S.ESCALATED}),
    Act.ACCEPT: frozenset({_S.RECEIVED}),
    Act.HAND_OVER: frozenset({_S.ACCEPTED}),
    Act.DECIDE: frozenset({_S.IN_REVIEW}),
    Act.ISSUE: frozenset({_S.DECIDED}),
    Act.DELIVER: frozenset({_S.ISSUED}),
    Act.EVALUATE: frozenset({_S.ISSUED, _S.DELIVERED}),
    Act.WITHDRAW: frozenset({_S.DRAFT, _S.SUBMITTED, _S.RECEIVED, _S.CORRECTION_ASKED, _S.ESCALATED}),
    Act.TRANSFER: frozenset({_S.SUBMITTED, _S.RECEIVED, _S.ACCEPTED, _S.DECIDED}),
    Act.REDIRECT: frozenset({_S.SUBMITTED, _S.RECEIVED}),
    Act.ARCHIVE: frozenset({_S.EVALUATED, _S.DELIVERED, _S.WITHDRAWN, _S.REDIRECTED}),
    Act.LAPSE: frozenset({_S.CORRECTION_ASKED}),
    Act.ESCALATE: frozenset({_S.RECEIVED, _S.IN_REVIEW, _S.CORRECTION_ASKED}),
    Act.SETTLE: frozenset({_S.ESCALATED}),
    Act.EXTEND: frozenset({_S.ACCEPTED, _S.IN_REVIEW}),
    Act.SUPPLY: frozenset({_S.ACCEPTED, _S.IN_REVIEW, _S.DECIDED}),
    Act.AMEND: CLOSED_STATES,
    Act.REOPEN: CLOSED_STATES,
}
# While a case stands in one of these, the same person cannot open a second one for the same item.
OPEN_STATES = frozenset(
    {
        _S.SUBMITTED,
        _S.RECEIVED,
        _S.CORRECTION_ASKED,
        _S.ESCALATED,
        _S.ACCEPTED,
        _S.IN_REVIEW,
        _S.DECIDED,
        _S.ISSUED,
    }
)


class Verdict(StrEnum):
    """材料审核意见: what a clerk says of one material."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    UNREADABLE = "unreadable"
    WRONG = "wrong"
    MISSING = "missing"


FAULTS = frozenset({Verdict.UNREADABLE, Verdict.WRONG, Verdict.MISSING})
# What is said of a material whose paper the clerk has seen and of which there is no photograph.
SEEN_ON_PAPER = "窗口已当面核对原件"


@dataclass(frozen=True, slots=True)
class PageFacts:
    """读图结果: what the reading room saw on a photograph; `advice` is the sentence the person hears."""

    kind: str
    confidence: float
    verdict: str
    reason: str
    advice: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """材料页: one photograph, upright and without its metadata, kept encrypted under its digest."""

    id: PageId
    digest: Digest
    size: int
    kind: str
    verdict: str
    advice: str
    door: Door
    added_by: AccountCode
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Promise:
    """容缺后补: the person's word that a material follows, and the day by which."""

    made_at: datetime
    due_on: date
    kept_at: datetime | None = None
    reminded: bool = False


@dataclass(frozen=True, slots=True)
class CaseMaterial:
    """办件材料: one material of this case with its pages and the clerk's word on it.

    `correct_by` is the last day for correcting it; `promise` is what the case was accepted on instead of it.
    """

    key: str
    name: str
    kind: str
    need: Need
    when: str
    pages: tuple[Page, ...] = ()
    verdict: Verdict = Verdict.PENDING
    remark: str = ""
    correct_by: date | None = None
    promise: Promise | None = None

    @property
    def lacking(self) -> bool:
        """Whether the case cannot be submitted for want of this material: no page, and no clerk who saw the paper."""
        seen = self.pages or self.verdict is Verdict.ACCEPTED
        return self.need is Need.REQUIRED and not self.when and not seen

    @property
    def faulty(self) -> bool:
        """Whether a correction of it was asked for and has not come."""
        return self.verdict in FAULTS

    @property
    def owed(self) -> bool:
        """Whether it was promised and has not come."""
        return self.promise is not None and self.promise.kept_at is None

    def laid(self, page: Page) -> CaseMaterial:
        """With one page more: the clerk's earlier word no longer stands, and a promise is kept."""
        kept = replace(self.promise, kept_at=page.added_at) if self.owed and self.promise else self.promise
        return replace(self, pages=(*self.pages, page), verdict=Verdict.PENDING, promise=kept)

    def without(self, page: PageId) -> CaseMaterial:
        """With that page taken back; who takes back all of what was not necessary has answered for it."""
        pages = tuple(p for p in self.pages if p.id != page)
        taken_back = self.faulty and not pages and bool(self.pages) and self.need is not Need.REQUIRED
        return replace(self, pages=pages, verdict=Verdict.PENDING if taken_back else self.verdict)

    def on_paper(self, at: datetime) -> CaseMaterial:
        """The clerk has seen the paper itself."""
        kept = replace(self.promise, kept_at=at) if self.owed and self.promise else self.promise
        return replace(self, verdict=Verdict.ACCEPTED, remark=SEEN_ON_PAPER, promise=kept)


@dataclass(frozen=True, slots=True)
class Correction:
    """补正通知: everything wrong, told at once (一次性告知), and where the case goes back to."""

    remark: str
    asked_by: AccountCode
    asked_on: date
    due_on: date
    back_to: CaseState
    reminded: bool = False


class EscalationCause(StrEnum):
    """提请原因: why the director has to decide how a case goes on."""

    ROUNDS = "rounds"
    LAPSED = "lapsed"
    STUCK = "stuck"


@dataclass(frozen=True, slots=True)
class Escalation:
    """提请主任: nobody at the counter or in the department can go on; the director settles it by a day."""

    cause: EscalationCause
    words: str
    by: AccountCode
    at: datetime
    due_on: date
    back_to: CaseState
    reminded: bool = False


@dataclass(frozen=True, slots=True)
class Extension:
    """延长期限: once, for a reason, on a legal ground, by whom."""

    limit: TimeLimit
    reason: str
    ground: str
    by: AccountCode
    at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """审批决定: granted, or declined with the reason, the legal ground and the way that does work.

    Without these three a refusal does not exist: it cannot be made.
    """

    granted: bool
    reason: str
    ground: str
    instead: str
    decided_by: AccountCode
    decided_at: datetime

    def __post_init__(self) -> None:
        """Raise `BadInput` on a bare no."""
        wanted = (("reason", self.reason), ("ground", self.ground), ("instead", self.instead))
        empty = [name for name, words in wanted if not words.strip()]
        if not self.granted and empty:
            raise BadInput(field=empty[0], why="不能只说不行：请写明原因、依据和群众接下来怎么办。")


@dataclass(frozen=True, slots=True)
class Delivery:
    """送达: into whose hands the result came, who they are to the applicant, and what showed it."""

    to: str
    relation: str
    against: str
    by: AccountCode
    at: datetime


@dataclass(frozen=True, slots=True)
class Issue:
    """出件: how the result reaches the person, with the collection code or the courier's number."""

    way: str
    code: str
    issued_by: AccountCode
    issued_at: datetime
    carrier: str = ""
    delivery: Delivery | None = None
    reminded: bool = False


class Light(StrEnum):
    """时限亮灯: green while there is time, yellow when it runs out, red when it has."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True, slots=True)
class CaseClock:
    """办理时钟: how a case stands to its limits on a day; `left` and `over` are working days (or days, where the limit counts
    those). While the person corrects, the clock stands: both days move on with the calendar, and `left` stays.
    """

    due: DueDay
    legal_due: DueDay
    left: int
    over: int
    light: Light
    standing: bool
    legally_over: bool


@dataclass(frozen=True, slots=True)
class Evaluation:
    """好差评: one of five grades (5 非常满意 … 1 非常不满意) and the person's words; `by` is who gave it."""

    grade: int
    words: str
    at: datetime
    by: AccountCode | None = None

    @property
    def bad(self) -> bool:
        """Whether somebody must follow it up."""
        return self.grade <= 2  # noqa: PLR2004 (the two lowest of the five grades, by the policy)


@dataclass(frozen=True, slots=True)
class Case:
    """办件: one matter of one person under one version of a service item."""

    id: CaseId
    number: str
    service_code: ServiceCode
    service_name: str
    item_version: int
    project_type: ProjectType
    department: DepartmentName
    applicant: PersonId
    applicant_name: str
    opened_by: AccountCode
    proxy_name: str
    mandate: MandateId | None
    door: Door
    opened_hall: HallCode
    hall: HallCode
    appointment: AppointmentId | None
    state: CaseState
    materials: tuple[CaseMaterial, ...]
    opened_at: datetime
    submitted_at: datetime | None = None
    accepted_at: datetime | None = None
    due: DueDay | None = None
    legal_due: DueDay | None = None
    receiver: AccountCode | None = None
    reviewer: AccountCode | None = None
    correction: Correction | None = None
    rounds: int = 0
    outcome: Outcome | None = None
    issue: Issue | None = None
    evaluation: Evaluation | None = None
    note: str = ""
    version: int = 1
    escalation: Escalation | None = None
    extension: Extension | None = None
    extra_rounds: int = 0
    look_on: date | None = None

    def may(self, act: Act) -> bool:
        """Whether the act is possible in the present state."""
        return self.state in LIFE[act]

    def lacking(self) -> tuple[CaseMaterial, ...]:
        """Required materials without a page."""
        return tuple(m for m in self.materials if m.lacking)

    def material(self, key: str) -> CaseMaterial | None:
        """The material with that key, or None."""
        return next((m for m in self.materials if m.key == key), None)

    def with_page(self, key: str, page: Page) -> Case:
        """A page laid under one material; the clerk's earlier word on that material no longer stands."""
        self._require_open_for_pages(key)
        return self._with_material(key, lambda m: m.laid(page))

    def without_page(self, page: PageId) -> Case:
        """The page taken away again."""
        self._require_open_for_pages()
        return replace(self, materials=tuple(m.without(page) for m in self.materials))

    def without_photographs(self) -> Case:
        """照片到期删除: the case and the clerk's word on each material stay."""
        return replace(self, materials=tuple(replace(m, pages=()) for m in self.materials))

    def owing(self) -> tuple[CaseMaterial, ...]:
        """Materials that were promised and have not come."""
        return tuple(m for m in self.materials if m.owed)

    def to_correct(self) -> tuple[CaseMaterial, ...]:
        """Materials of which a correction was asked that has not come."""
        return tuple(m for m in self.materials if m.faulty)

    def clock(self, calendar: WorkingCalendar, today: date, warning: int) -> CaseClock | None:
        """How the case stands to its limits; `warning` is with how few days left it turns yellow. None before acceptance."""
        if self.due is None or self.legal_due is None:
            return None
        # What is decided is measured by the day of the decision, for ever.
        day = local_day(self.outcome.decided_at) if self.outcome else today
        standing = self.correction is not None and self.outcome is None
        due, legal = self.due, self.legal_due
        if self.correction is not None and standing:
            due, legal = (calendar.resumed(d, self.correction.asked_on, today) for d in (due, legal))
        left, over = calendar.days_left(due, day), calendar.days_over(due, day)
        late = day > due.day
        soon = left <= warning and self.outcome is None
        light = Light.RED if late else Light.YELLOW if soon else Light.GREEN
        return CaseClock(due, legal, left, over, light, standing, day > legal.day)

    def submit(self, number: str, at: datetime) -> Case:
        """提交: from now on the county answers for it under its number."""
        self._require(Act.SUBMIT)
        return replace(self, number=number, state=CaseState.SUBMITTED, submitted_at=at)

    def receive(self, by: AccountCode) -> Case:
        """收件: a clerk has it in hand."""
        self._require(Act.RECEIVE)
        return replace(self, state=CaseState.RECEIVED, receiver=by)

    def accept(
        self,
        item: ServiceItem,
        calendar: WorkingCalendar,
        at: datetime,
        on: date,
        *,
        on_paper: Collection[str] = (),
        promised: Mapping[str, Promise] | None = None,
    ) -> Case:
        """受理: the promise begins to run the working day after; a 即办件 is due on the day itself.

        `on_paper` names what the clerk has seen without a photograph, `promised` what follows (容缺后补).
        """
        self._require(Act.ACCEPT)
        promises = promised or {}
        accepted = [replace(m, verdict=Verdict.ACCEPTED) if m.pages else m for m in self.materials]
        accepted = [m.on_paper(at) if m.key in on_paper else m for m in accepted]
        accepted = [replace(m, promise=promises[m.key]) if m.key in promises else m for m in accepted]
        on_the_spot = self.project_type is ProjectType.IMMEDIATE
        return replace(
            self,
            state=CaseState.ACCEPTED,
            accepted_at=at,
            due=calendar.due(on, TimeLimit(0) if on_the_spot else item.promised_limit),
            legal_due=calendar.due(on, item.legal_limit),
            materials=tuple(accepted),
        )

    def ask_correction(
        self,
        words: Mapping[str, tuple[Verdict, str]],
        correction: Correction,
        correct_by: Mapping[str, date] | None = None,
    ) -> Case:
        """补正: every fault named at once; the clock stands still until the person has answered."""
        self._require(Act.ASK_CORRECTION)
        days = correct_by or {}
        marked = (
            replace(m, verdict=words[m.key][0], remark=words[m.key][1], correct_by=days.get(m.key))
            if m.key in words
            else m
            for m in self.materials
        )
        return replace(
            self,
            state=CaseState.CORRECTION_ASKED,
            materials=tuple(marked),
            correction=correction,
            rounds=self.rounds + 1,
        )

    def resupply(self, calendar: WorkingCalendar, on: date) -> Case:
        """补正完成: back to whoever asked, with the limits as far away as they were when the clock was stopped.

        Raises `StillToCorrect` while something that was asked for has not come.
        """
        self._require(Act.RESUPPLY)
        if self.correction is None:
            raise NotNow(what=self.number, state=CASE_WORDS[self.state])
        if self.to_correct():
            raise StillToCorrect(materials="、".join(m.name for m in self.to_correct()))
        return _resumed(self, calendar, on)

    def supplied_on_paper(self, keys: Collection[str], at: datetime) -> Case:
        """后补收讫, or a correction brought to the counter: the clerk has the paper itself in hand."""
        if not self.correction:
            self._require(Act.SUPPLY)
        return replace(self, materials=tuple(m.on_paper(at) if m.key in keys else m for m in self.materials))

    def escalate(self, escalation: Escalation) -> Case:
        """提请主任: the director decides how it goes on."""
        self._require(Act.ESCALATE)
        return replace(self, state=CaseState.ESCALATED, escalation=escalation)

    def another_round(self) -> Case:
        """主任决定再补一次: back to who may ask, with one round more."""
        self._require(Act.SETTLE)
        return replace(_settled(self), extra_rounds=self.extra_rounds + 1)

    def more_time(self, due_on: date) -> Case:
        """主任决定延长补正时间: what was asked may be supplied until another day."""
        self._require(Act.SETTLE)
        if self.correction is None:
            raise NotNow(what=self.number, state=CASE_WORDS[self.state])
        correction = replace(self.correction, due_on=due_on, reminded=False)
        longer = (replace(m, correct_by=due_on) if m.faulty else m for m in self.materials)
        return replace(_settled(self), correction=correction, materials=tuple(longer))

    def go_on(self, calendar: WorkingCalendar, on: date) -> Case:
        """主任决定按现有材料办: back to who asked, and what was asked for is no longer asked."""
        self._require(Act.SETTLE)
        forgiven = (replace(m, verdict=Verdict.PENDING) if m.faulty else m for m in self.materials)
        waived = replace(self, materials=tuple(forgiven))
        if self.correction is None:
            return _settled(waived)
        return _resumed(waived, calendar, on)

    def settle_elsewhere(self, outcome: Outcome) -> Case:
        """主任指明其他办法: the case ends here with the way that does work."""
        self._require(Act.SETTLE)
        return replace(self, state=CaseState.REDIRECTED, outcome=outcome, escalation=None, correction=None)

    def extend(self, extension: Extension, calendar: WorkingCalendar) -> Case:
        """延长期限: once, on top of both limits."""
        self._require(Act.EXTEND)
        if self.extension is not None or self.due is None or self.legal_due is None:
            raise NotNow(what=self.number, state="已延长过一次" if self.extension else CASE_WORDS[self.state])
        due, legal = (calendar.longer(d, extension.limit) for d in (self.due, self.legal_due))
        return replace(self, extension=extension, due=due, legal_due=legal)

    def hand_over(self) -> Case:
        """转部门: from reception to the department behind it."""
        self._require(Act.HAND_OVER)
        return replace(self, state=CaseState.IN_REVIEW)

    def decide(self, outcome: Outcome) -> Case:
        """审批决定, by the department and never by reception."""
        self._require(Act.DECIDE)
        return replace(self, state=CaseState.DECIDED, outcome=outcome, reviewer=outcome.decided_by)

    def issued(self, issue: Issue) -> Case:
        """出件: the one issuing window lets the result go, when nothing is owed any more."""
        self._require(Act.ISSUE)
        if self.owing():
            raise StillOwed(materials="、".join(m.name for m in self.owing()))
        return replace(self, state=CaseState.ISSUED, issue=issue)

    def deliver(self, delivery: Delivery) -> Case:
        """送达: the result is in somebody's hand, and it is written down whose."""
        self._require(Act.DELIVER)
        if self.issue is None:
            raise NotNow(what=self.number, state=CASE_WORDS[self.state])
        state = CaseState.EVALUATED if self.evaluation else CaseState.DELIVERED
        return replace(self, state=state, issue=replace(self.issue, delivery=delivery))

    def evaluate(self, evaluation: Evaluation) -> Case:
        """评价: once, by the person, when the result is out."""
        self._require(Act.EVALUATE)
        if self.evaluation is not None:
            raise NotNow(what=self.number, state=CASE_WORDS[CaseState.EVALUATED])
        closed = self.state is CaseState.DELIVERED
        return replace(self, evaluation=evaluation, state=CaseState.EVALUATED if closed else self.state)

    def withdraw(self, why: str) -> Case:
        """撤回, by the person, before it was accepted."""
        self._require(Act.WITHDRAW)
        return replace(self, state=CaseState.WITHDRAWN, note=why, correction=None, escalation=None)

    def transfer(self, hall: HallCode) -> Case:
        """全城通办: carried on at another hall, its history with it."""
        self._require(Act.TRANSFER)
        return replace(self, hall=hall)

    def redirect(self, outcome: Outcome) -> Case:
        """不在此办: never a bare no, but the reason, the ground and the way that does work."""
        self._require(Act.REDIRECT)
        return replace(self, state=CaseState.REDIRECTED, outcome=outcome)

    def lapse(self, outcome: Outcome) -> Case:
        """补正逾期办结, where the county's rule closes it: with the reason, the ground and the way on."""
        self._require(Act.LAPSE)
        return replace(self, state=CaseState.REDIRECTED, outcome=outcome, correction=None)

    def archive(self) -> Case:
        """归档: closed for good."""
        self._require(Act.ARCHIVE)
        return replace(self, state=CaseState.ARCHIVED)

    def amended(self, *, outcome: Outcome | None, issue: Issue | None, note: str) -> Case:
        """更正: a closed case's words put right by the privilege to do so; its state stays."""
        self._require(Act.AMEND)
        return replace(self, outcome=outcome, issue=issue, note=note)

    def reopened(self, item: ServiceItem, calendar: WorkingCalendar, on: date) -> Case:
        """重新办理: a closed case goes back to who had it last, with its limits anew from that day."""
        self._require(Act.REOPEN)
        if self.submitted_at is None:
            raise NotNow(what=self.service_name, state="没有提交过")
        reviewed = self.accepted_at is not None
        return replace(
            self,
            state=CaseState.IN_REVIEW if reviewed else CaseState.RECEIVED,
            outcome=None,
            issue=None,
            correction=None,
            escalation=None,
            due=calendar.due(on, item.promised_limit) if reviewed else None,
            legal_due=calendar.due(on, item.legal_limit) if reviewed else None,
        )

    def _with_material(self, key: str, change: Callable[[CaseMaterial], CaseMaterial]) -> Case:
        return replace(self, materials=tuple(change(m) if m.key == key else m for m in self.materials))

    def _require(self, act: Act) -> None:
        if not self.may(act):
            raise NotNow(what=self.number or self.service_name, state=CASE_WORDS[self.state])

    def _require_open_for_pages(self, key: str = "") -> None:
        open_for_pages = {
            CaseState.DRAFT,
            CaseState.SUBMITTED,
            CaseState.RECEIVED,
            CaseState.CORRECTION_ASKED,
        }
        # What was promised may come until the result goes out; what was asked for, while the director thinks.
        owed = self.may(Act.SUPPLY) and any(m.owed for m in self.materials if m.key == key)
        lapsed = self.state is CaseState.ESCALATED and self.correction is not None
        if self.state not in open_for_pages and not owed and not lapsed:
            raise NotNow(what=self.number, state=CASE_WORDS[self.state])


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """办件经过: one act on a case, as it will be told later. Appended, never changed."""

    case: CaseId
    act: str
    state: CaseState
    by: AccountCode
    by_name: str
    door: Door
    at: datetime
    words: str = ""


def _resumed(case: Case, calendar: WorkingCalendar, on: date) -> Case:
    """Back to whoever asked for the correction, the same person, with the clock running again."""
    asked = case.correction
    if asked is None:
        raise NotNow(what=case.number, state=CASE_WORDS[case.state])
    reviewing = asked.back_to is CaseState.IN_REVIEW
    return replace(
        case,
        state=asked.back_to,
        correction=None,
        escalation=None,
        receiver=case.receiver if reviewing else asked.asked_by,
        reviewer=asked.asked_by if reviewing else case.reviewer,
        due=calendar.resumed(case.due, asked.asked_on, on) if case.due else None,
        legal_due=calendar.resumed(case.legal_due, asked.asked_on, on) if case.legal_due else None,
    )


def _settled(case: Case) -> Case:
    if case.escalation is None:
        raise NotNow(what=case.number, state=CASE_WORDS[case.state])
    return replace(case, state=case.escalation.back_to, escalation=None)
