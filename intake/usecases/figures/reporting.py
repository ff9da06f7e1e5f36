"""Reporting (月报): a month's figures with their shortfalls, the work behind them, and every row they were counted from."""

from __future__ import annotations

from datetime import date

from intake.errors import BadInput
from intake.model.authority import Belonging, Verb, require
from intake.model.calendar import local_day
from intake.model.figures import (
    FIGURES,
    Figure,
    FigureRows,
    Listing,
    Month,
    MonthlyReport,
    PrintForm,
    ShownRow,
)
from intake.model.ids import HallCode
from intake.model.people import Caller
from intake.ports import Tools, Uow
from intake.usecases.figures.counting import AskRows, rows_of, sheet_of, shortfalls_of, workload_of
from intake.usecases.trail import audit

_MONTHS = 6
_AT_ONCE = 5_000


async def monthly_report(
    caller: Caller, month: Month, hall: HallCode | None, form: PrintForm, *, tools: Tools
) -> bytes:
    """The report of a hall, or with None of the county; the workbook holds every row, so its making is audited."""
    require(caller, Verb.SEE_FIGURES, Belonging(hall=hall))
    now = tools.clock.now()
    if month.first > local_day(now):
        raise BadInput(field="month", why=f"{month.text}还没有到，没有月报。")
    async with tools.open_uow() as uow:
        facts = {"month": str(month), "hall": hall or "", "form": form.value}
        await audit(uow, caller, "figures.report", now, **facts)
        await uow.commit()
    today = local_day(now)
    async with tools.open_view() as view:
        sheet = await sheet_of(view, month, hall, today)
        report = MonthlyReport(
            office=sheet.name_of(hall),
            hall=hall,
            made_at=now,
            sheet=sheet,
            trend=tuple([await sheet_of(view, each, hall, today) for each in _before(month)]),
            shortfalls=await shortfalls_of(view, sheet),
            workload=await workload_of(view, month, hall, today),
            rows=await _all_rows(view, caller, month, hall, today) if form is PrintForm.XLSX else (),
        )
    return await tools.papers.report(report, form)


async def assessment(
    caller: Caller, month: Month, hall: HallCode | None, form: PrintForm, *, tools: Tools
) -> bytes:
    """考核数据 (S12, S13): one row for each clerk, approver and proxy, as a file."""
    require(caller, Verb.SEE_FIGURES, Belonging(hall=hall))
    async with tools.open_view() as view:
        work = await workload_of(view, month, hall, local_day(tools.clock.now()))
    return await tools.papers.assessment(work, month, form)


def _before(month: Month) -> list[Month]:
    months = [month]
    while len(months) < _MONTHS:
        months.append(months[-1].before())
    return months[:0:-1]


async def _all_rows(
    view: Uow, caller: Caller, month: Month, hall: HallCode | None, today: date
) -> tuple[FigureRows, ...]:
    return tuple(
        [await _rows(view, AskRows(caller, figure.top, month, hall), figure, today) for figure in FIGURES]
    )


async def _rows(view: Uow, asked: AskRows, figure: Figure, today: date) -> FigureRows:
    """All rows of a figure: those it is a share of, and which of them were reached."""
    every = await _listed(view, asked, figure.bottom or figure.top, today)
    if figure.bottom is None:
        return FigureRows(figure, every, frozenset(shown.row.at for shown in every))
    reached = await _listed(view, asked, figure.top, today)
    return FigureRows(figure, every, frozenset(shown.row.at for shown in reached))


async def _listed(view: Uow, asked: AskRows, listing: Listing, today: date) -> tuple[ShownRow, ...]:
    rows: list[ShownRow] = []
    while True:
        after = rows[-1].row.at if rows else ""
        page = AskRows(asked.caller, listing, asked.month, asked.hall, after=after, limit=_AT_ONCE)
        more = await rows_of(view, page, today)
        rows += more
        if len(more) < _AT_ONCE:
            return tuple(rows)
