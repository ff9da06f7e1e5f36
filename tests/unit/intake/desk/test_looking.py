"""谁能看什么: everybody sees what is theirs to see, and each look at a number or a photograph is written down."""

from __future__ import annotations

import pytest

from intake.errors import NotAllowed, NotFound
from intake.model.ids import PageId
from tests.desks import ANWEN, COUNTY, ELDER_CARD, JIANSHAN
from tests.journeys import drafted, in_review, received, submitted


async def test_my_cases_are_those_about_me_and_those_i_opened_newest_first(county):
    """Drafts are not cases yet."""
    first = await submitted(county)
    county.clock.forward(hours=1)
    second = await submitted(county, item=ELDER_CARD)
    await drafted(county, "citizen-2")

    assert [case.id for case in await county.desk.cases.mine(await county.caller("citizen-1"))] == [
        second.id,
        first.id,
    ]
    assert await county.desk.cases.mine(await county.caller("citizen-2")) == ()


@pytest.mark.parametrize("by", ["id", "number"])
async def test_a_case_is_found_by_its_id_and_by_its_number_by_those_whose_it_is(county, by):
    """Somebody else who has the number hears that there is none."""
    case = await submitted(county)
    address = getattr(case, by)

    for who in ("citizen-1", "clerk-county-1", "approver-civil_affairs-1", "director-anwen", "supervisor"):
        file = await county.desk.cases.show(await county.caller(who), address)
        assert (file.case.id, file.applicant.id) == (case.id, case.applicant)
    for who in ("citizen-2", "proxy-1", "proxy-3", "approver-police-1", "director-jianshan"):
        with pytest.raises(NotFound):
            await county.desk.cases.show(await county.caller(who), address)
    for who in ("keeper", "kiosk-1"):
        with pytest.raises(NotAllowed):
            await county.desk.cases.show(await county.caller(who), address)


async def test_a_look_at_a_photograph_is_written_down(county):
    """Who saw which page of whose case, and when."""
    case, clerk = await received(county), await county.caller("clerk-anwen-1")
    page = case.materials[0].pages[0]

    found, content = await county.desk.cases.see_page(clerk, page.id)

    (look,) = await county.audited("case.page_seen")
    assert (found, content) == (page, b"id_card")
    assert (look.by, look.case, look.person) == (clerk.code, case.id, case.applicant)
    assert look.facts == {"page": page.id}


@pytest.mark.parametrize(
    ("who", "refusal"),
    [("citizen-2", NotFound), ("approver-police-1", NotFound), ("director-anwen", NotAllowed)],
)
async def test_a_photograph_is_nobody_elses_to_see(county, who, refusal):
    """The director sees figures, not papers; and a refused look leaves no entry as if it had happened."""
    case = await submitted(county)

    with pytest.raises(refusal):
        await county.desk.cases.see_page(await county.caller(who), case.materials[0].pages[0].id)

    assert await county.audited("case.page_seen") == []


async def test_a_page_that_does_not_exist_is_not_found(county):
    """A guessed page is no page."""
    with pytest.raises(NotFound):
        await county.desk.cases.see_page(await county.caller("clerk-anwen-1"), PageId("guess"))


async def test_a_full_id_number_is_shown_to_those_who_need_it_and_the_look_is_on_record(county):
    """The clerk compares it with the card; the audit trail knows."""
    case, clerk = await submitted(county), await county.caller("clerk-anwen-1")

    number = await county.desk.cases.reveal_id_number(clerk, case.id)

    (look,) = await county.audited("case.id_seen")
    assert number == "330000198105160127"
    assert (look.by, look.person, look.case) == (clerk.code, case.applicant, case.id)


@pytest.mark.parametrize("who", ["citizen-1", "proxy-1", "director-anwen", "supervisor"])
async def test_a_full_id_number_is_shown_to_nobody_else(county, who):
    """Not even to the person's own telephone, which somebody else may hold."""
    case = await submitted(county)

    with pytest.raises(NotAllowed):
        await county.desk.cases.reveal_id_number(await county.caller(who), case.id)


async def test_a_halls_reception_sees_what_waits_there(county):
    """What the department has is not on reception's table; another hall's is not theirs."""
    waiting = await submitted(county, "citizen-2")
    await in_review(county)
    clerk = await county.caller("clerk-anwen-1")

    assert [case.id for case in await county.desk.cases.at_hall(clerk, ANWEN)] == [waiting.id]
    with pytest.raises(NotFound):
        await county.desk.cases.at_hall(clerk, COUNTY)
    assert await county.desk.cases.at_hall(await county.caller("supervisor"), JIANSHAN) == ()
