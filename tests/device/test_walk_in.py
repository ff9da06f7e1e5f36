"""The counter's path on the real desk: reader, camera, agent, HTTP, gateway, store, and a case like any other."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from dataclasses import fields, replace
from typing import Any

import pytest
from aiohttp import ClientSession

from device_bridge.agent.simulator.cards import SAMPLES, Sample
from intake.model.case import Case, CaseMaterial, CaseState
from intake.model.ids import AccountCode
from intake.model.people import Door, IdNumber
from intake.usecases.cases.drafting import AddPage, OpenDraft, SubmitCase
from tests.device.anwen import COUNTER, HALL, ITEM, RESIDENT, TOKEN, Anwen, browser
from tests.device.scenery import Clerk

if sys.platform == "win32":
    pytest.skip("Windows has no pseudo-terminals", allow_module_level=True)

from device_bridge.agent.simulator.stage import DemoFailed, DemoPost, demonstrate

PAPERS = (b"first", b"second")
# What any two people's cases for one item may differ in, whatever the door: whose they are and when they were opened.
OWN = {"id", "number", "applicant", "applicant_name", "opened_by", "opened_at", "submitted_at"}


@pytest.fixture
async def desk_page(address: str) -> AsyncIterator[ClientSession]:
    """The clerk's browser."""
    async with browser(address, "clerk-anwen-1") as session:
        yield session


def counter_pc(address: str) -> DemoPost:
    """The simulated counter PC."""
    return DemoPost(address, TOKEN, HALL, COUNTER, ITEM)


async def open_by_phone(anwen: Anwen) -> Case:
    """Let a citizen open the item with two photographs."""
    desk = anwen.desk
    citizen = (await desk.people.sign_in_as(AccountCode("citizen-1"), Door.PHONE)).caller
    assert citizen.account.person is not None
    draft = await desk.cases.open_draft(OpenDraft(citizen, citizen.account.person, ITEM, HALL))
    for paper in PAPERS:
        await desk.cases.add_page(AddPage(citizen, draft.id, paper))
    number = (await desk.cases.submit(SubmitCase(citizen, draft.id, bring_later=True))).number
    return await anwen.case(number)


async def open_on_desk_page(anwen: Anwen, desk_page: ClientSession) -> Case:
    """Let the machines lay down a card and two pages, and the clerk press 收件."""
    await anwen.lay_card(1, RESIDENT)
    for number, paper in enumerate(PAPERS, start=11):
        await anwen.lay_page(number, card=1, content=paper)
    opened = await desk_page.post(
        f"/api/v1/halls/{HALL}/counters/{COUNTER}/cases", json={"service_code": ITEM}
    )
    assert opened.status == 201
    return await anwen.case((await opened.json())["number"])


def without_photographs(material: CaseMaterial) -> tuple[CaseMaterial, int]:
    """A material with the number of its photographs in their place."""
    return replace(material, pages=()), len(material.pages)


def differences(one: Case, other: Case) -> set[str]:
    """In what two cases differ that is not their applicants' own."""

    def value(case: Case, name: str) -> Any:
        return [*map(without_photographs, case.materials)] if name == "materials" else getattr(case, name)

    return {
        part.name
        for part in fields(Case)
        if part.name not in OWN and value(one, part.name) != value(other, part.name)
    }


async def test_counter_cases_differ_from_a_phone_case_in_their_door_and_in_nothing_else(
    anwen, address, desk_page
):
    """A phone; reader, camera and the counter PC's 收件; the same and the desk page's 收件: one kind of case."""
    at_home = await open_by_phone(anwen)
    at_machine = await anwen.case(await demonstrate(counter_pc(address), Clerk()))
    at_desk = await open_on_desk_page(anwen, desk_page)

    assert differences(at_home, at_machine) == {"door"}
    assert differences(at_home, at_desk) == {"door"}
    doors = [case.door for case in (at_home, at_machine, at_desk)]
    assert doors == [Door.PHONE, Door.COUNTER, Door.DESK_PAGE]
    assert {case.state for case in (at_home, at_machine, at_desk)} == {CaseState.SUBMITTED}


async def test_their_histories_differ_in_door_and_hand_and_in_nothing_else(anwen, address, desk_page):
    """Opened, two pages, submitted: whoever reads the file later reads the same story."""
    at_home = await open_by_phone(anwen)
    at_machine = await anwen.case(await demonstrate(counter_pc(address), Clerk()))
    at_desk = await open_on_desk_page(anwen, desk_page)

    stories = [
        [(told.act, told.state, told.words) for told in await anwen.history(case.id)]
        for case in (at_home, at_machine, at_desk)
    ]
    assert stories[0] == stories[1] == stories[2]
    assert [act for act, _, _ in stories[0]] == ["open", "add_page", "add_page", "submit"]


async def test_the_card_makes_the_person_known_to_the_county(anwen, address):
    """Name, number and the newest address stand in the register; nobody typed them."""
    card = SAMPLES[Sample.ELDER]

    number = await demonstrate(counter_pc(address), Clerk())

    applicant = (await anwen.case(number)).applicant
    async with anwen.store.open_view() as view:
        person = await view.people.person(applicant)
    assert (person.name, person.id_number) == (card.reading.name, IdNumber(card.reading.number))
    assert person.address == card.newest_address


async def test_a_second_case_for_the_same_matter_is_refused_with_the_first_ones_number(anwen, address):
    """The clerk reads that it is already under way, and under which number."""
    number = await demonstrate(counter_pc(address), Clerk())
    clerk = Clerk()

    with pytest.raises(DemoFailed):
        await demonstrate(counter_pc(address), clerk)

    said = dict(zip(clerk.heard, clerk.facts, strict=True))["opening_refused"]
    assert number in said["title"]
    assert said["next_step"]
