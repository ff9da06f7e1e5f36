"""The sequences play on the stores of the contract."""

from tests.contract.stores import database_url, migrated_sqlite, postgres_prepared_by, store

__all__ = ["database_url", "migrated_sqlite", "postgres_prepared_by", "store"]
