"""Dead letters over HTTP: the operator sees what could not be delivered, and has it sent once more."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from intake.model.calendar import local_text
from intake.usecases.questions.undelivered import Undelivered
from miniapp_api.typed import Api, Call, Form, NoForm, View

api = Api("undelivered")
_TOPICS = {"notice": "站内消息", "province": "省平台", "print": "打印", "text": "短信", "wechat": "微信"}


class NumbersForm(Form):
    """Which of them."""

    numbers: Annotated[list[Annotated[int, Field(ge=1)]], Field(min_length=1, max_length=200)]


class UndeliveredView(View):
    """One message that was given up: whom it was for, what it was about, when and why; no names, no numbers of people."""

    id: int
    topic_text: str
    kind: str
    number: str
    applicant: str
    at_text: str
    why: str

    @classmethod
    def of(cls, letter: Undelivered) -> UndeliveredView:
        """For the operator."""
        return cls(
            id=letter.id,
            topic_text=_TOPICS[letter.topic],
            kind=letter.kind,
            number=letter.number,
            applicant=letter.applicant,
            at_text=local_text(letter.at),
            why=letter.why,
        )


class UndeliveredListView(View):
    """The oldest two hundred."""

    messages: list[UndeliveredView]


@api.operation("GET", "/api/v1/undelivered", NoForm, UndeliveredListView, refuses=("not_allowed",))
async def undelivered(call: Call[NoForm]) -> UndeliveredListView:
    """没有送达的消息: what was given up after its last attempt, oldest first."""
    found = await call.desk.questions.undelivered(call.caller)
    return UndeliveredListView(messages=[UndeliveredView.of(letter) for letter in found])


@api.operation(
    "POST",
    "/api/v1/undelivered/send-again",
    NumbersForm,
    UndeliveredListView,
    refuses=("not_allowed", "bad_input"),
)
async def send_again(call: Call[NumbersForm]) -> UndeliveredListView:
    """重新发送: all of them or none; what still lies there is the answer."""
    await call.desk.questions.send_again(call.caller, call.form.numbers)
    return await undelivered(Call(NoForm(), call.request))
