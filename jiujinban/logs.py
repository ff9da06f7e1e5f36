"""Logs (日志): what went wrong and where, but not with what: in local variables stand people's words and numbers."""

from __future__ import annotations

import structlog


def log_no_locals() -> None:
    """Have faults logged with their traceback alone; where `rich` is installed, structlog would print every variable."""
    chain = structlog.get_config()["processors"]
    renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*chain[:-1], renderer])
