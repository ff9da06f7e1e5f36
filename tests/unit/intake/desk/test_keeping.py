"""保管期限: photographs go when the county's rule says so, the case stays, and the trail proves it."""

from intake.model.case import Case, CaseState
from intake.model.people import Caller
from intake.usecases.cases.deciding import WithdrawCase
from intake.usecases.cases.drafting import AddPage, OpenDraft, SubmitCase
from tests.desks import ANWEN, ELDER_CARD, County, person_of


async def a_draft(county: County, citizen: Caller) -> Case:
    """A draft with one photograph in it."""
    draft = await county.desk.cases.open_draft(OpenDraft(citizen, person_of(citizen), ELDER_CARD, ANWEN))
    return (await county.desk.cases.add_page(AddPage(citizen, draft.id, b"id_card"))).case


async def photographs(county: County, case: Case) -> int:
    """How many the case holds now."""
    async with county.store.open_view() as view:
        return sum(len(material.pages) for material in (await view.cases.get(case.id)).materials)


async def test_a_draft_nobody_came_back_to_loses_its_photographs(county: County) -> None:
    """After thirty days; the draft itself is still there to go on with."""
    citizen = await county.caller("citizen-1")
    draft = await a_draft(county, citizen)
    county.clock.forward(days=30)
    early = await county.desk.cases.erase_photographs()
    county.clock.forward(minutes=1)

    (erased,) = await county.desk.cases.erase_photographs()

    assert early == ()
    assert (erased.case, erased.rule, erased.photographs) == (draft.id, "draft_photographs_days", 1)
    assert await photographs(county, draft) == 0
    again = await county.desk.cases.add_page(AddPage(citizen, draft.id, b"id_card"))
    assert again.case.state is CaseState.DRAFT


async def test_a_draft_somebody_works_on_keeps_them(county: County) -> None:
    """The thirty days begin anew with every page."""
    citizen = await county.caller("citizen-1")
    draft = await a_draft(county, citizen)
    county.clock.forward(days=20)
    await county.desk.cases.add_page(AddPage(citizen, draft.id, b"form"))
    county.clock.forward(days=20)

    assert await county.desk.cases.erase_photographs() == ()
    assert await photographs(county, draft) == 2


async def test_an_open_case_keeps_its_photographs_however_long_it_takes(county: County) -> None:
    """A clerk will still want to look at them."""
    citizen = await county.caller("citizen-1")
    draft = await a_draft(county, citizen)
    await county.desk.cases.submit(SubmitCase(citizen, draft.id, bring_later=True))
    county.clock.forward(days=2000)

    assert await county.desk.cases.erase_photographs() == ()


async def test_a_closed_case_keeps_them_for_a_year(county: County) -> None:
    """The trail says which were erased, of whose case, by which rule; the person's history says it in words."""
    citizen = await county.caller("citizen-1")
    draft = await a_draft(county, citizen)
    digest = draft.materials[0].pages[0].digest
    case = await county.desk.cases.submit(SubmitCase(citizen, draft.id, bring_later=True))
    await county.desk.cases.withdraw(WithdrawCase(citizen, case.id, "不办了"))
    county.clock.forward(days=365, minutes=1)

    (erased,) = await county.desk.cases.erase_photographs()

    assert (erased.number, erased.photographs) == (case.number, 1)
    (proof,) = await county.audited("case.erase_photographs")
    assert (proof.by, proof.case, proof.person) == ("retention", case.id, case.applicant)
    assert proof.facts == {"closed_case_photographs_days": "365", "photographs": digest}
    shown = await county.desk.cases.show(citizen, case.number)
    assert shown.case.state is CaseState.WITHDRAWN
    assert shown.history[-1].words == "照片已保管满365天，按规定删除1张。"
    assert await county.desk.cases.erase_photographs() == ()


async def test_a_dry_run_only_says_what_would_go(county: County) -> None:
    """The operator looks before the first round."""
    draft = await a_draft(county, await county.caller("citizen-1"))
    county.clock.forward(days=31)

    (would,) = await county.desk.cases.erase_photographs(dry_run=True)

    assert (would.case, would.photographs) == (draft.id, 1)
    assert await photographs(county, draft) == 1
    assert await county.audited("case.erase_photographs") == []
