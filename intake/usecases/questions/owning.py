"""Who owns a question (首问责任): handing over without winning time, asking again, judging, and what is overdue."""

from __future__ import annotations

from dataclasses import dataclass

from intake.errors import BadInput, NotFound
from intake.model.authority import Belonging, Verb, require
from intake.model.calendar import day_text, local_day
from intake.model.follow_up import FollowUp
from intake.model.grades import GRADES
from intake.model.helping import HelpRequest
from intake.model.ids import AccountCode, HallCode, IntentKey, QuestionId
from intake.model.owning import Step
from intake.model.people import RECEPTION, Account, Caller, Role
from intake.model.question import Question
from intake.ports import Tools, Uow
from intake.usecases.intents import once
from intake.usecases.owning import (
    director_of,
    due_in,
    owner_of,
    require_version,
    subject_of,
    take_step,
    tell,
    written,
)
from intake.usecases.questions.following import open_follow_up_of_answer

_MAY_OWN = RECEPTION | {Role.DIRECTOR}


@dataclass(frozen=True, slots=True)
class HandOverQuestion:
    """To whom it goes, and why; the day stays what it was."""

    caller: Caller
    question: QuestionId
    version: int
    to: AccountCode
    why: str
    key: IntentKey | None = None


@dataclass(frozen=True, slots=True)
class ReopenQuestion:
    """The answer did not help."""

    caller: Caller
    question: QuestionId
    why: str
    key: IntentKey | None = None


@dataclass(frozen=True, slots=True)
class JudgeAnswer:
    """The asker's closing word: one of five grades."""

    caller: Caller
    question: QuestionId
    grade: int
    words: str = ""
    key: IntentKey | None = None


@dataclass(frozen=True, slots=True)
class Overdue:
    """超期事项: whatever has an owner, and whose day has gone by."""

    questions: tuple[Question, ...]
    help_requests: tuple[HelpRequest, ...]
    follow_ups: tuple[FollowUp, ...]


async def hand_over_question(cmd: HandOverQuestion, *, tools: Tools) -> Question:
    """转交: to a colleague of the hall by name; the clock goes on, and the history says who had it."""
    require(cmd.caller, Verb.ANSWER_QUESTION)
    why = written(cmd.why, "why", "请写明为什么转交，让接手的人不用再问一遍。")
    async with tools.open_uow() as uow:
        question = await uow.questions.get(cmd.question)
        require(cmd.caller, Verb.ANSWER_QUESTION, Belonging(hall=question.hall))
        return await once(
            uow,
            cmd.caller,
            cmd.key,
            "hand_over_question",
            act=lambda: _hand_over(uow, cmd, question, why, tools),
            again=lambda found: uow.questions.get(QuestionId(found)),
            name=lambda done: done.id,
        )


async def reopen_question(cmd: ReopenQuestion, *, tools: Tools) -> Question:
    """重新打开: the same owner, a new day, and the director knows."""
    require(cmd.caller, Verb.JUDGE_ANSWER)
    why = written(cmd.why, "why", "请说一说哪里还没答清楚。")
    async with tools.open_uow() as uow:
        question = await uow.questions.get(cmd.question)
        require(cmd.caller, Verb.JUDGE_ANSWER, Belonging(question.person, question.asker))
        return await once(
            uow,
            cmd.caller,
            cmd.key,
            "reopen_question",
            act=lambda: _reopen(uow, cmd, question, why, tools),
            again=lambda found: uow.questions.get(QuestionId(found)),
            name=lambda done: done.id,
        )


async def judge_answer(cmd: JudgeAnswer, *, tools: Tools) -> Question:
    """办结评价: closes the question; a bad grade becomes follow-up work for somebody who did not answer it."""
    require(cmd.caller, Verb.JUDGE_ANSWER)
    if cmd.grade not in GRADES:
        raise BadInput(field="grade", why=f"请选一个评价：{'、'.join(GRADES.values())}。")
    async with tools.open_uow() as uow:
        question = await uow.questions.get(cmd.question)
        require(cmd.caller, Verb.JUDGE_ANSWER, Belonging(question.person, question.asker))
        return await once(
            uow,
            cmd.caller,
            cmd.key,
            "judge_answer",
            act=lambda: _judge(uow, cmd, question, tools),
            again=lambda found: uow.questions.get(QuestionId(found)),
            name=lambda done: done.id,
        )


async def questions_to_answer(caller: Caller, *, tools: Tools) -> tuple[Question, ...]:
    """等我答复的, soonest due first."""
    require(caller, Verb.ANSWER_QUESTION)
    async with tools.open_view() as view:
        return await view.questions.owned_by(caller.code)


async def show_question(
    caller: Caller, question_id: QuestionId, *, tools: Tools
) -> tuple[Question, tuple[Step, ...]]:
    """One question with its steps, to its asker and to those who may answer it."""
    async with tools.open_view() as view:
        question = await view.questions.get(question_id)
        if question.asker == caller.code:
            require(caller, Verb.JUDGE_ANSWER, Belonging(question.person, question.asker))
        else:
            require(caller, Verb.ANSWER_QUESTION, Belonging(hall=question.hall))
        return question, await view.steps.of(subject_of(question))


async def colleagues(caller: Caller, *, tools: Tools) -> tuple[Account, ...]:
    """To whom the caller may hand a question over: the reception and the director of the own hall."""
    require(caller, Verb.ANSWER_QUESTION)
    hall = caller.account.hall
    async with tools.open_view() as view:
        staff = await view.people.at_hall(hall) if hall else ()
    return tuple(account for account in staff if account.role in _MAY_OWN and account.code != caller.code)


async def overdue(caller: Caller, hall: HallCode | None, *, tools: Tools) -> Overdue:
    """超期未办: of one hall, or of the whole county for its supervisor."""
    require(caller, Verb.SEE_OVERDUE, Belonging(hall=hall))
    today = local_day(tools.clock.now())
    async with tools.open_view() as view:
        late = await view.follow_ups.open_at(hall)
        return Overdue(
            await view.questions.overdue(today, hall),
            await view.help_requests.overdue(today, hall),
            tuple(follow_up for follow_up in late if follow_up.overdue(today)),
        )


async def remind_of_overdue(*, tools: Tools) -> int:
    """Tell the director of each question and each request for help whose day has gone by, once; returns how many."""
    now = tools.clock.now()
    today = local_day(now)
    async with tools.open_view() as view:
        late: list[Question | HelpRequest] = [*await view.questions.overdue(today)]
        late += await view.help_requests.overdue(today)
    return sum([await _remind(thing, tools) for thing in late])


async def _remind(thing: Question | HelpRequest, tools: Tools) -> bool:
    async with tools.open_uow() as uow:
        director = await director_of(uow, thing.hall)
        if director is None:
            return False
        # Once for each day it was due on: a question opened again may be late again.
        key = IntentKey(f"overdue:{subject_of(thing)}:{thing.due_on}")
        if await uow.intents.begin(director.code, key, "remind_of_overdue") is not None:
            return False
        due = day_text(thing.due_on)
        await tell(uow, director.code, thing, "overdue", text=thing.text, due=due)
        await uow.intents.finish(director.code, key, thing.id)
        await uow.commit()
    return True


async def _hand_over(uow: Uow, cmd: HandOverQuestion, question: Question, why: str, tools: Tools) -> Question:
    require_version(question, cmd.version, "咨询")
    to = await uow.people.account(cmd.to)
    if to is None or not to.active or to.hall != question.hall or to.role not in _MAY_OWN:
        raise NotFound(what="同事")
    if to.code == question.owner:
        raise BadInput(field="to", why=f"这件咨询现在就是{to.name}负责。")
    saved = await uow.questions.save(question.handed_over(owner_of(to)))
    await take_step(uow, cmd.caller, saved, "hand_over", tools.clock.now(), words=why)
    due = day_text(saved.due_on)
    await tell(uow, to.code, saved, "question_opened", due=due)
    await uow.leaving.beat(saved.hall)
    return saved


async def _reopen(uow: Uow, cmd: ReopenQuestion, question: Question, why: str, tools: Tools) -> Question:
    now = tools.clock.now()
    due_on = await due_in(uow, now, tools.rules.question_working_days)
    saved = await uow.questions.save(question.opened_again(due_on))
    await take_step(uow, cmd.caller, saved, "reopen", now, words=why)
    director = await director_of(uow, saved.hall)
    for receiver in sorted({saved.owner, *([director.code] if director else [])}):
        await tell(uow, receiver, saved, "question_reopened", why=why, due=day_text(due_on))
    await uow.leaving.beat(saved.hall)
    return saved


async def _judge(uow: Uow, cmd: JudgeAnswer, question: Question, tools: Tools) -> Question:
    saved = await uow.questions.save(question.closed(cmd.grade, cmd.words.strip()))
    words = f"{GRADES[cmd.grade]} {saved.grade_words}".strip()
    await take_step(uow, cmd.caller, saved, "judge", tools.clock.now(), words=words)
    await open_follow_up_of_answer(uow, cmd.caller, saved, tools)
    return saved
