"""Exporting the catalogue (清单导出): what is in force on a day, in a form that imports back as the same catalogue."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import date

from intake.model.authority import Verb, require
from intake.model.calendar import local_day
from intake.model.exchange import FileForm, SheetRow, SheetTable
from intake.model.people import Caller
from intake.ports import Tools
from intake.usecases.catalogue.exchange import write_bundle, write_item
from intake.usecases.catalogue.sheets import PLANS, SheetPlan, write_sheets


async def export_catalogue(caller: Caller, form: FileForm, *, tools: Tools, on: date | None = None) -> bytes:
    """The catalogue of a day as one file: a workbook, a zip of CSV files, or JSON."""
    require(caller, Verb.IMPORT)
    day = on or local_day(tools.clock.now())
    async with tools.open_view() as view:
        items, bundles = await view.catalogue.all_current(day), await view.catalogue.bundles()
    rows = await asyncio.to_thread(lambda: [write_item(item) for item in items])
    parts = [write_bundle(bundle) for bundle in bundles]
    if form is FileForm.JSON:
        return await asyncio.to_thread(_as_json, {"items": rows, "bundles": parts})
    return await tools.papers.write_tables(await asyncio.to_thread(write_sheets, rows, parts), form)


async def catalogue_template(form: FileForm, *, tools: Tools) -> bytes:
    """An empty file of the exchange form, with what each column means below its name; open to everybody."""
    if form is FileForm.JSON:
        columns = {p.part or "items": {c.field: c.hint or c.label for c in p.columns} for p in PLANS}
        return _as_json({"items": [], "bundles": [], "columns": columns})
    return await tools.papers.write_tables([_template(plan) for plan in PLANS], form)


def _template(plan: SheetPlan) -> SheetTable:
    labels = [column.label for column in plan.columns]
    hints = [column.hint for column in plan.columns]
    empty = SheetTable(plan.name, [column.field for column in plan.columns], [SheetRow(2, labels)])
    return replace(empty, rows=[*empty.rows, SheetRow(3, hints)]) if any(hints) else empty


def _as_json(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1).encode()
