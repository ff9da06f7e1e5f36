"""体验区帮办: begun on the hall's tablet, gone on with on the own phone, and nothing of it left on the tablet."""

from __future__ import annotations

import asyncio

import pytest

from intake.errors import HandoverOver, MandateNeeded, NotAllowed, NotFound, NotOfferedHere
from intake.model.case import CaseState
from intake.model.ids import HandoverId
from intake.usecases.cases.assisting import ClaimHandover, OfferHandover
from intake.usecases.cases.drafting import AddPage, OpenDraft
from tests.desks import ALLOWANCE, ANWEN, ELDER_CARD, MARRIAGE, person_of
from tests.journeys import drafted

HELPER = "clerk-anwen-1"


async def begun(county, person="citizen-1", item=ELDER_CARD):
    """The helper opens the draft on the tablet and photographs the identity card."""
    helper = await county.caller(HELPER)
    wanted = OpenDraft(helper, person_of(await county.caller(person)), item, ANWEN)
    case = await county.desk.cases.open_draft(wanted)
    added = await county.desk.cases.add_page(AddPage(helper, case.id, b"id_card"))
    return added.case


async def offer(county, case=None, item=ELDER_CARD, who=HELPER):
    """The tablet shows a code."""
    cmd = OfferHandover(await county.caller(who), item, case.id if case else None)
    return await county.desk.cases.offer_handover(cmd)


async def claim(county, token, who="citizen-1"):
    """A phone scans it."""
    return await county.desk.cases.claim_handover(ClaimHandover(await county.caller(who), token))


def pages(case):
    """The photographs of a case by kind."""
    return [page.kind for material in case.materials for page in material.pages]


async def test_the_draft_moves_to_the_phone_with_its_pages(county):
    """The helper's photograph is there, and the matter is the person's own."""
    case = await begun(county)
    offered = await offer(county, case)
    helper = await county.caller(HELPER)
    assert not await county.desk.cases.handover_claimed(helper, offered.handover.id)

    taken = await claim(county, offered.token)

    assert (taken.id, taken.opened_by, taken.state) == (case.id, "citizen-1", CaseState.DRAFT)
    assert pages(taken) == ["id_card"]
    assert await county.desk.cases.handover_claimed(helper, offered.handover.id)
    (entry,) = await county.audited("handover.claim")
    assert (entry.by, entry.facts["helper"]) == ("citizen-1", HELPER)


async def test_the_tablet_has_no_draft_left_and_offers_it_to_nobody_else(county):
    """The next person at the tablet begins from nothing."""
    case = await begun(county)
    offered = await offer(county, case)
    await claim(county, offered.token)

    with pytest.raises(NotFound):
        await offer(county, case)


async def test_an_item_alone_can_be_handed_over_and_opens_on_the_phone(county):
    """Nobody told the tablet their name."""
    offered = await offer(county, item=ALLOWANCE)

    taken = await claim(county, offered.token, "citizen-2")

    assert taken.applicant == person_of(await county.caller("citizen-2"))
    assert (taken.service_code, taken.hall) == (ALLOWANCE, ANWEN)


async def test_a_code_read_again_by_the_same_phone_says_the_same_and_by_another_that_it_is_over(county):
    """The answer was lost on the way; and whoever photographed the screen over a shoulder."""
    offered = await offer(county, await begun(county))
    first = await claim(county, offered.token)

    assert (await claim(county, offered.token)).id == first.id
    with pytest.raises(HandoverOver) as refused:
        await claim(county, offered.token, "citizen-2")
    assert "新码" in refused.value.next_step


async def test_of_many_phones_that_scan_at_once_one_gets_it(county):
    """A code without a draft, held up to a whole queue."""
    offered = await offer(county)
    scans = (claim(county, offered.token, f"citizen-{n}") for n in (1, 2))
    answers = await asyncio.gather(*scans, return_exceptions=True)

    assert sum(not isinstance(one, BaseException) for one in answers) == 1
    assert {type(one) for one in answers if isinstance(one, BaseException)} == {HandoverOver}


@pytest.mark.parametrize(("seconds", "good"), [(599, True), (600, False), (601, False)])
async def test_a_code_ends_after_ten_minutes_to_the_second(county, seconds, good):
    """No job has to run for that."""
    offered = await offer(county)
    county.clock.forward(seconds=seconds)

    if good:
        assert (await claim(county, offered.token)).state is CaseState.DRAFT
        return
    with pytest.raises(HandoverOver):
        await claim(county, offered.token)


async def test_a_newer_code_takes_the_place_of_the_older(county):
    """The helper pressed once more: only what the screen shows now counts."""
    older, newer = await offer(county), await offer(county)

    with pytest.raises(HandoverOver):
        await claim(county, older.token)
    assert (await claim(county, newer.token)).state is CaseState.DRAFT


async def test_the_wrong_persons_phone_changes_nothing_and_the_right_one_still_gets_it(county):
    """A neighbour scans first by mistake: their phone learns nothing, and the code still waits."""
    offered = await offer(county, await begun(county))

    with pytest.raises((NotFound, MandateNeeded)):
        await claim(county, offered.token, "citizen-2")

    assert pages(await claim(county, offered.token)) == ["id_card"]


async def test_a_draft_already_on_the_phone_takes_the_tablets_pages_in(county):
    """One matter stays one draft."""
    own = await drafted(county, "citizen-1", ELDER_CARD)
    case = await begun(county)
    offered = await offer(county, case)

    taken = await claim(county, offered.token)

    assert taken.id == own.id
    assert pages(taken) == ["id_card"]
    async with county.store.open_view() as view:
        left = await view.cases.get(case.id)
    assert (left.state, pages(left)) == (CaseState.WITHDRAWN, [])


async def test_only_helpers_of_a_hall_offer_codes_and_only_for_what_the_hall_takes(county):
    """And a code that nobody made opens nothing."""
    with pytest.raises(NotAllowed):
        await offer(county, who="citizen-1")
    with pytest.raises(NotOfferedHere):
        await offer(county, item=MARRIAGE)
    with pytest.raises(HandoverOver):
        await claim(county, "no-such-token")
    with pytest.raises(NotFound):
        await county.desk.cases.handover_claimed(await county.caller(HELPER), HandoverId("none"))


async def test_the_token_is_kept_nowhere(county):
    """Neither in the store nor in the trail: who reads them cannot claim."""
    offered = await offer(county)

    async with county.store.open_view() as view:
        kept = await view.handovers.get(offered.handover.id)
    entries = await county.audited("handover.offer")

    assert offered.token not in repr((kept, entries, offered))
