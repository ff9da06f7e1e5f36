"""Delivery: in order, for as long as it takes, told once."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from device_bridge.agent.counter import open_walk_in, read_card
from device_bridge.agent.courier import GAVE_UP, MAX_STUMBLES, Courier
from device_bridge.agent.seal import Seal
from device_bridge.agent.session import Pauses
from device_bridge.agent.simulator.cards import SAMPLES, Sample
from device_bridge.agent.spool import Spool, State
from device_bridge.agent.uplink import Fate, GateShut, Stumbled, judge
from device_bridge.wire import Accepted, Refused
from tests.device.scenery import POST, Clerk, HandClock, Prompter, ScriptedGateway, nothing

DOWN = GateShut("no route")
REFUSAL = Refused(code="not_here", title="这里不办", next_step="请到县行政服务中心")


class Hall:
    """A counter with a tray, a courier and a clerk who reads the console."""

    def __init__(self, spool: Spool) -> None:
        self.spool = spool
        self.clock = HandClock()
        self.clerk = Clerk()
        self.slept: list[float] = []

    def card_read(self) -> None:
        stamp = self.clock.clockwork.stamp()
        reading = SAMPLES[Sample.ELDER].reading
        self.spool.write(partial(read_card, reading=reading, photo=None, post=POST, stamp=stamp), stamp.now)

    def case_opened(self) -> None:
        stamp = self.clock.clockwork.stamp()
        self.spool.write(partial(open_walk_in, service_code="MZ10", post=POST, stamp=stamp), stamp.now)

    async def deliver(self, gateway: ScriptedGateway, *, breaks: int = 0) -> None:
        """Run the courier until it has slept ``breaks`` times and wants to sleep again."""
        prompter = Prompter(*[nothing] * breaks)
        courier = Courier(
            self.spool, gateway, self.clerk, lambda: self.clock.now, prompter, lambda: 0.5, pauses=Pauses()
        )
        running = asyncio.create_task(courier.run())
        over = asyncio.create_task(prompter.over.wait())
        await asyncio.wait({running, over}, return_when="FIRST_COMPLETED")
        if running.done():
            running.result()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        self.slept = prompter.slept


@pytest.fixture
def hall(tmp_path):
    """A counter with an empty tray."""
    spool = Spool(tmp_path / "spool.sqlite3", Seal.from_file(tmp_path / "spool.key"))
    yield Hall(spool)
    spool.close()


async def test_a_case_number_reaches_the_clerk(hall):
    """Card, case, number on the console."""
    hall.card_read()
    hall.case_opened()

    await hall.deliver(ScriptedGateway([Accepted("读到"), Accepted("已收件", "3307272611230001")]))

    assert hall.clerk.heard == ["delivered", "case_opened"]
    assert hall.clerk.facts[1]["case_number"] == "3307272611230001"


async def test_a_line_down_all_afternoon_loses_nothing_and_is_told_once(hall):
    """One sentence when it goes, one when it comes back, and then the whole tray, in order."""
    for _ in range(3):
        hall.card_read()
    gateway = ScriptedGateway([DOWN] * 200)

    await hall.deliver(gateway, breaks=200)

    assert [key for key in hall.clerk.heard if key.startswith("line")] == ["line_gone", "line_back"]
    assert [entry.state for entry in hall.spool.entries()] == [State.DELIVERED] * 3
    assert [letter.event.event_id.int for letter in gateway.letters[-3:]] == [1, 2, 3]


async def test_waits_grow_to_a_minute_and_no_further(hall):
    """A county coming back is not knocked over, and nobody waits an hour."""
    hall.card_read()

    await hall.deliver(ScriptedGateway([DOWN] * 9), breaks=8)

    assert hall.slept == [1, 2, 4, 8, 16, 32, 60, 60, 60]


async def test_a_server_that_names_a_time_gets_it(hall):
    """Retry-After replaces our own wait."""
    hall.card_read()

    await hall.deliver(ScriptedGateway([GateShut("busy", wait=7.0)]))

    assert hall.slept[0] == 7.0


async def test_a_refused_letter_is_told_with_its_next_step_and_does_not_hold_up_the_rest(hall):
    """The clerk reads why and what to do; the queue moves on."""
    hall.card_read()
    hall.card_read()

    await hall.deliver(ScriptedGateway([REFUSAL]))

    assert [entry.state for entry in hall.spool.entries()] == [State.REFUSED, State.DELIVERED]
    assert hall.clerk.facts[0] == {"title": "这里不办", "next_step": "请到县行政服务中心"}


async def test_a_letter_the_server_breaks_over_is_set_aside_in_the_end(hall):
    """One poisoned letter does not close the counter."""
    hall.card_read()
    hall.card_read()
    stumbles = [Stumbled("HTTP 500")] * MAX_STUMBLES

    await hall.deliver(ScriptedGateway(stumbles), breaks=MAX_STUMBLES)

    assert [entry.state for entry in hall.spool.entries()] == [State.REFUSED, State.DELIVERED]
    assert hall.spool.entries(State.REFUSED)[0].answer == GAVE_UP


async def test_a_mistyped_item_leaves_card_and_pages_on_the_counter(hall):
    """Refused, corrected, opened: through tray and courier, as the clerk lives it."""
    hall.card_read()
    hall.case_opened()
    await hall.deliver(ScriptedGateway([Accepted("读到"), REFUSAL]))

    hall.case_opened()
    await hall.deliver(ScriptedGateway([Accepted("已收件", "BJ1")]))

    assert hall.clerk.heard == ["delivered", "opening_refused", "case_opened"]


async def test_a_device_the_server_does_not_know_is_told_as_that_and_loses_nothing(hall):
    """A mistyped token reads as such, not as a broken cable, and the morning's cards wait."""
    hall.card_read()

    await hall.deliver(ScriptedGateway([judge(401, b""), judge(401, b""), DOWN]), breaks=3)

    assert hall.clerk.heard == ["token_refused", "line_gone", "line_back", "delivered"]


async def test_an_outage_never_counts_against_a_letter(hall):
    """Seven stumbles, an afternoon of silence, one more answer: it still arrives."""
    hall.card_read()
    fates: list[Fate] = [*[Stumbled("HTTP 500")] * (MAX_STUMBLES - 1), *[DOWN] * 50]

    await hall.deliver(ScriptedGateway(fates), breaks=len(fates))

    assert [entry.state for entry in hall.spool.entries()] == [State.DELIVERED]


async def test_tries_are_remembered_across_a_restart(hall):
    """A letter that breaks the server does not get a fresh chance with every reboot."""
    hall.card_read()
    for _ in range(MAX_STUMBLES):
        await hall.deliver(ScriptedGateway([Stumbled("HTTP 500")]), breaks=0)

    assert [entry.state for entry in hall.spool.entries()] == [State.REFUSED]


async def test_the_agent_rests_when_the_tray_is_empty(hall):
    """No line is kept busy for nothing."""
    gateway = ScriptedGateway()

    await hall.deliver(gateway, breaks=3)

    assert gateway.letters == []
    assert set(hall.slept) == {0.5}
