"""Start a real server for a test, know when it listens, and leave none behind."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

ASK_AGAIN_SECONDS = 0.02


class NoSuchServer(Exception):
    """A server this test needs is not on this machine; the message says how to get it. Never a skip."""


class ServerDied(Exception):
    """A server ended, or never answered; the message carries the end of its log."""


def free_port() -> int:
    """A loopback TCP port nobody listened on a moment ago."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def listens(port: int) -> bool:
    """Whether something accepts connections on this loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(
    ready: Callable[[], bool], process: subprocess.Popen[bytes], *, log: Path, seconds: float
) -> None:
    """Return once ``ready()``; raise `ServerDied` as soon as the process ends, or when the time is up."""
    deadline = time.monotonic() + seconds
    while not ready():
        try:
            code = process.wait(ASK_AGAIN_SECONDS)
        except subprocess.TimeoutExpired:
            if time.monotonic() < deadline:
                continue
            stop(process)
            raise ServerDied(f"{_name(process)} did not answer in {seconds:g} s.\n{tail(log)}") from None
        raise ServerDied(f"{_name(process)} ended with code {code}.\n{tail(log)}")


def stop(
    process: subprocess.Popen[bytes], *, by: signal.Signals = signal.SIGTERM, seconds: float = 10
) -> None:
    """End the process politely, and after ``seconds`` for certain. An ended process is left alone."""
    if process.poll() is not None:
        return
    process.send_signal(by)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def tail(log: Path, *, lines: int = 40) -> str:
    """The last lines of a log, for the message of a failed start."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else "(no log)"


def _name(process: subprocess.Popen[bytes]) -> str:
    command = process.args
    return str(command[0]) if isinstance(command, list) else str(command)
