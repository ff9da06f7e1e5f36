"""合并提交: acts that wait together share one transaction, and each is decided and answered as if it were alone."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Dialect, event, func, select

from intake.errors import AlreadyBooked, HoldOver, KeyReused, NotFound, SlotFull
from intake.model.booking import Appointment, AppointmentState, Hold, HoldState, Pool, Slot
from intake.model.ids import AccountCode, CaseId, HallCode, IntentKey, PersonId, ServiceCode, SlotId
from intake.model.people import Account, Caller, Door, Role
from intake.model.waiting import WaitingState
from intake.ports import Foreseen, Rules, Tools, Uow
from intake.usecases.places import booking
from intake.usecases.places.booking import (
    BookAppointment,
    CancelAppointment,
    ConfirmHold,
    HoldPlace,
    MoveAppointment,
    ReleaseHold,
)
from storage.sql.audit import AuditChain
from storage.sql.prepared import Prepared
from storage.sql.sharing import Clash, Shared
from storage.sql.store import Store
from storage.sql.tables import appointments, audit_entries, outbox
from storage.sql.together import SqlTogether
from tests.contract import nouns
from tests.contract.nouns import NOW, TODAY, fresh, open_time
from tests.fakes import SetClock

SERVICE = ServiceCode("MZ10")


class Ids:
    """Ids in order."""

    def new(self) -> str:
        return fresh("made")


@dataclass
class Hall:
    """A hall with one slot that everybody wants, and the desk's verbs on the store."""

    store: Store
    tools: Tools
    slot: SlotId
    statements: list[str]
    url: str

    async def book(
        self,
        who: Caller,
        key: str = "",
        slot: SlotId | None = None,
        service: ServiceCode = SERVICE,
        case: CaseId | None = None,
    ) -> Appointment:
        """Press 预约."""
        intent = IntentKey(key) if key else None
        person = who.account.person or PersonId("")
        cmd = BookAppointment(who, person, service, slot or self.slot, case, intent)
        return await booking.book_appointment(cmd, tools=self.tools)

    async def hold(self, who: Caller, slot: SlotId | None = None) -> Hold:
        """Press 留号."""
        person = who.account.person or PersonId("")
        return await booking.hold_place(HoldPlace(who, person, SERVICE, slot or self.slot), tools=self.tools)

    async def open_later(self) -> SlotId:
        """Another slot, right after the one that everybody wants."""
        start = NOW + timedelta(days=1, minutes=30)
        opened = open_time(online_capacity=6, start=start, end=start + timedelta(minutes=30))
        async with self.store.open_uow() as uow:
            await uow.slots.open([opened])
            await uow.commit()
        return opened.slot

    @property
    def clock(self) -> SetClock:
        """The clock on the wall."""
        assert isinstance(self.tools.clock, SetClock)
        return self.tools.clock

    async def cancel(self, who: Caller, appointment: Appointment) -> Appointment:
        """Press 取消."""
        cmd = CancelAppointment(who, appointment.id)
        return await booking.cancel_appointment(cmd, tools=self.tools)

    async def seen(self) -> Slot:
        """The slot as it is."""
        async with self.store.open_view() as view:
            return await view.slots.get(self.slot, NOW)

    async def count(self, table: object) -> int:
        """How many rows."""
        async with self.store.reading() as connection:
            counted = select(func.count()).select_from(table)  # type: ignore[arg-type]  # any of ours
            return int((await connection.execute(counted)).scalar_one())


async def citizen(store: Store, n: int) -> Caller:
    """A person with an account, as the phone knows them."""
    person = nouns.person(id=PersonId(f"p{n}"), id_number=nouns.id_number(n))
    account = Account(AccountCode(f"citizen-{n}"), person.name, Role.CITIZEN, person=person.id)
    async with store.open_uow() as uow:
        await uow.people.add(person)
        await uow.people.put_account(account)
        await uow.commit()
    return Caller(account, Door.PHONE)


@pytest_asyncio.fixture
async def hall(store: Store, database_url: str) -> AsyncIterator[Hall]:
    """Six places at one time."""
    statements: list[str] = []
    async with store.open_uow() as uow:
        await uow.places.put_halls([nouns.hall()])
        await uow.catalogue.replace([nouns.item(code=SERVICE)], TODAY)
        opened = open_time(
            online_capacity=6, start=NOW + timedelta(days=1), end=NOW + timedelta(days=1, minutes=30)
        )
        await uow.slots.open([opened])
        await uow.commit()
    engine = store._engines.writers.sync_engine  # noqa: SLF001 (to count what is asked of the database)
    event.listen(engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
    together = SqlTogether(store)
    nothing = dict.fromkeys(("matcher", "tutor", "speech", "photos", "blobs", "papers", "routes"))
    tools = Tools(
        open_uow=store.open_uow,
        open_view=store.open_view,
        clock=SetClock(NOW),
        ids=Ids(),  # type: ignore[arg-type]  # only new ids are asked for
        rules=Rules(),
        together=together,
        **nothing,  # type: ignore[arg-type]  # booking reaches for none of them
    )
    yield Hall(store, tools, opened.slot, statements, database_url)
    await together.close()


async def everybody(hall: Hall, count: int) -> list[Caller]:
    """So many people."""
    return [await citizen(hall.store, n) for n in range(1, count + 1)]


async def hour_long(hall: Hall) -> ServiceCode:
    """A matter that takes two slots, its length known in this process."""
    code = ServiceCode("MZ60")
    async with hall.store.open_uow() as uow:
        await uow.catalogue.replace([nouns.item(code=SERVICE), nouns.item(code=code, minutes=60)], TODAY)
        await uow.commit()
    async with hall.store.open_view() as view:
        await view.catalogue.all_current(TODAY)
    return code


async def press(hall: Hall, people: list[Caller]) -> list[Appointment | BaseException]:
    """All at once."""
    return list(await asyncio.gather(*(hall.book(who) for who in people), return_exceptions=True))


async def test_the_first_to_come_get_the_places_and_the_rest_hear_why_not(hall: Hall) -> None:
    """Ten press, six places: in the order of arrival, each with an answer of their own."""
    people = await everybody(hall, 10)

    answers = await press(hall, people)

    assert [type(answer) for answer in answers] == [Appointment] * 6 + [SlotFull] * 4
    assert (await hall.seen()).online_taken == 6
    numbers = [answer.number for answer in answers if isinstance(answer, Appointment)]
    assert numbers == sorted(set(numbers))


async def test_what_belongs_to_a_booking_is_written_with_it(hall: Hall) -> None:
    """Trail, news and pulse of each; the chain of the trail can be sealed."""
    people = await everybody(hall, 8)

    await press(hall, people)

    assert await hall.count(appointments) == 6
    assert (await hall.count(audit_entries), await hall.count(outbox)) == (6, 6)
    async with hall.store.open_view() as view:
        assert sum((await view.leaving.pulses()).values()) >= 1
    assert await AuditChain(hall.store).seal() == 6


async def test_a_hundred_cost_no_more_statements_than_a_few(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many people as like: the database is asked the same questions."""
    people = await everybody(hall, 30)
    put: list[Prepared] = []
    on = Prepared.on

    def count(self: Prepared, dialect: Dialect) -> object:
        put.append(self)
        return on(self, dialect)

    monkeypatch.setattr(Prepared, "on", count)
    await press(hall, people[:1])
    hall.statements.clear()
    put.clear()
    await press(hall, people[1:3])
    first = (len(put), len(hall.statements))
    put.clear()
    hall.statements.clear()
    await press(hall, people[3:])

    assert 0 < first[0] < 30
    # The refused ones also ask what else is free.
    assert len(put) <= first[0] + 5
    assert len(hall.statements) <= first[1] + 10


async def test_one_key_pressed_twice_at_once_is_one_booking(hall: Hall) -> None:
    """Both hear of the same appointment; for another verb the key is refused."""
    (one, other) = await everybody(hall, 2)

    same = await asyncio.gather(hall.book(one, "tap"), hall.book(one, "tap"), hall.book(other, "tap"))
    later = await hall.book(one, "tap")
    cmd = CancelAppointment(one, same[0].id, IntentKey("tap"))
    with pytest.raises(KeyReused):
        await booking.cancel_appointment(cmd, tools=hall.tools)

    assert same[0] == same[1] == later
    assert same[2].id != later.id
    assert (await hall.seen()).online_taken == 2


async def test_a_second_place_for_the_same_thing_is_refused_within_a_batch(hall: Hall) -> None:
    """Two taps without a key: the second hears where the first place is."""
    (one,) = await everybody(hall, 1)

    answers = await asyncio.gather(hall.book(one), hall.book(one), return_exceptions=True)

    assert [type(answer) for answer in answers] == [Appointment, AlreadyBooked]
    assert (await hall.seen()).online_taken == 1


async def test_what_one_gives_back_the_next_in_the_same_batch_can_have(hall: Hall) -> None:
    """Six are taken; one cancels and a seventh presses at the same moment, after them."""
    people = await everybody(hall, 7)
    first = await press(hall, people[:6])
    assert isinstance(first[0], Appointment)

    gone, came = await asyncio.gather(hall.cancel(people[0], first[0]), hall.book(people[6]))

    assert (gone.state, came.state) == (AppointmentState.CANCELLED, AppointmentState.BOOKED)
    assert (await hall.seen()).online_taken == 6


async def test_what_is_not_foreseen_is_done_in_its_turn(hall: Hall) -> None:
    """Somebody who stands in line books between two others: the line is no part of the batch, and all three count."""
    people = await everybody(hall, 3)
    waits = nouns.waiting(person=people[1].account.person, service_code=SERVICE)
    async with hall.store.open_uow() as uow:
        assert await uow.waitings.add(waits)
        await uow.commit()

    answers = await asyncio.gather(*(hall.book(who) for who in people))

    assert {answer.state for answer in answers} == {AppointmentState.BOOKED}
    assert (await hall.seen()).online_taken == 3
    async with hall.store.open_view() as view:
        assert (await view.waitings.get(waits.id)).state is WaitingState.TAKEN


@pytest.fixture
def only_short_ways(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing goes the long way, in a savepoint or alone."""
    long_ways: list[object] = []

    def watched(way: Callable[[Any, Any], Awaitable[object]]) -> Callable[[Any, Any], Awaitable[object]]:
        async def walk(self: object, act: object) -> object:
            long_ways.append(act)
            return await way(self, act)

        return walk

    monkeypatch.setattr(Shared, "_run_really", watched(Shared._run_really))  # noqa: SLF001 (to see it taken)
    monkeypatch.setattr(SqlTogether, "_alone", watched(SqlTogether._alone))  # noqa: SLF001 (likewise)
    yield
    assert long_ways == []


@pytest.mark.usefixtures("only_short_ways")
async def test_a_hold_is_confirmed_between_two_bookings(hall: Hall) -> None:
    """All three count, in one transaction; the hold is one no more."""
    people = await everybody(hall, 3)
    held = await hall.hold(people[1])

    answers = await asyncio.gather(
        hall.book(people[0]),
        booking.confirm_hold(ConfirmHold(people[1], held.id), tools=hall.tools),
        hall.book(people[2]),
    )

    assert {answer.state for answer in answers} == {AppointmentState.BOOKED}
    seen = await hall.seen()
    assert (seen.online_taken, seen.online_held) == (3, 0)
    async with hall.store.open_view() as view:
        kept = await view.holds.get(held.id)
    assert (kept.state, kept.appointment) == (HoldState.CONFIRMED, answers[1].id)


@pytest.mark.usefixtures("only_short_ways")
async def test_long_matters_take_their_runs_between_short_ones(hall: Hall) -> None:
    """Four hour-long matters and four short ones at once: each run counts in both its slots, and what is full is told."""
    long = await hour_long(hall)
    later, people = await hall.open_later(), await everybody(hall, 8)

    answers = await asyncio.gather(
        *(hall.book(who, service=(long, SERVICE)[n % 2]) for n, who in enumerate(people)),
        return_exceptions=True,
    )

    assert [type(answer) for answer in answers] == [Appointment] * 6 + [SlotFull] * 2
    assert [answer.run for answer in answers[:2] if isinstance(answer, Appointment)] == [
        (hall.slot, later), (hall.slot,),
    ]  # fmt: skip
    async with hall.store.open_view() as view:
        assert [(await view.slots.get(slot, NOW)).online_taken for slot in (hall.slot, later)] == [6, 3]


@pytest.mark.usefixtures("only_short_ways")
async def test_a_run_that_breaks_off_is_refused_in_the_batch(hall: Hall) -> None:
    """The last slot of the day has none after it: an hour does not fit, and half an hour does."""
    long = await hour_long(hall)
    one, other = await everybody(hall, 2)

    hour, half = await asyncio.gather(hall.book(one, service=long), hall.book(other), return_exceptions=True)

    assert (type(hour), type(half)) == (SlotFull, Appointment)


@pytest.mark.usefixtures("only_short_ways")
async def test_drafts_are_tied_to_their_bookings_in_the_batch(hall: Hall) -> None:
    """Two have a draft: it knows its appointment and its hall; somebody else's draft is no reason to be booked."""
    people = await everybody(hall, 3)
    drafts = [
        nouns.draft(
            id=CaseId(f"c{n}"), applicant=who.account.person, service_code=SERVICE, hall=HallCode("x")
        )
        for n, who in enumerate(people[:2])
    ]
    async with hall.store.open_uow() as uow:
        for draft in drafts:
            await uow.cases.add(draft)
        await uow.commit()

    *tied, wrong = await asyncio.gather(
        *(hall.book(who, case=draft.id) for who, draft in zip(people, drafts, strict=False)),
        hall.book(people[2], case=drafts[0].id),
        return_exceptions=True,
    )

    assert isinstance(wrong, NotFound)
    async with hall.store.open_view() as view:
        kept = [await view.cases.get(draft.id) for draft in drafts]
    assert [(case.appointment, case.hall, case.version) for case in kept] == [
        (booked.id, booked.hall, 2) for booked in tied if isinstance(booked, Appointment)
    ]  # fmt: skip
    assert (await hall.seen()).online_taken == 2


@pytest.mark.usefixtures("only_short_ways")
async def test_who_holds_and_who_books_stand_in_one_row(hall: Hall) -> None:
    """Ten want six places, every other one only to hold it: the first six to come have theirs."""
    people = await everybody(hall, 10)

    answers = await asyncio.gather(
        *(hall.hold(who) if n % 2 else hall.book(who) for n, who in enumerate(people)), return_exceptions=True
    )

    assert [type(answer) for answer in answers] == [Appointment, Hold] * 3 + [SlotFull] * 4
    seen = await hall.seen()
    assert (seen.online_taken, seen.online_held) == (3, 3)


@pytest.mark.usefixtures("only_short_ways")
async def test_one_moves_away_and_one_lets_go_and_two_others_get_the_places(hall: Hall) -> None:
    """Move, release and two bookings at the same moment, when all six places were gone."""
    people = await everybody(hall, 8)
    later = await hall.open_later()
    first = [await hall.book(who) for who in people[:5]]
    held = await hall.hold(people[5])

    moved, released, *came = await asyncio.gather(
        booking.move_appointment(MoveAppointment(people[0], first[0].id, later), tools=hall.tools),
        booking.release_hold(ReleaseHold(people[5], held.id), tools=hall.tools),
        hall.book(people[6]),
        hall.book(people[7]),
    )

    assert (moved.slot, moved.number, released.state) == (later, first[0].number, HoldState.RELEASED)
    assert {answer.state for answer in came} == {AppointmentState.BOOKED}
    seen = await hall.seen()
    assert (seen.online_taken, seen.online_held) == (6, 0)
    async with hall.store.open_view() as view:
        assert (await view.slots.get(later, NOW)).online_taken == 1
        assert await view.appointments.get(moved.id) == moved


async def test_moved_and_cancelled_at_once_is_cancelled(hall: Hall) -> None:
    """Two pages of one person: the first moves, the second cancels what was moved; no place stays taken."""
    (one,) = await everybody(hall, 1)
    later = await hall.open_later()
    mine = await hall.book(one)

    moved, gone = await asyncio.gather(
        booking.move_appointment(MoveAppointment(one, mine.id, later), tools=hall.tools),
        hall.cancel(one, mine),
    )

    assert (moved.version, gone.version, gone.state) == (2, 3, AppointmentState.CANCELLED)
    async with hall.store.open_view() as view:
        assert await view.appointments.get(mine.id) == gone
        assert [(await view.slots.get(slot, NOW)).online_taken for slot in (hall.slot, later)] == [0, 0]


async def test_another_hold_lets_the_first_go_also_within_a_batch(hall: Hall) -> None:
    """Two taps on two times: one place is held, the one tapped last."""
    (one,) = await everybody(hall, 1)
    later = await hall.open_later()

    first, last = await asyncio.gather(hall.hold(one), hall.hold(one, slot=later))

    async with hall.store.open_view() as view:
        assert (await view.holds.get(first.id)).state is HoldState.RELEASED
        assert (await view.holds.get(last.id)).state is HoldState.HELD
        held = [(await view.slots.get(slot, NOW)).online_held for slot in (hall.slot, later)]
    assert held == [0, 1]


async def test_a_hold_that_is_over_is_not_confirmed_in_a_batch(hall: Hall) -> None:
    """At its expiry it is over for whoever confirms, and its place is there for who books at the same moment."""
    people = await everybody(hall, 7)
    for who in people[:5]:
        await hall.book(who)
    held = await hall.hold(people[5])
    hall.clock.forward(seconds=(held.expires_at - NOW).total_seconds())

    late, came = await asyncio.gather(
        booking.confirm_hold(ConfirmHold(people[5], held.id), tools=hall.tools),
        hall.book(people[6]),
        return_exceptions=True,
    )

    assert (type(late), type(came)) == (HoldOver, Appointment)


async def test_what_a_refused_act_changed_is_undone_for_the_next(hall: Hall) -> None:
    """Somebody's act takes five places and then breaks: all six are there for the others."""
    people = await everybody(hall, 7)
    assert hall.tools.together is not None

    async def greedy(uow: Uow) -> None:
        for _ in range(5):
            assert await uow.slots.take([hall.slot], Pool.ONLINE, NOW)
        raise ZeroDivisionError

    broken = hall.tools.together(Foreseen(people[6].code, slot=hall.slot), greedy)
    answers = await asyncio.gather(broken, *(hall.book(who) for who in people[:6]), return_exceptions=True)

    assert [type(answer) for answer in answers] == [ZeroDivisionError] + [Appointment] * 6
    assert (await hall.seen()).online_taken == 6


async def test_what_another_process_changes_counts_from_the_next_booking(hall: Hall) -> None:
    """The hall's new name and the item's new length are read by a server that had kept the old ones."""
    people = await everybody(hall, 2)
    later = await hall.open_later()
    await hall.book(people[0])
    elsewhere = Store.open(hall.url, hall.store.keys)
    async with elsewhere.open_uow() as uow:
        await uow.places.put_halls([replace(nouns.hall(), name="新中心")])
        await uow.catalogue.replace([nouns.item(code=SERVICE, name="新事项", minutes=60)], TODAY)
        await uow.commit()
    await elsewhere.close()

    booked = await hall.book(people[1])

    assert (booked.service_name, booked.run) == ("新事项", (hall.slot, later))
    async with hall.store.reading() as connection:
        told = (await connection.execute(select(outbox.c.facts).order_by(outbox.c.id))).scalars().all()
    assert [facts["hall"] for facts in told] == [nouns.hall().name, "新中心"]


async def test_a_bad_request_fails_alone(hall: Hall) -> None:
    """Somebody's page sends a slot that never was; something else breaks outright."""
    people = await everybody(hall, 4)
    assert hall.tools.together is not None

    async def broken(_: Uow) -> None:
        raise ZeroDivisionError

    answers = await asyncio.gather(
        hall.book(people[0]),
        hall.book(people[1], slot=SlotId("nowhere")),
        hall.tools.together(Foreseen(people[2].code), broken),
        hall.book(people[3]),
        return_exceptions=True,
    )

    assert [type(answer).__name__ for answer in answers] == [
        "Appointment", "NotFound", "ZeroDivisionError", "Appointment",
    ]  # fmt: skip


async def test_a_caller_who_hangs_up_hurts_nobody(hall: Hall) -> None:
    """The first of the batch closes the page: everybody else is booked, and the store agrees with what they hear."""
    people = await everybody(hall, 5)
    presses = [asyncio.create_task(hall.book(who)) for who in people]
    await asyncio.sleep(0)

    presses[0].cancel()
    answers = await asyncio.gather(*presses, return_exceptions=True)

    assert isinstance(answers[0], asyncio.CancelledError)
    assert all(isinstance(answer, Appointment) for answer in answers[1:])
    assert (await hall.seen()).online_taken == await hall.count(appointments)


async def test_a_statement_that_fails_leaves_each_to_their_own_try(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could not be kept for all at once is kept for each, in their order."""
    people = await everybody(hall, 8)

    async def clash(_: Shared) -> None:
        raise Clash

    monkeypatch.setattr(Shared, "finish", clash)
    answers = await press(hall, people)

    assert [type(answer) for answer in answers] == [Appointment] * 6 + [SlotFull] * 2
    assert (await hall.seen()).online_taken == 6


async def test_two_processes_never_give_the_last_place_twice(hall: Hall) -> None:
    """Two coalescers on one store, as two servers have them."""
    people = await everybody(hall, 20)
    other = replace(hall, tools=replace(hall.tools, together=SqlTogether(hall.store)))

    answers = await asyncio.gather(
        *((hall, other)[n % 2].book(who) for n, who in enumerate(people)), return_exceptions=True
    )

    assert Counter(type(answer).__name__ for answer in answers) == {"Appointment": 6, "SlotFull": 14}
    assert (await hall.seen()).left(Pool.ONLINE) == 0


async def test_limits_count_within_a_batch(hall: Hall) -> None:
    """Two a day: the third of three pressed at once hears of the limit, as it would a minute later."""
    (one,) = await everybody(hall, 1)
    services = [ServiceCode(f"MZ9{n}") for n in range(3)]
    async with hall.store.open_uow() as uow:
        await uow.catalogue.replace([nouns.item(code=code) for code in (SERVICE, *services)], TODAY)
        await uow.commit()
    person = one.account.person
    assert person is not None
    presses = (BookAppointment(one, person, service, hall.slot) for service in services)

    answers = await asyncio.gather(
        *(booking.book_appointment(cmd, tools=hall.tools) for cmd in presses), return_exceptions=True
    )

    assert [type(answer).__name__ for answer in answers] == ["Appointment", "Appointment", "BookedOut"]
