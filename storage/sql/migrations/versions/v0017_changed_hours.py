"""The history of the hours, and whom each change touched; slots found by their hall and by their session."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
IN_SESSION = sa.text("session != ''")
UNTOLD = sa.text("told_at IS NULL")
PENDING = sa.text("answer = 'pending'")


def upgrade() -> None:
    """Changes made before are in the audit trail only."""
    op.create_index("slots_of_hall", "slots", ["hall", "start"])
    op.create_index(
        "slots_in_sessions", "slots", ["session"], sqlite_where=IN_SESSION, postgresql_where=IN_SESSION
    )
    op.create_table(
        "hours_changes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("hall", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_by_name", sa.Text(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("affected", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hours_changes")),
    )
    op.create_index("hours_changes_at_hall", "hours_changes", ["hall", "made_at"])
    _displacements()


def _displacements() -> None:
    op.create_table(
        "displacements",
        sa.Column("appointment", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("hall", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("service_name", sa.Text(), nullable=False),
        sa.Column("was_start", INSTANT, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("told_at", INSTANT, nullable=True),
        sa.Column("hold", sa.Text(), nullable=True),
        sa.Column("offered_start", INSTANT, nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("appointment", name=op.f("pk_displacements")),
    )
    op.create_index("displacements_at_hall", "displacements", ["hall", "made_at"])
    op.create_index(
        "displacements_untold", "displacements", ["made_at"], sqlite_where=UNTOLD, postgresql_where=UNTOLD
    )
    op.create_index(
        "displacements_pending",
        "displacements",
        ["was_start"],
        sqlite_where=PENDING,
        postgresql_where=PENDING,
    )
