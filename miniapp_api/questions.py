"""Questions over HTTP: asking, and the first-responsible clerk's answer."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from intake.model.ids import AccountCode, HallCode, QuestionId, ServiceCode
from intake.usecases.questions.asking import AnswerQuestion, AskQuestion
from intake.usecases.questions.owning import HandOverQuestion, JudgeAnswer, ReopenQuestion
from miniapp_api.forms import Code, Version, Words
from miniapp_api.owned import ColleaguesView, ColleagueView, QuestionFileView, steps
from miniapp_api.typed import Api, Call, Form, NoForm, View
from miniapp_api.views import QuestionView

api = Api("questions")


class QuestionForm(Form):
    """Which question."""

    question: Code


class HandOverForm(QuestionForm):
    """To whom, and why."""

    version: Version
    to: Code
    why: Words


class ReopenForm(QuestionForm):
    """What is still unclear."""

    why: Words


class JudgeForm(QuestionForm):
    """One of five grades."""

    grade: Annotated[int, Field(ge=1, le=5)]
    words: Words = ""


class AskForm(Form):
    """The person's own words."""

    text: Annotated[str, Field(min_length=1, max_length=2000)]
    hall: Code | None = None


class AnswerForm(Form):
    """The answer to the question as the page showed it, and the item that was meant, where there is one."""

    question: Code
    version: Version
    answer: Annotated[str, Field(min_length=1, max_length=2000)]
    service_code: Code | None = None


class HallForm(Form):
    """Which hall."""

    hall: Code


class QuestionsView(View):
    """Questions in a list."""

    questions: list[QuestionView]


@api.operation("POST", "/api/v1/questions", AskForm, QuestionView, status=201)
async def ask(call: Call[AskForm]) -> QuestionView:
    """咨询: owned by the first-responsible clerk, due in working days."""
    hall = HallCode(call.form.hall) if call.form.hall else None
    question = await call.desk.questions.ask(AskQuestion(call.caller, call.form.text, hall, call.key))
    return QuestionView.of(question, call.desk.today)


@api.operation("GET", "/api/v1/questions", NoForm, QuestionsView)
async def mine(call: Call[NoForm]) -> QuestionsView:
    """我的咨询."""
    questions = await call.desk.questions.mine(call.caller)
    return QuestionsView(questions=[QuestionView.of(question, call.desk.today) for question in questions])


@api.operation("GET", "/api/v1/halls/{hall}/questions", HallForm, QuestionsView)
async def at_hall(call: Call[HallForm]) -> QuestionsView:
    """待答复咨询: soonest due first."""
    questions = await call.desk.questions.at_hall(call.caller, HallCode(call.form.hall))
    return QuestionsView(questions=[QuestionView.of(question, call.desk.today) for question in questions])


@api.operation(
    "POST",
    "/api/v1/questions/{question}/answer",
    AnswerForm,
    QuestionView,
    refuses=("stale", "not_now", "unknown_service"),
)
async def answer(call: Call[AnswerForm]) -> QuestionView:
    """答复."""
    form = call.form
    meant = ServiceCode(form.service_code) if form.service_code else None
    cmd = AnswerQuestion(call.caller, QuestionId(form.question), form.version, form.answer, meant)
    return QuestionView.of(await call.desk.questions.answer(cmd), call.desk.today)


@api.operation("GET", "/api/v1/my/questions", NoForm, QuestionsView)
async def to_answer(call: Call[NoForm]) -> QuestionsView:
    """等我答复的: soonest due first."""
    questions = await call.desk.questions.to_answer(call.caller)
    return QuestionsView(questions=[QuestionView.of(question, call.desk.today) for question in questions])


@api.operation("GET", "/api/v1/my/colleagues", NoForm, ColleaguesView)
async def colleagues(call: Call[NoForm]) -> ColleaguesView:
    """可以转交给谁: the reception and the director of the own hall."""
    found = await call.desk.questions.colleagues(call.caller)
    return ColleaguesView(colleagues=[ColleagueView.of(account) for account in found])


@api.operation("GET", "/api/v1/questions/{question}", QuestionForm, QuestionFileView)
async def show(call: Call[QuestionForm]) -> QuestionFileView:
    """咨询详情: with its history of owners."""
    question, history = await call.desk.questions.show(call.caller, QuestionId(call.form.question))
    shown = QuestionView.of(question, call.desk.today)
    return QuestionFileView(**shown.model_dump(), history=steps(history))


@api.operation(
    "POST",
    "/api/v1/questions/{question}/hand-over",
    HandOverForm,
    QuestionView,
    refuses=("stale", "not_now", "bad_input"),
)
async def hand_over(call: Call[HandOverForm]) -> QuestionView:
    """转交咨询: the day stays."""
    form = call.form
    to = AccountCode(form.to)
    cmd = HandOverQuestion(call.caller, QuestionId(form.question), form.version, to, form.why, call.key)
    return QuestionView.of(await call.desk.questions.hand_over(cmd), call.desk.today)


@api.operation(
    "POST", "/api/v1/questions/{question}/reopen", ReopenForm, QuestionView, refuses=("not_now", "bad_input")
)
async def reopen(call: Call[ReopenForm]) -> QuestionView:
    """还没答清楚: the same owner, a new day."""
    cmd = ReopenQuestion(call.caller, QuestionId(call.form.question), call.form.why, call.key)
    return QuestionView.of(await call.desk.questions.reopen(cmd), call.desk.today)


@api.operation("POST", "/api/v1/questions/{question}/judge", JudgeForm, QuestionView, refuses=("not_now",))
async def judge(call: Call[JudgeForm]) -> QuestionView:
    """评价答复: closes the question."""
    form = call.form
    cmd = JudgeAnswer(call.caller, QuestionId(form.question), form.grade, form.words, call.key)
    return QuestionView.of(await call.desk.questions.judge(cmd), call.desk.today)
