"""Lists that end where they are asked to end: their indexes hold the whole order, and of what is closed only what is asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

OPEN, CLOSED = sa.text("state != 'closed'"), sa.text("state = 'closed'")
SOONEST = ["due_on", "opened_at", "id"]
CASES = {
    "cases_of_person": ["applicant", "opened_at", "id"],
    "cases_opened_by": ["opened_by", "opened_at", "id"],
    "cases_at_hall": ["hall", "state", "submitted_at", "id"],
    "cases_of_department": ["department", "state", "due_on", "id"],
}


def upgrade() -> None:
    """Indexes only; no row is touched."""
    for name, columns in CASES.items():
        op.drop_index(name, "cases")
        op.create_index(name, "cases", columns)
    for name, whose in {"due": [], "at_hall": ["hall"], "of_owner": ["owner"]}.items():
        op.drop_index(f"follow_ups_{name}", "follow_ups")
        _create(f"follow_ups_{name}", "follow_ups", [*whose, *SOONEST], OPEN)
    op.drop_index("work_orders_about", "work_orders")
    _create("work_orders_open", "work_orders", ["about", *SOONEST], OPEN)
    _create("work_orders_closed", "work_orders", ["about", *SOONEST], CLOSED)
    op.create_index("work_orders_newest", "work_orders", ["opened_at", "id"])


def _create(name: str, table: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
