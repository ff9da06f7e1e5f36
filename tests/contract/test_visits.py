"""上门服务 as stored: a day is written by whoever saw it last, a reminder is given once."""

import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from intake.errors import Stale
from intake.model.booking import AppointmentState
from intake.model.ids import AccountCode, AppointmentId, HallCode
from intake.model.places import OfferKind
from intake.model.visits import Plan, Route, Stop, VisitDay, VisitOrder, Window
from storage.sql.store import Store
from tests.contract.nouns import NOW, appointment

HALL, DAY = HallCode("anwen"), date(2026, 11, 25)
HOUR = timedelta(hours=1)
PLAN = Plan(
    (Route(AccountCode("clerk-1"), NOW, (Stop(AppointmentId("a"), NOW, NOW, NOW + HOUR),), NOW + 2 * HOUR, None, 12),),
    (),
)  # fmt: skip


async def test_a_day_comes_back_as_it_was_planned(store: Store) -> None:
    """Blank before anything was planned."""
    async with store.open_uow() as uow:
        blank = await uow.visits.day(HALL, DAY)
        saved = await uow.visits.save_day(
            replace(blank, plan=PLAN, basis="b", crew=(AccountCode("clerk-1"),))
        )
        await uow.commit()

    async with store.open_view() as view:
        assert blank == VisitDay(HALL, DAY)
        assert await view.visits.day(HALL, DAY) == saved


@pytest.mark.parametrize("known", [False, True])
async def test_of_two_who_saw_the_same_day_one_writes_it(store: Store, known: bool) -> None:
    """Whether or not it was written before."""
    async with store.open_uow() as uow:
        seen = await uow.visits.day(HALL, DAY)
        seen = await uow.visits.save_day(seen) if known else seen
        await uow.commit()

    async def write(basis: str) -> bool:
        try:
            async with store.open_uow() as uow:
                await uow.visits.save_day(replace(seen, basis=basis))
                await uow.commit()
        except Stale:
            return False
        return True

    assert sorted(await asyncio.gather(write("one"), write("other"))) == [False, True]


async def test_what_was_decided_about_a_visit_is_kept_and_replaced(store: Store) -> None:
    """A pin, then a promise."""
    pinned = VisitOrder(AppointmentId("a"), AccountCode("clerk-1"), 2)
    promised = replace(pinned, promised=Window(NOW, NOW + HOUR))
    async with store.open_uow() as uow:
        await uow.visits.put_orders([pinned, VisitOrder(AppointmentId("b"))])
        await uow.visits.put_orders([promised])
        await uow.commit()

    async with store.open_view() as view:
        assert await view.visits.orders([AppointmentId("a"), AppointmentId("nobody")]) == (promised,)


async def test_the_road_table_is_replaced_whole(store: Store) -> None:
    """A county imports a better one."""
    async with store.open_uow() as uow:
        await uow.visits.put_road_minutes({("a", "b"): 10, ("b", "a"): 12})
        await uow.visits.put_road_minutes({("a", "c"): 7})
        await uow.commit()

    async with store.open_view() as view:
        assert await view.visits.road_minutes() == {("a", "c"): 7}


async def test_days_with_visits_are_those_on_which_somebody_is_booked_at_home(store: Store) -> None:
    """Neither a visit to the hall nor a cancelled one."""
    at_home = appointment(kind=OfferKind.HOME_VISIT, start=NOW + HOUR)
    async with store.open_uow() as uow:
        await uow.appointments.add(at_home)
        await uow.appointments.add(appointment(start=NOW + timedelta(days=1)))
        gone = appointment(
            kind=OfferKind.HOME_VISIT, start=NOW + timedelta(days=2), state=AppointmentState.CANCELLED
        )
        await uow.appointments.add(gone)
        await uow.commit()

    async with store.open_view() as view:
        days = await view.visits.days_ahead(NOW, NOW + timedelta(days=5))
        assert [hall for hall, _ in days] == [at_home.hall]


async def reminding(store: Store, now: datetime, minutes: int) -> list[str]:
    """Who is told in one round."""
    async with store.open_uow() as uow:
        told = [
            a.number
            for a in await uow.appointments.to_remind(now, minutes)
            if await uow.appointments.remind(a, minutes)
        ]
        await uow.commit()
    return told  # fmt: skip


async def test_a_reminder_is_given_once_for_one_time_and_again_for_another(store: Store) -> None:
    """Who moved to a later day is reminded of that one, too."""
    booked = appointment(start=NOW + 20 * HOUR, booked_at=NOW - 30 * HOUR)
    async with store.open_uow() as uow:
        await uow.appointments.add(booked)
        await uow.commit()

    first = [await reminding(store, NOW, 1440), await reminding(store, NOW, 1440)]
    async with store.open_uow() as uow:
        await uow.appointments.save(replace(booked, start=booked.start + 24 * HOUR))
        await uow.commit()
    moved = await reminding(store, NOW + 24 * HOUR, 1440)

    assert (first, moved) == ([[booked.number], []], [booked.number])


async def test_two_workers_give_one_reminder(store: Store) -> None:
    """Both look at the same moment."""
    booked = appointment(start=NOW + HOUR / 2, booked_at=NOW - 30 * HOUR)
    async with store.open_uow() as uow:
        await uow.appointments.add(booked)
        await uow.commit()

    told = await asyncio.gather(*(reminding(store, NOW, 60) for _ in range(4)))

    assert sorted(map(len, told)) == [0, 0, 0, 1]
