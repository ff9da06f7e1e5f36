"""When an intent began, so that old keys can be cleared away; the outbox walked by topic."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    """Keys that are there already count as begun now: they are kept longer than they need be, not shorter."""
    op.add_column("intents", sa.Column("begun_at", INSTANT, nullable=True))
    op.execute("UPDATE intents SET begun_at = CURRENT_TIMESTAMP")
    with op.batch_alter_table("intents") as intents:
        intents.alter_column("begun_at", existing_type=INSTANT, nullable=False, server_default=sa.func.now())
    op.drop_index("outbox_waiting", table_name="outbox")
    op.create_index(
        "outbox_waiting", "outbox", ["topic", "id"], sqlite_where=WAITING, postgresql_where=WAITING
    )
