"""Tables in files (表格文件): workbooks and CSV files, read as text cells with their line numbers, and written so that
nothing in a cell can run.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from intake.model.exchange import FileForm, GivenFile, SheetRow, SheetTable

# A file of ten megabytes can claim to hold a thousand times that; no catalogue of a county comes near this.
_MOST_UNPACKED = 600 * 1024 * 1024
_MOST_FILES = 40
_ENCODINGS = ("utf-8-sig", "gb18030")
# A spreadsheet program takes such a cell for a formula; a blank before it ends that, and readers strip blanks.
_RUNS = ("=", "+", "-", "@", "\t")
_HEADING = {"bold": True, "bg_color": "#E8F1EC", "text_wrap": True, "valign": "top"}
_AS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
# What no cell of a workbook can hold.
_INVISIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
# A sheet has 1,048,576 rows, and one of them names the columns.
_MOST_ROWS = 1_048_000
_WIDEST = 48
_CSV_CELL = 1_000_000
_CHINESE = 0x2E80


class UnreadableTables(Exception):
    """The file is not what its name says; the message is for whoever brought it."""


def read_tables(file: GivenFile) -> tuple[SheetTable, ...]:
    """The tables of an .xlsx, .xls or .ods workbook, a .csv file or a .zip of them; raises `UnreadableTables`."""
    ending = file.name.rpartition(".")[2].lower()
    if ending == "csv":
        return (_csv_table(_stem(file.name), file.content),)
    if ending == "zip":
        return tuple(_zipped(file))
    if ending in {"xlsx", "xlsm", "xls", "ods"}:
        return tuple(_sheets(file))
    raise UnreadableTables(f"“{file.name}”不是表格文件，请用 .xlsx、.csv、.zip（里面是 .csv）或 .json")


def write_tables(tables: Sequence[SheetTable], form: FileForm) -> bytes:
    """The tables as one workbook, or as CSV: one file for one table, a zip for several."""
    if form is FileForm.XLSX:
        return _workbook(tables)
    if len(tables) == 1:
        return _csv_bytes(tables[0])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as folder:
        for table in tables:
            # With a fixed date two exports of one catalogue are one file.
            folder.writestr(zipfile.ZipInfo(f"{table.name}.csv", (2000, 1, 1, 0, 0, 0)), _csv_bytes(table))
    return packed.getvalue()


def _stem(name: str) -> str:
    return name.rpartition("/")[2].rpartition(".")[0]


def _sheets(file: GivenFile) -> Iterator[SheetTable]:
    _beware_of_bombs(file)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(file.content)) as book:
            for name in book.sheet_names:
                sheet = book.get_sheet_by_name(name)
                first = (sheet.start or (0, 0))[0] + 1
                # Nearly every cell is text already, and a catalogue has millions of them.
                rows = ([c if type(c) is str else _text(c) for c in row] for row in sheet.iter_rows())
                yield _table(name, rows, first)
    except (CalamineError, OSError, ValueError) as fault:
        raise UnreadableTables(f"“{file.name}”打不开，可能已经损坏或加了密码") from fault


def _beware_of_bombs(file: GivenFile) -> None:
    if not zipfile.is_zipfile(io.BytesIO(file.content)):
        return
    with zipfile.ZipFile(io.BytesIO(file.content)) as packed:
        if sum(entry.file_size for entry in packed.infolist()) > _MOST_UNPACKED:
            raise UnreadableTables(f"“{file.name}”展开后太大了，请分成几个文件")


def _zipped(file: GivenFile) -> Iterator[SheetTable]:
    try:
        _beware_of_bombs(file)
        with zipfile.ZipFile(io.BytesIO(file.content)) as packed:
            names = [entry for entry in packed.infolist() if entry.filename.lower().endswith(".csv")]
            if not names or len(names) > _MOST_FILES:
                raise UnreadableTables(f"“{file.name}”里没有 .csv 文件，或者太多了")
            for entry in names:
                yield _csv_table(_stem(entry.filename), packed.read(entry))
    except (zipfile.BadZipFile, RuntimeError) as fault:
        raise UnreadableTables(f"“{file.name}”打不开，可能已经损坏或加了密码") from fault


def _csv_table(name: str, content: bytes) -> SheetTable:
    csv.field_size_limit(_CSV_CELL)
    rows = csv.reader(io.StringIO(_decoded(name, content), newline=""), strict=True)
    try:
        # Rows, not lines: that is what the number beside a spreadsheet counts.
        return _table(name, rows, first=1)
    except csv.Error as fault:
        raise UnreadableTables(f"“{name}”第{rows.line_num}行不是正确的 CSV") from fault


def _decoded(name: str, content: bytes) -> str:
    for encoding in _ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableTables(f"“{name}”的文字编码认不出，请另存为 UTF-8 的 CSV")


def _table(name: str, rows: Iterable[list[str]], first: int) -> SheetTable:
    """The first row that says anything names the columns."""
    filled = [SheetRow(line, cells) for line, cells in enumerate(rows, first) if any(map(str.strip, cells))]
    return SheetTable(name, filled[0].cells if filled else (), filled[1:])


def _text(cell: object) -> str:
    """A cell as somebody reads it: whole numbers without a point, days as 2026-11-23, yes and no in Chinese."""
    match cell:
        case bool():
            return "是" if cell else "否"
        case float():
            return str(int(cell)) if cell.is_integer() else str(cell)
        case datetime():
            return cell.date().isoformat() if cell.time() == time.min else cell.isoformat(" ")
        case date() | time():
            return cell.isoformat()
        case _:
            return str(cell)


def _csv_bytes(table: SheetTable) -> bytes:
    written = io.StringIO(newline="")
    rows = csv.writer(written)
    rows.writerow(table.headings)
    rows.writerows([_harmless(cell) for cell in row.cells] for row in table.rows)
    return written.getvalue().encode("utf-8-sig")


def _harmless(cell: str) -> str:
    return f" {cell}" if cell.startswith(_RUNS) else cell


def _workbook(tables: Sequence[SheetTable]) -> bytes:
    """Every cell is text, whatever is in it: nothing becomes a formula, a link or a date."""
    page = io.BytesIO()
    with xlsxwriter.Workbook(page, {**_AS_TEXT, "constant_memory": True}) as book:
        heading = book.add_format(_HEADING)
        for sheet in (part for table in tables for part in _in_sheets(table)):
            written = book.add_worksheet(sheet.name)
            written.freeze_panes(1, 0)
            for column, width in enumerate(_widths(sheet)):
                written.set_column(column, column, width)
            for column, name in enumerate(sheet.headings):
                written.write_string(0, column, name, heading)
            for number, row in enumerate(sheet.rows, start=1):
                for column, cell in enumerate(row.cells):
                    if cell:
                        written.write_string(number, column, _INVISIBLE.sub("", cell))
    return page.getvalue()


def _in_sheets(table: SheetTable) -> Iterator[SheetTable]:
    """A sheet holds a million rows; what is longer goes on in the next one, and is read as one table again."""
    yield replace(table, rows=table.rows[:_MOST_ROWS])
    for number, begin in enumerate(range(_MOST_ROWS, len(table.rows), _MOST_ROWS), start=2):
        yield replace(table, name=f"{table.name}（{number}）", rows=table.rows[begin : begin + _MOST_ROWS])


def _widths(sheet: SheetTable) -> list[float]:
    """As wide as what the first rows say, within bounds; a Chinese character is two digits wide."""
    widths: list[float] = []
    for number, heading in enumerate(sheet.headings):
        cells = [heading, *(row.cells[number] for row in sheet.rows[:50] if number < len(row.cells))]
        widest = max(sum(1 + (ord(sign) > _CHINESE) for sign in cell.split("\n")[0]) for cell in cells)
        widths.append(min(widest + 2, _WIDEST))
    return widths
