"""The two stores a measurement is taken on: a SQLite file, and a PostgreSQL that the measurement starts and ends itself."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from tests.services.postgres import running_postgres
from tests.services.postgres_binaries import find_binaries


async def each_store(*, durable: bool = False) -> AsyncIterator[tuple[str, str, Path]]:
    """The name, the address of an empty database and an empty folder, for SQLite and then for PostgreSQL.

    BENCH_STORE names the one to take; BENCH_DATABASE_URL an empty PostgreSQL database to take instead of an own one,
    which is `durable` (waits for the disk) only when asked.
    """
    chosen = os.environ.get("BENCH_STORE", "")
    if chosen in {"", "sqlite"}:
        with tempfile.TemporaryDirectory() as folder:
            yield "sqlite", f"sqlite:///{folder}/store.db", Path(folder)
    if chosen in {"", "postgresql"}:
        with tempfile.TemporaryDirectory() as folder:
            given = os.environ.get("BENCH_DATABASE_URL")
            if given:
                yield "postgresql", given, Path(folder)
                return
            with running_postgres(find_binaries(), durable=durable) as server:
                yield "postgresql", (await server.create_database()).url, Path(folder)
