"""Who may speak from outside, such as by WeChat, and the codes by which they are bound."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Two new tables."""
    op.create_table(
        "bindings",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("outside_index", sa.Text(), nullable=False),
        sa.Column("outside_sealed", sa.Text(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("account", "door", name="pk_bindings"),
        sa.UniqueConstraint("outside_index", name="uq_bindings_outside_index"),
    )
    op.create_table(
        "binding_codes",
        sa.Column("code_index", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("code_index", name="pk_binding_codes"),
    )
    op.create_index("ix_binding_codes_account", "binding_codes", ["account"])
