"""The reader's line: frames are found in noise, and nothing wrong ever passes for an answer."""

from __future__ import annotations

import hashlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_bridge.agent.drivers.sdt.commands import (
    MalformedAnswer,
    parse_base,
    parse_reply,
    parse_sam_id,
)
from device_bridge.agent.drivers.sdt.frame import MAX_PAYLOAD, PREAMBLE, FrameHunter, encode_frame
from tests.device import golden

payloads = st.binary(min_size=2, max_size=MAX_PAYLOAD)


@pytest.mark.parametrize(
    ("payload", "request_frame"), golden.REQUESTS.items(), ids=lambda part: str(part)[-6:]
)
def test_every_request_is_framed_as_the_protocol_prints_it(payload, request_frame):
    """The reader understands each command we know, byte for byte."""
    assert encode_frame(payload).hex().upper() == request_frame


@pytest.mark.parametrize(("reply", "status"), golden.SHORT_REPLIES.items())
def test_every_short_reply_is_told_by_its_third_status_byte(reply, status):
    """Found, not found, selected, refused: the agent hears which."""
    (payload,) = FrameHunter().feed(bytes.fromhex(reply))

    assert parse_reply(payload).status == status


def test_a_base_read_of_1295_bytes_gives_text_and_photo():
    """The whole card arrives in one frame, photo untouched."""
    assert len(golden.BASE_REPLY) == 1295
    assert hashlib.sha256(golden.BASE_REPLY).hexdigest() == golden.BASE_REPLY_SHA256

    (payload,) = FrameHunter().feed(golden.BASE_REPLY)
    record = parse_base(parse_reply(payload).body)

    assert (record.text, record.photo) == (golden.RESIDENT, golden.PHOTO)


def test_the_longest_frame_of_the_protocol_passes():
    """A read with fingerprint is 2321 bytes and not cut short by our bound."""
    assert hashlib.sha256(golden.FINGERPRINT_REPLY).hexdigest() == golden.FINGERPRINT_REPLY_SHA256

    (payload,) = FrameHunter().feed(golden.FINGERPRINT_REPLY)

    assert len(payload) == 2321 - len(PREAMBLE) - 3


def test_the_security_modules_number_reads_as_printed_on_its_label():
    """Inventory shows the number an engineer finds on the module."""
    (payload,) = FrameHunter().feed(golden.SAM_ID_REPLY)

    assert parse_sam_id(parse_reply(payload).body) == golden.SAM_ID


def test_noise_before_a_frame_is_skipped():
    """A crackling cable costs nothing: exactly one answer is heard."""
    assert FrameHunter().feed(golden.NOISE_THEN_STATUS_OK) == [b"\x00\x00\x90"]


def test_an_added_byte_before_the_preamble_is_skipped():
    """The line seen in the field, with a stray zero inside the preamble's run of AA."""
    assert FrameHunter().feed(golden.DROPPED_AND_ADDED) == [b"\x00\x00\x90" + bytes(8)]


def test_a_wrong_check_byte_is_never_believed():
    """A corrupted answer is no answer."""
    assert FrameHunter().feed(golden.BAD_CHECK) == []


@pytest.mark.parametrize("length", ["0000", "0002", "090B", "FFFF"])
def test_an_impossible_length_does_not_swallow_the_next_frame(length):
    """A corrupted length costs one answer, not all that follow."""
    broken = PREAMBLE + bytes.fromhex(length)

    assert FrameHunter().feed(broken + encode_frame(b"\x00\x00\x90")) == [b"\x00\x00\x90"]


@pytest.mark.parametrize("body", [b"", b"\x00\x00\x90"[:2]])
def test_a_reply_without_three_status_bytes_is_malformed(body):
    """A frame may be whole and still say nothing."""
    with pytest.raises(MalformedAnswer):
        parse_reply(body)


def test_a_base_read_whose_lengths_do_not_add_up_is_malformed():
    """Half a photo is not taken for a card."""
    (payload,) = FrameHunter().feed(golden.BASE_REPLY)

    with pytest.raises(MalformedAnswer):
        parse_base(parse_reply(payload).body[:-1])


@given(payload=payloads)
def test_what_is_framed_is_found(payload):
    """Any payload survives the way through a frame."""
    assert FrameHunter().feed(encode_frame(payload)) == [payload]


@given(payload=payloads, noise=st.binary(max_size=64), cuts=st.lists(st.integers(0, 2400), max_size=6))
def test_a_frame_is_found_however_the_line_cuts_it(payload, noise, cuts):
    """Noise in front and any chunking make no difference, as long as the noise is no preamble itself."""
    line = noise.replace(PREAMBLE, b"") + encode_frame(payload)
    if line.find(PREAMBLE) != len(line) - len(encode_frame(payload)):
        return
    hunter = FrameHunter()
    edges = [0, *sorted(min(cut, len(line)) for cut in cuts), len(line)]

    heard = [found for a, b in pairwise(edges) for found in hunter.feed(line[a:b])]

    assert heard == [payload]


@given(lost=st.integers(0, 9), after=payloads)
def test_a_frame_that_lost_a_byte_does_not_cost_the_frame_behind_it(lost, after):
    """After a dropped byte the agent finds its feet at the next answer that fills the gap."""
    broken = bytearray.fromhex("AAAAAA9669000400009094")
    del broken[lost]

    heard = FrameHunter().feed(bytes(broken) + encode_frame(after) + bytes(MAX_PAYLOAD + 8))

    assert heard[-1:] == [after]


@given(chunks=st.lists(st.binary(max_size=200), max_size=20))
def test_no_line_however_wild_breaks_the_hunter(chunks):
    """Garbage is listened to without an exception and without growing memory."""
    hunter = FrameHunter()

    for chunk in chunks:
        hunter.feed(chunk)

    assert len(hunter._heard) < MAX_PAYLOAD + 8 + 200  # noqa: SLF001 - the bound is the promise
