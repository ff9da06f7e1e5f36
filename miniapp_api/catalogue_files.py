"""The catalogue as files: template, export, and imports that are checked, shown and only then applied."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field

from intake.errors import BadInput
from intake.model.exchange import (
    CHANGE_WORDS,
    ChangeKind,
    FileForm,
    GivenFile,
    ImportState,
    ItemChange,
    RowFault,
    WaitingImport,
)
from intake.model.ids import ImportId
from intake.usecases.catalogue.importing import CheckFiles, Watch
from intake.usecases.catalogue.sheets import field_text
from miniapp_api.files import MEDIA, download, tell_progress
from miniapp_api.forms import Code
from miniapp_api.typed import Api, Call, Form, NoForm, OpenTo, View
from miniapp_api.views import local

api = Api("catalogue")
_ENDINGS = {FileForm.XLSX: "xlsx", FileForm.CSV: "zip", FileForm.JSON: "json"}


class ExportForm(Form):
    """In which format, and of which day."""

    form: FileForm = FileForm.XLSX
    on: date | None = None


class TemplateForm(Form):
    """In which format."""

    form: FileForm = FileForm.XLSX


class UploadForm(Form):
    """The file's name, from which day it holds, and whether it is the whole catalogue; the body is the file."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    begins: date | None = None
    whole: bool = False


class ImportForm(Form):
    """Which import."""

    waiting: Code


class PartForm(ImportForm):
    """Which part of an import's report, from which row on."""

    part: Literal["faults", "new", "changed", "withdrawn"] = "faults"
    after: Annotated[int, Field(ge=0, le=10_000_000)] = 0
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class FaultView(View):
    """Where, which field, and why."""

    place: str
    field: str
    why: str


class FieldView(View):
    """One field before and after."""

    label: str
    before: str
    after: str


class ItemChangeView(View):
    """What happens to one item."""

    kind: str
    kind_text: str
    service_code: str
    name: str
    begins: str
    ends: str | None
    fields: list[FieldView]

    @classmethod
    def of(cls, change: ItemChange) -> ItemChangeView:
        """The change as the keeper sees it."""
        return cls(
            kind=change.kind,
            kind_text=CHANGE_WORDS[change.kind],
            service_code=change.code,
            name=change.name,
            begins=change.begins.isoformat(),
            ends=change.ends.isoformat() if change.ends else None,
            fields=[FieldView(label=f.label, before=f.before, after=f.after) for f in change.fields],
        )


class ImportView(View):
    """A checked file and what it would do, in numbers."""

    id: str
    file: str
    by_name: str
    at: str
    whole: bool
    begins: str
    state: ImportState
    state_text: str
    items: int
    bundles: int
    faults: int
    new: int
    changed: int
    withdrawn: int
    changes_nothing: bool
    ignored: list[str]

    @classmethod
    def of(cls, waiting: WaitingImport) -> ImportView:
        """The import as the keeper sees it in a list."""
        report = waiting.report
        return cls(
            id=waiting.id,
            file=waiting.file,
            by_name=waiting.by_name,
            at=local(waiting.at),
            whole=waiting.whole,
            begins=waiting.begins.isoformat(),
            state=waiting.state,
            state_text=waiting.state_words,
            items=report.items,
            bundles=report.bundles,
            faults=len(report.faults),
            new=report.count(ChangeKind.NEW),
            changed=report.count(ChangeKind.CHANGED),
            withdrawn=report.count(ChangeKind.WITHDRAWN),
            changes_nothing=report.changes_nothing,
            ignored=list(report.ignored[:50]),
        )


class ImportsView(View):
    """The last imports, newest first."""

    imports: list[ImportView]


class PartView(View):
    """A stretch of a report: faults, or changes of one kind; `next` is where the next stretch begins."""

    faults: list[FaultView]
    changes: list[ItemChangeView]
    total: int
    next: int | None


@api.raw("GET", "/api/v1/catalogue/template", TemplateForm, MEDIA["xlsx"], open_to=OpenTo.ALL)
async def template(call: Call[TemplateForm]) -> web.StreamResponse:
    """清单模板: an empty file of the exchange form."""
    content = await call.desk.catalogue.template(call.form.form)
    return download(content, f"事项清单模板.{_ENDINGS[call.form.form]}")


@api.raw("GET", "/api/v1/catalogue/export", ExportForm, MEDIA["xlsx"], refuses=("not_allowed",))
async def export(call: Call[ExportForm]) -> web.StreamResponse:
    """清单导出: what is in force on a day, to be imported again anywhere."""
    content = await call.desk.catalogue.export(call.caller, call.form.form, call.form.on)
    return download(content, f"事项清单{call.form.on or call.desk.today}.{_ENDINGS[call.form.form]}")


@api.operation("GET", "/api/v1/catalogue/imports", NoForm, ImportsView, refuses=("not_allowed",))
async def imports(call: Call[NoForm]) -> ImportsView:
    """最近的导入: what was checked, what is in force, what was given up."""
    recent = await call.desk.catalogue.recent_imports(call.caller)
    return ImportsView(imports=[ImportView.of(waiting) for waiting in recent])


@api.raw(
    "POST",
    "/api/v1/catalogue/imports",
    UploadForm,
    "application/x-ndjson",
    takes="application/octet-stream",
    refuses=("not_allowed", "bad_input"),
)
async def stage(call: Call[UploadForm]) -> web.StreamResponse:
    """导入核对: the file is read, judged and compared, with progress; nothing of it counts yet."""
    content = await call.request.read()
    if not content:
        # Said before progress is: once that has begun, an answer can no longer be a refusal.
        raise BadInput(field="file", why="没有收到文件，请重新选择。")
    form = call.form
    cmd = CheckFiles(call.caller, [GivenFile(form.name, content)], form.begins, form.whole)

    async def act(watch: Watch) -> View:
        return ImportView.of(await call.desk.catalogue.stage_import(cmd, watch))

    return await tell_progress(call.request, act)


@api.operation(
    "GET", "/api/v1/catalogue/imports/{waiting}", ImportForm, ImportView, refuses=("not_allowed", "not_found")
)
async def waiting(call: Call[ImportForm]) -> ImportView:
    """One import."""
    return ImportView.of(await call.desk.catalogue.waiting_import(call.caller, ImportId(call.form.waiting)))


@api.operation(
    "GET",
    "/api/v1/catalogue/imports/{waiting}/report",
    PartForm,
    PartView,
    refuses=("not_allowed", "not_found"),
)
async def report(call: Call[PartForm]) -> PartView:
    """核对结果: every fault and every change, a stretch at a time."""
    found = await call.desk.catalogue.waiting_import(call.caller, ImportId(call.form.waiting))
    form = call.form
    rows: list[RowFault | ItemChange] = (
        [*found.report.faults]
        if form.part == "faults"
        else [change for change in found.report.changes if change.kind == form.part]
    )
    shown = rows[form.after : form.after + form.limit]
    end = form.after + len(shown)
    return PartView(
        faults=[
            FaultView(place=r.place, field=field_text(r.field), why=r.why)
            for r in shown
            if isinstance(r, RowFault)
        ],
        changes=[ItemChangeView.of(row) for row in shown if isinstance(row, ItemChange)],
        total=len(rows),
        next=end if end < len(rows) else None,
    )


@api.raw(
    "POST",
    "/api/v1/catalogue/imports/{waiting}/apply",
    ImportForm,
    "application/x-ndjson",
    refuses=("not_allowed", "not_found", "not_now", "stale"),
)
async def apply(call: Call[ImportForm]) -> web.StreamResponse:
    """确认导入: in force, if the catalogue still is the one it was compared with."""

    async def act(watch: Watch) -> View:
        return ImportView.of(
            await call.desk.catalogue.apply_import(call.caller, ImportId(call.form.waiting), watch)
        )

    return await tell_progress(call.request, act)


@api.operation(
    "POST",
    "/api/v1/catalogue/imports/{waiting}/drop",
    ImportForm,
    ImportView,
    refuses=("not_allowed", "not_found", "not_now"),
)
async def drop(call: Call[ImportForm]) -> ImportView:
    """放弃导入."""
    return ImportView.of(await call.desk.catalogue.drop_import(call.caller, ImportId(call.form.waiting)))
