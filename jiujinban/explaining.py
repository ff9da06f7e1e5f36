"""An explanation as a person at a terminal reads it."""

from __future__ import annotations

from collections.abc import Iterator

from intake.model.matching import Candidate, Decision, Explained, Reason

_DECISIONS = {
    Decision.MATCH: "就是第一项",
    Decision.CHOOSE: "几项都有可能，请本人选",
    Decision.NONE: "清单里没有合适的，转给工作人员",
}
_STRONGEST = 6
_HARDLY = 0.01


def explained_text(explained: Explained) -> str:
    """What was read, every candidate with its grounds, and why the first stands before the second."""
    return "\n".join([*_read(explained), *_candidates(explained), *_lead(explained)])


def _read(explained: Explained) -> Iterator[str]:
    match = explained.match
    yield f"读到      {match.focus}"
    yield f"内容词    {'、'.join(explained.words) or '（没有）'}"
    yield f"意思      {'、'.join(explained.concepts) or '（没有）'}"
    yield f"结论      {_DECISIONS[match.decision]}（都不是的可能 {_chance(explained.none)}）"


def _candidates(explained: Explained) -> Iterator[str]:
    for number, candidate in enumerate(explained.match.candidates):
        yield from _candidate(number, candidate, explained.reasons[number])


def _candidate(number: int, candidate: Candidate, reasons: tuple[Reason, ...]) -> Iterator[str]:
    yield f"\n{number + 1:2d}. {_chance(candidate.score)}  {candidate.service_code}  {candidate.name}"
    if reasons:
        yield f"      清单里最接近的说法：{reasons[0].met}"
    for reason in reasons:
        yield f"      {reason.weight:+.2f}  {reason.says}"


def _lead(explained: Explained) -> Iterator[str]:
    candidates = explained.match.candidates
    if not explained.lead:
        return
    first, second = candidates[0].name, candidates[1].name
    # Where nothing is answered at once, the first is merely the likeliest.
    answers = explained.match.decision is Decision.MATCH
    yield f"\n为什么是“{first}”，不是“{second}”" if answers else f"\n为什么“{first}”排在“{second}”前面"
    for reason in explained.lead[:_STRONGEST]:
        whose = "第一项占先" if reason.weight > 0 else "第二项占先"
        yield f"      {reason.weight:+.2f}  {whose}：{reason.says}"


def _chance(share: float) -> str:
    """A probability as it is said."""
    return "不到1%" if share < _HARDLY else f"{share:.0%}"
