"""The SDT frame: ``AA AA AA 96 69 | length, 2 bytes big-endian | payload | check``.

The length counts the payload and the check byte; the check is the XOR of every byte between preamble and
check, so the two length bytes are part of it. Pure: bytes in, payloads out.
"""

from __future__ import annotations

from functools import reduce
from operator import xor
from typing import Final

PREAMBLE: Final = bytes.fromhex("AAAAAA9669")
MAX_LENGTH: Final = 0x090A
"""The longest frame the protocol has: text, photo and fingerprint together."""
MIN_LENGTH: Final = 3
MAX_PAYLOAD: Final = MAX_LENGTH - 1
_HEAD = len(PREAMBLE) + 2


def check_byte(counted: bytes) -> int:
    """Return the XOR of ``counted``, which is length bytes and payload."""
    return reduce(xor, counted, 0)


def encode_frame(payload: bytes) -> bytes:
    """Return the frame around a payload of 2 to ``MAX_PAYLOAD`` bytes; ValueError outside that."""
    length = len(payload) + 1
    if not MIN_LENGTH <= length <= MAX_LENGTH:
        message = f"an SDT payload has 2 to {MAX_PAYLOAD} bytes"
        raise ValueError(message)
    counted = length.to_bytes(2, "big") + payload
    return PREAMBLE + counted + bytes([check_byte(counted)])


class FrameHunter:
    """Finds frames in a line that loses, adds and corrupts bytes; never raises, never holds over one frame.

    After a wrong length or check it looks again from the byte after the preamble it had trusted, not after
    the frame: a true frame often begins inside the false one. It does not look ahead into an unfinished
    frame, because a card's photo may hold any bytes, a preamble included.
    """

    def __init__(self) -> None:
        """Start with an empty ear."""
        self._heard = bytearray()

    def feed(self, chunk: bytes) -> list[bytes]:
        """Return the payloads completed by ``chunk``, oldest first."""
        self._heard += chunk
        payloads: list[bytes] = []
        while self._skip_to_preamble():
            length = int.from_bytes(self._heard[len(PREAMBLE) : _HEAD], "big")
            if not MIN_LENGTH <= length <= MAX_LENGTH:
                del self._heard[0]
            elif len(self._heard) < _HEAD + length:
                break
            else:
                payloads += self._take(_HEAD + length)
        return payloads

    def _skip_to_preamble(self) -> bool:
        """Drop noise; True when a preamble and its length lie at the front."""
        start = self._heard.find(PREAMBLE)
        keep = start if start >= 0 else max(0, len(self._heard) - len(PREAMBLE) + 1)
        del self._heard[:keep]
        return start >= 0 and len(self._heard) >= _HEAD

    def _take(self, size: int) -> list[bytes]:
        frame = bytes(self._heard[:size])
        if check_byte(frame[len(PREAMBLE) : -1]) != frame[-1]:
            del self._heard[0]
            return []
        del self._heard[:size]
        return [frame[_HEAD:-1]]
