"""Is this photograph good enough? What could be read decides *whether* it is; the pixels choose *the words*.

Measured: pixel figures alone tell a readable photograph from an unreadable one little better than a coin on
mixed damage, and the blur thresholds of tutorials refuse photographs that read perfectly. "Everything
needed was read" catches three bad photographs in four at one false alarm in twenty.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from materials.documents import has_needs, missing
from materials.kinds import SURE, answers, is_loose
from materials.model import (
    DocumentKind,
    FieldName,
    Judgement,
    KindGuess,
    Metrics,
    ReadField,
    Reason,
    Trust,
    Verdict,
)
from materials.page import Page
from materials.wording import spoken

_DARK_HIGHLIGHT = 40.0
_GLARE_SHARE = 0.03
_BLURRED = 20.0
_CLEAR_LINES = 0.95
_LEGIBLE_LINES = 0.8
_SMALL_PRINT = 12.0
_AT_EDGE = 0.008


@dataclass(frozen=True, slots=True)
class Evidence:
    """所见: everything a judgement rests on. `size` is the page's, `expected` what was asked for, or None."""

    metrics: Metrics
    page: Page
    guess: KindGuess
    fields: tuple[ReadField, ...]
    size: tuple[int, int]
    expected: str | None

    @property
    def lacking(self) -> tuple[FieldName, ...]:
        """The fields this kind of page must show and that were not read."""
        return missing(self.guess.kind, self.fields)


def judge(seen: Evidence) -> Judgement:
    """One verdict with one reason; never more, because a person can mend one thing at a time."""
    if seen.guess.kind is DocumentKind.PHOTO:
        return spoken(Verdict.GOOD, Reason.PORTRAIT_RECEIVED)
    if not seen.page.lines:
        return _without_text(seen)
    if seen.guess.kind is DocumentKind.UNKNOWN:
        return _of_unknown_kind(seen)
    if seen.expected is not None and not answers(seen.guess, seen.expected):
        return _of_other_kind(seen, seen.expected)
    if seen.lacking:
        return _again(seen, _what_went_wrong(seen), seen.lacking)
    return _taken(seen)


def _without_text(seen: Evidence) -> Judgement:
    reason = _visible_defect(seen)
    if reason is not None:
        return _again(seen, reason)
    return spoken(Verdict.ASK_PERSON, Reason.NO_TEXT)


def _of_unknown_kind(seen: Evidence) -> Judgement:
    if seen.page.confidence < _LEGIBLE_LINES:
        return _again(seen, _what_went_wrong(seen))
    if seen.expected is None or is_loose(seen.expected):
        return spoken(Verdict.GOOD, Reason.RECEIVED)
    reason = _visible_defect(seen)
    if reason is not None:
        return _again(seen, reason)
    return spoken(Verdict.ASK_PERSON, Reason.UNSURE_KIND, wanted=seen.expected)


def _of_other_kind(seen: Evidence, expected: str) -> Judgement:
    """Say so only when sure, and never of papers without a fixed shape: 'wrong' must not be wrong."""
    if seen.guess.confidence < SURE or is_loose(expected):
        return spoken(Verdict.ASK_PERSON, Reason.UNSURE_KIND, wanted=expected)
    return spoken(Verdict.RETAKE, Reason.WRONG_DOCUMENT, kind=seen.guess.kind, wanted=expected)


def _taken(seen: Evidence) -> Judgement:
    if not has_needs(seen.guess.kind):
        legible = seen.page.confidence >= _LEGIBLE_LINES
        return spoken(Verdict.GOOD, Reason.RECEIVED) if legible else _again(seen, _what_went_wrong(seen))
    doubted = any(f.name is FieldName.ID_NUMBER and f.trust is Trust.NEEDS_CHECK for f in seen.fields)
    clear = seen.page.confidence >= _CLEAR_LINES and not doubted
    reason = Reason.ALL_READ if clear else Reason.READ_CHECK_CLOSELY
    return spoken(Verdict.GOOD, reason, kind=seen.guess.kind, read=_worth_telling(seen))


def _worth_telling(seen: Evidence) -> tuple[FieldName, ...]:
    """Sex and nation are read as well, but nobody needs to hear it."""
    quiet = {FieldName.SEX, FieldName.NATION, FieldName.BIRTH_DATE, FieldName.VALID_FROM, FieldName.RELATION}
    return tuple(f.name for f in seen.fields if f.name not in quiet)


def _again(seen: Evidence, reason: Reason, lacking: tuple[FieldName, ...] = ()) -> Judgement:
    return spoken(Verdict.RETAKE, reason, kind=seen.guess.kind, missing=lacking)


def _what_went_wrong(seen: Evidence) -> Reason:
    """The likeliest cause that a person can do something about."""
    if (reason := _visible_defect(seen)) is not None:
        return reason
    if _touches_edge(seen):
        return Reason.CUT_OFF
    if median(line.height for line in seen.page.lines) < _SMALL_PRINT:
        return Reason.TOO_FAR
    return Reason.FIELDS_MISSING


def _visible_defect(seen: Evidence) -> Reason | None:
    if seen.metrics.highlight < _DARK_HIGHLIGHT:
        return Reason.TOO_DARK
    if seen.metrics.glare > _GLARE_SHARE:
        return Reason.GLARE
    if seen.metrics.sharpness < _BLURRED:
        return Reason.BLURRED
    return None


def _touches_edge(seen: Evidence) -> bool:
    """Print that reaches the frame's edge goes on outside it."""
    width, height = seen.size
    margin = _AT_EDGE * max(seen.size)
    return any(
        x < margin or y < margin or x > width - margin or y > height - margin
        for line in seen.page.lines
        for x, y in line.quad
    )
