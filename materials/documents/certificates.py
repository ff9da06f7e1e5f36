"""Certificates with labelled lines: 结婚证, 出生医学证明, 残疾人证, 不动产权证, 营业执照."""

from __future__ import annotations

import re

from materials.documents.pieces import LabelledPage, as_date, as_name, as_plain, id_number_fields, to_check
from materials.model import DocumentKind, FieldName, ReadField, Trust
from materials.numbers import credit_code_in
from materials.page import Found, Page
from materials.rules import PhotoRules

Reading = tuple[ReadField, ...]

MARRIAGE_NEEDS = (frozenset({FieldName.ID_NUMBER, FieldName.CERTIFICATE_NUMBER}),)
BIRTH_NEEDS = (frozenset({FieldName.CERTIFICATE_NUMBER, FieldName.NAME}),)
DISABILITY_NEEDS = (frozenset({FieldName.ID_NUMBER}),)
PROPERTY_NEEDS = (frozenset({FieldName.CERTIFICATE_NUMBER}),)
LICENCE_NEEDS = (frozenset({FieldName.CREDIT_CODE}), frozenset({FieldName.COMPANY_NAME}))

_MARRIAGE_NUMBER = re.compile(r"[JL]\d{6}-?\d{4}-?\d{6}")
_BIRTH_NUMBER = re.compile(r"(?<![0-9A-Z])[A-Z]\d{9}(?!\d)")
_PROPERTY_NUMBER = re.compile(r"[\u4e00-\u9fff][(（]\d{4}[)）][\u4e00-\u9fff]{2,12}不动产权第\d{4,9}号")


def read_marriage(page: Page, rules: PhotoRules) -> Reading:
    """Both ID numbers (proved), the holder's name, the certificate's number and date."""
    labelled = LabelledPage.of(page, DocumentKind.MARRIAGE_CERTIFICATE)
    return (
        *id_number_fields(page, rules)[:2],
        *to_check(FieldName.NAME, as_name(labelled.after("持证人", "姓名"))),
        *to_check(FieldName.CERTIFICATE_NUMBER, _match(page, _MARRIAGE_NUMBER)),
        *to_check(FieldName.REGISTERED_ON, as_date(labelled.after("登记日期"))),
    )


def read_birth(page: Page, _rules: PhotoRules) -> Reading:
    """The child's name and the certificate's number; the parents' numbers are left on the page."""
    labelled = LabelledPage.of(page, DocumentKind.BIRTH_CERTIFICATE)
    return (
        *to_check(FieldName.NAME, as_name(labelled.after("新生儿姓名"))),
        *to_check(FieldName.CERTIFICATE_NUMBER, _match(page, _BIRTH_NUMBER)),
    )


def read_disability(page: Page, rules: PhotoRules) -> Reading:
    """The ID number inside the 20-digit certificate number, the name, kind and grade."""
    labelled = LabelledPage.of(page, DocumentKind.DISABILITY_CERTIFICATE)
    return (
        *id_number_fields(page, rules)[:1],
        *to_check(FieldName.NAME, as_name(labelled.after("姓名"))),
        *to_check(FieldName.DISABILITY_KIND, as_plain(labelled.after("残疾类别"))),
        *to_check(FieldName.DISABILITY_LEVEL, as_plain(labelled.after("残疾等级"))),
    )


def read_property(page: Page, _rules: PhotoRules) -> Reading:
    """The certificate's number, the owner and where the property lies."""
    labelled = LabelledPage.of(page, DocumentKind.PROPERTY_CERTIFICATE)
    return (
        *to_check(FieldName.CERTIFICATE_NUMBER, _match(page, _PROPERTY_NUMBER)),
        *to_check(FieldName.OWNER, as_plain(labelled.after("权利人"))),
        *to_check(FieldName.LOCATION, as_plain(labelled.after("坐落"))),
    )


def read_licence(page: Page, _rules: PhotoRules) -> Reading:
    """统一社会信用代码 (proved by GB 32100), name, and who answers for the business."""
    labelled = LabelledPage.of(page, DocumentKind.BUSINESS_LICENCE)
    code = next(((code, cell) for cell in page.cells if (code := credit_code_in(cell.text))), None)
    proved = (ReadField(FieldName.CREDIT_CODE, code[0], Trust.PROVED, code[1].confidence),) if code else ()
    legal_person = labelled.after("法定代表人", "经营者", "负责人")
    return (
        *proved,
        *to_check(FieldName.COMPANY_NAME, as_plain(labelled.after("名称"))),
        *to_check(FieldName.LEGAL_PERSON, as_name(legal_person)),
    )


def _match(page: Page, pattern: re.Pattern[str]) -> Found | None:
    """The first text of that shape in a cell."""
    return next(
        (Found(m[0], cell.confidence) for cell in page.cells if (m := pattern.search(cell.text))), None
    )
