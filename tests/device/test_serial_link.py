"""The same reader on a real port: a pseudo-terminal, opened by pyserial as any serial line."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable

import pytest

from device_bridge.agent.drivers.sdt.reader import CardPresented, SdtReader
from device_bridge.agent.link import SerialLink
from device_bridge.agent.simulator.cards import PHOTO, SAMPLES, Sample
from device_bridge.agent.simulator.reader import Fault, SimulatedReader

if sys.platform == "win32":
    pytest.skip("Windows has no pseudo-terminals", allow_module_level=True)

from device_bridge.agent.simulator.terminal import plugged_in


@pytest.mark.parametrize("faults", [(), (Fault.NOISE, Fault.DROPPED, Fault.BAD_CHECK)])
async def test_a_card_is_read_over_a_serial_port(faults):
    """All 1295 bytes of a base read pass pyserial, thread and pseudo-terminal unchanged."""
    stage = SimulatedReader(faults, every=3)
    with plugged_in(stage) as port:
        reader = SdtReader(SerialLink(port))
        await reader.open()
        stage.place(SAMPLES[Sample.ELDER])

        seen = await anext(reader.sights())

        await reader.close()
    assert isinstance(seen, CardPresented)
    assert (seen.reading.number, seen.photo) == (SAMPLES[Sample.ELDER].reading.number, PHOTO)


async def test_a_port_is_held_by_one_program():
    """A second agent started by mistake does not steal the first one's answers."""
    with plugged_in(SimulatedReader()) as port:
        first, second = SerialLink(port), SerialLink(port)
        await first.open()

        with pytest.raises(OSError, match="lock"):
            await second.open()

        await first.close()


@pytest.mark.parametrize("port", ["no-such-port", __file__])
async def test_a_name_that_is_no_serial_port_is_an_oserror(port):
    """A misspelt port, or one that names a plain file, is reported like an unplugged one."""
    with pytest.raises(OSError, match=r"."):
        await SerialLink(port).open()


async def test_closing_does_not_wait_for_a_slow_reader():
    """Ctrl-C ends the program at once, even in the middle of a three-second read."""
    with plugged_in(SimulatedReader([Fault.SILENT], every=1)) as port:
        link = SerialLink(port)
        await link.open()
        deaf: Callable[[bytes], bytes | None] = lambda _: None  # noqa: E731 - an ear that hears nothing
        asking = asyncio.create_task(link.exchange(b"?", deaf, within=30.0))
        await asyncio.sleep(0)

        async with asyncio.timeout(2.0):
            await link.close()

        with pytest.raises(TimeoutError):
            await asking


async def test_a_closed_line_carries_nothing():
    """Asking without a port is the one fault, not a programmer's traceback."""
    with pytest.raises(OSError, match="closed"):
        await SerialLink("nowhere").exchange(b"?", lambda _: None, within=1.0)


async def test_the_simulator_keeps_a_stable_name_for_its_port(tmp_path):
    """``--link`` lets a configuration file name the simulated port once and for all."""
    link = tmp_path / "reader"
    link.symlink_to("left-by-a-crash")

    with plugged_in(SimulatedReader(), link) as port:
        assert str(link.readlink()) == port

    assert not link.is_symlink()
