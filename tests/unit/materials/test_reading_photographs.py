"""Photographs of drawn cards, read for real in a worker process. Few, because each costs a second."""

from __future__ import annotations

import json
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from materials.inspecting import inspect_photo
from materials.model import DocumentKind, FieldName, PhotoReading, Reason, Trust, Verdict
from materials.pool import PhotoReader
from materials.rendering import as_json, as_text
from materials.rules import PhotoRules
from tests.unit.materials.drawing import (
    ADDRESS,
    NAME,
    NUMBER,
    as_jpeg,
    as_webp,
    bank_card,
    blurred,
    darkened,
    household_page,
    id_card_back,
    id_card_front,
    on_a_table,
    portrait,
    with_glare,
)

RULES = PhotoRules(workers=1, demo_prefixes=("330000",))


@pytest.fixture(scope="module")
async def reader():
    """A reader that every scene of this file shares: its worker loads the models once."""
    async with PhotoReader(RULES) as shared:
        await shared.warm()
        yield shared


def of_the_front(reading: PhotoReading) -> tuple[str | None, str | None, str | None]:
    """What a front must yield."""
    return (
        reading.value(FieldName.ID_NUMBER),
        reading.value(FieldName.NAME),
        reading.value(FieldName.ADDRESS),
    )


def inked(jpeg: bytes) -> int:
    """How many pixels have the colour that numbers are covered with."""
    pixels = np.asarray(Image.open(BytesIO(jpeg))).astype(int)
    return int((abs(pixels - (40, 44, 52)).max(axis=2) <= 3).sum())


ALL_OF_IT = (NUMBER, NAME, ADDRESS)


async def test_a_card_on_the_kitchen_table_is_read(reader):
    """Askew, on a dark table: number proved, name to be checked, number covered in the copy."""
    reading = await reader.read(as_jpeg(on_a_table(id_card_front(), tilt=7)), expected_kind="id_card")

    assert of_the_front(reading) == ALL_OF_IT
    assert reading.judgement.verdict is Verdict.GOOD
    assert {f.name: f.trust for f in reading.fields}[FieldName.ID_NUMBER] is Trust.PROVED
    assert inked(reading.masked) > 4_000
    assert inked(reading.page) < 40
    assert len(reading.masked) < len(reading.page)


@pytest.mark.parametrize("turn", [90, 180, 270])
async def test_a_card_photographed_sideways_or_upside_down_comes_out_upright(reader, turn):
    """No mark from the camera; the writing itself tells which way is up."""
    askew = on_a_table(id_card_front(), tilt=-4).rotate(turn, expand=True)

    reading = await reader.read(as_jpeg(askew), expected_kind="id_card")

    assert reading.turned == turn
    assert (reading.width, reading.height) == (1600, 1200)
    assert of_the_front(reading) == ALL_OF_IT


async def test_the_stored_page_carries_no_trace_of_the_place(reader):
    """A phone's GPS position and model are not in the page, and its orientation mark was obeyed."""
    sideways = id_card_back().rotate(90, expand=True)

    reading = await reader.read(as_jpeg(sideways, orientation=6, gps=True), expected_kind="id_card")

    assert reading.turned == 0
    assert reading.value(FieldName.VALID_UNTIL) == "2040-01-01"
    assert not [
        word for word in (b"Exif", b"TestPhone", b"taken at home") if word in reading.page + reading.masked
    ]


async def test_a_dim_and_slightly_soft_photograph_is_good_enough(reader):
    """At a sixth of the light, a little out of focus: everything is read, so nobody is sent back."""
    reading = await reader.read(
        as_jpeg(darkened(blurred(id_card_front(), 1.5), 0.17)), expected_kind="id_card"
    )

    assert of_the_front(reading) == ALL_OF_IT
    assert reading.judgement.verdict is Verdict.GOOD


@pytest.mark.parametrize(
    ("spoilt", "reason"),
    [
        (darkened(id_card_front(), 0.03), Reason.TOO_DARK),
        (blurred(on_a_table(id_card_front()), 9), Reason.BLURRED),
        (with_glare(on_a_table(id_card_front()), (500, 800, 1100, 980)), Reason.GLARE),
    ],
    ids=["dark", "blurred", "glare"],
)
async def test_a_spoilt_photograph_is_asked_for_again_with_its_reason(reader, spoilt, reason):
    """Too dark, out of focus, a lamp on the number: three different sentences."""
    reading = await reader.read(as_jpeg(spoilt), expected_kind="id_card")

    assert (reading.judgement.verdict, reading.judgement.reason) == (Verdict.RETAKE, reason)


async def test_a_bank_card_is_recognised_and_not_taken_for_an_id_card(reader):
    """The number is proved; where an ID card was asked for, the person hears what this is."""
    reading = await reader.read(as_webp(on_a_table(bank_card())), expected_kind="id_card")

    assert reading.kind.kind is DocumentKind.BANK_CARD
    assert reading.value(FieldName.BANK_NUMBER) == "6200000000000000059"
    assert reading.judgement.reason is Reason.WRONG_DOCUMENT


async def test_a_page_of_the_household_register_is_read(reader):
    """Number and name from a table of two columns."""
    reading = await reader.read(as_jpeg(household_page()), expected_kind="household_register")

    assert reading.judgement.verdict is Verdict.GOOD
    assert reading.value(FieldName.ID_NUMBER) == NUMBER
    assert reading.value(FieldName.NAME) == NAME


async def test_a_portrait_is_received(reader):
    """一寸照 has no text and needs none."""
    reading = await reader.read(as_jpeg(portrait()), expected_kind="photo")

    assert reading.judgement.reason is Reason.PORTRAIT_RECEIVED


def test_the_command_line_shows_a_reading_with_masked_numbers(tmp_path):
    """`photo inspect` prints kind, verdict and fields; the number's middle is starred unless asked for."""
    file = tmp_path / "照片"
    file.write_bytes(as_jpeg(id_card_front()))

    reading = inspect_photo(file, rules=RULES)

    assert "身份证" in as_text(reading)
    assert NUMBER not in as_text(reading) + json.dumps(as_json(reading), ensure_ascii=False)
    assert NUMBER in as_text(reading, openly=True)
    assert as_json(reading)["verdict"] == "good"
