"""What each document says, one module per document or family; `read_fields` picks the module by kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from materials.documents import bank_card, certificates, household, id_card
from materials.model import DocumentKind, FieldName, KindGuess, ReadField
from materials.page import Page
from materials.rules import PhotoRules

Reading = tuple[ReadField, ...]
# What a page of this kind must yield to count as read: each entry is one need, any of its names meets it.
Needs = tuple[frozenset[FieldName], ...]

_READERS: Mapping[DocumentKind, Callable[[Page, PhotoRules], Reading]] = {
    DocumentKind.ID_CARD_FRONT: id_card.read_front,
    DocumentKind.ID_CARD_BACK: id_card.read_back,
    DocumentKind.HOUSEHOLD_REGISTER: household.read,
    DocumentKind.BANK_CARD: bank_card.read,
    DocumentKind.MARRIAGE_CERTIFICATE: certificates.read_marriage,
    DocumentKind.BIRTH_CERTIFICATE: certificates.read_birth,
    DocumentKind.DISABILITY_CERTIFICATE: certificates.read_disability,
    DocumentKind.PROPERTY_CERTIFICATE: certificates.read_property,
    DocumentKind.BUSINESS_LICENCE: certificates.read_licence,
}

_NEEDS: Mapping[DocumentKind, Needs] = {
    DocumentKind.ID_CARD_FRONT: id_card.FRONT_NEEDS,
    DocumentKind.ID_CARD_BACK: id_card.BACK_NEEDS,
    DocumentKind.HOUSEHOLD_REGISTER: household.NEEDS,
    DocumentKind.BANK_CARD: bank_card.NEEDS,
    DocumentKind.MARRIAGE_CERTIFICATE: certificates.MARRIAGE_NEEDS,
    DocumentKind.BIRTH_CERTIFICATE: certificates.BIRTH_NEEDS,
    DocumentKind.DISABILITY_CERTIFICATE: certificates.DISABILITY_NEEDS,
    DocumentKind.PROPERTY_CERTIFICATE: certificates.PROPERTY_NEEDS,
    DocumentKind.BUSINESS_LICENCE: certificates.LICENCE_NEEDS,
}


def read_fields(guess: KindGuess, page: Page, rules: PhotoRules) -> Reading:
    """Every field the page yields. Health papers, forms and letters yield none: least data."""
    return tuple(
        found
        for kind in (guess.kind, *guess.also)
        if kind in _READERS
        for found in _READERS[kind](page, rules)
    )


def missing(kind: DocumentKind, fields: Reading) -> tuple[FieldName, ...]:
    """The fields a page of this kind must show and does not, the first name of each need standing for it."""
    have = {found.name for found in fields}
    order = list(FieldName)
    return tuple(min(need, key=order.index) for need in _NEEDS.get(kind, ()) if need.isdisjoint(have))


def has_needs(kind: DocumentKind) -> bool:
    """Whether completeness can be judged for this kind at all."""
    return kind in _NEEDS
