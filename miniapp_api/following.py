"""Follow-ups of bad grades and what is overdue, over HTTP."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from intake.model.ids import AccountCode, FollowUpId, HallCode
from intake.usecases.questions.following import CloseFollowUp, HandOverFollowUp, JudgeAgain, NoteContact
from miniapp_api.forms import Code, Version, Words
from miniapp_api.owned import (
    ColleaguesView,
    ColleagueView,
    FollowUpFileView,
    FollowUpsView,
    FollowUpView,
    HelpView,
    steps,
)
from miniapp_api.typed import Api, Call, Form, NoForm, View
from miniapp_api.views import QuestionView

api = Api("follow-ups")


class HallForm(Form):
    """Of which hall; without one, of the whole county."""

    hall: Code | None = None


class FollowUpForm(Form):
    """Which follow-up."""

    follow_up: Code


class ContactForm(FollowUpForm):
    """How the person was reached and what they said."""

    version: Version
    words: Words


class CloseForm(FollowUpForm):
    """What was found and what was done."""

    version: Version
    finding: Words
    remedy: Words


class HandOverForm(FollowUpForm):
    """To whom, and why."""

    version: Version
    to: Code
    why: Words


class AgainForm(FollowUpForm):
    """The second grade."""

    grade: Annotated[int, Field(ge=1, le=5)]
    words: Words = ""


class OverdueView(View):
    """超期事项."""

    questions: list[QuestionView]
    help_requests: list[HelpView]
    follow_ups: list[FollowUpView]


class CallBackView(View):
    """Whom to ask for, at which number."""

    name: str
    phone: str


@api.operation("GET", "/api/v1/overdue", HallForm, OverdueView)
async def overdue(call: Call[HallForm]) -> OverdueView:
    """超期未办: for the director of a hall, or the supervisor of the county."""
    late = await call.desk.questions.overdue(call.caller, _hall(call))
    today = call.desk.today
    return OverdueView(
        questions=[QuestionView.of(question, today) for question in late.questions],
        help_requests=[HelpView.of(request, today) for request in late.help_requests],
        follow_ups=[FollowUpView.of(follow_up, today) for follow_up in late.follow_ups],
    )


@api.operation("GET", "/api/v1/follow-ups", HallForm, FollowUpsView)
async def follow_ups(call: Call[HallForm]) -> FollowUpsView:
    """待回访差评: soonest due first."""
    found = await call.desk.questions.follow_ups_at(call.caller, _hall(call))
    return FollowUpsView(follow_ups=[FollowUpView.of(one, call.desk.today) for one in found])


@api.operation("GET", "/api/v1/my/follow-ups", NoForm, FollowUpsView)
async def mine(call: Call[NoForm]) -> FollowUpsView:
    """等我回访的, or for who gave the grades, what became of them."""
    own_grades = call.caller.role.value in {"citizen", "proxy"}
    find = call.desk.questions.follow_ups_of_mine if own_grades else call.desk.questions.my_follow_ups
    found = await find(call.caller)
    return FollowUpsView(follow_ups=[FollowUpView.of(one, call.desk.today) for one in found])


@api.operation("GET", "/api/v1/follow-ups/{follow_up}", FollowUpForm, FollowUpFileView)
async def show(call: Call[FollowUpForm]) -> FollowUpFileView:
    """回访详情: with its history."""
    found, history = await call.desk.questions.show_follow_up(call.caller, FollowUpId(call.form.follow_up))
    shown = FollowUpView.of(found, call.desk.today)
    return FollowUpFileView(**shown.model_dump(), history=steps(history))


@api.operation("GET", "/api/v1/follow-ups/{follow_up}/colleagues", FollowUpForm, ColleaguesView)
async def colleagues(call: Call[FollowUpForm]) -> ColleaguesView:
    """可以转交给谁: nobody whom the grade judged."""
    found = await call.desk.questions.may_follow_up(call.caller, FollowUpId(call.form.follow_up))
    return ColleaguesView(colleagues=[ColleagueView.of(account) for account in found])


@api.operation(
    "POST", "/api/v1/follow-ups/{follow_up}/phone", FollowUpForm, CallBackView, refuses=("judged_themselves",)
)
async def phone(call: Call[FollowUpForm]) -> CallBackView:
    """看回访电话: for one look, which is written down."""
    found = await call.desk.questions.number_to_call(call.caller, FollowUpId(call.form.follow_up))
    return CallBackView(name=found.name, phone=found.phone)


@api.operation(
    "POST",
    "/api/v1/follow-ups/{follow_up}/contact",
    ContactForm,
    FollowUpView,
    refuses=("stale", "not_now", "judged_themselves", "bad_input"),
)
async def contact(call: Call[ContactForm]) -> FollowUpView:
    """登记联系."""
    form = call.form
    cmd = NoteContact(call.caller, FollowUpId(form.follow_up), form.version, form.words, call.key)
    return FollowUpView.of(await call.desk.questions.note_contact(cmd), call.desk.today)


@api.operation(
    "POST",
    "/api/v1/follow-ups/{follow_up}/close",
    CloseForm,
    FollowUpView,
    refuses=("stale", "not_now", "judged_themselves", "not_contacted", "bad_input"),
)
async def close(call: Call[CloseForm]) -> FollowUpView:
    """回访办结: by nobody who was judged, and not before the person was heard."""
    form = call.form
    follow_up = FollowUpId(form.follow_up)
    cmd = CloseFollowUp(call.caller, follow_up, form.version, form.finding, form.remedy, call.key)
    return FollowUpView.of(await call.desk.questions.close_follow_up(cmd), call.desk.today)


@api.operation(
    "POST",
    "/api/v1/follow-ups/{follow_up}/hand-over",
    HandOverForm,
    FollowUpView,
    refuses=("stale", "not_now", "judged_themselves", "bad_input"),
)
async def hand_over(call: Call[HandOverForm]) -> FollowUpView:
    """转交回访: both days stay."""
    form = call.form
    follow_up, to = FollowUpId(form.follow_up), AccountCode(form.to)
    cmd = HandOverFollowUp(call.caller, follow_up, form.version, to, form.why, call.key)
    return FollowUpView.of(await call.desk.questions.hand_over_follow_up(cmd), call.desk.today)


@api.operation(
    "POST", "/api/v1/follow-ups/{follow_up}/judge-again", AgainForm, FollowUpView, refuses=("not_now",)
)
async def judge_again(call: Call[AgainForm]) -> FollowUpView:
    """再次评价, once."""
    form = call.form
    cmd = JudgeAgain(call.caller, FollowUpId(form.follow_up), form.grade, form.words, call.key)
    return FollowUpView.of(await call.desk.questions.judge_again(cmd), call.desk.today)


def _hall(call: Call[HallForm]) -> HallCode | None:
    return HallCode(call.form.hall) if call.form.hall else None
