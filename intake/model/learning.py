"""Learning (学说法): what people's words led to, what a keeper teaches of it, and what the teaching would do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from intake.model.catalogue import ServiceItem
from intake.model.ids import AccountCode, HeardId, ServiceCode, TeachingId
from intake.model.matching import Decision

# A sentence nobody has said again for so long is forgotten: what was worth learning of it has been taught by then.
KEPT: Final = timedelta(days=180)
# So many different people who meant the same by the same words make its answer a good one, to be kept.
AGREEMENT: Final = 3
_SHOWN: Final = 3


class Ending(StrEnum):
    """结局: what somebody's words led to."""

    AGREED = "agreed"
    CHOSEN = "chosen"
    CORRECTED = "corrected"
    UNMATCHED = "unmatched"


class HeardState(StrEnum):
    """审阅状态: everybody took the first answer, somebody has to look, or somebody has looked."""

    ANSWERED = "answered"
    OPEN = "open"
    TAUGHT = "taught"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Hearing:
    """一次说法: one person's words, nameless already, and what they led to; no item when they led to nothing."""

    text: str
    ending: Ending
    service_code: ServiceCode | None
    by: AccountCode
    at: datetime


@dataclass(frozen=True, slots=True)
class Led:
    """去向: how many different people the same words led to one item, or to none."""

    ending: Ending
    service_code: ServiceCode | None
    people: int


@dataclass(frozen=True, slots=True)
class Heard:
    """听到的说法: the same words of however many people; somebody who says them a thousand times is one person."""

    id: HeardId
    text: str
    times: int
    people: int
    unmatched: int
    first_at: datetime
    last_at: datetime
    state: HeardState
    led: tuple[Led, ...] = ()


@dataclass(frozen=True, slots=True)
class Lesson:
    """一课: words that are to lead to an item."""

    text: str
    service_code: ServiceCode


@dataclass(frozen=True, slots=True)
class Teaching:
    """教会的说法: a lesson in force since one revision of the catalogue, until another if it was taken back."""

    id: TeachingId
    text: str
    service_code: ServiceCode
    heard: HeardId | None
    taught_by: AccountCode
    taught_at: datetime
    since: int
    withdrawn_by: AccountCode | None = None
    withdrawn_at: datetime | None = None
    until: int | None = None

    @property
    def lesson(self) -> Lesson:
        """What is taught."""
        return Lesson(self.text, self.service_code)


@dataclass(frozen=True, slots=True, order=True)
class Edition:
    """清单期次: the catalogue with its teachings as it stands on one day; equal editions hold equal items."""

    revision: int
    day: date


@dataclass(frozen=True, slots=True)
class GoodAnswer:
    """应保住的答案: words and the items that answer them; without an item, none of the catalogue does."""

    text: str
    meant: tuple[ServiceCode, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """名次: where the lesson's item stands for its words (from 1, None: not in sight), and how all sentences fare."""

    decision: Decision
    rank: int | None
    first: ServiceCode | None
    hit_at_1: float
    hit_at_3: float


@dataclass(frozen=True, slots=True)
class Moved:
    """被挤动的答案: a good answer that would be worse, and what would be answered in its place."""

    answer: GoodAnswer
    now: ServiceCode | None


@dataclass(frozen=True, slots=True)
class Effect:
    """教学效果: standing before and after, over so many protected sentences, and every good answer it would move."""

    before: Standing
    after: Standing
    sentences: int
    moved: tuple[Moved, ...]

    @property
    def harmless(self) -> bool:
        """Whether no good answer would get worse."""
        return not self.moved

    @property
    def useful(self) -> bool:
        """Whether somebody who says these words would be shown the item at once, or among the first three to choose from."""
        rank, decision = self.after.rank, self.after.decision
        if rank is None or decision is Decision.NONE:
            return False
        return rank == 1 or (decision is Decision.CHOOSE and rank <= _SHOWN)


def with_lessons(items: Sequence[ServiceItem], lessons: Iterable[Lesson]) -> tuple[ServiceItem, ...]:
    """The items as they are found once the lessons count; a lesson about an item that is not there is passed over.

    A lesson becomes an alias. As one more phrasing it would weigh too little to lead a sentence of its own words to
    the item (measured: 4 of 8 sentences stayed lost, against none), and it moved no fewer of the other answers.
    """
    taught: dict[ServiceCode, list[str]] = {}
    for lesson in lessons:
        taught.setdefault(lesson.service_code, []).append(lesson.text)
    return tuple(
        replace(item, aliases=(*item.aliases, *taught[item.code])) if item.code in taught else item
        for item in items
    )
