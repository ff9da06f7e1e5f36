"""大厅的一天 over HTTP: a kiosk, two counters of one kind and one of another, the screen on the wall and the director."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.api.test_kiosk import switched_on
from tests.api.visitors import Door, Visitor, refusal
from tests.desks import County
from tests.unit.intake.desk.test_kiosk import lay_card

HALL = "/api/v1/halls/anwen"


@dataclass(frozen=True, slots=True)
class Counter:
    """A clerk at a counter."""

    clerk: Visitor
    code: str

    async def opens(self) -> None:
        """In the morning."""
        answer = await self.clerk.ask("PUT", f"{HALL}/counters/{self.code}/post", json={"open": True})
        assert answer.said["open"]

    async def calls(self) -> dict[str, Any]:
        """The next one."""
        called: dict[str, Any] = (await self.clerk.post(f"{HALL}/call", {"counter": self.code})).said
        return called

    async def does(self, act: str, ticket: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Something to a number."""
        path, said = f"/api/v1/tickets/{ticket['id']}/{act}", {"version": ticket["version"], **more}
        answer = await self.clerk.post(path, said)
        assert answer.status == 200, answer.content
        done: dict[str, Any] = answer.said
        return done

    async def serves(self, county: County, ticket: dict[str, Any], minutes: float = 4) -> None:
        """From the call to the end."""
        county.clock.forward(seconds=30)
        served = await self.does("serve", ticket)
        county.clock.forward(minutes=minutes)
        await self.does("finish", served)


async def booked(citizen: Visitor, place: int) -> dict[str, Any]:
    """One of the next places of the morning."""
    slots = (await citizen.get("/api/v1/slots", item="MZ10", hall="anwen", limit=5)).said["slots"]
    wish = {"slot_id": slots[place]["id"], "service_code": "MZ10"}
    made: dict[str, Any] = (await citizen.post("/api/v1/appointments", wish)).said
    return made


async def gives_number(counter: Counter, holder: str, item: str = "MZ10") -> dict[str, Any]:
    """The helper at the door writes a slip."""
    given: dict[str, Any] = (
        await counter.clerk.post(f"{HALL}/tickets", {"holder": holder, "service_code": item})
    ).said
    return given


async def test_a_day_at_the_hall(county: County, door: Door) -> None:
    """From the first number to the last that was not reached: everybody is called once, in an order that can be explained."""
    kiosk, citizen = await switched_on(county, door), await door.sign_in("citizen-1")
    first, second, police = [
        Counter(await door.sign_in(f"clerk-anwen-{n}"), f"anwen-{code}")
        for n, code in enumerate(("comprehensive-1", "comprehensive-2", "police-1"), start=1)
    ]
    mine = await booked(citizen, 0)
    await booked(await door.sign_in("elder-1"), 1)

    # Nine o'clock: too early for half past ten, and the kiosk says from when on.
    early = refusal(await kiosk.post("/api/v1/kiosk/check-in", {"code": mine["id"]}), 409, "too_early")
    assert "09:30" in early["next_step"]
    for counter in (first, second, police):
        await counter.opens()
    nameless = (await kiosk.post("/api/v1/kiosk/tickets")).said
    walk_ins = [await gives_number(first, f"村民{n}") for n in range(24)]
    assert [nameless["number"], *(one["number"] for one in walk_ins)] == [f"A{n:03d}" for n in range(1, 26)]
    screen = (await kiosk.get(f"{HALL}/display")).said
    assert [shown["holder"] for shown in screen["next"][:2]] == ["现场群众", "*民0"]
    assert "暂时说不准" in screen["groups"][0]["wait_text"]

    # Ten minutes to ten: twenty-two were served in the order in which they came, and the wait is known by now.
    called = []
    for _ in range(11):
        for counter in (first, second):
            called.append(await counter.calls())
            await counter.serves(county, called[-1], minutes=2)
    assert [one["number"] for one in called] == [f"A{n:03d}" for n in range(1, 23)]
    late = [await gives_number(first, f"后来{n}") for n in range(4)]
    arrived = (await citizen.post(f"{HALL}/check-in", {"appointment": mine["number"]})).said
    assert (await kiosk.post("/api/v1/kiosk/check-in", {"code": mine["id"]})).said["number"] == arrived[
        "number"
    ]
    (place,) = (await citizen.get("/api/v1/my/tickets")).said["tickets"]
    assert "约" in place["wait_text"]

    # Who was booked goes before those who came within the half hour before; the line says why.
    line = (await first.clerk.get(f"{HALL}/queue")).said
    waiting = [one["number"] for one in line["tickets"] if one["state"] == "waiting"]
    assert waiting == ["A023", "A024", "A025", arrived["number"], *(one["number"] for one in late)]
    (why,) = [one["why"] for one in line["tickets"] if one["number"] == arrived["number"]]
    assert "预约10:30，准时到，按早到30分钟排" in why

    # Nobody answers: called three times in all, then missed; by card at the kiosk the elder finds the appointment.
    missing = await first.calls()
    for _ in range(3):
        missing = await first.does("recall", missing)
    assert missing["state"] == "missed"
    county.clock.forward(minutes=15)
    await lay_card(county, "elder-1")
    elder = (await kiosk.post("/api/v1/kiosk/check-in", {})).said
    assert (await kiosk.get("/api/v1/kiosk/visitor")).said["tickets"][0]["number"] == elder["number"]
    await kiosk.post("/api/v1/kiosk/step-away")

    # Back within the half hour: in the old place, which is the first.
    back = await first.does("come-back", missing)
    assert (await second.calls())["number"] == back["number"]

    # One is sent on to the police counter with the number and the credit; one steps out for a copy.
    sent = await first.does("forward", await first.calls(), group="police")
    assert (await police.calls())["number"] == sent["number"]
    parked = await first.does("park", await first.calls())
    shown = (await kiosk.get(f"{HALL}/display")).said
    assert parked["number"] not in {one["number"] for one in (*shown["called"], *shown["next"])}

    # The day is over: whoever was not reached is told, and tomorrow's first number is the first again.
    director = await door.sign_in("director-anwen")
    assert len((await director.get(f"{HALL}/queue")).said["tickets"]) == 31
    county.clock.forward(hours=14)
    await county.desk.queue.close_days()
    assert {word.to for word in await county.told("ticket_unserved")} >= {"citizen-1"}
    again = Counter(await door.sign_in("clerk-anwen-1"), first.code)
    assert (await gives_number(again, "明天第一位"))["number"] == "A001"
