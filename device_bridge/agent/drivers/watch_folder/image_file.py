"""What the first and last bytes of an image file tell: its type, and whether it is all there.

The pixels are the server's business. A half-written picture is recognised by its missing end, because a
copy over a slow share can pause for longer than any fixed wait.
"""

from __future__ import annotations

from typing import Final

_HEADS: Final = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"II*\x00": "image/tiff",
    b"MM\x00*": "image/tiff",
    b"BM": "image/bmp",
    b"%PDF-": "application/pdf",
}
_PNG_END = b"IEND\xae\x42\x60\x82"
_PDF_TAIL_BYTES = 1024


def media_type_of(image: bytes) -> str | None:
    """Return the media type the first bytes announce, or None for what no document camera makes."""
    return next((kind for head, kind in _HEADS.items() if image.startswith(head)), None)


def is_whole(image: bytes, media_type: str) -> bool:
    """Tell whether the file ends as its type must; a TIFF has no end mark and is taken at its word."""
    match media_type:
        case "image/jpeg":
            return image.rstrip(b"\0").endswith(b"\xff\xd9")
        case "image/png":
            return image.endswith(_PNG_END)
        case "image/bmp":
            return int.from_bytes(image[2:6], "little") == len(image)
        case "application/pdf":
            return b"%%EOF" in image[-_PDF_TAIL_BYTES:]
    return True
