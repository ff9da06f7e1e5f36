"""Cases (办件): one person's one matter, from the first photograph to the result in hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from intake.errors import NotNow
from intake.model.calendar import DueDay, WorkingCalendar
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


_S = CaseState
# The whole machine: from which states each act is possible. Where an act leads is said by the method of its name.
LIFE: Mapping[Act, frozenset[CaseState]] = {
    Act.SUBMIT: frozenset({_S.DRAFT}),
    Act.RECEIVE: frozenset({_S.SUBMITTED}),
    Act.ASK_CORRECTION: frozenset({_S.RECEIVED, _S.IN_REVIEW}),
    Act.RESUPPLY: frozenset({_S.CORRECTION_ASKED}),
    Act.ACCEPT: frozenset({_S.RECEIVED}),
    Act.HAND_OVER: frozenset({_S.ACCEPTED}),
    Act.DECIDE: frozenset({_S.IN_REVIEW}),
    Act.ISSUE: frozenset({_S.DECIDED}),
    Act.DELIVER: frozenset({_S.ISSUED}),
    Act.EVALUATE: frozenset({_S.ISSUED, _S.DELIVERED}),
    Act.WITHDRAW: frozenset({_S.DRAFT, _S.SUBMITTED, _S.RECEIVED, _S.CORRECTION_ASKED}),
    Act.TRANSFER: frozenset({_S.SUBMITTED, _S.RECEIVED, _S.DECIDED}),
    Act.REDIRECT: frozenset({_S.SUBMITTED, _S.RECEIVED}),
    Act.ARCHIVE: frozenset({_S.EVALUATED, _S.DELIVERED, _S.WITHDRAWN, _S.REDIRECTED}),
}
# While a case stands in one of these, the same person cannot open a second one for the same item.
OPEN_STATES = frozenset(
    {_S.SUBMITTED, _S.RECEIVED, _S.CORRECTION_ASKED, _S.ACCEPTED, _S.IN_REVIEW, _S.DECIDED, _S.ISSUED}
)


class Verdict(StrEnum):
    """材料审核意见: what a clerk says of one material."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    UNREADABLE = "unreadable"
    WRONG = "wrong"
    MISSING = "missing"


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
class CaseMaterial:
    """办件材料: one material of this case with its pages and the clerk's word on it."""

    key: str
    name: str
    kind: str
    need: Need
    when: str
    pages: tuple[Page, ...] = ()
    verdict: Verdict = Verdict.PENDING
    remark: str = ""

    @property
    def lacking(self) -> bool:
        """Whether the case cannot be submitted for want of this material."""
        return self.need is Need.REQUIRED and not self.when and not self.pages


@dataclass(frozen=True, slots=True)
class Correction:
    """补正通知: everything wrong, told at once (一次性告知), and where the case goes back to."""

    remark: str
    asked_by: AccountCode
    asked_on: date
    due_on: date
    back_to: CaseState


@dataclass(frozen=True, slots=True)
class Outcome:
    """审批决定: granted, or declined with the reason, the legal ground and the way that does work."""

    granted: bool
    reason: str
    ground: str
    instead: str
    decided_by: AccountCode
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Issue:
    """出件: how the result reaches the person, with the collection code or the courier's number."""

    way: str
    code: str
    issued_by: AccountCode
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class Evaluation:
    """好差评: one of five grades (5 非常满意 … 1 非常不满意) and the person's words."""

    grade: int
    words: str
    at: datetime

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
        self._require_open_for_pages()
        return replace(
            self,
            materials=tuple(
                replace(m, pages=(*m.pages, page), verdict=Verdict.PENDING) if m.key == key else m
                for m in self.materials
            ),
        )

    def without_page(self, page: PageId) -> Case:
        """The page taken away again."""
        self._require_open_for_pages()
        kept = (replace(m, pages=tuple(p for p in m.pages if p.id != page)) for m in self.materials)
        return replace(self, materials=tuple(kept))

    def without_photographs(self) -> Case:
        """照片到期删除: the case and the clerk's word on each material stay."""
        return replace(self, materials=tuple(replace(m, pages=()) for m in self.materials))

    def submit(self, number: str, at: datetime) -> Case:
        """提交: from now on the county answers for it under its number."""
        self._require(Act.SUBMIT)
        return replace(self, number=number, state=CaseState.SUBMITTED, submitted_at=at)

    def receive(self, by: AccountCode) -> Case:
        """收件: a clerk has it in hand."""
        self._require(Act.RECEIVE)
        return replace(self, state=CaseState.RECEIVED, receiver=by)

    def accept(self, item: ServiceItem, calendar: WorkingCalendar, at: datetime, on: date) -> Case:
        """受理: the promise begins to run the working day after."""
        self._require(Act.ACCEPT)
        return replace(
            self,
            state=CaseState.ACCEPTED,
            accepted_at=at,
            due=calendar.due(on, item.promised_limit),
            legal_due=calendar.due(on, item.legal_limit),
            materials=tuple(replace(m, verdict=Verdict.ACCEPTED) if m.pages else m for m in self.materials),
        )

    def ask_correction(self, words: Mapping[str, tuple[Verdict, str]], correction: Correction) -> Case:
        """补正: every fault named at once; the clock stands still until the person has answered."""
        self._require(Act.ASK_CORRECTION)
        marked = (
            replace(m, verdict=words[m.key][0], remark=words[m.key][1]) if m.key in words else m
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
        """补正完成: back to whoever asked, with the days it stood still added to both limits."""
        self._require(Act.RESUPPLY)
        asked = self.correction
        if asked is None:
            raise NotNow(what=self.number, state=CASE_WORDS[self.state])
        stood = TimeLimit(calendar.working_days_between(asked.asked_on, on))
        return replace(
            self,
            state=asked.back_to,
            correction=None,
            due=_later(self.due, stood, calendar),
            legal_due=_later(self.legal_due, stood, calendar),
        )

    def hand_over(self) -> Case:
        """转部门: from reception to the department behind it."""
        self._require(Act.HAND_OVER)
        return replace(self, state=CaseState.IN_REVIEW)

    def decide(self, outcome: Outcome) -> Case:
        """审批决定, by the department and never by reception."""
        self._require(Act.DECIDE)
        return replace(self, state=CaseState.DECIDED, outcome=outcome, reviewer=outcome.decided_by)

    def issued(self, issue: Issue) -> Case:
        """出件: the one issuing window lets the result go."""
        self._require(Act.ISSUE)
        return replace(self, state=CaseState.ISSUED, issue=issue)

    def deliver(self) -> Case:
        """送达: the result is in the person's hand."""
        self._require(Act.DELIVER)
        return replace(self, state=CaseState.EVALUATED if self.evaluation else CaseState.DELIVERED)

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
        return replace(self, state=CaseState.WITHDRAWN, note=why)

    def transfer(self, hall: HallCode) -> Case:
        """全城通办: carried on at another hall, its history with it."""
        self._require(Act.TRANSFER)
        return replace(self, hall=hall)

    def redirect(self, outcome: Outcome) -> Case:
        """不在此办: never a bare no, but the reason, the ground and the way that does work."""
        self._require(Act.REDIRECT)
        return replace(self, state=CaseState.REDIRECTED, outcome=outcome)

    def archive(self) -> Case:
        """归档: closed for good."""
        self._require(Act.ARCHIVE)
        return replace(self, state=CaseState.ARCHIVED)

    def _require(self, act: Act) -> None:
        if not self.may(act):
            raise NotNow(what=self.number or self.service_name, state=CASE_WORDS[self.state])

    def _require_open_for_pages(self) -> None:
        open_for_pages = {
            CaseState.DRAFT,
            CaseState.SUBMITTED,
            CaseState.RECEIVED,
            CaseState.CORRECTION_ASKED,
        }
        if self.state not in open_for_pages:
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


def _later(due: DueDay | None, stood: TimeLimit, calendar: WorkingCalendar) -> DueDay | None:
    if due is None:
        return None
    moved = calendar.due(due.day, stood)
    return DueDay(moved.day, due.provisional or moved.provisional)
