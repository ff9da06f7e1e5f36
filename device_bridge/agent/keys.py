"""What is typed at the agent's terminal: whole lines for the clerk, single keys for the simulator."""

from __future__ import annotations

import asyncio
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator


async def typed_lines() -> AsyncIterator[str]:
    """Yield each line of standard input until it ends."""
    async for line in _from_thread(sys.stdin.readline):
        yield line


async def typed_keys() -> AsyncIterator[str]:
    """Yield each key of a terminal as it is pressed; from a pipe, each character."""
    with _single_keys():
        async for key in _from_thread(lambda: sys.stdin.read(1)):
            yield key


async def _from_thread(read: Callable[[], str]) -> AsyncIterator[str]:
    """Read on a daemon thread: one of asyncio's own would keep the program alive until the next key."""
    heard: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def listen() -> None:
        text = read()
        while text:
            loop.call_soon_threadsafe(heard.put_nowait, text)
            text = read()
        loop.call_soon_threadsafe(heard.put_nowait, "")

    threading.Thread(target=listen, name="keyboard", daemon=True).start()
    while text := await heard.get():
        yield text


@contextmanager
def _single_keys() -> Iterator[None]:
    """Switch a terminal to single keys for the block; pipes and Windows consoles are left alone."""
    try:
        import termios  # noqa: PLC0415 - there is none on Windows
        import tty  # noqa: PLC0415
    except ImportError:
        yield
        return
    if not sys.stdin.isatty():
        yield
        return
    before = termios.tcgetattr(sys.stdin)
    tty.setcbreak(sys.stdin)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
