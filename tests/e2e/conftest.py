"""The county of the browser tests: one real server for the scenes of a file."""

from __future__ import annotations

import pytest

from tests.e2e.phones import Phone
from tests.services.pages import OpenPage
from tests.services.servers import ServerProcesses


@pytest.fixture(scope="module")
def county_url(module_server_processes: ServerProcesses) -> str:
    """A server with the demo county and a state of its own."""
    (server,) = module_server_processes.start(1)
    return server.url


@pytest.fixture
async def phone(open_phone: OpenPage, county_url: str) -> Phone:
    """One person's phone; nobody is signed in on it yet."""
    return Phone(await open_phone(), county_url)
