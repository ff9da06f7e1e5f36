"""What a visit's time went on: append-only service periods, and since when a number stands as it stands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
COUNTS = ("returns", "booked_credit", "green_credit")


def upgrade() -> None:
    """Numbers that are there already stand as they stand since they were taken: the one instant known of them."""
    op.add_column("tickets", sa.Column("since", INSTANT, nullable=True))
    op.add_column("tickets", sa.Column("called_at", INSTANT, nullable=True))
    for name in COUNTS:
        op.add_column("tickets", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE tickets SET since = taken_at")
    with op.batch_alter_table("tickets") as tickets:
        tickets.alter_column("since", existing_type=INSTANT, nullable=False)
    op.create_table(
        "service_periods",
        sa.Column("ticket", sa.Text()),
        sa.Column("place", sa.Integer(), autoincrement=False),
        sa.Column("hall", sa.Text(), nullable=False),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("service_code", sa.Text()),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ended_as", sa.Text(), nullable=False),
        sa.Column("start", INSTANT, nullable=False),
        sa.Column("end", INSTANT, nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("counter", sa.Text()),
        sa.Column("clerk", sa.Text()),
        sa.PrimaryKeyConstraint("ticket", "place", name="pk_service_periods"),
    )
    op.create_index("service_periods_at_hall", "service_periods", ["hall", "day", "kind"])
    op.create_index("service_periods_of_clerk", "service_periods", ["clerk", "day"])
