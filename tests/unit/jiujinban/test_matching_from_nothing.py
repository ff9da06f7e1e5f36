"""A sentence matched from a prompt: nobody waits for what a match does not use."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_MATCH = """
import sys
from pathlib import Path
from jiujinban.cli import app
try:
    app(["match", "身份证丢了怎么补"])
finally:
    print(*sys.modules, *Path("/proc/self/task").glob("*"), file=sys.stderr)
"""
_NOT_FOR_A_MATCH = (
    "aiohttp",
    "sqlalchemy",
    "PIL",
    "intake.ports",
    "intake.desk",
    "jieba",
    "pypinyin",
    "nlp.speech.days",
)


def matched(state: Path) -> subprocess.CompletedProcess[str]:
    """A match in a process of its own, with a state folder where nothing was imported yet."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("JIUJINBAN_")}
    return subprocess.run(
        [sys.executable, "-c", _MATCH],
        env={**own, "JIUJINBAN_STATE": str(state)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )


def test_a_match_loads_neither_the_desk_nor_the_store_nor_a_dictionarys_guesser(tmp_path: Path) -> None:
    """Each of them takes as long as the match itself."""
    loaded = matched(tmp_path / "state").stderr.split()

    assert "nlp.matcher" in loaded
    assert [name for name in _NOT_FOR_A_MATCH if name in loaded] == []


def test_a_match_starts_no_thread(tmp_path: Path) -> None:
    """Each of numpy's keeps a processor busy with waiting: together a tenth of a second match."""
    said = matched(tmp_path / "state").stderr.split()

    assert len([word for word in said if word.startswith("/proc/self/task/")]) == 1


def test_the_second_match_reads_the_index_of_the_first(tmp_path: Path) -> None:
    """It stands in the state folder, is not written again, and the answer is the same."""
    state = tmp_path / "state"
    first = matched(state).stdout
    file = state / "index.npz"
    kept = file.stat()
    second = matched(state).stdout

    assert second == first
    assert "SF03" in first
    assert (file.stat().st_mtime_ns, file.stat().st_ino) == (kept.st_mtime_ns, kept.st_ino)
