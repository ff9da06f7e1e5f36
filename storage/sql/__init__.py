"""Rows: the same tables and the same promises over SQLite and PostgreSQL."""
