"""Following up bad grades (差评回访整改): contact, finding, remedy, closing; never by whoever was judged."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from intake.errors import BadInput, JudgedThemselves, NotFound
from intake.model.authority import Belonging, Verb, require
from intake.model.calendar import day_text
from intake.model.case import Case
from intake.model.follow_up import FollowUp, FollowUpState
from intake.model.grades import BAD, GRADES
from intake.model.ids import AccountCode, CaseId, FollowUpId, HallCode, IntentKey, PersonId, QuestionId
from intake.model.leaving import AuditEntry
from intake.model.owning import Owner, Step
from intake.model.people import Account, Caller, Role
from intake.model.question import Question
from intake.ports import Tools, Uow
from intake.usecases.intents import once
from intake.usecases.owning import (
    director_of,
    due_in,
    number_of,
    owner_of,
    require_version,
    subject_of,
    take_step,
    tell,
    written,
)

_MAY_OWN = frozenset({Role.CLERK, Role.DIRECTOR, Role.SUPERVISOR})


@dataclass(frozen=True, slots=True)
class NoteContact:
    """The person was called or visited, and what they said."""

    caller: Caller
    follow_up: FollowUpId
    version: int
    words: str
    key: IntentKey | None = None


@dataclass(frozen=True, slots=True)
class CloseFollowUp:
    """What was found and what was done about it."""

    caller: Caller
    follow_up: FollowUpId
    version: int
    finding: str
    remedy: str
    key: IntentKey | None = None


@dataclass(frozen=True, slots=True)
class HandOverFollowUp:
    """To somebody whom the grade did not judge."""

    caller: Caller
    follow_up: FollowUpId
    version: int
    to: AccountCode
    why: str
    key: IntentKey | None = None


@dataclass(frozen=True, slots=True)
class JudgeAgain:
    """The person's second grade, after the closing; nobody has to."""

    caller: Caller
    follow_up: FollowUpId
    grade: int
    words: str = ""
    key: IntentKey | None = None


async def note_contact(cmd: NoteContact, *, tools: Tools) -> FollowUp:
    """联系记录: however often; the first one keeps the first day."""
    words = written(cmd.words, "words", "请写明怎么联系的、群众怎么说。")
    return await _working(cmd, "note_contact", tools, lambda uow, f: _contact(uow, cmd, f, words, tools))


async def close_follow_up(cmd: CloseFollowUp, *, tools: Tools) -> FollowUp:
    """办结: the person is told what was done, and may judge once more."""
    finding = written(cmd.finding, "finding", "请写明核实到的情况。")
    remedy = written(cmd.remedy, "remedy", "请写明怎么整改、怎么答复群众。")
    return await _working(
        cmd, "close_follow_up", tools, lambda uow, f: _close(uow, cmd, f, (finding, remedy), tools)
    )


async def hand_over_follow_up(cmd: HandOverFollowUp, *, tools: Tools) -> FollowUp:
    """转交: both days stay."""
    why = written(cmd.why, "why", "请写明为什么转交。")
    return await _working(
        cmd, "hand_over_follow_up", tools, lambda uow, f: _hand_over(uow, cmd, f, why, tools)
    )


async def judge_again(cmd: JudgeAgain, *, tools: Tools) -> FollowUp:
    """再次评价, by whoever gave the first grade."""
    require(cmd.caller, Verb.JUDGE_AGAIN)
    if cmd.grade not in GRADES:
        raise BadInput(field="grade", why=f"请选一个评价：{'、'.join(GRADES.values())}。")
    async with tools.open_uow() as uow:
        follow_up = await uow.follow_ups.get(cmd.follow_up)
        require(cmd.caller, Verb.JUDGE_AGAIN, Belonging(follow_up.person, follow_up.grader))
        return await once(
            uow,
            cmd.caller,
            cmd.key,
            "judge_again",
            act=lambda: _judge_again(uow, cmd, follow_up, tools),
            again=lambda found: uow.follow_ups.get(FollowUpId(found)),
            name=lambda done: done.id,
        )


async def follow_ups_at(caller: Caller, hall: HallCode | None, *, tools: Tools) -> tuple[FollowUp, ...]:
    """待回访, of one hall, or of the whole county for its supervisor, soonest due first."""
    require(caller, Verb.SEE_OVERDUE, Belonging(hall=hall))
    async with tools.open_view() as view:
        return await view.follow_ups.open_at(hall)


async def my_follow_ups(caller: Caller, *, tools: Tools) -> tuple[FollowUp, ...]:
    """等我回访的, soonest due first."""
    require(caller, Verb.FOLLOW_UP)
    async with tools.open_view() as view:
        return await view.follow_ups.owned_by(caller.code)


async def follow_ups_of_mine(caller: Caller, *, tools: Tools) -> tuple[FollowUp, ...]:
    """我的差评怎么样了: about the caller's own grades, newest first."""
    require(caller, Verb.JUDGE_AGAIN)
    async with tools.open_view() as view:
        return await view.follow_ups.of_grader(caller.code)


async def show_follow_up(
    caller: Caller, follow_up_id: FollowUpId, *, tools: Tools
) -> tuple[FollowUp, tuple[Step, ...]]:
    """One with its steps, to whoever may work on it; whoever was judged does not read who said it."""
    require(caller, Verb.FOLLOW_UP)
    async with tools.open_view() as view:
        follow_up = await view.follow_ups.get(follow_up_id)
        _require_worker(caller, follow_up)
        return follow_up, await view.steps.of(subject_of(follow_up))


@dataclass(frozen=True, slots=True)
class CallBack:
    """回访电话: whom to ask for and at which number; empty when nobody left one."""

    name: str
    phone: str = field(repr=False)


async def number_to_call(caller: Caller, follow_up_id: FollowUpId, *, tools: Tools) -> CallBack:
    """看回访电话: of the person it was done for, else of whoever graded; for one look that is audited."""
    require(caller, Verb.FOLLOW_UP)
    async with tools.open_uow() as uow:
        follow_up = await uow.follow_ups.get(follow_up_id)
        _require_worker(caller, follow_up)
        found = await _to_call(uow, follow_up)
        facts = {"follow_up": follow_up.number}
        entry = AuditEntry(
            "follow_up.phone_seen",
            caller.code,
            caller.door,
            tools.clock.now(),
            person=follow_up.person,
            facts=facts,
        )
        await uow.leaving.audit(entry)
        await uow.commit()
    return found


async def may_follow_up(caller: Caller, follow_up_id: FollowUpId, *, tools: Tools) -> tuple[Account, ...]:
    """To whom a follow-up may be handed over: the hall's clerks and director, and the supervisors, none of them judged."""
    require(caller, Verb.FOLLOW_UP)
    async with tools.open_view() as view:
        follow_up = await view.follow_ups.get(follow_up_id)
        _require_worker(caller, follow_up)
        here = await view.people.at_hall(follow_up.hall)
        county = await view.people.accounts(role=Role.SUPERVISOR)
    able = (a for a in (*here, *county) if a.role in _MAY_OWN and a.active)
    return tuple(a for a in able if a.code not in follow_up.judged | {follow_up.owner})


@dataclass(frozen=True, slots=True)
class _Bad:
    """A bad grade before it is anybody's work."""

    about: str
    service_name: str
    hall: HallCode
    person: PersonId | None
    grade: int
    words: str
    judged: frozenset[AccountCode]
    case: CaseId | None = None
    question: QuestionId | None = None


async def open_follow_up_of_case(uow: Uow, caller: Caller, case: Case, tools: Tools) -> FollowUp | None:
    """Begin one when the case's evaluation is bad; everybody who had the case in hand is judged by it."""
    given = case.evaluation
    if given is None or given.grade not in BAD:
        return None
    hands = {event.by for event in await uow.cases.history(case.id)}
    issued_by = {case.issue.issued_by} if case.issue else set()
    own = await uow.people.account_of(case.applicant)
    judged = {by for by in {*hands, *issued_by, case.receiver, case.reviewer, case.opened_by} if by}
    judged -= {own.code if own else "", caller.code} - ({case.opened_by} if case.proxy_name else set())
    bad = _Bad(
        case.number,
        case.service_name,
        case.hall,
        case.applicant,
        given.grade,
        given.words,
        frozenset(judged),
        case=case.id,
    )
    return await _begin(uow, caller, bad, tools)


async def open_follow_up_of_answer(
    uow: Uow, caller: Caller, question: Question, tools: Tools
) -> FollowUp | None:
    """Begin one when the answer's grade is bad; the owner and whoever answered are judged by it."""
    if question.grade is None or question.grade not in BAD:
        return None
    bad = _Bad(
        question.number,
        "咨询答复",
        question.hall,
        question.person,
        question.grade,
        question.grade_words,
        frozenset(by for by in (question.owner, question.answered_by) if by),
        question=question.id,
    )
    return await _begin(uow, caller, bad, tools)


async def _begin(uow: Uow, caller: Caller, bad: _Bad, tools: Tools) -> FollowUp:
    now = tools.clock.now()
    owner = await _owner_for(uow, bad)
    rules = await uow.places.rules()
    begun = FollowUp(
        id=FollowUpId(tools.ids.new()),
        number=await number_of(uow, "HF", now),
        case=bad.case,
        question=bad.question,
        about=bad.about,
        service_name=bad.service_name,
        hall=bad.hall,
        person=bad.person,
        grader=caller.code,
        grade=bad.grade,
        words=bad.words,
        judged=bad.judged,
        owner=owner.code,
        owner_name=owner.name,
        contact_by=await due_in(uow, now, rules.contact_working_days),
        due_on=await due_in(uow, now, rules.follow_up_working_days),
        state=FollowUpState.OPEN,
        opened_at=now,
    )
    await uow.follow_ups.add(begun)
    await take_step(uow, caller, begun, "open", now, words=f"{GRADES[bad.grade]} {bad.words}".strip())
    told = {"about": bad.about, "service": bad.service_name, "grade": GRADES[bad.grade]}
    due = day_text(begun.contact_by)
    await tell(uow, owner.code, begun, "follow_up_opened", words=bad.words, due=due, **told)
    await tell(uow, caller.code, begun, "follow_up_noted", due=due, **told)
    await uow.leaving.beat(bad.hall)
    return begun


async def _owner_for(uow: Uow, bad: _Bad) -> Owner:
    """The hall's director; a supervisor where there is none or the director was judged."""
    director = await director_of(uow, bad.hall)
    if director is not None and director.code not in bad.judged:
        return director
    supervisors = await uow.people.accounts(role=Role.SUPERVISOR)
    free = next((s for s in supervisors if s.active and s.code not in bad.judged), None)
    if free is not None:
        return owner_of(free)
    raise NotFound(what="能跟进差评的人")


async def _working(
    cmd: NoteContact | CloseFollowUp | HandOverFollowUp,
    verb: str,
    tools: Tools,
    act: Callable[[Uow, FollowUp], Awaitable[FollowUp]],
) -> FollowUp:
    """One act of whoever works on a follow-up, once under its key."""
    require(cmd.caller, Verb.FOLLOW_UP)
    async with tools.open_uow() as uow:
        follow_up = await uow.follow_ups.get(cmd.follow_up)
        _require_worker(cmd.caller, follow_up)

        async def changed() -> FollowUp:
            require_version(follow_up, cmd.version, "回访")
            return await act(uow, follow_up)

        return await once(
            uow,
            cmd.caller,
            cmd.key,
            verb,
            act=changed,
            again=lambda found: uow.follow_ups.get(FollowUpId(found)),
            name=lambda done: done.id,
        )


def _require_worker(caller: Caller, follow_up: FollowUp) -> None:
    """The hall's director and the supervisors; a clerk only when it was handed to them. Nobody who was judged."""
    require(caller, Verb.FOLLOW_UP, Belonging(hall=follow_up.hall))
    if caller.code in follow_up.judged:
        raise JudgedThemselves(number=follow_up.number)
    if caller.role is Role.CLERK and follow_up.owner != caller.code:
        raise NotFound


async def _to_call(uow: Uow, follow_up: FollowUp) -> CallBack:
    person = await uow.people.person(follow_up.person) if follow_up.person else None
    if person is not None and person.phone:
        return CallBack(person.name, person.phone)
    grader = await uow.people.account(follow_up.grader)
    return CallBack(grader.name, grader.phone) if grader else CallBack("", "")


async def _contact(uow: Uow, cmd: NoteContact, follow_up: FollowUp, words: str, tools: Tools) -> FollowUp:
    now = tools.clock.now()
    saved = await uow.follow_ups.save(follow_up.contacted(cmd.caller.code, now))
    await take_step(uow, cmd.caller, saved, "contact", now, words=words)
    return saved


async def _close(
    uow: Uow, cmd: CloseFollowUp, follow_up: FollowUp, words: tuple[str, str], tools: Tools
) -> FollowUp:
    now = tools.clock.now()
    saved = await uow.follow_ups.save(follow_up.closed(cmd.caller.code, *words, now))
    await take_step(uow, cmd.caller, saved, "close", now, words="；".join(words))
    told = {"about": saved.about, "service": saved.service_name, "remedy": words[1]}
    await tell(uow, saved.grader, saved, "follow_up_closed", follow_up=saved.id, **told)
    await uow.leaving.beat(saved.hall)
    return saved


async def _hand_over(
    uow: Uow, cmd: HandOverFollowUp, follow_up: FollowUp, why: str, tools: Tools
) -> FollowUp:
    to = await uow.people.account(cmd.to)
    here = to is not None and (to.hall == follow_up.hall or to.role is Role.SUPERVISOR)
    if to is None or not here or to.role not in _MAY_OWN or not to.active:
        raise NotFound(what="同事")
    saved = await uow.follow_ups.save(follow_up.handed_over(owner_of(to)))
    await take_step(uow, cmd.caller, saved, "hand_over", tools.clock.now(), words=why)
    told = {"about": saved.about, "service": saved.service_name, "grade": GRADES[saved.grade]}
    due = day_text(saved.due_on if saved.contacted_at else saved.contact_by)
    await tell(uow, to.code, saved, "follow_up_opened", words=saved.words, due=due, **told)
    return saved


async def _judge_again(uow: Uow, cmd: JudgeAgain, follow_up: FollowUp, tools: Tools) -> FollowUp:
    saved = await uow.follow_ups.save(follow_up.judged_again(cmd.grade, cmd.words.strip()))
    words = f"{GRADES[cmd.grade]} {saved.second_words}".strip()
    await take_step(uow, cmd.caller, saved, "judge_again", tools.clock.now(), words=words)
    await tell(uow, saved.owner, saved, "follow_up_judged", about=saved.about, grade=GRADES[cmd.grade])
    return saved
