"""What the province's platform has of our cases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
UNCLOSED = sa.text("closed IS false")


def upgrade() -> None:
    """Cases handed over before are not known here: the platform calls them known when they are sent again."""
    op.create_table(
        "province_records",
        sa.Column("case", sa.Text(), nullable=False),
        sa.Column("projid", sa.Text(), nullable=False),
        sa.Column("handed_at", INSTANT, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_at", INSTANT, nullable=True),
        sa.Column("asked_at", INSTANT, nullable=True),
        sa.Column("ask_after", INSTANT, nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("case", name=op.f("pk_province_records")),
        sa.UniqueConstraint("projid", name=op.f("uq_province_records_projid")),
    )
    op.create_index(
        "province_to_ask",
        "province_records",
        ["ask_after"],
        sqlite_where=UNCLOSED,
        postgresql_where=UNCLOSED,
    )
