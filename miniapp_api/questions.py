"""Questions over HTTP: asking, and the first-responsible clerk's answer."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from intake.model.ids import HallCode, QuestionId, ServiceCode
from intake.usecases.questions.asking import AnswerQuestion, AskQuestion
from miniapp_api.forms import Code, Version
from miniapp_api.typed import Api, Call, Form, NoForm, View
from miniapp_api.views import QuestionView

api = Api("questions")


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
