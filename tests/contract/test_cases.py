"""办件: one open case per person and item, its pages with it, and lists in the order people wait."""

from dataclasses import replace
from datetime import timedelta

import pytest

from intake.errors import AlreadyOpen, NotFound, Stale
from intake.model.calendar import DueDay
from intake.model.case import (
    OPEN_STATES,
    Case,
    CaseEvent,
    CaseState,
    Correction,
    Evaluation,
    Issue,
    Outcome,
    Verdict,
)
from intake.model.ids import AccountCode, CaseId, DepartmentName, HallCode, PageId, PersonId, ServiceCode
from intake.model.people import Door
from storage.sql.store import Store
from tests.contract.nouns import NOW, TODAY, draft, fresh, page

DAY = timedelta(days=1)


def submitted(**changes: object) -> Case:
    """A case on the desk."""
    made = {"number": fresh("BJ"), "state": CaseState.SUBMITTED, "submitted_at": NOW}
    return draft(**{**made, **changes})


def finished() -> Case:
    """A case with every nested value filled."""
    case = submitted().with_page("m1", page())
    return replace(
        case,
        state=CaseState.EVALUATED,
        materials=tuple(replace(m, verdict=Verdict.ACCEPTED, remark="清楚") for m in case.materials),
        accepted_at=NOW,
        due=DueDay(TODAY, provisional=True),
        legal_due=DueDay(TODAY + DAY, provisional=False),
        correction=Correction("请补", AccountCode("c"), TODAY, TODAY + DAY, CaseState.RECEIVED),
        outcome=Outcome(True, "", "", "", AccountCode("approver"), NOW),
        issue=Issue("邮寄", "SF0001", AccountCode("c"), NOW),
        evaluation=Evaluation(5, "很快", NOW),
    )


async def test_a_case_comes_back_whole(store: Store) -> None:
    """Materials with pages and verdicts, correction, outcome, issue and evaluation."""
    case = finished()
    async with store.open_uow() as uow:
        await uow.cases.add(case)
        await uow.commit()

    async with store.open_view() as view:
        assert await view.cases.get(case.id) == case
        assert await view.cases.by_number(case.number) == case


async def test_a_saved_case_is_the_next_version(store: Store) -> None:
    """What came back from saving is what is read afterwards."""
    case = draft()
    async with store.open_uow() as uow:
        await uow.cases.add(case)
        saved = await uow.cases.save(case.submit("BJ1", NOW))
        assert saved.version == 2
        assert await uow.cases.get(case.id) == saved


async def test_a_stale_change_is_refused(store: Store) -> None:
    """The clerk decides on a page that the person has just replaced."""
    case = draft()
    async with store.open_uow() as uow:
        await uow.cases.add(case)
        await uow.cases.save(case.with_page("m1", page()))
        with pytest.raises(Stale):
            await uow.cases.save(case.submit("BJ1", NOW))
        assert (await uow.cases.get(case.id)).number == ""


async def test_a_second_open_case_is_refused_with_the_number_of_the_first(store: Store) -> None:
    """The refusal names the number, so nobody waits for a case that does not exist."""
    first = submitted()
    second = draft(applicant=first.applicant)
    async with store.open_uow() as uow:
        await uow.cases.add(first)
        await uow.cases.add(second)
        with pytest.raises(AlreadyOpen) as refused:
            await uow.cases.save(second.submit("BJ2", NOW))
        assert (await uow.cases.get(second.id)).state is CaseState.DRAFT

    assert refused.value.facts["number"] == first.number


@pytest.mark.parametrize("state", sorted(set(CaseState) - OPEN_STATES - {CaseState.DRAFT}))
async def test_a_case_that_ended_makes_room(store: Store, state: CaseState) -> None:
    """Who had one delivered or withdrawn may begin again."""
    first = submitted(state=state)
    async with store.open_uow() as uow:
        await uow.cases.add(first)
        second = submitted(applicant=first.applicant)
        await uow.cases.add(second)
        assert await uow.cases.open_for(first.applicant, first.service_code) == second


@pytest.mark.parametrize("state", sorted(OPEN_STATES))
async def test_a_case_blocks_another_while_it_is_open(store: Store, state: CaseState) -> None:
    """From the desk to the result in hand there is one."""
    first = submitted(state=state)
    async with store.open_uow() as uow:
        await uow.cases.add(first)
        assert await uow.cases.open_for(first.applicant, first.service_code) == first
        second = draft(applicant=first.applicant)
        await uow.cases.add(second)
        with pytest.raises(AlreadyOpen):
            await uow.cases.save(replace(second, number="BJ2", state=CaseState.SUBMITTED))


async def test_one_draft_for_a_person_an_item_and_an_opener(store: Store) -> None:
    """The elder and the proxy may each keep one; neither keeps two."""
    own = draft()
    by_proxy = draft(applicant=own.applicant, opened_by="proxy-1")
    async with store.open_uow() as uow:
        await uow.cases.add(own)
        await uow.cases.add(by_proxy)
        with pytest.raises(Stale):
            await uow.cases.add(draft(applicant=own.applicant))
        service = ServiceCode("MZ01")
        assert await uow.cases.draft_of(own.applicant, service, own.opened_by) == own
        assert await uow.cases.draft_of(own.applicant, service, AccountCode("proxy-1")) == by_proxy
        assert await uow.cases.draft_of(PersonId("nobody"), service, own.opened_by) is None


async def test_own_lists_leave_drafts_out_and_begin_with_the_newest(store: Store) -> None:
    """我的办件."""
    older = submitted(opened_at=NOW - DAY)
    newer = submitted(applicant=older.applicant, service_code="MZ02", opened_by="proxy-1")
    async with store.open_uow() as uow:
        for case in (older, newer, draft(applicant=older.applicant, service_code="MZ03")):
            await uow.cases.add(case)
        assert await uow.cases.of_person(older.applicant) == (newer, older)
        assert await uow.cases.of_person(older.applicant, limit=1) == (newer,)
        assert await uow.cases.opened_by(AccountCode("proxy-1")) == (newer,)


async def test_a_hall_works_through_those_who_wait_longest(store: Store) -> None:
    """Across states, in the order of submission."""
    first = submitted(submitted_at=NOW, state=CaseState.RECEIVED)
    second = submitted(submitted_at=NOW + DAY)
    third = submitted(submitted_at=NOW + 2 * DAY, state=CaseState.RECEIVED)
    async with store.open_uow() as uow:
        for case in (third, second, first, submitted(hall="anwen"), submitted(state=CaseState.IN_REVIEW)):
            await uow.cases.add(case)
        states = (CaseState.SUBMITTED, CaseState.RECEIVED)
        assert await uow.cases.at_hall(HallCode("county"), states) == (first, second, third)
        assert await uow.cases.at_hall(HallCode("county"), states, limit=2) == (first, second)
        assert await uow.cases.at_hall(HallCode("county"), ()) == ()


async def test_a_department_works_through_what_is_due_first(store: Store) -> None:
    """What has no limit yet comes last."""
    reviewing = {"state": CaseState.IN_REVIEW, "department": "县医保局"}
    no_limit = submitted(**{**reviewing, "state": CaseState.CORRECTION_ASKED})
    later = submitted(**reviewing, due=DueDay(TODAY + DAY, provisional=False))
    sooner = submitted(**reviewing, due=DueDay(TODAY, provisional=True))
    async with store.open_uow() as uow:
        for case in (no_limit, later, sooner, submitted(state=CaseState.IN_REVIEW)):
            await uow.cases.add(case)
        states = (CaseState.IN_REVIEW, CaseState.CORRECTION_ASKED)
        found = await uow.cases.of_department(DepartmentName("县医保局"), states)

    assert found == (sooner, later, no_limit)


async def test_history_is_told_in_order(store: Store) -> None:
    """What happened first stands first."""
    case = draft()
    events = tuple(
        CaseEvent(case.id, act, case.state, AccountCode("a"), "王小明", Door.PHONE, NOW, "话")
        for act in ("open", "add_page", "submit")
    )
    async with store.open_uow() as uow:
        await uow.cases.add(case)
        for event in events:
            await uow.cases.tell(event)
        assert await uow.cases.history(case.id) == events


async def test_a_page_is_found_in_its_case_until_it_is_dropped(store: Store) -> None:
    """A photograph taken back is not shown any more."""
    photo, other = page(), page()
    case = draft().with_page("m1", photo)
    async with store.open_uow() as uow:
        await uow.cases.add(case)
        both = await uow.cases.save(case.with_page("m1", other))
        assert await uow.cases.page(photo.id) == (case.id, photo)
        assert await uow.cases.page(other.id) == (case.id, other)

        await uow.cases.save(both.without_page(photo.id))
        assert await uow.cases.page(other.id) == (case.id, other)
        with pytest.raises(NotFound):
            await uow.cases.page(photo.id)


async def test_unknown_cases_and_pages_are_not_found(store: Store) -> None:
    """An empty number is no number: it must not find somebody's draft."""
    async with store.open_uow() as uow:
        await uow.cases.add(draft())
        with pytest.raises(NotFound):
            await uow.cases.get(CaseId("nothing"))
        with pytest.raises(NotFound):
            await uow.cases.by_number("")
        with pytest.raises(NotFound):
            await uow.cases.page(PageId("nothing"))
