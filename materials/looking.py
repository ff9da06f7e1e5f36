"""What the pixels alone say: measured weak predictors of readability, they only choose the wording."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from materials.model import Metrics

_LOOK_SIDE = 1024
_TILES = 8
_BURNT_OUT = 250
_PAPER_BRIGHTNESS = 220
_PAPER_CHROMA = 6.0


def measure(picture: Image.Image) -> Metrics:
    """Sharpness, light and glare of an RGB picture, on a copy of at most 1024 px (about 10 ms)."""
    copy = picture.copy()
    copy.thumbnail((_LOOK_SIDE, _LOOK_SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0)
    colour = np.asarray(copy)
    grey = np.asarray(copy.convert("L"))
    return Metrics(
        sharpness=_sharpness(grey),
        brightness=float(grey.mean()),
        highlight=float(np.percentile(grey, 95)),
        glare=0.0 if _is_paper_copy(colour, grey) else _largest_burnt_patch(colour),
    )


def _sharpness(grey: NDArray[np.uint8]) -> float:
    """Laplacian variance, 90th percentile of 8 x 8 tiles: a blurred desk must not hide a sharp card."""
    laplacian = cv2.Laplacian(grey, cv2.CV_32F)
    tiles = [
        tile for band in np.array_split(laplacian, _TILES) for tile in np.array_split(band, _TILES, axis=1)
    ]
    return float(np.percentile([tile.var() for tile in tiles], 90))


def _largest_burnt_patch(colour: NDArray[np.uint8]) -> float:
    """Share of the frame in the largest patch white in every channel; specks are opened away."""
    white = (_BURNT_OUT, _BURNT_OUT, _BURNT_OUT)
    burnt = cv2.inRange(colour, white, (255, 255, 255))
    burnt = cv2.morphologyEx(burnt, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    count, _labels, stats, _centres = cv2.connectedComponentsWithStats(burnt)
    areas = stats[1:count, cv2.CC_STAT_AREA]
    return float(areas.max() / burnt.size) if areas.size else 0.0


def _is_paper_copy(colour: NDArray[np.uint8], grey: NDArray[np.uint8]) -> bool:
    """A photocopy or a white form is white because it is paper: bright on the whole and without colour."""
    if float(grey.mean()) <= _PAPER_BRIGHTNESS:
        return False
    red, green, blue = cv2.split(colour)
    spread = cv2.max(cv2.max(red, green), blue) - cv2.min(cv2.min(red, green), blue)
    return float(spread.std()) < _PAPER_CHROMA
