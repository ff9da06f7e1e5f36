"""A server that starts: nobody waits at the door for what only some answers use."""

from __future__ import annotations

import subprocess
import sys

_NOT_FOR_THE_DOOR = ("fpdf", "openpyxl", "redis", "alembic", "PIL", "onnxruntime")


def test_a_server_starts_without_what_the_first_answers_do_not_use() -> None:
    """Fonts and workbooks come with the first paper, Redis only where one is given."""
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, jiujinban.serving; print(*sys.modules)"],
        check=True, capture_output=True, text=True, timeout=120,
    ).stdout.split()  # fmt: skip

    assert "jiujinban.serving" in loaded
    assert [name for name in _NOT_FOR_THE_DOOR if name in loaded] == []
