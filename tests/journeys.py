"""How far a case has come: each step by the desk's own verb, done by whoever does it in the reference county."""

from __future__ import annotations

from intake.model.booking import Appointment
from intake.model.case import Case, Verdict
from intake.model.ids import HallCode, ServiceCode
from intake.model.people import Caller
from intake.usecases.cases.deciding import DecideCase, DeliverCase, IssueCase
from intake.usecases.cases.drafting import AddPage, OpenDraft, SubmitCase
from intake.usecases.cases.reception import AskCorrection, OnCase, Resupply
from intake.usecases.places.booking import BookAppointment, FindSlots
from tests.desks import ALLOWANCE, ANWEN, County, person_of


async def drafted(
    county: County, who: str = "citizen-1", item: ServiceCode = ALLOWANCE, hall: HallCode = ANWEN
) -> Case:
    """A draft without a page."""
    citizen = await county.caller(who)
    return await county.desk.cases.open_draft(OpenDraft(citizen, person_of(citizen), item, hall))


async def submitted(
    county: County, who: str = "citizen-1", item: ServiceCode = ALLOWANCE, hall: HallCode = ANWEN
) -> Case:
    """A case with its number and both required pages."""
    citizen, case = await county.caller(who), await drafted(county, who, item, hall)
    for material in case.lacking():
        added = await county.desk.cases.add_page(
            AddPage(citizen, case.id, material.kind.encode(), material.key)
        )
        assert added.material.key == material.key
    return await county.desk.cases.submit(SubmitCase(citizen, case.id))


async def received(county: County) -> Case:
    """A case in a clerk's hands."""
    case = await submitted(county)
    return await county.desk.cases.receive(await clerks(county, case))


async def accepted(county: County) -> Case:
    """A case whose promised days run."""
    case = await received(county)
    return await county.desk.cases.accept(await clerks(county, case))


async def in_review(county: County) -> Case:
    """A case on the department's table."""
    case = await accepted(county)
    return await county.desk.cases.hand_over(await clerks(county, case))


async def decided(county: County) -> Case:
    """A case the department has granted."""
    case, approver = await in_review(county), await county.caller("approver-civil_affairs-1")
    return await county.desk.cases.decide(DecideCase(approver, case.id, case.version, granted=True))


async def issued(county: County) -> Case:
    """A case whose result can be collected."""
    case, clerk = await decided(county), await county.caller("clerk-anwen-1")
    return await county.desk.cases.issue(IssueCase(clerk, case.id, case.version))


async def delivered(county: County) -> Case:
    """A case whose result is in the person's hand."""
    case, clerk = await issued(county), await county.caller("clerk-anwen-1")
    assert case.issue is not None
    return await county.desk.cases.deliver(DeliverCase(clerk, case.id, case.version, case.issue.code))


async def correction_asked(county: County, by: str = "clerk-anwen-1") -> Case:
    """A case whose identity card cannot be read, by the word of a clerk or of the approver."""
    case = await (received(county) if by.startswith("clerk") else in_review(county))
    fault = {case.materials[0].key: (Verdict.UNREADABLE, "太暗了")}
    caller = await county.caller(by)
    return await county.desk.cases.ask_correction(AskCorrection(caller, case.id, case.version, fault))


async def corrected(county: County, asked: Case, who: str = "citizen-1") -> Case:
    """A correction answered in full: each paper photographed again."""
    citizen = await county.caller(who)
    for material in asked.to_correct():
        await county.desk.cases.add_page(AddPage(citizen, asked.id, material.kind.encode(), material.key))
    return await county.desk.cases.resupply(Resupply(citizen, asked.id))


async def clerks(county: County, case: Case, code: str = "clerk-anwen-1") -> OnCase:
    """What a clerk says of a case as it is."""
    return OnCase(await county.caller(code), case.id, case.version)


async def booked(
    county: County, who: str = "citizen-1", item: ServiceCode = ALLOWANCE, hall: HallCode = ANWEN
) -> Appointment:
    """The soonest place of a hall, taken for the citizen."""
    caller = await county.caller(who)
    return await take_soonest(county, caller, item, hall)


async def take_soonest(county: County, caller: Caller, item: ServiceCode, hall: HallCode) -> Appointment:
    """The soonest place of a hall for the caller's own matter."""
    slots = await county.desk.places.find_slots(FindSlots(item, frozenset({hall}), limit=1))
    return await county.desk.places.book(BookAppointment(caller, person_of(caller), item, slots[0].id))
