"""A serial line as the rest of the agent sees it: one question, one answer, or ``TimeoutError``."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

import serial

try:
    from termios import error as TerminalError  # noqa: N812 - an exception wants an exception's name
except ImportError:  # Windows has no termios, and its ports fail with OSError only.
    TerminalError = OSError  # type: ignore[misc,assignment]

if TYPE_CHECKING:
    from collections.abc import Callable

Answer = TypeVar("Answer")

_LISTEN_SECONDS: Final = 0.05


class Link(Protocol):
    """A line on which only one question is ever in flight."""

    async def open(self) -> None:
        """Take the line, or raise ``OSError``."""

    async def exchange(
        self, request: bytes, hear: Callable[[bytes], Answer | None], *, within: float
    ) -> Answer:
        """Send ``request`` and return the first thing ``hear`` makes of the bytes that follow.

        Raises ``TimeoutError`` after ``within`` seconds and ``OSError`` when the line is gone.
        """

    async def close(self) -> None:
        """Let go of the line; safe at any time."""


class SerialLink:
    """A serial port, a USB adapter or a pseudo-terminal, 8N1 without flow control.

    The port lives on one thread of its own: pyserial blocks, and its asyncio sibling is unmaintained and
    does not run on Windows. The thread listens in short turns, so that closing never waits for a slow
    reader.
    """

    def __init__(self, port: str, *, baud: int = 115_200) -> None:
        """Remember where the machine is; nothing is opened yet."""
        self._port = port
        self._baud = baud
        self._serial: serial.Serial | None = None
        self._leaving = threading.Event()
        self._thread: ThreadPoolExecutor | None = None

    async def open(self) -> None:
        """Take the port for this program alone, or raise ``OSError``."""
        await self.close()
        self._leaving.clear()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="serial")
        self._serial = await asyncio.get_running_loop().run_in_executor(self._thread, self._take_port)

    async def exchange(
        self, request: bytes, hear: Callable[[bytes], Answer | None], *, within: float
    ) -> Answer:
        """Ask and listen; see ``Link``."""
        if self._thread is None or self._serial is None:
            message = "the line is closed"
            raise OSError(message)
        turn = partial(self._turn, self._serial, request, hear, monotonic() + within)
        return await asyncio.get_running_loop().run_in_executor(self._thread, turn)

    async def close(self) -> None:
        """Stop listening and give the port back."""
        thread, self._thread = self._thread, None
        port, self._serial = self._serial, None
        self._leaving.set()
        if thread is None:
            return
        if port is not None:
            await asyncio.get_running_loop().run_in_executor(thread, port.close)
        thread.shutdown(wait=False)

    def _take_port(self) -> serial.Serial:
        return serial.Serial(
            self._port, self._baud, timeout=_LISTEN_SECONDS, write_timeout=1.0, exclusive=True
        )

    def _turn(
        self, port: serial.Serial, request: bytes, hear: Callable[[bytes], Answer | None], deadline: float
    ) -> Answer:
        try:
            port.reset_input_buffer()
            port.write(request)
            while monotonic() < deadline and not self._leaving.is_set():
                answer = hear(port.read(max(1, port.in_waiting)))
                if answer is not None:
                    return answer
        except TerminalError as gone:
            raise OSError(str(gone)) from gone
        raise TimeoutError
