"""The county as kept: what was imported comes back, and importing again replaces."""

from dataclasses import replace
from datetime import date, time

import pytest

from intake.errors import NotFound
from intake.model.calendar import CalendarDay, DayKind
from intake.model.catalogue import CounterGroup, HallLevel
from intake.model.ids import DepartmentName, DivisionCode, HallCode, VillageCode
from intake.model.places import (
    CapacityPer,
    Department,
    HoursException,
    HoursPattern,
    OfferKind,
    Period,
    Village,
)
from intake.ports import Rules
from storage.sql.store import Store
from tests.contract.nouns import hall
from tests.contract.stores import KEYS

PATTERN = HoursPattern(
    hall=None,
    group=CounterGroup.POLICE,
    kind=OfferKind.STAGGERED,
    valid_from=date(2026, 1, 1),
    valid_to=None,
    weekdays=frozenset({1, 2, 6}),
    periods=(Period(time(8, 30), time(12)), Period(time(0), time.max)),
    slot_minutes=30,
    online_capacity=3,
    counter_capacity=2,
    capacity_per=CapacityPer.COUNTER,
    on_holidays=False,
    notice_hours=24,
    note="周六错时",
)
EXCEPTION = HoursException(HallCode("county"), date(2026, 12, 1), (), "停电检修")


async def test_the_county_hall_comes_first(store: Store) -> None:
    """People who name no hall are offered the county's."""
    county, township = hall(), hall(code="anwen", level=HallLevel.TOWNSHIP, name="安文街道便民服务中心")
    async with store.open_uow() as uow:
        await uow.places.put_halls([township, county])
        await uow.commit()

    async with store.open_view() as view:
        assert await view.places.halls() == (county, township)
        assert await view.places.hall(HallCode("anwen")) == township


async def test_importing_a_hall_again_replaces_it_and_keeps_the_others(store: Store) -> None:
    """A new telephone number does not cost the county its other halls."""
    async with store.open_uow() as uow:
        await uow.places.put_halls([hall(), hall(code="anwen")])
        await uow.places.put_halls([hall(phone="0579-81111111")])
        await uow.commit()

    async with store.open_view() as view:
        assert {h.code: h.phone for h in await view.places.halls()} == {
            "county": "0579-81111111",
            "anwen": "0579-80000000",
        }


async def test_unknown_places_are_not_found(store: Store) -> None:
    """A hall or village nobody imported."""
    async with store.open_view() as view:
        with pytest.raises(NotFound):
            await view.places.hall(HallCode("nowhere"))
        with pytest.raises(NotFound):
            await view.places.village(VillageCode("nowhere"))


async def test_villages_and_departments_come_back_by_code(store: Store) -> None:
    """The lists people choose from."""
    near = Village(VillageCode("2"), "某村村委会", "某村", DivisionCode("330727001"), "安文街道", 29.1, 120.5)
    far = Village(VillageCode("1"), "远村村委会", "远村", DivisionCode("330727001"), "安文街道", 29.2, 120.6)
    department = Department("civil_affairs", DepartmentName("县民政局"), "0579-80000001")
    async with store.open_uow() as uow:
        await uow.places.put_villages([near, far])
        await uow.places.put_departments([department])
        await uow.commit()

    async with store.open_view() as view:
        assert await view.places.villages() == (far, near)
        assert await view.places.village(VillageCode("2")) == near
        assert await view.places.departments() == (department,)


async def test_a_village_that_another_process_imports_is_there_for_the_next_view(
    store: Store, database_url: str
) -> None:
    """Villages are kept parsed, and no longer than their revision."""
    near = Village(VillageCode("2"), "某村村委会", "某村", DivisionCode("330727001"), "安文街道", 29.1, 120.5)
    renamed = replace(near, short_name="新村")
    elsewhere = Store.open(database_url, KEYS)
    for village in (near, renamed):
        async with elsewhere.open_uow() as uow:
            await uow.places.put_villages([village])
            await uow.commit()
        async with store.open_view() as view:
            assert await view.places.village(near.code) == village
    await elsewhere.close()


async def test_hours_are_replaced_whole(store: Store) -> None:
    """A rule that is gone from the file opens no places any more."""
    async with store.open_uow() as uow:
        await uow.places.put_hours([PATTERN, PATTERN], [EXCEPTION])
        await uow.places.put_hours([PATTERN], [EXCEPTION])
        await uow.commit()

    async with store.open_view() as view:
        assert await view.places.hours() == ((PATTERN,), (EXCEPTION,))


async def test_the_calendar_is_replaced_whole(store: Store) -> None:
    """A make-up day that was withdrawn is an ordinary Saturday again."""
    makeup = CalendarDay(date(2026, 2, 14), DayKind.MAKEUP, "春节调休")
    holiday = CalendarDay(date(2026, 10, 1), DayKind.HOLIDAY, "国庆节", provisional=True)
    async with store.open_uow() as uow:
        await uow.places.put_calendar([makeup], [2025])
        await uow.places.put_calendar([holiday], [2026])
        await uow.commit()

    async with store.open_view() as view:
        calendar = await view.places.calendar()

    assert dict(calendar.days) == {holiday.day: holiday}
    assert calendar.announced == {2026}


async def test_rules_have_defaults_until_a_county_sets_its_own(store: Store) -> None:
    """A county that says nothing runs on the defaults."""
    async with store.open_uow() as uow:
        before = await uow.places.rules()
        await uow.places.put_rules(Rules(correction_rounds=5))
        await uow.places.put_rules(Rules(correction_rounds=2))
        after = await uow.places.rules()

    assert (before, after) == (Rules(), Rules(correction_rounds=2))
