"""The papers room at work: files and prints are made in a thread of their own, two at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, TypeVar

from intake.model.case import Case
from intake.model.catalogue import ServiceItem, Way
from intake.model.exchange import FileForm, GivenFile, SheetTable
from intake.model.figures import Month, MonthlyReport, PrintForm, Workload
from intake.model.papers import CasePaper
from intake.model.people import Person
from intake.model.places import Hall
from intake.model.statement import Statement

if TYPE_CHECKING:
    from jiujinban.press import Press

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class PaperRoom:
    """`intake.ports.Papers` over the papers workshop. `address` is where people reach the phone page; without one a
    paper's QR code holds the case number, which the kiosk's scanner and the counter read.
    """

    address: str = ""
    _places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))

    async def read_tables(self, file: GivenFile) -> tuple[SheetTable, ...]:
        return await self._aside(lambda press: press.read_tables(file))

    async def write_tables(self, tables: Sequence[SheetTable], form: FileForm) -> bytes:
        return await self._aside(lambda press: press.write_tables(tables, form))

    async def hall_list(
        self,
        hall: Hall,
        offered: Sequence[tuple[ServiceItem, Way]],
        *,
        halls: Sequence[Hall],
        on: date,
        form: PrintForm,
    ) -> bytes:
        return await self._aside(lambda press: press.hall_list(hall, offered, halls=halls, on=on, form=form))

    async def case_paper(
        self, kind: CasePaper, case: Case, item: ServiceItem, hall: Hall, person: Person, at: datetime
    ) -> bytes:
        link = f"{self.address.rstrip('/')}/#/cases/{case.id}" if self.address else case.number
        return await self._aside(
            lambda press: press.case_paper(kind, case, item, hall, person, link=link, at=at)
        )

    async def report(self, report: MonthlyReport, form: PrintForm) -> bytes:
        return await self._aside(lambda press: press.report(report, form))

    async def assessment(self, report: Sequence[Workload], month: Month, form: PrintForm) -> bytes:
        return await self._aside(lambda press: press.assessment(report, month, form))

    async def _aside(self, make: Callable[[Press], Made]) -> Made:
        async with self._places:
            return await asyncio.to_thread(lambda: make(_press()))


def statement_pdf(statement: Statement, office: str, at: datetime) -> bytes:
    """A proxy's month in large print."""
    return _press().statement_pdf(statement, office, at)


def statement_xlsx(statement: Statement) -> bytes:
    """A proxy's month as a workbook."""
    return _press().statement_xlsx(statement)


def _press() -> Press:
    """Loaded with the first paper, in that paper's thread."""
    from jiujinban.press import Press  # noqa: PLC0415 (nobody need wait for fonts and workbooks at the door)

    return Press()
