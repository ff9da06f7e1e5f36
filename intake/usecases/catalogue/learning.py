"""Learning (学说法): what words led to, the keeper's queue of them, and teaching that cannot spoil a good answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from intake.errors import BadInput, LessonInVain, NotNow, Stale, TaughtElsewhere, WouldMoveAnswers
from intake.model.authority import Verb, require
from intake.model.calendar import local_day
from intake.model.catalogue import ServiceItem
from intake.model.ids import HeardId, ServiceCode, TeachingId
from intake.model.learning import (
    AGREEMENT,
    KEPT,
    Edition,
    Effect,
    Ending,
    GoodAnswer,
    Heard,
    HeardState,
    Hearing,
    Lesson,
    Teaching,
    with_lessons,
)
from intake.model.matching import Decision, Explained, Match
from intake.model.nameless import nameless
from intake.model.people import Caller
from intake.ports import Tools, Uow
from intake.usecases.catalogue.teachable import refuse_unteachable
from intake.usecases.trail import audit

_LONGEST_LESSON = 60
_MOST_AGREED = 500


@dataclass(frozen=True, slots=True)
class NoteHearing:
    """What somebody's words led to: the item they took, or none."""

    caller: Caller
    words: str
    service_code: ServiceCode | None = None


@dataclass(frozen=True, slots=True)
class Teach:
    """Words that are to lead to an item from now on, and the heard row they come from, if they do."""

    caller: Caller
    text: str
    service_code: ServiceCode
    heard: HeardId | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """教前预览: the lesson as it would be saved, its item, and its effect on the edition in force."""

    lesson: Lesson
    item: ServiceItem
    edition: Edition
    effect: Effect


async def note_hearing(cmd: NoteHearing, *, tools: Tools) -> None:
    """Count what the words led to; of whom said them nothing readable is kept, and words that say little are not."""
    async with tools.open_uow() as uow:
        if await hear(uow, cmd, tools):
            await uow.commit()


async def note_correction(uow: Uow, cmd: NoteHearing, tools: Tools) -> None:
    """Count a clerk's word on what somebody meant, within the unit of work of the answer."""
    await hear(uow, cmd, tools, corrected=True)


async def hear(uow: Uow, cmd: NoteHearing, tools: Tools, *, corrected: bool = False) -> bool:
    """Count within a unit of work; False when there was nothing to count."""
    found = tools.matcher.match(cmd.words, limit=1)
    text = nameless(found.focus)
    if not text:
        return False
    ending = Ending.CORRECTED if corrected else _ending(found, cmd.service_code)
    hearing = Hearing(text, ending, cmd.service_code, cmd.caller.code, tools.clock.now())
    await uow.learning.hear(hearing, HeardId(tools.ids.new()))
    return True


def _ending(found: Match, chosen: ServiceCode | None) -> Ending:
    if chosen is None:
        return Ending.UNMATCHED
    sure = found.decision is Decision.MATCH and found.candidates[0].service_code == chosen
    return Ending.AGREED if sure else Ending.CHOSEN


async def heard_queue(
    caller: Caller, state: HeardState, limit: int, *, tools: Tools
) -> tuple[Edition, tuple[Heard, ...]]:
    """What waits for the keeper: unmatched words first, by how many different people said them."""
    require(caller, Verb.TEACH)
    async with tools.open_view() as view:
        edition = await edition_of(view, _today(tools))
        return edition, await view.learning.queue(state, limit)


async def dismiss(caller: Caller, heard: HeardId, *, tools: Tools) -> Heard:
    """There is nothing to learn from these words."""
    require(caller, Verb.TEACH)
    async with tools.open_uow() as uow:
        row = await uow.learning.heard(heard)
        await uow.learning.mark(heard, HeardState.DISMISSED)
        await audit(uow, caller, "learning.dismiss", tools.clock.now(), heard=heard)
        await uow.commit()
    return replace(row, state=HeardState.DISMISSED)


async def preview_teaching(cmd: Teach, *, tools: Tools) -> Preview:
    """What the lesson would do, tried on a matcher of its own; nothing is saved."""
    require(cmd.caller, Verb.TEACH)
    lesson = _lesson(cmd, tools)
    day = _today(tools)
    async with tools.open_view() as view:
        item = await view.catalogue.current(lesson.service_code, day)
        await _not_elsewhere(view, lesson, day)
        edition = await edition_of(view, day)
        items = await items_as_taught(view, day)
        await refuse_unteachable(lesson, items, view)
        good = (
            *await view.learning.agreed(AGREEMENT, _MOST_AGREED),
            *await _meant_by_people(cmd, lesson, view),
        )
    effect = await tools.tutor.rehearse(lesson, edition=edition, items=items, good=good)
    return Preview(lesson, item, edition, effect)


async def teach(cmd: Teach, *, tools: Tools) -> Teaching:
    """Save the lesson if it helps and moves no good answer; the same lesson again is the teaching that is there.

    Raises `WouldMoveAnswers`, `LessonInVain`, `TaughtElsewhere`, and `Stale` when the catalogue changed while the lesson was tried:
    two lessons that are harmless one by one may not be so together.
    """
    require(cmd.caller, Verb.TEACH)
    known = await _known(_lesson(cmd, tools), tools)
    if known is not None:
        return known
    preview = await preview_teaching(cmd, tools=tools)
    _refuse_bad(preview)
    async with tools.open_uow() as uow:
        since = await uow.catalogue.grow()
        if since != preview.edition.revision + 1:
            raise Stale(what="事项清单")
        teaching = await _save(uow, cmd, preview.lesson, since, tools)
        await uow.commit()
    return teaching


async def unteach(caller: Caller, teaching: TeachingId, *, tools: Tools) -> Teaching:
    """Take a teaching back; the words it came from wait to be looked at again."""
    require(caller, Verb.TEACH)
    now = tools.clock.now()
    async with tools.open_uow() as uow:
        until = await uow.catalogue.grow()
        known = await uow.learning.teaching(teaching)
        if known.withdrawn_at is not None:
            raise NotNow(what=f"“{known.text}”", state="已收回")
        back = replace(known, withdrawn_by=caller.code, withdrawn_at=now, until=until)
        await uow.learning.withdraw(back)
        if back.heard is not None:
            await uow.learning.mark(back.heard, HeardState.OPEN)
        await audit(uow, caller, "learning.unteach", now, **_told(back))
        await uow.commit()
    return back


async def taught(caller: Caller, *, tools: Tools) -> tuple[Teaching, ...]:
    """The teachings in force."""
    require(caller, Verb.TEACH)
    async with tools.open_view() as view:
        return await view.learning.taught()


async def explain(caller: Caller, text: str, limit: int, *, tools: Tools) -> Explained:
    """Why the matcher answers as it does."""
    require(caller, Verb.TEACH)
    return await tools.tutor.explain(text, limit=limit)


async def forget_heard(*, tools: Tools) -> int:
    """Delete words nobody has said for half a year; returns how many rows."""
    async with tools.open_uow() as uow:
        gone = await uow.learning.forget(tools.clock.now() - KEPT)
        await uow.commit()
    return gone


async def edition_of(view: Uow, day: date) -> Edition:
    """Which edition of the catalogue is in force: equal in every process that reads the same store."""
    return Edition(await view.catalogue.revision(), day)


async def items_as_taught(view: Uow, day: date) -> tuple[ServiceItem, ...]:
    """The items in force with everything that was taught about them: what a matcher is built from."""
    lessons = (teaching.lesson for teaching in await view.learning.taught())
    return with_lessons(await view.catalogue.all_current(day), lessons)


def _today(tools: Tools) -> date:
    return local_day(tools.clock.now())


def _lesson(cmd: Teach, tools: Tools) -> Lesson:
    """The lesson in the form in which words are heard: one script, one width, nameless."""
    if len(cmd.text) > _LONGEST_LESSON:
        raise BadInput(field="text", why=f"要教的说法请不要超过{_LONGEST_LESSON}个字。")
    text = nameless(tools.matcher.match(cmd.text, limit=1).focus)
    if not text:
        raise BadInput(field="text", why="要教的说法里没有可以学的词，号码和姓名不能教。")
    return Lesson(text, cmd.service_code)


async def _known(lesson: Lesson, tools: Tools) -> Teaching | None:
    async with tools.open_view() as view:
        there = await view.learning.taught_as(lesson.text)
    return there if there is not None and there.lesson == lesson else None


async def _not_elsewhere(view: Uow, lesson: Lesson, day: date) -> None:
    """The same words cannot lead to two items; raises `TaughtElsewhere` with the one they lead to."""
    there = await view.learning.taught_as(lesson.text)
    if there is not None and there.service_code != lesson.service_code:
        names = {item.code: item.name for item in await view.catalogue.all_current(day)}
        raise TaughtElsewhere(
            text=lesson.text, service=names.get(there.service_code, there.service_code), teaching=there.id
        )


async def _meant_by_people(cmd: Teach, lesson: Lesson, view: Uow) -> tuple[GoodAnswer, ...]:
    """The lesson's own answer, where somebody chose it or a clerk put it right: that outweighs whatever the words name."""
    if cmd.heard is None:
        return ()
    row = await view.learning.heard(cmd.heard)
    meant = row.text == lesson.text and any(led.service_code == lesson.service_code for led in row.led)
    return (GoodAnswer(lesson.text, (lesson.service_code,)),) if meant else ()


def _refuse_bad(preview: Preview) -> None:
    text, effect = preview.lesson.text, preview.effect
    if not effect.harmless:
        raise WouldMoveAnswers(text=text, moved=effect.moved[0].answer.text, count=len(effect.moved))
    if not effect.useful:
        raise LessonInVain(text=text, service=preview.item.name)


async def _save(uow: Uow, cmd: Teach, lesson: Lesson, since: int, tools: Tools) -> Teaching:
    now = tools.clock.now()
    teaching = Teaching(
        TeachingId(tools.ids.new()), lesson.text, lesson.service_code, cmd.heard, cmd.caller.code, now, since
    )
    if not await uow.learning.teach(teaching):
        raise Stale(what=f"“{lesson.text}”")
    if cmd.heard is not None:
        await uow.learning.heard(cmd.heard)
        await uow.learning.mark(cmd.heard, HeardState.TAUGHT)
    await audit(uow, cmd.caller, "learning.teach", now, **_told(teaching))
    return teaching


def _told(teaching: Teaching) -> dict[str, str]:
    return {"teaching": teaching.id, "text": teaching.text, "service": teaching.service_code}
