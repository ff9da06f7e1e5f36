"""Home visits as planned days, the road table, and reminders that are given once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_BOOKED = sa.text("state = 'booked'")
_document = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Nothing is planned yet: every day with visits is planned at the next round of the worker."""
    op.create_index(
        "appointments_coming", "appointments", ["start"], sqlite_where=_BOOKED, postgresql_where=_BOOKED
    )
    op.create_table(
        "reminders",
        sa.Column("appointment", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("start", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("appointment", "minutes", "start", name=op.f("pk_reminders")),
    )
    op.create_table(
        "visit_days",
        sa.Column("hall", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("crew", _document),
        sa.Column("plan", _document),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("hall", "day", name=op.f("pk_visit_days")),
    )
    op.create_table(
        "visit_orders",
        sa.Column("appointment", sa.Text(), nullable=False),
        sa.Column("pinned_to", sa.Text()),
        sa.Column("pinned_at", sa.Integer()),
        sa.Column("promised", _document),
        sa.PrimaryKeyConstraint("appointment", name=op.f("pk_visit_orders")),
    )
    op.create_table(
        "road_minutes",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("goal", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("origin", "goal", name=op.f("pk_road_minutes")),
    )
