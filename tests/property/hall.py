"""One small hall with a few people, on a real store: made anew for each sequence, looked at by counting rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import delete, select

from intake.desk import Desk
from intake.model.booking import Appointment, AppointmentState, Hold, HoldState, Pool, Slot
from intake.model.calendar import SHANGHAI
from intake.model.catalogue import Availability, CounterGroup, Way
from intake.model.ids import AccountCode, HallCode, PersonId, ServiceCode, SlotId
from intake.model.people import Account, Caller, Door, Person, Role
from intake.model.places import CapacityPer, HoursPattern, OfferKind, Period
from intake.model.waiting import Waiting, WaitingState
from intake.ports import Rules, Tools
from intake.usecases.places.taking import is_over
from jiujinban.clock import RandomIds
from jiujinban.printing import PaperRoom
from nlp.live import LiveMatcher
from nlp.matcher import Matcher
from nlp.speech.listening import Ear
from nlp.tutor import Tutor
from storage.sql import tables
from storage.sql.rows import as_noun
from storage.sql.store import Store
from tests.contract import nouns
from tests.fakes import MemoryBlobs, RoutesAtOnce, ScriptedReader, SetClock

HALL = HallCode("county")
SHORT, LONG = ServiceCode("MZ01"), ServiceCode("MZ02")
DAYS = (date(2026, 11, 24), date(2026, 11, 25))
PEOPLE = 5
LOOSE = replace(Rules().booking, made_per_person_and_day=50, live_per_person=3, moves_per_appointment=50)
RULES = replace(Rules(), horizon_days=2, booking=LOOSE)
_EMPTIED = (
    tables.held_places,
    tables.holds,
    tables.waiting,
    tables.displacements,
    tables.hours_changes,
    tables.appointments,
    tables.slots,
    tables.outbox,
    tables.accounts,
    tables.people,
)


def hours(*, online: int = 1, green: int = 1, first: int = 9, valid_from: date = DAYS[0]) -> HoursPattern:
    """A morning of half hours at the comprehensive counters."""
    return HoursPattern(
        hall=HALL,
        group=CounterGroup.COMPREHENSIVE,
        kind=OfferKind.RESERVED,
        valid_from=valid_from,
        valid_to=None,
        weekdays=frozenset({1, 2, 3, 4, 5}),
        periods=(Period(time(first), time(first + 2)),),
        slot_minutes=30,
        online_capacity=online,
        counter_capacity=1,
        capacity_per=CapacityPer.GROUP,
        on_holidays=False,
        notice_hours=1,
        green_capacity=green,
        green_until_hours=3,
    )


@dataclass(slots=True)
class SmallHall:
    """The hall with its desk and its clock; Monday nine o'clock."""

    store: Store
    desk: Desk
    clock: SetClock
    callers: list[Caller]
    director: Caller
    clerk: Caller

    @classmethod
    async def make(
        cls, store: Store, *, people: int = PEOPLE, pattern: HoursPattern | None = None
    ) -> SmallHall:
        """A hall nobody has booked at; whatever another sequence left is gone."""
        clock = SetClock()
        desk = Desk(small_tools(store, clock))
        villagers = [_person(n) for n in range(people)]
        citizens = [
            Account(AccountCode(f"c-{n}"), p.name, Role.CITIZEN, person=p.id) for n, p in enumerate(villagers)
        ]
        director = Account(AccountCode("director"), "主任", Role.DIRECTOR, hall=HALL)
        clerk = Account(AccountCode("clerk"), "窗口", Role.CLERK, hall=HALL)
        async with store.open_uow() as uow:
            for table in _EMPTIED:
                await uow.slots.connection.execute(delete(table))
            await uow.places.put_halls([nouns.hall()])
            await uow.places.put_hours([pattern or hours()], [])
            everywhere = Availability(Way.DIRECT, Way.DIRECT, Way.NOT_HERE)
            items = [
                nouns.item(code=code, minutes=minutes, availability=everywhere)
                for code, minutes in ((SHORT, 30), (LONG, 45))
            ]
            await uow.catalogue.replace(items, nouns.TODAY)
            for one in villagers:
                await uow.people.add(one)
            for account in (*citizens, director, clerk):
                await uow.people.put_account(account)
            await uow.commit()
        await desk.places.open_slots()
        callers = [Caller(account, Door.PHONE) for account in citizens]
        return cls(
            store, desk, clock, callers, Caller(director, Door.DESK_PAGE), Caller(clerk, Door.DESK_PAGE)
        )

    async def books(self) -> Books:
        """All that stands in the rows, in one view."""
        now = self.clock.now()
        async with self.store.open_view() as view:
            execute = view.slots.connection.execute
            ids = (await execute(select(tables.slots.c.id))).scalars().all()
            appointments, holds, waiting = [
                (await execute(select(table))).mappings().all()
                for table in (tables.appointments, tables.holds, tables.waiting)
            ]
            return Books(
                now,
                await view.slots.read(ids, now),
                [as_noun(Appointment, row) for row in appointments],
                [as_noun(Hold, row) for row in holds],
                [as_noun(Waiting, row) for row in waiting],
            )

    async def slots(self) -> tuple[Slot, ...]:
        """Every slot of the hall, by start."""
        return (await self.books()).slots

    async def appointments(self) -> list[Appointment]:
        """Every appointment there ever was."""
        return (await self.books()).appointments


@dataclass(frozen=True, slots=True)
class Books:
    """What there is at one instant: slots by start, and every appointment, hold and wait there ever was."""

    at: datetime
    slots: tuple[Slot, ...]
    appointments: list[Appointment]
    holds: list[Hold]
    waiting: list[Waiting]

    def require_every_place_once(self) -> None:
        """What must hold after any act, counted from the rows of bookings and holds, never from the counters."""
        slots = {slot.id: slot for slot in self.slots}
        booked = [
            a for a in self.appointments if a.state in {AppointmentState.BOOKED, AppointmentState.CHECKED_IN}
        ]
        gone = [a for a in self.appointments if a.state is AppointmentState.NO_SHOW]
        live = [hold for hold in self.holds if hold.live_at(self.at)]
        taken = Counter((slot, a.pool) for a in (*booked, *gone) for slot in a.slots)
        held = Counter((slot, hold.pool) for hold in live for slot in hold.run)
        for slot in slots.values():
            for pool in Pool:
                capacity = getattr(slot, f"{pool.value}_capacity")
                counted = taken[slot.id, pool], held[slot.id, pool]
                assert sum(counted) <= capacity, (slot.id, pool, counted, capacity)
                assert counted == (getattr(slot, f"{pool.value}_taken"), getattr(slot, f"{pool.value}_held"))
        _require_open(booked, slots, self.at)
        _require_one_place_each(booked, live, self.at)
        _require_offers(self.waiting, self.holds)


async def require_every_place_once(hall: SmallHall) -> None:
    """Read the books and count."""
    (await hall.books()).require_every_place_once()


def _require_open(booked: list[Appointment], slots: dict[SlotId, Slot], now: datetime) -> None:
    """Nobody who is still to come has a place where the hall is closed."""
    for appointment in booked:
        if appointment.start > now:
            assert not any(slots[one].closed for one in appointment.slots), appointment


def _require_one_place_each(booked: list[Appointment], live: list[Hold], now: datetime) -> None:
    """For one thing a person has one booking or one hold, never two places."""
    places = [(a.person, a.service_code) for a in booked if not is_over(a, now, RULES)]
    places += [(hold.person, hold.service_code) for hold in live]
    assert len(places) == len(set(places)), places


def _require_offers(entries: list[Waiting], holds: list[Hold]) -> None:
    """Each offer is a hold of its own, for the one it was made to."""
    by_id = {hold.id: hold for hold in holds}
    offers = [entry for entry in entries if entry.state is WaitingState.OFFERED]
    assert len({entry.hold for entry in offers}) == len(offers)
    for entry in offers:
        assert entry.hold is not None
        assert by_id[entry.hold].person == entry.person
        assert by_id[entry.hold].state in {HoldState.HELD, HoldState.LAPSED}


def day_start(day: date) -> datetime:
    """Midnight in the county."""
    return datetime.combine(day, time.min, SHANGHAI)


def span() -> tuple[datetime, datetime]:
    """Both days."""
    return day_start(DAYS[0]), day_start(DAYS[-1]) + timedelta(days=1)


def _person(number: int) -> Person:
    """A villager; the first is of the green channel by age, the others by nothing."""
    birth = "19500101" if number == 0 else "19900101"
    return nouns.person(
        id=PersonId(f"p-{number}"),
        name=f"村民{number}",
        id_number=nouns.id_number(number, birth=birth),
        village=None,
        tags=frozenset(),
    )


# Nobody speaks in these sequences: the rooms that read words are made once.
_MATCHER, _TUTOR, _EAR, _PAPERS = Matcher.build([]), Tutor(LiveMatcher()), Ear([]), PaperRoom()


def small_tools(store: Store, clock: SetClock) -> Tools:
    """What the hall's desk works with, over a store."""
    return Tools(
        open_uow=store.open_uow,
        open_view=store.open_view,
        clock=clock,
        ids=RandomIds(),
        matcher=_MATCHER,
        tutor=_TUTOR,
        speech=_EAR,
        photos=ScriptedReader(),
        blobs=MemoryBlobs(),
        papers=_PAPERS,
        routes=RoutesAtOnce(),
        rules=RULES,
    )
