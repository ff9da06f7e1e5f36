"""Staff (人员): who was trained in what, who may receive which item, and who stands where at which hour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from intake.model.catalogue import CounterGroup, ServiceItem
from intake.model.ids import AccountCode, CounterCode, DutyId, HallCode, ServiceCode, TrainingId
from intake.model.people import Account, Role


@dataclass(frozen=True, slots=True)
class Training:
    """培训记录: one course one member of staff has passed, good through `until`. Appended, never changed."""

    id: TrainingId
    account: AccountCode
    course: str
    until: date
    recorded_by: AccountCode
    recorded_at: datetime
    note: str = ""

    def valid_on(self, day: date) -> bool:
        """Whether it still counts on a day."""
        return day <= self.until


@dataclass(frozen=True, slots=True)
class Authorisation:
    """事项授权: the director's word that one member of staff may, or may not, receive one item."""

    account: AccountCode
    service_code: ServiceCode
    allowed: bool
    until: date | None
    why: str
    by: AccountCode
    at: datetime

    def holds_on(self, day: date) -> bool:
        """Whether the word still stands on a day."""
        return self.until is None or day <= self.until


class Post(StrEnum):
    """岗位: what somebody does in the hall during a duty."""

    RECEPTION = "reception"
    ISSUING = "issuing"
    GUIDE = "guide"
    HELPER = "helper"
    DUTY_LEAD = "duty_lead"


POST_WORDS: Mapping[Post, str] = {
    Post.RECEPTION: "综合受理",
    Post.ISSUING: "统一出件",
    Post.GUIDE: "导办",
    Post.HELPER: "帮办代办",
    Post.DUTY_LEAD: "值班长",
}


@dataclass(frozen=True, slots=True)
class Duty:
    """班次: one member of staff at one post of a hall, from an instant to another; `cancelled` ones stay for the record."""

    id: DutyId
    account: AccountCode
    hall: HallCode
    post: Post
    counter: CounterCode | None
    start: datetime
    end: datetime
    by: AccountCode
    cancelled: bool = False

    def on_at(self, now: datetime) -> bool:
        """Whether the duty runs at an instant."""
        return not self.cancelled and self.start <= now < self.end

    def overlaps(self, other: Duty) -> bool:
        """Whether one person cannot do both."""
        both = not (self.cancelled or other.cancelled) and self.account == other.account
        return both and self.id != other.id and self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class TrainingRules:
    """培训要求: which courses a role, a counter group and an item ask for, their names, and how one gets trained.

    `item_courses` are asked of whoever receives the item, `decision_courses` of whoever decides on it.
    """

    required_courses: Mapping[Role, tuple[str, ...]] = field(default_factory=dict)
    group_courses: Mapping[CounterGroup, tuple[str, ...]] = field(default_factory=dict)
    item_courses: Mapping[ServiceCode, tuple[str, ...]] = field(default_factory=dict)
    decision_courses: Mapping[ServiceCode, tuple[str, ...]] = field(default_factory=dict)
    course_names: Mapping[str, str] = field(default_factory=dict)
    how_to: str = ""

    def asked_of(self, role: Role, item: ServiceItem | None = None) -> tuple[str, ...]:
        """The courses somebody of the role needs, for an item where one is meant; each once, in order."""
        asked = [*self.required_courses.get(role, ())]
        if item is not None:
            asked += [*self.group_courses.get(item.counter_group, ()), *self.item_courses.get(item.code, ())]
        return tuple(dict.fromkeys(asked))

    def asked_to_decide(self, item: ServiceCode) -> tuple[str, ...]:
        """The courses an approver needs to decide on an item; each once, in order."""
        asked = (*self.required_courses.get(Role.APPROVER, ()), *self.decision_courses.get(item, ()))
        return tuple(dict.fromkeys(asked))

    def named(self, courses: Iterable[str]) -> str:
        """The courses as people call them."""
        return "、".join(f"《{self.course_names.get(course, course)}》" for course in courses)


@dataclass(frozen=True, slots=True)
class Member:
    """中心人员: an account with all that was recorded about its work."""

    account: Account
    trainings: tuple[Training, ...]
    authorisations: tuple[Authorisation, ...]
    lacking: tuple[str, ...]
    on_duty: Duty | None = None


def lacking_courses(trainings: Iterable[Training], asked: Iterable[str], on: date) -> tuple[str, ...]:
    """Those of the asked courses for which no valid record is there."""
    passed = {training.course for training in trainings if training.valid_on(on)}
    return tuple(course for course in asked if course not in passed)
