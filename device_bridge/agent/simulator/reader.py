"""An SDT reader made of nothing: it answers by the protocol and fails as a hall's readers fail."""

from __future__ import annotations

import struct
from enum import StrEnum
from itertools import cycle
from typing import TYPE_CHECKING, Final

from device_bridge.agent.drivers.sdt.commands import Command, Status
from device_bridge.agent.drivers.sdt.frame import FrameHunter, encode_frame
from device_bridge.agent.simulator.cards import encode_address, encode_block

if TYPE_CHECKING:
    from collections.abc import Sequence

    from device_bridge.agent.simulator.cards import SimulatedCard

SAM_ID: Final = bytes.fromhex("05000300E5D6340187D61200B17F3905")
_NOISE: Final = bytes.fromhex("00FF55AA")
# Usually zero on real cards; a driver that compares whole frames would pass with zeros and fail in a hall.
_IIN: Final = bytes.fromhex("00000001")
_SERIAL: Final = bytes.fromhex("0000000000000001")


class Fault(StrEnum):
    """What can happen to an answer on its way."""

    NOISE = "noise"
    DROPPED = "dropped"
    BAD_CHECK = "bad-check"
    SILENT = "silent"


class SimulatedReader:
    """模拟读卡器: bytes in, bytes out; a card is placed and lifted by hand."""

    def __init__(self, faults: Sequence[Fault] = (), *, every: int = 4) -> None:
        """Spoil each ``every``-th answer, with the given faults in turn; with none, answer well always."""
        self._faults = cycle(faults) if faults else None
        self._every = every
        self._answered = 0
        self._hunter = FrameHunter()
        self._card: SimulatedCard | None = None
        self._steps: set[Command] = set()

    @property
    def card_is_read(self) -> bool:
        """Whether the card now on the reader has been read."""
        return Command.READ_BASE in self._steps

    def place(self, card: SimulatedCard) -> None:
        """Put a card on the reader."""
        self._card, self._steps = card, set()

    def lift(self) -> None:
        """Take the card away."""
        self._card, self._steps = None, set()

    def hear(self, chunk: bytes) -> bytes:
        """Return whatever the reader sends after these bytes."""
        return b"".join(
            self._spoilt(encode_frame(self._answer(payload))) for payload in self._hunter.feed(chunk)
        )

    def _answer(self, payload: bytes) -> bytes:
        command = next((known for known in Command if known.code == payload[:2]), None)
        if command is None:
            return _reply(Status.COMMAND_WRONG)
        return {
            Command.SAM_STATUS: self._status,
            Command.SAM_ID: self._sam_id,
            Command.FIND_CARD: self._find,
            Command.SELECT_CARD: self._select,
            Command.READ_BASE: self._base,
            Command.READ_NEWEST_ADDRESS: self._newest_address,
        }[command]()

    def _status(self) -> bytes:
        return _reply(Status.SUCCESS)

    def _sam_id(self) -> bytes:
        return _reply(Status.SUCCESS, SAM_ID)

    def _find(self) -> bytes:
        """Find a card, but one already read only after it was lifted, as the readers in the halls do."""
        if self._card is None or self.card_is_read:
            return _reply(Status.NO_CARD)
        self._steps = {Command.FIND_CARD}
        return _reply(Status.CARD_FOUND, _IIN)

    def _select(self) -> bytes:
        if Command.FIND_CARD not in self._steps:
            return _reply(Status.SELECT_FAILED)
        self._steps.add(Command.SELECT_CARD)
        return _reply(Status.SUCCESS, _SERIAL)

    def _base(self) -> bytes:
        if self._card is None or Command.SELECT_CARD not in self._steps:
            return _reply(Status.READ_FAILED)
        self._steps.add(Command.READ_BASE)
        text = encode_block(self._card.reading)
        return _reply(
            Status.SUCCESS, struct.pack(">HH", len(text), len(self._card.photo)) + text + self._card.photo
        )

    def _newest_address(self) -> bytes:
        if self._card is None or not self.card_is_read:
            return _reply(Status.READ_FAILED)
        if not self._card.newest_address:
            return _reply(Status.ABSENT_ON_CARD)
        return _reply(Status.SUCCESS, encode_address(self._card.newest_address))

    def _spoilt(self, frame: bytes) -> bytes:
        self._answered += 1
        if self._faults is None or self._answered % self._every:
            return frame
        match next(self._faults):
            case Fault.NOISE:
                return _NOISE + frame
            case Fault.DROPPED:
                return frame[:3] + frame[4:]
            case Fault.BAD_CHECK:
                return frame[:-1] + bytes([frame[-1] ^ 0x01])
            case Fault.SILENT:
                return b""


def _reply(status: Status, body: bytes = b"") -> bytes:
    return bytes([0, 0, status]) + body
