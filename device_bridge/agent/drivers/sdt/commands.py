"""The commands of an SDT reader and the meaning of its answers."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from enum import Enum, IntEnum

from device_bridge.agent.drivers.sdt.frame import encode_frame


class Command(Enum):
    """CMD and PARA of a request, and how long a working reader may take to answer it, in seconds."""

    SAM_STATUS = (b"\x11\xff", 3.0)
    SAM_ID = (b"\x12\xff", 3.0)
    FIND_CARD = (b"\x20\x01", 1.0)
    SELECT_CARD = (b"\x20\x02", 1.0)
    READ_BASE = (b"\x30\x01", 3.0)
    READ_NEWEST_ADDRESS = (b"\x30\x03", 3.0)

    @property
    def code(self) -> bytes:
        """The two bytes that name the command."""
        return self.value[0]

    @property
    def patience(self) -> float:
        """How many seconds of silence mean that the reader will not answer."""
        return self.value[1]

    @property
    def request(self) -> bytes:
        """The whole frame to send."""
        return encode_frame(self.code)


class Status(IntEnum):
    """SW3, the only status byte that tells a reader's answers apart."""

    CHECK_WRONG = 0x10
    LENGTH_WRONG = 0x11
    COMMAND_WRONG = 0x21
    NO_PERMISSION = 0x23
    UNIDENTIFIED = 0x24
    CARD_REJECTED_SAM = 0x31
    SAM_REJECTED_CARD = 0x32
    NOT_VERIFIED = 0x33
    FINGERPRINT_WRONG = 0x37
    FINGERPRINT_LENGTH = 0x3F
    UNKNOWN_CARD_TYPE = 0x40
    READ_FAILED = 0x41
    RANDOM_FAILED = 0x47
    SELF_TEST_FAILED = 0x60
    SAM_NOT_AUTHORISED = 0x66
    NO_CARD = 0x80
    SELECT_FAILED = 0x81
    SUCCESS = 0x90
    ABSENT_ON_CARD = 0x91
    CARD_FOUND = 0x9F


READER_IS_BROKEN = frozenset({Status.SELF_TEST_FAILED, Status.SAM_NOT_AUTHORISED})
"""Answers after which the reader accepts no command until somebody repairs or re-plugs it."""

LINE_GARBLED = frozenset({Status.CHECK_WRONG, Status.LENGTH_WRONG})
"""Answers that say the request arrived damaged, so that asking again is right."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A reader's answer; ``body`` may hold a person's particulars and stays out of ``repr``.

    SW1 and SW2 repeat the card's own status word, and a find or select answer carries a serial number that
    only usually is zero: comparing whole frames works on the bench and fails in a hall, so nothing here
    looks further than SW3.
    """

    status: int
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class BaseRecord:
    """The two blocks of a base read: 256 bytes of text and the photo, which only its vendor can open."""

    text: bytes = field(repr=False)
    photo: bytes = field(repr=False)


class MalformedAnswer(ValueError):
    """A frame with a right check byte whose inside contradicts itself."""


def parse_reply(payload: bytes) -> Reply:
    """Split a payload into SW3 and body, or raise ``MalformedAnswer``."""
    if len(payload) < len(("SW1", "SW2", "SW3")):
        raise MalformedAnswer
    return Reply(status=payload[2], body=payload[3:])


def parse_base(body: bytes) -> BaseRecord:
    """Split the body of a base read by its own two length fields, or raise ``MalformedAnswer``."""
    if len(body) < _BASE_HEAD.size:
        raise MalformedAnswer
    text_length, photo_length = _BASE_HEAD.unpack_from(body)
    text_ends = _BASE_HEAD.size + text_length
    if len(body) != text_ends + photo_length:
        raise MalformedAnswer
    return BaseRecord(text=body[_BASE_HEAD.size : text_ends], photo=body[text_ends:])


def parse_sam_id(body: bytes) -> str:
    """Return the printed form of a security module's number, or raise ``MalformedAnswer``."""
    if len(body) != _SAM_ID.size:
        raise MalformedAnswer
    first, second, day, serial, random = _SAM_ID.unpack(body)
    return f"{first:02d}.{second:02d}-{day}-{serial:010d}-{random:010d}"


_BASE_HEAD = struct.Struct(">HH")
_SAM_ID = struct.Struct("<HHIII")
