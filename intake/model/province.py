"""The province's side of a case: under which number its platform has it, and how far it says the case is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from intake.model.ids import CaseId


@dataclass(frozen=True, slots=True)
class ProvinceRecord:
    """上报记录: a case the province's platform has. `status` is the platform's own word, empty until it was asked;
    a `closed` one is asked about no more.
    """

    case: CaseId
    projid: str
    handed_at: datetime
    status: str = ""
    status_at: datetime | None = None
    asked_at: datetime | None = None
    closed: bool = False
