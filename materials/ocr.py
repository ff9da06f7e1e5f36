"""The text reader: PP-OCRv6 small through RapidOCR, one thread, models from the installed package only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import cv2
import numpy as np
import onnxruntime  # noqa: F401 -- RapidOCR imports it on first use; a worker closes its doors before that
from numpy.typing import NDArray
from PIL import Image
from rapidocr import RapidOCR
from rapidocr.ch_ppocr_det import TextDetOutput

from materials.page import Page, Quad, TextLine

Pixels = NDArray[np.uint8]

# Finding text costs four times as much at 1280 px as at 736 px and reading it costs the same, because lines
# are cut from the full picture either way. Nearly every page is found whole at 736; the closer look is for
# the rest.
FIRST_LOOK = 736
CLOSER_LOOK = 1280

_READING_SIDE = 1600
_SURE_OF_TURN = 0.75
_LINES_TO_TRY = 4
_MIN_CONFIDENCE = 0.5
_LONG_LINE = 1.8


@dataclass(frozen=True, slots=True)
class Sighting:
    """The text of a picture, and the clockwise turn (0, 90, 180, 270) that sets the picture upright."""

    turn: int
    page: Page


class TextReader:
    """识字: finds and reads lines of print. For one thread at a time; the models load on first use."""

    @cached_property
    def _engine(self) -> RapidOCR:
        cv2.setNumThreads(1)
        return RapidOCR(
            params={
                "Global.log_level": "error",
                "EngineConfig.onnxruntime.intra_op_num_threads": 1,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
                # The pictures come shrunk to the look that is wanted; the detector must not grow them again.
                "Det.limit_type": "max",
                "Det.limit_side_len": CLOSER_LOOK,
            }
        )

    def warm(self) -> None:
        """Load the models now, by reading a picture with one dark bar."""
        bar = np.full((96, 320, 3), 255, np.uint8)
        bar[40:56, 40:280] = 0
        self._read_lines(bar, CLOSER_LOOK)

    def read(self, picture: Image.Image, look: int = FIRST_LOOK) -> Sighting:
        """The page's text with places in pixels of the *upright* picture; the turn is found on the way."""
        pixels, scale = _for_reading(picture)
        boxes = self._find(pixels, look)
        if not boxes:
            return Sighting(0, Page.of(()))
        turn = self._turn(self._cut(pixels, boxes), boxes)
        if turn:
            # Boxes of a turned page could be turned with it, but the finder misses more on turned text.
            pixels = np.ascontiguousarray(np.rot90(pixels, -turn // 90))
            boxes = self._find(pixels, look)
        return Sighting(turn, Page.of(self._texts(pixels, boxes, scale)))

    def _find(self, pixels: Pixels, look: int) -> list[Quad]:
        shrink = min(1.0, look / max(pixels.shape[:2]))
        small = cv2.resize(pixels, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
        found = self._engine(small, use_det=True, use_cls=False, use_rec=False)
        # Where there is no text RapidOCR answers with its empty general output instead of a detection.
        if not isinstance(found, TextDetOutput) or found.boxes is None:
            return []
        return [_quad(box / shrink) for box in found.boxes]

    def _cut(self, pixels: Pixels, boxes: Sequence[Quad]) -> list[Pixels]:
        """The lines as strips; a strip taller than wide is laid down with its top to the left."""
        return list(self._engine.crop_text_regions(pixels, np.array(boxes, np.float32)))

    def _turn(self, strips: list[Pixels], boxes: Sequence[Quad]) -> int:
        """Every long line votes: its box tells standing from lying, the line classifier tells head from
        foot.
        """
        votes = [(strip, _is_lying(box), _length(box)) for strip, box in zip(strips, boxes, strict=True)]
        votes = [vote for vote in votes if max(vote[0].shape[:2]) > _LONG_LINE * min(vote[0].shape[:2])]
        if not votes:
            return 0
        lying = sum(length for _, is_lying, length in votes if is_lying) > sum(v[2] for v in votes) / 2
        kept = [(strip, length) for strip, is_lying, length in votes if is_lying is lying]
        if self._upside_down(kept):
            return 90 if lying else 180
        return 270 if lying else 0

    def _upside_down(self, strips: list[tuple[Pixels, float]]) -> bool:
        """The classifier's vote by line length; a close one is settled by reading some lines both ways."""
        _, answer = self._engine.cls_and_rotate([strip for strip, _ in strips])
        labels = [label for label, _ in answer.cls_res or ()]
        against = sum(length for (_, length), label in zip(strips, labels, strict=True) if label == "180")
        turned = against / sum(length for _, length in strips)
        if turned >= _SURE_OF_TURN or turned <= 1 - _SURE_OF_TURN:
            return turned >= _SURE_OF_TURN
        longest = [strip for strip, _ in sorted(strips, key=lambda s: -s[1])[:_LINES_TO_TRY]]
        upside_down = [np.ascontiguousarray(strip[::-1, ::-1]) for strip in longest]
        return self._confidence(upside_down) > self._confidence(longest)

    def _confidence(self, strips: list[Pixels]) -> float:
        return float(np.mean([score for _, score in self._recognised(strips)]))

    def _recognised(self, strips: list[Pixels]) -> list[tuple[str, float]]:
        answer = self._engine.recognize_txt(strips)
        return list(zip(answer.txts or (), map(float, answer.scores or ()), strict=True))

    def _texts(self, pixels: Pixels, boxes: Sequence[Quad], scale: float) -> list[TextLine]:
        if not boxes:
            return []
        texts = self._recognised(self._cut(pixels, boxes))
        return [
            TextLine(text.strip(), score, _scaled(box, scale))
            for (text, score), box in zip(texts, boxes, strict=True)
            if text.strip() and score >= _MIN_CONFIDENCE
        ]

    def _read_lines(self, pixels: Pixels, look: int) -> None:
        strips = self._cut(pixels, self._find(pixels, look)) or [pixels]
        self._engine.cls_and_rotate(strips)
        self._engine.recognize_txt(strips)


def _for_reading(picture: Image.Image) -> tuple[Pixels, float]:
    """BGR pixels of at most 1600 px, and the factor from them back to the picture."""
    scale = max(1.0, max(picture.size) / _READING_SIDE)
    size = (round(picture.width / scale), round(picture.height / scale))
    copy = picture.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0) if scale > 1 else picture
    return np.ascontiguousarray(np.asarray(copy)[:, :, ::-1]), scale


def _quad(box: NDArray[np.float32]) -> Quad:
    a, b, c, d = ((float(x), float(y)) for x, y in box)
    return a, b, c, d


def _scaled(box: Quad, scale: float) -> Quad:
    a, b, c, d = ((x * scale, y * scale) for x, y in box)
    return a, b, c, d


def _sides(box: Quad) -> tuple[float, float]:
    (across, down, *_) = (float(np.hypot(b[0] - a[0], b[1] - a[1])) for a, b in pairwise(box))
    return across, down


def _is_lying(box: Quad) -> bool:
    across, down = _sides(box)
    return down > across


def _length(box: Quad) -> float:
    return max(_sides(box))
