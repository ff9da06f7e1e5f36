"""Figures over HTTP: each with the rows it comes from, the work behind them, and the month's report."""

from __future__ import annotations

from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field

from intake.desk import Desk
from intake.model.catalogue import GROUP_WORDS
from intake.model.figures import (
    LISTING_WORDS,
    FigureSheet,
    FigureValue,
    Listing,
    Month,
    PrintForm,
    Shortfall,
    ShownRow,
    Split,
    Workload,
)
from intake.model.ids import HallCode
from intake.model.people import Caller, Role
from intake.model.places import KIND_WORDS
from intake.usecases.figures.counting import MOST_ROWS, AskRows
from miniapp_api.files import MEDIA, download
from miniapp_api.forms import Code
from miniapp_api.typed import Api, Call, Form, View
from miniapp_api.views import DOOR_WORDS, ItemCard

api = Api("figures")
_KINDS = {str(k): v for words in (DOOR_WORDS, GROUP_WORDS, KIND_WORDS) for k, v in words.items()}
_STATES = {"kept": "如约到场", "checked_in": "已到场", "no_show": "爽约"}


class HallForm(Form):
    """Which hall."""

    hall: Code


MonthText = Annotated[str, Field(pattern=r"^\d{4}-\d{2}$")]


class SheetForm(Form):
    """Which month (the present one if none is named), of which hall; without one, of the county."""

    month: MonthText | None = None
    hall: Code | None = None


class TrendForm(SheetForm):
    """How many months, up to the one named."""

    months: Annotated[int, Field(ge=2, le=24)] = 6


class RowsForm(SheetForm):
    """Which listing; of one person or kind only; after which row."""

    listing: Listing
    split: Split = Split.NONE
    key: Annotated[str, Field(max_length=80)] = ""
    after: Annotated[str, Field(max_length=200)] = ""
    limit: Annotated[int, Field(ge=1, le=MOST_ROWS)] = 50


class ReportForm(SheetForm):
    """As a workbook with all rows, or as PDF."""

    form: Literal["xlsx", "pdf"] = "xlsx"


class AssessmentForm(SheetForm):
    """In which format."""

    form: PrintForm = PrintForm.XLSX


class NearbyView(View):
    """就近可办率 and what is missing."""

    rate: float
    near: int
    total: int
    missing: list[ItemCard]


class FiguresView(View):
    """A hall's figures."""

    hall: str
    nearby: NearbyView


class ValueView(View):
    """One figure: its value in words and as a number, what it was counted from, and whether it falls short."""

    code: str
    name: str
    unit: str
    text: str
    value: float | None
    target: float | None
    short: bool
    top: int
    bottom: int
    listings: list[str]
    policy: str

    @classmethod
    def of(cls, value: FigureValue) -> ValueView:
        """The figure as the dashboard shows it."""
        figure = value.figure
        return cls(
            code=figure.code,
            name=figure.name,
            unit=figure.unit,
            text=value.text,
            value=None if value.value is None else round(value.value, 4),
            target=figure.target,
            short=value.short,
            top=value.top,
            bottom=value.bottom,
            listings=[each.value for each in figure.listings],
            policy=figure.policy,
        )


class HallFiguresView(View):
    """The figures of one hall, or of the county."""

    hall: str | None
    hall_name: str
    figures: list[ValueView]


class SheetView(View):
    """A month's figures, hall by hall, the county's last."""

    month: str
    halls: list[HallFiguresView]

    @classmethod
    def of(cls, sheet: FigureSheet) -> SheetView:
        """The sheet as the dashboard shows it."""
        codes = list(dict.fromkeys(value.hall for value in sheet.values))
        return cls(
            month=str(sheet.month),
            halls=[
                HallFiguresView(
                    hall=code,
                    hall_name=sheet.name_of(code),
                    figures=[ValueView.of(value) for value in sheet.of_hall(code)],
                )
                for code in codes
            ],
        )


class TrendPointView(View):
    """The figures of one month."""

    month: str
    figures: list[ValueView]


class TrendView(View):
    """Months, oldest first."""

    months: list[TrendPointView]


class RowView(View):
    """A row a figure counts, masked."""

    at: str
    hall: str
    hall_name: str
    number: str
    service_code: str | None
    service_name: str
    person: str
    who: str
    kind: str
    day: str | None
    value: float | None
    note: str

    @classmethod
    def of(cls, shown: ShownRow) -> RowView:
        """The row as the dashboard shows it."""
        row = shown.row
        return cls(
            at=row.at,
            hall=row.hall,
            hall_name=shown.hall_name,
            number=row.number,
            service_code=row.service_code,
            service_name=row.service_name,
            person=shown.person,
            who=shown.who_name,
            kind=_KINDS.get(row.kind, row.kind),
            day=row.day.isoformat() if row.day else None,
            value=row.value,
            note=_STATES.get(row.note, row.note),
        )


class RowsView(View):
    """A page of rows; `next` is where the next page begins."""

    listing: str
    listing_text: str
    rows: list[RowView]
    next: str | None


class ShortfallView(View):
    """A figure that misses its target, with who answers for it."""

    hall: str | None
    hall_name: str
    owner: str
    missing: int
    figure: ValueView

    @classmethod
    def of(cls, short: Shortfall) -> ShortfallView:
        """The shortfall as the dashboard lists it."""
        return cls(
            hall=short.value.hall,
            hall_name=short.hall_name,
            owner=short.owner,
            missing=short.missing,
            figure=ValueView.of(short.value),
        )


class ShortfallsView(View):
    """All of them, the worst first."""

    shortfalls: list[ShortfallView]


class WorkView(View):
    """What one clerk, approver or proxy did."""

    account: str
    name: str
    role: str
    hall: str | None
    counts: dict[str, int]
    service_minutes: float | None
    grade: float | None

    @classmethod
    def of(cls, work: Workload) -> WorkView:
        """The work as the director sees it."""
        return cls(
            account=work.account,
            name=work.name,
            role=work.role,
            hall=work.hall,
            counts={listing.value: count for listing, count in work.counts.items()},
            service_minutes=work.service_minutes,
            grade=work.grade,
        )


class WorkloadView(View):
    """Everybody's, and what the counts are called."""

    words: dict[str, str]
    workload: list[WorkView]


@api.operation("GET", "/api/v1/halls/{hall}/figures", HallForm, FiguresView)
async def figures(call: Call[HallForm]) -> FiguresView:
    """本中心指标."""
    nearby = await call.desk.figures.nearby(call.caller, HallCode(call.form.hall))
    missing = [ItemCard.of(item) for item in nearby.missing]
    shown = NearbyView(rate=round(nearby.rate, 4), near=nearby.near, total=nearby.total, missing=missing)
    return FiguresView(hall=nearby.hall, nearby=shown)


@api.operation("GET", "/api/v1/figures", SheetForm, SheetView, refuses=("not_allowed", "not_found"))
async def sheet(call: Call[SheetForm]) -> SheetView:
    """指标表: every figure of a month, of one hall or of all and the county."""
    return SheetView.of(
        await call.desk.figures.sheet(
            call.caller, _month(call.desk, call.form), _hall(call.caller, call.form)
        )
    )


@api.operation("GET", "/api/v1/figures/trend", TrendForm, TrendView, refuses=("not_allowed", "not_found"))
async def trend(call: Call[TrendForm]) -> TrendView:
    """指标走势: the same figures month after month."""
    hall = _hall(call.caller, call.form)
    sheets = await call.desk.figures.trend(call.caller, _month(call.desk, call.form), hall, call.form.months)
    return TrendView(
        months=[
            TrendPointView(month=str(each.month), figures=[ValueView.of(v) for v in each.of_hall(hall)])
            for each in sheets
        ]
    )


@api.operation(
    "GET", "/api/v1/figures/rows/{listing}", RowsForm, RowsView, refuses=("not_allowed", "not_found")
)
async def rows(call: Call[RowsForm]) -> RowsView:
    """指标明细: the very rows a figure counts, masked, a page at a time; the look is audited."""
    form = call.form
    asked = AskRows(
        call.caller, form.listing, _month(call.desk, call.form), _hall(call.caller, call.form),
        split=form.split, key=form.key, after=form.after, limit=form.limit,
    )  # fmt: skip
    shown = await call.desk.figures.rows(asked)
    return RowsView(
        listing=form.listing,
        listing_text=LISTING_WORDS[form.listing],
        rows=[RowView.of(row) for row in shown],
        next=shown[-1].row.at if len(shown) == form.limit else None,
    )


@api.operation(
    "GET", "/api/v1/figures/shortfalls", SheetForm, ShortfallsView, refuses=("not_allowed", "not_found")
)
async def shortfalls(call: Call[SheetForm]) -> ShortfallsView:
    """短板清单: what misses its target, and who answers for it."""
    found = await call.desk.figures.shortfalls(
        call.caller, _month(call.desk, call.form), _hall(call.caller, call.form)
    )
    return ShortfallsView(shortfalls=[ShortfallView.of(short) for short in found])


@api.operation(
    "GET", "/api/v1/figures/workload", SheetForm, WorkloadView, refuses=("not_allowed", "not_found")
)
async def workload(call: Call[SheetForm]) -> WorkloadView:
    """工作量: what each clerk, approver and proxy did in a month."""
    found = await call.desk.figures.workload(
        call.caller, _month(call.desk, call.form), _hall(call.caller, call.form)
    )
    words = {listing.value: words for listing, words in LISTING_WORDS.items()}
    return WorkloadView(words=words, workload=[WorkView.of(work) for work in found])


@api.raw(
    "GET",
    "/api/v1/figures/assessment",
    AssessmentForm,
    MEDIA["xlsx"],
    refuses=("not_allowed", "not_found"),
)
async def assessment(call: Call[AssessmentForm]) -> web.StreamResponse:
    """考核数据下载: the workload as a file."""
    month = _month(call.desk, call.form)
    content = await call.desk.figures.assessment(
        call.caller, month, _hall(call.caller, call.form), call.form.form
    )
    return download(content, f"人员工作量{month}.{call.form.form}")


@api.raw("GET", "/api/v1/figures/report", ReportForm, MEDIA["xlsx"], refuses=("not_allowed", "not_found"))
async def report(call: Call[ReportForm]) -> web.StreamResponse:
    """月报下载: XLSX with every row, or PDF."""
    month = _month(call.desk, call.form)
    content = await call.desk.figures.report(
        call.caller, month, _hall(call.caller, call.form), PrintForm(call.form.form)
    )
    return download(content, f"政务服务月报{month}.{call.form.form}")


def _month(desk: Desk, form: SheetForm) -> Month:
    return Month.parse(form.month) if form.month else Month.of(desk.today)


def _hall(caller: Caller, form: SheetForm) -> HallCode | None:
    """The hall named; a director who names none means the own."""
    if form.hall:
        return HallCode(form.hall)
    return caller.account.hall if caller.role is Role.DIRECTOR else None
