"""Pieces that more than one document has."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from materials.chinese import simplified
from materials.model import DocumentKind, FieldName, ReadField, Trust
from materials.numbers import id_numbers_in
from materials.page import Cell, Found, Page
from materials.rules import PhotoRules

_HAN_NAME = re.compile(
    r"[\u3400-\u9fff\U00020000-\U0003ffff]{2,4}|[\u3400-\u9fff]{1,12}(?:·[\u3400-\u9fff]{1,12})+"
)
_DATE = re.compile(r"(\d{4})[年.\-/](\d{1,2})[月.\-/](\d{1,2})日?")


def to_check(name: FieldName, found: Found | None) -> tuple[ReadField, ...]:
    """A field that a person has to confirm; nothing when nothing was found."""
    return (ReadField(name, found.text, Trust.NEEDS_CHECK, found.confidence),) if found and found.text else ()


def as_name(found: Found | None) -> Found | None:
    """A person's name, of two Han characters or more. Traditional forms may be meant, so they stay."""
    if found is None:
        return None
    text = re.sub(r"[•・‧∙.]", "·", found.text)
    return Found(text, found.confidence) if _HAN_NAME.fullmatch(text) else None


def as_plain(found: Found | None) -> Found | None:
    """Text in simplified characters, stray strokes at its ends removed."""
    return Found(simplified(found.text).strip("-—_|·.,，。:：'\"“”"), found.confidence) if found else None


def as_date(found: Found | None) -> Found | None:
    """A date as ISO text, from 2020年1月2日 or 2020.01.02."""
    match = _DATE.search(found.text) if found else None
    if found is None or match is None:
        return None
    year, month, day = match.groups()
    return Found(f"{year}-{int(month):02}-{int(day):02}", found.confidence)


@dataclass(frozen=True, slots=True)
class LabelledPage:
    """带栏目名的页面: a page and the labels (in `labels.json`) that are printed on a document of its kind."""

    page: Page
    labels: tuple[str, ...]

    @classmethod
    def of(cls, page: Page, kind: DocumentKind) -> LabelledPage:
        """The page, read as a document of that kind."""
        return cls(page, _labels()[kind])

    def after(self, *spellings: str) -> Found | None:
        """The value behind the first of several spellings of a label."""
        return next((found for label in spellings if (found := self.page.after(label, self.labels))), None)


@cache
def _labels() -> dict[DocumentKind, tuple[str, ...]]:
    table = json.loads(files("materials.documents").joinpath("labels.json").read_text(encoding="utf-8"))
    return {DocumentKind(kind): tuple(labels) for kind, labels in table.items()}


def id_number_fields(page: Page, rules: PhotoRules) -> tuple[ReadField, ...]:
    """Every valid ID number of the page, each once, proved by its check digit, date and region."""
    seen: dict[str, Cell] = {}
    for cell in page.cells:
        for number in id_numbers_in(cell.text, rules.demo_prefixes):
            seen.setdefault(number.value, cell)
    return tuple(
        ReadField(FieldName.ID_NUMBER, value, Trust.PROVED, cell.confidence) for value, cell in seen.items()
    )
