"""What comes in from a stranger's phone: opened safely and stripped, or refused with a reason."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from materials.model import ImageFormat, PhotoRefused, Refusal
from materials.opening import as_jpeg, open_photo
from materials.rules import PhotoRules
from materials.sniffing import sniff
from tests.unit.materials.drawing import (
    HEIC_HALVES,
    as_png,
    as_webp,
    bomb_png,
    id_card_front,
    portrait,
)
from tests.unit.materials.drawing import as_jpeg as phone_jpeg

RULES = PhotoRules()


def opened(content: bytes) -> Image.Image:
    """The picture in the bytes, through both gates."""
    return open_photo(content, sniff(content), RULES)


def light_at(picture: Image.Image, x: int, y: int) -> int:
    """The grey level of one pixel."""
    return int(np.asarray(picture.convert("L"))[y, x])


def refusal_of(content: bytes) -> Refusal:
    """The code with which the bytes are refused."""
    with pytest.raises(PhotoRefused) as refused:
        opened(content)
    return refused.value.code


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (phone_jpeg(portrait()), ImageFormat.JPEG),
        (as_png(portrait()), ImageFormat.PNG),
        (as_webp(portrait()), ImageFormat.WEBP),
        (HEIC_HALVES, ImageFormat.HEIC),
    ],
    ids=lambda value: str(value) if isinstance(value, ImageFormat) else "",
)
def test_the_four_formats_of_phones_are_opened(content, name):
    """JPEG, PNG, WebP and an iPhone's HEIC all become an RGB picture."""
    assert sniff(content) is name

    picture = opened(content)

    assert picture.mode == "RGB"
    assert min(picture.size) >= RULES.min_short_side


def test_a_heic_keeps_its_top_on_top():
    """The black half of the picture stays above the white one."""
    picture = opened(HEIC_HALVES)

    assert light_at(picture, 200, 20) < 60
    assert light_at(picture, 200, 320) > 200


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj", Refusal.NOT_AN_IMAGE),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', Refusal.NOT_AN_IMAGE),
        (b"PK\x03\x04\x14\x00\x00\x00", Refusal.NOT_AN_IMAGE),
        (b"MZ\x90\x00", Refusal.NOT_AN_IMAGE),
        (b"", Refusal.NOT_AN_IMAGE),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom", Refusal.NOT_AN_IMAGE),
        (b"GIF89a\x01\x00\x01\x00", Refusal.FORMAT_UNSUPPORTED),
        (b"II*\x00\x08\x00\x00\x00", Refusal.FORMAT_UNSUPPORTED),
        (b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1", Refusal.FORMAT_UNSUPPORTED),
    ],
    ids=["pdf", "svg", "zip", "exe", "empty", "video", "gif", "tiff", "avif"],
)
def test_other_files_are_refused_whatever_they_are_called(content, code):
    """A PDF named 照片.jpg is told apart by its bytes; the name is never looked at."""
    assert refusal_of(content) is code


@pytest.mark.parametrize(
    "content",
    [
        phone_jpeg(id_card_front())[:9000],
        as_png(portrait())[:200],
        as_webp(portrait())[:60],
        HEIC_HALVES[:400],
        b"\xff\xd8\xff\xe0 not a picture at all",
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 64,
        b"\xff\xd8\xff" + as_png(portrait()),
    ],
    ids=["cut jpeg", "cut png", "cut webp", "cut heic", "jpeg head only", "png head only", "png behind jpeg"],
)
def test_a_broken_file_is_refused_and_not_half_read(content):
    """A photograph whose transfer broke off is asked for again, not stored with a grey half."""
    assert refusal_of(content) is Refusal.UNREADABLE_FILE


def test_a_picture_that_unpacks_to_gigabytes_is_refused_by_its_header():
    """A file of fifty kilobytes cannot make the server unpack 400 million pixels."""
    bomb = bomb_png(20_000, 20_000)

    assert len(bomb) < 100_000
    assert refusal_of(bomb) is Refusal.TOO_LARGE


def test_a_picture_just_over_the_limit_is_refused_as_well():
    """Pillow itself only warns up to twice the limit; here the limit is the limit."""
    assert refusal_of(bomb_png(10_000, 5_200)) is Refusal.TOO_LARGE


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    whole=st.sampled_from(
        [phone_jpeg(portrait(), orientation=6, gps=True), as_png(portrait()), as_webp(portrait())]
    ),
    wounds=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=12
    ),
)
def test_a_damaged_file_is_a_picture_or_a_refusal(whole, wounds):
    """Whatever a bad line does to a file, the answer is a page or a plain 'send it again', never a crash."""
    damaged = bytearray(whole)
    for place, value in wounds:
        damaged[int(place * len(damaged))] = value

    try:
        outcome = opened(bytes(damaged)).mode
    except PhotoRefused as refused:
        outcome = refused.code

    assert outcome == "RGB" or outcome in set(Refusal)


def test_a_thumbnail_is_refused_as_too_small():
    """A picture of 300 x 200 holds no readable card."""
    assert refusal_of(phone_jpeg(id_card_front().resize((300, 200)))) is Refusal.TOO_SMALL


@pytest.mark.parametrize(("mark", "corner"), [(1, (0, 0)), (3, (1, 1)), (6, (1, 0)), (8, (0, 1))])
def test_the_cameras_orientation_mark_is_obeyed(mark, corner):
    """A phone held sideways marks its picture; the page comes out as the person saw it."""
    picture = Image.new("RGB", (800, 400), "white")
    picture.paste("black", (0, 0, 200, 100))

    upright = opened(phone_jpeg(picture, orientation=mark))

    assert upright.size == ((400, 800) if mark in {6, 8} else (800, 400))
    x, y = (20 if share == 0 else side - 20 for share, side in zip(corner, upright.size, strict=True))
    assert light_at(upright, x, y) < 60


def test_the_clean_copy_says_nothing_about_where_and_with_what_it_was_taken():
    """Position, phone, comment and colour profile are gone; only picture tables remain in the bytes."""
    taken = phone_jpeg(id_card_front(), orientation=6, gps=True)
    assert b"Exif" in taken
    assert b"TestPhone" in taken
    assert b"taken at home" in taken

    clean = as_jpeg(opened(taken), RULES.jpeg_quality)

    assert not [word for word in (b"Exif", b"TestPhone", b"GPS", b"taken at home", b"ICC") if word in clean]
    assert set(_markers(clean)) <= {0xE0, 0xDB, 0xC0, 0xC4, 0xDA}
    assert not Image.open(BytesIO(clean)).getexif()


def test_what_hides_behind_the_picture_is_left_behind():
    """A ZIP glued to a photograph does not reach the store."""
    clean = as_jpeg(opened(phone_jpeg(portrait()) + b"PK\x03\x04 payload"), RULES.jpeg_quality)

    assert b"payload" not in clean


def test_a_very_large_photograph_is_kept_at_two_thousand_pixels():
    """A 24-million-pixel photograph becomes a page of readable, storable size."""
    wide = phone_jpeg(id_card_front().resize((6000, 4000)))

    assert max(opened(wide).size) == RULES.page_side


def test_see_through_and_deep_grey_pictures_become_plain_paper():
    """A transparent PNG lies on white; a 16-bit scan keeps its light and dark."""
    clear = Image.new("RGBA", (400, 400), (0, 0, 0, 0))
    deep = Image.new("I;16", (400, 400), 60_000)

    assert opened(as_png(clear)).getpixel((5, 5)) == (255, 255, 255)
    assert opened(as_png(deep)).getpixel((5, 5)) == (234, 234, 234)


def _markers(jpeg: bytes) -> list[int]:
    """The JPEG's marker codes up to the start of the pixels."""
    found, at = [], 2
    while True:
        found.append(jpeg[at + 1])
        if jpeg[at + 1] == 0xDA:
            return found
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
