"""A stranger's bytes → an upright RGB picture of bounded size, or a refusal. For worker processes only."""

from __future__ import annotations

import warnings
from io import BytesIO

import numpy as np
import pi_heif
from PIL import Image, ImageOps

from materials.model import ImageFormat, PhotoRefused, Refusal
from materials.rules import PhotoRules

# One thread, one picture: the pool decides how many cores photographs may use, and thumbnails, depth maps and
# auxiliary pictures are decoders' code that a page never needs.
pi_heif.register_heif_opener(decode_threads=1, thumbnails=False, depth_images=False, aux_images=False)

_INDEXED_MODES = frozenset({"1", "P", "PA"})
_DEEP_GREY_MODES = frozenset({"I", "I;16", "I;16B", "I;16L", "I;16N"})


def open_photo(content: bytes, source_format: ImageFormat, rules: PhotoRules) -> Image.Image:
    """The first picture of the file: upright by its orientation mark, RGB, at most `page_side` long, no
    metadata.

    Raises `PhotoRefused` with too_large, too_small or unreadable_file.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _decode(content, source_format, rules)
    except PhotoRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise PhotoRefused(Refusal.TOO_LARGE) from bomb
    # Decoders fail on hostile bytes with whatever they like (OSError, SyntaxError, struct.error, MemoryError,
    # IndexError …). Naming them one by one would turn the next surprise into a fault of ours.
    except Exception as broken:
        raise PhotoRefused(Refusal.UNREADABLE_FILE) from broken


def _decode(content: bytes, source_format: ImageFormat, rules: PhotoRules) -> Image.Image:
    is_jpeg = source_format is ImageFormat.JPEG
    limit = rules.max_jpeg_pixels if is_jpeg else rules.max_other_pixels
    Image.MAX_IMAGE_PIXELS = limit
    # `formats` is the wall: bytes sniffed as one format are opened by that format's reader or not at all.
    with Image.open(BytesIO(content), formats=[source_format.value]) as source:
        _check_size(source.size, limit, rules)
        if is_jpeg:
            # A JPEG can be decoded at a half, a quarter or an eighth: the scale just above the page's size.
            source.draft("RGB", _fitting(source.size, rules.page_side))
        source.load()
        return _plain(_by_camera_mark(_shrunk(source, rules.page_side)))


def _check_size(size: tuple[int, int], limit: int, rules: PhotoRules) -> None:
    """Judge the header's figures, before a single pixel is decoded."""
    if size[0] * size[1] > limit:
        raise PhotoRefused(Refusal.TOO_LARGE)
    if min(size) < rules.min_short_side:
        raise PhotoRefused(Refusal.TOO_SMALL)


def _by_camera_mark(picture: Image.Image) -> Image.Image:
    """Turn by the EXIF orientation. A broken EXIF block costs the turn, not the photograph."""
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:  # noqa: BLE001 -- hostile EXIF raises anything; the text will show which way is up
        return picture


def _plain(picture: Image.Image) -> Image.Image:
    """RGB on white, copied into a new picture so that no EXIF, ICC profile or comment travels along.

    Colours are not converted through the embedded profile: that would hand hostile profile bytes to one
    more parser, and a paper reads the same.
    """
    if picture.mode in _DEEP_GREY_MODES:
        picture = Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
    plain = Image.new("RGB", picture.size, "white")
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        plain.paste(layer, mask=layer.getchannel("A"))
    else:
        plain.paste(picture.convert("RGB"))
    return plain


def _fitting(size: tuple[int, int], side: int) -> tuple[int, int]:
    """The size at which a picture's long side is at most `side`."""
    scale = min(1.0, side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _shrunk(picture: Image.Image, side: int) -> Image.Image:
    """At most `side` long. Palettes and bits cannot be averaged, so those become RGB first."""
    if max(picture.size) > side:
        if picture.mode in _INDEXED_MODES:
            picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
        picture.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return picture


def as_jpeg(picture: Image.Image, quality: int) -> bytes:
    """The picture as JPEG bytes that hold pixels and tables only (no EXIF, XMP, ICC, comment)."""
    out = BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()
