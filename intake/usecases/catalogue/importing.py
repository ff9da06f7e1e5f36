"""Importing the catalogue: a file is read whole, judged, compared and shown, and only then one row of it counts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from intake.errors import BadInput, Stale
from intake.model.authority import Verb, require
from intake.model.calendar import local_day
from intake.model.catalogue import Bundle, ServiceItem
from intake.model.exchange import (
    CatalogueContent,
    GivenFile,
    Imported,
    ImportReport,
    ImportState,
    ItemChange,
    Progress,
    RowFault,
    WaitingImport,
)
from intake.model.ids import ImportId, ServiceCode
from intake.model.people import Caller
from intake.model.places import Hall
from intake.ports import Tools, Uow
from intake.usecases.catalogue.differing import item_change, withdrawal
from intake.usecases.catalogue.exchange import CatalogueReading, read_bundles
from intake.usecases.catalogue.sheets import SheetReading, national_row, read_sheets
from intake.usecases.rows import PlacedRow
from intake.usecases.trail import audit

Watch = Callable[[Progress], None]
# So many rows lie between two words of progress, and so few between two turns of everybody else: a row takes up to 1 ms.
_AT_ONCE, _BREATH = 100, 20
_WAIT_DAYS = 7
_AHEAD = timedelta(days=3 * 366)


@dataclass(frozen=True, slots=True)
class ImportCatalogue:
    """Put these items in force, each from its own first day; items not named stay, and so do bundles if none is given.

    With `whole` the items are the whole catalogue: what it does not name is withdrawn from `begins` on.
    """

    caller: Caller
    items: Sequence[ServiceItem]
    bundles: Sequence[Bundle] = ()
    whole: bool = False
    begins: date | None = None


@dataclass(frozen=True, slots=True)
class CheckFiles:
    """Files to be read and compared, from which day they are to hold, and whether they are the whole catalogue."""

    caller: Caller
    files: Sequence[GivenFile]
    begins: date | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class ReadCatalogue:
    """读好的清单: what files hold, and what of them cannot be read."""

    items: list[ServiceItem] = field(default_factory=list)
    bundles: list[Bundle] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


async def import_catalogue(cmd: ImportCatalogue, *, tools: Tools) -> Imported:
    """All or nothing; what says the same as the catalogue in force leaves its revision alone."""
    require(cmd.caller, Verb.IMPORT)
    async with tools.open_view() as view:
        digests = await view.catalogue.digests(cmd.items)
    async with tools.open_uow() as uow:
        imported = await _put(uow, cmd, digests, tools)
        await uow.commit()
    return imported


async def check_files(cmd: CheckFiles, *, tools: Tools, watch: Watch | None = None) -> ImportReport:
    """What is wrong with the files and what they would change; nothing is kept of them."""
    require(cmd.caller, Verb.IMPORT)
    read = await _read(cmd, tools, watch)
    report, _ = await _compared(cmd, read, tools, watch)
    return report


async def read_files(cmd: CheckFiles, *, tools: Tools, watch: Watch | None = None) -> ReadCatalogue:
    """The items and bundles of files, with every fault in them."""
    require(cmd.caller, Verb.IMPORT)
    return await _read(cmd, tools, watch)


async def stage_import(cmd: CheckFiles, *, tools: Tools, watch: Watch | None = None) -> WaitingImport:
    """Keep one checked file with its report, until it is applied, dropped, or a week old."""
    require(cmd.caller, Verb.IMPORT)
    (file,) = cmd.files
    read = await _read(cmd, tools, watch)
    report, stamp = await _compared(cmd, read, tools, watch)
    now = tools.clock.now()
    waiting = WaitingImport(
        id=ImportId(tools.ids.new()),
        file=file.name,
        by=cmd.caller.code,
        by_name=cmd.caller.account.name,
        at=now,
        whole=cmd.whole,
        begins=_first_day(cmd, tools),
        state=ImportState.FAULTY if report.faults else ImportState.CHECKED,
        stamp=stamp,
        report=report,
    )
    content = (
        CatalogueContent() if report.faults else CatalogueContent(tuple(read.items), tuple(read.bundles))
    )
    async with tools.open_view() as view:
        packed = await view.imports.packed(content)
    async with tools.open_uow() as uow:
        await uow.imports.forget(now - timedelta(days=_WAIT_DAYS))
        await uow.imports.add(waiting, packed)
        facts = {"file": file.name, "items": str(report.items), "faults": str(len(report.faults))}
        await audit(uow, cmd.caller, "catalogue.check", now, import_id=waiting.id, **facts)
        await uow.commit()
    return waiting


async def apply_import(
    caller: Caller, waiting: ImportId, *, tools: Tools, watch: Watch | None = None
) -> WaitingImport:
    """Put a checked file in force, if the catalogue still is the one it was compared with; else `Stale`."""
    require(caller, Verb.IMPORT)
    async with tools.open_view() as view:
        checked = await view.imports.get(waiting)
        checked.applied()
        content = await view.imports.content(waiting)
        digests = await view.catalogue.digests(content.items)
    _tell(watch, "写入", 0, len(content.items))
    async with tools.open_uow() as uow:
        applied = await uow.imports.save(checked.applied())
        # The lock comes first: between this look and the end nobody else can change the catalogue.
        await uow.catalogue.lock()
        if await uow.catalogue.stamp() != checked.stamp:
            raise Stale(what="事项清单")
        cmd = ImportCatalogue(
            caller, content.items, content.bundles, whole=checked.whole, begins=checked.begins
        )
        await _put(uow, cmd, digests, tools)
        await uow.commit()
    _tell(watch, "写入", len(content.items), len(content.items))
    return applied


async def drop_import(caller: Caller, waiting: ImportId, *, tools: Tools) -> WaitingImport:
    """Give a checked file up; nothing of it counts."""
    require(caller, Verb.IMPORT)
    async with tools.open_uow() as uow:
        dropped = await uow.imports.save((await uow.imports.get(waiting)).dropped())
        await audit(uow, caller, "catalogue.drop_import", tools.clock.now(), import_id=waiting)
        await uow.commit()
    return dropped


async def waiting_import(caller: Caller, waiting: ImportId, *, tools: Tools) -> WaitingImport:
    """One checked file with its report."""
    require(caller, Verb.IMPORT)
    async with tools.open_view() as view:
        return await view.imports.get(waiting)


async def recent_imports(caller: Caller, *, tools: Tools) -> tuple[WaitingImport, ...]:
    """The last files that were checked, newest first."""
    require(caller, Verb.IMPORT)
    async with tools.open_view() as view:
        return await view.imports.recent()


async def _put(uow: Uow, cmd: ImportCatalogue, digests: Mapping[ServiceCode, str], tools: Tools) -> Imported:
    now = tools.clock.now()
    today = local_day(now)
    changed = 0
    for day in sorted({max(item.valid_from, today) for item in cmd.items}):
        begun = [item for item in cmd.items if max(item.valid_from, today) == day]
        changed += await uow.catalogue.replace(begun, day, digests)
    if cmd.whole:
        named = {item.code for item in cmd.items}
        gone = await uow.catalogue.codes(cmd.begins or today) - named
        changed += await uow.catalogue.withdraw(sorted(gone), max(cmd.begins or today, today))
    other_bundles = bool(cmd.bundles) and await _put_bundles(uow, cmd.bundles, today)
    await audit(uow, cmd.caller, "catalogue.import", now, rows=str(len(cmd.items)), changed=str(changed))
    return Imported(len(cmd.items), changed, other_bundles)


async def _put_bundles(uow: Uow, bundles: Sequence[Bundle], day: date) -> bool:
    """Replace the bundles, False when they are the same; one that names an item nobody can apply for stops the import."""
    known = await uow.catalogue.codes(day)
    for bundle in bundles:
        missing = [code for code in bundle.items if code not in known]
        if missing:
            raise BadInput(field="bundles", why=f"“{bundle.name}”里的事项{missing[0]}不在事项清单里。")
    return await uow.catalogue.put_bundles(bundles)


async def _read(cmd: CheckFiles, tools: Tools, watch: Watch | None) -> ReadCatalogue:
    async with tools.open_view() as view:
        halls = await view.places.halls()
    begins = _first_day(cmd, tools)
    sheets = SheetReading()
    for file in cmd.files:
        _tell(watch, "打开文件", 0, 1)
        found = await _opened(file, halls, tools)
        sheets.items += found.items
        sheets.bundles += found.bundles
        sheets.faults += found.faults
        sheets.ignored += found.ignored
    reading = CatalogueReading(begins)
    for number, row in enumerate(sheets.items):
        reading.read(row)
        if number % _AT_ONCE == 0:
            _tell(watch, "核对事项", number, len(sheets.items))
        if number % _BREATH == 0:
            await asyncio.sleep(0)
    bundles, bundle_faults = read_bundles(sheets.bundles)
    faults = [*sheets.faults, *reading.faults, *bundle_faults, *_unlike(reading.items, halls, begins)]
    if not (sheets.items or bundles or faults):
        faults.append(RowFault("文件", "事项", "文件里没有找到事项，请对照模板检查列名"))
    return ReadCatalogue(reading.items, bundles, faults, sheets.ignored)


def _unlike(items: Sequence[ServiceItem], halls: Sequence[Hall], begins: date) -> list[RowFault]:
    """What reads well and still cannot be right in this county."""
    known = {hall.code for hall in halls}
    faults = [
        RowFault(f"（{item.code}）", "availability", f"没有“{hall}”这个中心")
        for item in items
        for hall in item.availability.halls
        if known and hall not in known
    ]
    late = (item for item in items if item.valid_from > begins + _AHEAD)
    faults += (
        RowFault(f"（{item.code}）", "plan_effective_date", "生效日期太远了，请核对年份") for item in late
    )
    return faults


async def _opened(file: GivenFile, halls: Sequence[Hall], tools: Tools) -> SheetReading:
    """One file as rows of the exchange form."""
    if not file.name.lower().endswith(".json"):
        tables = await tools.papers.read_tables(file)
        return await asyncio.to_thread(read_sheets, tables, halls)
    try:
        content = await asyncio.to_thread(json.loads, file.content)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as fault:
        line = f"第{fault.lineno}行第{fault.colno}列" if isinstance(fault, json.JSONDecodeError) else ""
        return SheetReading(faults=[RowFault(file.name, "", f"{line}不是正确的 JSON")])
    return await asyncio.to_thread(json_rows, content, file.name)


def json_rows(content: object, name: str = "") -> SheetReading:
    """The rows of a JSON file: `{"items": […], "bundles": […]}` or a bare list of items, in our or national names."""
    items, bundles = (
        (content, []) if isinstance(content, list) else (_list(content, "items"), _list(content, "bundles"))
    )
    rows = [_placed(row, f"{name} 第{number}条".strip()) for number, row in enumerate(items, start=1)]
    parts = [_placed(row, f"{name} 一件事第{n}条".strip()) for n, row in enumerate(bundles, start=1)]
    return SheetReading(items=rows, bundles=parts)


def _placed(row: object, place: str) -> PlacedRow:
    return PlacedRow(place, national_row(row) if isinstance(row, Mapping) else {})


def _list(content: object, name: str) -> list[object]:
    found = content.get(name, []) if isinstance(content, Mapping) else []
    return found if isinstance(found, list) else []


async def _compared(
    cmd: CheckFiles, read: ReadCatalogue, tools: Tools, watch: Watch | None
) -> tuple[ImportReport, str]:
    """The report on what was read, and the stamp of the catalogue it was compared with."""
    changes: list[ItemChange] = []
    async with tools.open_view() as view:
        stamp = await view.catalogue.stamp()
        if not read.faults:
            changes = await _changes(cmd, read, view, tools, watch)
            read.faults.extend(await _broken_bundles(cmd, read, view, tools))
        other_bundles = bool(read.bundles) and tuple(read.bundles) != await view.catalogue.bundles()
    report = ImportReport(
        items=len(read.items),
        bundles=len(read.bundles),
        faults=tuple(read.faults),
        changes=tuple(changes) if not read.faults else (),
        ignored=tuple(dict.fromkeys(read.ignored)),
        other_bundles=other_bundles,
    )
    return report, stamp


async def _changes(
    cmd: CheckFiles, read: ReadCatalogue, view: Uow, tools: Tools, watch: Watch | None
) -> list[ItemChange]:
    begins = _first_day(cmd, tools)
    later = await view.catalogue.beginnings(begins)
    days = sorted({item.valid_from for item in read.items} | {begins})
    in_force = {day: {i.code: i for i in await view.catalogue.all_current(day)} for day in days}
    changes: list[ItemChange] = []
    for number, item in enumerate(read.items):
        ends = min((day for day in later.get(item.code, ()) if day > item.valid_from), default=None)
        change = item_change(in_force[item.valid_from].get(item.code), item, ends)
        if change is not None:
            changes.append(change)
        if number % _AT_ONCE == 0:
            _tell(watch, "比对变动", number, len(read.items))
        if number % _BREATH == 0:
            await asyncio.sleep(0)
    if cmd.whole:
        named = {item.code for item in read.items}
        changes += (withdrawal(i, begins) for code, i in in_force[begins].items() if code not in named)
    return changes


async def _broken_bundles(cmd: CheckFiles, read: ReadCatalogue, view: Uow, tools: Tools) -> list[RowFault]:
    """Bundles that would name an item nobody can apply for any more."""
    named = {item.code for item in read.items}
    kept = frozenset() if cmd.whole else await view.catalogue.codes(_first_day(cmd, tools))
    bundles = read.bundles or (await view.catalogue.bundles() if cmd.whole else ())
    missing = ((b, [code for code in b.items if code not in named | kept]) for b in bundles)
    return [
        RowFault(f"一件事“{bundle.name}”", "items", f"里面的事项{codes[0]}不在清单里")
        for bundle, codes in missing
        if codes
    ]


def _first_day(cmd: CheckFiles, tools: Tools) -> date:
    today = local_day(tools.clock.now())
    return max(cmd.begins or today, today)


def _tell(watch: Watch | None, step: str, done: int, total: int) -> None:
    if watch is not None:
        watch(Progress(step, done, total))
