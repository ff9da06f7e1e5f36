"""The proxy's monthly statement (代办员月报酬): base, business and stars, each from rows that stand beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from intake.model.calendar import local_day
from intake.model.case import Case, CaseState
from intake.model.ids import AccountCode

_NOT_BUSINESS = frozenset({CaseState.DRAFT, CaseState.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class PayRules:
    """报酬标准: whole yuan; a star is given from an average grade in hundredths (480 is 4.80) on."""

    base_yuan: int = 0
    case_yuan: int = 0
    most_cases_paid: int = 0
    fewest_evaluations: int = 1
    star_from_grade: Mapping[str, int] = field(default_factory=dict)
    star_yuan: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BusinessRow:
    """业务量明细: a case the proxy handed in during the month."""

    number: str
    service_name: str
    applicant_name: str
    submitted_on: date
    state: CaseState


@dataclass(frozen=True, slots=True)
class GradeRow:
    """评价明细: a closed evaluation of a case the proxy handed in; `after_follow_up` when the second grade counts."""

    number: str
    service_name: str
    grade: int
    given_on: date
    after_follow_up: bool


@dataclass(frozen=True, slots=True)
class ClosedGrade:
    """已结评价: one evaluation that nobody is working on any more."""

    case: Case
    grade: int
    at: datetime
    after_follow_up: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """月度报酬单: what a proxy is paid for a month, and why."""

    proxy: AccountCode
    proxy_name: str
    village_name: str
    month: date
    rules: PayRules
    business: tuple[BusinessRow, ...]
    grades: tuple[GradeRow, ...]
    stars: int | None

    @property
    def paid_cases(self) -> int:
        """Of the business, how many are paid: a county may set a limit (0: none)."""
        most = self.rules.most_cases_paid
        return min(len(self.business), most) if most else len(self.business)

    @property
    def business_yuan(self) -> int:
        """业务报酬."""
        return self.paid_cases * self.rules.case_yuan

    @property
    def star_yuan(self) -> int:
        """星级报酬; nothing while there are too few evaluations for a star."""
        return 0 if self.stars is None else self.rules.star_yuan.get(str(self.stars), 0)

    @property
    def total_yuan(self) -> int:
        """合计."""
        return self.rules.base_yuan + self.business_yuan + self.star_yuan

    @property
    def average(self) -> str:
        """The average grade with two decimals, never rounded up to a star that was not reached; empty without grades."""
        if not self.grades:
            return ""
        hundredths = sum(row.grade for row in self.grades) * 100 // len(self.grades)
        return f"{hundredths // 100}.{hundredths % 100:02d}"

    @property
    def formula(self) -> tuple[str, ...]:
        """The whole calculation in sentences, as the proxy reads it."""
        rules = self.rules
        limit = f"（当月最多计{rules.most_cases_paid}件）" if rules.most_cases_paid else ""
        return (
            f"基本报酬：{rules.base_yuan}元",
            f"业务报酬：{self.paid_cases}件 × {rules.case_yuan}元 = {self.business_yuan}元{limit}",
            f"星级报酬：{self._star_words()} = {self.star_yuan}元",
            f"合计：{rules.base_yuan} + {self.business_yuan} + {self.star_yuan} = {self.total_yuan}元",
        )

    def _star_words(self) -> str:
        few = self.rules.fewest_evaluations
        if self.stars is None:
            return f"已结评价{len(self.grades)}条，不足{few}条，本月不评星"
        return f"已结评价{len(self.grades)}条，平均{self.average}分，{self.stars}星"


def stars_of(grades: Sequence[int], rules: PayRules) -> int | None:
    """The stars for some grades: the highest whose threshold the average reaches; None when they are too few."""
    if len(grades) < max(1, rules.fewest_evaluations):
        return None
    reached = (
        int(star)
        for star, hundredths in rules.star_from_grade.items()
        if sum(grades) * 100 >= hundredths * len(grades)
    )
    return max(reached, default=0)


def business_of(cases: Sequence[Case], month: date) -> tuple[BusinessRow, ...]:
    """The rows of a month's business, oldest first: handed in within the month and not withdrawn."""
    rows = (
        BusinessRow(c.number, c.service_name, c.applicant_name, local_day(c.submitted_at), c.state)
        for c in sorted(cases, key=lambda case: case.number)
        if c.submitted_at is not None and c.state not in _NOT_BUSINESS
    )
    return tuple(row for row in rows if in_month(row.submitted_on, month))


def grades_of(closed: Sequence[ClosedGrade], month: date) -> tuple[GradeRow, ...]:
    """The rows of a month's evaluations, oldest first."""
    rows = (
        GradeRow(one.case.number, one.case.service_name, one.grade, local_day(one.at), one.after_follow_up)
        for one in sorted(closed, key=lambda one: one.at)
    )
    return tuple(row for row in rows if in_month(row.given_on, month))


def in_month(day: date, month: date) -> bool:
    """Whether a day lies in the month that `month` is any day of."""
    return (day.year, day.month) == (month.year, month.month)
