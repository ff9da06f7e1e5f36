"""Starting the product as several processes, tried on a small stand-in for it."""

import json
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.services.launching import ServerDied
from tests.services.servers import ServerProcesses, server_processes_in

STAND_IN = """
import http.server, json, os

class Answers(http.server.BaseHTTPRequestHandler):
    asked = 0

    def do_GET(self):
        Answers.asked += 1
        ready = self.path != "/readyz" or Answers.asked > 2
        self.send_response(200 if ready else 503)
        self.end_headers()
        told = {name: value for name, value in os.environ.items() if name.startswith("JIUJINBAN_")}
        self.wfile.write(json.dumps(told).encode())

http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Answers).serve_forever()
"""


@pytest.fixture
def stand_ins(tmp_path: Path):
    """Starts servers that are not ready at first, and answer with the settings they were given."""
    with server_processes_in(tmp_path) as servers:
        servers.command = [sys.executable, "-c", STAND_IN]
        yield servers


def settings_of(url: str) -> dict[str, str]:
    """The settings a stand-in says it was given."""
    with urllib.request.urlopen(url) as answer:
        return dict(json.load(answer))


def test_servers_are_handed_over_when_they_are_ready_and_share_one_store(stand_ins: ServerProcesses):
    """Two machines of one county: two addresses, one database."""
    one, other = stand_ins.start(
        2, database_url="postgresql+asyncpg://somewhere", redis_url="redis://somewhere"
    )

    told = settings_of(one.url)
    assert one.url != other.url
    assert told == settings_of(other.url)
    assert told == {
        "JIUJINBAN_DEMO": "1",
        "JIUJINBAN_ENCODER": "0",
        "JIUJINBAN_PHOTO_WORKERS": "1",
        "JIUJINBAN_STATE": str(stand_ins.folder / "state"),
        "JIUJINBAN_DATABASE_URL": "postgresql+asyncpg://somewhere",
        "JIUJINBAN_REDIS_URL": "redis://somewhere",
    }


def test_a_developers_own_settings_do_not_decide_a_test(stand_ins: ServerProcesses, monkeypatch):
    """Only what the test says reaches the server."""
    monkeypatch.setenv("JIUJINBAN_SMS", "the real one")

    (server,) = stand_ins.start(settings={"JIUJINBAN_DEMO": "0"})

    told = settings_of(server.url)
    assert "JIUJINBAN_SMS" not in told
    assert told["JIUJINBAN_DEMO"] == "0"


def test_no_server_outlives_its_test(tmp_path: Path):
    """A failed test leaves no process behind."""
    with server_processes_in(tmp_path) as servers:
        servers.command = [sys.executable, "-c", STAND_IN]
        started = servers.start(2)

    assert all(server.process.poll() is not None for server in started)


def test_a_server_that_dies_is_reported_at_once_with_its_last_words(stand_ins: ServerProcesses):
    """Not a minute of waiting and a bare 'not ready'."""
    stand_ins.command = [sys.executable, "-c", "raise SystemExit('PORT is taken')"]

    with pytest.raises(ServerDied, match="PORT is taken"):
        stand_ins.start()
