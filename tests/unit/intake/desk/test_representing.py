"""代办与授权: whom somebody may act for, and by whose word."""

from __future__ import annotations

from datetime import date

import pytest

from intake.errors import BadInput, MandateNeeded, NotAllowed, NotFound, NotYourVillage
from intake.model.people import Door
from intake.usecases.cases.drafting import OpenDraft, SubmitCase
from intake.usecases.people.representing import AddVillager, RecordMandate
from intake.usecases.places.booking import (
    CancelAppointment,
    ConfirmHold,
    FindSlots,
    HoldPlace,
    MoveAppointment,
)
from intake.usecases.questions.asking import AskQuestion
from tests.desks import ALLOWANCE, ELDER_CARD, JIANSHAN, person_of

# 里光洋 of proxy-1; 佳村 of proxy-2 in 玉山镇. A number nobody in the reference county has.
HOME = "330727109203"
NEW_NUMBER = "330000196001010010"


async def mandate(county, who="proxy-1", whose="elder-1", item=ALLOWANCE, words="本人当面同意", number=""):
    """Somebody records another's word."""
    cmd = RecordMandate(await county.caller(who), person_of(await county.caller(whose)), item, words, number)
    return await county.desk.people.record_mandate(cmd)


async def open_for(county, who="proxy-1", whose="elder-1", item=ALLOWANCE):
    """Somebody begins another's matter."""
    cmd = OpenDraft(await county.caller(who), person_of(await county.caller(whose)), item, JIANSHAN)
    return await county.desk.cases.open_draft(cmd)


async def test_a_proxy_sees_the_own_village_eldest_first(county):
    """And nobody of another village."""
    people = await county.desk.people.villagers(await county.caller("proxy-1"))

    births = [person.id_number.birth for person in people]
    assert births == sorted(births)
    assert {person.village for person in people} == {HOME}
    assert "elder-1" in {person.id for person in people}


@pytest.mark.parametrize("who", ["citizen-1", "clerk-anwen-1", "director-anwen", "kiosk-1"])
async def test_nobody_else_has_a_list_of_a_villages_people(county, who):
    """It is a proxy's tool and nobody's curiosity."""
    with pytest.raises(NotAllowed):
        await county.desk.people.villagers(await county.caller(who))


async def test_without_a_recorded_word_a_proxy_begins_nothing(county):
    """The next step is to record it."""
    with pytest.raises(MandateNeeded) as refused:
        await open_for(county)

    assert "授权" in refused.value.next_step


async def test_a_case_opened_for_an_elder_carries_both_names_and_tells_both(county):
    """The elder is the applicant, the proxy stands beside; each finds it among theirs and hears of it."""
    given = await mandate(county)
    proxy, elder = await county.caller("proxy-1"), await county.caller("elder-1")

    draft = await open_for(county)
    case = await county.desk.cases.submit(SubmitCase(proxy, draft.id, bring_later=True))

    assert (case.applicant_name, case.proxy_name) == (elder.account.name, proxy.account.name)
    assert (case.applicant, case.opened_by, case.mandate) == (person_of(elder), proxy.code, given.id)
    assert {told.to for told in await county.told("case_submitted")} == {proxy.code, elder.code}
    for caller in (proxy, elder):
        assert [one.id for one in await county.desk.cases.mine(caller)] == [case.id]
    (entry,) = await county.audited("case.submit")
    assert (entry.by, entry.person) == (proxy.code, person_of(elder))


async def test_a_word_covers_one_matter_one_person_one_proxy_and_its_days(county):
    """Another item, another elder, another proxy, the ninety-first day: each needs its own."""
    given = await mandate(county)
    assert given.expires_on == date(2027, 2, 21)

    for who, whose, item in (
        ("proxy-1", "elder-1", ELDER_CARD),
        ("proxy-1", "elder-2", ALLOWANCE),
        ("proxy-2", "elder-1", ALLOWANCE),
    ):
        with pytest.raises(MandateNeeded):
            await open_for(county, who, whose, item)
    county.clock.forward(days=90)
    assert await open_for(county)
    county.clock.forward(days=1)
    with pytest.raises(MandateNeeded):
        await open_for(county)


async def test_another_villages_elder_is_refused_with_their_proxy_and_their_hall(county):
    """Whom to ask instead, by name, and which telephone the elder can ring: however the proxy tries."""
    proxy, number = await county.caller("proxy-1"), "330000194309200129"
    their_proxy = await county.caller("proxy-2")
    yushan = next(hall for hall in await county.desk.places.halls() if hall.code == "yushan")

    for attempt in (
        county.desk.people.villager_by_number(proxy, number),
        county.desk.people.add_villager(AddVillager(proxy, "蔡慧梅", number)),
        mandate(county, whose="elder-7"),
    ):
        with pytest.raises(NotYourVillage) as refused:
            await attempt
        assert "里光洋" in refused.value.title
        for expected in ("佳村", their_proxy.account.name, yushan.name, yushan.phone):
            assert expected in refused.value.next_step


async def test_a_villager_missing_from_the_list_is_added_to_the_own_village_once(county):
    """The second time the same person is found, under whatever name they are typed."""
    proxy = await county.caller("proxy-1")
    assert await county.desk.people.villager_by_number(proxy, NEW_NUMBER) is None

    added = await county.desk.people.add_villager(AddVillager(proxy, " 王大爷 ", NEW_NUMBER, "13900009999"))
    again = await county.desk.people.add_villager(AddVillager(proxy, "王老伯", NEW_NUMBER))

    assert (added.name, added.village) == ("王大爷", HOME)
    assert again == added
    assert await county.desk.people.villager_by_number(proxy, NEW_NUMBER) == added
    (entry,) = await county.audited("person.add")
    assert (entry.by, entry.person) == (proxy.code, added.id)


@pytest.mark.parametrize(
    ("name", "number", "phone", "field"),
    [
        ("王大爷", "330000196001010011", "", "id_number"),
        ("王大爷", "33000019600101001", "", "id_number"),
        (" ", NEW_NUMBER, "", "name"),
        ("王大爷", NEW_NUMBER, "1390-000", "phone"),
        ("王大爷", NEW_NUMBER, "123", "phone"),
    ],
)
async def test_what_cannot_be_right_is_said_field_by_field(county, name, number, phone, field):
    """And nobody is added."""
    proxy = await county.caller("proxy-1")

    with pytest.raises(BadInput) as refused:
        await county.desk.people.add_villager(AddVillager(proxy, name, number, phone))

    assert refused.value.facts["field"] == field
    assert await county.desk.people.villager_by_number(proxy, NEW_NUMBER) is None


async def test_a_relative_is_found_by_name_and_number_together(county):
    """With a number alone nobody learns a name; whoever has both may act for the person, with their word."""
    citizen, elder = await county.caller("citizen-1"), await county.caller("elder-1")
    number = "330000195006300127"

    with pytest.raises(BadInput) as refused:
        await county.desk.people.add_relative(AddVillager(citizen, "张三", number))
    assert elder.account.name not in f"{refused.value.title}{refused.value.next_step}"
    found = await county.desk.people.add_relative(AddVillager(citizen, f" {elder.account.name} ", number))

    assert found.id == person_of(elder)
    with pytest.raises(MandateNeeded):
        await open_for(county, "citizen-1")
    await mandate(county, "citizen-1", number=number)
    assert (await open_for(county, "citizen-1")).applicant == person_of(elder)


@pytest.mark.parametrize("number", ["", "330000194309200129", "330000195006300128"])
async def test_a_citizen_who_has_only_somebodys_id_records_no_word(county, number):
    """An id out of an address or a guess opens nobody's papers: without the person's own number it is refused."""
    with pytest.raises(BadInput) as refused:
        await mandate(county, "citizen-1", number=number)

    assert refused.value.facts["field"] == "id_number"
    with pytest.raises(MandateNeeded):
        await open_for(county, "citizen-1")


async def test_a_relative_the_county_does_not_know_yet_lives_where_the_citizen_lives(county):
    """So that the nearest hall is the right one; a clerk corrects it when it is not."""
    citizen = await county.caller("citizen-1")

    mother = await county.desk.people.add_relative(AddVillager(citizen, "王大妈", NEW_NUMBER))

    async with county.store.open_view() as view:
        own = await view.people.person(person_of(citizen))
    assert mother.village == own.village


async def test_a_word_must_say_what_was_agreed(county):
    """An empty consent is none."""
    with pytest.raises(BadInput):
        await mandate(county, words="  ")


@pytest.mark.parametrize("who", ["clerk-anwen-1", "approver-civil_affairs-1", "kiosk-1"])
async def test_those_who_work_for_the_county_record_no_mandates(county, who):
    """They act by office, not by word."""
    with pytest.raises(NotAllowed):
        await mandate(county, who)


async def test_at_the_counter_a_clerk_opens_a_case_for_whoever_stands_there(county):
    """By office: no mandate, no proxy's name, and the door says where it was."""
    case = await open_for(county, "clerk-county-1")

    assert (case.mandate, case.proxy_name, case.door) == (None, "", Door.DESK_PAGE)


async def test_a_proxys_question_goes_to_the_hall_of_the_village(county):
    """里光洋 belongs to 尖山."""
    asked = await county.desk.questions.ask(AskQuestion(await county.caller("proxy-1"), "老人搬家了怎么办"))

    assert asked.hall == JIANSHAN


async def test_a_child_looks_for_places_holds_and_cancels_for_a_parent_whose_word_holds(county):
    """Before the word the parent is nobody's to look for; afterwards the whole booking is the child's to do."""
    child, parent = await county.caller("citizen-1"), await county.caller("elder-1")
    mother = person_of(parent)
    with pytest.raises(NotFound):
        await county.desk.people.person_of(child, mother)

    async with county.store.open_view() as view:
        number = (await view.people.person(mother)).id_number.value
    await mandate(county, who="citizen-1", number=number)

    assert (await county.desk.people.person_of(child, mother)).id == mother
    first, other = (await county.desk.places.find_slots(FindSlots(ALLOWANCE, caller=child, person=mother)))[
        :2
    ]
    held = await county.desk.places.hold(HoldPlace(child, mother, ALLOWANCE, first.id))
    assert await county.desk.places.my_holds(child) == (held,)
    assert await county.desk.places.my_holds(parent) == (held,)
    appointment = await county.desk.places.confirm(ConfirmHold(child, held.id))
    moved = await county.desk.places.move(MoveAppointment(child, appointment.id, other.id))
    assert (moved.person, moved.booked_by, moved.slot) == (mother, child.code, other.id)
    assert (await county.desk.places.cancel(CancelAppointment(child, moved.id))).person == mother
