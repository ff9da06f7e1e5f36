"""What every change leaves behind, in its own transaction: history, audit, notices, the hall's pulse."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from intake.model.case import Case, CaseEvent
from intake.model.ids import AccountCode
from intake.model.leaving import AuditEntry, Outgoing, Topic
from intake.model.people import Caller
from intake.ports import Uow


async def leave_trail(
    uow: Uow,
    case: Case,
    caller: Caller,
    act: str,
    at: datetime,
    *,
    words: str = "",
    facts: Mapping[str, str] | None = None,
) -> None:
    """Write the act into the case's history and the audit trail, and move the hall's pulse.

    `facts` are for the audit trail only.
    """
    account = caller.account
    event = CaseEvent(case.id, act, case.state, account.code, account.name, caller.door, at, words)
    await uow.cases.tell(event)
    entry = AuditEntry(
        f"case.{act}", account.code, caller.door, at, person=case.applicant, case=case.id, facts=facts or {}
    )
    await uow.leaving.audit(entry)
    await uow.leaving.beat(case.hall)


async def notify(uow: Uow, case: Case, kind: str, facts: Mapping[str, str]) -> None:
    """Put one notice each for the applicant and for whoever opened the case on the way."""
    account = await uow.people.account_of(case.applicant)
    receivers = {case.opened_by, *([account.code] if account else [])}
    told = await _told(uow, case, facts)
    for receiver in sorted(receivers):
        await uow.leaving.send(Outgoing(Topic.NOTICE, f"case:{case.id}", kind, receiver, told))


async def tell(uow: Uow, case: Case, to: AccountCode, kind: str, facts: Mapping[str, str]) -> None:
    """Put one notice about the case for somebody of the staff on the way."""
    told = await _told(uow, case, facts)
    await uow.leaving.send(Outgoing(Topic.NOTICE, f"case:{case.id}", kind, to, told))


async def _told(uow: Uow, case: Case, facts: Mapping[str, str]) -> dict[str, str]:
    hall = await uow.places.hall(case.hall)
    return {
        "number": case.number,
        "case": case.id,
        "service": case.service_name,
        "applicant": case.applicant_name,
        "hall": hall.name,
        "address": hall.address,
        "phone": hall.phone,
        **facts,
    }


async def audit(uow: Uow, caller: Caller, act: str, at: datetime, **facts: str) -> None:
    """Write an act that is on no case into the audit trail."""
    await uow.leaving.audit(AuditEntry(act, caller.code, caller.door, at, facts=facts))
