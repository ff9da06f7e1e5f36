"""What each kiosk is set up for, what it can do, and the slips it prints."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
UNPRINTED = sa.text("printed_at IS NULL")


def upgrade() -> None:
    """New tables; the lists come with the next import of the county's devices."""
    op.create_table(
        "kiosk_lists",
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("hall", sa.Text(), nullable=False),
        sa.Column("codes", DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("device", name="pk_kiosk_lists"),
    )
    op.create_table(
        "kiosk_abilities",
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("service_code", sa.Text(), nullable=False),
        sa.Column("hall", sa.Text(), nullable=False),
        sa.Column("search", sa.Boolean(), nullable=False),
        sa.Column("start", sa.Boolean(), nullable=False),
        sa.Column("finish", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("device", "service_code", name="pk_kiosk_abilities"),
    )
    op.create_table(
        "slips",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("copy", sa.Integer(), nullable=False),
        sa.Column("facts", DOCUMENT, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("printed_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_slips"),
        sa.UniqueConstraint("kind", "subject", "copy", name="uq_slips_kind_subject_copy"),
    )
    op.create_index(
        "slips_waiting",
        "slips",
        ["device", "made_at"],
        sqlite_where=UNPRINTED,
        postgresql_where=UNPRINTED,
    )
