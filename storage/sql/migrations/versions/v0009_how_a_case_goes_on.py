"""How a case goes on: put to the director, its limit made longer, the day a rule looks at it, and tries of its code."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0007"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
OPEN = sa.text(
    "state IN ('accepted', 'correction_asked', 'decided', 'escalated', 'in_review', 'issued', 'received', 'submitted')"
)


def upgrade() -> None:
    """Every case that still goes on is looked at once by the rules, which write the day of the next look."""
    op.add_column("cases", sa.Column("escalation", DOCUMENT, nullable=True))
    op.add_column("cases", sa.Column("extension", DOCUMENT, nullable=True))
    op.add_column("cases", sa.Column("extra_rounds", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("cases", sa.Column("look_on", sa.Date(), nullable=True))
    op.execute("UPDATE cases SET look_on = CURRENT_DATE WHERE state NOT IN ('draft', 'archived')")
    op.create_index("cases_to_look_at", "cases", ["look_on", "id"])
    op.drop_index("one_open_case", table_name="cases")
    op.create_index(
        "one_open_case",
        "cases",
        ["applicant", "service_code"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_table(
        "code_tries",
        sa.Column("case", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name="fk_code_tries_case"),
        sa.PrimaryKeyConstraint("case", name="pk_code_tries"),
    )
