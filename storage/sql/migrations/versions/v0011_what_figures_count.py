"""What figures are counted from: the facts of each case, and what each kiosk can do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON()
COUNTY = timezone(timedelta(hours=8))
AT_ONCE = 500
NAMES = (
    "case", "service_code", "department", "door", "opened_hall", "hall", "proxy", "receiver", "reviewer",
    "submitted_on", "accepted_on", "due_on", "decided_on", "reckoned_on", "rounds", "graded_on", "grade",
)  # fmt: skip


def upgrade() -> None:
    """Every case that was submitted gets its facts, as this release would have written them."""
    facts = op.create_table(
        "case_facts",
        sa.Column("case", sa.Text(), sa.ForeignKey("cases.id", name="fk_case_facts_case"), nullable=False),
        sa.Column("service_code", sa.Text(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("opened_hall", sa.Text(), nullable=False),
        sa.Column("hall", sa.Text(), nullable=False),
        sa.Column("proxy", sa.Text(), nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=False),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("reckoned_on", sa.Date(), nullable=True),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("graded_on", sa.Date(), nullable=True),
        sa.Column("grade", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("case", name="pk_case_facts"),
    )
    _write_facts(facts)
    op.create_index("facts_submitted", "case_facts", ["submitted_on", "opened_hall", "proxy"])
    op.create_index("facts_accepted", "case_facts", ["accepted_on", "hall", "rounds"])
    op.create_index("facts_reckoned", "case_facts", ["reckoned_on", "hall", "decided_on", "due_on"])
    op.create_index("facts_graded", "case_facts", ["graded_on", "hall", "grade"])
    op.create_index("case_events_by_act", "case_events", ["act", "at"])
    op.create_table(
        "kiosk_capabilities",
        sa.Column("kiosk", sa.Text(), nullable=False),
        sa.Column("service_code", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("release", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kiosk", "service_code", "since", name="pk_kiosk_capabilities"),
    )


CASES = sa.table(
    "cases",
    *(
        sa.column(name)
        for name in ("id", "service_code", "department", "door", "opened_hall", "hall", "opened_by")
    ),
    *(sa.column(name) for name in ("proxy_name", "receiver", "reviewer", "state", "rounds")),
    sa.column("submitted_at", INSTANT),
    sa.column("accepted_at", INSTANT),
    *(sa.column(name, DOCUMENT) for name in ("due", "outcome", "evaluation")),
)


def _write_facts(facts: sa.Table) -> None:
    connection = op.get_bind()
    last = ""
    while True:
        some = (
            sa.select(CASES)
            .where(CASES.c.submitted_at.is_not(None), CASES.c.id > last)
            .order_by(CASES.c.id)
            .limit(AT_ONCE)
        )
        rows = connection.execute(some).mappings().all()
        if not rows:
            return
        connection.execute(facts.insert(), [_facts_of(dict(row)) for row in rows])
        last = rows[-1]["id"]


def _facts_of(row: dict[str, Any]) -> dict[str, Any]:
    due = (
        date.fromisoformat(row["due"]["day"])
        if row["due"] and row["state"] not in {"correction_asked", "escalated"}
        else None
    )
    decided = _day(row["outcome"] and row["outcome"]["decided_at"]) if row["accepted_at"] else None
    judged = row["evaluation"] or {}
    in_time = decided is not None and due is not None and decided <= due
    values = (
        row["id"], row["service_code"], row["department"], row["door"], row["opened_hall"], row["hall"],
        row["opened_by"] if row["proxy_name"] else "", row["receiver"] or "", row["reviewer"] or "",
        _day(row["submitted_at"]), _day(row["accepted_at"]), due, decided,
        None if due is None else decided if in_time else due, row["rounds"],
        _day(judged.get("at")), judged.get("grade"),
    )  # fmt: skip
    return dict(zip(NAMES, values, strict=True))


def _day(instant: datetime | str | None) -> date | None:
    if not instant:
        return None
    at = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(COUNTY).date()
