"""Killed in the middle of writing: what was said to be kept is kept, once."""

from __future__ import annotations

import subprocess
import sys

import pytest

from device_bridge.agent.seal import Seal
from device_bridge.agent.spool import Spool

WRITER = """
import sys
from functools import partial
from pathlib import Path
from device_bridge.agent.counter import Post, read_card
from device_bridge.agent.duty import Clockwork
from device_bridge.agent.seal import Seal
from device_bridge.agent.simulator.cards import SAMPLES, Sample
from device_bridge.agent.spool import Spool

folder = Path(sys.argv[1])
spool = Spool(folder / "spool.sqlite3", Seal.from_file(folder / "spool.key"))
while True:
    stamp = Clockwork().stamp()
    act = partial(
        read_card, reading=SAMPLES[Sample.ELDER].reading, photo=bytes(1024), post=Post("h", "c"), stamp=stamp
    )
    spool.write(act, stamp.now)
    print(stamp.event_id, flush=True)
"""


@pytest.mark.parametrize("letters", [1, 40])
def test_a_writer_killed_at_any_moment_has_kept_every_letter_it_reported(tmp_path, letters):
    """The agent says 读到一张证件 only when the disk has it, and a kill -9 cannot take it back."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        reported = [writer.stdout.readline().strip() for _ in range(letters)]
        writer.kill()
        reported += [line.strip() for line in writer.stdout if line.endswith("\n")]

    spool = Spool(tmp_path / "spool.sqlite3", Seal.from_file(tmp_path / "spool.key"))
    kept = [str(entry.event_id) for entry in spool.entries()]
    first = spool.next_waiting()
    spool.close()

    assert kept[: len(reported)] == reported
    assert len(kept) - len(reported) <= 1
    assert first is not None
    assert str(first.letter.event.event_id) == kept[0]
