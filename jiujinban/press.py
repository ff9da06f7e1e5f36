"""The press (印刷): what a paper of each kind is made with. Loading its tools takes as long as loading the store's code, so the
papers room loads it with the first paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from intake.errors import BadInput
from intake.model.calendar import SHANGHAI
from intake.model.case import Case
from intake.model.catalogue import ServiceItem, Way
from intake.model.exchange import FileForm, GivenFile, SheetTable
from intake.model.figures import Month, MonthlyReport, PrintForm, Workload
from intake.model.papers import CasePaper
from intake.model.people import Person
from intake.model.places import Hall
from intake.model.statement import Statement
from papers import lists, receipts, reports, statements
from papers.tables import UnreadableTables, read_tables, write_tables

_FORMS = {PrintForm.XLSX: FileForm.XLSX, PrintForm.CSV: FileForm.CSV}


class Press:
    """Makes papers, in whatever thread it is asked; see `intake.ports.Papers` for what they are."""

    def read_tables(self, file: GivenFile) -> tuple[SheetTable, ...]:
        """The tables of a file; raises `BadInput`."""
        try:
            return read_tables(file)
        except UnreadableTables as fault:
            raise BadInput(field="file", why=f"{fault}。") from fault

    def write_tables(self, tables: Sequence[SheetTable], form: FileForm) -> bytes:
        """Tables as a file."""
        return write_tables(tables, form)

    def hall_list(
        self,
        hall: Hall,
        offered: Sequence[tuple[ServiceItem, Way]],
        *,
        halls: Sequence[Hall],
        on: date,
        form: PrintForm,
    ) -> bytes:
        """What a hall offers."""
        match form:
            case PrintForm.XLSX:
                return lists.hall_list(hall, offered, halls=halls, on=on)
            case PrintForm.PDF:
                at = datetime.combine(on, time(), SHANGHAI)
                return lists.hall_list_pdf(hall, offered, halls=halls, at=at)
            case PrintForm.CSV:
                return write_tables([lists.hall_list_table(hall, offered, halls=halls)], FileForm.CSV)

    def case_paper(
        self,
        kind: CasePaper,
        case: Case,
        item: ServiceItem,
        hall: Hall,
        person: Person,
        *,
        link: str,
        at: datetime,
    ) -> bytes:
        """A paper of a case; `link` is what its QR code says."""
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

    def report(self, report: MonthlyReport, form: PrintForm) -> bytes:
        """A month's figures."""
        made = reports.report_pdf if form is PrintForm.PDF else reports.report_workbook
        return made(report)

    def assessment(self, report: Sequence[Workload], month: Month, form: PrintForm) -> bytes:
        """What each clerk did in a month."""
        if form is PrintForm.PDF:
            at = datetime.combine(month.last, time(), SHANGHAI)
            return reports.assessment_pdf(report, month, at)
        return write_tables([reports.assessment_table(report)], _FORMS[form])

    def statement_pdf(self, statement: Statement, office: str, at: datetime) -> bytes:
        """A proxy's month in large print."""
        return statements.statement_pdf(statement, office, at)

    def statement_xlsx(self, statement: Statement) -> bytes:
        """A proxy's month as a workbook."""
        return statements.statement_xlsx(statement)
