"""The typeface (字体) every paper is set in: shipped as a dependency, so that no machine prints empty boxes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Container
from importlib.resources import files
from pathlib import Path

_PACKAGE, _FILE = "pylopdf_fonts_zh_cn", "NotoSansSC-Regular.otf"
_OPENING, _CLOSING = "（《〈“‘「『【〔(", "，。、；：！？）》〉”’」』】〕…%,.;:!?)"
# What stays on one line: a number or Latin word, or one character, with the brackets and stops that belong to it.
_PIECE = re.compile(
    rf"[{re.escape(_OPENING)}]*(?:[0-9A-Za-z@/_+\-#*]+|\s|.)[{re.escape(_CLOSING)}]*", re.DOTALL
)


def noto_sans_sc() -> Path:
    """The file of Noto Sans SC: 30,890 characters, among them all of the 通用规范汉字表, under the OFL 1.1."""
    return Path(str(files(_PACKAGE) / _FILE))


def printable(text: str, glyphs: Container[int]) -> str:
    """The text with nothing in it that would print as an empty box.

    A letter the typeface lacks (a rare character in a name) is written as its code, 〔U+20BB7〕, so that it can be
    corrected by hand; other signs it lacks (emoji, controls, variation selectors) are left out.
    """
    return "".join(_printable(sign, glyphs) for sign in text.replace("\t", " "))


def _printable(sign: str, glyphs: Container[int]) -> str:
    category = unicodedata.category(sign)
    if sign == "\n" or (ord(sign) in glyphs and category[0] != "C"):
        return sign
    return f"〔U+{ord(sign):04X}〕" if category[0] == "L" else ""


def wrapped(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """The text as lines no wider than `width`, by Chinese habit: no line begins with a stop or a closing bracket or
    ends with an opening one, and numbers and Latin words stay whole unless they are wider than a line.
    """
    return [line for paragraph in text.split("\n") for line in _wrapped(paragraph, width, measure)]


def _wrapped(paragraph: str, width: float, measure: Callable[[str], float]) -> list[str]:
    lines, line = [], ""
    for piece in _PIECE.findall(paragraph):
        if measure(line + piece) <= width:
            line += piece
            continue
        if line.strip():
            lines.append(line.rstrip())
        *full, line = _chopped(piece.lstrip(), width, measure)
        lines += full
    return [*lines, line.rstrip()]


def _chopped(piece: str, width: float, measure: Callable[[str], float]) -> list[str]:
    parts = [""]
    for sign in piece:
        if parts[-1] and measure(parts[-1] + sign) > width:
            parts.append("")
        parts[-1] += sign
    return parts
