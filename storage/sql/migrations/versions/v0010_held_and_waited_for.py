"""Places held for a while and places waited for; what a slot keeps for the green channel; runs of slots."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
HELD = sa.text("state = 'held'")
IN_LINE = sa.text("state = 'waiting'")
LIVE_IN_LINE = sa.text("state IN ('waiting', 'offered')")
LIVE = sa.text("state IN ('booked', 'displaced')")


def upgrade() -> None:
    """A slot that is there keeps nothing back, an appointment that is there takes its one slot."""
    _slots()
    _appointments()
    _holds()
    _waiting()


def _slots() -> None:
    with op.batch_alter_table("slots") as slots:
        slots.add_column(sa.Column("green_capacity", sa.Integer(), server_default="0", nullable=False))
        slots.add_column(sa.Column("green_taken", sa.Integer(), server_default="0", nullable=False))
        slots.add_column(sa.Column("green_until", INSTANT, nullable=True))
        slots.add_column(sa.Column("closed", sa.Boolean(), server_default=sa.false(), nullable=False))
        slots.add_column(sa.Column("helper", sa.Boolean(), server_default=sa.false(), nullable=False))
        slots.add_column(sa.Column("session", sa.Text(), server_default=sa.text("''"), nullable=False))
        slots.add_column(sa.Column("min_bookings", sa.Integer(), server_default="1", nullable=False))


def _appointments() -> None:
    with op.batch_alter_table("appointments") as appointments:
        appointments.add_column(sa.Column("run", DOCUMENT, server_default="[]", nullable=False))
        appointments.add_column(sa.Column("pool", sa.Text(), server_default="online", nullable=False))
        appointments.add_column(sa.Column("moves", sa.Integer(), server_default="0", nullable=False))
        appointments.add_column(sa.Column("ended_at", INSTANT, nullable=True))
        appointments.add_column(sa.Column("village", sa.Text(), nullable=True))
        appointments.add_column(sa.Column("minutes", sa.Integer(), server_default="0", nullable=False))
        appointments.add_column(
            sa.Column("forgiven", sa.Text(), server_default=sa.text("''"), nullable=False)
        )
    op.drop_index("one_live_appointment", table_name="appointments")
    op.create_index(
        "one_live_appointment",
        "appointments",
        ["person", "service_code"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )


def _holds() -> None:
    op.create_table(
        "holds",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("run", DOCUMENT, nullable=False),
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("hall", sa.Text(), nullable=False),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("start", INSTANT, nullable=False),
        sa.Column("end", INSTANT, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("held_by", sa.Text(), nullable=False),
        sa.Column("service_code", sa.Text(), nullable=False),
        sa.Column("service_name", sa.Text(), nullable=False),
        sa.Column("case", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("held_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("appointment", sa.Text(), nullable=True),
        sa.Column("village", sa.Text(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
    )
    whose = ["person", "service_code"]
    op.create_index("one_live_hold", "holds", whose, unique=True, sqlite_where=HELD, postgresql_where=HELD)
    op.create_index("holds_expiring", "holds", ["expires_at"], sqlite_where=HELD, postgresql_where=HELD)
    op.create_table(
        "held_places",
        sa.Column("hold", sa.Text(), nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["hold"], ["holds.id"], name=op.f("fk_held_places_hold")),
        sa.PrimaryKeyConstraint("hold", "slot", name=op.f("pk_held_places")),
    )
    op.create_index("held_places_of_slot", "held_places", ["slot", "pool", "expires_at"])


def _waiting() -> None:
    op.create_table(
        "waiting",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("joined_by", sa.Text(), nullable=False),
        sa.Column("service_code", sa.Text(), nullable=False),
        sa.Column("service_name", sa.Text(), nullable=False),
        sa.Column("hall", sa.Text(), nullable=False),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("after", INSTANT, nullable=False),
        sa.Column("before", INSTANT, nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("green", sa.Boolean(), nullable=False),
        sa.Column("case", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("joined_at", INSTANT, nullable=False),
        sa.Column("hold", sa.Text(), nullable=True),
        sa.Column("answer_by", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting")),
    )
    op.create_index("ix_waiting_joined_by", "waiting", ["joined_by"])
    op.create_index("waiting_of_person", "waiting", ["person", "joined_at"])
    at_hall = ["hall", "group", "joined_at"]
    op.create_index("waiting_at_hall", "waiting", at_hall, sqlite_where=IN_LINE, postgresql_where=IN_LINE)
    op.create_index(
        "waiting_once",
        "waiting",
        ["person", "service_code"],
        unique=True,
        sqlite_where=LIVE_IN_LINE,
        postgresql_where=LIVE_IN_LINE,
    )
