"""Printing (文书): what a case is far enough for, as PDF for the person, the proxy and the counter; every print is audited."""

from __future__ import annotations

from intake.errors import NotNow
from intake.model.authority import Verb, require
from intake.model.case import CASE_WORDS, Case
from intake.model.ids import CaseId
from intake.model.leaving import AuditEntry
from intake.model.papers import PAPER_WORDS, CasePaper
from intake.model.papers import papers_of as ready_papers
from intake.model.people import Caller
from intake.ports import Tools, Uow
from intake.usecases.cases.looking import belonging_of


async def papers_of(caller: Caller, number: str, *, tools: Tools) -> tuple[CasePaper, ...]:
    """The papers of a case that can be printed now, to whoever may see the case."""
    require(caller, Verb.SEE_CASE)
    async with tools.open_view() as view:
        case = await _case(view, number)
        require(caller, Verb.SEE_CASE, belonging_of(case))
        return ready_papers(case)


async def print_paper(caller: Caller, number: str, kind: CasePaper, *, tools: Tools) -> bytes:
    """One paper as PDF, names and numbers masked; who printed it and when is written down first."""
    require(caller, Verb.SEE_CASE)
    now = tools.clock.now()
    async with tools.open_uow() as uow:
        case = await _case(uow, number)
        require(caller, Verb.SEE_CASE, belonging_of(case))
        if kind not in ready_papers(case):
            raise NotNow(what=f"{PAPER_WORDS[kind]}还没有，办件{case.number}", state=CASE_WORDS[case.state])
        item = await uow.catalogue.version(case.service_code, case.item_version)
        hall, person = await uow.places.hall(case.hall), await uow.people.person(case.applicant)
        facts = {"paper": kind.value}
        entry = AuditEntry(
            "case.paper_printed", caller.code, caller.door, now, person=person.id, case=case.id, facts=facts
        )
        await uow.leaving.audit(entry)
        await uow.commit()
    return await tools.papers.case_paper(kind, case, item, hall, person, now)


async def _case(view: Uow, number: str) -> Case:
    return await (view.cases.by_number(number) if number.startswith("BJ") else view.cases.get(CaseId(number)))
