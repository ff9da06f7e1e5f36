"""The scenes of a race play on real stores."""

from tests.contract.stores import database_url, migrated_sqlite, postgres_prepared_by, store

__all__ = ["database_url", "migrated_sqlite", "postgres_prepared_by", "store"]
