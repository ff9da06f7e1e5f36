"""The simulated reader's socket in the wall: a pseudo-terminal that opens like a serial port."""

from __future__ import annotations

import asyncio
import os
import pty
import tty
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from device_bridge.agent.simulator.reader import SimulatedReader

_CHUNK: Final = 4096


@contextmanager
def plugged_in(reader: SimulatedReader, link: Path | None = None) -> Iterator[str]:
    """Give the reader a port for the length of the block and yield its path; ``link`` becomes a stable name.

    Must be entered inside a running event loop, which then carries the traffic.
    """
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    os.set_blocking(ours, False)
    loop = asyncio.get_running_loop()
    loop.add_reader(ours, _carry, ours, reader)
    path = os.ttyname(theirs)
    try:
        with _linked(link, path):
            yield path
    finally:
        loop.remove_reader(ours)
        os.close(ours)
        # Had we closed the far end, ours would report a hang-up whenever the agent lets go of the port.
        os.close(theirs)


def _carry(ours: int, reader: SimulatedReader) -> None:
    answer = reader.hear(os.read(ours, _CHUNK))
    with suppress(BlockingIOError):  # Nobody reads the port: a real line would lose the bytes as well.
        os.write(ours, answer)


@contextmanager
def _linked(link: Path | None, path: str) -> Iterator[None]:
    if link is None:
        yield
        return
    if link.is_symlink():
        link.unlink()
    link.symlink_to(path)
    try:
        yield
    finally:
        link.unlink(missing_ok=True)
