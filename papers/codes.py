"""QR codes (二维码): check-in codes and case numbers that a phone or the kiosk's scanner reads."""

from __future__ import annotations

from io import BytesIO

import segno

# Level Q survives a quarter of the code being smudged or folded: receipts live in pockets.
_LEVEL = "q"
_BORDER = 4  # the quiet zone the standard asks for; scanners in dark halls need it


def qr_modules(text: str) -> tuple[tuple[bool, ...], ...]:
    """The code as rows of modules, dark is True, without the quiet zone.

    The same text always gives the same code; a text too long for any code raises `segno.DataOverflowError`.
    """
    return tuple(tuple(bool(module) for module in row) for row in _code(text).matrix)


def qr_svg(text: str) -> bytes:
    """The code as an SVG document that scales to whatever box the page gives it; black on white, quiet zone included."""
    page = BytesIO()
    _code(text).save(
        page, kind="svg", border=_BORDER, light="#fff", dark="#000", omitsize=True, encoding="utf-8", nl=False
    )
    return page.getvalue()


def qr_png(text: str, scale: int = 8) -> bytes:
    """The code as a PNG, `scale` pixels to a module, quiet zone included."""
    page = BytesIO()
    _code(text).save(page, kind="png", border=_BORDER, scale=scale, light="#fff", dark="#000")
    return page.getvalue()


def _code(text: str) -> segno.QRCode:
    return segno.make_qr(text, error=_LEVEL)
