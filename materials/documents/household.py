"""居民户口簿: the cover page of the household (户主页) and a member's card (常住人口登记卡)."""

from __future__ import annotations

import re

from materials.documents.pieces import LabelledPage, as_name, as_plain, id_number_fields, to_check
from materials.model import DocumentKind, FieldName, ReadField
from materials.page import Found, Page
from materials.rules import PhotoRules

NEEDS = (
    frozenset({FieldName.ID_NUMBER, FieldName.HOUSEHOLD_NUMBER}),
    frozenset({FieldName.NAME, FieldName.HEAD_OF_HOUSEHOLD}),
)

_RELATION = re.compile(r"户主|[\u4e00-\u9fff]{1,6}")
_HOUSEHOLD_NUMBER = re.compile(r"[0-9]{6,20}")


def read(page: Page, rules: PhotoRules) -> tuple[ReadField, ...]:
    """A member's number, name and relation, or the household's number, head and address."""
    labelled = LabelledPage.of(page, DocumentKind.HOUSEHOLD_REGISTER)
    return (
        *id_number_fields(page, rules)[:1],
        *to_check(FieldName.NAME, as_name(labelled.after("姓名"))),
        *to_check(FieldName.RELATION, _relation(labelled)),
        *to_check(FieldName.HOUSEHOLD_NUMBER, _household_number(labelled)),
        *to_check(FieldName.HEAD_OF_HOUSEHOLD, as_name(labelled.after("户主姓名"))),
        *to_check(FieldName.ADDRESS, as_plain(labelled.after("住址"))),
    )


def _relation(labelled: LabelledPage) -> Found | None:
    found = labelled.after("户主或与户主关系", "户主关系", "户主或与")
    return found if found and _RELATION.fullmatch(found.text) else None


def _household_number(labelled: LabelledPage) -> Found | None:
    found = labelled.after("户号")
    match = _HOUSEHOLD_NUMBER.search(found.text) if found else None
    return Found(match[0], found.confidence) if found and match else None
