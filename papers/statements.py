"""The proxy's monthly statement on paper (代办员月度报酬单): the formula in sentences, and below it the very rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from intake.model.case import CASE_WORDS
from intake.model.grades import GRADES
from intake.model.people import mask_name
from intake.model.statement import Statement
from papers.sheet import Column, Sheet

_BUSINESS = ("办件编号", "事项", "申请人", "提交日期", "目前状态")
_GRADES = ("办件编号", "事项", "评价", "日期", "说明")
_WIDTHS = (22, 36, 14, 14, 22)
_MOST_TEXT = 32_000


def statement_pdf(statement: Statement, office: str, at: datetime) -> bytes:
    """The statement as a PDF in large print; the applicants' names are masked, for papers are left lying."""
    sheet = Sheet(_title(statement), office, at)
    sheet.facts([*_head(statement)])
    sheet.heading("怎么算的")
    sheet.steps(list(statement.formula))
    sheet.heading(f"业务明细（{len(statement.business)}件）")
    shares = (2.4, 3, 1.4, 1.8, 2)
    columns = [Column(name, share) for name, share in zip(_BUSINESS, shares, strict=True)]
    sheet.table(columns, _business_rows(statement))
    sheet.heading(f"已结评价明细（{len(statement.grades)}条）")
    columns = [Column(name, share) for name, share in zip(_GRADES, shares, strict=True)]
    sheet.table(columns, _grade_rows(statement))
    sheet.signature([office, "代办员签字：____________"])
    return sheet.finished()


def statement_xlsx(statement: Statement) -> bytes:
    """The statement as a workbook: the sums, and a sheet for each kind of row."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "报酬"
    _write(sheet, [(_title(statement),), *_head(statement), *((line,) for line in statement.formula)])
    for name, head, rows in (
        ("业务明细", _BUSINESS, _business_rows(statement)),
        ("评价明细", _GRADES, _grade_rows(statement)),
    ):
        _write(book.create_sheet(name), [head, *rows])
    page = BytesIO()
    book.save(page)
    return page.getvalue()


def _title(statement: Statement) -> str:
    return f"{statement.month.year}年{statement.month.month}月代办员报酬单"


def _head(statement: Statement) -> list[tuple[str, str]]:
    stars = "本月不评星" if statement.stars is None else f"{statement.stars}星"
    return [
        ("代办员", statement.proxy_name),
        ("村（社区）", statement.village_name),
        ("星级", stars),
        ("合计", f"{statement.total_yuan}元"),
    ]


def _business_rows(statement: Statement) -> list[tuple[str, ...]]:
    return [
        (
            row.number,
            row.service_name,
            mask_name(row.applicant_name),
            row.submitted_on.isoformat(),
            CASE_WORDS[row.state],
        )
        for row in statement.business
    ]


def _grade_rows(statement: Statement) -> list[tuple[str, ...]]:
    return [
        (
            row.number,
            row.service_name,
            GRADES[row.grade],
            row.given_on.isoformat(),
            "回访后再次评价" if row.after_follow_up else "",
        )
        for row in statement.grades
    ]


def _write(sheet: Worksheet, rows: Sequence[Sequence[str]]) -> None:
    """Rows of text; whatever a name begins with, it stays a name and never becomes a formula."""
    for number, row in enumerate(rows, start=1):
        for place, text in enumerate(row, start=1):
            cell = sheet.cell(number, place, ILLEGAL_CHARACTERS_RE.sub("", text)[:_MOST_TEXT])
            cell.data_type = "s"
            cell.alignment = Alignment(vertical="top", wrap_text=len(row) > 1)
            cell.font = Font(bold=number == 1)
    for place, width in enumerate(_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
