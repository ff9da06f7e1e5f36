"""Matching (事项匹配): from a person's own words to service items, or an honest question."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from intake.model.ids import ServiceCode


class Decision(StrEnum):
    """匹配结论: one item is meant, a few could be, one question would tell, or none fits."""

    MATCH = "match"
    CHOOSE = "choose"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """情境: what is already known of the person spoken for; every field may be unknown."""

    age: int | None = None
    who: str = ""
    lost: str = ""
    resident: bool | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """候选事项: a service item with the calibrated probability (0..1) that it is the one meant."""

    service_code: ServiceCode
    name: str
    score: float


@dataclass(frozen=True, slots=True)
class Match:
    """匹配结果: candidates best first, the decision, and the question that would split them best."""

    decision: Decision
    candidates: tuple[Candidate, ...] = ()
    ask: str = ""
    focus: str = ""
    facts: PersonFacts = field(default_factory=PersonFacts)


@dataclass(frozen=True, slots=True)
class Reason:
    """理由: one kind of likeness as a keeper would call it, the phrase it met, and how much it speaks for an answer."""

    channel: str
    says: str
    met: str
    weight: float


@dataclass(frozen=True, slots=True)
class Explained:
    """解释: what was read of the words, the answer, and its grounds.

    `reasons` stand in the order of the candidates, strongest first. `lead` is why the first stands before the second;
    a weight below 0 speaks for the second. `none` is the probability (0..1) that nothing of the catalogue is meant.
    """

    match: Match
    read_as: str
    words: tuple[str, ...]
    concepts: tuple[str, ...]
    none: float
    reasons: tuple[tuple[Reason, ...], ...]
    lead: tuple[Reason, ...]
