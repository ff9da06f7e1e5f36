"""What a card says: four layouts, read as printed."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_bridge.agent.drivers.sdt.commands import parse_reply
from device_bridge.agent.drivers.sdt.frame import FrameHunter
from device_bridge.agent.drivers.sdt.textblock import (
    BLOCK_BYTES,
    NATION_OF,
    UnreadableText,
    decode_address,
    decode_block,
)
from device_bridge.agent.simulator.cards import SAMPLES, Sample, encode_block
from device_bridge.wire import CardKind, IdCardReading, Sex
from tests.device import golden

BLOCKS = [
    (golden.RESIDENT, golden.RESIDENT_SHA256, Sample.RESIDENT),
    (golden.HMT_RESIDENCE, golden.HMT_RESIDENCE_SHA256, Sample.HMT),
    (golden.FOREIGN_2017, golden.FOREIGN_2017_SHA256, Sample.FOREIGN_2017),
    (golden.FOREIGN_2023, golden.FOREIGN_2023_SHA256, Sample.FOREIGN_2023),
]


@pytest.mark.parametrize(("block", "sha256", "sample"), BLOCKS, ids=[sample for *_, sample in BLOCKS])
def test_each_layout_reads_as_its_card_is_printed(block, sha256, sample):
    """Name, sex, nation, birth, address, number, authority and validity stand where the layout puts them."""
    assert hashlib.sha256(block).hexdigest() == sha256

    assert decode_block(block) == SAMPLES[sample].reading


@pytest.mark.parametrize(("block", "sha256", "sample"), BLOCKS, ids=[sample for *_, sample in BLOCKS])
def test_the_simulator_lays_out_a_card_as_the_golden_block_does(block, sha256, sample):
    """A clerk trained on the simulator has seen the real bytes."""
    assert encode_block(SAMPLES[sample].reading) == block


def test_a_card_without_an_end_is_valid_for_ever():
    """长期 on an elder's card is no error and no date."""
    block = golden.RESIDENT[:204] + golden.LONG_TERM + golden.RESIDENT[220:]

    reading = decode_block(block)

    assert reading.valid_to is None
    assert reading.valid_on(date(2099, 12, 31))
    assert not reading.valid_on(date(2019, 12, 31))


def test_the_newest_address_is_read_as_appended():
    """Somebody who moved is not asked for the old address."""
    (payload,) = FrameHunter().feed(golden.NEWEST_ADDRESS_REPLY)

    assert decode_address(parse_reply(payload).body) == golden.NEWEST_ADDRESS


def test_a_foreign_name_longer_than_its_first_field_keeps_the_space_at_the_seam():
    """A long English name that happens to break at a space is not glued together."""
    latin = "ABCDEFGHIJ KLMNOPQRST UVWXYZABCDEF GHIJKLMNOP"
    assert latin[34] == " "

    reading = decode_block(encode_block(replace(SAMPLES[Sample.FOREIGN_2023].reading, latin_name=latin)))

    assert reading.latin_name == latin


def test_a_foreign_resident_without_a_chinese_name_is_called_by_the_latin_one():
    """A case always has something to call its applicant by."""
    reading = decode_block(encode_block(replace(SAMPLES[Sample.FOREIGN_2017].reading, name="")))

    assert reading.name == "SAMPLE, TEST PERSON"


@pytest.mark.parametrize(
    ("field", "offset", "text"),
    [
        ("kind", 248, "Z"),
        ("sex", 30, "5"),
        ("nation", 32, "77"),
        ("birth", 36, "19901307"),
        ("birth", 36, "１９９００３０７"),
        ("valid_from", 188, "        "),
        ("valid_to", 204, "长期有效"),
        ("name", 0, " " * 15),
        ("number", 122, " " * 18),
    ],
)
def test_a_field_that_makes_no_sense_is_named_and_not_quoted(field, offset, text):
    """The clerk is asked to put the card down again; the log learns the field and nothing of the person."""
    encoded = text.encode("utf-16-le")
    block = golden.RESIDENT[:offset] + encoded + golden.RESIDENT[offset + len(encoded) :]

    with pytest.raises(UnreadableText) as refusal:
        decode_block(block)

    assert str(refusal.value) == field


def test_half_a_character_is_unreadable_and_not_a_crash():
    """A broken surrogate in the name is treated as any unreadable field."""
    with pytest.raises(UnreadableText, match="name"):
        decode_block(b"\x00\xd8" + golden.RESIDENT[2:])


@pytest.mark.parametrize("size", [0, BLOCK_BYTES - 1, BLOCK_BYTES + 1])
def test_a_block_of_another_size_is_unreadable(size):
    """Only 256 bytes are a card."""
    with pytest.raises(UnreadableText, match="length"):
        decode_block(bytes(size))


def test_all_fifty_six_nations_have_a_name():
    """The county's 畲族 people, number 22, are called what they are; so is everybody else."""
    assert len(NATION_OF) == 58
    assert (NATION_OF["01"], NATION_OF["22"], NATION_OF["46"], NATION_OF["56"]) == (
        "汉",
        "畲",
        "德昂",
        "基诺",
    )


def test_a_reading_that_slips_into_a_log_names_nobody():
    """Whoever reads the log file learns that a card was there, and not whose."""
    reading = SAMPLES[Sample.RESIDENT].reading

    assert "张" not in repr(reading)
    assert reading.number not in repr(SAMPLES[Sample.RESIDENT])


hanzi = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=15)
days = st.dates(date(1900, 1, 1), date(2199, 12, 31))
residents = st.builds(
    IdCardReading,
    kind=st.just(CardKind.RESIDENT),
    name=hanzi,
    sex=st.sampled_from(Sex),
    nation=st.sampled_from(sorted(NATION_OF.values())),
    birth=days,
    address=st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), max_size=35),
    number=st.from_regex(r"330000[0-9]{11}[0-9X]", fullmatch=True),
    authority=hanzi,
    valid_from=days,
    valid_to=st.none() | days,
)


@given(reading=residents)
def test_whatever_a_card_says_is_what_is_read(reading):
    """Any resident's card comes through the block unchanged."""
    assert decode_block(encode_block(reading)) == reading


@given(block=st.binary(min_size=BLOCK_BYTES, max_size=BLOCK_BYTES))
def test_random_bytes_are_a_reading_or_unreadable_and_nothing_else(block):
    """No card, however damaged, stops the agent."""
    with suppress(UnreadableText):
        assert decode_block(block).kind in CardKind
