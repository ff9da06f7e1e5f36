"""A sheet (单据版面): A4 in large print, built from the top downwards, as long as what has to be said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Literal

from fpdf import FPDF
from fpdf.enums import TextMode
from fpdf.fonts import TTFFont

from intake.model.calendar import SHANGHAI
from papers.codes import qr_modules
from papers.typeface import noto_sans_sc, printable, wrapped

# People of seventy read these without glasses, or have them read aloud: nothing but the footer is below 12 points.
_TITLE, _BODY, _SMALL = 22, 13, 10
_LEADING = 1.5
_MM_PER_POINT = 25.4 / 72
_MARGIN, _FOOT = 20, 22
_PAD = 1.8
_GREY, _RULE = 90, 170
_QR = 30
_HAIR = 0.03
_BOLD = 0.013  # millimetres of outline per point of size
_FACE = "face"


@dataclass(frozen=True, slots=True)
class Column:
    """A table's column: its heading and its share of the width."""

    heading: str
    share: float


class Sheet:
    """One paper in the making. Every text goes through `printable`; what does not fit a page goes on to the next.

    `font` replaces the shipped typeface, for a county that must print in one of its own.
    """

    def __init__(self, title: str, office: str, at: datetime, *, font: Path | None = None) -> None:
        self._pdf = _Pages(office)
        self._pdf.set_in(font or noto_sans_sc())
        self._pdf.set_title(title)
        self._pdf.set_author(office)
        self._pdf.set_lang("zh-CN")
        self._pdf.set_creation_date(at.astimezone(SHANGHAI))
        self._pdf.add_page()
        self._width = self._pdf.epw
        self._centred(office, _BODY)
        self._centred(title, _TITLE, strong=True)
        self._pdf.ln(3)

    def facts(self, rows: Sequence[tuple[str, str]], *, code: str = "") -> None:
        """Labels and values, one per row; `code` puts a QR code to their right. Rows without a value are left out."""
        top, page = self._pdf.get_y(), self._pdf.page
        beside = _QR + 4 if code else 0
        label = max((self._measure(name, _BODY) for name, value in rows if value), default=0) + 4
        for name, value in rows:
            if value:
                self._fact(name, value, label, self._width - label - beside)
        if code:
            self._code(code, top)
            if self._pdf.page == page:
                self._pdf.set_y(max(self._pdf.get_y(), top + _QR + 2))
        self._pdf.ln(2)

    def heading(self, text: str) -> None:
        """A heading, kept together with the lines that follow it."""
        self._room(4 * _line(_BODY))
        self._pdf.ln(2)
        self._lines(text, _BODY + 1, strong=True)
        self._pdf.ln(1)

    def paragraph(self, text: str) -> None:
        """A paragraph over the full width; a line break in the text is one on paper."""
        self._lines(text, _BODY)
        self._pdf.ln(1.5)

    def steps(self, texts: Sequence[str]) -> None:
        """What to do, numbered; empty ones are left out."""
        for number, text in enumerate((text for text in texts if text), start=1):
            self._fact(f"{number}.", text, 8, self._width - 8, grey=False)

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        """A ruled table; its headings are repeated on every page it reaches, and no row is torn apart that fits one."""
        widths = [self._width * column.share / sum(c.share for c in columns) for column in columns]
        headings = [column.heading for column in columns]
        self._row(headings, widths, strong=True)
        for row in rows:
            if self._row_height(row, widths) > self._left():
                self._pdf.add_page()
                self._row(headings, widths, strong=True)
            self._row(row, widths)
        self._pdf.ln(2)

    def signature(self, lines: Sequence[str]) -> None:
        """Who issued the paper and when, at the right, never alone on a page without need."""
        self._room(len(lines) * _line(_BODY) + 6)
        self._pdf.ln(6)
        for text in lines:
            self._write(text, self._pdf.l_margin, self._width, _BODY, align="R")

    def finished(self) -> bytes:
        """The paper as a PDF with its typeface embedded."""
        return bytes(self._pdf.output())

    def _fact(self, name: str, value: str, label: float, width: float, *, grey: bool = True) -> None:
        lines = self._fit(value, width, _BODY)
        self._room(_line(_BODY) * min(len(lines), 4))
        left = self._pdf.l_margin
        for number, line in enumerate(lines):
            self._room(_line(_BODY))
            top = self._pdf.get_y()
            if number == 0:
                self._write(name, left, label, _BODY, grey=_GREY if grey else 0)
                self._pdf.set_y(top)
            self._write(line, left + label, width, _BODY)

    def _row(self, cells: Sequence[str], widths: Sequence[float], *, strong: bool = False) -> None:
        """One row; a row taller than a page goes on over as many as it needs."""
        columns = [
            self._fit(cell, width - 2 * _PAD, _BODY) for cell, width in zip(cells, widths, strict=True)
        ]
        todo = max(map(len, columns))
        done = 0
        while done < todo:
            self._room(_line(_BODY) + 2 * _PAD)
            take = min(todo - done, max(1, int((self._left() - 2 * _PAD) / _line(_BODY))))
            self._boxes([column[done : done + take] for column in columns], widths, take, strong=strong)
            done += take

    def _boxes(
        self, columns: Sequence[Sequence[str]], widths: Sequence[float], lines: int, *, strong: bool
    ) -> None:
        top, left = self._pdf.get_y(), self._pdf.l_margin
        height = lines * _line(_BODY) + 2 * _PAD
        self._pdf.set_draw_color(_RULE)
        for column, width in zip(columns, widths, strict=True):
            self._pdf.rect(left, top, width, height)
            self._pdf.set_y(top + _PAD)
            for text in column:
                self._write(text, left + _PAD, width - 2 * _PAD, _BODY, strong=strong)
            left += width
        self._pdf.set_y(top + height)

    def _row_height(self, cells: Sequence[str], widths: Sequence[float]) -> float:
        lines = (len(self._fit(c, w - 2 * _PAD, _BODY)) for c, w in zip(cells, widths, strict=True))
        return max(lines) * _line(_BODY) + 2 * _PAD

    def _code(self, text: str, top: float) -> None:
        """A QR code at the right margin, drawn as rectangles: sharp on every printer, and no picture library."""
        modules = qr_modules(text)
        size = _QR / len(modules)
        left = self._pdf.l_margin + self._width - _QR
        self._pdf.set_fill_color(0)
        for down, row in enumerate(modules):
            for across, length in _runs(row):
                # A hair taller than a module: between rows that merely touch, viewers leave a grey seam.
                at = (left + across * size, top + down * size)
                self._pdf.rect(*at, length * size, size + _HAIR, style="F")

    def _lines(self, text: str, size: int, *, strong: bool = False) -> None:
        for line in self._fit(text, self._width, size):
            self._room(_line(size))
            self._write(line, self._pdf.l_margin, self._width, size, strong=strong)

    def _centred(self, text: str, size: int, *, strong: bool = False) -> None:
        for line in self._fit(text, self._width, size):
            self._write(line, self._pdf.l_margin, self._width, size, align="C", strong=strong)

    def _write(
        self,
        line: str,
        left: float,
        width: float,
        size: int,
        *,
        align: Literal["L", "C", "R"] = "L",
        strong: bool = False,
        grey: int = 0,
    ) -> None:
        self._pdf.set_font(_FACE, size=size)
        self._pdf.set_text_color(grey)
        self._pdf.set_x(left)
        # A second file for bold would double what is shipped: outlining the same letters reads as well.
        mode = TextMode.FILL_STROKE if strong else TextMode.FILL
        with self._pdf.local_context(text_mode=mode, line_width=size * _BOLD, draw_color=grey):
            self._pdf.cell(width, _line(size), self._clean(line), align=align)
        self._pdf.set_y(self._pdf.get_y() + _line(size))

    def _fit(self, text: str, width: float, size: int) -> list[str]:
        return wrapped(self._clean(text), width, lambda line: self._measure(line, size))

    def _measure(self, text: str, size: int) -> float:
        self._pdf.set_font(_FACE, size=size)
        return float(self._pdf.get_string_width(text)) + 2 * self._pdf.c_margin

    def _clean(self, text: str) -> str:
        return printable(text, self._pdf.glyphs)

    def _left(self) -> float:
        return float(self._pdf.page_break_trigger - self._pdf.get_y())

    def _room(self, height: float) -> None:
        if height > self._left():
            self._pdf.add_page()


class _Pages(FPDF):
    """A4 pages with the office and the page's number at the foot."""

    def __init__(self, office: str) -> None:
        super().__init__(format="A4")
        self.glyphs: frozenset[int] = frozenset()
        self._office = office
        self.set_margin(_MARGIN)
        self.set_auto_page_break(auto=False, margin=_FOOT)

    def set_in(self, font: Path) -> None:
        """Set everything in this font file from now on."""
        self.add_font(_FACE, fname=font)
        face = self.fonts[_FACE]
        self.glyphs = frozenset(face.cmap) if isinstance(face, TTFFont) else frozenset()

    def footer(self) -> None:
        """The office at the left, the page's number at the right."""
        self.set_y(-_FOOT + 6)
        self.set_font(_FACE, size=_SMALL)
        self.set_text_color(_GREY)
        self.cell(self.epw - 26, 5, printable(self._office, self.glyphs))
        # Set from its left: the number of pages is filled in last, and a line set from its right would stand askew.
        self.cell(26, 5, f"第{self.page_no()}页 共{{nb}}页")


def _runs(row: Sequence[bool]) -> list[tuple[int, int]]:
    """Where the dark stretches of a row begin, and how long they are."""
    stretches = groupby(enumerate(row), key=lambda module: module[1])
    dark = ([place for place, _ in found] for is_dark, found in stretches if is_dark)
    return [(places[0], len(places)) for places in dark]


@cache
def _line(size: int) -> float:
    return size * _LEADING * _MM_PER_POINT
