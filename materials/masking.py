"""The masked page, for lists and chats. Numbers are covered with ink, never blurred: blur can be undone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from PIL import Image, ImageDraw

from materials.model import DocumentKind, KindGuess
from materials.page import Page, Point, Quad, TextLine

_NUMBER = re.compile(r"[0-9OoIlXx×*](?:\s?[0-9OoIlXx×*]){11,}")
_KEPT_AT_START = 3
_KEPT_AT_END = 2
_INK = (40, 44, 52)
_COARSE = 24
_CARRIES_A_NUMBER = frozenset({DocumentKind.ID_CARD_FRONT, DocumentKind.BANK_CARD})


def masked_page(picture: Image.Image, page: Page, guess: KindGuess, side: int) -> Image.Image:
    """A copy of at most `side` px whose long numbers show their first three and last two characters only.

    A card that must carry a number whose place was not found is made coarse as a whole: better no picture
    than a number on a list.
    """
    copy = picture.copy()
    covers = list(covers_of(page))
    pen = ImageDraw.Draw(copy)
    for quad in covers:
        pen.polygon(quad, fill=_INK)
    copy.thumbnail((side, side), Image.Resampling.BILINEAR)
    if not covers and not _CARRIES_A_NUMBER.isdisjoint((guess.kind, *guess.also)):
        return copy.resize((_COARSE, _COARSE), Image.Resampling.BOX).resize(
            copy.size, Image.Resampling.NEAREST
        )
    return copy


def covers_of(page: Page) -> Iterator[Quad]:
    """Where ink goes: the middle of every run of twelve or more digits."""
    for line in page.lines:
        for run in _NUMBER.finditer(line.text):
            yield _middle(line, run)


def _middle(line: TextLine, run: re.Match[str]) -> Quad:
    """The part of the box under the run's middle, by printed widths: a Han character is two digits wide."""
    whole = _width(line.text)
    start = _width(line.text[: run.start()] + run[0][:_KEPT_AT_START]) / whole
    end = _width(line.text[: run.end()][:-_KEPT_AT_END]) / whole
    top_left, top_right, bottom_right, bottom_left = line.quad
    return (
        _between(top_left, top_right, start),
        _between(top_left, top_right, end),
        _between(bottom_left, bottom_right, end),
        _between(bottom_left, bottom_right, start),
    )


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _between(start: Point, end: Point, share: float) -> Point:
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share
