"""How the agent's commands start, speak and stop."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    from collections.abc import Coroutine


def show(line: str) -> None:
    """Print a line at once, even into a pipe."""
    typer.echo(line)


def fail(line: str) -> NoReturn:
    """Say why the command cannot go on, and end it."""
    typer.echo(line, err=True)
    raise typer.Exit(2)


def until_stopped(work: Coroutine[object, object, None]) -> None:
    """Run ``work`` until it ends, or until Ctrl-C or a service manager's SIGTERM stops it in good order."""
    with suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(_stoppable(work))


async def _stoppable(work: Coroutine[object, object, None]) -> None:
    task = asyncio.ensure_future(work)
    with suppress(
        NotImplementedError
    ):  # Windows has no signal handlers in a loop; its services end the process.
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    await task
