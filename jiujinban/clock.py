"""Time, ids and secrets of the running system; tests bring their own."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime

_RANDOM_BYTES = 10
_TOKEN_BYTES = 32


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant in UTC."""
        return datetime.now(UTC)


class RandomIds:
    """Ids that sort by time and cannot be guessed, as UUIDv7 does: 48 bits of milliseconds, 80 of chance."""

    def new(self) -> str:
        """A new id of 32 hexadecimal digits."""
        return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(_RANDOM_BYTES)}"

    def code(self, digits: int) -> str:
        """A random number code."""
        return f"{secrets.randbelow(10**digits):0{digits}d}"

    def token(self) -> str:
        """A secret of 256 bits."""
        return secrets.token_urlsafe(_TOKEN_BYTES)
