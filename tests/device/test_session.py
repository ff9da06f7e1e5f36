"""Machines go and come back; the clerk hears of each once."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator

import pytest

from device_bridge.agent.device import DeviceUnavailable
from device_bridge.agent.session import Pauses, attend
from tests.device.scenery import Clerk, Prompter, nothing


class Flickering:
    """A machine whose days are scripted: each is the sights before it goes, or None when it will not open."""

    name = "card_reader"

    def __init__(self, *days: list[str] | None) -> None:
        self._days = deque(days)
        self._today: list[str] = []
        self.closings = 0

    async def open(self) -> None:
        today = self._days.popleft() if self._days else []
        if today is None:
            raise DeviceUnavailable(self.name, "absent")
        self._today = today

    async def sights(self) -> AsyncIterator[str]:
        for sight in self._today:
            yield sight
        raise DeviceUnavailable(self.name, "gone in the middle")

    async def close(self) -> None:
        self.closings += 1


async def attended(device: Flickering, *, rounds: int) -> tuple[list[str], Clerk, list[float]]:
    """Attend the machine until it has been waited for ``rounds`` times."""
    heard: list[str] = []
    clerk = Clerk()
    prompter = Prompter(*[nothing] * (rounds - 1))

    async def hear(sight: str) -> None:
        heard.append(sight)

    attending = asyncio.create_task(attend(device, hear, tell=clerk, sleep=prompter, chance=lambda: 0.5))
    await prompter.over.wait()
    attending.cancel()
    await asyncio.gather(attending, return_exceptions=True)
    return heard, clerk, prompter.slept


async def test_a_machine_absent_all_day_is_reported_once():
    """One sentence in the morning, not one a minute."""
    _, clerk, _ = await attended(Flickering(*[None] * 20), rounds=20)

    assert clerk.heard == ["card_reader_gone"]


async def test_a_machine_that_returns_is_reported_once_and_serves_on():
    """Plugged in again, it works without a restart and says so."""
    heard, clerk, _ = await attended(Flickering(["a"], None, None, ["b"]), rounds=4)

    assert heard == ["a", "b"]
    assert clerk.heard == ["card_reader_gone", "card_reader_back", "card_reader_gone"]


async def test_a_machine_that_works_from_the_start_is_no_news():
    """Nobody is told that all is well."""
    clerk = Clerk()

    async def hear(_sight: str) -> None:
        assert clerk.heard == []

    attending = asyncio.create_task(
        attend(Flickering(["a", "b"]), hear, tell=clerk, sleep=Prompter(), chance=lambda: 0.5)
    )
    await asyncio.sleep(0)
    attending.cancel()
    await asyncio.gather(attending, return_exceptions=True)


async def test_waits_for_an_absent_machine_grow():
    """A missing reader is looked for less and less often, down to once a minute."""
    _, _, slept = await attended(Flickering(*[None] * 9), rounds=9)

    assert slept[:8] == [1, 2, 4, 8, 16, 32, 60, 60]


async def test_a_machine_that_opens_and_fails_at_once_is_not_announced_every_second():
    """A loose plug is left alone longer and longer, like an absent machine."""
    _, _, slept = await attended(Flickering(*[[]] * 8), rounds=8)

    assert slept == [1, 2, 4, 8, 16, 32, 60, 60]


async def test_every_attempt_ends_with_the_port_let_go():
    """A failed start does not keep the port from the next."""
    device = Flickering(None, ["a"], None)

    await attended(device, rounds=3)

    assert device.closings == 3


async def test_a_fault_of_our_own_is_not_blamed_on_the_machine():
    """A full disk must stop the agent loudly, not read as 读卡器没有反应."""
    clerk = Clerk()

    async def hear(_sight: str) -> None:
        raise OSError(28, "no space left")

    with pytest.raises(OSError, match="no space"):
        await attend(Flickering(["a"]), hear, tell=clerk, sleep=Prompter(), chance=lambda: 0.5)
    assert clerk.heard == []


def test_waits_are_spread_so_that_a_county_does_not_return_at_once():
    """Thirty counters after one outage knock at thirty moments."""
    pauses = Pauses(first=8.0, longest=60.0, spread=0.25)

    assert (pauses.after(1, 0.0), pauses.after(1, 0.5), pauses.after(1, 1.0)) == (6.0, 8.0, 10.0)
    assert pauses.after(10_000, 1.0) == 75.0
