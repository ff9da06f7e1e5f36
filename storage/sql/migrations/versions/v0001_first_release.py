"""All tables of the first release, and the wall that keeps the audit trail append-only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

NEVER_CHANGED = ("audit_entries", "case_events")


def upgrade() -> None:
    """From nothing."""
    _create_county()
    _create_learning()
    _create_people()
    _create_booking_and_queue()
    _create_cases()
    _create_counters()
    _create_leaving()
    _create_conversations()
    _forbid_changes()


def _forbid_changes() -> None:
    """History can be added to and read; changing or deleting it fails in the database, whoever asks."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION never_changed() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
        )
    for table in NEVER_CHANGED:
        for act in ("UPDATE", "DELETE"):
            _forbid(table, act)


def _forbid(table: str, act: str) -> None:
    wall = f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"{wall} FOR EACH ROW EXECUTE FUNCTION never_changed()")
    else:
        op.execute(f"{wall} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END")


def _create_county() -> None:
    op.create_table(
        "item_versions",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("code", "version", name="pk_item_versions"),
    )
    op.create_index(
        "one_open_version",
        "item_versions",
        ["code"],
        unique=True,
        sqlite_where=sa.text("valid_to IS NULL"),
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    op.create_table(
        "revisions",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_revisions"),
    )
    op.create_table(
        "halls",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_halls"),
    )
    op.create_table(
        "villages",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("short_name", sa.Text(), nullable=False),
        sa.Column("township", sa.Text(), nullable=False),
        sa.Column("township_name", sa.Text(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_villages"),
    )
    op.create_table(
        "departments",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_departments"),
    )
    op.create_table(
        "hours_patterns",
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("place", name="pk_hours_patterns"),
    )
    op.create_table(
        "hours_exceptions",
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("place", name="pk_hours_exceptions"),
    )
    op.create_table(
        "calendar_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_calendar_days"),
    )
    op.create_table(
        "announced_years",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("year", name="pk_announced_years"),
    )
    op.create_table(
        "county_rules",
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("place", name="pk_county_rules"),
    )


def _create_learning() -> None:
    op.create_table(
        "bundles",
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("place", name="pk_bundles"),
    )
    op.create_table(
        "heard_words",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("unmatched", sa.Integer(), nullable=False),
        sa.Column("first_at", INSTANT, nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_heard_words"),
        sa.UniqueConstraint("text", name="uq_heard_words_text"),
    )
    op.create_index("ix_heard_words_last_at", "heard_words", ["last_at"], unique=False)
    op.create_index(
        "heard_words_queue", "heard_words", ["state", "unmatched", "people", "last_at", "id"], unique=False
    )
    op.create_table(
        "heard_endings",
        sa.Column("heard", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("ending", sa.Text(), nullable=False),
        sa.Column("service_code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["heard"], ["heard_words.id"], name="fk_heard_endings_heard"),
        sa.PrimaryKeyConstraint("heard", "who", "ending", "service_code", name="pk_heard_endings"),
    )
    op.create_table(
        "teachings",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("service_code", sa.Text(), nullable=False),
        sa.Column("heard", sa.Text(), nullable=True),
        sa.Column("taught_by", sa.Text(), nullable=False),
        sa.Column("taught_at", INSTANT, nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.Column("until", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_teachings"),
    )
    op.create_index(
        "one_teaching_of_a_text",
        "teachings",
        ["text"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )


def _create_people() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("id_number_sealed", sa.Text(), nullable=False),
        sa.Column("id_number_index", sa.Text(), nullable=False),
        sa.Column("phone_sealed", sa.Text(), nullable=False),
        sa.Column("address_sealed", sa.Text(), nullable=False),
        sa.Column("village", sa.Text(), nullable=True),
        sa.Column("tags", DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("id_number_index", name="uq_people_id_number_index"),
    )
    op.create_index("ix_people_village", "people", ["village"], unique=False)
    op.create_table(
        "accounts",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("hall", sa.Text(), nullable=True),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("village", sa.Text(), nullable=True),
        sa.Column("counter", sa.Text(), nullable=True),
        sa.Column("groups", DOCUMENT, nullable=False),
        sa.Column("phone_sealed", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", name="pk_accounts"),
        sa.UniqueConstraint("token_hash", name="uq_accounts_token_hash"),
    )
    op.create_index("ix_accounts_person", "accounts", ["person"], unique=False)
    op.create_index("ix_accounts_role", "accounts", ["role"], unique=False)
    op.create_index("ix_accounts_village", "accounts", ["village"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sessions"),
    )
    op.create_index("ix_sessions_account", "sessions", ["account"], unique=False)
    op.create_table(
        "mandates",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("proxy", sa.Text(), nullable=False),
        sa.Column("service_code", sa.Text(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("given_at", INSTANT, nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_mandates"),
    )
    op.create_index("mandates_given", "mandates", ["person", "proxy", "given_at"], unique=False)


def _create_booking_and_queue() -> None:
    op.create_table(
        "slots",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("hall", sa.Text(), nullable=False),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("start", INSTANT, nullable=False),
        sa.Column("end", INSTANT, nullable=False),
        sa.Column("online_capacity", sa.Integer(), nullable=False),
        sa.Column("online_taken", sa.Integer(), server_default="0", nullable=False),
        sa.Column("counter_capacity", sa.Integer(), nullable=False),
        sa.Column("counter_taken", sa.Integer(), server_default="0", nullable=False),
        sa.Column("notice_hours", sa.Integer(), nullable=False),
        sa.Column("book_before", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_slots"),
    )
    op.create_index("ix_slots_start", "slots", ["start"], unique=False)
    op.create_index("slots_coming", "slots", ["group", "start"], unique=False)
    op.create_table(
        "appointments",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("hall", sa.Text(), nullable=False),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("start", INSTANT, nullable=False),
        sa.Column("end", INSTANT, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("booked_by", sa.Text(), nullable=False),
        sa.Column("service_code", sa.Text(), nullable=False),
        sa.Column("service_name", sa.Text(), nullable=False),
        sa.Column("case", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("booked_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_appointments"),
        sa.UniqueConstraint("number", name="uq_appointments_number"),
    )
    op.create_index("appointments_at_hall", "appointments", ["hall", "start"], unique=False)
    op.create_index("appointments_booked_by", "appointments", ["booked_by", "start"], unique=False)
    op.create_index("appointments_of_person", "appointments", ["person", "start"], unique=False)
    op.create_index("ix_appointments_slot", "appointments", ["slot"], unique=False)
    op.create_index(
        "one_live_appointment",
        "appointments",
        ["person", "service_code"],
        unique=True,
        sqlite_where=sa.text("state = 'booked'"),
        postgresql_where=sa.text("state = 'booked'"),
    )
    op.create_table(
        "tickets",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("hall", sa.Text(), nullable=False),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("service_code", sa.Text(), nullable=True),
        sa.Column("service_name", sa.Text(), nullable=False),
        sa.Column("appointment", sa.Text(), nullable=True),
        sa.Column("booked_for", INSTANT, nullable=True),
        sa.Column("case", sa.Text(), nullable=True),
        sa.Column("green", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("order_at", INSTANT, nullable=False),
        sa.Column("taken_at", INSTANT, nullable=False),
        sa.Column("counter", sa.Text(), nullable=True),
        sa.Column("clerk", sa.Text(), nullable=True),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tickets"),
        sa.UniqueConstraint("appointment", name="uq_tickets_appointment"),
        sa.UniqueConstraint("hall", "day", "number", name="uq_tickets_hall_day_number"),
    )
    op.create_index("tickets_in_line", "tickets", ["hall", "day", "state", "order_at"], unique=False)


def _create_cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("service_code", sa.Text(), nullable=False),
        sa.Column("service_name", sa.Text(), nullable=False),
        sa.Column("item_version", sa.Integer(), nullable=False),
        sa.Column("project_type", sa.Text(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("applicant", sa.Text(), nullable=False),
        sa.Column("applicant_name", sa.Text(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("proxy_name", sa.Text(), nullable=False),
        sa.Column("mandate", sa.Text(), nullable=True),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("opened_hall", sa.Text(), nullable=False),
        sa.Column("hall", sa.Text(), nullable=False),
        sa.Column("appointment", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("materials", DOCUMENT, nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("submitted_at", INSTANT, nullable=True),
        sa.Column("accepted_at", INSTANT, nullable=True),
        sa.Column("due", DOCUMENT, nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("legal_due", DOCUMENT, nullable=True),
        sa.Column("receiver", sa.Text(), nullable=True),
        sa.Column("reviewer", sa.Text(), nullable=True),
        sa.Column("correction", DOCUMENT, nullable=True),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("outcome", DOCUMENT, nullable=True),
        sa.Column("issue", DOCUMENT, nullable=True),
        sa.Column("evaluation", DOCUMENT, nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sa.UniqueConstraint("number", name="uq_cases_number"),
    )
    op.create_index("cases_at_hall", "cases", ["hall", "state", "submitted_at"], unique=False)
    op.create_index("cases_of_department", "cases", ["department", "state", "due_on"], unique=False)
    op.create_index("cases_of_person", "cases", ["applicant", "opened_at"], unique=False)
    op.create_index("cases_opened_by", "cases", ["opened_by", "opened_at"], unique=False)
    op.create_index(
        "one_draft",
        "cases",
        ["applicant", "service_code", "opened_by"],
        unique=True,
        sqlite_where=sa.text("state = 'draft'"),
        postgresql_where=sa.text("state = 'draft'"),
    )
    op.create_index(
        "one_open_case",
        "cases",
        ["applicant", "service_code"],
        unique=True,
        sqlite_where=sa.text(
            "state IN ('accepted', 'correction_asked', 'decided', 'in_review', 'issued', 'received', 'submitted')"
        ),
        postgresql_where=sa.text(
            "state IN ('accepted', 'correction_asked', 'decided', 'in_review', 'issued', 'received', 'submitted')"
        ),
    )
    op.create_table(
        "case_pages",
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("case", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name="fk_case_pages_case"),
        sa.PrimaryKeyConstraint("page", name="pk_case_pages"),
    )
    op.create_index("ix_case_pages_case", "case_pages", ["case"], unique=False)
    op.create_index("ix_case_pages_digest", "case_pages", ["digest"], unique=False)
    op.create_table(
        "case_events",
        sa.Column("place", SERIAL, nullable=False),
        sa.Column("case", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name="fk_case_events_case"),
        sa.PrimaryKeyConstraint("place", name="pk_case_events"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_case_events_case", "case_events", ["case"], unique=False)
    op.create_table(
        "questions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asker", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("hall", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("owner_name", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_questions"),
        sa.UniqueConstraint("number", name="uq_questions_number"),
    )
    op.create_index("questions_at_hall", "questions", ["hall", "state", "due_on"], unique=False)
    op.create_index("questions_of_asker", "questions", ["asker", "asked_at"], unique=False)


def _create_counters() -> None:
    op.create_table(
        "laid_cards",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("hall", sa.Text(), nullable=False),
        sa.Column("counter", sa.Text(), nullable=True),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("read_at", INSTANT, nullable=False),
        sa.Column("touched_at", INSTANT, nullable=False),
        sa.Column("lifted", sa.Boolean(), nullable=False),
        sa.Column("case", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_laid_cards"),
        sa.UniqueConstraint("device", "event", name="uq_laid_cards_device_event"),
    )
    op.create_index("ix_laid_cards_touched_at", "laid_cards", ["touched_at"], unique=False)
    op.create_index("laid_cards_at_hall", "laid_cards", ["hall", "touched_at"], unique=False)
    op.create_table(
        "laid_pages",
        sa.Column("place", SERIAL, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("facts_sealed", sa.Text(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("laid_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["card"], ["laid_cards.id"], name="fk_laid_pages_card"),
        sa.PrimaryKeyConstraint("place", name="pk_laid_pages"),
        sa.UniqueConstraint("device", "event", name="uq_laid_pages_device_event"),
        sa.UniqueConstraint("id", name="uq_laid_pages_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_laid_pages_card", "laid_pages", ["card"], unique=False)
    op.create_index("ix_laid_pages_digest", "laid_pages", ["digest"], unique=False)


def _create_leaving() -> None:
    op.create_table(
        "intents",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("account", "key", name="pk_intents"),
    )
    op.create_table(
        "number_series",
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series", name="pk_number_series"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("to", sa.Text(), nullable=True),
        sa.Column("facts", DOCUMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("not_before", INSTANT, nullable=True),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "outbox_laid_aside",
        "outbox",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state = 'laid_aside'"),
        postgresql_where=sa.text("state = 'laid_aside'"),
    )
    op.create_index(
        "outbox_stream",
        "outbox",
        ["stream", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "outbox_waiting",
        "outbox",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "inboxes",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account", name="pk_inboxes"),
    )
    op.create_table(
        "notices",
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("message", SERIAL, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("facts", DOCUMENT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("to", "id", name="pk_notices"),
        sa.UniqueConstraint("message", name="uq_notices_message"),
    )
    op.create_table(
        "pulses",
        sa.Column("hall", sa.Text(), nullable=False),
        sa.Column("beats", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("hall", name="pk_pulses"),
    )
    op.create_table(
        "audit_entries",
        sa.Column("place", SERIAL, nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("case", sa.Text(), nullable=True),
        sa.Column("facts", DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("place", name="pk_audit_entries"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_entries_case", "audit_entries", ["case"], unique=False)
    op.create_index("ix_audit_entries_person", "audit_entries", ["person"], unique=False)
    op.create_table(
        "audit_seals",
        sa.Column("link", SERIAL, autoincrement=False, nullable=False),
        sa.Column("entry", SERIAL, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("link", name="pk_audit_seals"),
        sa.UniqueConstraint("entry", name="uq_audit_seals_entry"),
    )


def _create_conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("held_until", INSTANT, nullable=True),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("state_sealed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account", name="pk_conversations"),
    )
    op.create_table(
        "exchanges",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("heard_sealed", sa.Text(), nullable=False),
        sa.Column("answer_sealed", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("account", "number", name="pk_exchanges"),
        sa.UniqueConstraint("account", "message_id", name="uq_exchanges_account_message_id"),
    )
