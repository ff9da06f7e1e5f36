"""What the workshop says about a photograph: the nouns that leave this room."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class ImageFormat(StrEnum):
    """图片格式: the four formats that are opened; the value is the name of Pillow's reader."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WEBP"
    HEIC = "HEIF"


class DocumentKind(StrEnum):
    """证件种类: what a page shows: the catalogue's material kinds, the ID card split by side."""

    ID_CARD_FRONT = "id_card_front"
    ID_CARD_BACK = "id_card_back"
    HOUSEHOLD_REGISTER = "household_register"
    MARRIAGE_CERTIFICATE = "marriage_certificate"
    BIRTH_CERTIFICATE = "birth_certificate"
    DEATH_CERTIFICATE = "death_certificate"
    DISABILITY_CERTIFICATE = "disability_certificate"
    PROPERTY_CERTIFICATE = "property_certificate"
    BANK_CARD = "bank_card"
    BUSINESS_LICENCE = "business_licence"
    MEDICAL_RECORD = "medical_record"
    CONTRACT = "contract"
    CERTIFICATE = "certificate"
    FORM = "form"
    PHOTO = "photo"
    OTHER = "other"
    UNKNOWN = "unknown"


class FieldName(StrEnum):
    """栏目: what can be read off a page."""

    ID_NUMBER = "id_number"
    NAME = "name"
    SEX = "sex"
    NATION = "nation"
    BIRTH_DATE = "birth_date"
    ADDRESS = "address"
    AUTHORITY = "authority"
    VALID_FROM = "valid_from"
    VALID_UNTIL = "valid_until"
    HOUSEHOLD_NUMBER = "household_number"
    HEAD_OF_HOUSEHOLD = "head_of_household"
    RELATION = "relation"
    CERTIFICATE_NUMBER = "certificate_number"
    REGISTERED_ON = "registered_on"
    BANK_NUMBER = "bank_number"
    CREDIT_CODE = "credit_code"
    COMPANY_NAME = "company_name"
    LEGAL_PERSON = "legal_person"
    DISABILITY_KIND = "disability_kind"
    DISABILITY_LEVEL = "disability_level"
    OWNER = "owner"
    LOCATION = "location"


class Trust(StrEnum):
    """可信程度: PROVED by a check digit that fits the rest of the page, else a person must look (请核对)."""

    PROVED = "proved"
    NEEDS_CHECK = "needs_check"


class Verdict(StrEnum):
    """质量结论: usable, better taken again, or for a clerk's eyes."""

    GOOD = "good"
    RETAKE = "retake"
    ASK_PERSON = "ask_person"


class Reason(StrEnum):
    """原因: the one thing said about a photograph; its sentence is in `wording.json`."""

    ALL_READ = "all_read"
    READ_CHECK_CLOSELY = "read_check_closely"
    RECEIVED = "received"
    PORTRAIT_RECEIVED = "portrait_received"
    TOO_DARK = "too_dark"
    GLARE = "glare"
    BLURRED = "blurred"
    CUT_OFF = "cut_off"
    TOO_FAR = "too_far"
    FIELDS_MISSING = "fields_missing"
    WRONG_DOCUMENT = "wrong_document"
    UNSURE_KIND = "unsure_kind"
    NO_TEXT = "no_text"


@dataclass(frozen=True, slots=True)
class ReadField:
    """栏目值: one value read off the page; `confidence` is the reader's own, 0 to 1. Never shown by repr."""

    name: FieldName
    value: str = field(repr=False)
    trust: Trust
    confidence: float


@dataclass(frozen=True, slots=True)
class KindGuess:
    """种类判断: what the page shows and how sure that is, 0 to 1; `also` are other kinds on the same page."""

    kind: DocumentKind
    confidence: float
    also: tuple[DocumentKind, ...] = ()


@dataclass(frozen=True, slots=True)
class Metrics:
    """画面指标, measured on a copy of 1024 px.

    `sharpness`: Laplacian variance of the sharpest tenth of the tiles. `brightness`: mean grey level.
    `highlight`: 95th percentile of grey. `glare`: share of the frame in the largest burnt-out patch, 0 on
    paper copies.
    """

    sharpness: float
    brightness: float
    highlight: float
    glare: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """质量判断: a verdict, its one reason, and that reason as a person hears it."""

    verdict: Verdict
    reason: Reason
    sentence: str
    next_step: str


@dataclass(frozen=True, slots=True)
class PhotoReading:
    """照片读取结果: the clean page and everything said about it.

    `page` is an upright JPEG of at most 2000 px without any metadata; `masked` is a smaller JPEG of it
    whose numbers are covered. `turned` is the clockwise turn in degrees made beyond the camera's own
    orientation mark.
    """

    page: bytes = field(repr=False)
    masked: bytes = field(repr=False)
    width: int
    height: int
    turned: int
    source_format: ImageFormat
    kind: KindGuess
    fields: tuple[ReadField, ...]
    metrics: Metrics
    judgement: Judgement

    def value(self, name: FieldName) -> str | None:
        """The first value read under that name, or None."""
        return next((f.value for f in self.fields if f.name is name), None)


class Refusal(StrEnum):
    """拒收: the stable codes of a photograph that cannot be taken in."""

    NOT_AN_IMAGE = "photo_not_an_image"
    TOO_LARGE = "photo_too_large"
    TOO_SMALL = "photo_too_small"
    UNREADABLE_FILE = "photo_unreadable_file"
    FORMAT_UNSUPPORTED = "photo_format_unsupported"
    BUSY = "photo_busy"


class PhotoRefused(Exception):
    """拒收: an answer, not a fault. `code` is stable; `wording.json` has its words and next step."""

    def __init__(self, code: Refusal) -> None:
        super().__init__(code.value)
        self.code = code


class PhotoFault(Exception):
    """A fault of the workshop itself. The message names places in the code only, never what a page says."""
