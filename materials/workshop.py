"""One photograph, start to end: sniff, open, look, read, turn, recognise, judge, clean, mask."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

from materials.documents import missing, read_fields
from materials.judging import Evidence, judge
from materials.kinds import is_loose, recognise
from materials.looking import measure
from materials.masking import masked_page
from materials.model import DocumentKind, ImageFormat, KindGuess, PhotoReading, ReadField
from materials.ocr import CLOSER_LOOK, FIRST_LOOK, Sighting, TextReader
from materials.opening import as_jpeg, open_photo
from materials.rules import PhotoRules
from materials.sniffing import sniff

_TURNS = {
    90: Image.Transpose.ROTATE_270,  # Pillow counts against the clock
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}
# Below this, "unknown" still had some of a known document's words on it.
_NOTHING_KNOWN = 0.85


@dataclass(frozen=True, slots=True)
class _Look:
    """One reading of the whole frame and what it amounts to."""

    sighting: Sighting
    guess: KindGuess
    fields: tuple[ReadField, ...]

    @property
    def worth(self) -> tuple[int, bool]:
        """More fields first, then a known kind."""
        return len(self.fields), self.guess.kind is not DocumentKind.UNKNOWN


def read_photo(
    content: bytes, reader: TextReader, rules: PhotoRules, *, expected_kind: str | None
) -> PhotoReading:
    """Everything this room says about a photograph; raises `PhotoRefused`. Opens hostile bytes: worker
    process only.
    """
    source_format = sniff(content)
    picture = open_photo(content, source_format, rules)
    best = _best_look(picture, reader, rules, expected_kind)
    turn = best.sighting.turn
    return _reading(
        picture.transpose(_TURNS[turn]) if turn else picture, source_format, best, rules, expected_kind
    )


def _best_look(picture: Image.Image, reader: TextReader, rules: PhotoRules, expected: str | None) -> _Look:
    """A first look; a closer one when that leaves something to find, kept when it found more."""
    first = _look(picture, reader, rules, expected, FIRST_LOOK)
    if not _leaves_something(first, expected):
        return first
    return max(first, _look(picture, reader, rules, expected, CLOSER_LOOK), key=lambda look: look.worth)


def _look(
    picture: Image.Image, reader: TextReader, rules: PhotoRules, expected: str | None, side: int
) -> _Look:
    sighting = reader.read(picture, side)
    guess = recognise(sighting.page, expected)
    return _Look(sighting, guess, read_fields(guess, sighting.page, rules))


def _leaves_something(look: _Look, expected: str | None) -> bool:
    if not look.sighting.page.lines or look.guess.kind is DocumentKind.PHOTO:
        return False
    if look.guess.kind is not DocumentKind.UNKNOWN:
        return bool(missing(look.guess.kind, look.fields))
    return look.guess.confidence < _NOTHING_KNOWN or (expected is not None and not is_loose(expected))


def _reading(
    upright: Image.Image, source_format: ImageFormat, look: _Look, rules: PhotoRules, expected: str | None
) -> PhotoReading:
    metrics, page = measure(upright), look.sighting.page
    masked = masked_page(upright, page, look.guess, rules.masked_side)
    return PhotoReading(
        page=as_jpeg(upright, rules.jpeg_quality),
        masked=as_jpeg(masked, rules.jpeg_quality),
        width=upright.width,
        height=upright.height,
        turned=look.sighting.turn,
        source_format=source_format,
        kind=look.guess,
        fields=look.fields,
        metrics=metrics,
        judgement=judge(Evidence(metrics, page, look.guess, look.fields, upright.size, expected)),
    )
