"""A county's cases by the hundred thousand, made by the database itself: what lists are measured in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import text

from intake.model.case import Case, CaseState
from intake.model.ids import CaseId, HallCode, PersonId, ServiceCode
from storage.sql.cases import case_row
from storage.sql.store import Store
from storage.sql.tables import cases
from tests.contract.nouns import NOW, TODAY, draft

HALLS, STATES, EACH = 15, tuple(CaseState), 20
_PATTERN = HALLS * len(STATES) * EACH
_AT_ONCE = 100_000
# What tells one copy of the pattern from the next; days and instants stay, so many are due on one day and many came in the
# same second, as after an import or an outage.
_MINE = "(CAST(substr(id, 6) AS integer) + nth * CAST(:block AS integer))"
_TOLD_APART = {
    "id": f"'case-' || {_MINE}",
    "number": f"'BJ' || {_MINE}",
    "service_code": f"'S' || {_MINE}",
    "applicant": f"'person-' || ({_MINE} / {EACH})",
}
_COLUMNS = ", ".join(f'"{column.name}"' for column in cases.c)
_VALUES = ", ".join(_TOLD_APART.get(column.name, f'"{column.name}"') for column in cases.c)
_COPY = text(f"""
    INSERT INTO cases ({_COLUMNS})
    WITH RECURSIVE copies(nth) AS (
        SELECT CAST(:first AS integer) UNION ALL SELECT nth + 1 FROM copies WHERE nth < :last
    )
    SELECT {_VALUES} FROM copies CROSS JOIN pattern WHERE {_MINE} < :size
""")  # noqa: S608 (names of our own columns)


async def fill(store: Store, size: int) -> None:
    """`size` cases instead of all there are: of fifteen halls in every state, twenty of each person, one department.

    The first are written as rows; the others are copies of these under ids, numbers, people and items of their own.
    """
    block = min(size, _PATTERN)
    async with store.writing() as connection:
        if connection.dialect.name == "sqlite":
            # With the two megabytes it has by itself, each row of a large store would read and write a page of each index.
            await connection.execute(text("PRAGMA cache_size = -500000"))
        await connection.execute(cases.delete())
        await connection.execute(cases.insert(), [_row(number) for number in range(block)])
        await connection.execute(text("CREATE TEMPORARY TABLE pattern AS SELECT * FROM cases"))
        step = max(1, _AT_ONCE // block)
        for first in range(1, -(-size // block), step):
            copies = {"first": first, "last": first + step - 1, "block": block, "size": size}
            await connection.execute(_COPY, copies)
        await connection.execute(text("DROP TABLE pattern"))
        await connection.commit()
        await connection.execute(text("ANALYZE"))
        await connection.commit()


def _row(number: int) -> dict[str, object]:
    case: Case = replace(
        draft(id=CaseId(f"case-{number}"), hall=HallCode(f"hall-{number % HALLS}")),
        number=f"BJ{number}",
        state=STATES[number // HALLS % len(STATES)],
        service_code=ServiceCode(f"S{number}"),
        applicant=PersonId(f"person-{number // EACH}"),
        opened_at=NOW + timedelta(seconds=number),
        submitted_at=NOW + timedelta(seconds=number),
    )
    return {**case_row(case), "due_on": TODAY}
