"""Run by Alembic: migrates over the connection it was given, inside the transaction that is already open on it."""

from __future__ import annotations

from alembic import context

from storage.sql.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_type=True,
    render_as_batch=True,
)
context.run_migrations()
