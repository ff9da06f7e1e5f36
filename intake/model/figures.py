"""Figures (指标): every figure is a count of rows that can be listed, for a hall and a month."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from intake.errors import BadInput
from intake.model.calendar import SHANGHAI
from intake.model.ids import AccountCode, CaseId, HallCode, ServiceCode
from intake.model.places import Hall

_LAST_MONTH = 12
_MONTH = re.compile(r"(20[0-9]{2})-(0?[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """统计月份: a month of the county's calendar."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Month:
        """The month of 2026-11; raises `BadInput`."""
        told = _MONTH.fullmatch(text)
        if told is None:
            raise BadInput(field="month", why="月份应写成 2026-11 的样子。")
        return cls(int(told[1]), int(told[2]))

    @classmethod
    def of(cls, day: date) -> Month:
        """The month a day lies in."""
        return cls(day.year, day.month)

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.next().first - timedelta(days=1)

    def next(self) -> Month:
        """The month after it."""
        return Month(self.year + self.number // _LAST_MONTH, self.number % _LAST_MONTH + 1)

    def before(self) -> Month:
        """The month before it."""
        return Month.of(self.first - timedelta(days=1))

    def instants(self) -> tuple[datetime, datetime]:
        """Its first instant in the county, and the first one after it."""
        first, after = self.first, self.next().first
        return (
            datetime(first.year, first.month, 1, tzinfo=SHANGHAI),
            datetime(after.year, after.month, 1, tzinfo=SHANGHAI),
        )

    def __str__(self) -> str:
        """As it is written in addresses: 2026-11."""
        return f"{self.year}-{self.number:02}"

    @property
    def text(self) -> str:
        """As people read it."""
        return f"{self.year}年{self.number}月"


class Listing(StrEnum):
    """清单: the sets of rows that figures count. The same query counts and lists them."""

    ITEMS = "items"
    NEAR = "near"
    FAR = "far"
    KIOSK_ITEMS = "kiosk_items"
    KIOSK_ADAPTED = "kiosk_adapted"
    KIOSK_MISSING = "kiosk_missing"
    SUBMITTED = "submitted"
    BY_PROXY = "by_proxy"
    ACCEPTED = "accepted"
    HANDED = "handed"
    NOT_HANDED = "not_handed"
    CORRECTED = "corrected"
    RECKONED = "reckoned"
    ON_TIME = "on_time"
    LATE = "late"
    GRADED = "graded"
    BAD = "bad"
    BAD_CLOSED = "bad_closed"
    BAD_OPEN = "bad_open"
    WAITED = "waited"
    SERVED = "served"
    UNSERVED = "unserved"
    BOOKED = "booked"
    KEPT = "kept"
    NO_SHOW = "no_show"
    RECEIVE_ACTS = "receive_acts"
    ACCEPT_ACTS = "accept_acts"
    CORRECTION_ACTS = "correction_acts"
    DECIDE_ACTS = "decide_acts"
    ISSUE_ACTS = "issue_acts"


LISTING_WORDS: Mapping[Listing, str] = {
    Listing.ITEMS: "清单上的民生事项",
    Listing.NEAR: "就近能办的事项",
    Listing.FAR: "就近还不能办的事项",
    Listing.KIOSK_ITEMS: "自助机应能办的事项",
    Listing.KIOSK_ADAPTED: "自助机已适配的事项",
    Listing.KIOSK_MISSING: "自助机还没有适配的事项",
    Listing.SUBMITTED: "提交的办件",
    Listing.BY_PROXY: "代办员提交的办件",
    Listing.ACCEPTED: "受理的办件",
    Listing.HANDED: "已送到省平台的办件",
    Listing.NOT_HANDED: "没有送到省平台的办件",
    Listing.CORRECTED: "要求过补正的办件",
    Listing.RECKONED: "到期或办结的办件",
    Listing.ON_TIME: "按时办结的办件",
    Listing.LATE: "超期的办件",
    Listing.GRADED: "收到评价的办件",
    Listing.BAD: "差评办件",
    Listing.BAD_CLOSED: "已回访整改的差评",
    Listing.BAD_OPEN: "还没有整改完的差评",
    Listing.WAITED: "叫到号的等候",
    Listing.SERVED: "窗口办理",
    Listing.UNSERVED: "当天没有轮到的号",
    Listing.BOOKED: "到了时间的预约",
    Listing.KEPT: "如约到场的预约",
    Listing.NO_SHOW: "爽约的预约",
    Listing.RECEIVE_ACTS: "收件",
    Listing.ACCEPT_ACTS: "受理",
    Listing.CORRECTION_ACTS: "要求补正",
    Listing.DECIDE_ACTS: "审批",
    Listing.ISSUE_ACTS: "出件",
}


class Unit(StrEnum):
    """单位: how a figure is read."""

    SHARE = "share"
    COUNT = "count"
    GRADE = "grade"
    MINUTES = "minutes"
    TIMES = "times"


@dataclass(frozen=True, slots=True)
class Figure:
    """指标: a share of two listings, the number of rows of one, or the mean of the value its rows carry."""

    code: str
    name: str
    unit: Unit
    top: Listing
    bottom: Listing | None = None
    missing: Listing | None = None
    target: float | None = None
    policy: str = ""

    @property
    def listings(self) -> tuple[Listing, ...]:
        """Every listing it is counted from."""
        return tuple(each for each in (self.top, self.bottom, self.missing) if each is not None)


FIGURES: tuple[Figure, ...] = (
    Figure("nearby", "就近可办率", Unit.SHARE, Listing.NEAR, Listing.ITEMS, Listing.FAR, 0.95, "S18"),
    Figure(
        "one_network", "一网通办率", Unit.SHARE, Listing.HANDED, Listing.ACCEPTED, Listing.NOT_HANDED, 0.85, "S7"
    ),
    Figure(
        "kiosk", "自助机适配率", Unit.SHARE,
        Listing.KIOSK_ADAPTED, Listing.KIOSK_ITEMS, Listing.KIOSK_MISSING, 0.80, "S3",
    ),
    Figure("on_time", "按时办结率", Unit.SHARE, Listing.ON_TIME, Listing.RECKONED, Listing.LATE, 1.0, "S5"),
    Figure("grade", "评价平均分", Unit.GRADE, Listing.GRADED, target=4.5, policy="S14"),
    Figure(
        "bad_closed", "差评整改率", Unit.SHARE, Listing.BAD_CLOSED, Listing.BAD, Listing.BAD_OPEN, 1.0, "S14"
    ),
    Figure("kept", "预约到场率", Unit.SHARE, Listing.KEPT, Listing.BOOKED, Listing.NO_SHOW, policy="S15"),
    Figure("wait", "平均等候", Unit.MINUTES, Listing.WAITED, policy="S12"),
    Figure("service", "平均办理", Unit.MINUTES, Listing.SERVED, policy="S12"),
    Figure("unserved", "没有轮到的号", Unit.COUNT, Listing.UNSERVED, policy="S12"),
    Figure("corrections", "每件补正次数", Unit.TIMES, Listing.ACCEPTED, policy="S5"),
    Figure("submitted", "提交办件", Unit.COUNT, Listing.SUBMITTED, policy="S12"),
    Figure("by_proxy", "代办办件", Unit.COUNT, Listing.BY_PROXY, policy="S13"),
)  # fmt: skip


class Split(StrEnum):
    """分组: what a listing's rows are counted by, besides the hall."""

    NONE = "none"
    WHO = "who"
    KIND = "kind"


@dataclass(frozen=True, slots=True)
class Tally:
    """计数: how many rows of a listing a hall (and somebody, or a kind) has, and the sum of their values."""

    hall: HallCode
    key: str
    count: int
    total: float


@dataclass(frozen=True, slots=True)
class ListedRow:
    """清单行: one row that a figure counts. `at` pages: rows come in its order. `value` is what a mean is taken of."""

    at: str
    hall: HallCode
    case: CaseId | None = None
    number: str = ""
    service_code: ServiceCode | None = None
    service_name: str = ""
    who: str = ""
    kind: str = ""
    day: date | None = None
    value: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class FigureValue:
    """指标值: a figure of one hall (or, with None, of the county) in one month."""

    figure: Figure
    hall: HallCode | None
    top: int
    bottom: int
    total: float

    @property
    def value(self) -> float | None:
        """The figure; None where there is nothing to divide by."""
        match self.figure.unit:
            case Unit.COUNT:
                return float(self.top)
            case Unit.SHARE:
                return self.top / self.bottom if self.bottom else None
            case Unit.MINUTES:
                return self.total / self.top / 60 if self.top else None
            case _:
                return self.total / self.top if self.top else None

    @property
    def short(self) -> bool:
        """Whether it misses its target."""
        value, target = self.value, self.figure.target
        return value is not None and target is not None and value < target

    @property
    def text(self) -> str:
        """The figure as people read it."""
        value = self.value
        if value is None:
            return "—"
        match self.figure.unit:
            case Unit.SHARE:
                return f"{value * 100:.1f}%"
            case Unit.COUNT:
                return str(int(value))
            case Unit.MINUTES:
                return f"{value:.1f}分钟"
            case _:
                return f"{value:.2f}"


@dataclass(frozen=True, slots=True)
class Shortfall:
    """短板: a figure of a hall that misses its target, and who answers for it."""

    value: FigureValue
    hall_name: str
    owner: str
    missing: int


@dataclass(frozen=True, slots=True)
class Workload:
    """工作量: what one clerk, approver or proxy did in a month."""

    account: AccountCode
    name: str
    role: str
    hall: HallCode | None
    counts: Mapping[Listing, int]
    service_minutes: float | None = None
    grade: float | None = None


@dataclass(frozen=True, slots=True)
class FigureSheet:
    """指标表: every figure of a month, of each hall and (hall None) of the county."""

    month: Month
    halls: tuple[Hall, ...]
    values: tuple[FigureValue, ...]

    def of(self, figure: str, hall: HallCode | None) -> FigureValue:
        """One figure of one hall, or of all halls of the sheet together."""
        return next(v for v in self.values if v.figure.code == figure and v.hall == hall)

    def of_hall(self, hall: HallCode | None) -> tuple[FigureValue, ...]:
        """All figures of one hall, in their order."""
        return tuple(value for value in self.values if value.hall == hall)

    def name_of(self, hall: HallCode | None) -> str:
        """The hall's name, or the county's."""
        return next((each.name for each in self.halls if each.code == hall), "全县")


@dataclass(frozen=True, slots=True)
class ShownRow:
    """清单行 as shown: names masked, people by their post."""

    row: ListedRow
    hall_name: str
    person: str
    who_name: str


@dataclass(frozen=True, slots=True)
class FigureRows:
    """指标明细: the rows a figure is taken from, and which of them count as reached."""

    figure: Figure
    rows: tuple[ShownRow, ...]
    reached: frozenset[str]


@dataclass(frozen=True, slots=True)
class MonthlyReport:
    """月报: a month's figures of a hall or the county, the shortfalls with their owners, the work, and all rows."""

    office: str
    hall: HallCode | None
    made_at: datetime
    sheet: FigureSheet
    trend: tuple[FigureSheet, ...]
    shortfalls: tuple[Shortfall, ...]
    workload: tuple[Workload, ...]
    rows: tuple[FigureRows, ...]


class PrintForm(StrEnum):
    """文件形式: what a list or a report can be downloaded as."""

    XLSX = "xlsx"
    PDF = "pdf"
    CSV = "csv"
