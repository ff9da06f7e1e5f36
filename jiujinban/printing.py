"""The papers room at work: files and prints are made in a thread of their own, two at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TypeVar

from intake.errors import BadInput
from intake.model.calendar import SHANGHAI
from intake.model.case import Case
from intake.model.catalogue import ServiceItem, Way
from intake.model.exchange import FileForm, GivenFile, SheetTable
from intake.model.figures import Month, MonthlyReport, PrintForm, Workload
from intake.model.papers import CasePaper
from intake.model.people import Person
from intake.model.places import Hall
from papers import lists, receipts, reports
from papers.tables import UnreadableTables, read_tables, write_tables

Made = TypeVar("Made")
_FORMS = {PrintForm.XLSX: FileForm.XLSX, PrintForm.CSV: FileForm.CSV}


@dataclass(frozen=True, slots=True)
class PaperRoom:
    """`intake.ports.Papers` over the papers workshop. `address` is where people reach the phone page; without one a
    paper's QR code holds the case number, which the kiosk's scanner and the counter read.
    """

    address: str = ""
    _places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))

    async def read_tables(self, file: GivenFile) -> tuple[SheetTable, ...]:
        try:
            return await self._aside(lambda: read_tables(file))
        except UnreadableTables as fault:
            raise BadInput(field="file", why=f"{fault}。") from fault

    async def write_tables(self, tables: Sequence[SheetTable], form: FileForm) -> bytes:
        return await self._aside(lambda: write_tables(tables, form))

    async def hall_list(
        self,
        hall: Hall,
        offered: Sequence[tuple[ServiceItem, Way]],
        *,
        halls: Sequence[Hall],
        on: date,
        form: PrintForm,
    ) -> bytes:
        def make() -> bytes:
            match form:
                case PrintForm.XLSX:
                    return lists.hall_list(hall, offered, halls=halls, on=on)
                case PrintForm.PDF:
                    at = datetime.combine(on, time(), SHANGHAI)
                    return lists.hall_list_pdf(hall, offered, halls=halls, at=at)
                case PrintForm.CSV:
                    return write_tables([lists.hall_list_table(hall, offered, halls=halls)], FileForm.CSV)

        return await self._aside(make)

    async def case_paper(
        self, kind: CasePaper, case: Case, item: ServiceItem, hall: Hall, person: Person, at: datetime
    ) -> bytes:
        link = f"{self.address.rstrip('/')}/#/cases/{case.id}" if self.address else case.number

        def make() -> bytes:
            match kind:
                case CasePaper.RECEIPT:
                    return receipts.receipt(case, item, hall, person, link=link, at=at)
                case CasePaper.ACCEPTANCE:
                    return receipts.acceptance_notice(case, item, hall, person, link=link, at=at)
                case CasePaper.CORRECTION:
                    return receipts.correction_notice(case, item, hall, link=link, at=at)
                case CasePaper.REFUSAL:
                    return receipts.refusal_notice(case, hall, link=link, at=at)
                case CasePaper.COLLECTION:
                    return receipts.collection_slip(case, item, hall, link=link, at=at)

        return await self._aside(make)

    async def report(self, report: MonthlyReport, form: PrintForm) -> bytes:
        made = reports.report_pdf if form is PrintForm.PDF else reports.report_workbook
        return await self._aside(lambda: made(report))

    async def assessment(self, report: Sequence[Workload], month: Month, form: PrintForm) -> bytes:
        if form is PrintForm.PDF:
            at = datetime.combine(month.last, time(), SHANGHAI)
            return await self._aside(lambda: reports.assessment_pdf(report, month, at))
        return await self._aside(lambda: write_tables([reports.assessment_table(report)], _FORMS[form]))

    async def _aside(self, make: Callable[[], Made]) -> Made:
        async with self._places:
            return await asyncio.to_thread(make)
