"""The clerk and the reader: one card, one reading, however badly the machine behaves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

import pytest

from device_bridge.agent.device import DeviceUnavailable
from device_bridge.agent.drivers.sdt.commands import Command, Status
from device_bridge.agent.drivers.sdt.frame import encode_frame
from device_bridge.agent.drivers.sdt.reader import (
    POLL_SECONDS,
    CardNotRead,
    CardPresented,
    CardTrouble,
    SdtReader,
)
from device_bridge.agent.simulator.cards import PHOTO, SAMPLES, Sample
from device_bridge.agent.simulator.reader import Fault, SimulatedReader
from tests.device import golden
from tests.device.scenery import Prompter, WiredLink, nothing

RESIDENT = SAMPLES[Sample.RESIDENT]
ELDER = SAMPLES[Sample.ELDER]


class Stubborn(SimulatedReader):
    """A reader that gives one answer of its own to one request, once its moment has come."""

    def __init__(self, request: bytes, answer: bytes, when: Callable[[SimulatedReader], bool]) -> None:
        super().__init__()
        self._request, self._own_answer, self._when = request, answer, when

    def hear(self, chunk: bytes) -> bytes:
        return self._own_answer if chunk == self._request and self._when(self) else super().hear(chunk)


def always(_reader: SimulatedReader) -> bool:
    """The moment that has always come."""
    return True


def short(status: Status, body: bytes = b"") -> bytes:
    """A reader's answer with the given status."""
    return encode_frame(bytes([0, 0, status]) + body)


async def watch(link: WiredLink, prompter: Prompter) -> list[CardPresented | CardNotRead]:
    """Serve the reader until the play is over and return everything it reported."""
    reader = SdtReader(link, sleep=prompter)
    await reader.open()
    seen: list[CardPresented | CardNotRead] = []

    async def serve() -> None:
        async for sight in reader.sights():
            seen.append(sight)  # noqa: PERF401 - what was seen before the cancellation is the point

    serving = asyncio.create_task(serve())
    await asyncio.wait({serving, asyncio.create_task(prompter.over.wait())}, return_when="FIRST_COMPLETED")
    serving.cancel()
    with suppress(asyncio.CancelledError):
        await serving
    return seen


async def test_a_card_put_down_is_read_once_with_its_photo_unopened():
    """The holder appears on the desk page; the photo travels as the card gave it."""
    stage = SimulatedReader()

    seen = await watch(WiredLink(stage), Prompter(lambda: stage.place(RESIDENT), nothing, nothing))

    assert seen == [CardPresented(RESIDENT.reading, PHOTO)]


async def test_a_card_left_lying_is_not_read_again():
    """A clerk who forgets the card on the reader does not open a second visit."""
    stage = SimulatedReader()

    seen = await watch(WiredLink(stage), Prompter(lambda: stage.place(RESIDENT), *[nothing] * 20))

    assert len(seen) == 1


async def test_the_same_card_lifted_and_put_back_is_read_again():
    """Lifting the card is how a clerk says: once more."""
    stage = SimulatedReader()
    acts = [lambda: stage.place(RESIDENT), *[nothing] * 4, stage.lift, *[nothing] * 3]

    seen = await watch(WiredLink(stage), Prompter(*acts, lambda: stage.place(RESIDENT), nothing, nothing))

    assert len(seen) == 2


async def test_a_reader_that_keeps_finding_the_card_does_not_repeat_it():
    """Some readers go on answering 9F while the card lies there: still one reading."""
    still_found = short(Status.CARD_FOUND, bytes(4))
    stage = Stubborn(Command.FIND_CARD.request, still_found, when=lambda reader: reader.card_is_read)

    seen = await watch(WiredLink(stage), Prompter(lambda: stage.place(RESIDENT), *[nothing] * 10))

    assert len(seen) == 1


async def test_an_address_appended_later_replaces_the_printed_one():
    """An elder who moved is registered where she lives now."""
    stage = SimulatedReader()

    (seen,) = await watch(WiredLink(stage), Prompter(lambda: stage.place(ELDER), nothing))

    assert isinstance(seen, CardPresented)
    assert seen.reading.address == golden.NEWEST_ADDRESS


async def test_two_looks_for_a_card_are_never_closer_than_the_reader_allows():
    """The radio field gets its 300 milliseconds."""
    stage = SimulatedReader()
    prompter = Prompter(nothing, lambda: stage.place(RESIDENT), nothing, stage.lift, nothing, nothing)

    await watch(WiredLink(stage), prompter)

    assert POLL_SECONDS >= 0.3
    assert set(prompter.slept) == {POLL_SECONDS}


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("every", [2, 3, 5])
async def test_a_card_is_read_through_a_bad_line(fault, every):
    """Noise, lost bytes, wrong checks and silences cost a moment, not the reading."""
    stage = SimulatedReader([fault], every=every)

    seen = await watch(WiredLink(stage), Prompter(lambda: stage.place(RESIDENT), *[nothing] * 8))

    assert seen == [CardPresented(RESIDENT.reading, PHOTO)]


@pytest.mark.parametrize(
    ("status", "trouble"),
    [
        (Status.READ_FAILED, CardTrouble.MOVED),
        (Status.SAM_REJECTED_CARD, CardTrouble.REJECTED),
        (Status.CARD_REJECTED_SAM, CardTrouble.REJECTED),
        (Status.UNKNOWN_CARD_TYPE, CardTrouble.REJECTED),
    ],
)
async def test_a_card_that_will_not_be_read_is_reported_once_with_the_reason(status, trouble):
    """The clerk hears once what to do, and not every third of a second."""
    stage = Stubborn(Command.READ_BASE.request, short(status), always)

    seen = await watch(WiredLink(stage), Prompter(lambda: stage.place(RESIDENT), *[nothing] * 12))

    assert seen == [CardNotRead(trouble)]


async def test_a_card_whose_text_makes_no_sense_is_reported_as_unreadable():
    """Nothing half-understood reaches the desk."""
    blank = b"\x01\x00\x04\x00" + bytes(256) + golden.PHOTO
    stage = Stubborn(Command.READ_BASE.request, short(Status.SUCCESS, blank), always)

    seen = await watch(WiredLink(stage), Prompter(lambda: stage.place(RESIDENT), *[nothing] * 12))

    assert seen == [CardNotRead(CardTrouble.UNREADABLE)]


async def test_a_silent_reader_is_unavailable():
    """A reader without power is reported as gone, not as a crash."""
    with pytest.raises(DeviceUnavailable, match="no intelligible answer"):
        await SdtReader(WiredLink(SimulatedReader([Fault.SILENT], every=1))).open()


async def test_a_missing_port_is_unavailable():
    """An unplugged cable is the same one fault."""
    link = WiredLink(SimulatedReader())
    link.plugged = False

    with pytest.raises(DeviceUnavailable, match="cannot be opened"):
        await SdtReader(link).open()


@pytest.mark.parametrize("status", [Status.SELF_TEST_FAILED, Status.SAM_NOT_AUTHORISED])
async def test_a_broken_security_module_is_unavailable(status):
    """60 and 66 mean that no command will ever be taken."""
    stage = Stubborn(Command.SAM_STATUS.request, short(status), always)

    with pytest.raises(DeviceUnavailable, match=f"{status:02X}"):
        await SdtReader(WiredLink(stage)).open()


async def test_a_cable_pulled_while_waiting_for_a_card_is_unavailable():
    """The session around the reader hears of it at the next look."""
    link = WiredLink(SimulatedReader())

    def pull() -> None:
        link.plugged = False

    with pytest.raises(DeviceUnavailable, match="line is gone"):
        await watch(link, Prompter(nothing, pull, nothing))


async def test_the_modules_number_is_known_for_inventory():
    """The figures of S9 count real machines."""
    reader = SdtReader(WiredLink(SimulatedReader()))

    await reader.open()

    assert reader.sam_id == golden.SAM_ID
