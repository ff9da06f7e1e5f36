"""How often a told wait holds, and how wide it is: generated days of a busy hall, replayed event by event."""

from __future__ import annotations

from tests.unit.intake.test_waits import Replay, usual_hours

_HALLS = ((1, 10.5), (2, 5.2), (3, 3.4), (4, 2.6))
_DAYS = 20
_MINUTES = 240


def main() -> None:
    """Print one line for each size of hall."""
    hours = usual_hours()
    for counters, every in _HALLS:
        told = [one for day in range(_DAYS) for one in Replay(day, counters, every, hours).play(_MINUTES)]
        waited = [(band, real) for band, real in told if band[1] > 1]
        held = sum(low <= real <= high for (low, high), real in waited) / len(waited)
        width = sum(high - low for (low, high), _ in waited) / len(waited)
        wait = sum(real for _, real in waited) / len(waited)
        print(
            f"waits: {counters} counters, {len(waited)} people: held {held:.0%}, band {width:.0f} min, wait {wait:.0f} min"
        )


if __name__ == "__main__":
    main()
