"""The counter tray (收件盘): what lies on a counter between a person's card and their case."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from intake.model.case import Page, PageFacts
from intake.model.ids import (
    AccountCode,
    CardId,
    CaseId,
    CounterCode,
    Digest,
    EventId,
    HallCode,
    PageId,
    PersonId,
)
from intake.model.people import Door, Person

# So long a card nobody touches counts as its holder's; the agent on the counter PC ends a visit after the same time.
WAITS: Final = timedelta(minutes=30)
# Out of everybody's sight the machine's own opening may still find its card: the line may have gone down in between.
KEPT: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LaidCard:
    """盘中证件: one reading of a person's card by one machine; at a kiosk it lies on nobody's counter.

    It lies there until a case is opened, another person's card takes its place, or nobody touches it for half an hour.
    All instants are the server's: the clock of a counter PC may be hours off, and a card that never shows would be
    worse than one that shows late.
    """

    id: CardId
    event: EventId
    device: AccountCode
    hall: HallCode
    counter: CounterCode | None
    person: PersonId
    read_at: datetime
    touched_at: datetime
    lifted: bool = False
    case: CaseId | None = None

    def lies(self, now: datetime) -> bool:
        """Whether a clerk at the counter may see and open it."""
        return not self.lifted and now - self.touched_at <= WAITS

    def touch(self, now: datetime) -> LaidCard:
        """Another page was laid down: its holder is still there."""
        return replace(self, touched_at=now)

    def lift(self) -> LaidCard:
        """Gone from the counter; what was laid stays with the machine that laid it, until it is forgotten."""
        return replace(self, lifted=True)

    def open(self, case: CaseId) -> LaidCard:
        """The case it was laid for is open: the counter is free, and a page that comes late has somewhere to go."""
        return replace(self, lifted=True, case=case)


@dataclass(frozen=True, slots=True)
class LaidPage:
    """盘中页: one page captured for the holder of a card, read when it came, in no case yet."""

    id: PageId
    event: EventId
    device: AccountCode
    card: CardId
    person: PersonId
    digest: Digest
    size: int
    facts: PageFacts
    door: Door
    laid_at: datetime

    def as_page(self, page: PageId) -> Page:
        """The page as it lies in a case: still captured by the machine, whoever opens the case."""
        seen = self.facts
        return Page(
            id=page,
            digest=self.digest,
            size=self.size,
            kind=seen.kind,
            verdict=seen.verdict,
            advice=seen.advice,
            door=self.door,
            added_by=self.device,
            added_at=self.laid_at,
        )


@dataclass(frozen=True, slots=True)
class CounterTray:
    """收件盘: a card on a counter with its holder and the pages laid for them, in the order they came."""

    card: LaidCard
    holder: Person
    pages: tuple[LaidPage, ...]
