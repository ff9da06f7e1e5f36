"""The scenes of a race play on real stores."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.stores import database_url, migrated_sqlite, postgres_prepared_by, store
from tests.race.nursery import NurseryServers, running_nursery, servers_of

__all__ = ["database_url", "migrated_sqlite", "postgres_prepared_by", "store"]


@pytest.fixture(scope="session")
def nursery() -> Iterator[subprocess.Popen[bytes]]:
    """Loads a server's code once for all scenes."""
    with running_nursery() as running:
        yield running


@pytest.fixture
def mortal_servers(nursery: subprocess.Popen[bytes], tmp_path: Path) -> Iterator[NurseryServers]:
    """Servers that start fast, for scenes that kill them."""
    with servers_of(nursery, tmp_path) as servers:
        yield servers
