"""What every machine at a counter has in common: it can be opened, it sees things, and it can be gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

Seen_co = TypeVar("Seen_co", covariant=True)


class DeviceUnavailable(Exception):
    """The machine does not answer; ``why`` is a short English cause without anything the machine read."""

    def __init__(self, device: str, why: str) -> None:
        """Name the machine and the cause."""
        super().__init__(f"{device}: {why}")
        self.device = device
        self.why = why


class Device(Protocol[Seen_co]):
    """A machine as its session sees it."""

    @property
    def name(self) -> str:
        """A short stable name for notices and logs."""

    async def open(self) -> None:
        """Return once the machine has proved that it works, or raise ``DeviceUnavailable``."""

    def sights(self) -> AsyncIterator[Seen_co]:
        """Yield what the machine sees, for ever, or raise ``DeviceUnavailable``."""

    async def close(self) -> None:
        """Let go of the machine; safe to call at any time, any number of times."""
