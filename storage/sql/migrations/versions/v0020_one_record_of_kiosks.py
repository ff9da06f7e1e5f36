"""One record of what kiosks can do: what they said of themselves. What they are set up for is read from their lists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The machines' own records stay, every day of them; those that were reckoned from the lists can be reckoned again."""
    op.drop_table("kiosk_abilities")
    op.create_table(
        "kiosk_abilities",
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("service_code", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.Column("release", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("device", "service_code", "since", name="pk_kiosk_abilities"),
    )
    op.execute(
        "INSERT INTO kiosk_abilities (device, service_code, since, until, release) "
        "SELECT kiosk, service_code, since, until, release FROM kiosk_capabilities"
    )
    op.drop_table("kiosk_capabilities")
    op.execute("DELETE FROM revisions WHERE subject = 'kiosk_abilities'")
