"""A page as text: lines with their places, put into rows and columns however the photograph was held."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]

_SPACE = re.compile(r"\s+")
_LABEL_TAIL = ":：.。 -—"


@dataclass(frozen=True, slots=True)
class TextLine:
    """文字行: a line as the reader saw it; `quad` runs clockwise from its top left, in the page's pixels."""

    text: str = field(repr=False)
    confidence: float
    quad: Quad

    @property
    def width(self) -> float:
        """Length along the writing."""
        return math.dist(self.quad[0], self.quad[1])

    @property
    def height(self) -> float:
        """Height of the characters, across the writing."""
        return math.dist(self.quad[0], self.quad[3])


@dataclass(frozen=True, slots=True)
class Cell:
    """格: a line in straightened coordinates, its spaces removed."""

    text: str = field(repr=False)
    confidence: float
    left: float
    right: float
    middle: float
    height: float


Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A piece of text and the confidence of the line it came from."""

    text: str = field(repr=False)
    confidence: float


@dataclass(frozen=True, slots=True)
class Page:
    """页面文字: what the page says, as rows from top to bottom and cells from left to right."""

    lines: tuple[TextLine, ...]
    rows: tuple[Row, ...]

    @classmethod
    def of(cls, lines: Iterable[TextLine]) -> Page:
        """Lay the lines out: straighten the common slant, then gather lines of one height into a row."""
        seen = tuple(lines)
        return cls(seen, tuple(_rows(_straightened(seen))))

    @property
    def cells(self) -> Iterator[Cell]:
        """All cells in reading order."""
        return (cell for row in self.rows for cell in row)

    @property
    def text(self) -> str:
        """All the text in reading order, without spaces, one row per line."""
        return "\n".join("".join(cell.text for cell in row) for row in self.rows)

    @property
    def confidence(self) -> float:
        """Mean confidence of the lines; 0 on a page without text."""
        return sum(line.confidence for line in self.lines) / len(self.lines) if self.lines else 0.0

    def after(self, label: str, labels: Collection[str]) -> Found | None:
        """The value written behind a label: in the same cell, or in the next cell of its row.

        `labels` are all labels of the document; a value ends where the next of them begins.
        """
        for row in self.rows:
            for at, cell in enumerate(row):
                start = cell.text.find(label)
                if start < 0 or _inside_longer_label(cell.text, start, label, labels):
                    continue
                found = _value_behind(row, at, start + len(label), labels)
                if found is not None:
                    return found
        return None

    def row_of(self, *labels: str) -> int | None:
        """The index of the first row that holds one of the labels."""
        return next(
            (
                at
                for at, row in enumerate(self.rows)
                if any(label in cell.text for cell in row for label in labels)
            ),
            None,
        )


def without_spaces(text: str) -> str:
    """The text with every kind of space removed, the wide one included."""
    return _SPACE.sub("", text)


def _value_behind(row: Row, at: int, start: int, labels: Collection[str]) -> Found | None:
    here = _cut(row[at].text[start:], labels)
    if here:
        return Found(here, row[at].confidence)
    if row[at].text[start:].lstrip(_LABEL_TAIL) or at + 1 == len(row):
        return None
    beside = _cut(row[at + 1].text, labels)
    return Found(beside, row[at + 1].confidence) if beside else None


def _cut(text: str, labels: Collection[str]) -> str:
    """The text up to the next label in it, without the colon and dashes around it."""
    ends = [at for at in (text.find(label) for label in labels) if at >= 0]
    return text[: min(ends, default=len(text))].strip(_LABEL_TAIL)


def _inside_longer_label(text: str, start: int, label: str, labels: Collection[str]) -> bool:
    """True for the 姓名 inside 户主姓名, when both are labels of the document."""
    return any(
        longer != label and label in longer and text[max(0, start - longer.find(label)) :].startswith(longer)
        for longer in labels
    )


def _straightened(lines: tuple[TextLine, ...]) -> list[Cell]:
    slant = _common_slant(lines)
    return [_cell(line, slant) for line in lines]


def _common_slant(lines: tuple[TextLine, ...]) -> float:
    """The median angle of the writing in radians, each line counted by its length."""
    angles = sorted((_angle(line), line.width) for line in lines)
    half = sum(width for _, width in angles) / 2
    for angle, width in angles:
        half -= width
        if half <= 0:
            return angle
    return 0.0


def _angle(line: TextLine) -> float:
    (left, top), (right, other_top) = line.quad[0], line.quad[1]
    return math.atan2(other_top - top, right - left)


def _cell(line: TextLine, slant: float) -> Cell:
    cos, sin = math.cos(slant), math.sin(slant)
    across = [x * cos + y * sin for x, y in line.quad]
    down = [y * cos - x * sin for x, y in line.quad]
    return Cell(
        without_spaces(line.text), line.confidence, min(across), max(across), sum(down) / 4, line.height
    )


def _rows(cells: list[Cell]) -> Iterator[Row]:
    """Cells whose middles lie within half a line's height of the row's first cell belong together."""
    row: list[Cell] = []
    for cell in sorted(cells, key=lambda c: c.middle):
        if row and cell.middle - row[0].middle > 0.5 * min(cell.height, row[0].height):
            yield tuple(sorted(row, key=lambda c: c.left))
            row = []
        row.append(cell)
    if row:
        yield tuple(sorted(row, key=lambda c: c.left))
