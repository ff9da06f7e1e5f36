"""What pages see of things with an owner and a day: questions' history, follow-ups, help requests, work orders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from intake.model.calendar import day_text, local_text
from intake.model.follow_up import FOLLOW_UP_WORDS, FollowUp
from intake.model.grades import GRADES
from intake.model.helping import HELP_WORDS, HelpRequest
from intake.model.owning import Step
from intake.model.people import Account
from intake.model.work_order import ORDER_WORDS, WorkOrder
from miniapp_api.typed import View
from miniapp_api.views import QuestionView, local

STEP_WORDS = {
    "ask": "提出",
    "answer": "答复",
    "hand_over": "转交",
    "reopen": "重新打开",
    "judge": "评价",
    "open": "提出",
    "contact": "联系群众",
    "close": "办结",
    "judge_again": "再次评价",
    "accept": "接单",
    "advise": "答复",
    "hand_back": "退回",
    "forward": "转中心",
    "done": "办好",
    "again": "还要帮忙",
    "add_image": "加截图",
    "verify": "核实已解决",
}


class StepView(View):
    """One act in a history."""

    act: str
    act_text: str
    by_name: str
    at: str
    at_text: str
    owner_name: str
    due_text: str
    words: str

    @classmethod
    def of(cls, step: Step) -> StepView:
        """The act as people read it."""
        return cls(
            act=step.act,
            act_text=STEP_WORDS.get(step.act, step.act),
            by_name=step.by_name,
            at=local(step.at),
            at_text=local_text(step.at),
            owner_name=step.owner_name,
            due_text=day_text(step.due_on),
            words=step.words,
        )


def steps(history: Sequence[Step]) -> list[StepView]:
    """A history, oldest first."""
    return [StepView.of(step) for step in history]


class ColleagueView(View):
    """Somebody a thing may be handed over to."""

    code: str
    name: str

    @classmethod
    def of(cls, account: Account) -> ColleagueView:
        """The colleague by name."""
        return cls(code=account.code, name=account.name)


class ColleaguesView(View):
    """Colleagues in a list."""

    colleagues: list[ColleagueView]


class QuestionFileView(QuestionView):
    """A question with its history."""

    history: list[StepView]


class FollowUpView(View):
    """A bad grade and what became of it."""

    id: str
    number: str
    about: str
    service_name: str
    hall: str
    grade: int
    grade_text: str
    words: str
    owner: str
    owner_name: str
    contact_by: date
    contact_by_text: str
    due: date
    due_text: str
    overdue: bool
    state: str
    state_text: str
    opened_at: str
    finding: str
    remedy: str
    second_grade: int | None
    second_text: str
    second_words: str
    case_id: str | None
    version: int

    @classmethod
    def of(cls, follow_up: FollowUp, today: date) -> FollowUpView:
        """The follow-up whole."""
        second = follow_up.second_grade
        return cls(
            id=follow_up.id,
            number=follow_up.number,
            about=follow_up.about,
            service_name=follow_up.service_name,
            hall=follow_up.hall,
            grade=follow_up.grade,
            grade_text=GRADES[follow_up.grade],
            words=follow_up.words,
            owner=follow_up.owner,
            owner_name=follow_up.owner_name,
            contact_by=follow_up.contact_by,
            contact_by_text=day_text(follow_up.contact_by),
            due=follow_up.due_on,
            due_text=day_text(follow_up.due_on),
            overdue=follow_up.overdue(today),
            state=follow_up.state,
            state_text=FOLLOW_UP_WORDS[follow_up.state],
            opened_at=local(follow_up.opened_at),
            finding=follow_up.finding,
            remedy=follow_up.remedy,
            second_grade=second,
            second_text=GRADES[second] if second else "",
            second_words=follow_up.second_words,
            case_id=follow_up.case,
            version=follow_up.version,
        )


class FollowUpFileView(FollowUpView):
    """A follow-up with its history."""

    history: list[StepView]


class FollowUpsView(View):
    """Follow-ups in a list."""

    follow_ups: list[FollowUpView]


class HelpView(View):
    """A request for help."""

    id: str
    number: str
    person_id: str
    person_name: str
    service_code: str | None
    service_name: str
    text: str
    owner: str
    owner_name: str
    due: date
    due_text: str
    overdue: bool
    state: str
    state_text: str
    waiting: bool
    asked_at: str
    asked_text: str
    answer: str
    case_number: str
    version: int

    @classmethod
    def of(cls, request: HelpRequest, today: date) -> HelpView:
        """The request whole."""
        return cls(
            id=request.id,
            number=request.number,
            person_id=request.person,
            person_name=request.person_name,
            service_code=request.service_code,
            service_name=request.service_name,
            text=request.text,
            owner=request.owner,
            owner_name=request.owner_name,
            due=request.due_on,
            due_text=day_text(request.due_on),
            overdue=request.overdue(today),
            state=request.state,
            state_text=HELP_WORDS[request.state],
            waiting=request.waiting,
            asked_at=local(request.asked_at),
            asked_text=local_text(request.asked_at),
            answer=request.answer,
            case_number=request.case_number,
            version=request.version,
        )


class HelpFileView(HelpView):
    """A request with its history."""

    history: list[StepView]


class HelpListView(View):
    """Requests in a list."""

    requests: list[HelpView]


class OrderView(View):
    """A work order."""

    id: str
    number: str
    about: str
    service_code: str | None
    service_name: str
    text: str
    images: list[str]
    opened_by: str
    opened_name: str
    owner_name: str
    due: date
    due_text: str
    overdue: bool
    state: str
    state_text: str
    opened_at: str
    opened_text: str
    answer: str
    reopened: int
    version: int

    @classmethod
    def of(cls, order: WorkOrder, today: date) -> OrderView:
        """The order whole; its pictures by their addresses."""
        return cls(
            id=order.id,
            number=order.number,
            about=order.about,
            service_code=order.service_code,
            service_name=order.service_name,
            text=order.text,
            images=[f"/api/v1/work-orders/{order.id}/images/{place}" for place in range(len(order.images))],
            opened_by=order.opened_by,
            opened_name=order.opened_name,
            owner_name=order.owner_name,
            due=order.due_on,
            due_text=day_text(order.due_on),
            overdue=order.overdue(today),
            state=order.state,
            state_text=ORDER_WORDS[order.state],
            opened_at=local(order.opened_at),
            opened_text=local_text(order.opened_at),
            answer=order.answer,
            reopened=order.reopened,
            version=order.version,
        )


class OrderFileView(OrderView):
    """A work order with its history."""

    history: list[StepView]


class OrdersView(View):
    """Work orders in a list."""

    orders: list[OrderView]
