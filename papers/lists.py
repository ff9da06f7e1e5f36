"""Public lists (公开清单): what a hall does directly, what by proxy, and where the rest is done, as a spreadsheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from intake.model.catalogue import GROUP_WORDS, ServiceItem, TimeLimit, Way
from intake.model.exchange import SheetRow, SheetTable
from intake.model.places import Hall
from papers.sheet import Column, Sheet

# The order of the public list: what can be done here comes first.
WAY_WORDS: Mapping[Way, str] = {Way.DIRECT: "直办", Way.PROXY: "代办", Way.NOT_HERE: "到别处办"}
_COLUMNS: Mapping[str, int] = {
    "序号": 6,
    "事项编码": 12,
    "事项名称": 32,
    "办理方式": 10,
    "在哪里办": 26,
    "窗口": 14,
    "主管部门": 18,
    "办件类型": 10,
    "承诺时限": 12,
    "收费": 20,
    "要带的材料": 48,
    "还可以": 20,
}
_HEAD = 3  # the row of the headings, below title and day
_SHADE = PatternFill("solid", fgColor="FFE8F1EC")
_THIN = Side(style="thin", color="FFB0B0B0")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_WRAP = Alignment(vertical="top", wrap_text=True)


def hall_list(
    hall: Hall, offered: Sequence[tuple[ServiceItem, Way]], *, halls: Sequence[Hall], on: date
) -> bytes:
    """直办代办清单: an XLSX of every item with the way the hall offers it, direct ones first, then by department.

    An item that is not done here names the first of `halls` that does it and how many do. Every cell is text: a name
    that begins with "=" stays a name.
    """
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "直办代办清单"
    _write_title(sheet, hall, offered, on)
    _write_row(sheet, _HEAD, list(_COLUMNS))
    listed = _in_order(offered)
    for number, (item, way) in enumerate(listed, start=1):
        _write_row(sheet, _HEAD + number, _row(number, item, way, hall, halls))
    _dress(sheet, len(listed))
    page = BytesIO()
    book.save(page)
    return page.getvalue()


def hall_list_table(
    hall: Hall, offered: Sequence[tuple[ServiceItem, Way]], *, halls: Sequence[Hall]
) -> SheetTable:
    """The same list as plain rows, for CSV."""
    rows = (_row(n, item, way, hall, halls) for n, (item, way) in enumerate(_in_order(offered), start=1))
    return SheetTable(
        "直办代办清单", list(_COLUMNS), [SheetRow(line, row) for line, row in enumerate(rows, start=2)]
    )


def hall_list_pdf(
    hall: Hall, offered: Sequence[tuple[ServiceItem, Way]], *, halls: Sequence[Hall], at: datetime
) -> bytes:
    """The same list to be hung up or handed out: what is done here first, then by proxy, then where else."""
    sheet = Sheet("直办代办清单", hall.name, at)
    counts = "，".join(f"{words}{sum(w is way for _, w in offered)}项" for way, words in WAY_WORDS.items())
    sheet.facts([("地址", hall.address), ("电话", hall.phone), ("共有", f"{len(offered)}项：{counts}")])
    for way, words in WAY_WORDS.items():
        rows = [(item, w) for item, w in _in_order(offered) if w is way]
        if rows:
            sheet.heading(f"{words}（{len(rows)}项）")
            sheet.table(_PDF_COLUMNS, [_pdf_row(item, way, halls) for item, _ in rows])
    return sheet.finished()


_PDF_COLUMNS = (Column("编码", 1.6), Column("事项", 5.4), Column("时限", 2.2), Column("在哪里办", 4))


def _pdf_row(item: ServiceItem, way: Way, halls: Sequence[Hall]) -> list[str]:
    where = GROUP_WORDS[item.counter_group] if way is not Way.NOT_HERE else _elsewhere(item, halls)
    return [item.code, item.name, _limit(item.promised_limit), where]


def _in_order(offered: Sequence[tuple[ServiceItem, Way]]) -> list[tuple[ServiceItem, Way]]:
    order = list(WAY_WORDS)
    return sorted(offered, key=lambda pair: (order.index(pair[1]), pair[0].department, pair[0].code))


def _row(number: int, item: ServiceItem, way: Way, hall: Hall, halls: Sequence[Hall]) -> list[str]:
    return [
        str(number),
        item.code,
        item.name,
        WAY_WORDS[way],
        hall.name if way is not Way.NOT_HERE else _elsewhere(item, halls),
        GROUP_WORDS[item.counter_group],
        item.department,
        item.project_type,
        _limit(item.promised_limit),
        "；".join(f"{fee.name}：{fee.standard}" for fee in item.fees) or "不收费",
        "\n".join(f"{n}. {m.name}" for n, m in enumerate(item.to_bring, start=1)) or "不用带材料",
        "、".join(_besides(item)) or "—",
    ]


def _elsewhere(item: ServiceItem, halls: Sequence[Hall]) -> str:
    taking = [hall for hall in halls if item.availability.at(hall.code, hall.level) is not Way.NOT_HERE]
    if not taking:
        return f"请问{item.department}"
    return taking[0].name if len(taking) == 1 else f"{taking[0].name}等{len(taking)}处"


def _besides(item: ServiceItem) -> list[str]:
    ways = {"网上办": item.online, "自助机办": item.kiosk, "上门办": item.home_visit}
    return [words for words, offered in ways.items() if offered]


def _limit(limit: TimeLimit) -> str:
    if limit.days == 0:
        return "当场办结"
    return f"{limit.days}个{'工作日' if limit.working else '自然日'}"


def _write_title(sheet: Worksheet, hall: Hall, offered: Sequence[tuple[ServiceItem, Way]], on: date) -> None:
    counts = {words: sum(w is way for _, w in offered) for way, words in WAY_WORDS.items()}
    counted = "，".join(f"{words}{count}项" for words, count in counts.items())
    _put(sheet, 1, 1, f"{hall.name}直办代办清单").font = Font(size=18, bold=True)
    _put(sheet, 2, 1, f"{on.year}年{on.month}月{on.day}日，共{len(offered)}项：{counted}。电话：{hall.phone}")
    for row in (1, 2):
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=len(_COLUMNS))


def _write_row(sheet: Worksheet, row: int, cells: Sequence[str]) -> None:
    for column, text in enumerate(cells, start=1):
        cell = _put(sheet, row, column, text)
        cell.alignment, cell.border = _WRAP, _BOX
        if row == _HEAD:
            cell.font, cell.fill = Font(bold=True), _SHADE


def _put(sheet: Worksheet, row: int, column: int, text: str) -> Cell:
    """A cell of text whatever is in it: catalogues are imported, and a formula in one must not run in an office."""
    cell = sheet.cell(row, column, ILLEGAL_CHARACTERS_RE.sub("", text))
    cell.data_type = "s"
    return cell


def _dress(sheet: Worksheet, rows: int) -> None:
    """What makes it fit for a notice board: widths, a heading on every page, A4 across, all columns on one."""
    for number, width in enumerate(_COLUMNS.values(), start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    last = get_column_letter(len(_COLUMNS))
    sheet.auto_filter.ref = f"A{_HEAD}:{last}{_HEAD + rows}"
    sheet.freeze_panes = f"D{_HEAD + 1}"
    sheet.print_title_rows = f"{_HEAD}:{_HEAD}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
