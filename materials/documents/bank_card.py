"""银行卡: the number, proved by its last digit. Expiry and holder are not kept: nothing here needs them."""

from __future__ import annotations

from materials.model import FieldName, ReadField, Trust
from materials.numbers import bank_number_in
from materials.page import Page
from materials.rules import PhotoRules

NEEDS = (frozenset({FieldName.BANK_NUMBER}),)


def read(page: Page, _rules: PhotoRules) -> tuple[ReadField, ...]:
    """The card's number, gathered from a row: embossed groups of four are read as separate lines."""
    for row in page.rows:
        number = bank_number_in("".join(cell.text for cell in row))
        if number is not None:
            sure = min(cell.confidence for cell in row)
            return (ReadField(FieldName.BANK_NUMBER, number, Trust.PROVED, sure),)
    return ()
