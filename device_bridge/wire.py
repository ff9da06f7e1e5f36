"""What a counter machine and the county's server say to each other: typed, versioned JSON.

Both ends import this module, so a field exists in exactly one place; it needs the standard library only.
Fields it does not know are ignored, so that either end may be newer; a message of another ``VERSION`` is
refused rather than half understood.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

VERSION: Final = 1
EVENTS_PATH: Final = "/api/v1/bridge/events"
PAGES_PATH: Final = "/api/v1/bridge/pages"
EVENT_HEADER: Final = "Bridge-Event"
"""Carries the JSON of a ``PageCaptured`` when its image travels as the request body."""

MAX_PAGE_BYTES: Final = 20 * 1024 * 1024
PAGE_TYPES: Final = frozenset({"image/jpeg", "image/png", "image/tiff", "image/bmp", "application/pdf"})
_MAX_TEXT = 200
_MAX_PAGES = 60
_MAX_PHOTO_BYTES = 4096
_SHA256 = re.compile(r"[0-9a-f]{64}")
_CODE = re.compile(r"[A-Za-z0-9._:-]{1,64}")

Value = TypeVar("Value")


class UnintelligibleMessage(ValueError):
    """The message cannot be acted on; ``path`` names the field, and never quotes what it held."""

    def __init__(self, path: str, problem: str) -> None:
        """Name the field by its dotted path and say in English what is wrong with it."""
        super().__init__(f"{path}: {problem}")
        self.path = path
        self.problem = problem


class CardKind(StrEnum):
    """证件种类: which layout of GA 450 text block the card carried."""

    RESIDENT = "resident"
    HMT_RESIDENCE = "hmt_residence"
    FOREIGN_2017 = "foreign_2017"
    FOREIGN_2023 = "foreign_2023"


class Sex(StrEnum):
    """性别 as GB/T 2261.1 distinguishes it."""

    UNKNOWN = "unknown"
    MALE = "male"
    FEMALE = "female"
    UNSTATED = "unstated"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdCardReading:
    """身份证读数: what one card says about its holder; ``valid_to`` None means 长期 (no end).

    Only the kind appears in ``repr``: a reading that slips into a log line must not name anybody.
    """

    kind: CardKind
    number: str = field(repr=False)
    name: str = field(repr=False)
    sex: Sex = field(repr=False)
    birth: date = field(repr=False)
    valid_from: date = field(repr=False)
    valid_to: date | None = field(repr=False)
    nation: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    authority: str = field(default="", repr=False)
    latin_name: str = field(default="", repr=False)
    nationality: str = field(default="", repr=False)
    permit_number: str = field(default="", repr=False)
    issue_count: str = field(default="", repr=False)

    def valid_on(self, day: date) -> bool:
        """Tell whether the card was in force on ``day``, first and last day included."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened at one counter; ``event_id`` is its idempotency key, made once."""

    event_id: UUID
    happened_at: datetime
    hall: str
    counter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRead(Event):
    """已读卡: a person put their card on the reader; from now on they are the one at this counter."""

    holder: IdCardReading
    photo_wlt: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCaptured(Event):
    """已拍页: one image of the document camera, for the person whose card reading is ``card``."""

    card: UUID
    sequence: int
    sha256: str
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkInOpened(Event):
    """已收件: the clerk opens a case for the holder of ``card`` with the pages captured so far, in order."""

    card: UUID
    service_code: str
    pages: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Accepted:
    """The server has it, now or from an earlier try; ``say`` is one sentence for the clerk."""

    say: str
    case_number: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The server will never take this event as it is; the clerk is told why and what to do."""

    code: str
    title: str
    next_step: str


def encode_event(event: Event) -> dict[str, Any]:
    """Return the JSON object of an event."""
    return {"v": VERSION, "kind": _KIND_OF[type(event)], **_envelope(event), **_BODIES[type(event)](event)}


def decode_event(message: object) -> Event:
    """Return the event a JSON object holds, or raise ``UnintelligibleMessage`` for the first wrong field."""
    fields = _Fields.of(message, "")
    if fields.raw.get("v") != VERSION:
        raise UnintelligibleMessage("v", f"this end speaks version {VERSION}")
    reader = _READERS.get(fields.text("kind"))
    if reader is None:
        raise UnintelligibleMessage("kind", "unknown kind of event")
    return reader(fields, fields.envelope())


def encode_answer(answer: Accepted) -> dict[str, str]:
    """Return the JSON object of an acceptance."""
    numbered = {} if answer.case_number is None else {"case_number": answer.case_number}
    return {"outcome": "accepted", "say": answer.say, **numbered}


def decode_answer(message: object) -> Accepted:
    """Return the acceptance a 2xx body holds, or raise ``UnintelligibleMessage``."""
    fields = _Fields.of(message, "")
    if fields.text("outcome") != "accepted":
        raise UnintelligibleMessage("outcome", "a 2xx answer must say accepted")
    return Accepted(
        say=fields.text("say", optional=True), case_number=fields.text("case_number", optional=True) or None
    )


def decode_problem(message: object) -> Refused:
    """Return the refusal a problem+json body holds; fields that are missing become empty."""
    raw = cast("Mapping[str, object]", message) if isinstance(message, dict) else {}
    code, title, next_step = (str(raw.get(key) or "")[:_MAX_TEXT] for key in ("code", "title", "next_step"))
    return Refused(code=code, title=title, next_step=next_step)


def encode_reading(reading: IdCardReading) -> dict[str, str | None]:
    """Return the JSON object of a card reading; days are ISO 8601, ``valid_to`` null is 长期."""
    texts = {name: str(getattr(reading, name)) for name in ("kind", "sex", *_READING_TEXTS)}
    until = None if reading.valid_to is None else reading.valid_to.isoformat()
    return {
        **texts,
        "birth": reading.birth.isoformat(),
        "valid_from": reading.valid_from.isoformat(),
        "valid_to": until,
    }


def _envelope(event: Event) -> dict[str, str]:
    return {
        "event_id": str(event.event_id),
        "happened_at": event.happened_at.isoformat(),
        "hall": event.hall,
        "counter": event.counter,
    }


def _card_read_body(event: CardRead) -> dict[str, Any]:
    photo = None if event.photo_wlt is None else base64.b64encode(event.photo_wlt).decode("ascii")
    return {"holder": encode_reading(event.holder), "photo_wlt": photo}


def _page_captured_body(event: PageCaptured) -> dict[str, Any]:
    return {
        "card": str(event.card),
        "sequence": event.sequence,
        "sha256": event.sha256,
        "media_type": event.media_type,
    }


def _walk_in_opened_body(event: WalkInOpened) -> dict[str, Any]:
    return {
        "card": str(event.card),
        "service_code": event.service_code,
        "pages": [str(page) for page in event.pages],
    }


@dataclass(frozen=True, slots=True)
class _Fields:
    """A JSON object read field by field, so that whatever is wrong is named by its path."""

    raw: Mapping[str, object]
    path: str

    @classmethod
    def of(cls, message: object, path: str) -> _Fields:
        if not isinstance(message, dict):
            raise UnintelligibleMessage(path or "$", "must be an object")
        return cls(cast("Mapping[str, object]", message), path)

    def at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def text(self, name: str, *, optional: bool = False) -> str:
        value = self.raw.get(name)
        if value is None and optional:
            return ""
        if not isinstance(value, str) or len(value) > _MAX_TEXT or (not value and not optional):
            raise UnintelligibleMessage(self.at(name), f"must be a text of 1 to {_MAX_TEXT} characters")
        return value

    def parsed(self, name: str, parse: Callable[[str], Value]) -> Value:
        text = self.text(name)
        try:
            return parse(text)
        except ValueError as malformed:
            raise UnintelligibleMessage(self.at(name), "is malformed") from malformed

    def code(self, name: str) -> str:
        return self.parsed(name, _as_code)

    def moment(self, name: str) -> datetime:
        return self.parsed(name, _as_moment)

    def whole(self, name: str, low: int, high: int) -> int:
        value = self.raw.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise UnintelligibleMessage(self.at(name), f"must be a whole number from {low} to {high}")
        return value

    def keys(self, name: str) -> tuple[UUID, ...]:
        values = self.raw.get(name)
        if not isinstance(values, list) or len(values) > _MAX_PAGES:
            raise UnintelligibleMessage(self.at(name), f"must be a list of at most {_MAX_PAGES} ids")
        texts = _Fields({str(place): value for place, value in enumerate(values)}, self.at(name))
        return tuple(texts.parsed(place, UUID) for place in texts.raw)

    def envelope(self) -> dict[str, Any]:
        return {
            "event_id": self.parsed("event_id", UUID),
            "happened_at": self.moment("happened_at"),
            "hall": self.code("hall"),
            "counter": self.code("counter"),
        }


def _as_code(text: str) -> str:
    if _CODE.fullmatch(text) is None:
        raise ValueError(text)
    return text


def _as_moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment


def _as_sha256(text: str) -> str:
    if _SHA256.fullmatch(text) is None:
        raise ValueError(text)
    return text


def _as_page_type(text: str) -> str:
    if text not in PAGE_TYPES:
        raise ValueError(text)
    return text


def _read_card_read(fields: _Fields, envelope: dict[str, Any]) -> CardRead:
    holder = _read_reading(_Fields.of(fields.raw.get("holder"), fields.at("holder")))
    return CardRead(**envelope, holder=holder, photo_wlt=_read_photo(fields))


def _read_photo(fields: _Fields) -> bytes | None:
    encoded = fields.raw.get("photo_wlt")
    if encoded is None:
        return None
    if not isinstance(encoded, str) or len(encoded) > _MAX_PHOTO_BYTES:
        raise UnintelligibleMessage(fields.at("photo_wlt"), "must be base64 of a card's photo")
    try:
        return base64.b64decode(encoded, validate=True)
    except ValueError as malformed:
        raise UnintelligibleMessage(fields.at("photo_wlt"), "must be base64 of a card's photo") from malformed


def _read_reading(fields: _Fields) -> IdCardReading:
    texts = {name: fields.text(name, optional=True) for name in _READING_TEXTS if name not in _READING_NEEDS}
    needed = {name: fields.text(name) for name in _READING_NEEDS}
    endless = fields.raw.get("valid_to") is None
    return IdCardReading(
        kind=fields.parsed("kind", CardKind),
        sex=fields.parsed("sex", Sex),
        birth=fields.parsed("birth", date.fromisoformat),
        valid_from=fields.parsed("valid_from", date.fromisoformat),
        valid_to=None if endless else fields.parsed("valid_to", date.fromisoformat),
        **needed,
        **texts,
    )


def _read_page_captured(fields: _Fields, envelope: dict[str, Any]) -> PageCaptured:
    return PageCaptured(
        **envelope,
        card=fields.parsed("card", UUID),
        sequence=fields.whole("sequence", 1, _MAX_PAGES),
        sha256=fields.parsed("sha256", _as_sha256),
        media_type=fields.parsed("media_type", _as_page_type),
    )


def _read_walk_in_opened(fields: _Fields, envelope: dict[str, Any]) -> WalkInOpened:
    return WalkInOpened(
        **envelope,
        card=fields.parsed("card", UUID),
        service_code=fields.code("service_code"),
        pages=fields.keys("pages"),
    )


_READING_NEEDS = ("number", "name")
_READING_TEXTS = (
    *_READING_NEEDS,
    "nation",
    "address",
    "authority",
    "latin_name",
    "nationality",
    "permit_number",
    "issue_count",
)
_KIND_OF: dict[type[Event], str] = {
    CardRead: "card_read",
    PageCaptured: "page_captured",
    WalkInOpened: "walk_in_opened",
}
_BODIES: dict[type[Event], Callable[[Any], dict[str, Any]]] = {
    CardRead: _card_read_body,
    PageCaptured: _page_captured_body,
    WalkInOpened: _walk_in_opened_body,
}
_READERS: dict[str, Callable[[_Fields, dict[str, Any]], Event]] = {
    "card_read": _read_card_read,
    "page_captured": _read_page_captured,
    "walk_in_opened": _read_walk_in_opened,
}
