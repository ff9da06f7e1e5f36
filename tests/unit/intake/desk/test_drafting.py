"""From the first page to a case number."""

from __future__ import annotations

import asyncio

import pytest

from intake.errors import (
    AlreadyOpen,
    KeyReused,
    MaterialsLacking,
    NotFound,
    NotNow,
    NotOfferedHere,
    PhotoRefused,
    UnknownMaterial,
    UnknownService,
)
from intake.model.case import CaseState
from intake.model.ids import AppointmentId, CaseId, IntentKey, PageId, ServiceCode
from intake.model.people import Door
from intake.usecases.cases.drafting import AddPage, DropPage, OpenDraft, SubmitCase
from intake.usecases.places.booking import BookAppointment, FindSlots
from intake.usecases.questions.asking import AskQuestion
from tests.desks import ALLOWANCE, ANWEN, COUNTY, ELDER_CARD, MARRIAGE, person_of
from tests.journeys import accepted, booked, drafted, submitted

# 义务教育阶段入学: every paper is held by a department already, so that nothing is asked of the family.
NO_PAPERS = ServiceCode("JY01")


async def test_an_interrupted_draft_is_there_again_with_its_pages(county):
    """The bus came; on Sunday the person goes on where they were."""
    citizen, begun = await county.caller("citizen-1"), await drafted(county)
    await county.desk.cases.add_page(AddPage(citizen, begun.id, b"id_card"))
    county.clock.forward(days=6)

    resumed = await drafted(county)

    assert resumed.id == begun.id
    assert [len(material.pages) for material in resumed.materials[:2]] == [1, 0]


async def test_a_second_open_case_for_the_same_matter_is_refused_with_the_firsts_number(county):
    """“已经在办了，办件编号……”, before anything is asked a second time."""
    first = await submitted(county)

    with pytest.raises(AlreadyOpen) as refused:
        await drafted(county)

    assert first.number in refused.value.title
    assert refused.value.facts["case"] == first.id


async def test_another_matter_of_the_same_person_is_no_second_case(county):
    """One may have an allowance and a card under way."""
    await submitted(county, item=ALLOWANCE)

    assert (await submitted(county, item=ELDER_CARD)).state is CaseState.SUBMITTED


async def test_a_draft_prepared_before_the_matter_was_opened_elsewhere_is_not_submitted(county):
    """The daughter prepared it; meanwhile the clerk opened it. It is not opened twice."""
    citizen, draft = await county.caller("citizen-1"), await drafted(county)
    clerk = await county.caller("clerk-anwen-1")
    at_counter = await county.desk.cases.open_draft(OpenDraft(clerk, person_of(citizen), ALLOWANCE, ANWEN))
    await county.desk.cases.submit(SubmitCase(clerk, at_counter.id, bring_later=True))

    with pytest.raises(AlreadyOpen):
        await county.desk.cases.submit(SubmitCase(citizen, draft.id, bring_later=True))


async def test_what_is_lacking_is_named_unless_it_will_be_brought(county):
    """“还缺材料：居民身份证、银行卡或社会保障卡”; or the person promises to bring it."""
    citizen, draft = await county.caller("citizen-1"), await drafted(county)

    with pytest.raises(MaterialsLacking) as refused:
        await county.desk.cases.submit(SubmitCase(citizen, draft.id))
    brought = await county.desk.cases.submit(SubmitCase(citizen, draft.id, bring_later=True))

    assert all(material.name in refused.value.title for material in draft.lacking())
    assert brought.state is CaseState.SUBMITTED


async def test_a_hall_that_does_not_take_the_item_names_the_one_that_does(county):
    """结婚登记 is done at the county hall only; Anwen says where, with address and telephone."""
    with pytest.raises(NotOfferedHere) as refused:
        await drafted(county, item=MARRIAGE, hall=ANWEN)

    (hall, *_) = await county.desk.places.halls()
    assert hall.code == COUNTY
    assert refused.value.alternatives == ((hall.name, COUNTY),)
    assert hall.address in refused.value.next_step
    assert hall.phone in refused.value.next_step


async def test_an_item_nobody_knows_is_refused(county):
    """A mistyped code opens nothing."""
    with pytest.raises(UnknownService):
        await drafted(county, item=ServiceCode("XX99"))


@pytest.mark.parametrize("asked", [None, "m1"])
async def test_a_photograph_goes_under_the_material_it_shows(county, asked):
    """The bank card came when the identity card was asked for: it is laid where it belongs."""
    citizen, draft = await county.caller("citizen-1"), await drafted(county)
    assert draft.materials[0].kind == "id_card"

    added = await county.desk.cases.add_page(AddPage(citizen, draft.id, b"bank_card", asked))

    assert added.material.kind == "bank_card"
    assert added.page in added.material.pages


async def test_a_photograph_that_shows_nothing_known_stays_where_it_was_asked_for(county):
    """The reading room does not know better than the person."""
    citizen, draft = await county.caller("citizen-1"), await drafted(county)

    added = await county.desk.cases.add_page(AddPage(citizen, draft.id, b"other", "m2"))

    assert added.material.key == "m2"


@pytest.mark.parametrize(
    ("content", "material", "refusal"),
    [(b"id_card", "m99", UnknownMaterial), (b"", "m1", PhotoRefused), (b"", None, PhotoRefused)],
)
async def test_what_is_no_photograph_of_a_material_is_refused_and_leaves_nothing(
    county, content, material, refusal
):
    """The draft is as it was."""
    citizen, draft = await county.caller("citizen-1"), await drafted(county)

    with pytest.raises(refusal):
        await county.desk.cases.add_page(AddPage(citizen, draft.id, content, material))

    assert (await drafted(county)).version == draft.version


async def test_an_item_that_asks_for_no_paper_takes_no_photograph(county):
    """Every paper is held by a department already: “这个事项不需要这样材料”."""
    citizen, draft = await county.caller("citizen-1"), await drafted(county, item=NO_PAPERS)
    assert draft.materials == ()

    with pytest.raises(UnknownMaterial):
        await county.desk.cases.add_page(AddPage(citizen, draft.id, b"id_card"))


async def test_a_page_can_be_taken_back_until_the_case_is_accepted(county):
    """Up to there it is the person's; afterwards it is a record."""
    citizen, case = await county.caller("citizen-1"), await accepted(county)
    page = case.materials[0].pages[0]

    with pytest.raises(NotNow):
        await county.desk.cases.drop_page(DropPage(citizen, case.id, page.id))
    with pytest.raises(NotNow):
        await county.desk.cases.add_page(AddPage(citizen, case.id, b"id_card"))

    draft = await drafted(county, item=ELDER_CARD)
    added = await county.desk.cases.add_page(AddPage(citizen, draft.id, b"id_card"))
    dropped = await county.desk.cases.drop_page(DropPage(citizen, draft.id, added.page.id))
    assert not any(material.pages for material in dropped.materials)


async def test_a_page_sent_twice_under_one_key_lies_there_once(county):
    """The answer was lost in the valley; the phone sends the photograph again."""
    citizen, draft = await county.caller("citizen-1"), await drafted(county)
    cmd = AddPage(citizen, draft.id, b"id_card", key=IntentKey("photo-1"))

    first, second = await county.desk.cases.add_page(cmd), await county.desk.cases.add_page(cmd)

    assert second.page == first.page
    assert len(second.material.pages) == 1


async def test_a_page_that_was_taken_back_is_not_brought_back_by_an_old_key(county):
    """A late repetition hears that the page is gone; it is no fault of ours."""
    citizen, draft = await county.caller("citizen-1"), await drafted(county)
    cmd = AddPage(citizen, draft.id, b"id_card", key=IntentKey("photo-1"))
    added = await county.desk.cases.add_page(cmd)
    await county.desk.cases.drop_page(DropPage(citizen, draft.id, added.page.id))

    with pytest.raises(NotFound):
        await county.desk.cases.add_page(cmd)


async def test_fifty_presses_of_one_button_make_one_case(county):
    """A nervous finger and a slow network: one number, given once."""
    citizen, draft = await county.caller("citizen-1"), await drafted(county)
    cmd = SubmitCase(citizen, draft.id, bring_later=True, key=IntentKey("submit-1"))

    answers = await asyncio.gather(*(county.desk.cases.submit(cmd) for _ in range(50)))

    assert {(case.id, case.number) for case in answers} == {(draft.id, "BJ2026112300001")}
    assert len(await county.told("case_submitted")) == 1
    assert (await submitted(county, "citizen-2")).number == "BJ2026112300002"


async def test_one_key_is_not_taken_for_two_different_intents(county):
    """What was a case a moment ago is not answered as a question."""
    citizen, draft = await county.caller("citizen-1"), await drafted(county)
    key = IntentKey("the-same")
    await county.desk.cases.submit(SubmitCase(citizen, draft.id, bring_later=True, key=key))

    with pytest.raises(KeyReused):
        await county.desk.questions.ask(AskQuestion(citizen, "公交卡在哪里充值", key=key))

    assert await county.desk.questions.mine(citizen) == ()


async def test_two_people_may_happen_to_use_the_same_key(county):
    """A key is its account's own."""
    numbers = set()
    for who in ("citizen-1", "citizen-2"):
        citizen, draft = await county.caller(who), await drafted(county, who)
        cmd = SubmitCase(citizen, draft.id, bring_later=True, key=IntentKey("1"))
        numbers.add((await county.desk.cases.submit(cmd)).number)

    assert len(numbers) == 2


async def test_a_refused_submission_uses_up_neither_key_nor_number(county):
    """What was refused can be done with the same key once the reason is gone."""
    citizen, draft = await county.caller("citizen-1"), await drafted(county)
    key = IntentKey("submit-1")
    with pytest.raises(MaterialsLacking):
        await county.desk.cases.submit(SubmitCase(citizen, draft.id, key=key))

    done = await county.desk.cases.submit(SubmitCase(citizen, draft.id, bring_later=True, key=key))

    assert done.number.endswith("00001")


async def test_a_booked_place_and_its_case_know_each_other(county):
    """The clerk who calls the number sees the case that belongs to it."""
    citizen, appointment, draft = (
        await county.caller("citizen-1"),
        await booked(county),
        await drafted(county),
    )

    case = await county.desk.cases.submit(SubmitCase(citizen, draft.id, appointment.id, bring_later=True))

    (tied,) = await county.desk.places.my_appointments(citizen)
    assert (case.appointment, tied.case) == (appointment.id, case.id)


@pytest.mark.parametrize(
    ("who", "item"),
    [("citizen-2", ALLOWANCE), ("citizen-1", ELDER_CARD)],
    ids=["another's", "another matter's"],
)
async def test_a_case_is_not_tied_to_a_place_that_is_not_for_it(county, who, item):
    """Nobody can lay hands on somebody else's appointment, nor mix up one's own."""
    appointment = await booked(county, who, item)
    citizen, draft = await county.caller("citizen-1"), await drafted(county)

    with pytest.raises(NotFound):
        await county.desk.cases.submit(SubmitCase(citizen, draft.id, appointment.id, bring_later=True))

    assert (await drafted(county)).state is CaseState.DRAFT


async def test_a_place_booked_for_a_draft_takes_the_draft_to_that_hall(county):
    """Begun for Anwen, booked at the county hall: there it will be received."""
    citizen, draft = await county.caller("citizen-1"), await drafted(county, hall=ANWEN)
    (slot,) = await county.desk.places.find_slots(FindSlots(ALLOWANCE, frozenset({COUNTY}), limit=1))

    appointment = await county.desk.places.book(
        BookAppointment(citizen, person_of(citizen), ALLOWANCE, slot.id, draft.id)
    )

    resumed = await drafted(county)
    assert (resumed.hall, resumed.appointment) == (COUNTY, appointment.id)


async def test_a_place_is_not_tied_to_somebody_elses_case(county):
    """Guessing a case's id moves nothing."""
    citizen, theirs = await county.caller("citizen-1"), await drafted(county, "citizen-2")
    (slot,) = await county.desk.places.find_slots(FindSlots(ALLOWANCE, frozenset({COUNTY}), limit=1))

    with pytest.raises(NotFound):
        await county.desk.places.book(
            BookAppointment(citizen, person_of(citizen), ALLOWANCE, slot.id, theirs.id)
        )

    assert (await drafted(county, "citizen-2")).hall == ANWEN
    assert await county.desk.places.my_appointments(citizen) == ()


@pytest.mark.parametrize("who", ["citizen-2", "proxy-1", "proxy-3"])
async def test_nobody_else_lays_pages_into_a_citizens_case(county, who):
    """Not a neighbour, not a proxy, not even the own village's proxy without being asked."""
    stranger, draft = await county.caller(who), await drafted(county)

    for attempt in (
        county.desk.cases.add_page(AddPage(stranger, draft.id, b"id_card")),
        county.desk.cases.drop_page(DropPage(stranger, draft.id, PageId("p"))),
        county.desk.cases.submit(SubmitCase(stranger, draft.id, bring_later=True)),
    ):
        with pytest.raises(NotFound):
            await attempt


async def test_unknown_things_are_not_found(county):
    """A case and an appointment that do not exist."""
    citizen, draft = await county.caller("citizen-1"), await drafted(county)

    for cmd in (
        SubmitCase(citizen, CaseId("nothing")),
        SubmitCase(citizen, draft.id, AppointmentId("nothing"), bring_later=True),
    ):
        with pytest.raises(NotFound):
            await county.desk.cases.submit(cmd)


async def test_every_act_leaves_who_did_it_when_and_through_which_door(county):
    """In the case's history, which the person reads, and in the audit trail, which nobody can change."""
    case = await submitted(county)
    citizen = await county.caller("citizen-1")

    history = (await county.desk.cases.show(citizen, case.number)).history
    (entry,) = await county.audited("case.submit")

    assert [event.act for event in history] == ["open", "add_page", "add_page", "submit"]
    assert {(event.by, event.door) for event in history} == {("citizen-1", Door.PHONE)}
    assert (entry.by, entry.door, entry.person, entry.case, entry.at) == (
        "citizen-1",
        Door.PHONE,
        case.applicant,
        case.id,
        county.clock.now(),
    )
