"""居民身份证, both sides (GA 448 lays out the front: 姓名 性别 民族 出生 住址 公民身份号码)."""

from __future__ import annotations

import re
from dataclasses import replace

from intake.model.people import IdNumber, Sex
from materials.documents.pieces import LabelledPage, as_date, as_name, as_plain, id_number_fields, to_check
from materials.model import DocumentKind, FieldName, ReadField, Trust
from materials.page import Cell, Found, Page
from materials.rules import PhotoRules

FRONT_NEEDS = (
    frozenset({FieldName.ID_NUMBER}),
    frozenset({FieldName.NAME}),
    frozenset({FieldName.ADDRESS}),
)
BACK_NEEDS = (frozenset({FieldName.AUTHORITY}), frozenset({FieldName.VALID_UNTIL}))

_ADDRESS = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff0-9A-Za-z\-—()（）#、]{6,}")
_SWALLOWED_NUMBER = re.compile(r"\d{15,}[0-9Xx]?$|公民身份号码.*$|身份号码.*$")
_TERM = re.compile(r"(\d{4}[.\-/]?\d{2}[.\-/]?\d{2})\D{1,3}(\d{4}[.\-/]?\d{2}[.\-/]?\d{2}|长期)")
_LONG_TERM = "长期"
_SEX = {Sex.MALE: "男", Sex.FEMALE: "女"}


def read_front(page: Page, rules: PhotoRules) -> tuple[ReadField, ...]:
    """Number, name, sex, nation, birth date and address; a name is never taken without a person's look."""
    numbers = id_number_fields(page, rules)[:1]
    labelled = LabelledPage.of(page, DocumentKind.ID_CARD_FRONT)
    birth = as_date(labelled.after("出生"))
    return (
        *(_doubted_by_print(number, birth) for number in numbers),
        *to_check(FieldName.NAME, _name(labelled)),
        *_from_number(numbers, birth),
        *to_check(FieldName.NATION, as_plain(labelled.after("民族"))),
        *to_check(FieldName.ADDRESS, _address(labelled)),
    )


def read_back(page: Page, _rules: PhotoRules) -> tuple[ReadField, ...]:
    """Issuing authority and term; `valid_until` is an ISO date or 长期. The desk knows whether it passed."""
    labelled = LabelledPage.of(page, DocumentKind.ID_CARD_BACK)
    term = next(((m, cell) for cell in page.cells if (m := _TERM.search(cell.text))), None)
    return (
        *to_check(FieldName.AUTHORITY, as_plain(labelled.after("签发机关"))),
        *(_term_fields(*term) if term else ()),
    )


def _term_fields(term: re.Match[str], cell: Cell) -> tuple[ReadField, ...]:
    return (
        *to_check(FieldName.VALID_FROM, Found(_iso(term[1]), cell.confidence)),
        *to_check(FieldName.VALID_UNTIL, Found(_iso(term[2]), cell.confidence)),
    )


def _iso(text: str) -> str:
    digits = re.sub(r"\D", "", text)
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}" if text != _LONG_TERM else text


def _doubted_by_print(number: ReadField, birth: Found | None) -> ReadField:
    """One misread digit in eleven passes the check digit; the printed birth date then tells."""
    if birth is None or IdNumber(number.value).birth.isoformat() == birth.text:
        return number
    return replace(number, trust=Trust.NEEDS_CHECK)


def _from_number(numbers: tuple[ReadField, ...], birth: Found | None) -> tuple[ReadField, ...]:
    """Sex and birth date as the number has them: surer than the print. Without a number, the printed date."""
    if not numbers:
        return to_check(FieldName.BIRTH_DATE, birth)
    number = IdNumber(numbers[0].value)
    sure = numbers[0].confidence
    return (
        ReadField(FieldName.SEX, _SEX[number.sex], Trust.PROVED, sure),
        ReadField(FieldName.BIRTH_DATE, number.birth.isoformat(), Trust.PROVED, sure),
    )


def _name(labelled: LabelledPage) -> Found | None:
    """Behind 姓名 (or what is left of the label); else the row over 性别."""
    found = as_name(labelled.after("姓名", "姓", "名"))
    page = labelled.page
    below = page.row_of("性别")
    if found is None and below:
        above = page.rows[below - 1][-1]
        found = as_name(Found(above.text, above.confidence))
    return found


def _address(labelled: LabelledPage) -> Found | None:
    """The value behind 住址 and the rows under it that start in the same column, up to the number's row."""
    page, first = labelled.page, labelled.after("住址")
    start = page.row_of("住址")
    if start is None or first is None:
        return None
    head = next(cell for cell in page.rows[start] if first.text[:2] in cell.text)
    parts = [first]
    for row in page.rows[start + 1 :]:
        if any(
            "号码" in cell.text or "公民" in cell.text or _SWALLOWED_NUMBER.search(cell.text) for cell in row
        ):
            break
        parts += [Found(c.text, c.confidence) for c in row if head.left - c.height < c.left < head.right]
    text = _SWALLOWED_NUMBER.sub("", "".join(part.text.strip("-—_") for part in parts))
    plain = as_plain(Found(text, min(part.confidence for part in parts)))
    return plain if plain and _ADDRESS.fullmatch(plain.text) else None
