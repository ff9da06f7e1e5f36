"""QR codes: what a scanner makes of them."""

from xml.etree import ElementTree as ET

import cv2
import numpy as np
import pytest

from papers.codes import qr_modules, qr_png, qr_svg
from tests.unit.papers.desk_things import LINK


def scanned(png: bytes) -> str:
    """The text a scanner reads."""
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    return cv2.QRCodeDetectorAruco().detectAndDecode(picture)[0]


@pytest.mark.parametrize("text", [LINK, "YY2026112700007", "jjb:check-in:a1b2c3"])
def test_a_scanner_reads_the_text_again(text):
    """Check-in at the kiosk."""
    assert scanned(qr_png(text)) == text


def test_a_crumpled_corner_does_not_matter():
    """A receipt that was in a pocket: an eighth of the code is gone."""
    modules = qr_modules(LINK)
    side = len(modules)
    spoilt = np.full((side + 8, side + 8), 255, np.uint8)
    spoilt[4:-4, 4:-4] = np.where(np.array(modules), 0, 255)
    spoilt[-4 - side // 4 : -4, -4 - side // 4 : -4] = 255
    (_, png) = cv2.imencode(".png", np.kron(spoilt, np.ones((8, 8), np.uint8)))

    assert scanned(png.tobytes()) == LINK


def test_the_svg_scales_with_the_page():
    """A view box and no size of its own."""
    root = ET.fromstring(qr_svg(LINK))  # noqa: S314 (our own document)

    side = len(qr_modules(LINK)) + 8
    assert root.get("viewBox") == f"0 0 {side} {side}"
    assert root.get("width") is None
