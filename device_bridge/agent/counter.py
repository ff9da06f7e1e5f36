"""What is on the counter now, and what each act at the counter makes of it. Pure: no disk, no clock, no line.

The one rule that matters here is that pages belong to a person. Pages are taken only while a card reading
stands, they leave with the case they were opened for, and a visit nobody has touched for a while is over:
the next person's case must never receive the paper of the one before. Between 收件 and the server's answer
the visit is closed but kept, so that a mistyped service code costs a word and not a second round of scanning.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypedDict
from uuid import UUID

from device_bridge.wire import CardRead, Event, IdCardReading, PageCaptured, WalkInOpened

if TYPE_CHECKING:
    from device_bridge.agent.drivers.watch_folder.folder import PageTaken

VISIT_ENDS_AFTER: Final = timedelta(minutes=30)
MAX_PAGES: Final = 60


class Objection(StrEnum):
    """Why an act makes no sense at this counter now; each is a sentence on the console."""

    NOBODY_HERE = "nobody_here"
    BEING_OPENED = "being_opened"
    PAGE_REPEATED = "page_repeated"
    TOO_MANY_PAGES = "too_many_pages"


class NotNow(Exception):
    """The act is refused here at the counter and never reaches the server."""

    def __init__(self, objection: Objection) -> None:
        """Carry the objection."""
        super().__init__(objection.value)
        self.objection = objection


@dataclass(frozen=True, slots=True)
class Post:
    """岗位: where this agent stands."""

    hall: str
    counter: str


@dataclass(frozen=True, slots=True)
class Stamp:
    """The id and the instant of the event about to be made."""

    event_id: UUID
    now: datetime


@dataclass(frozen=True, slots=True)
class PageMark:
    """A page already captured in this visit."""

    page_id: UUID
    sha256: str


@dataclass(frozen=True, slots=True)
class Visit:
    """到访: the person now at the counter, the pages captured for them, and the opening under way, if any."""

    card: UUID
    number: str = field(repr=False)
    touched_at: datetime
    pages: tuple[PageMark, ...] = ()
    opening: UUID | None = None

    def to_json(self) -> str:
        """Return the form the spool keeps, which it seals."""
        pages = [[str(page.page_id), page.sha256] for page in self.pages]
        kept = {
            "card": str(self.card),
            "number": self.number,
            "touched_at": self.touched_at.isoformat(),
            "pages": pages,
            "opening": None if self.opening is None else str(self.opening),
        }
        return json.dumps(kept)

    @classmethod
    def from_json(cls, kept: str) -> Visit:
        """Return the visit ``to_json`` wrote."""
        raw = json.loads(kept)
        pages = tuple(PageMark(UUID(page_id), sha256) for page_id, sha256 in raw["pages"])
        opening = None if raw["opening"] is None else UUID(raw["opening"])
        touched_at = datetime.fromisoformat(raw["touched_at"])
        return cls(UUID(raw["card"]), raw["number"], touched_at, pages, opening)


@dataclass(frozen=True, slots=True)
class Letter:
    """An event on its way to the server, and the image that travels with a page."""

    event: Event
    enclosure: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Step:
    """What an act leaves behind: who is at the counter now, and the letter to send."""

    visit: Visit | None
    letter: Letter


def read_card(
    visit: Visit | None, reading: IdCardReading, photo: bytes | None, post: Post, stamp: Stamp
) -> Step:
    """Put the card's holder at the counter; the same holder, put on the reader again, keeps their pages."""
    event = CardRead(**_envelope(post, stamp), holder=reading, photo_wlt=photo)
    current = _standing(visit, stamp)
    stays = current is not None and current.number == reading.number and current.opening is None
    pages = current.pages if current is not None and stays else ()
    return Step(Visit(stamp.event_id, reading.number, stamp.now, pages), Letter(event))


def capture_page(visit: Visit | None, page: PageTaken, post: Post, stamp: Stamp) -> Step:
    """Give a page to the person at the counter, or raise ``NotNow``; the page's id is the event's."""
    current = _present(visit, stamp)
    if any(mark.sha256 == page.sha256 for mark in current.pages):
        raise NotNow(Objection.PAGE_REPEATED)
    if len(current.pages) >= MAX_PAGES:
        raise NotNow(Objection.TOO_MANY_PAGES)
    event = PageCaptured(
        **_envelope(post, stamp),
        card=current.card,
        sequence=len(current.pages) + 1,
        sha256=page.sha256,
        media_type=page.media_type,
    )
    pages = (*current.pages, PageMark(stamp.event_id, page.sha256))
    return Step(replace(current, touched_at=stamp.now, pages=pages), Letter(event, page.image))


def open_walk_in(visit: Visit | None, service_code: str, post: Post, stamp: Stamp) -> Step:
    """Ask for a case for the person at the counter, or raise ``NotNow``; ``settle`` hears the answer."""
    current = _present(visit, stamp)
    pages = tuple(mark.page_id for mark in current.pages)
    event = WalkInOpened(**_envelope(post, stamp), card=current.card, service_code=service_code, pages=pages)
    return Step(replace(current, touched_at=stamp.now, opening=stamp.event_id), Letter(event))


def settle(visit: Visit | None, event_id: UUID, *, accepted: bool) -> Visit | None:
    """Return who is at the counter after an answer: once a case was opened nobody, once refused the same."""
    if visit is None or visit.opening != event_id:
        return visit
    return None if accepted else replace(visit, opening=None)


def _standing(visit: Visit | None, stamp: Stamp) -> Visit | None:
    if visit is None or stamp.now - visit.touched_at > VISIT_ENDS_AFTER:
        return None
    return visit


def _present(visit: Visit | None, stamp: Stamp) -> Visit:
    current = _standing(visit, stamp)
    if current is None:
        raise NotNow(Objection.NOBODY_HERE)
    if current.opening is not None:
        raise NotNow(Objection.BEING_OPENED)
    return current


class _Envelope(TypedDict):
    event_id: UUID
    happened_at: datetime
    hall: str
    counter: str


def _envelope(post: Post, stamp: Stamp) -> _Envelope:
    return {"event_id": stamp.event_id, "happened_at": stamp.now, "hall": post.hall, "counter": post.counter}
