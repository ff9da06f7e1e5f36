"""五十次点击一件办件, over HTTP: one key is one answer, and without one the number of the case that is open is named."""

from __future__ import annotations

import asyncio
from collections import Counter

from tests.api.visitors import refusal
from tests.desks import ALLOWANCE, ANWEN
from tests.journeys import drafted, received, submitted

WISH = {"service_code": ALLOWANCE, "hall": ANWEN}


async def test_fifty_presses_with_one_key_are_one_case_with_one_answer(county, door):
    """A finger that trembles, or a line that drops every answer."""
    citizen = await door.sign_in("citizen-1")

    opened = await asyncio.gather(*(citizen.post("/api/v1/cases", WISH, key="open") for _ in range(50)))
    path = f"/api/v1/cases/{opened[0].said['id']}/submit"
    handed = await asyncio.gather(
        *(citizen.post(path, {"bring_later": True}, key="submit") for _ in range(50))
    )

    assert {answer.said["id"] for answer in opened} == {opened[0].said["id"]}
    assert {(answer.status, answer.said["number"]) for answer in handed} == {(200, "BJ2026112300001")}
    assert len(await county.told("case_submitted")) == 1


async def test_fifty_presses_without_a_common_key_are_one_case_and_its_number_is_named(county, door):
    """Five tabs, ten presses each: whoever comes later hears which case is open already."""
    citizen, draft = await door.sign_in("citizen-1"), await drafted(county)
    path = f"/api/v1/cases/{draft.id}/submit"

    answers = await asyncio.gather(
        *(citizen.post(path, {"bring_later": True}, key=f"press-{n}") for n in range(50))
    )

    told = Counter(answer.status for answer in answers)
    (number,) = {answer.said["number"] for answer in answers if answer.status == 200}
    assert told == {200: 1, 409: 49}
    for answer in answers:
        if answer.status == 409:
            assert number in refusal(answer, 409, "already_open")["title"]


async def test_a_clerks_press_whose_answer_was_lost_is_answered_again(county, door):
    """Not “刚刚被别人改过了”: it was the clerk's own press."""
    case, clerk = await submitted(county), await door.sign_in("clerk-anwen-1")
    said = {"version": case.version}

    first = await clerk.post(f"/api/v1/cases/{case.id}/receive", said, key="lost")
    again = await clerk.post(f"/api/v1/cases/{case.id}/receive", said, key="lost")
    other = await clerk.post(f"/api/v1/cases/{case.id}/receive", said, key="another")

    assert (first.status, again.said) == (200, first.said)
    refusal(other, 409, "stale")


async def test_a_clerks_page_shows_what_the_director_is_asked_and_the_director_what_to_settle(county, door):
    """提请主任 from the counter, settled on the director's page."""
    case = await received(county)
    clerk, director = await door.sign_in("clerk-anwen-1"), await door.sign_in("director-anwen")
    words = {"version": case.version, "words": "要不要入户核实"}

    asked = (await clerk.post(f"/api/v1/cases/{case.id}/escalate", words)).said
    (waiting,) = (await director.get("/api/v1/escalations")).said["cases"]
    shown = (await director.get(f"/api/v1/cases/{waiting['id']}")).said
    done = await director.post(
        f"/api/v1/cases/{case.id}/settle", {"version": shown["version"], "way": "another_round"}
    )

    assert (asked["state"], asked["escalation"]["due_text"]) == ("escalated", "11月25日（星期三）")
    assert "settle" in shown["acts"]
    assert "settle" not in asked["acts"]
    assert (done.said["state"], done.said["escalation"]) == ("received", None)
    refusal(await clerk.get("/api/v1/escalations"), 403, "not_allowed")
