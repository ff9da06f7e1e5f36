"""What a file is by its first bytes. Its name and its declared type are never asked."""

from __future__ import annotations

from materials.model import ImageFormat, PhotoRefused, Refusal

_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis"})
_OTHER_IMAGES = (
    b"GIF87a",
    b"GIF89a",
    b"BM",
    b"II*\x00",
    b"MM\x00*",
    b"\x00\x00\x00\x0cjP  ",
    b"8BPS",
    b"\xff\x0a",
)


def sniff(content: bytes) -> ImageFormat:
    """The format of a photograph, or a refusal: not an image at all, or of a format that is not opened."""
    if content.startswith(b"\xff\xd8\xff"):
        return ImageFormat.JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return ImageFormat.PNG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return ImageFormat.WEBP
    if content[4:8] == b"ftyp":
        return _of_brands(content)
    raise PhotoRefused(
        Refusal.FORMAT_UNSUPPORTED if content.startswith(_OTHER_IMAGES) else Refusal.NOT_AN_IMAGE,
    )


def _of_brands(content: bytes) -> ImageFormat:
    """ISO 14496-12 `ftyp`: size, "ftyp", major brand, version, compatible brands; mp4 lives here as well."""
    end = min(int.from_bytes(content[:4], "big"), 256)
    brands = {content[8:12], *(content[at : at + 4] for at in range(16, end, 4))}
    if brands & _HEIC_BRANDS:
        return ImageFormat.HEIC
    raise PhotoRefused(
        Refusal.FORMAT_UNSUPPORTED if brands & {b"avif", b"mif1"} else Refusal.NOT_AN_IMAGE,
    )
