"""两台服务器的号源: the races over places and numbers once more, over HTTP, at two server processes on one store.

The clock is the real one: what must lie in the past or run out in a moment is written into the store. The naive twins of
these races run over connections (`test_place_races`, `test_store_races`).
"""

from __future__ import annotations

import asyncio
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import func, insert, select, update

from intake.model.booking import AppointmentState
from intake.model.calendar import local_day
from intake.model.catalogue import CounterGroup
from intake.model.ids import HallCode
from intake.model.places import OfferKind, slot_at
from storage.crypto import load_keys
from storage.sql import tables
from storage.sql.store import Store
from tests.api.visitors import Answer, Door, Visitor
from tests.race.crowds import sign_in_crowd
from tests.race.nursery import servers_of
from tests.race.test_server_two_machines import database

__all__ = ["database"]

HALL, KIOSK, ITEM = "anwen", "kiosk-2", "MZ10"
CROWD = 100


@dataclass
class Machines:
    """Two servers on one store, the store beside them, and people nobody has met yet."""

    doors: list[Door]
    store: Store
    people: Iterator[int] = field(default_factory=lambda: iter(range(CROWD)))
    minutes: Iterator[int] = field(default_factory=lambda: count(1))

    def somebody(self) -> list[Visitor]:
        """One person more, at both machines."""
        bearer = {"Authorization": f"Bearer t{next(self.people)}"}
        return [Visitor(door.stranger.http, door.stranger.url, bearer) for door in self.doors]

    async def at_both(self, who: str) -> list[Visitor]:
        """One identity at both machines."""
        here = await self.doors[0].sign_in(who)
        return [here, Visitor(self.doors[1].stranger.http, self.doors[1].stranger.url, here.headers)]

    async def slot(self, places: int, **changes: Any) -> str:
        """A slot of next week with so many places, at a minute at which no hall opens one of its own."""
        start = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(
            days=6, minutes=next(self.minutes)
        )
        row = {
            "hall": HallCode(HALL), "group": CounterGroup.COMPREHENSIVE, "kind": OfferKind.RESERVED,
            "start": start, "end": start + timedelta(minutes=30), "online_capacity": places, "counter_capacity": 0,
            "notice_hours": 0, "book_before": start, "green_capacity": 0, **changes,
        }  # fmt: skip
        slot = slot_at(row["hall"], row["group"], row["kind"], row["start"])
        await self.write(insert(tables.slots).values(id=slot, **row))
        return str(slot)

    async def write(self, statement: Any) -> None:
        """What time or another day would have brought about."""
        async with self.store.writing() as connection:
            await connection.execute(statement)
            await connection.commit()

    async def booked(self, slot: str) -> Counter[AppointmentState]:
        """What has become of the bookings of a slot; the slot's own count must agree."""
        one = tables.appointments.c
        async with self.store.reading() as connection:
            rows = (await connection.execute(select(one.state).where(one.slot == slot))).scalars().all()
            taken = await connection.scalar(
                select(tables.slots.c.online_taken).where(tables.slots.c.id == slot)
            )
        found = Counter(rows)
        assert taken == found[AppointmentState.BOOKED] + found[AppointmentState.CHECKED_IN]
        return found


@pytest_asyncio.fixture(scope="module")
async def machines(
    database: str | None, nursery: subprocess.Popen[bytes], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Machines]:
    """Started together on the demo county, with a crowd that is signed in."""
    folder = tmp_path_factory.mktemp("machines")
    with servers_of(nursery, folder) as processes:
        async with AsyncExitStack() as stack:
            started = processes.start(2, database_url=database)
            doors = [await stack.enter_async_context(Door.at(server.url)) for server in started]
            state = folder / "state"
            url = database or f"sqlite:///{state / 'jiujinban.db'}"
            store = Store.open(url, load_keys(state / "keys.json"))
            await sign_in_crowd(store, 0, CROWD)
            yield Machines(doors, store)
            await store.close()


async def book(who: Visitor, slot: str) -> Answer:
    """Press 预约."""
    return await who.post("/api/v1/appointments", {"slot_id": slot, "service_code": ITEM})


def told(answers: list[Answer]) -> Counter[str]:
    """How often each answer came: the code of a refusal, or that it was done."""
    return Counter(a.said["code"] if a.status >= 400 else "done" for a in answers)


async def test_a_hold_that_runs_out_while_two_press_goes_to_one_of_them(machines: Machines) -> None:
    """The holder says yes at one machine in the very moments in which somebody else presses at the other: one place, one person."""
    ended = Counter[str]()
    for milliseconds in (-20, 0, 10, 20, 30, 40, 60, 80, 60_000):
        slot, mine, theirs = await machines.slot(1), machines.somebody(), machines.somebody()
        held = (await mine[0].post("/api/v1/holds", {"slot_id": slot, "service_code": ITEM})).said["id"]
        runs_out = {"expires_at": datetime.now(UTC) + timedelta(milliseconds=milliseconds)}
        await machines.write(
            update(tables.held_places).where(tables.held_places.c.hold == held).values(runs_out)
        )
        await machines.write(update(tables.holds).where(tables.holds.c.id == held).values(runs_out))

        confirmed, taken = await asyncio.gather(
            mine[0].post(f"/api/v1/holds/{held}/confirm"), until_taken(theirs[1], slot, mine[1])
        )

        ended[told([confirmed]).popitem()[0]] += 1
        assert told([confirmed, taken]) in ({"done": 1, "slot_full": 1}, {"hold_over": 1, "done": 1})
        assert await machines.booked(slot) == {AppointmentState.BOOKED: 1}
    assert set(ended) == {"done", "hold_over"}


async def until_taken(who: Visitor, slot: str, other: Visitor) -> Answer:
    """Press until one has the place, or until it is somebody else's for good."""
    while True:
        answer = await book(who, slot)
        if answer.status == 201 or (await other.get("/api/v1/appointments")).said["appointments"]:
            return answer if answer.status == 201 else await book(who, slot)


async def test_of_many_who_move_into_the_last_place_one_does(machines: Machines) -> None:
    """Ten have a time each and want the one that came free; nine keep theirs."""
    last = await machines.slot(1)
    movers, old = [machines.somebody() for _ in range(10)], await machines.slot(10)
    mine = [(await book(who[0], old)).said["id"] for who in movers]

    presses = (
        who[n % 2].post(f"/api/v1/appointments/{one}/move", {"slot_id": last})
        for n, (who, one) in enumerate(zip(movers, mine, strict=True))
    )
    answers = list(await asyncio.gather(*presses))

    assert told(answers) == {"done": 1, "slot_full": 9}
    assert await machines.booked(last) == {AppointmentState.BOOKED: 1}
    assert await machines.booked(old) == {AppointmentState.BOOKED: 9}


async def test_a_place_given_back_goes_to_the_first_in_line_and_to_nobody_who_presses(
    machines: Machines,
) -> None:
    """The cancellation comes twice, at both machines, while ten press for the place: it is offered once, and taken by whom it was offered."""
    slot, holder = await machines.slot(1), machines.somebody()
    mine = (await book(holder[0], slot)).said["id"]
    await machines.write(other_places_shut(slot))
    waiting = [machines.somebody() for _ in range(2)]
    day = (await day_of(machines, slot)).isoformat()
    wish = {"service_code": ITEM, "hall": HALL, "first_day": day, "last_day": day}
    joined = [(await who[n].post("/api/v1/waiting", wish)) for n, who in enumerate(waiting)]
    assert {answer.status for answer in joined} == {201}, [answer.content for answer in joined]
    pressing = [machines.somebody() for _ in range(10)]

    cancelled = [phone.post(f"/api/v1/appointments/{mine}/cancel") for phone in holder]
    answers = await asyncio.gather(*cancelled, *(book(who[n % 2], slot) for n, who in enumerate(pressing)))

    assert told(list(answers[2:])) == {"slot_full": 10}
    offers = [(await who[1].get("/api/v1/holds")).said["holds"] for who in waiting]
    assert [len(each) for each in offers] == [1, 0]
    confirmed = await asyncio.gather(
        *(phone.post(f"/api/v1/holds/{offers[0][0]['id']}/confirm") for phone in waiting[0])
    )
    assert len({answer.said["id"] for answer in confirmed}) == 1
    assert await machines.booked(slot) == {AppointmentState.CANCELLED: 1, AppointmentState.BOOKED: 1}


def other_places_shut(slot: str) -> Any:
    """Nothing else is free at the hall that day."""
    return (
        update(tables.slots).where(tables.slots.c.hall == HALL, tables.slots.c.id != slot).values(closed=True)
    )


async def day_of(machines: Machines, slot: str) -> date:
    """The day of a slot in the county."""
    async with machines.store.reading() as connection:
        starts = await connection.execute(select(tables.slots.c.start).where(tables.slots.c.id == slot))
        return local_day(starts.scalar_one())


async def test_a_day_that_closes_while_people_book_leaves_nobody_there(machines: Machines) -> None:
    """The director presses at one machine, a dozen at both: whoever was told 预约成功 has another place held or chooses one."""
    hall, director = "yushan", (await machines.at_both("director-yushan"))[0]
    people = [machines.somebody() for _ in range(12)]
    found = (await people[0][0].get("/api/v1/slots", item=ITEM, hall=hall, limit=500)).said["slots"]
    day = found[-1]["start"][:10]
    slots = [slot["id"] for slot in found if slot["start"].startswith(day)]
    closure = {"reason": "停电", "closure": {"first_day": day, "last_day": day}}

    change = director.post(f"/api/v1/halls/{hall}/hours/changes", closure)
    presses = [book(who[n % 2], slots[n % len(slots)]) for n, who in enumerate(people)]
    answers = list(await asyncio.gather(*presses[:6], change, *presses[6:]))

    assert answers.pop(6).status == 201
    assert set(told(answers)) <= {"done", "slot_past", "slot_full"}
    for who, answer in zip(people, answers, strict=True):
        (mine,) = (await who[0].get("/api/v1/appointments")).said["appointments"] or [None]
        if answer.status == 201:
            assert mine["state"] == "displaced"
            assert (await who[1].get("/api/v1/holds")).said["holds"]
    shut = (await people[0][1].get("/api/v1/slots", item=ITEM, hall=hall, limit=500)).said["slots"]
    assert not any(slot["start"].startswith(day) for slot in shut)


async def test_whoever_checks_in_at_the_kiosk_at_the_desk_and_by_phone_has_one_number(
    machines: Machines,
) -> None:
    """The helper scans the code while the machine prints and the phone is pressed: one number, one person in line."""
    now = datetime.now(UTC)
    slot = await machines.slot(
        1, start=now, end=now + timedelta(minutes=30), book_before=now + timedelta(hours=1)
    )
    phone = machines.somebody()
    mine = (await book(phone[0], slot)).said
    kiosk, clerk = await machines.at_both(KIOSK), await machines.at_both(f"clerk-{HALL}-1")

    by_number = {"appointment": mine["number"]}
    presses = [
        *(desk.post(f"/api/v1/halls/{HALL}/check-in", by_number) for desk in clerk),
        *(own.post(f"/api/v1/halls/{HALL}/check-in", by_number) for own in phone),
        *(machine.post("/api/v1/kiosk/check-in", {"code": mine["id"]}) for machine in kiosk),
    ]
    answers = list(await asyncio.gather(*presses))

    assert {answer.status for answer in answers} == {200}, [answer.content for answer in answers]
    assert len({answer.said["number"] for answer in answers}) == 1
    tickets = tables.tickets.c
    async with machines.store.reading() as connection:
        found = select(func.count()).where(tickets.appointment == mine["id"])
        assert await connection.scalar(found) == 1
    assert await machines.booked(slot) == {AppointmentState.CHECKED_IN: 1}
