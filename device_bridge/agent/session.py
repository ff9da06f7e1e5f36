"""Around every machine and the line: try again, say once that it went and once that it came back."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from device_bridge.agent.device import Device, DeviceUnavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

Seen = TypeVar("Seen")
_log = logging.getLogger(__name__)


class Tell(Protocol):
    """Says a sentence of the console's to whoever stands at the counter."""

    def __call__(self, key: str, **facts: str) -> None:
        """Say the sentence ``key`` with its facts filled in."""


@dataclass(frozen=True, slots=True)
class Pauses:
    """Growing waits: ``first`` seconds, doubled up to ``longest``, spread: a county must not come at once."""

    first: float = 1.0
    longest: float = 60.0
    spread: float = 0.25

    def after(self, failures: int, chance: float) -> float:
        """Return the wait after the given number of failures in a row; ``chance`` is from 0 to 1."""
        plain = min(self.longest, self.first * 2.0 ** min(failures - 1, _DOUBLINGS))
        return plain * (1.0 + self.spread * (2.0 * chance - 1.0))


_DOUBLINGS: Final = 16
PATIENT: Final = Pauses()


class Presence:
    """Remembers whether something is there and why not; speaks of changes only, and a good start is none."""

    def __init__(self, name: str, tell: Tell) -> None:
        """Speak about ``name`` through the sentences ``<name>_gone`` and ``<name>_back``."""
        self._name = name
        self._tell = tell
        self._said = ""

    def lost(self, why: str, key: str = "") -> None:
        """Note a failure; ``key`` is the sentence that suits it better than ``<name>_gone``."""
        sentence = key or f"{self._name}_gone"
        if sentence != self._said:
            self._said = sentence
            _log.warning("%s gone: %s", self._name, why)
            self._tell(sentence)

    def there(self) -> None:
        """Note a success."""
        if self._said:
            self._said = ""
            _log.info("%s back", self._name)
            self._tell(f"{self._name}_back")


async def attend(
    device: Device[Seen],
    hear: Callable[[Seen], Awaitable[None]],
    *,
    tell: Tell,
    sleep: Callable[[float], Awaitable[object]],
    chance: Callable[[], float],
    pauses: Pauses = PATIENT,
) -> None:
    """Serve a machine for ever: open it, hear what it sees, and wait for it whenever it is gone.

    Ends only by cancellation, or when ``hear`` itself fails, which is the agent's fault and not the
    machine's.
    """
    presence = Presence(device.name, tell)
    failures = 0
    while True:
        try:
            await device.open()
            presence.there()
            async for seen in device.sights():
                # Only a sight is proof of health: a machine that opens and at once fails again is not to be
                # announced as back every second.
                failures = 0
                await hear(seen)
        except DeviceUnavailable as fault:
            presence.lost(fault.why)
            failures += 1
        finally:
            await device.close()
        await sleep(pauses.after(failures, chance()))
