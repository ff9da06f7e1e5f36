"""Papers of a case (办件文书): what a person may take home in print, and how far the case must be for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from intake.model.case import Case


class CasePaper(StrEnum):
    """办件文书."""

    RECEIPT = "receipt"
    ACCEPTANCE = "acceptance"
    CORRECTION = "correction"
    REFUSAL = "refusal"
    COLLECTION = "collection"


PAPER_WORDS: Mapping[CasePaper, str] = {
    CasePaper.RECEIPT: "收件回执",
    CasePaper.ACCEPTANCE: "受理通知书",
    CasePaper.CORRECTION: "一次性告知单",
    CasePaper.REFUSAL: "不予办理告知书",
    CasePaper.COLLECTION: "领取凭证",
}
_READY: Mapping[CasePaper, Callable[[Case], bool]] = {
    CasePaper.RECEIPT: lambda case: case.submitted_at is not None,
    CasePaper.ACCEPTANCE: lambda case: case.accepted_at is not None,
    CasePaper.CORRECTION: lambda case: case.correction is not None,
    CasePaper.REFUSAL: lambda case: case.outcome is not None and not case.outcome.granted,
    CasePaper.COLLECTION: lambda case: case.issue is not None,
}


def papers_of(case: Case) -> tuple[CasePaper, ...]:
    """The papers the case is far enough for, in the order in which they are handed out."""
    return tuple(kind for kind, ready in _READY.items() if ready(case))
