"""收件盘 on the real desk: a card, papers, and a case, as machine and clerk make it together."""

from __future__ import annotations

import pytest

from intake.errors import (
    AlreadyOpen,
    NoCardRead,
    NotAllowed,
    NotFound,
    NotNow,
    NotOfferedHere,
    PhotoRefused,
    Refusal,
    Stale,
)
from intake.model.case import CaseState
from intake.model.catalogue import Way
from intake.model.ids import AccountCode, CardId, CounterCode, ServiceCode
from intake.model.people import Caller, Door
from intake.usecases.cases.reception import OnCase
from intake.usecases.cases.tray import FromCounter, OpenWalkIn
from tests.device.anwen import COUNTER, ELDER, HALL, ITEM, RESIDENT, Anwen


async def signed_in(anwen: Anwen, code: str) -> Caller:
    """Somebody else at a screen."""
    return (await anwen.desk.people.sign_in_as(AccountCode(code), Door.DESK_PAGE)).caller


async def shown(anwen: Anwen) -> tuple[str, int] | None:
    """Whose card the clerk sees on the counter, and how many pages."""
    tray = await anwen.desk.cases.on_counter(anwen.clerk, HALL, COUNTER)
    return None if tray is None else (tray.holder.name, len(tray.pages))


async def test_what_the_machines_lay_down_is_seen_by_the_clerk(anwen):
    """The name stands on the desk page as soon as the card was read, and each page counts."""
    before = await shown(anwen)
    await anwen.lay_card(1)
    card_only = await shown(anwen)
    await anwen.lay_page(11, card=1)

    assert (before, card_only, await shown(anwen)) == (None, (ELDER.name, 0), (ELDER.name, 1))
    trays = await anwen.desk.cases.on_counters(anwen.clerk, HALL)
    assert [(tray.card.counter, len(tray.pages)) for tray in trays] == [(COUNTER, 1)]


async def test_each_thing_laid_down_changes_the_hall_s_screens(anwen):
    """Card, page, case: the live queue is told each time, and each act stands in the trail."""
    pulses = [await anwen.pulse()]
    for act in (anwen.lay_card(1), anwen.lay_page(11, card=1), anwen.open_by_clerk()):
        await act
        pulses.append(await anwen.pulse())

    assert pulses == sorted(set(pulses))
    assert await anwen.audited("counter.card") == [("counter-anwen-1", "counter")]
    assert await anwen.audited("counter.page") == [("counter-anwen-1", "counter")]
    assert await anwen.audited("counter.open") == [("clerk-anwen-1", "desk_page")]


async def test_an_event_that_comes_again_is_done_once(anwen):
    """The agent did not hear the answers: one card, one page, one case, the same number."""
    for _ in range(2):
        await anwen.lay_card(1)
        await anwen.lay_page(11, card=1)
    first = await anwen.open_by_machine(20, 1, 11, 12)
    again = await anwen.open_by_machine(20, 1, 11, 12)

    assert first == again
    assert first.unusable_pages == 1
    assert await anwen.contents(first.case.id) == [b"page"]
    assert await anwen.audited("counter.card") == [("counter-anwen-1", "counter")]


async def test_a_page_is_read_once_from_the_camera_to_the_case(anwen):
    """Reading takes seconds: neither a repeated event nor the opening reads it again."""
    await anwen.lay_card(1)
    await anwen.lay_page(11, card=1)
    await anwen.lay_page(11, card=1)
    await anwen.open_by_machine(20, 1, 11)

    assert anwen.photos.readings == 1


async def test_a_blurred_page_is_told_while_the_paper_is_still_there(anwen):
    """The verdict comes with the page, not with the case."""
    await anwen.lay_card(1)

    seen = await anwen.lay_page(11, card=1, content=b"blurred page")

    assert (seen.verdict, seen.advice) == ("retake", "照片有点糊，请重拍。")


async def test_a_page_that_is_no_picture_does_not_cost_the_person_the_case(anwen):
    """It is refused at once; the case opens with the others and says that one is to be taken again."""
    await anwen.lay_card(1)
    with pytest.raises(PhotoRefused):
        await anwen.lay_page(11, card=1, content=b"unreadable")
    await anwen.lay_page(12, card=1)

    opened = await anwen.open_by_machine(20, 1, 11, 12)

    assert opened.unusable_pages == 1
    assert await anwen.contents(opened.case.id) == [b"page"]


async def test_pages_go_into_the_case_in_the_order_named(anwen):
    """The agent says what the order is."""
    await anwen.lay_card(1)
    for number, content in ((11, b"first"), (12, b"second"), (13, b"third")):
        await anwen.lay_page(number, card=1, content=content)

    opened = await anwen.open_by_machine(20, 1, 13, 11)

    assert await anwen.contents(opened.case.id) == [b"third", b"first"]


async def test_the_same_card_read_again_keeps_the_papers(anwen):
    """Lifted and put back: nobody scans twice, at the machine or on the desk page."""
    await anwen.lay_card(1)
    await anwen.lay_page(11, card=1, content=b"first")
    await anwen.lay_card(2)
    await anwen.lay_page(12, card=2, content=b"second")

    assert await shown(anwen) == (ELDER.name, 2)
    assert await anwen.contents((await anwen.open_by_clerk()).case.id) == [b"first", b"second"]


async def test_the_next_person_never_gets_the_papers_of_the_one_before(anwen):
    """Another card on the reader: an empty tray, even if a machine should name the earlier page."""
    await anwen.lay_card(1)
    await anwen.lay_page(11, card=1)
    await anwen.lay_card(2, RESIDENT)

    assert await shown(anwen) == (RESIDENT.name, 0)
    opened = await anwen.open_by_machine(20, 2, 11)
    assert (opened.case.applicant_name, opened.unusable_pages) == (RESIDENT.name, 1)
    assert await anwen.contents(opened.case.id) == []


async def test_the_clerk_opens_what_lies_there_and_the_counter_is_free(anwen):
    """A number, the pages in it, the machine's hand on the pages and the clerk's on the case."""
    await anwen.lay_card(1)
    await anwen.lay_page(11, card=1)

    case = (await anwen.open_by_clerk()).case

    assert (case.state, case.door, case.opened_by) == (CaseState.SUBMITTED, Door.DESK_PAGE, "clerk-anwen-1")
    (page,) = [page for material in case.materials for page in material.pages]
    assert (page.door, page.added_by) == (Door.COUNTER, "counter-anwen-1")
    assert await shown(anwen) is None
    with pytest.raises(NoCardRead):
        await anwen.open_by_clerk()


async def test_pressing_again_with_the_same_key_is_the_same_case(anwen):
    """The page did not hear the answer and asks again."""
    await anwen.lay_card(1)

    first = await anwen.open_by_clerk(key="tap-1")
    again = await anwen.open_by_clerk(key="tap-1")

    assert first == again


async def test_a_page_that_shows_the_one_before_opens_nothing_for_the_next(anwen):
    """Between the look and the press somebody else's card came: the clerk is told to look again."""
    await anwen.lay_card(1)
    seen = (await anwen.desk.cases.on_counter(anwen.clerk, HALL, COUNTER)).card.id
    await anwen.lay_card(2, RESIDENT)

    with pytest.raises(Stale):
        await anwen.desk.cases.open_walk_in(OpenWalkIn(anwen.clerk, ITEM, FromCounter(HALL, COUNTER, seen)))

    assert await shown(anwen) == (RESIDENT.name, 0)


@pytest.mark.parametrize(("item", "refusal"), [("XX99", "unknown_service"), ("MZ10", "already_open")])
async def test_a_refused_opening_leaves_everything_where_it_was(anwen, item, refusal):
    """A mistyped code, or a matter under way: card and pages still lie there, and no draft is left behind."""
    await anwen.lay_card(1)
    await anwen.open_by_clerk()
    await anwen.lay_card(2)
    await anwen.lay_page(12, card=2)

    with pytest.raises(Refusal) as refused:
        await anwen.open_by_machine(20, 2, 12, item=ServiceCode(item))

    assert refused.value.code == refusal
    assert await shown(anwen) == (ELDER.name, 1)
    tray = await anwen.desk.cases.on_counter(anwen.clerk, HALL, COUNTER)
    async with anwen.store.open_view() as view:
        assert await view.cases.draft_of(tray.holder.id, ServiceCode(item), anwen.machine.code) is None


async def test_machine_and_clerk_pressing_together_open_one_case(anwen):
    """Whoever comes second reads the first one's number."""
    await anwen.lay_card(1)
    number = (await anwen.open_by_clerk()).case.number

    with pytest.raises(AlreadyOpen) as refused:
        await anwen.open_by_machine(20, 1)

    assert refused.value.facts["number"] == number


async def test_a_page_after_the_case_was_opened_goes_into_it(anwen):
    """One more sheet, handed over the counter a minute later; read once, like the others."""
    await anwen.lay_card(1)
    opened = await anwen.open_by_clerk()

    await anwen.lay_page(11, card=1, content=b"late")
    await anwen.lay_page(11, card=1, content=b"late")

    assert await anwen.contents(opened.case.id) == [b"late"]
    assert anwen.photos.readings == 1


async def test_a_page_after_the_case_was_accepted_is_refused_with_its_state(anwen):
    """What the clerk has already checked does not change under their hands."""
    await anwen.lay_card(1)
    case = (await anwen.open_by_clerk()).case
    received = await anwen.desk.cases.receive(OnCase(anwen.clerk, case.id, case.version))
    await anwen.desk.cases.accept(OnCase(anwen.clerk, case.id, received.version))

    with pytest.raises(NotNow):
        await anwen.lay_page(11, card=1)

    assert await anwen.contents(case.id) == []


async def test_a_card_nobody_touches_is_out_of_sight_after_half_an_hour(anwen):
    """A page in between keeps it there; when it goes, the screens are told."""
    await anwen.lay_card(1)
    anwen.clock.forward(minutes=20)
    await anwen.lay_page(11, card=1)
    anwen.clock.forward(minutes=30)
    at_the_limit = await shown(anwen)
    anwen.clock.forward(seconds=1)

    assert (at_the_limit, await shown(anwen)) == ((ELDER.name, 1), None)
    before = await anwen.pulse()
    await anwen.desk.cases.clear_counters()
    assert await anwen.pulse() == before + 1
    await anwen.desk.cases.clear_counters()
    assert await anwen.pulse() == before + 1


async def test_the_machine_s_own_opening_may_come_late_but_not_after_a_day(anwen):
    """The line went down between the papers and 收件: the case is opened when it is back, or a card read anew."""
    await anwen.lay_card(1)
    await anwen.lay_page(11, card=1)
    await anwen.lay_card(2, RESIDENT)
    anwen.clock.forward(hours=23)
    await anwen.desk.cases.clear_counters()

    opened = await anwen.open_by_machine(20, 1, 11)
    anwen.clock.forward(hours=2)
    forgotten = await anwen.desk.cases.clear_counters()

    assert await anwen.contents(opened.case.id) == [b"page"]
    assert forgotten == 2
    with pytest.raises(NoCardRead) as refused:
        await anwen.open_by_machine(21, 2)
    assert "重新读卡" in refused.value.next_step


async def test_a_card_of_another_machine_is_out_of_reach(anwen):
    """A kiosk that guesses an id lays nothing on and opens nothing from somebody else's tray."""
    await anwen.lay_card(1)

    with pytest.raises(NoCardRead):
        await anwen.lay_page(11, card=1, by=anwen.kiosk)
    with pytest.raises(NoCardRead):
        await anwen.open_by_machine(20, 1, by=anwen.kiosk)


async def test_a_kiosk_has_no_counter_and_shows_on_none(anwen):
    """What somebody lays down at a kiosk is between them and the kiosk; the case carries its door."""
    await anwen.lay_card(1, by=anwen.kiosk)
    await anwen.lay_page(11, card=1, by=anwen.kiosk)

    assert await anwen.desk.cases.on_counters(anwen.clerk, HALL) == ()
    assert (await anwen.open_by_machine(20, 1, 11, by=anwen.kiosk)).case.door is Door.KIOSK


@pytest.mark.parametrize(
    ("who", "refusal"), [("clerk-county-1", NotFound), ("citizen-1", NotAllowed), ("supervisor", NotAllowed)]
)
async def test_only_the_hall_s_own_people_look_onto_its_counters(anwen, who, refusal):
    """Neither another hall's clerk nor anybody from outside sees who stands there, or opens a case for them."""
    await anwen.lay_card(1)
    stranger = await signed_in(anwen, who)

    with pytest.raises(refusal):
        await anwen.desk.cases.on_counter(stranger, HALL, COUNTER)
    with pytest.raises(refusal):
        await anwen.desk.cases.on_counters(stranger, HALL)
    with pytest.raises(refusal):
        await anwen.desk.cases.open_walk_in(OpenWalkIn(stranger, ITEM, FromCounter(HALL, COUNTER)))


async def test_the_director_looks_and_does_not_open(anwen):
    """Seeing is part of the post, taking cases is not."""
    await anwen.lay_card(1)
    director = await signed_in(anwen, "director-anwen")

    tray = await anwen.desk.cases.on_counter(director, HALL, COUNTER)
    with pytest.raises(NotAllowed):
        await anwen.desk.cases.open_walk_in(OpenWalkIn(director, ITEM, FromCounter(HALL, COUNTER)))

    assert tray.holder.name == ELDER.name


async def test_only_a_machine_lays_things_down(anwen):
    """A clerk cannot pretend that a card was read."""
    with pytest.raises(NotAllowed):
        await anwen.lay_card(1, by=anwen.clerk)
    with pytest.raises(NotAllowed):
        await anwen.lay_page(11, card=1, by=anwen.clerk)


async def test_a_look_at_a_page_is_written_down_and_ends_with_the_visit(anwen):
    """While it lies there, and through its own counter only."""
    await anwen.lay_card(1)
    await anwen.lay_page(11, card=1)
    (page,) = (await anwen.desk.cases.on_counter(anwen.clerk, HALL, COUNTER)).pages

    seen = await anwen.desk.cases.see_laid_page(anwen.clerk, HALL, COUNTER, page.id)
    with pytest.raises(NotFound):
        await anwen.desk.cases.see_laid_page(anwen.clerk, HALL, CounterCode("anwen-comprehensive-2"), page.id)
    await anwen.lay_card(2, RESIDENT)
    with pytest.raises(NotFound):
        await anwen.desk.cases.see_laid_page(anwen.clerk, HALL, COUNTER, page.id)

    assert seen == b"page"
    assert await anwen.audited("counter.page_seen") == [("clerk-anwen-1", "desk_page")]


async def test_a_hall_that_does_not_take_the_item_says_who_does(anwen):
    """The refusal of the phone, at the counter."""
    await anwen.lay_card(1)
    offered = await anwen.desk.catalogue.of_hall(HALL)
    elsewhere = next(offer.item.code for offer in offered if offer.way is Way.NOT_HERE)

    with pytest.raises(NotOfferedHere) as refused:
        await anwen.open_by_clerk(item=elsewhere)

    assert "县365行政服务中心" in refused.value.next_step


async def test_a_counter_without_a_card_is_told_to_read_one(anwen):
    """The next step stands in the refusal."""
    with pytest.raises(NoCardRead) as refused:
        await anwen.desk.cases.open_walk_in(
            OpenWalkIn(anwen.clerk, ITEM, FromCounter(HALL, COUNTER, CardId("gone")))
        )

    assert "重新读卡" in refused.value.next_step
