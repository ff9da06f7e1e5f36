"""Looking at cases: everybody sees what is theirs to see, and each look at a number or a page is written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from intake.model.authority import Belonging, Verb, require
from intake.model.calendar import WorkingCalendar, local_day
from intake.model.case import OPEN_STATES, Case, CaseEvent, CaseState, Light, Page
from intake.model.ids import AccountCode, CaseId, HallCode, PageId
from intake.model.leaving import AuditEntry
from intake.model.people import Caller, Person
from intake.model.province import ProvinceRecord
from intake.ports import Tools

# Each group is read by itself: results nobody fetches must not crowd out what waits for somebody to act.
RECEPTION_STATES = (
    (
        CaseState.SUBMITTED,
        CaseState.RECEIVED,
        CaseState.CORRECTION_ASKED,
        CaseState.ESCALATED,
        CaseState.ACCEPTED,
    ),
    (CaseState.DECIDED, CaseState.ISSUED),
)
DEPARTMENT_STATES = (
    (CaseState.IN_REVIEW, CaseState.CORRECTION_ASKED, CaseState.ESCALATED),
    (CaseState.DECIDED,),
)

_URGENCY = {Light.RED: 0, Light.YELLOW: 1, Light.GREEN: 2}


@dataclass(frozen=True, slots=True)
class CaseFile:
    """办件档案: a case with the person it is for, its history, and what the province has of it."""

    case: Case
    applicant: Person
    history: tuple[CaseEvent, ...]
    province: ProvinceRecord | None = None


async def my_cases(caller: Caller, *, tools: Tools) -> tuple[Case, ...]:
    """我的办件: what is about the caller and what the caller opened for others, newest first."""
    async with tools.open_view() as view:
        opened = await view.cases.opened_by(caller.code)
        about = await view.cases.of_person(caller.account.person) if caller.account.person else ()
    seen = {case.id: case for case in (*opened, *about)}
    return tuple(sorted(seen.values(), key=lambda case: case.opened_at, reverse=True))


async def show_case(caller: Caller, number: str, *, tools: Tools) -> CaseFile:
    """One case with its history, by number or id, to whoever may see it."""
    require(caller, Verb.SEE_CASE)
    async with tools.open_view() as view:
        case = await (
            view.cases.by_number(number) if number.startswith("BJ") else view.cases.get(CaseId(number))
        )
        require(caller, Verb.SEE_CASE, belonging_of(case))
        applicant = await view.people.person(case.applicant)
        history = await view.cases.history(case.id)
        return CaseFile(case, applicant, history, await view.province.of_case(case.id))


async def hall_cases(caller: Caller, hall: HallCode, *, tools: Tools) -> tuple[Case, ...]:
    """What waits at a hall's reception: what is over its limit, then what soon will be, then longest waiting first."""
    require(caller, Verb.SEE_QUEUE, Belonging(hall=hall))
    async with tools.open_view() as view:
        waiting = [case for states in RECEPTION_STATES for case in await view.cases.at_hall(hall, states)]
        return most_urgent_first(waiting, await view.places.calendar(), tools)


async def department_cases(caller: Caller, *, tools: Tools) -> tuple[Case, ...]:
    """What waits for the caller's department, soonest due first."""
    require(caller, Verb.DECIDE_CASE)
    department = caller.account.department
    if not department:
        return ()
    async with tools.open_view() as view:
        found = [
            case
            for states in DEPARTMENT_STATES
            for case in await view.cases.of_department(department, states)
        ]
        return most_urgent_first(found, await view.places.calendar(), tools)


def most_urgent_first(cases: Sequence[Case], calendar: WorkingCalendar, tools: Tools) -> tuple[Case, ...]:
    """Red, then yellow, then the rest; within each as they came from the store."""
    today, warning = local_day(tools.clock.now()), tools.rules.pace.warning_working_days

    def urgency(case: Case) -> int:
        clock = case.clock(calendar, today, warning)
        over = clock is None or case.outcome is not None or clock.standing
        return _URGENCY[Light.GREEN if over or clock is None else clock.light]

    return tuple(sorted(cases, key=urgency))


async def see_page(caller: Caller, page: PageId, *, tools: Tools) -> tuple[Page, bytes]:
    """A photograph, decrypted for one look that is audited."""
    require(caller, Verb.SEE_PAGE)
    now = tools.clock.now()
    async with tools.open_uow() as uow:
        case_id, found = await uow.cases.page(page)
        case = await uow.cases.get(case_id)
        require(caller, Verb.SEE_PAGE, belonging_of(case))
        entry = AuditEntry(
            "case.page_seen",
            caller.code,
            caller.door,
            now,
            person=case.applicant,
            case=case.id,
            facts={"page": page},
        )
        await uow.leaving.audit(entry)
        await uow.commit()
    return found, await tools.blobs.get(found.digest)


async def reveal_id_number(caller: Caller, case_id: CaseId, *, tools: Tools) -> str:
    """The applicant's full ID number, to those who need it, with the look on record."""
    require(caller, Verb.REVEAL_ID)
    now = tools.clock.now()
    async with tools.open_uow() as uow:
        case = await uow.cases.get(case_id)
        require(caller, Verb.REVEAL_ID, belonging_of(case))
        person = await uow.people.person(case.applicant)
        await uow.leaving.audit(
            AuditEntry("case.id_seen", caller.code, caller.door, now, person=person.id, case=case.id)
        )
        await uow.commit()
    return person.id_number.value


def belonging_of(case: Case) -> Belonging:
    """Whose and where a case is, for the authority table."""
    return Belonging(
        person=case.applicant,
        opened_by=AccountCode(case.opened_by),
        hall=case.hall,
        department=case.department,
    )


def is_open(case: Case) -> bool:
    """Whether the county still owes the person something on this case."""
    return case.state in OPEN_STATES
