"""Questions (首问责任): nothing ends in a bare no; somebody with a name answers by a day."""

from __future__ import annotations

from dataclasses import dataclass

from intake.errors import BadInput, Stale
from intake.model.authority import Belonging, Verb, require
from intake.model.calendar import day_text, local_day
from intake.model.catalogue import TimeLimit
from intake.model.ids import HallCode, IntentKey, QuestionId, ServiceCode
from intake.model.leaving import Outgoing, Topic
from intake.model.people import Caller
from intake.model.places import Hall
from intake.model.question import Question, QuestionState
from intake.ports import Tools, Uow
from intake.usecases.catalogue.learning import NoteHearing, note_correction
from intake.usecases.intents import once
from intake.usecases.owning import first_responsible, hall_of_village, take_step

_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class AskQuestion:
    """What nobody could answer at once, in the person's own words."""

    caller: Caller
    text: str
    hall: HallCode | None = None
    key: IntentKey | None = None


@dataclass(frozen=True, slots=True)
class AnswerQuestion:
    """The first-responsible clerk's answer, and the item that was meant, where there is one."""

    caller: Caller
    question: QuestionId
    version: int
    answer: str
    service_code: ServiceCode | None = None


async def ask_question(cmd: AskQuestion, *, tools: Tools) -> Question:
    """Open a question, owned by the first-responsible clerk of the person's hall, due in working days."""
    require(cmd.caller, Verb.ASK_QUESTION)
    if not cmd.text.strip():
        raise BadInput(field="text", why="请说一说您想问什么。")
    async with tools.open_uow() as uow:
        return await once(
            uow,
            cmd.caller,
            cmd.key,
            "ask_question",
            act=lambda: _ask(uow, cmd, tools),
            again=lambda found: uow.questions.get(QuestionId(found)),
            name=lambda done: done.id,
        )


async def answer_question(cmd: AnswerQuestion, *, tools: Tools) -> Question:
    """Answer, and tell the asker; the item named is what the keeper may teach the asker's words to lead to."""
    require(cmd.caller, Verb.ANSWER_QUESTION)
    now = tools.clock.now()
    if not cmd.answer.strip():
        raise BadInput(field="answer", why="请写下答复内容。")
    async with tools.open_uow() as uow:
        question = await uow.questions.get(cmd.question)
        require(cmd.caller, Verb.ANSWER_QUESTION, Belonging(hall=question.hall))
        if question.version != cmd.version:
            raise Stale(what=f"咨询{question.number}", version=question.version)
        saved = await uow.questions.save(question.answered(cmd.answer.strip(), cmd.caller.code, now))
        await take_step(uow, cmd.caller, saved, "answer", now, words=saved.answer)
        meant = await _note_item(uow, cmd, question, tools)
        told = {
            "number": saved.number,
            "text": saved.text,
            "answer": saved.answer,
            "by": cmd.caller.account.name,
            **meant,
        }
        await uow.leaving.send(
            Outgoing(Topic.NOTICE, f"question:{saved.id}", "question_answered", saved.asker, told)
        )
        await uow.leaving.beat(saved.hall)
        await uow.commit()
    return saved


async def my_questions(caller: Caller, *, tools: Tools) -> tuple[Question, ...]:
    """What the caller asked, newest first."""
    async with tools.open_view() as view:
        return await view.questions.of_asker(caller.code)


async def hall_questions(caller: Caller, hall: HallCode, *, tools: Tools) -> tuple[Question, ...]:
    """A hall's open questions, soonest due first."""
    require(caller, Verb.ANSWER_QUESTION, Belonging(hall=hall))
    async with tools.open_view() as view:
        return await view.questions.at_hall(hall)


async def _note_item(uow: Uow, cmd: AnswerQuestion, question: Question, tools: Tools) -> dict[str, str]:
    """Count what the clerk says was meant; what the asker is told of it. Raises `UnknownService`."""
    if cmd.service_code is None:
        return {}
    item = await uow.catalogue.current(cmd.service_code, local_day(tools.clock.now()))
    await note_correction(uow, NoteHearing(cmd.caller, question.text, item.code), tools)
    return {"item": item.code, "service": item.name}


async def _ask(uow: Uow, cmd: AskQuestion, tools: Tools) -> Question:
    now = tools.clock.now()
    hall = await home_hall(uow, cmd.caller, cmd.hall)
    owner = await first_responsible(uow, hall)
    calendar = await uow.places.calendar()
    due = calendar.due(local_day(now), TimeLimit(tools.rules.question_working_days))
    day = local_day(now)
    number = f"ZX{day:%Y%m%d}{await uow.numbers.next(f'question:{day:%Y%m%d}'):04d}"
    question = Question(
        id=QuestionId(tools.ids.new()),
        number=number,
        text=cmd.text.strip()[:_LONGEST],
        asker=cmd.caller.code,
        person=cmd.caller.account.person,
        hall=hall.code,
        owner=owner.code,
        owner_name=owner.name,
        due_on=due.day,
        state=QuestionState.OPEN,
        asked_at=now,
    )
    await uow.questions.add(question)
    await take_step(uow, cmd.caller, question, "ask", now)
    told = {
        "number": number,
        "hall": hall.name,
        "phone": hall.phone,
        "owner": question.owner_name,
        "due": day_text(due.day),
    }
    await uow.leaving.send(
        Outgoing(Topic.NOTICE, f"question:{question.id}", "question_opened", question.owner, told)
    )
    await uow.leaving.beat(hall.code)
    return question


async def home_hall(uow: Uow, caller: Caller, wished: HallCode | None = None) -> Hall:
    """The hall that answers for somebody: the wished one, their post, their village's, or the county's."""
    if wished or caller.account.hall:
        return await uow.places.hall(wished or caller.account.hall or HallCode(""))
    village_code = caller.account.village
    if caller.account.person is not None:
        village_code = await uow.people.village_of(caller.account.person)
    return await hall_of_village(uow, village_code)
