"""The catalogue on its way in and out (清单交换): files, tables, what a file would change, and imports that wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from intake.errors import NotNow
from intake.model.catalogue import Bundle, ServiceItem
from intake.model.ids import AccountCode, ImportId, ServiceCode


class FileForm(StrEnum):
    """文件格式: the three a catalogue comes and goes in; several CSV tables travel as one zip."""

    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class GivenFile:
    """来件: a file as somebody handed it in; its name says what it is."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class SheetRow:
    """表中一行: its line in the sheet and its cells as text."""

    line: int
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class SheetTable:
    """一张表: a sheet of a workbook or one CSV file, headings apart from rows."""

    name: str
    headings: Sequence[str]
    rows: Sequence[SheetRow]


@dataclass(frozen=True, slots=True)
class RowFault:
    """导入错误: where in the file, which field, and why."""

    place: str
    field: str
    why: str


class ChangeKind(StrEnum):
    """变动: what an import does to one item."""

    NEW = "new"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"


CHANGE_WORDS: Mapping[ChangeKind, str] = {
    ChangeKind.NEW: "新增",
    ChangeKind.CHANGED: "变更",
    ChangeKind.WITHDRAWN: "撤下",
}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """一处变动: one field of an item, before and after, in words."""

    field: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ItemChange:
    """事项变动: what happens to one item, from which day, and until which when a later version waits already."""

    kind: ChangeKind
    code: ServiceCode
    name: str
    begins: date
    ends: date | None = None
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportReport:
    """核对结果: everything wrong with a file, everything it would change, and the columns nobody here reads."""

    items: int
    bundles: int
    faults: tuple[RowFault, ...]
    changes: tuple[ItemChange, ...]
    ignored: tuple[str, ...] = ()
    other_bundles: bool = False

    @property
    def changes_nothing(self) -> bool:
        """Whether the file reads well and says what is in force already."""
        return not (self.faults or self.changes or self.other_bundles)

    def count(self, kind: ChangeKind) -> int:
        """How many items change in that way."""
        return sum(change.kind is kind for change in self.changes)


@dataclass(frozen=True, slots=True)
class CatalogueContent:
    """清单内容: the items and bundles a file holds."""

    items: tuple[ServiceItem, ...] = ()
    bundles: tuple[Bundle, ...] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """导入结果: how many items came, how many of them are new, differ or were withdrawn, and whether bundles differ."""

    items: int
    changed: int
    other_bundles: bool

    @property
    def changed_nothing(self) -> bool:
        """Whether the catalogue is as it was, with its revision."""
        return not (self.changed or self.other_bundles)


class ImportState(StrEnum):
    """导入状态: a file that waits to be applied, one that cannot be, and how it ended."""

    CHECKED = "checked"
    FAULTY = "faulty"
    APPLIED = "applied"
    DROPPED = "dropped"


IMPORT_WORDS: Mapping[ImportState, str] = {
    ImportState.CHECKED: "等待确认",
    ImportState.FAULTY: "有错误，不能导入",
    ImportState.APPLIED: "已生效",
    ImportState.DROPPED: "已放弃",
}
_SAME_WORDS: Mapping[ImportState, str] = {
    ImportState.CHECKED: "和现行清单一样，不用导入",
    ImportState.APPLIED: "已确认，清单没有变动",
}


@dataclass(frozen=True, slots=True)
class WaitingImport:
    """待确认导入: a checked file with its report; `stamp` names the catalogue it was compared with."""

    id: ImportId
    file: str
    by: AccountCode
    by_name: str
    at: datetime
    whole: bool
    begins: date
    state: ImportState
    stamp: str
    report: ImportReport
    version: int = 1

    @property
    def state_words(self) -> str:
        """How it stands, in words; of a file that changes nothing they say so."""
        words = IMPORT_WORDS[self.state]
        return _SAME_WORDS.get(self.state, words) if self.report.changes_nothing else words

    def applied(self) -> WaitingImport:
        """In force; raises `NotNow` unless it waits."""
        return self._to(ImportState.APPLIED)

    def dropped(self) -> WaitingImport:
        """Given up; raises `NotNow` once it is in force."""
        if self.state is ImportState.FAULTY:
            return replace(self, state=ImportState.DROPPED)
        return self._to(ImportState.DROPPED)

    def _to(self, state: ImportState) -> WaitingImport:
        if self.state is not ImportState.CHECKED:
            raise NotNow(what=f"“{self.file}”的导入", state=IMPORT_WORDS[self.state])
        return replace(self, state=state)


@dataclass(frozen=True, slots=True)
class Progress:
    """进度: how far a long act has come, in words and numbers."""

    step: str
    done: int
    total: int
