"""Monthly reports (月报): the figures with their targets, the shortfalls with their owners, and every row behind them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from intake.model.calendar import SHANGHAI
from intake.model.exchange import FileForm, SheetRow, SheetTable
from intake.model.figures import (
    FIGURES,
    LISTING_WORDS,
    Figure,
    FigureRows,
    FigureValue,
    Listing,
    Month,
    MonthlyReport,
    Shortfall,
    Unit,
    Workload,
)
from papers.sheet import Column, Sheet
from papers.tables import write_tables

_ROLES: Mapping[str, str] = {
    "clerk": "窗口人员",
    "specialist": "专业窗口",
    "approver": "审批人员",
    "proxy": "代办员",
}
_WORK: Mapping[Listing, str] = {
    Listing.RECEIVE_ACTS: "收件",
    Listing.ACCEPT_ACTS: "受理",
    Listing.CORRECTION_ACTS: "要求补正",
    Listing.DECIDE_ACTS: "审批",
    Listing.ISSUE_ACTS: "出件",
    Listing.BY_PROXY: "代办提交",
    Listing.SERVED: "窗口办理（次）",
    Listing.GRADED: "收到评价",
    Listing.BAD: "差评",
}
_SIGNED = (
    Listing.RECEIVE_ACTS,
    Listing.ACCEPT_ACTS,
    Listing.DECIDE_ACTS,
    Listing.ISSUE_ACTS,
    Listing.BY_PROXY,
)
_BY_HALL = ("nearby", "one_network", "on_time", "kiosk")
_MOST_LISTED = 40
_FIGURE_COLUMNS = (
    Column("指标", 3.2),
    Column("数值", 2.2),
    Column("目标", 1.8),
    Column("依据（行数）", 3),
    Column("达标", 1.4),
)
_SHORT_COLUMNS = (
    Column("中心", 3.4),
    Column("指标", 2.6),
    Column("数值", 1.9),
    Column("目标", 1.8),
    Column("差", 1.2),
    Column("责任人", 2),
)


def report_workbook(report: MonthlyReport) -> bytes:
    """The report as a workbook: summary, shortfalls, work and trend, then one sheet of rows for each figure."""
    tables = [_summary(report), _short(report), assessment_table(report.workload), _trend(report)]
    tables += (_rows(rows) for rows in report.rows)
    return write_tables(tables, FileForm.XLSX)


def report_pdf(report: MonthlyReport) -> bytes:
    """The report to be read: the figures, what fell short and who answers for it, and where its rows are found."""
    sheet = Sheet(f"{report.sheet.month.text}政务服务月报", report.office, report.made_at)
    made = report.made_at.astimezone(SHANGHAI)
    when = f"{made.year}年{made.month}月{made.day}日 {made:%H:%M}"
    sheet.facts([("范围", report.office), ("统计月份", report.sheet.month.text), ("制表", when)])
    sheet.heading("指标")
    sheet.table(_FIGURE_COLUMNS, [_line(value) for value in report.sheet.of_hall(report.hall)])
    _tell_shortfalls(sheet, report.shortfalls)
    if report.hall is None:
        _tell_halls(sheet, report)
    sheet.heading("怎么核对")
    sheet.paragraph(
        "每个数都是由一行行记录数出来的。同月的表格（XLSX）里，每个指标一张表，列出它数的每一行；"
        "在看板上点数字，看到的也是这些行。"
    )
    return sheet.finished()


def assessment_table(workload: Sequence[Workload]) -> SheetTable:
    """Everybody's work, one row each."""
    headings = ["编号", "姓名", "岗位", "中心", *_WORK.values(), "平均办理（分钟）", "评价平均分"]
    rows = (
        [
            work.account,
            work.name,
            _ROLES.get(work.role, work.role),
            work.hall or "",
            *(str(work.counts.get(listing, 0)) for listing in _WORK),
            _decimal(work.service_minutes, 1),
            _decimal(work.grade, 2),
        ]
        for work in workload
    )
    return _table("人员工作量", headings, rows)


def assessment_pdf(workload: Sequence[Workload], month: Month, at: datetime) -> bytes:
    """Everybody's work of a month, to be signed; who did nothing that is counted is left out."""
    sheet = Sheet(f"{month.text}人员工作量", "政务服务考核数据", at)
    columns = (
        Column("姓名", 2),
        Column("岗位", 1.9),
        *(Column(_WORK[listing][:2], 1.1) for listing in _SIGNED),
        Column("均分", 1.3),
    )
    shown = [work for work in workload if any(work.counts.values())]
    cells = [
        [
            work.name,
            _ROLES.get(work.role, work.role),
            *(str(work.counts.get(listing, 0)) for listing in _SIGNED),
            _decimal(work.grade, 2) or "—",
        ]
        for work in shown
    ]
    sheet.table(columns, cells)
    if not shown:
        sheet.paragraph("这个月没有计入的工作。")
    return sheet.finished()


def target_text(figure: Figure) -> str:
    """A figure's target as people read it."""
    if figure.target is None:
        return "—"
    if figure.unit is Unit.SHARE:
        return f"≥{figure.target * 100:.0f}%"
    return f"≥{figure.target:g}"


def _line(value: FigureValue) -> list[str]:
    return [value.figure.name, value.text, target_text(value.figure), _based_on(value), _met(value)]


def _based_on(value: FigureValue) -> str:
    return f"{value.top}/{value.bottom}" if value.figure.bottom else str(value.top)


def _met(value: FigureValue) -> str:
    if value.figure.target is None or value.value is None:
        return "—"
    return "否" if value.short else "是"


def _tell_shortfalls(sheet: Sheet, shortfalls: Sequence[Shortfall]) -> None:
    sheet.heading("短板")
    if not shortfalls:
        sheet.paragraph("有目标的指标都已达到。")
        return
    sheet.table(_SHORT_COLUMNS, [_short_cells(short) for short in shortfalls[:_MOST_LISTED]])
    if len(shortfalls) > _MOST_LISTED:
        sheet.paragraph(f"共{len(shortfalls)}条，其余见月报的表格。")


def _short_cells(short: Shortfall) -> list[str]:
    value = short.value
    told = [short.hall_name, value.figure.name, value.text, target_text(value.figure)]
    return [*told, str(short.missing), short.owner or "待定"]


def _tell_halls(sheet: Sheet, report: MonthlyReport) -> None:
    sheet.heading("各中心")
    names = {figure.code: figure.name for figure in FIGURES}
    columns = (Column("中心", 3.6), *(Column(names[code], 2.2) for code in _BY_HALL))
    rows = [
        [hall.name, *(report.sheet.of(code, hall.code).text for code in _BY_HALL)]
        for hall in report.sheet.halls
    ]
    sheet.table(columns, rows)


def _summary(report: MonthlyReport) -> SheetTable:
    headings = ["范围", "指标", "数值", "目标", "达标", "分子（行数）", "分母（行数）", "明细在哪张表"]
    rows = (
        [
            report.sheet.name_of(value.hall),
            value.figure.name,
            value.text,
            target_text(value.figure),
            _met(value),
            str(value.top),
            str(value.bottom) if value.figure.bottom else "",
            value.figure.name,
        ]
        for value in report.sheet.values
    )
    return _table(f"{report.sheet.month}指标", headings, rows)


def _short(report: MonthlyReport) -> SheetTable:
    headings = ["中心", "指标", "数值", "目标", "差多少行", "责任人"]
    return _table("短板", headings, map(_short_cells, report.shortfalls))


def _trend(report: MonthlyReport) -> SheetTable:
    months = [*report.trend, report.sheet]
    headings = ["指标", *(str(sheet.month) for sheet in months)]
    rows = ([f.name, *(sheet.of(f.code, report.hall).text for sheet in months)] for f in FIGURES)
    return _table("趋势", headings, rows)


def _rows(rows: FigureRows) -> SheetTable:
    figure = rows.figure
    headings = [
        *("中心", "编号", "事项编码", "事项", "申请人", "经办", "类别", "日期", "数值", "说明"),
        f"计入“{LISTING_WORDS[figure.top]}”",
    ]
    told = (
        [
            shown.hall_name,
            shown.row.number,
            shown.row.service_code or "",
            shown.row.service_name,
            shown.person,
            shown.who_name,
            shown.row.kind,
            str(shown.row.day or ""),
            _decimal(shown.row.value, 2),
            shown.row.note,
            "是" if shown.row.at in rows.reached else "否",
        ]
        for shown in rows.rows
    )
    return _table(figure.name, headings, told)


def _table(name: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> SheetTable:
    return SheetTable(name, headings, [SheetRow(line, row) for line, row in enumerate(rows, start=2)])


def _decimal(value: float | None, places: int) -> str:
    return "" if value is None else f"{value:.{places}f}"
