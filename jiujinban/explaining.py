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


def explained_text(explained: Explained) -> str:
    """What was read, every candidate with its grounds, and why the first stands before the second."""
    return "\n".join([*_read(explained), *_candidates(explained), *_lead(explained)])


def _read(explained: Explained) -> Iterator[str]:
    match = explained.match
    yield f"读到      {match.focus}"
    yield f"内容词    {'、'.join(explained.words) or '（没有）'}"
    yield f"意思      {'、'.join(explained.concepts) or '（没有）'}"
    yield f"结论      {_DECISIONS[match.decision]}（都不是的可能 {explained.none:.3f}）"


def _candidates(explained: Explained) -> Iterator[str]:
    for number, candidate in enumerate(explained.match.candidates):
        yield from _candidate(number, candidate, explained.reasons[number])


def _candidate(number: int, candidate: Candidate, reasons: tuple[Reason, ...]) -> Iterator[str]:
    yield f"\n{number + 1:2d}. {candidate.score:.3f}  {candidate.service_code}  {candidate.name}"
    for reason in reasons:
        yield f"      {reason.weight:+.2f}  {reason.says}：{reason.met}"


def _lead(explained: Explained) -> Iterator[str]:
    candidates = explained.match.candidates
    if not explained.lead:
        return
    yield f"\n为什么是“{candidates[0].name}”，不是“{candidates[1].name}”"
    for reason in explained.lead[:_STRONGEST]:
        whose = "第一项更像" if reason.weight > 0 else "第二项更像"
        yield f"      {reason.weight:+.2f}  {whose}：{reason.says}"
