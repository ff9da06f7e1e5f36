"""办件要素: the days and halls of a case's life as one narrow row beside it, for figures to be counted from."""

from __future__ import annotations

from datetime import date

from sqlalchemy import case as when
from sqlalchemy.ext.asyncio import AsyncConnection

from intake.model.calendar import local_day
from intake.model.case import Case
from storage.sql.rows import Values, insert_into
from storage.sql.tables import case_facts

# In these the clock stands still, and a due day that passes meanwhile makes nobody late.
_STANDING_STILL = frozenset({"correction_asked", "escalated"})


async def keep_facts(connection: AsyncConnection, case: Case) -> None:
    """Write a submitted case's facts; the hall that accepted it keeps it, wherever its result is handed out."""
    row = facts_of(case)
    if row is None:
        return
    insert = insert_into(connection, case_facts).values(row)
    changed = {name: insert.excluded[name] for name in row if name not in {"case", "hall"}}
    stays = when((case_facts.c.accepted_on.is_not(None), case_facts.c.hall), else_=insert.excluded["hall"])
    await connection.execute(
        insert.on_conflict_do_update(index_elements=["case"], set_={**changed, "hall": stays})
    )


def facts_of(case: Case) -> Values | None:
    """The facts of a case; None for a draft, which no figure counts."""
    if case.submitted_at is None:
        return None
    due = case.due.day if case.due and case.state not in _STANDING_STILL else None
    decided = local_day(case.outcome.decided_at) if case.outcome and case.accepted_at else None
    return {
        "case": case.id,
        "service_code": case.service_code,
        "department": case.department,
        "door": case.door,
        "opened_hall": case.opened_hall,
        "hall": case.hall,
        "proxy": case.opened_by if case.proxy_name else "",
        "receiver": case.receiver or "",
        "reviewer": case.reviewer or "",
        "submitted_on": local_day(case.submitted_at),
        "accepted_on": local_day(case.accepted_at) if case.accepted_at else None,
        "due_on": due,
        "decided_on": decided,
        "reckoned_on": reckoned_on(due, decided),
        "rounds": case.rounds,
        "graded_on": local_day(case.evaluation.at) if case.evaluation else None,
        "grade": case.evaluation.grade if case.evaluation else None,
    }


def reckoned_on(due: date | None, decided: date | None) -> date | None:
    """The one day on which a case counts for the on-time rate: decided in time, that day; else the day it was due.

    So a late case counts once, in the month in which it became late, whenever it is decided at last.
    """
    if due is None:
        return None
    return decided if decided is not None and decided <= due else due
