"""Who answers: owners' steps, follow-ups, help requests, work orders; trainings, authorisations, duties; lockouts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0015"
down_revision = "0011"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Questions and mandates that are there stay as they are: open ones are owned, given ones are in force."""
    _create_staff()
    _create_follow_ups()
    _create_help_requests()
    _create_work_orders()
    _create_steps()
    _create_lockouts()
    _widen_mandates()
    _widen_questions()
    _forbid_changes()


def _forbid_changes() -> None:
    """Steps can be added to and read; changing or deleting one fails in the database, whoever asks."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    for act in ("UPDATE", "DELETE"):
        wall = f"CREATE TRIGGER owned_steps_no_{act.lower()} BEFORE {act} ON owned_steps "
        if postgresql:
            op.execute(f"{wall} FOR EACH ROW EXECUTE FUNCTION never_changed()")
        else:
            op.execute(f"{wall} BEGIN SELECT RAISE(ABORT, 'owned_steps is append-only'); END")


def _create_staff() -> None:
    op.create_table(
        "authorisations",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("service_code", sa.Text(), nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("account", "service_code", name="pk_authorisations"),
    )
    op.create_table(
        "duties",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("hall", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("counter", sa.Text(), nullable=True),
        sa.Column("start", INSTANT, nullable=False),
        sa.Column("end", INSTANT, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_duties"),
    )
    op.create_index("duties_at_hall", "duties", ["hall", "start"])
    op.create_index("duties_of_account", "duties", ["account", "start"])
    op.create_table(
        "trainings",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("course", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_trainings"),
        sa.UniqueConstraint("account", "course", "until", name="uq_trainings_account_course_until"),
    )


def _create_follow_ups() -> None:
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("case", sa.Text(), nullable=True),
        sa.Column("question", sa.Text(), nullable=True),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("service_name", sa.Text(), nullable=False),
        sa.Column("hall", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("grader", sa.Text(), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("judged", DOCUMENT, nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("owner_name", sa.Text(), nullable=False),
        sa.Column("contact_by", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("contacted_at", INSTANT, nullable=True),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("second_grade", sa.Integer(), nullable=True),
        sa.Column("second_words", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_follow_ups"),
        sa.UniqueConstraint("case", name="uq_follow_ups_case"),
        sa.UniqueConstraint("number", name="uq_follow_ups_number"),
    )
    op.create_index("follow_ups_at_hall", "follow_ups", ["hall", "state", "due_on"])
    op.create_index("follow_ups_due", "follow_ups", ["state", "due_on"])
    op.create_index("follow_ups_of_grader", "follow_ups", ["grader", "opened_at"])
    op.create_index("follow_ups_of_owner", "follow_ups", ["owner", "state", "due_on"])


def _create_help_requests() -> None:
    op.create_table(
        "help_requests",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("person_name", sa.Text(), nullable=False),
        sa.Column("asker", sa.Text(), nullable=False),
        sa.Column("village", sa.Text(), nullable=True),
        sa.Column("hall", sa.Text(), nullable=False),
        sa.Column("service_code", sa.Text(), nullable=True),
        sa.Column("service_name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("owner_name", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("case_number", sa.Text(), nullable=False),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_help_requests"),
        sa.UniqueConstraint("number", name="uq_help_requests_number"),
    )
    op.create_index("help_requests_at_hall", "help_requests", ["hall", "state", "due_on"])
    op.create_index("help_requests_due", "help_requests", ["state", "due_on"])
    op.create_index("help_requests_of_asker", "help_requests", ["asker", "asked_at"])
    op.create_index("help_requests_of_owner", "help_requests", ["owner", "state", "due_on"])


def _create_work_orders() -> None:
    op.create_table(
        "work_orders",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("service_code", sa.Text(), nullable=True),
        sa.Column("service_name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("images", DOCUMENT, nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("opened_name", sa.Text(), nullable=False),
        sa.Column("hall", sa.Text(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("owner_name", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_work_orders"),
        sa.UniqueConstraint("number", name="uq_work_orders_number"),
    )
    op.create_index("work_orders_about", "work_orders", ["about", "state", "due_on"])
    op.create_index("work_orders_at_hall", "work_orders", ["hall", "opened_at"])
    op.create_index("work_orders_opened_by", "work_orders", ["opened_by", "opened_at"])
    op.create_table(
        "order_images",
        sa.Column("order", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["order"], ["work_orders.id"], name="fk_order_images_order"),
        sa.PrimaryKeyConstraint("order", "digest", name="pk_order_images"),
    )
    op.create_index("ix_order_images_digest", "order_images", ["digest"])


def _create_steps() -> None:
    op.create_table(
        "owned_steps",
        sa.Column("place", SERIAL, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("owner_name", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("place", name="pk_owned_steps"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_owned_steps_subject", "owned_steps", ["subject"])


def _create_lockouts() -> None:
    op.create_table(
        "lockouts",
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.Column("locked_until", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("place", name="pk_lockouts"),
    )
    op.add_column("sessions", sa.Column("seen_at", INSTANT, nullable=True))


def _widen_mandates() -> None:
    op.add_column("mandates", sa.Column("revoked_by", sa.Text(), nullable=True))
    op.add_column(
        "mandates", sa.Column("revoked_why", sa.Text(), server_default=sa.text("''"), nullable=False)
    )
    op.add_column("mandates", sa.Column("more", DOCUMENT, server_default="[]", nullable=False))
    op.create_index("ix_mandates_evidence", "mandates", ["evidence"])
    op.create_index("mandates_held", "mandates", ["proxy", "given_at"])


def _widen_questions() -> None:
    op.add_column("questions", sa.Column("answered_by", sa.Text(), nullable=True))
    op.add_column("questions", sa.Column("reopened", sa.Integer(), server_default="0", nullable=False))
    op.add_column("questions", sa.Column("grade", sa.Integer(), nullable=True))
    op.add_column(
        "questions", sa.Column("grade_words", sa.Text(), server_default=sa.text("''"), nullable=False)
    )
    op.create_index("questions_due", "questions", ["state", "due_on"])
    op.create_index("questions_of_owner", "questions", ["owner", "state", "due_on"])
