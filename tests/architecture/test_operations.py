"""What operators read says what the program does."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from jiujinban.cli import app
from jiujinban.settings import Settings

OPERATIONS = (Path(__file__).resolve().parents[2] / "docs" / "operations.md").read_text("utf-8")


def test_every_setting_is_told_of() -> None:
    """Nobody has to read the code to connect the province."""
    named = {f"JIUJINBAN_{name.upper()}" for name in Settings.model_fields} - {
        "JIUJINBAN_HOST",
        "JIUJINBAN_PORT",
    }
    assert [name for name in sorted(named) if f"`{name}`" not in OPERATIONS] == []


@pytest.mark.parametrize(
    "words",
    [
        "backup",
        "restore",
        "verify",
        "audit verify",
        "audit head",
        "outbox list",
        "device enrol",
        "retention run",
        "wechat menu",
    ],
)
def test_every_command_the_manual_names_is_there(words: str) -> None:
    """A command that was renamed is renamed in the manual."""
    assert f"jiujinban {words}" in OPERATIONS
    assert CliRunner().invoke(app, [*words.split(), "--help"]).exit_code == 0
