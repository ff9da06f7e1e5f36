"""Importing files: what `jiujinban import` and the demo do, in the operator's name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from intake.desk import Desk
from intake.model.exchange import CHANGE_WORDS, GivenFile, Imported, ImportReport, Progress, RowFault
from intake.model.ids import AccountCode, IntentKey
from intake.model.people import Account, Caller, Door, Role
from intake.usecases.catalogue.importing import CheckFiles, ImportCatalogue
from intake.usecases.places.county import County, read_county
from intake.usecases.places.importing import ImportCounty
from jiujinban.reference import UnreadableFile, digest_of, read_files
from jiujinban.wording import why_not

OPERATOR = Caller(Account(AccountCode("operator"), "系统运维", Role.OPERATOR), Door.COMMAND_LINE)


class FaultyFiles(Exception):
    """Files with faults: nothing of them was imported."""

    def __init__(self, faults: Sequence[RowFault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = tuple(faults)


async def import_county_files(desk: Desk, files: Sequence[Path]) -> County:
    """Import county files whole; raises `FaultyFiles` or `UnreadableFile`."""
    content = read_files(files)
    county = read_county(content)
    if county.faults:
        raise FaultyFiles(county.faults)
    await desk.places.import_county(ImportCounty(OPERATOR, county, IntentKey(f"county:{digest_of(content)}")))
    return county


async def import_catalogue_files(
    desk: Desk, files: Sequence[Path], *, whole: bool = False, begins: date | None = None
) -> Imported:
    """Import catalogue files whole; raises `FaultyFiles` or `UnreadableFile`."""
    check = CheckFiles(OPERATOR, given(files), begins, whole)
    read = await desk.catalogue.read_files(check)
    if read.faults:
        raise FaultyFiles(read.faults)
    return await desk.catalogue.import_items(
        ImportCatalogue(OPERATOR, read.items, read.bundles, whole, begins)
    )


async def compare_catalogue_files(
    desk: Desk,
    files: Sequence[Path],
    *,
    whole: bool = False,
    begins: date | None = None,
    watch: Callable[[Progress], None] | None = None,
) -> ImportReport:
    """What catalogue files would change; raises `FaultyFiles` with everything that is wrong with them."""
    check = CheckFiles(OPERATOR, given(files), begins, whole)
    report = await desk.catalogue.check_files(check, watch)
    if report.faults:
        raise FaultyFiles(report.faults)
    return report


def given(files: Sequence[Path]) -> list[GivenFile]:
    """Files as the desk takes them; raises `UnreadableFile`."""
    return [GivenFile(file.name, _bytes(file)) for file in files]


def imported_text(imported: Imported) -> str:
    """What an import came to, in a sentence."""
    if imported.changed_nothing:
        return f"文件里的 {imported.items} 个事项和现行清单一样，没有变动。"
    bundles = "一件事也更新了。" if imported.other_bundles else ""
    return f"已导入 {imported.items} 个事项，其中新增、变更或撤下 {imported.changed} 个。{bundles}"


def report_text(report: ImportReport, *, fields: bool) -> str:
    """A report in lines: what is new, what changes and how, what is withdrawn, and which columns nobody reads."""
    counts = "，".join(f"{words}{report.count(kind)}项" for kind, words in CHANGE_WORDS.items())
    found = f"文件里有{report.items}个事项、{report.bundles}个一件事，没有错误"
    lines = [f"{found}，和现行清单一样。" if report.changes_nothing else f"{found}。{counts}。"]
    for change in report.changes if fields else ():
        until = f"（到{change.ends}前一天，之后另有版本）" if change.ends else ""
        lines.append(f"{CHANGE_WORDS[change.kind]}　{change.code}　{change.name}　{change.begins}起{until}")
        lines += (f"    {field.label}：{field.before} → {field.after}" for field in change.fields)
    if report.ignored:
        lines.append(f"没有用到的内容：{'、'.join(report.ignored)}")
    return "\n".join(lines)


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as fault:
        raise UnreadableFile(f"{file.name}：打不开（{why_not(fault)}）") from fault
