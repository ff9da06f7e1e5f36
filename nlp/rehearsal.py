"""Rehearsal (试讲): a lesson tried on a matcher of its own, beside the matcher without it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from intake.model.catalogue import ServiceItem
from intake.model.ids import ServiceCode
from intake.model.learning import Edition, Effect, GoodAnswer, Lesson, Moved, Standing, with_lessons
from intake.model.matching import Decision, Match
from nlp.matcher import Matcher
from nlp.protected import answers_to_keep, named_in

_SHOWN = 3
_DEPTH = 10


@dataclass(slots=True)
class _Known:
    """What one edition's matcher answers, as far as it was asked: the same sentences come with every rehearsal."""

    edition: Edition
    matcher: Matcher
    answers: dict[str, Match] = field(default_factory=dict)

    def answer(self, text: str) -> Match:
        if text not in self.answers:
            self.answers[text] = self.matcher.match(text, limit=_SHOWN)
        return self.answers[text]


@dataclass(slots=True)
class Stage:
    """试讲台: rehearses one lesson after the other, and keeps what the edition in force answers without any."""

    _known: _Known | None = None

    def rehearse(
        self, lesson: Lesson, edition: Edition, items: Sequence[ServiceItem], good: Sequence[GoodAnswer]
    ) -> Effect:
        """What the lesson would do to its own words and to every answer that must be kept; takes seconds."""
        before = self._before(edition, items)
        after = _Known(edition, Matcher.build(with_lessons(items, [lesson])))
        keep = answers_to_keep(lesson, items, (*good, *_own_answer(lesson, before, items)))
        return Effect(
            before=_standing(before, lesson, keep),
            after=_standing(after, lesson, keep),
            sentences=len(keep),
            moved=tuple(_moved(keep, before, after)),
        )

    def _before(self, edition: Edition, items: Sequence[ServiceItem]) -> _Known:
        if self._known is None or self._known.edition != edition:
            self._known = _Known(edition, Matcher.build(items))
        return self._known


def _own_answer(lesson: Lesson, before: _Known, items: Sequence[ServiceItem]) -> Iterable[GoodAnswer]:
    """What the words lead to at once and by name is a good answer too: 办个老人证 is no dog's licence by being taught."""
    return named_in(lesson, items) if before.answer(lesson.text).decision is Decision.MATCH else ()


def _standing(known: _Known, lesson: Lesson, keep: Sequence[GoodAnswer]) -> Standing:
    found = known.matcher.match(lesson.text, limit=_DEPTH)
    ranks = [_rank(known.answer(answer.text), answer) for answer in keep if answer.meant]
    return Standing(
        decision=found.decision,
        rank=_place(found, (lesson.service_code,)),
        first=found.candidates[0].service_code if found.candidates else None,
        hit_at_1=_share(ranks, 1),
        hit_at_3=_share(ranks, _SHOWN),
    )


def _moved(keep: Iterable[GoodAnswer], before: _Known, after: _Known) -> Iterable[Moved]:
    for answer in keep:
        was, now = before.answer(answer.text), after.answer(answer.text)
        if _worse(answer, was, now):
            yield Moved(answer, now.candidates[0].service_code if now.candidates else None)


def _worse(answer: GoodAnswer, was: Match, now: Match) -> bool:
    """Whether somebody who was answered rightly would notice.

    Rightly is: the right item at once; or among the first three to choose from; or turned away where nothing fits.
    Two of a list to choose from that change places are not noticed: with a thousand sentences some pair is always so
    near that any new word turns it round, and then nothing could be taught at all.
    """
    if not answer.meant:
        return was.decision is Decision.NONE and now.decision is not Decision.NONE
    at_once = was.decision is Decision.MATCH and _rank(was, answer) == 1
    if at_once and _rank(now, answer) != 1:
        return True
    return _is_right(answer, was) and not _is_right(answer, now)


def _is_right(answer: GoodAnswer, match: Match) -> bool:
    rank = _rank(match, answer)
    if rank is None or match.decision is Decision.NONE:
        return False
    return rank == 1 or match.decision is Decision.CHOOSE


def _rank(match: Match, answer: GoodAnswer) -> int | None:
    return _place(match, answer.meant)


def _place(match: Match, meant: Sequence[ServiceCode]) -> int | None:
    places = (place for place, found in enumerate(match.candidates, 1) if found.service_code in meant)
    return next(places, None)


def _share(ranks: Sequence[int | None], within: int) -> float:
    good = sum(rank is not None and rank <= within for rank in ranks)
    return round(good / len(ranks), 4) if ranks else 1.0
